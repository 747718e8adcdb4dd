import { describe, expect, it } from '@jest/globals';
import { problemBody, problemTypes } from '../../functions/contract/problems.ts';
import { type ErrorCode, type ErrorDetails, errorCodes, ServiceError } from '../../functions/core/errors.ts';
import { answer, type HttpAnswer, problem } from '../../functions/http/respond.ts';
import { bodyOf, TYPE_BASE } from '../support/adapters-http.ts';

const challenge = {
  acrValues: ['https://docs.bank.example/acr/phishing-resistant', 'https://docs.bank.example/acr/aal2'],
  maxAgeSeconds: 300,
  acceptableFactors: ['passkey', 'totp'],
};

const refuse = (code: ErrorCode, details: ErrorDetails = {}) =>
  problem(new ServiceError(code, details), 'request-1', TYPE_BASE);

const headerOf = ({ headers }: HttpAnswer, name: string): unknown => headers?.[name];

const security = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'strict-transport-security': expect.stringMatching(/^max-age=\d{8,}/),
  'x-content-type-options': 'nosniff',
  'x-request-id': 'request-1',
};

describe('a good answer', () => {
  it('A14.3.2 is JSON that is never cached, with the security headers and the request id', () => {
    expect(answer(201, { a: 1 }, 'request-1', { location: '/v1/x' })).toEqual({
      statusCode: 201,
      headers: { ...security, 'content-type': 'application/json; charset=utf-8', location: '/v1/x' },
      body: '{"a":1}',
    });
  });

  it('has no body and no type where there is nothing to say', () => {
    const empty = answer(200, undefined, 'request-1');
    expect(empty).toEqual({ statusCode: 200, headers: security });
  });
});

describe('a problem', () => {
  it.each(errorCodes)('P1 %s is a documented problem with its status, type, code and request id', (code) => {
    const made = refuse(code);
    expect(made.statusCode).toBe(problemTypes[code].status);
    expect(made.headers).toMatchObject({
      ...security,
      'content-type': 'application/problem+json; charset=utf-8',
    });
    const body = bodyOf(made);
    expect(body).toMatchObject({
      type: `${TYPE_BASE}${code.replaceAll('_', '-')}`,
      title: expect.stringMatching(/^[A-Z].*\.$/),
      status: made.statusCode,
      code,
      instance: 'urn:request-id:request-1',
    });
    expect(problemBody.parse(body)).toEqual(body);
  });

  it('P1 has one type and one status for each code, all of them error statuses', () => {
    expect(new Set(errorCodes.map((code) => bodyOf(refuse(code))['type'])).size).toBe(errorCodes.length);
    expect(errorCodes.every((code) => problemTypes[code].status >= 400)).toBe(true);
  });

  it('P2 carries the members of its code', () => {
    const errors = [{ pointer: '/email', reason: 'Must be an email address.' }];
    expect(bodyOf(refuse('invalid_request', { errors, detail: 'Send JSON.' }))).toMatchObject({
      errors,
      detail: 'Send JSON.',
    });
    expect(bodyOf(refuse('customer_ambiguous', { customerIds: ['1', '2'] }))).toMatchObject({
      customerIds: ['1', '2'],
    });
    expect(bodyOf(refuse('application_exists', { applicationId: 'ABC' }))).toMatchObject({
      applicationId: 'ABC',
      applicationUrl: '/v1/applications/ABC',
    });
  });

  it('P3 never says anything of reason, cause or vendor', () => {
    const details: ErrorDetails = {
      reason: 'secret-reason',
      cause: new Error('arn:aws:dynamodb:us-east-1:123456789012:table/IdMapping'),
      upstream: { provider: 'unit', operation: 'create_customer_token', vendorCode: 'words-of-unit' },
    };
    for (const code of errorCodes) {
      expect(JSON.stringify(refuse(code, details))).not.toMatch(
        /secret-reason|123456789012|words-of-unit|create_customer_token|\bat .*\.ts/,
      );
    }
  });

  it('D3 passes the wait on in whole seconds', () => {
    expect(headerOf(refuse('rate_limited', { retryAfterSeconds: 41.2 }), 'retry-after')).toBe('42');
    expect(headerOf(refuse('upstream_unavailable', { retryAfterSeconds: 7 }), 'retry-after')).toBe('7');
    expect(headerOf(refuse('upstream_unavailable'), 'retry-after')).toBeUndefined();
  });

  it('says of a timeout whether a repeat is safe', () => {
    expect(bodyOf(refuse('upstream_timeout'))['detail']).toMatch(/repeat|again/i);
  });
});

describe('the challenge of a step-up', () => {
  const made = refuse('insufficient_user_authentication', { challenge });

  it('U1 is 401 with the header of RFC 9470: space-separated values, best first, and a whole number', () => {
    expect(made.statusCode).toBe(401);
    expect(headerOf(made, 'www-authenticate')).toBe(
      'Bearer error="insufficient_user_authentication", ' +
        `error_description="${problemTypes.insufficient_user_authentication.title}", ` +
        `acr_values="${challenge.acrValues.join(' ')}", max_age="300"`,
    );
  });

  it('U5 says the same in the body, for clients to whom the header comes renamed', () => {
    expect(bodyOf(made)).toMatchObject({
      acrValues: challenge.acrValues,
      maxAge: 300,
      acceptableFactors: challenge.acceptableFactors,
      stepUpUrl: '/v1/step-up',
    });
  });

  it('U1 holds no quote that would end a value early', () => {
    const header = String(headerOf(made, 'www-authenticate'));
    expect(header).toMatch(/^Bearer (?:[a-z_]+="[^"\\]*"(?:, |$))+$/);
  });

  it('U2 is not shown with an invalid token: neither values nor age', () => {
    const invalid = refuse('invalid_token', { reason: 'forged' });
    expect(headerOf(invalid, 'www-authenticate')).toBe('Bearer error="invalid_token"');
    expect(JSON.stringify(invalid)).not.toMatch(/acr|max_age|maxAge|stepUp/);
  });

  it('U2 says no error to a caller who sent no token at all', () => {
    expect(headerOf(refuse('invalid_token', { reason: 'missing' }), 'www-authenticate')).toBe('Bearer');
  });

  it('U6 is a problem of its own where nothing is enrolled, without a header that would make clients loop', () => {
    const none = refuse('enrollment_required');
    expect([none.statusCode, headerOf(none, 'www-authenticate')]).toEqual([403, undefined]);
    expect(bodyOf(none)).toMatchObject({ enrollmentUrl: '/v1/factors/totp' });
    expect(bodyOf(none)).not.toHaveProperty('stepUpUrl');
  });

  it.each(errorCodes.filter((code) => !['invalid_token', 'insufficient_user_authentication'].includes(code)))(
    'U2 is not in the header of %s',
    (code) => {
      expect(headerOf(refuse(code), 'www-authenticate')).toBeUndefined();
    },
  );
});
