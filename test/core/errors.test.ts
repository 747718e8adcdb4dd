import { describe, expect, it } from '@jest/globals';
import { errorCodes, hasReason, isUnanswered, ServiceError } from '../../functions/core/errors.ts';

describe('The one error of the rules', () => {
  it('says its code and its reason', () => {
    expect(new ServiceError('not_found').message).toBe('not_found');
    expect(new ServiceError('not_found', { reason: 'unclaimed' }).message).toBe('not_found: unclaimed');
  });

  it('keeps what the caller may be told, and its cause', () => {
    const cause = new Error('socket hang up');
    const error = new ServiceError('upstream_timeout', { retryAfterSeconds: 2, cause });
    expect(error).toMatchObject({
      name: 'ServiceError',
      code: 'upstream_timeout',
      details: { retryAfterSeconds: 2 },
    });
    expect(error.cause).toBe(cause);
    expect(error).toBeInstanceOf(Error);
  });

  it.each([
    ['a deadline that passed', new ServiceError('upstream_timeout', { reason: 'deadline' }), true],
    ['a connection that broke', new ServiceError('upstream_unavailable', { reason: 'no_answer' }), true],
    [
      'an answer that is not usable',
      new ServiceError('upstream_unavailable', { reason: 'redirected' }),
      false,
    ],
    ['an answer with no reason', new ServiceError('upstream_unavailable'), false],
    ['what is no error of ours', new Error('no_answer'), false],
  ])(
    'INV6 leaves a call unanswered, so that it may or may not have happened: %s',
    (_what, error, expected) => {
      expect(isUnanswered(error)).toBe(expected);
    },
  );

  it('decides something by a closed set of reasons alone', () => {
    const error = new ServiceError('invalid_token', { reason: 'missing' });
    expect([hasReason(error, 'missing'), hasReason(error, 'wrong')]).toEqual([true, false]);
    expect(hasReason(new Error('missing'), 'missing')).toBe(false);
    // @ts-expect-error A word that decides nothing.
    expect(hasReason(error, 'mising')).toBe(false);
  });

  it('has a closed set of codes, each once', () => {
    expect(new Set(errorCodes).size).toBe(errorCodes.length);
    expect(errorCodes.every((code) => /^[a-z]+(_[a-z]+)*$/.test(code))).toBe(true);
  });
});
