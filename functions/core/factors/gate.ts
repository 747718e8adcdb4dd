// The gate: who may pass with the factors proved, first by the JWT presented, then by Stytch's own answer (INV1).
import { type ErrorCode, ServiceError } from '../errors.ts';
import type { UserRecord } from '../onboarding/records.ts';
import type { Clock, IdMappings, Log, SessionJwts, SessionReader } from '../ports.ts';
import { type CurrentSession, confirmSession } from '../session/confirm-session.ts';
import type { AuthenticationFactor, Session } from '../session/session.ts';
import { couldMeet, stepUpRequired } from './challenge.ts';
import { countsBy, newlyConfirmed, newlySeen } from './counting.ts';
import { everyFactor, judge, type Requirement } from './judge.ts';
import type { TokenPolicy } from './policy.ts';

export interface GatePorts {
  readonly policy: TokenPolicy;
  readonly jwts: SessionJwts;
  readonly sessions: SessionReader;
  readonly mappings: IdMappings;
  readonly clock: Clock;
  readonly log: Log;
}

/** Everything that the second verdict is made from. */
export interface Admitted {
  readonly current: CurrentSession;
  readonly known: UserRecord;
}

/**
 * First verdict, on the factors of the presented JWT: it may only refuse. A user who could not step up at all is
 * told so, but only after Stytch was asked; without its answer the challenge is the answer.
 * @throws ServiceError `insufficient_user_authentication`, `enrollment_required`, `invalid_token`, `user_locked`
 */
export async function judgePresented(
  ports: GatePorts,
  requirement: Requirement,
  presented: Session,
  signal: AbortSignal,
): Promise<void> {
  const verdict = judge(requirement, presented.factors, everyFactor, ports.clock(), ports.policy);
  if (verdict.isMet) return;
  if (verdict.reason === 'impersonated') throw impersonated();
  const [asked, known] = await Promise.allSettled([
    confirm(ports, presented, signal),
    ports.mappings.readUser(presented.stytchUserId),
  ]);
  if (asked.status === 'rejected' && isFirm(asked.reason)) throw asked.reason;
  if (asked.status === 'rejected' || known.status === 'rejected') {
    throw stepUpRequired(requirement, 'presented_jwt');
  }
  refuseBarred(known.value, ports.clock());
  const current = asked.value;
  const met = await meetNewFactors(ports, { current, known: known.value });
  throw refusal(ports, requirement, { current, known: met }, 'presented_jwt');
}

/** Stytch's word on the presented session, verified. */
export async function confirm(
  ports: Pick<GatePorts, 'sessions' | 'jwts'>,
  presented: Session,
  signal: AbortSignal,
): Promise<CurrentSession> {
  return confirmSession(
    ports.jwts,
    presented,
    await ports.sessions.readSession(presented.sessionJwt, signal),
  );
}

/**
 * Second verdict, on the JWT that Stytch returned, the user as of now and our factor records. Factors that we meet
 * for the first time are recorded, and count by the rules of enrolment.
 * @throws ServiceError `insufficient_user_authentication`, `enrollment_required`, `invalid_token`, `user_locked`
 */
export async function admit(ports: GatePorts, requirement: Requirement, admitted: Admitted): Promise<void> {
  const { current } = admitted;
  refuseBarred(admitted.known, ports.clock());
  const known = await meetNewFactors(ports, admitted);
  // Read after the factors were met: one that was first seen now counts from now.
  const now = ports.clock();
  const counts = countsBy(current.user, known.factors, now);
  const verdict = judge(requirement, current.session.factors, counts, now, ports.policy);
  if (verdict.isMet) return;
  if (verdict.reason === 'impersonated') throw impersonated();
  throw refusal(ports, requirement, { current, known }, 'confirmed_session');
}

/** Writes down the factors that we see for the first time, and returns the user's record with them. */
export async function meetNewFactors(
  ports: Pick<GatePorts, 'mappings' | 'clock' | 'log'>,
  { current, known }: Admitted,
): Promise<UserRecord> {
  const now = ports.clock();
  const fresh = newlySeen(current.user, known, now);
  const confirmed = newlyConfirmed(current.user, known, now);
  if (fresh.length === 0 && confirmed.length === 0) return known;
  await Promise.all(
    confirmed.map(({ factorId }) => ports.mappings.confirmFactor(known.stytchUserId, factorId, now)),
  );
  const written = await Promise.all(
    fresh.map((factor) => ports.mappings.meetFactor(known.stytchUserId, factor)),
  );
  for (const factor of fresh) {
    ports.log.record('factor.first_seen', {
      stytchUserId: known.stytchUserId,
      factorId: factor.factorId,
      kind: factor.kind,
      origin: factor.origin,
    });
  }
  // Somebody else saw one first: what stands in the table is what counts.
  if (written.includes(false)) return ports.mappings.readUser(known.stytchUserId);
  const isConfirmed = new Set(confirmed.map(({ factorId }) => factorId));
  const isFresh = new Set(fresh.map(({ factorId }) => factorId));
  const others = known.factors.filter(({ factorId }) => !isConfirmed.has(factorId) && !isFresh.has(factorId));
  return { ...known, factors: [...others, ...confirmed, ...fresh] };
}

/**
 * Our own tombstone and lock.
 * @throws ServiceError `invalid_token` for a deleted user, `user_locked`
 */
export function refuseBarred(known: UserRecord, now: number): void {
  if (known.isDeleted) throw new ServiceError('invalid_token', { reason: 'user_deleted' });
  if (known.lockedUntil !== null && known.lockedUntil > now) {
    throw new ServiceError('user_locked', { reason: 'our_lock' });
  }
}

function refusal(
  ports: GatePorts,
  requirement: Requirement,
  { current, known }: Admitted,
  reason: string,
): ServiceError {
  return couldMeet(requirement, current.user, known.factors, ports.clock(), ports.policy)
    ? stepUpRequired(requirement, reason)
    : new ServiceError('enrollment_required', { reason });
}

const impersonated = (): ServiceError => new ServiceError('invalid_token', { reason: 'impersonated' });

/** Refusals by Stytch that no step-up would cure. */
const firm: readonly ErrorCode[] = ['invalid_token', 'user_locked'];

const isFirm = (error: unknown): boolean => error instanceof ServiceError && firm.includes(error.code);

/** Factors with their ages, as the audit trail holds them. */
export const factorAges = (factors: readonly AuthenticationFactor[], now: number): readonly string[] =>
  factors.map(
    ({ kind, lastAuthenticatedAt }) =>
      `${kind}:${lastAuthenticatedAt === null ? 'never' : Math.round(now - lastAuthenticatedAt)}`,
  );
