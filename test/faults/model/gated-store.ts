// The table as one container reaches it: every operation is a call that leaves the container.
import type { Key, Store } from '../../../functions/adapters/table/store.ts';
import { type Container, type FarEnd, outside, storeFailure } from './container.ts';
import type { Fate } from './fates.ts';
import type { MemoryStore } from './memory-store.ts';
import type { VirtualTime } from './virtual-time.ts';

/** A write that the SDK gave up may still come through for so long. */
const TABLE_WORKS_FOR_SECONDS = 3;

export function gatedStore(
  store: MemoryStore,
  container: Container,
  time: VirtualTime,
  note: (line: string, fate: Fate) => void,
): Store {
  const call = <T>(what: string, perform: () => Promise<T>, rest: Partial<FarEnd<T>> = {}): Promise<T> =>
    outside(
      container,
      time,
      {
        what,
        perform,
        failure: storeFailure,
        hasOwnDeadline: false,
        ofTwo: (_first, second) => second,
        latestSeconds: TABLE_WORKS_FOR_SECONDS,
        ...rest,
      },
      note,
    );
  return {
    get: (key) => call(`get ${nameOf(key)}`, () => store.get(key)),
    query: (pk) => call(`query ${pk}`, () => store.query(pk)),
    queryUnsettled: (shard, until, limit) =>
      call(`query ${shard}`, () => store.queryUnsettled(shard, until, limit), {
        performStale: () => store.queryStale(shard, until, limit),
      }),
    put: (key, item, condition) =>
      call(`put ${nameOf(key)}`, () => store.put(key, item, condition), { ofTwo: ownWriteCounts }),
    update: (key, update, condition) => {
      const status = update.set?.['status'];
      const to = status === undefined ? '' : ` to ${status}`;
      return call(`update ${nameOf(key)}${to}`, () => store.update(key, update, condition), {
        ofTwo: ownWriteCounts,
      });
    },
  };
}

/** The store knows its own write again when the SDK has sent it twice. */
const ownWriteCounts = (first: boolean, second: boolean): boolean => first || second;

/** The part that tells: the sort key inside a user's partition, else the partition. */
const nameOf = ({ pk, sk }: Key): string => (pk.startsWith('USER#') ? `${sk} of ${pk.slice(5)}` : pk);
