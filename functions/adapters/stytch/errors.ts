// What Stytch's error types mean to us. Matched on `error_type` alone; messages are never read, kept or logged.
import { ServiceError, type UpstreamFault } from '../../core/errors.ts';

/** The session that the call named is gone, or never was one. */
const deadSession: ReadonlySet<string> = new Set([
  'session_not_found',
  'user_not_found',
  'unable_to_parse_session_jwt',
  'invalid_session_token',
]);

/** Stytch locked the user, for a while. */
export const isLock = (errorType: string): boolean => errorType === 'user_lock_limit_reached';

/** Our own project secret is refused (a user's wrong password reads the same; no call of ours sends one). */
export const isOurCredentials = (errorType: string): boolean => errorType === 'unauthorized_credentials';

/** An error of Stytch that has no meaning of its own for the call that met it. */
export function toServiceError(
  errorType: string,
  fault: UpstreamFault,
  retryAfterSeconds?: number,
): ServiceError {
  if (isLock(errorType)) return new ServiceError('user_locked', { reason: errorType, upstream: fault });
  if (deadSession.has(errorType)) {
    return new ServiceError('invalid_token', { reason: errorType, upstream: fault });
  }
  return new ServiceError('upstream_unavailable', {
    upstream: fault,
    ...(isOurCredentials(errorType) ? { reason: 'our_credentials' } : {}),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}
