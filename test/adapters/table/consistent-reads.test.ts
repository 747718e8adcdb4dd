// What is decided rests on what is in the table now: a read that may be of a moment ago would give away a lock or a claim.
import { ConditionalCheckFailedException, GetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Store } from '../../../functions/adapters/table/store.ts';
import { newUser, startTableBench, type TableBench } from '../../support/adapters-table.ts';

let bench: TableBench;
beforeAll(async () => {
  bench = await startTableBench();
});
afterAll(() => bench.close());
afterEach(() => {
  jest.restoreAllMocks();
});

const key = { pk: `USER#${newUser()}`, sk: 'USER' };

/** A method that is added to the store must be added here. */
const calls: Readonly<Record<keyof Store, (store: Store) => Promise<unknown>>> = {
  get: (store) => store.get(key),
  query: (store) => store.query(key.pk),
  queryUnsettled: (store) => store.queryUnsettled('UNSETTLED#0', 1, 10),
  put: (store) => store.put(key, {}),
  update: (store) => store.update(key, { set: { deleted: false } }),
};

/** The reads among the commands that the work sends; those of an index cannot be consistent. */
async function readsOf(work: () => Promise<unknown>) {
  const send = jest.spyOn(bench.client, 'send');
  await work();
  return send.mock.calls
    .map(([command]) => command)
    .filter((one) => one instanceof GetItemCommand || one instanceof QueryCommand)
    .map(({ input }) => input)
    .filter((input) => !('IndexName' in input))
    .map(({ ConsistentRead }) => ConsistentRead);
}

describe('INV1 INV2 INV3 the table is read as it is now', () => {
  it.each(Object.entries(calls))('by %s', async (name, call) => {
    const expected = name === 'get' || name === 'query' ? [true] : [];
    expect(await readsOf(() => call(bench.store))).toEqual(expected);
  });

  it('after a write that was sent twice', async () => {
    const refused = new ConditionalCheckFailedException({
      message: 'The conditional request failed',
      $metadata: { attempts: 2 },
    });
    const reads = await readsOf(async () => {
      const sending: { readonly send: () => Promise<unknown> } = bench.client as never;
      jest.spyOn(sending, 'send').mockRejectedValueOnce(refused);
      expect(await bench.store.put(key, {}, { expression: 'attribute_not_exists(pk)' })).toBe(false);
    });
    expect(reads).toEqual([true]);
  });

  it('by no method that is not listed here', () => {
    expect(Object.keys(bench.store).toSorted()).toEqual(Object.keys(calls).toSorted());
  });
});
