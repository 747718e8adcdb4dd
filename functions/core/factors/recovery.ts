// Recovery: a code and a fresh sign-in may replace a lost TOTP, and open nothing else.
import { ServiceError } from '../errors.ts';
import type { Clock } from '../ports.ts';
import type { CurrentSession } from '../session/confirm-session.ts';
import type { AuthenticationFactor, Session } from '../session/session.ts';
import { unmet } from './challenge.ts';
import { everyFactor, judge, type Requirement } from './judge.ts';
import type { TokenPolicy } from './policy.ts';

const RECOVERY_WINDOW_SECONDS = 600;

const freshSignIn: Requirement = { preset: 'any-session', maxFactorAgeSeconds: RECOVERY_WINDOW_SECONDS };

/**
 * Lets a recovery code be tried: there is a TOTP to replace, and the sign-in is fresh.
 * @throws ServiceError `factor_not_allowed`, `insufficient_user_authentication`
 */
export function requireRecovery(
  { policy, clock }: { readonly policy: TokenPolicy; readonly clock: Clock },
  presented: Session,
  { user, session }: CurrentSession,
): void {
  if (!user.factors.some(({ kind, isVerified }) => kind === 'totp' && isVerified)) {
    throw new ServiceError('factor_not_allowed', { reason: 'no_totp_to_replace' });
  }
  for (const { factors } of [presented, session]) {
    const verdict = judge(freshSignIn, factors, everyFactor, clock(), policy);
    if (!verdict.isMet) throw unmet(verdict, freshSignIn, 'recovery_window');
  }
}

/** Whether a recovery code was proved in this session a moment ago. */
export const hasRecovered = (
  factors: readonly AuthenticationFactor[],
  now: number,
  graceSeconds: number,
): boolean =>
  factors.some(
    ({ kind, lastAuthenticatedAt }) =>
      kind === 'recovery_code' &&
      lastAuthenticatedAt !== null &&
      now - lastAuthenticatedAt <= RECOVERY_WINDOW_SECONDS + graceSeconds,
  );
