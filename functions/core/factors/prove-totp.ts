// A TOTP code added to the session: counted before Stytch is asked, and bound to the same user and session.
import type { SteppedUpAnswer } from '../../contract/factors.ts';
import { ServiceError } from '../errors.ts';
import type { AuthenticationProvider, Clock, Counters, Log, SessionJwts } from '../ports.ts';
import { sessionAnswer } from '../session/answers.ts';
import { type CurrentSession, confirmSession } from '../session/confirm-session.ts';
import type { Session } from '../session/session.ts';

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
  await ports.counters.take('failuresInARow', stytchUserId);
  await ports.counters.take('failuresPerDay', stytchUserId);
  const outcome = await ports.provider.authenticateTotp({ stytchUserId, code, sessionJwt }, signal);
  if (!outcome.isProved) {
    ports.log.record('step_up.refused', { stytchUserId, sessionId, factor: 'totp', reason: outcome.reason });
    if (outcome.reason === 'not_enrolled') throw new ServiceError('enrollment_required');
    throw new ServiceError('invalid_grant', { reason: outcome.reason });
  }
  const current = await confirmSession(ports.jwts, presented, outcome.confirmed);
  await ports.counters.reset('failuresInARow', stytchUserId);
  await ports.counters.giveBack('failuresPerDay', stytchUserId);
  ports.log.record('step_up.completed', {
    stytchUserId,
    sessionId,
    factor: 'totp',
    stytchRequestId: current.stytchRequestId,
  });
  return current;
}

/**
 * Steps a session up: the JWT that comes back carries both factors.
 * @throws ServiceError as {@link proveTotp}
 */
export async function stepUp(
  ports: ProofPorts,
  presented: Session,
  code: string,
  signal: AbortSignal,
): Promise<SteppedUpAnswer> {
  const current = await proveTotp(ports, presented, code, signal);
  return sessionAnswer(current.session);
}
