import { describe, expect, it } from '@jest/globals';
import { inParallel } from '../../../functions/core/onboarding/in-parallel.ts';
import * as fc from '../../support/properties.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('Work on many things at once', () => {
  it('answers in the order of the items, whoever ends first', async () => {
    const outcomes = await inParallel([3, 1, 2], 3, async (waits) => {
      for (let i = 0; i < waits; i += 1) await turn();
      return waits;
    });
    expect(outcomes).toEqual([3, 1, 2].map((value) => ({ status: 'fulfilled', value })));
  });

  it('goes on when one of them fails', async () => {
    const outcomes = await inParallel(['a', 'b', 'c'], 1, async (item) => {
      if (item === 'b') throw new Error('bad');
      return item;
    });
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('works on each once, and never on more at once than its width', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(3), { maxLength: 20 }),
        fc.integer({ min: 1, max: 8 }),
        async (items, width) => {
          let running = 0;
          let most = 0;
          const outcomes = await inParallel(items, width, async (waits) => {
            running += 1;
            most = Math.max(most, running);
            for (let i = 0; i <= waits; i += 1) await turn();
            running -= 1;
            return waits;
          });
          expect(outcomes.map((one) => (one.status === 'fulfilled' ? one.value : -1))).toEqual(items);
          expect(most).toBe(Math.min(width, items.length));
        },
      ),
      { numRuns: 50 },
    );
  });
});
