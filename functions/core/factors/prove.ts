// A proof added to the session: counted before Stytch is asked, never repeated, bound to the same user and session.
import { isUnanswered, ServiceError } from '../errors.ts';
import type {
  AuthenticationProvider,
  Challenges,
  Clock,
  Counters,
  Log,
  ProofOutcome,
  SessionJwts,
  SessionReader,
} from '../ports.ts';
import { type CurrentSession, confirmSession } from '../session/confirm-session.ts';
import type { AuthenticationFactor, FactorKind, Session } from '../session/session.ts';
import { factorClass } from './presets.ts';

export interface ProofPorts {
  readonly provider: AuthenticationProvider;
  readonly sessions: SessionReader;
  readonly counters: Counters;
  readonly challenges: Challenges;
  readonly jwts: SessionJwts;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Proves one factor. A try is counted as a failure until it has succeeded.
 * @param before the session as Stytch showed it just now, to tell after a lost answer whether the proof was taken
 * @throws ServiceError `invalid_grant`, `enrollment_required`, `rate_limited`, `user_locked`
 */
export async function prove(
  ports: ProofPorts,
  presented: Session,
  before: CurrentSession,
  kind: FactorKind,
  ask: () => Promise<ProofOutcome>,
  signal: AbortSignal,
): Promise<CurrentSession> {
  const { stytchUserId, sessionId } = presented;
  await endRowBySignIn(ports.counters, presented);
  // The row first: a try that it refuses must not use up the day.
  await ports.counters.take('failuresInARow', stytchUserId);
  await ports.counters.take('failuresPerDay', stytchUserId);
  const outcome = await withoutRepeating(ports, presented, before, kind, ask, signal);
  if (!outcome.isProved) {
    ports.log.record('step_up.refused', { stytchUserId, sessionId, factor: kind, reason: outcome.reason });
    if (outcome.reason === 'not_enrolled') throw new ServiceError('enrollment_required');
    throw new ServiceError('invalid_grant', { reason: outcome.reason });
  }
  const current = await confirmSession(ports.jwts, presented, outcome.confirmed);
  await forgive(ports.counters, stytchUserId);
  ports.log.record('step_up.completed', {
    stytchUserId,
    sessionId,
    factor: kind,
    stytchRequestId: current.stytchRequestId,
  });
  return current;
}

/**
 * A proof is used up by its first try: after a lost answer the session is read, and the proof is never sent again. That
 * read shows that somebody proved the factor in this session, not that this caller did, so no JWT comes of it: whoever
 * holds the session token refreshes the session.
 * @throws ServiceError `upstream_timeout`, `upstream_unavailable`
 */
async function withoutRepeating(
  ports: ProofPorts,
  presented: Session,
  before: CurrentSession,
  kind: FactorKind,
  ask: () => Promise<ProofOutcome>,
  signal: AbortSignal,
): Promise<ProofOutcome> {
  const [asked] = await Promise.allSettled([ask()]);
  if (asked.status === 'fulfilled') return asked.value;
  if (!isUnanswered(asked.reason)) throw asked.reason;
  const confirmed = await ports.sessions.readSession(presented.sessionJwt, signal);
  const { session } = await confirmSession(ports.jwts, presented, confirmed);
  if (latest(session.factors, kind) <= latest(before.session.factors, kind)) throw asked.reason;
  await forgive(ports.counters, presented.stytchUserId);
  throw new ServiceError('upstream_timeout', {
    detail: 'The proof was taken, but its answer was lost: refresh the session by its token.',
    reason: 'proof_taken',
    upstream: { provider: 'stytch', operation: 'authenticate' },
  });
}

/** The code is used up: a store that fails now must not turn the success into an error. */
const forgive = (counters: Counters, stytchUserId: string): Promise<unknown> =>
  Promise.allSettled([
    counters.reset('failuresInARow', stytchUserId),
    counters.giveBack('failuresPerDay', stytchUserId),
  ]);

const latest = (factors: readonly AuthenticationFactor[], kind: FactorKind): number =>
  Math.max(
    Number.NEGATIVE_INFINITY,
    ...factors.map((factor) => (factor.kind === kind ? (factor.lastAuthenticatedAt ?? 0) : 0)),
  );

/** A sign-in after the last failure ends the row, also one that the app made with Stytch itself. */
async function endRowBySignIn(counters: Counters, { stytchUserId, factors }: Session): Promise<void> {
  const signIns = factors.flatMap(({ kind, lastAuthenticatedAt }) =>
    factorClass(kind) === 'account' && lastAuthenticatedAt !== null ? [lastAuthenticatedAt] : [],
  );
  if (signIns.length > 0) await counters.reset('failuresInARow', stytchUserId, Math.max(...signIns));
}
