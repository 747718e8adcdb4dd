import { describe, expect, it } from '@jest/globals';
import { errorCodes, ServiceError } from '../../functions/core/errors.ts';

describe('The one error of the rules', () => {
  it('says its code, and its reason for our log alone', () => {
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

  it('has a closed set of codes, each once', () => {
    expect(new Set(errorCodes).size).toBe(errorCodes.length);
    expect(errorCodes.every((code) => /^[a-z]+(_[a-z]+)*$/.test(code))).toBe(true);
  });
});
