// Stytch's answer about a session, held against the session that was presented (standards N11, J5).
import { ServiceError } from '../errors.ts';
import type { SessionJwts } from '../ports.ts';
import type { ConfirmedSession, Session, User } from './session.ts';

/** A session that Stytch has just vouched for, with the user and Stytch's request id. */
export interface CurrentSession {
  readonly session: Session;
  readonly user: User;
  readonly stytchRequestId: string;
}

/**
 * Verifies the JWT that Stytch returned and that it is still the same user's same session.
 * @throws ServiceError `invalid_token` on another user or session, `user_locked`
 */
export async function confirmSession(
  jwts: SessionJwts,
  presented: Session,
  confirmed: ConfirmedSession,
): Promise<CurrentSession> {
  const session = await verifyReturned(jwts, confirmed.sessionJwt);
  const isSame =
    session.stytchUserId === presented.stytchUserId &&
    session.sessionId === presented.sessionId &&
    confirmed.user.stytchUserId === presented.stytchUserId;
  if (!isSame) throw new ServiceError('invalid_token', { reason: 'session_changed' });
  refuseUnfit(confirmed.user);
  return { session, user: confirmed.user, stytchRequestId: confirmed.requestId };
}

/** A JWT that Stytch itself returned and that does not verify is Stytch's fault, not the caller's. */
export async function verifyReturned(jwts: SessionJwts, sessionJwt: string): Promise<Session> {
  const verified = await jwts.verify(sessionJwt);
  if (verified.isGenuine) return verified.session;
  throw new ServiceError('upstream_unavailable', {
    reason: `returned_jwt_${verified.reason}`,
    upstream: { provider: 'stytch', operation: 'verify_returned_jwt' },
  });
}

/** A locked or inactive user gets nothing. */
export function refuseUnfit(user: User): void {
  if (user.isLocked) throw new ServiceError('user_locked', { reason: 'stytch_lock' });
  if (!user.isActive) throw new ServiceError('invalid_token', { reason: 'user_not_active' });
}
