import { describe, expect, it } from '@jest/globals';
import { type ErrorCode, ServiceError } from '../../../functions/core/errors.ts';
import { isUnitsOwn } from '../../../functions/core/onboarding/event-failures.ts';

const failed = (code: ErrorCode, status?: number, provider: 'unit' | 'aws' = 'unit') =>
  new ServiceError(code, {
    upstream: { provider, operation: 'read_application', ...(status === undefined ? {} : { status }) },
  });

describe('W6 A failure over one resource, which must not hold up the others for ever', () => {
  it.each([
    ['a 500', failed('upstream_unavailable', 500), true],
    ['a 503', failed('upstream_unavailable', 503), true],
    ['an answer that never came', failed('upstream_timeout'), true],
    ['a refusal of our token, which an operator mends', failed('upstream_unavailable', 401), false],
    ['a connection that failed, which is about all of Unit', failed('upstream_unavailable'), false],
    ['our own store', failed('temporarily_unavailable', 500, 'aws'), false],
    ['our own deadline', new ServiceError('upstream_timeout', { reason: 'request_deadline' }), false],
    ['a bug', new TypeError('x'), false],
  ])('%s', (_, error, expected) => {
    expect(isUnitsOwn(error)).toBe(expected);
  });
});
