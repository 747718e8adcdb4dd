// A passkey in software, for tests and the terminal journey: makes real credentials and real signatures.
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import * as z from 'zod/mini';

const creationShape = z.object({
  challenge: z.string(),
  rp: z.object({ id: z.string() }),
  user: z.object({ id: z.string() }),
});

const requestShape = z.object({
  challenge: z.string(),
  rpId: z.string(),
  allowCredentials: z.array(z.object({ id: z.string() })),
});

const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const HAS_CREDENTIAL = 0x40;

export class SoftwareAuthenticator {
  readonly credentialId: string = randomBytes(16).toString('base64url');
  readonly #privateKey: KeyObject;
  readonly #publicKey: KeyObject;
  #userHandle = '';
  #signatures = 0;

  constructor() {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.#privateKey = pair.privateKey;
    this.#publicKey = pair.publicKey;
  }

  /** What `navigator.credentials.create` gives for the options, as JSON text. */
  create(options: string, origin: string): string {
    const { challenge, rp, user } = z.parse(creationShape, JSON.parse(options));
    this.#userHandle = Buffer.from(user.id, 'base64').toString('base64url');
    const id = Buffer.from(this.credentialId, 'base64url');
    const credentialData = Buffer.concat([Buffer.alloc(16), uint16(id.length), id, this.#coseKey()]);
    const authenticatorData = this.#authenticatorData(rp.id, HAS_CREDENTIAL, credentialData);
    const attestation = map([
      [text('fmt'), text('none')],
      [text('attStmt'), map([])],
      [text('authData'), bytes(authenticatorData)],
    ]);
    return this.#credential({
      clientDataJSON: clientData('webauthn.create', challenge, origin),
      attestationObject: attestation.toString('base64url'),
      transports: ['internal'],
    });
  }

  /** What `navigator.credentials.get` gives for the options, as JSON text. */
  get(options: string, origin: string): string {
    const { challenge, rpId } = z.parse(requestShape, JSON.parse(options));
    this.#signatures += 1;
    const authenticatorData = this.#authenticatorData(rpId, 0, Buffer.alloc(0));
    const clientDataJSON = clientData('webauthn.get', challenge, origin);
    const hash = createHash('sha256').update(Buffer.from(clientDataJSON, 'base64url')).digest();
    const signature = sign('sha256', Buffer.concat([authenticatorData, hash]), this.#privateKey);
    return this.#credential({
      clientDataJSON,
      authenticatorData: authenticatorData.toString('base64url'),
      signature: signature.toString('base64url'),
      userHandle: this.#userHandle,
    });
  }

  #credential(response: Record<string, unknown>): string {
    return JSON.stringify({
      id: this.credentialId,
      rawId: this.credentialId,
      type: 'public-key',
      authenticatorAttachment: 'platform',
      clientExtensionResults: {},
      response,
    });
  }

  #authenticatorData(rpId: string, flags: number, rest: Buffer): Buffer {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(this.#signatures);
    const all = USER_PRESENT | USER_VERIFIED | flags;
    return Buffer.concat([createHash('sha256').update(rpId).digest(), Buffer.of(all), counter, rest]);
  }

  /** The public key by COSE: an elliptic-curve key for ES256 on P-256. */
  #coseKey(): Buffer {
    const { x = '', y = '' } = this.#publicKey.export({ format: 'jwk' });
    return map([
      [integer(1), integer(2)],
      [integer(3), integer(-7)],
      [integer(-1), integer(1)],
      [integer(-2), bytes(Buffer.from(x, 'base64url'))],
      [integer(-3), bytes(Buffer.from(y, 'base64url'))],
    ]);
  }
}

function clientData(type: string, challenge: string, origin: string): string {
  const asSent = Buffer.from(challenge, 'base64').toString('base64url');
  const json = JSON.stringify({ type, challenge: asSent, origin, crossOrigin: false });
  return Buffer.from(json).toString('base64url');
}

function uint16(value: number): Buffer {
  return Buffer.of(value >> 8, value & 0xff);
}

// The four kinds of CBOR item that a credential needs.
function head(major: number, value: number): Buffer {
  if (value < 24) return Buffer.of((major << 5) | value);
  if (value < 0x100) return Buffer.of((major << 5) | 24, value);
  return Buffer.concat([Buffer.of((major << 5) | 25), uint16(value)]);
}

function integer(value: number): Buffer {
  return value < 0 ? head(1, -1 - value) : head(0, value);
}

function bytes(value: Buffer): Buffer {
  return Buffer.concat([head(2, value.length), value]);
}

function text(value: string): Buffer {
  return Buffer.concat([head(3, value.length), Buffer.from(value)]);
}

function map(entries: readonly (readonly [Buffer, Buffer])[]): Buffer {
  return Buffer.concat([head(5, entries.length), ...entries.flat()]);
}
