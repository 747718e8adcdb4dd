import { describe, expect, it } from '@jest/globals';
import { type DecidingReason, type ErrorCode, ServiceError } from '../../../functions/core/errors.ts';
import { isUnitsOwn } from '../../../functions/core/onboarding/event-failures.ts';

const failed = (
  code: ErrorCode,
  status?: number,
  provider: 'unit' | 'aws' = 'unit',
  reason?: DecidingReason,
) =>
  new ServiceError(code, {
    ...(reason === undefined ? {} : { reason }),
    upstream: { provider, operation: 'read_application', ...(status === undefined ? {} : { status }) },
  });

describe('W6 A failure over one resource, which must not hold up the others for ever', () => {
  it.each([
    ['a 500', failed('upstream_unavailable', 500), true],
    ['a 503', failed('upstream_unavailable', 503), true],
    ['an answer that never came', failed('upstream_timeout'), true],
    ['half an answer, of a success', failed('upstream_unavailable', 200), true],
    [
      'an answer that our schema refuses',
      failed('upstream_unavailable', 200, 'unit', 'unreadable_answer'),
      false,
    ],
    ['a refusal of what we ask', failed('upstream_unavailable', 400), false],
    ['a refusal of our token, which an operator mends', failed('upstream_unavailable', 401), false],
    ['a connection that failed, which is about all of Unit', failed('upstream_unavailable'), false],
    ['our own store', failed('temporarily_unavailable', 500, 'aws'), false],
    ['our own deadline', new ServiceError('upstream_timeout', { reason: 'request_deadline' }), false],
    ['a bug', new TypeError('x'), false],
  ])('%s', (_, error, expected) => {
    expect(isUnitsOwn(error)).toBe(expected);
  });
});
