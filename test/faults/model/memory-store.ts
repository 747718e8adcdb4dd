// The table in memory, behind the adapters' own port; a contract test holds it against dynalite.
import type { Condition, Key, Store, StoredItem, Update } from '../../../functions/adapters/table/store.ts';
import { meets } from './conditions.ts';

export interface MemoryStore extends Store {
  /** Every item. */
  scan(): readonly StoredItem[];
  /** The index as it stood some writes ago, since the real one follows the table late. */
  queryStale(shard: string, until: number, limit: number): Promise<readonly StoredItem[]>;
}

const VERSION = 1;
const STALE_WRITES = 3;

const textOf = ({ pk, sk }: Key): string => `${pk}\n${sk}`;

export function createMemoryStore(): MemoryStore {
  const items = new Map<string, StoredItem>();
  const earlier: ReadonlyMap<string, StoredItem>[] = [];

  const write = (key: Key, item: StoredItem): void => {
    earlier.push(new Map(items));
    if (earlier.length > STALE_WRITES) earlier.shift();
    items.set(textOf(key), item);
  };
  const isMet = (key: Key, condition: Condition | undefined): boolean =>
    condition === undefined || meets(condition.expression, items.get(textOf(key)), condition.values ?? {});

  return {
    get: async (key) => items.get(textOf(key)) ?? null,

    query: async (pk) =>
      [...items.values()]
        .filter((item) => item['pk'] === pk)
        .toSorted((a, b) => (String(a['sk']) < String(b['sk']) ? -1 : 1)),

    queryUnsettled: async (shard, until, limit) => indexed(items, shard, until, limit),
    queryStale: async (shard, until, limit) => indexed(earlier[0] ?? items, shard, until, limit),

    async put(key, item, condition) {
      if (!isMet(key, condition)) return false;
      write(key, { ...key, ...item, v: VERSION });
      return true;
    },

    async update(key, update, condition) {
      if (!isMet(key, condition)) return false;
      write(key, changed(items.get(textOf(key)) ?? { ...key }, update));
      return true;
    },

    scan: () => [...items.values()],
  };
}

function changed(before: StoredItem, { set = {}, remove = [], add = {} }: Update): StoredItem {
  const after: Record<string, unknown> = { ...before, ...set, v: VERSION };
  for (const name of remove) delete after[name];
  for (const [name, amount] of Object.entries(add)) after[name] = Number(before[name] ?? 0) + amount;
  return after;
}

/** An item is in the index if it has both of its keys. */
const indexed = (
  items: ReadonlyMap<string, StoredItem>,
  shard: string,
  until: number,
  limit: number,
): readonly StoredItem[] =>
  [...items.values()]
    .flatMap((item) => {
      const { unsettledPk, nextCheckAt } = item;
      return unsettledPk === shard && typeof nextCheckAt === 'number' && nextCheckAt <= until
        ? [{ item, nextCheckAt }]
        : [];
    })
    .toSorted((a, b) => a.nextCheckAt - b.nextCheckAt)
    .slice(0, limit)
    .map(({ item }) => item);
