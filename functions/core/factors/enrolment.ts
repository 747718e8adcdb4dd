// Who may enrol a second factor: freely only while there is nothing to steal.
import { ServiceError } from '../errors.ts';
import type { UserRecord } from '../onboarding/records.ts';
import type { ContactProvider, SessionKeeper } from '../ports.ts';
import type { CurrentSession } from '../session/confirm-session.ts';
import type { Session } from '../session/session.ts';
import { holdsFactor, unmet } from './challenge.ts';
import { countsBy, isWaitingAfterRecovery } from './counting.ts';
import { type Admitted, confirm, type GatePorts, meetNewFactors, refuseBarred } from './gate.ts';
import { everyFactor, judge, type Requirement } from './judge.ts';
import type { TokenPolicy } from './policy.ts';
import type { ProofPorts } from './prove.ts';
import { hasRecovered } from './recovery.ts';

export interface EnrolmentPorts extends ProofPorts, GatePorts {
  readonly keeper: SessionKeeper;
  readonly contacts: ContactProvider;
}

/** A sign-in or step-up this fresh lets a factor be enrolled. */
export const ENROLMENT_WINDOW_SECONDS = 600;

/**
 * On what ground a factor is enrolled: there is nothing to steal yet; by a factor already held; by the phone number
 * that Unit holds; or to replace a lost TOTP.
 */
export type EnrolmentGround = 'nothing_yet' | 'held_factor' | 'unit_phone' | 'recovery';

const requirements = {
  nothing_yet: { preset: 'any-session', maxFactorAgeSeconds: ENROLMENT_WINDOW_SECONDS },
  held_factor: { preset: 'stytch-mfa', maxFactorAgeSeconds: ENROLMENT_WINDOW_SECONDS },
  unit_phone: { preset: 'any-session', maxFactorAgeSeconds: ENROLMENT_WINDOW_SECONDS },
  recovery: { preset: 'any-session', maxFactorAgeSeconds: ENROLMENT_WINDOW_SECONDS },
} as const satisfies Record<EnrolmentGround, Requirement>;

/**
 * Refuses whoever may not enrol now. The JWT that was presented is judged as well as Stytch's view of its session, or
 * one stolen before a step-up would gain the step-up's factors. `graceSeconds` widens the window for finishing what
 * was begun inside it; `allowed` are the grounds that this kind of factor accepts.
 * @throws ServiceError `insufficient_user_authentication`, `factor_not_allowed`
 */
export function requireEnrolment(
  policy: TokenPolicy,
  presented: Session,
  current: CurrentSession,
  known: UserRecord,
  now: number,
  graceSeconds: number,
  allowed: readonly EnrolmentGround[],
): EnrolmentGround {
  const ground = groundOf(presented, current, known, now, graceSeconds, allowed);
  if (ground === null || !allowed.includes(ground)) {
    throw new ServiceError('factor_not_allowed', {
      detail: 'Someone who has applied already enrols with the help of support.',
      reason: ground ?? 'no_ground',
    });
  }
  const requirement = requirements[ground];
  const widened = { ...requirement, maxFactorAgeSeconds: requirement.maxFactorAgeSeconds + graceSeconds };
  const counts = countsBy(current.user, known.factors, now);
  const verdicts = [
    judge(widened, presented.factors, everyFactor, now, policy),
    judge(widened, current.session.factors, counts, now, policy),
  ];
  for (const verdict of verdicts) {
    if (!verdict.isMet) throw unmet(verdict, requirement, 'enrolment_window');
  }
  return ground;
}

function groundOf(
  presented: Session,
  current: CurrentSession,
  known: UserRecord,
  now: number,
  graceSeconds: number,
  allowed: readonly EnrolmentGround[],
): EnrolmentGround | null {
  const recoveries = [presented, current.session].map(({ factors }) =>
    hasRecovered(factors, now, graceSeconds),
  );
  if (!recoveries.includes(false) && allowed.includes('recovery')) return 'recovery';
  if (holdsFactor(current.user, known.factors, now)) return 'held_factor';
  // A recovery replaces the TOTP and opens nothing else, also after it has taken the old one away.
  if (recoveries.includes(true) || isWaitingAfterRecovery(known.factors, now)) return null;
  if (known.applications.length === 0 && known.customers.length === 0) return 'nothing_yet';
  return known.customers.length > 0 ? 'unit_phone' : null;
}

/**
 * The session as Stytch shows it now and our records of the user, with the factors that we meet for the first time.
 * @throws ServiceError `invalid_token`, `user_locked`
 */
export async function readEnrolled(
  ports: EnrolmentPorts,
  presented: Session,
  signal: AbortSignal,
): Promise<Admitted> {
  const [current, known] = await Promise.all([
    confirm(ports, presented, signal),
    ports.mappings.readUser(presented.stytchUserId),
  ]);
  refuseBarred(known, ports.clock());
  return { current, known: await meetNewFactors(ports, { current, known }) };
}

/** A factor cannot vouch for its own enrolment. */
export const without = (known: UserRecord, enrolling: string): UserRecord => ({
  ...known,
  factors: known.factors.filter(({ factorId }) => factorId !== enrolling),
});
