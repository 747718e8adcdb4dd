// The project's signing keys: made when first needed, rotated on command, served as JWKS.
import { createHash, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { selfSignedCertificate } from './certificates.ts';
import { type Environment, newId } from './ids.ts';

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly jwk: Readonly<Record<string, unknown>>;
  /** From then on the key is neither served nor accepted. */
  retiresAt: number;
}

const makePair = promisify(generateKeyPair);

export class SigningKeys {
  readonly #environment: Environment;
  #newest: Promise<SigningKey> | undefined;
  #older: SigningKey[] = [];

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** The key that signs now. */
  current(): Promise<SigningKey> {
    this.#newest ??= newKey(this.#environment);
    return this.#newest;
  }

  /** The keys that JWKS lists and that Stytch itself accepts, newest first. */
  async served(now: number): Promise<readonly SigningKey[]> {
    return [await this.current(), ...this.#older.filter((key) => key.retiresAt > now)];
  }

  /** Makes a new signing key; the old one stays served until `retiresAt`. */
  async rotate(retiresAt: number): Promise<SigningKey> {
    // Made before it takes over: nobody who asks for the keys waits for it.
    const next = await newKey(this.#environment);
    const old = await this.current();
    old.retiresAt = retiresAt;
    this.#older.unshift(old);
    this.#newest = Promise.resolve(next);
    return next;
  }

  /** Takes every key but the signing one out of the JWKS at once. */
  dropOld(): void {
    this.#older = [];
  }
}

async function newKey(environment: Environment): Promise<SigningKey> {
  const { publicKey, privateKey } = await makePair('rsa', { modulusLength: 2048 });
  const kid = newId('jwk', environment);
  const certificate = selfSignedCertificate(publicKey, privateKey);
  const jwk = {
    ...publicKey.export({ format: 'jwk' }),
    use: 'sig',
    key_ops: ['verify'],
    alg: 'RS256',
    kid,
    x5c: [certificate.toString('base64')],
    x5tS256: createHash('sha256').update(certificate).digest('base64url'),
  };
  return { kid, privateKey, publicKey, jwk, retiresAt: Number.POSITIVE_INFINITY };
}
