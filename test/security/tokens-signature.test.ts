// Who signed: other algorithms, other keys, and signatures over something else (J1).
import {
  createHmac,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';
import { afterAll, beforeAll, describe } from '@jest/globals';
import { CompactSign } from 'jose';
import type { CheckName } from '../support/attack-checks.ts';
import {
  type AttackWorld,
  attack,
  exchange,
  expectRefusedAtDoor,
  startAttackWorld,
} from '../support/attacks.ts';
import {
  encoded,
  type Json,
  type Parts,
  partsOf,
  publicJwk,
  SESSION_CLAIM,
  signedByAttacker,
} from '../support/forgeries.ts';

let all: AttackWorld;
/** The victim's JWT, which the attacker has read but not taken: its signature is known, its key is not. */
let genuine: Parts;
let project: Json & { readonly n: string };
beforeAll(async () => {
  all = await startAttackWorld();
  genuine = partsOf(all.victim.sessionJwt);
  project = await publicJwk(all.world);
});
afterAll(() => all.world.close());

const refused = (jwt: string, reason: string): Promise<void> =>
  expectRefusedAtDoor(all.world, () => exchange(all.world, jwt), reason);

function each(
  stoppedBy: CheckName,
  reason: string,
  forgeries: Readonly<Record<string, () => string | Promise<string>>>,
): void {
  for (const [title, forge] of Object.entries(forgeries)) {
    attack(title, { stoppedBy }, async () => refused(await forge(), reason));
  }
}

const lookAlike = (kind: 'alg_none' | 'ps256' | 'rs384' | 'tampered_payload' | 'forged_signature') =>
  all.world.stytch.controls.mintLookAlike({ kind, sessionId: all.victim.sessionId });

const withAlg = (alg: unknown, signature = 'bm90aGluZw'): string =>
  `${encoded({ ...genuine.header, alg })}.${genuine.raw[1]}.${signature}`;

/** Signed by a library with a key of the attacker's own, under the name of the project's. */
const signedAs = (alg: string, key: KeyObject): Promise<string> =>
  new CompactSign(Buffer.from(genuine.raw[1], 'base64url'))
    .setProtectedHeader({ ...genuine.header, alg })
    .sign(key);

function hmac(alg: 'HS256' | 'HS384' | 'HS512', secret: string | Buffer): string {
  const input = `${encoded({ ...genuine.header, alg })}.${genuine.raw[1]}`;
  const digest = `sha${alg.slice(2)}`;
  return `${input}.${createHmac(digest, secret).update(input).digest('base64url')}`;
}

const publicKey = (type: 'spki' | 'pkcs1', format: 'pem' | 'der'): string | Buffer => {
  const key = createPublicKey({ key: project as JsonWebKey, format: 'jwk' });
  return format === 'pem' ? key.export({ type, format }) : key.export({ type, format });
};

const rsa = () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve }).privateKey;

describe('J1 a token without a signature', () => {
  each('bearer-form', 'not_a_bearer_jwt', {
    'alg none and an empty signature': () => lookAlike('alg_none'),
    'the genuine token with its signature cut off': () => `${genuine.raw[0]}.${genuine.raw[1]}.`,
    'the genuine token without its last part': () => `${genuine.raw[0]}.${genuine.raw[1]}`,
  });
  each('algorithm', 'err_jose_alg_not_allowed', {
    'alg none': () => withAlg('none'),
    'alg None': () => withAlg('None'),
    'alg NONE': () => withAlg('NONE'),
    'alg nOnE': () => withAlg('nOnE'),
    'alg none with a blank behind': () => withAlg('none '),
    'alg rs256 in small letters, with the genuine signature': () => withAlg('rs256', genuine.raw[2]),
    'alg RS256 with a zero byte behind': () => withAlg('RS256\u0000', genuine.raw[2]),
    'alg dir, as encrypted tokens have': () => withAlg('dir'),
  });
  each('library-verifies', 'err_jws_invalid', {
    'no alg at all': () => withAlg(undefined),
    'an empty alg': () => withAlg(''),
    'alg as a list with none in it': () => withAlg(['RS256', 'none']),
    'alg null': () => withAlg(null),
    'alg true': () => withAlg(true),
    'a signature of one letter': () => withAlg('RS256', 'A'),
  });
});

describe('J1 a token signed by another algorithm', () => {
  each('algorithm', 'err_jose_alg_not_allowed', {
    "HS256 with the project's public key as PEM": () => hmac('HS256', publicKey('spki', 'pem')),
    "HS256 with the project's public key as PEM, without the line end": () =>
      hmac('HS256', String(publicKey('spki', 'pem')).trim()),
    "HS256 with the project's public key as PKCS#1 PEM": () => hmac('HS256', publicKey('pkcs1', 'pem')),
    "HS256 with the project's public key as DER": () => hmac('HS256', publicKey('spki', 'der')),
    "HS256 with the modulus of the project's key": () => hmac('HS256', Buffer.from(project.n, 'base64url')),
    'HS256 with the modulus as it stands in the key set': () => hmac('HS256', project.n),
    "HS256 with the project's JWK as text": () => hmac('HS256', JSON.stringify(project)),
    'HS256 with an empty secret': () => hmac('HS256', ''),
    'HS256 with the key id as secret': () => hmac('HS256', genuine.kid),
    'HS384 with the public key': () => hmac('HS384', publicKey('spki', 'pem')),
    'HS512 with the public key': () => hmac('HS512', publicKey('spki', 'pem')),
    "RS384 with the project's own key": () => lookAlike('rs384'),
    "PS256 with the project's own key": () => lookAlike('ps256'),
    'RS512 with a key of the attacker': () => signedAs('RS512', rsa()),
    'PS384 with a key of the attacker': () => signedAs('PS384', rsa()),
    'PS512 with a key of the attacker': () => signedAs('PS512', rsa()),
    'ES256 with a key of the attacker': () => signedAs('ES256', ec('P-256')),
    'ES384 with a key of the attacker': () => signedAs('ES384', ec('P-384')),
    'ES512 with a key of the attacker': () => signedAs('ES512', ec('P-521')),
    'ES256 with a signature of zeros': () => withAlg('ES256', encoded(Buffer.alloc(64))),
    'EdDSA with a key of the attacker': () => signedAs('EdDSA', generateKeyPairSync('ed25519').privateKey),
    'alg given twice, RS256 and then none': () =>
      `${encoded(`{"alg":"RS256","kid":"${genuine.kid}","typ":"JWT","alg":"none"}`)}.${genuine.raw[1]}.${genuine.raw[2]}`,
  });
});

const claimsWith = (changes: Json): string => {
  const [header, , signature] = genuine.raw;
  return `${header}.${encoded({ ...genuine.claims, ...changes })}.${signature}`;
};
const headerWith = (changes: Json): string =>
  `${encoded({ ...genuine.header, ...changes })}.${genuine.raw[1]}.${genuine.raw[2]}`;

/** The signature with one bit turned. */
const flipped = (at: number): string => {
  const bytes = Buffer.from(genuine.raw[2], 'base64url');
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return `${genuine.raw[0]}.${genuine.raw[1]}.${encoded(bytes)}`;
};

const withSignature = (bytes: Buffer): string => `${genuine.raw[0]}.${genuine.raw[1]}.${encoded(bytes)}`;
const signature = (): Buffer => Buffer.from(genuine.raw[2], 'base64url');

describe('J1 a signature of somebody else, or over something else', () => {
  each('signature', 'err_jws_signature_verification_failed', {
    "RS256 with a key of the attacker under the id of the project's": () => lookAlike('forged_signature'),
    'a token for the victim written from nothing': () => signedByAttacker(genuine.header, genuine.claims),
    'a changed payload': () => lookAlike('tampered_payload'),
    "the victim's id in the attacker's token": () => {
      const [header, , ownSignature] = partsOf(all.attacker.sessionJwt).raw;
      return `${header}.${genuine.raw[1]}.${ownSignature}`;
    },
    'a later expiry': () => claimsWith({ exp: Number(genuine.claims['exp']) + 60 }),
    'one more factor': () => {
      const session = genuine.claims[SESSION_CLAIM] as { authentication_factors: object[] };
      const [first] = session.authentication_factors;
      const authentication_factors = [...session.authentication_factors, { ...first, type: 'webauthn' }];
      return claimsWith({ [SESSION_CLAIM]: { ...session, authentication_factors } });
    },
    'factors proved just now': () =>
      claimsWith({
        [SESSION_CLAIM]: JSON.parse(
          JSON.stringify(genuine.claims[SESSION_CLAIM]).replaceAll(
            /"last_authenticated_at":"[^"]+"/g,
            `"last_authenticated_at":"${new Date().toISOString()}"`,
          ),
        ),
      }),
    'the same claims with a blank between them': () =>
      `${genuine.raw[0]}.${encoded(JSON.stringify(genuine.claims, null, 1))}.${genuine.raw[2]}`,
    'a second sub behind the first': () => {
      const text = JSON.stringify(genuine.claims);
      const doubled = `${text.slice(0, -1)},"sub":"${all.attacker.userId}"}`;
      return `${genuine.raw[0]}.${encoded(doubled)}.${genuine.raw[2]}`;
    },
    'a header with one entry more': () => headerWith({ note: 1 }),
    'alg given twice, none and then RS256': () =>
      `${encoded(`{"alg":"none","kid":"${genuine.kid}","typ":"JWT","alg":"RS256"}`)}.${genuine.raw[1]}.${genuine.raw[2]}`,
    '__proto__ in the header': () =>
      signedByAttacker(
        `{"__proto__":{"alg":"none"},"alg":"RS256","kid":"${genuine.kid}","typ":"JWT"}`,
        genuine.claims,
      ),
    'a header that is nested a thousand deep': () =>
      signedByAttacker(
        `{"alg":"RS256","kid":"${genuine.kid}","typ":"JWT","x":${'['.repeat(1000)}${']'.repeat(1000)}}`,
        genuine.claims,
      ),
    'the first bit of the signature turned': () => flipped(0),
    'a bit in the middle turned': () => flipped(128),
    'the last bit turned': () => flipped(255),
    'a signature that is one byte short': () => withSignature(signature().subarray(0, 255)),
    'a signature that is one byte long': () => withSignature(signature().subarray(0, 1)),
    'a signature with a zero byte before': () => withSignature(Buffer.concat([Buffer.alloc(1), signature()])),
    'a signature with a byte behind': () => withSignature(Buffer.concat([signature(), Buffer.alloc(1)])),
    'a signature of zeros': () => withSignature(Buffer.alloc(256)),
    'a signature of ones': () => withSignature(Buffer.alloc(256, 255)),
    'a signature backwards': () => withSignature(signature().reverse()),
  });
});
