// What the client needs of Web Crypto, and what it makes of it: random texts, and hashes as text.
import { encode32 } from './base64url.ts';

/** A part of `globalThis.crypto`, for runtimes that have none. */
export interface CryptoLike {
  getRandomValues(bytes: Uint8Array<ArrayBuffer>): Uint8Array;
  readonly subtle: { digest(algorithm: 'SHA-256', bytes: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer> };
}

/** 256 random bits. */
export const randomText = (crypto: CryptoLike): string =>
  encode32(crypto.getRandomValues(new Uint8Array(32)));

/** In base64url; of a verifier it is the challenge of PKCE S256 (RFC 7636 section 4.2). */
export const sha256 = async (crypto: CryptoLike, text: string): Promise<string> =>
  encode32(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))));
