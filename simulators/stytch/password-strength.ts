// The project's password policy: assumed to be LUDS (eight characters, three of four kinds) with breach detection on.
import { Refusal } from './errors.ts';

const MIN_LENGTH = 8;
const MIN_KINDS = 3;

/** Passwords that every list of breached ones has; good by the policy, and refused all the same. */
const BREACHED: ReadonlySet<string> = new Set([
  'Password1!',
  'Passw0rd',
  'P@ssw0rd',
  'Qwerty123!',
  'Welcome1',
]);

export interface Strength extends Record<string, unknown> {
  readonly valid_password: boolean;
  readonly score: number;
  readonly breached_password: boolean;
}

/** The answer of a strength check. */
export function strength(password: string): Strength {
  const kinds = {
    has_lower_case: /\p{Ll}/u.test(password),
    has_upper_case: /\p{Lu}/u.test(password),
    has_digit: /\d/.test(password),
    has_symbol: /[^\p{L}\d]/u.test(password),
  };
  const present = Object.values(kinds).filter(Boolean).length;
  const missingKinds = Math.max(0, MIN_KINDS - present);
  const missingCharacters = Math.max(0, MIN_LENGTH - [...password].length);
  const isBreached = BREACHED.has(password);
  const isStrong = missingKinds === 0 && missingCharacters === 0;
  return {
    valid_password: isStrong && !isBreached,
    score: isStrong ? present : Math.min(present, 2),
    breached_password: isBreached,
    strength_policy: 'luds',
    breach_detection_on_create: true,
    feedback: {
      warning: '',
      suggestions: [],
      luds_requirements: {
        ...kinds,
        missing_complexity: missingKinds,
        missing_characters: missingCharacters,
      },
    },
  };
}

/**
 * Refuses a weak or breached new password.
 * @throws Refusal
 */
export function requireAcceptable(password: string): void {
  const { breached_password: isBreached, valid_password: isValid } = strength(password);
  if (isBreached) throw new Refusal('breached_password');
  if (!isValid) throw new Refusal('weak_password');
}
