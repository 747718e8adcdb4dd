// What Stytch's answers mean to us where they are no success. Matched on `error_type` alone; messages are never read,
// kept or logged.
import type * as z from 'zod/mini';
import { ServiceError, type UpstreamFault } from '../../core/errors.ts';
import { faultOf } from '../outbound.ts';

/** An error answer of Stytch: what may be kept of it. */
export interface StytchRefusal {
  /** Empty where the answer is not in Stytch's own form, but a proxy's. */
  readonly errorType: string;
  readonly status: number;
  readonly requestId?: string;
  readonly retryAfterSeconds?: number;
}

export type StytchOutcome<T> =
  | { readonly isAnswer: true; readonly answer: T }
  | { readonly isAnswer: false; readonly refusal: StytchRefusal };

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

export const isRefusedCredential = (outcome: StytchOutcome<unknown>): boolean =>
  !outcome.isAnswer && isOurCredentials(outcome.refusal.errorType);

/** A refusal that has no meaning of its own for the call that met it. */
export function failure(operation: string, refusal: StytchRefusal): ServiceError {
  const { errorType, status, requestId, retryAfterSeconds } = refusal;
  const upstream: UpstreamFault = faultOf(
    { provider: 'stytch', operation },
    { status, vendorCode: errorType, ...(requestId === undefined ? {} : { vendorRequestId: requestId }) },
  );
  if (isLock(errorType)) return new ServiceError('user_locked', { reason: errorType, upstream });
  if (deadSession.has(errorType)) return new ServiceError('invalid_token', { reason: errorType, upstream });
  return new ServiceError('upstream_unavailable', {
    upstream,
    ...(isOurCredentials(errorType) ? { reason: 'our_credentials' } : {}),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}

export const unreadable = (operation: string): ServiceError =>
  new ServiceError('upstream_unavailable', {
    reason: 'unreadable_answer',
    upstream: faultOf({ provider: 'stytch', operation }),
  });

/**
 * Reads an answer by its schema, since nobody else has checked it: the SDK's types only promise (standards O10).
 * @throws ServiceError `upstream_unavailable`
 */
export function readAnswer<Schema extends z.ZodMiniType>(
  operation: string,
  schema: Schema,
  answer: unknown,
): z.output<Schema> {
  const parsed = schema.safeParse(answer);
  if (!parsed.success) throw unreadable(operation);
  return parsed.data;
}
