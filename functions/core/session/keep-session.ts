// Keeping and ending sessions: a fresh JWT for the session token, and the end of one session or of all.
import type { RefreshedAnswer } from '../../contract/sessions.ts';
import { ServiceError } from '../errors.ts';
import { unmet } from '../factors/challenge.ts';
import { everyFactor, isImpersonated, judge, type Requirement } from '../factors/judge.ts';
import type { Clock, Log, SessionJwts, SessionKeeper, SessionReader } from '../ports.ts';
import { sessionAnswer } from './answers.ts';
import { confirmSession, refuseUnfit, verifyReturned } from './confirm-session.ts';
import type { Session } from './session.ts';

export interface KeepPorts {
  readonly keeper: SessionKeeper;
  readonly sessions: SessionReader;
  readonly jwts: SessionJwts;
  readonly clock: Clock;
  readonly log: Log;
  readonly session: { readonly idleSeconds: number; readonly maxSeconds: number };
}

/** Stytch takes no shorter duration. */
const SHORTEST_EXTENSION_MINUTES = 5;

/**
 * A fresh JWT; the session's end moves to the idle time from now, never past its longest life.
 * @throws ServiceError `invalid_grant` for a token of no live session, `invalid_token` for support's, `user_locked`
 */
export async function refresh(
  ports: KeepPorts,
  sessionToken: string,
  signal: AbortSignal,
): Promise<RefreshedAnswer> {
  const read = await ports.keeper.readByToken(sessionToken, null, signal);
  refuseUnfit(read.user);
  const session = await verifyReturned(ports.jwts, read.sessionJwt);
  // Stytch gives support an hour; nobody makes it longer here.
  if (isImpersonated(session.factors)) throw new ServiceError('invalid_token', { reason: 'impersonated' });
  const now = ports.clock();
  const endsAt = Math.min(now + ports.session.idleSeconds, session.startedAt + ports.session.maxSeconds);
  if (endsAt <= now) {
    await ports.keeper.revoke({ sessionId: session.sessionId }, signal);
    throw new ServiceError('invalid_grant', { reason: 'session_too_old' });
  }
  const minutes = Math.floor((endsAt - now) / 60);
  const isNearer = now + minutes * 60 <= session.expiresAt;
  if (minutes < SHORTEST_EXTENSION_MINUTES || isNearer) return sessionAnswer(session);
  const extended = await ports.keeper.readByToken(sessionToken, minutes, signal);
  const { session: renewed } = await confirmSession(ports.jwts, session, extended);
  return sessionAnswer(renewed);
}

/** Ends the session of a token; one that is over already is no error. */
export const revokeOne = (ports: KeepPorts, sessionToken: string, signal: AbortSignal): Promise<void> =>
  ports.keeper.revoke({ sessionToken }, signal);

/** Signing out everywhere takes a sign-in of the last ten minutes. */
const revokeAllRequirement: Requirement = { preset: 'any-session', maxFactorAgeSeconds: 600 };

/**
 * Ends every session of the user.
 * @throws ServiceError `insufficient_user_authentication`, `invalid_token`
 */
export async function revokeAll(ports: KeepPorts, presented: Session, signal: AbortSignal): Promise<void> {
  const now = ports.clock();
  const verdict = judge(revokeAllRequirement, presented.factors, everyFactor, now, {
    isUserVerificationProved: false,
  });
  if (!verdict.isMet) throw unmet(verdict, revokeAllRequirement, 'revoke_all');
  await confirmSession(ports.jwts, presented, await ports.sessions.readSession(presented.sessionJwt, signal));
  const ended = await revokeOthers(ports, presented, signal);
  await ports.keeper.revoke({ sessionId: presented.sessionId }, signal);
  ports.log.record('session.revoked_all', { stytchUserId: presented.stytchUserId, sessions: ended + 1 });
}

/** Ends every session of the user but the one presented; says how many. */
export async function revokeOthers(
  { keeper }: Pick<KeepPorts, 'keeper'>,
  presented: Session,
  signal: AbortSignal,
): Promise<number> {
  const sessionIds = await keeper.listSessions(presented.stytchUserId, signal);
  const others = sessionIds.filter((sessionId) => sessionId !== presented.sessionId);
  await Promise.all(others.map((sessionId) => keeper.revoke({ sessionId }, signal)));
  return others.length;
}
