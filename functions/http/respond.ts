// Answers on the wire: JSON or problem+json, never cached, always with the security headers and the request id.
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { type ProblemBody, problemBody, problemSlug, problemTypes } from '../contract/problems.ts';
import type { AnswerStatus } from '../contract/routes.ts';
import { type ErrorCode, hasReason, type ServiceError } from '../core/errors.ts';

export type HttpAnswer = APIGatewayProxyStructuredResultV2;

/** On every answer of ours. */
export const everyAnswer = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=63072000; includeSubDomains',
  'x-content-type-options': 'nosniff',
} as const;

/** A good answer; `body` undefined sends none. */
export function answer(
  status: AnswerStatus,
  body: unknown,
  requestId: string,
  headers: Readonly<Record<string, string>> = {},
): HttpAnswer {
  const isEmpty = body === undefined;
  return {
    statusCode: status,
    headers: {
      ...everyAnswer,
      'x-request-id': requestId,
      ...(isEmpty ? {} : { 'content-type': 'application/json; charset=utf-8' }),
      ...headers,
    },
    ...(isEmpty ? {} : { body: JSON.stringify(body) }),
  };
}

/** What a code always has to say beyond its title. */
const generalDetails: Partial<Record<ErrorCode, string>> = {
  upstream_timeout:
    'Reading again is safe, and so is an application or a document with the same key; a code or a message may have been used or sent.',
};

/** A ServiceError as RFC 9457 problem details. */
export function problem(error: ServiceError, requestId: string, typeBaseUrl: string): HttpAnswer {
  const { status, title } = problemTypes[error.code];
  const { detail, errors, challenge, customerIds, applicationId, retryAfterSeconds, allow } = error.details;
  const body: ProblemBody = {
    type: `${typeBaseUrl}${problemSlug(error.code)}`,
    title,
    status,
    code: error.code,
    instance: `urn:request-id:${requestId}`,
    detail: detail ?? generalDetails[error.code],
    errors: errors === undefined ? undefined : [...errors],
    acrValues: challenge === undefined ? undefined : [...challenge.acrValues],
    maxAge: challenge?.maxAgeSeconds,
    acceptableFactors: challenge === undefined ? undefined : [...challenge.acceptableFactors],
    stepUpUrl: challenge === undefined ? undefined : '/v1/step-up',
    enrollmentUrl: error.code === 'enrollment_required' ? '/v1/factors/totp' : undefined,
    customerIds: customerIds === undefined ? undefined : [...customerIds],
    applicationId,
    applicationUrl: applicationId === undefined ? undefined : `/v1/applications/${applicationId}`,
  };
  const authenticate = wwwAuthenticate(error);
  return {
    statusCode: status,
    headers: {
      ...everyAnswer,
      'content-type': 'application/problem+json; charset=utf-8',
      'x-request-id': requestId,
      ...(authenticate === undefined ? {} : { 'www-authenticate': authenticate }),
      ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterSeconds)) }),
      ...(allow === undefined ? {} : { allow: allow.join(', ') }),
    },
    body: JSON.stringify(problemBody.parse(body)),
  };
}

/** RFC 6750 section 3 and RFC 9470 section 3; a caller that sent no token is told no error. */
function wwwAuthenticate(error: ServiceError): string | undefined {
  const { code, details } = error;
  if (code === 'invalid_token') {
    return hasReason(error, 'missing') ? 'Bearer' : 'Bearer error="invalid_token"';
  }
  if (details.challenge === undefined) return undefined;
  const { acrValues, maxAgeSeconds } = details.challenge;
  return [
    'Bearer error="insufficient_user_authentication"',
    `error_description="${problemTypes[code].title}"`,
    `acr_values="${acrValues.join(' ')}"`,
    `max_age="${maxAgeSeconds}"`,
  ].join(', ');
}
