import { describe, expect, it } from '@jest/globals';
import { defaultLimits } from '../../functions/core/limits.ts';

describe('The limits of a stage that names none of its own', () => {
  it.each([
    ['O6 5 sends an hour for an address and source', 'sendsPerAddressAndSource', 5, 3600],
    ['O6 20 sends a day for an address', 'sendsPerAddress', 20, 86_400],
    ['O6 30 sends an hour for a source', 'sendsPerSource', 30, 3600],
    ['A6.6.3 20 failures a day for a user', 'failuresPerDay', 20, 86_400],
    ['O6 10 submissions a day for a user', 'submissionsPerDay', 10, 86_400],
    ['O6 30 documents a day for a user', 'uploadsPerDay', 30, 86_400],
    ['O6 10 sensitive exchanges in 10 minutes for a session', 'sensitiveExchanges', 10, 600],
  ] as const)('%s', (_title, name, max, windowSeconds) => {
    expect(defaultLimits[name]).toEqual({ max, windowSeconds });
  });

  it('A6.6.3 8 failures in a row, which only a success ends, below the 10 at which Stytch locks', () => {
    expect(defaultLimits.failuresInARow.max).toBe(8);
    expect(defaultLimits.failuresInARow.windowSeconds).toBeGreaterThanOrEqual(365 * 86_400);
  });
});
