// Ids, tokens and codes, all from the system's random source and in the shapes that Stytch gives them.
import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { Refusal } from './errors.ts';

export type Environment = 'test' | 'live';

export type IdKind =
  | 'user'
  | 'session'
  | 'email'
  | 'phone-number'
  | 'totp'
  | 'totp-recovery-code'
  | 'webauthn-registration'
  | 'password'
  | 'embeddable-magic-link'
  | 'jwk'
  | 'request-id'
  | 'connected-app'
  | 'm2m-client';

/** A fresh id such as `user-test-<uuid>`. */
export function newId(kind: IdKind, environment: Environment): string {
  return `${kind}-${environment}-${randomUUID()}`;
}

/** An opaque token of 264 random bits, 44 characters long. */
export function newToken(): string {
  return randomBytes(33).toString('base64url');
}

/** Six random digits. */
export function newPasscode(): string {
  return String(randomInt(1_000_000)).padStart(6, '0');
}

/** A recovery code in the form `xxxx-xxxx-xxxx`. */
export function newRecoveryCode(): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';
  const part = (): string => Array.from({ length: 4 }, () => alphabet[randomInt(alphabet.length)]).join('');
  return `${part()}-${part()}-${part()}`;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether `value` is an id of that kind, in either environment. */
export function isId(kind: IdKind, value: string): boolean {
  return ['test', 'live'].some((name) => {
    const prefix = `${kind}-${name}-`;
    return value.startsWith(prefix) && UUID.test(value.slice(prefix.length));
  });
}

/**
 * Refuses an id that was made in the other environment.
 * @throws Refusal
 */
export function requireEnvironment(id: string, environment: Environment): void {
  const made = /^[a-z0-9-]+?-(test|live)-/.exec(id)?.[1];
  if (made === undefined || made === environment) return;
  throw new Refusal(
    made === 'test' ? 'test_id_used_in_live_environment' : 'live_id_used_in_test_environment',
  );
}
