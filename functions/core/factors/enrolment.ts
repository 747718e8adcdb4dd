// Who may enrol a second factor: freely only while there is nothing to steal.
import { ServiceError } from '../errors.ts';
import type { UserRecord } from '../onboarding/records.ts';
import type { CurrentSession } from '../session/confirm-session.ts';
import type { Session } from '../session/session.ts';
import { canStepUp, stepUpRequired } from './challenge.ts';
import { countsBy } from './counting.ts';
import { everyFactor, judge, type Requirement } from './judge.ts';
import type { TokenPolicy } from './policy.ts';

/** A sign-in or step-up this fresh lets a factor be enrolled. */
export const ENROLMENT_WINDOW_SECONDS = 600;

/** Someone with nothing yet: any first factor. Everybody else: a factor they already hold. */
const requirements = {
  nothingYet: { preset: 'any-session', maxFactorAgeSeconds: ENROLMENT_WINDOW_SECONDS },
  withFactor: { preset: 'stytch-mfa', maxFactorAgeSeconds: ENROLMENT_WINDOW_SECONDS },
} as const satisfies Record<string, Requirement>;

/**
 * Refuses whoever may not enrol now. The JWT that was presented is judged as well as Stytch's view of its session, or
 * one stolen before a step-up would gain the step-up's factors. `graceSeconds` widens the window for finishing what was begun inside it.
 * @throws ServiceError `insufficient_user_authentication`, `factor_not_allowed`
 */
export function requireEnrolment(
  policy: TokenPolicy,
  presented: Session,
  current: CurrentSession,
  known: UserRecord,
  now: number,
  graceSeconds: number,
): void {
  const hasNothing = known.applications.length === 0 && known.customers.length === 0;
  const holdsFactor = canStepUp(current.user, known.factors, now);
  if (!hasNothing && !holdsFactor) {
    throw new ServiceError('factor_not_allowed', {
      detail: 'Someone who has applied already enrols with the help of support.',
      reason: 'nothing_counts',
    });
  }
  const requirement = hasNothing && !holdsFactor ? requirements.nothingYet : requirements.withFactor;
  const widened = { ...requirement, maxFactorAgeSeconds: requirement.maxFactorAgeSeconds + graceSeconds };
  const counts = countsBy(current.user, known.factors, now);
  const verdicts = [
    judge(widened, presented.factors, everyFactor, now, policy),
    judge(widened, current.session.factors, counts, now, policy),
  ];
  if (verdicts.some(({ isMet }) => !isMet)) throw stepUpRequired(requirement, 'enrolment_window');
}
