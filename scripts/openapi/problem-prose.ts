// What the API document says of each problem: when it comes, which members it carries, which headers.
import type { ErrorCode } from '../../functions/core/errors.ts';

export interface ProblemProse {
  readonly description: string;
  /** Members beyond those of every problem. */
  readonly members?: Readonly<Record<string, unknown>>;
  /** Set where the members may be missing. */
  readonly optional?: true;
  readonly headers?: readonly ('www-authenticate' | 'retry-after')[];
}

export const problemProse = {
  invalid_request: {
    description: 'The JSON is malformed, a field is wrong, or a header is missing.',
    members: { errors: [{ pointer: '/address/state', reason: 'Has the wrong form.' }] },
    optional: true,
  },
  invalid_scope: { description: 'A scope is not offered, or is named twice.' },
  invalid_grant: {
    description: 'A wrong, used, expired or unknown code, link token, verifier or session token.',
  },
  customer_ambiguous: {
    description: 'Several customers are the caller’s own and none was chosen.',
    members: { customerIds: ['700001', '700002'] },
  },
  invalid_token: {
    description: 'The session JWT is missing, forged, expired or revoked. Sign in again.',
    headers: ['www-authenticate'],
  },
  insufficient_user_authentication: {
    description: 'Step up, and repeat the call once with the new JWT (RFC 9470).',
    members: {
      acrValues: ['urn:stytch-unit-bridge:acr:stytch-mfa'],
      maxAge: 300,
      acceptableFactors: ['totp', 'passkey', 'sms'],
      stepUpUrl: '/v1/step-up',
    },
    headers: ['www-authenticate'],
  },
  invalid_signature: { description: 'The signature is missing, or was not made with the webhook’s token.' },
  enrollment_required: {
    description: 'No enrolled factor could meet the policy: a step-up would not help.',
    members: { enrollmentUrl: '/v1/factors/totp' },
  },
  factor_not_allowed: { description: 'This user may not enrol or use this factor now.' },
  user_locked: { description: 'Too many failures, counted by Stytch or here.' },
  application_denied: { description: 'Unit denied the application.' },
  customer_archived: { description: 'Unit archived the customer.' },
  origin_not_allowed: {
    description:
      'Only where the stage keeps sessions in a cookie: the `Origin` header is missing, or none of the stage’s own.',
  },
  not_found: { description: 'The id is not one of the caller’s own, whether it exists or not.' },
  method_not_allowed: { description: 'The path has no such method.' },
  no_customer: { description: 'The user has not applied yet.' },
  application_pending: { description: 'Unit has not decided yet.' },
  customer_in_review: { description: 'An operator must decide first.' },
  application_exists: {
    description: 'Another application of this kind is open or approved.',
    members: {
      applicationId: 'NJZ3YTEYBNFOW57B4M6LHFHDHY',
      applicationUrl: '/v1/applications/NJZ3YTEYBNFOW57B4M6LHFHDHY',
    },
    optional: true,
  },
  conflict: { description: 'The present state does not allow it.' },
  payload_too_large: { description: 'The body is larger than this route takes.' },
  unsupported_media_type: { description: 'The content type is not one that this route takes.' },
  idempotency_key_reused: { description: 'The key was used with another body.' },
  application_refused: { description: 'Unit refused the application and named no field.' },
  email_not_verified: {
    description: 'The email is no verified email of the signed-in user.',
    members: {
      errors: [{ pointer: '/email', reason: 'This is not a verified email of the signed-in user.' }],
    },
    optional: true,
  },
  rate_limited: { description: 'Wait as long as `Retry-After` says.', headers: ['retry-after'] },
  server_error: { description: 'Unexpected. Quote the request id.' },
  upstream_unavailable: {
    description: 'Stytch or Unit cannot serve this now.',
    headers: ['retry-after'],
  },
  not_configured: { description: 'A secret of this deployment is still empty.' },
  temporarily_unavailable: {
    description: 'The store, or a secret, cannot be read for a moment.',
    headers: ['retry-after'],
  },
  upstream_timeout: {
    description:
      'A vendor passed its deadline. Reading again is safe, and so is an application with its key; a code may have been used.',
  },
} as const satisfies Record<ErrorCode, ProblemProse>;
