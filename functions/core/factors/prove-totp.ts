// A TOTP code added to the session: counted before Stytch is asked, and bound to the same user and session.
import type { SteppedUpAnswer } from '../../contract/factors.ts';
import { ServiceError } from '../errors.ts';
import type { AuthenticationProvider, Clock, Counters, Log, SessionJwts } from '../ports.ts';
import { sessionAnswer } from '../session/answers.ts';
import { type CurrentSession, confirmSession } from '../session/confirm-session.ts';
import type { Session } from '../session/session.ts';
import { couldCount } from './counting.ts';
import { confirm, type GatePorts, meetNewFactors, refuseBarred } from './gate.ts';
import { factorClass } from './presets.ts';

export interface ProofPorts {
  readonly provider: AuthenticationProvider;
  readonly counters: Counters;
  readonly jwts: SessionJwts;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Proves a TOTP code. A try is counted as a failure until it has succeeded.
 * @throws ServiceError `invalid_grant`, `enrollment_required`, `rate_limited`, `user_locked`
 */
export async function proveTotp(
  ports: ProofPorts,
  presented: Session,
  code: string,
  signal: AbortSignal,
): Promise<CurrentSession> {
  const { stytchUserId, sessionId, sessionJwt } = presented;
  await endRowBySignIn(ports.counters, presented);
  await ports.counters.take('failuresPerDay', stytchUserId);
  await ports.counters.take('failuresInARow', stytchUserId);
  const outcome = await ports.provider.authenticateTotp({ stytchUserId, code, sessionJwt }, signal);
  if (!outcome.isProved) {
    ports.log.record('step_up.refused', { stytchUserId, sessionId, factor: 'totp', reason: outcome.reason });
    if (outcome.reason === 'not_enrolled') throw new ServiceError('enrollment_required');
    throw new ServiceError('invalid_grant', { reason: outcome.reason });
  }
  const current = await confirmSession(ports.jwts, presented, outcome.confirmed);
  // The code is used up: a store that fails now must not turn the success into an error.
  await Promise.allSettled([
    ports.counters.reset('failuresInARow', stytchUserId),
    ports.counters.giveBack('failuresPerDay', stytchUserId),
  ]);
  ports.log.record('step_up.completed', {
    stytchUserId,
    sessionId,
    factor: 'totp',
    stytchRequestId: current.stytchRequestId,
  });
  return current;
}

/** A sign-in after the last failure ends the row, also one that the app made with Stytch itself. */
async function endRowBySignIn(counters: Counters, { stytchUserId, factors }: Session): Promise<void> {
  const signIns = factors.flatMap(({ kind, lastAuthenticatedAt }) =>
    factorClass(kind) === 'account' && lastAuthenticatedAt !== null ? [lastAuthenticatedAt] : [],
  );
  if (signIns.length > 0) await counters.reset('failuresInARow', stytchUserId, Math.max(...signIns));
}

/**
 * Steps a session up: the JWT that comes back carries both factors. Only a TOTP that is confirmed and counts is asked,
 * so that no enrolment can be finished here.
 * @throws ServiceError as {@link proveTotp}
 */
export async function stepUp(
  ports: ProofPorts & Pick<GatePorts, 'sessions' | 'mappings'>,
  presented: Session,
  code: string,
  signal: AbortSignal,
): Promise<SteppedUpAnswer> {
  const [current, known] = await Promise.all([
    confirm(ports, presented, signal),
    ports.mappings.readUser(presented.stytchUserId),
  ]);
  refuseBarred(known, ports.clock());
  const met = await meetNewFactors(ports, { current, known });
  const now = ports.clock();
  const canProve = current.user.factors.some(
    (factor) => factor.kind === 'totp' && couldCount(factor, met.factors, now),
  );
  if (!canProve) throw new ServiceError('enrollment_required', { reason: 'no_totp_counts' });
  const proved = await proveTotp(ports, presented, code, signal);
  return sessionAnswer(proved.session);
}
