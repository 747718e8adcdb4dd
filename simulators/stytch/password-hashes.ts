// Passwords at rest: scrypt with a salt each.
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

export interface PasswordHash {
  readonly salt: string;
  readonly hash: string;
}

/** The hash to store for a password. */
export async function hashPassword(password: string): Promise<PasswordHash> {
  const salt = randomBytes(16).toString('hex');
  return { salt, hash: (await derive(password, salt)).toString('hex') };
}

/** Whether this is the password behind a hash. */
export async function isPassword(password: string, stored: PasswordHash): Promise<boolean> {
  return timingSafeEqual(await derive(password, stored.salt), Buffer.from(stored.hash, 'hex'));
}

function derive(password: string, salt: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // Cheaper than a real service would have it: nothing here outlives a test run.
    scrypt(password, salt, 32, { N: 1_024 }, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
}
