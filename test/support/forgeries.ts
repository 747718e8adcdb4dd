// The attacker's workshop: takes tokens apart, puts them together again, and signs with keys of their own.
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import * as z from 'zod/mini';
import { stages } from '../../lib/stages.ts';
import type { World } from '../../local/world.ts';

export type Json = Readonly<Record<string, unknown>>;

export const SESSION_CLAIM = 'https://stytch.com/session';
export const PROJECT_ID = stages.dev.stytchProjectId;

/** The attacker's own key pair. */
export const ownKey = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** One part of a JWT; text goes in as it is, so that it may be no JSON at all. */
export const encoded = (part: Json | string | Buffer): string =>
  (Buffer.isBuffer(part)
    ? part
    : Buffer.from(typeof part === 'string' ? part : JSON.stringify(part))
  ).toString('base64url');

export interface Parts {
  readonly kid: string;
  readonly header: Json;
  readonly claims: Json;
  /** As they stand in the token. */
  readonly raw: readonly [string, string, string];
}

const json = (part: string): Json => JSON.parse(Buffer.from(part, 'base64url').toString());

export function partsOf(jwt: string): Parts {
  const [header = '', claims = '', signature = ''] = jwt.split('.');
  return {
    kid: String(json(header)['kid']),
    header: json(header),
    claims: json(claims),
    raw: [header, claims, signature],
  };
}

/** Signed with the attacker's key unless told otherwise; RS256 whatever the header claims. */
export function signedByAttacker(
  header: Json | string,
  claims: Json | string | Buffer,
  key: KeyObject = ownKey.privateKey,
  digest = 'sha256',
): string {
  const input = `${encoded(header)}.${encoded(claims)}`;
  return `${input}.${sign(digest, Buffer.from(input), key).toString('base64url')}`;
}

const keySet = z.looseObject({ keys: z.array(z.looseObject({ kid: z.string(), n: z.string() })) });

/** The project's public key, as anybody may fetch it. */
export async function publicJwk({ stytch }: World): Promise<Json & { readonly n: string }> {
  const response = await fetch(`${stytch.url}/v1/sessions/jwks/${PROJECT_ID}`);
  const [first] = keySet.parse(await response.json()).keys;
  if (first === undefined) throw new Error('the project has no key');
  return first;
}
