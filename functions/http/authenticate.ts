// Who calls: the session JWT of the Authorization header, proved genuine before anything else happens.
import { type DecidingReason, ServiceError } from '../core/errors.ts';
import type { SessionJwts } from '../core/ports.ts';
import type { Session } from '../core/session/session.ts';
import type { IncomingRequest } from './event.ts';
import { nameCaller } from './log.ts';

/** Longer than any session JWT that Stytch makes (its custom claims end at 4 kB). */
const LONGEST_JWT = 9000;

const bearer = /^bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i;

/**
 * Verifies the bearer JWT locally, so that garbage never costs a vendor call (standards J4).
 * @throws ServiceError `invalid_token`
 */
export async function authenticateBearer(jwts: SessionJwts, request: IncomingRequest): Promise<Session> {
  const header = request.header('authorization');
  if (header === undefined)
    throw new ServiceError('invalid_token', { reason: 'missing' satisfies DecidingReason });
  const sessionJwt = header.length > LONGEST_JWT ? undefined : bearer.exec(header)?.[1];
  if (sessionJwt === undefined) throw new ServiceError('invalid_token', { reason: 'not_a_bearer_jwt' });
  const verdict = await jwts.verify(sessionJwt);
  if (!verdict.isGenuine) throw new ServiceError('invalid_token', { reason: verdict.reason });
  nameCaller(verdict.session);
  return verdict.session;
}
