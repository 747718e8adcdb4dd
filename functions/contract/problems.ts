// Every error code's HTTP status and title: the one place where the rules' errors become RFC 9457 problems.
import * as z from 'zod/mini';
import { type ErrorCode, errorCodes } from '../core/errors.ts';

export interface ProblemType {
  readonly status: number;
  readonly title: string;
}

export const problemTypes = {
  invalid_request: { status: 400, title: 'The request is malformed or a field is wrong.' },
  invalid_scope: { status: 400, title: 'A scope is not offered here.' },
  invalid_grant: { status: 400, title: 'The proof is wrong, used, expired or unknown.' },
  customer_ambiguous: { status: 400, title: 'Several customers are yours: choose one by customerId.' },
  invalid_token: { status: 401, title: 'Sign in again: the session JWT is missing or not acceptable.' },
  insufficient_user_authentication: { status: 401, title: 'A stronger or fresher authentication is needed.' },
  invalid_signature: { status: 401, title: 'The webhook signature is missing or wrong.' },
  enrollment_required: { status: 403, title: 'Enrol a second factor first.' },
  factor_not_allowed: { status: 403, title: 'This factor may not be enrolled or used for this user.' },
  user_locked: { status: 403, title: 'This user is locked for now.' },
  application_denied: { status: 403, title: 'The application was denied.' },
  customer_archived: { status: 403, title: 'The customer is archived.' },
  origin_not_allowed: { status: 403, title: 'This page may not call here.' },
  not_found: { status: 404, title: 'There is nothing of yours with this id.' },
  method_not_allowed: { status: 405, title: 'This path has no such method.' },
  no_customer: { status: 409, title: 'There is no customer yet: apply first.' },
  application_pending: { status: 409, title: 'The application is not decided yet.' },
  customer_in_review: { status: 409, title: 'The customer is held for review by an operator.' },
  application_exists: { status: 409, title: 'An application of this kind is open or approved already.' },
  conflict: { status: 409, title: 'The present state does not allow this.' },
  payload_too_large: { status: 413, title: 'The body is too large.' },
  unsupported_media_type: { status: 415, title: 'The content type is not accepted here.' },
  idempotency_key_reused: { status: 422, title: 'This Idempotency-Key was used with another body.' },
  application_refused: { status: 422, title: 'The application cannot be accepted.' },
  email_not_verified: { status: 422, title: 'The email is not a verified email of this user.' },
  rate_limited: { status: 429, title: 'Too many tries: wait and try again.' },
  server_error: { status: 500, title: 'Something went wrong on our side.' },
  upstream_unavailable: { status: 502, title: 'A provider cannot serve this request now.' },
  not_configured: { status: 503, title: 'This deployment is not configured yet.' },
  temporarily_unavailable: { status: 503, title: 'The service is unavailable for a moment.' },
  upstream_timeout: { status: 504, title: 'A provider did not answer in time.' },
} as const satisfies Record<ErrorCode, ProblemType>;

/** `invalid_token` -> `invalid-token`, the last part of the problem's type URL and of its page. */
export const problemSlug = (code: ErrorCode): string => code.replaceAll('_', '-');

/** The body of every error of ours (RFC 9457); which extension members it carries depends on the code. */
export const problemBody = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.enum(errorCodes),
  detail: z.optional(z.string()),
  instance: z.string(),
  errors: z.optional(z.array(z.object({ pointer: z.string(), reason: z.string() }))),
  acrValues: z.optional(z.array(z.string())),
  maxAge: z.optional(z.int()),
  acceptableFactors: z.optional(z.array(z.string())),
  stepUpUrl: z.optional(z.string()),
  enrollmentUrl: z.optional(z.string()),
  customerIds: z.optional(z.array(z.string())),
  applicationId: z.optional(z.string()),
  applicationUrl: z.optional(z.string()),
});
export type ProblemBody = z.infer<typeof problemBody>;
