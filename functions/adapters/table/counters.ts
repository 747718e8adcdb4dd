// The limits' counters: one conditional ADD before the call that it limits; when the store is down, it refuses.

import { ServiceError } from '../../core/errors.ts';
import type { LimitName, Limits } from '../../core/limits.ts';
import type { Clock, Counters } from '../../core/ports.ts';
import type { Key, Store } from './store.ts';

/** Kept past the window's end, since DynamoDB removes late and nothing may depend on it. */
const KEEP_AFTER_SECONDS = 3600;

/** A row of failures ends by a success, not by waiting: nobody is told to wait for longer than a day. */
const LONGEST_WAIT_SECONDS = 86_400;

/** `subject` turns an address or a user into a keyed hash. */
export function createCounters(
  store: Store,
  limits: Limits,
  subject: (text: string) => Promise<string>,
  clock: Clock,
): Counters {
  const keyOf = async (limit: LimitName, whom: string, from = 0): Promise<Key> => {
    const window = Math.floor((clock() - from) / limits[limit].windowSeconds);
    return { pk: `RATE#${limit}#${await subject(whom)}#${window}`, sk: 'COUNT' };
  };
  return {
    async take(limit, whom, from = 0) {
      const { max, windowSeconds } = limits[limit];
      const now = clock();
      const windowEndsAt = from + (Math.floor((now - from) / windowSeconds) + 1) * windowSeconds;
      // The first write of a window meets no count to compare with.
      const isTaken =
        max > 0 &&
        (await store.update(
          await keyOf(limit, whom, from),
          { set: { expiresAt: Math.ceil(windowEndsAt) + KEEP_AFTER_SECONDS, lastAt: now }, add: { used: 1 } },
          { expression: 'attribute_not_exists(used) OR used < :max', values: { ':max': max } },
        ));
      if (isTaken) return;
      throw new ServiceError('rate_limited', {
        reason: limit,
        retryAfterSeconds: Math.min(LONGEST_WAIT_SECONDS, Math.max(1, Math.ceil(windowEndsAt - now))),
      });
    },

    async reset(limit, whom, before) {
      await store.update(
        await keyOf(limit, whom),
        { set: { used: 0 } },
        before === undefined
          ? { expression: 'attribute_exists(pk)' }
          : { expression: 'lastAt < :before', values: { ':before': before } },
      );
    },

    async giveBack(limit, whom) {
      await store.update(
        await keyOf(limit, whom),
        { add: { used: -1 } },
        { expression: 'used > :none', values: { ':none': 0 } },
      );
    },
  };
}
