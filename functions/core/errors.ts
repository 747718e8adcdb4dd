// The one error of the rules: a closed set of codes, with what a caller may be told. HTTP is not known here.

export const errorCodes = [
  'invalid_request',
  'invalid_scope',
  'invalid_grant',
  'customer_ambiguous',
  'invalid_token',
  'insufficient_user_authentication',
  'invalid_signature',
  'enrollment_required',
  'factor_not_allowed',
  'user_locked',
  'application_denied',
  'customer_archived',
  'origin_not_allowed',
  'not_found',
  'method_not_allowed',
  'no_customer',
  'application_pending',
  'customer_in_review',
  'application_exists',
  'conflict',
  'payload_too_large',
  'unsupported_media_type',
  'idempotency_key_reused',
  'application_refused',
  'email_not_verified',
  'rate_limited',
  'server_error',
  'upstream_unavailable',
  'not_configured',
  'temporarily_unavailable',
  'upstream_timeout',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** A fault in one field of the request: an RFC 6901 pointer and a reason, never the rejected value. */
export interface FieldError {
  readonly pointer: string;
  readonly reason: string;
}

/** What a step-up must bring: RFC 9470's two members and our own list of factors. */
export interface StepUpChallenge {
  readonly acrValues: readonly string[];
  readonly maxAgeSeconds: number;
  readonly acceptableFactors: readonly string[];
}

/** Where a vendor call went wrong, for our log: never headers, bodies or SDK objects. */
export interface UpstreamFault {
  readonly provider: 'stytch' | 'unit' | 'aws';
  readonly operation: string;
  readonly status?: number;
  readonly vendorCode?: string;
  readonly vendorRequestId?: string;
}

/**
 * The words of `reason` by which something is decided: what a refusal says, whether a cookie goes, a call is sent again,
 * an event passes, or an alarm hears of it. Both ends name the type, so that neither can be renamed alone.
 */
export type DecidingReason =
  /** No credential was sent. */
  | 'missing'
  /** A signature fits none of our tokens. */
  | 'wrong'
  /** The connection ended before an answer. */
  | 'no_answer'
  /** An answer that is whole, and that our schema refuses. */
  | 'unreadable_answer'
  /** A run has spent its calls to Unit. */
  | 'call_budget'
  | 'origin_secret_missing'
  | 'origin_secret_wrong';

/** Members of a problem that only some codes carry. */
export interface ErrorDetails {
  /** Safe for users; the code's title serves where it is absent. */
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  readonly challenge?: StepUpChallenge;
  readonly retryAfterSeconds?: number;
  readonly customerIds?: readonly string[];
  readonly applicationId?: string;
  /** The methods that a path has. */
  readonly allow?: readonly string[];
  readonly upstream?: UpstreamFault;
  /** A word for our log, such as the check that refused; only a {@link DecidingReason} decides anything. */
  readonly reason?: string;
  readonly cause?: unknown;
}

export class ServiceError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, details: ErrorDetails = {}) {
    super(details.reason === undefined ? code : `${code}: ${details.reason}`, { cause: details.cause });
    this.name = 'ServiceError';
    this.code = code;
    this.details = details;
  }
}

export const hasReason = (error: unknown, reason: DecidingReason): boolean =>
  error instanceof ServiceError && error.details.reason === reason;

/** Whether a call may or may not have been done: a deadline passed, or the connection ended before the answer. */
export const isUnanswered = (error: unknown): boolean =>
  error instanceof ServiceError && (error.code === 'upstream_timeout' || hasReason(error, 'no_answer'));
