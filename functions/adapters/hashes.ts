// Keyed and plain hashes, and the seal of challenges: one key for life, others derived from it (RFC 5869).
import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import type { Hashes } from '../core/ports.ts';
import type { Secret } from './secrets.ts';

/** Stands before every fingerprint, so that a second key could be told apart. */
const KEY_VERSION = 'k1';

const IV_BYTES = 12;
const TAG_BYTES = 16;

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export interface KeyedHashes extends Hashes {
  /** A subject of a limit, so that no address or number stands in the table. */
  subject(text: string): Promise<string>;
  /** A keyed hash in the form of a UUID, for ids of nobody. */
  uuidOf(text: string): Promise<string>;
  /** AES-256-GCM over the text; opaque and of one length for texts of one length. */
  seal(text: string): Promise<string>;
  /** Null for what was not sealed with this key. */
  open(sealed: string): Promise<string | null>;
}

export function createHashes(hashKey: Secret): KeyedHashes {
  let derived: { readonly from: string; readonly keys: Map<string, Buffer> } | undefined;
  const derive = async (purpose: string): Promise<Buffer> => {
    const { value } = await hashKey.read();
    if (derived?.from !== value) derived = { from: value, keys: new Map() };
    const key = derived.keys.get(purpose) ?? Buffer.from(hkdfSync('sha256', value, '', purpose, 32));
    derived.keys.set(purpose, key);
    return key;
  };
  const hmac = async (purpose: string, text: string): Promise<Buffer> =>
    createHmac('sha256', await derive(purpose))
      .update(text)
      .digest();
  return {
    applicationId: (parts) =>
      base32(createHash('sha256').update(JSON.stringify(parts)).digest()).slice(0, 26),
    fingerprint: async (text) => `${KEY_VERSION}.${(await hmac('fingerprint', text)).toString('base64url')}`,
    subject: async (text) => (await hmac('limit', text)).subarray(0, 16).toString('base64url'),
    async uuidOf(text) {
      const hex = (await hmac('nobody', text)).toString('hex');
      return [
        hex.slice(0, 8),
        hex.slice(8, 12),
        `4${hex.slice(13, 16)}`,
        `a${hex.slice(17, 20)}`,
        hex.slice(20, 32),
      ].join('-');
    },
    async seal(text) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', await derive('challenge'), iv);
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([iv, sealed, cipher.getAuthTag()]).toString('base64url');
    },
    async open(sealed) {
      const bytes = Buffer.from(sealed, 'base64url');
      if (bytes.length < IV_BYTES + TAG_BYTES) return null;
      const key = await derive('challenge');
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES));
      decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
      try {
        const text = decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES));
        return Buffer.concat([text, decipher.final()]).toString('utf8');
      } catch {
        return null;
      }
    },
  };
}

function base32(bytes: Uint8Array): string {
  let bits = 0;
  let held = 0;
  let text = '';
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += BASE32[(held >>> bits) & 31] ?? '';
    }
    held &= (1 << bits) - 1;
  }
  return text;
}
