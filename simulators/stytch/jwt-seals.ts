// How a JWT is signed, rightly or wrongly.
import { constants, createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { SigningKey } from './keys.ts';
import type { Metadata } from './users.ts';

/** `own` is RS256 with the project's key; `foreign` with a key that no project has; `tampered` changes the payload after. */
export type Seal = 'own' | 'none' | 'hs256' | 'ps256' | 'rs384' | 'foreign' | 'tampered';

export interface Draft {
  readonly header: Metadata;
  readonly claims: Metadata;
  readonly seal: Seal;
}

/** A draft as a compact JWT, sealed as it says. */
export function sealedJwt(draft: Draft, own: SigningKey): string {
  const signed = `${encoded(draft.header)}.${encoded(draft.claims)}`;
  const by = (key: KeyObject, digest = 'sha256'): string =>
    `${signed}.${sign(digest, Buffer.from(signed), key).toString('base64url')}`;
  switch (draft.seal) {
    case 'own':
      return by(own.privateKey);
    case 'none':
      return `${signed}.`;
    case 'hs256': {
      const pem = own.publicKey.export({ type: 'spki', format: 'pem' });
      return `${signed}.${createHmac('sha256', pem).update(signed).digest('base64url')}`;
    }
    case 'ps256': {
      const padding = constants.RSA_PKCS1_PSS_PADDING;
      const saltLength = constants.RSA_PSS_SALTLEN_DIGEST;
      const key = { key: own.privateKey, padding, saltLength };
      return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
    }
    case 'rs384':
      return by(own.privateKey, 'sha384');
    case 'foreign':
      return by(foreignKey().privateKey);
    case 'tampered': {
      const signature = by(own.privateKey).split('.')[2];
      return `${encoded(draft.header)}.${encoded({ ...draft.claims, elevated: true })}.${signature}`;
    }
  }
}

let foreign: { readonly privateKey: KeyObject; readonly jwk: Metadata } | undefined;

/** A key that no project has, made once a process. */
function foreignKey(): { readonly privateKey: KeyObject; readonly jwk: Metadata } {
  if (foreign === undefined) {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    foreign = { privateKey, jwk: { ...publicKey.export({ format: 'jwk' }) } };
  }
  return foreign;
}

/** The public half of the key that no project has. */
export function foreignJwk(): Metadata {
  return foreignKey().jwk;
}

function encoded(part: Metadata): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
