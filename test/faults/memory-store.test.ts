// The model's table in memory answers as dynalite does: the same calls of the real adapters on both, compared.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { createCounters } from '../../functions/adapters/table/counters.ts';
import { createIdMappings } from '../../functions/adapters/table/id-mappings.ts';
import type { Condition, Store } from '../../functions/adapters/table/store.ts';
import { createTasks } from '../../functions/adapters/table/tasks.ts';
import { defaultLimits } from '../../functions/core/limits.ts';
import type { ApplicationRecord } from '../../functions/core/onboarding/records.ts';
import { applicationOf, startTableBench, type TableBench } from '../support/adapters-table.ts';
import { meets } from './model/conditions.ts';
import { createMemoryStore } from './model/memory-store.ts';

let bench: TableBench;
beforeAll(async () => {
  bench = await startTableBench();
});
afterAll(() => bench.close());

type Step = (store: Store, name: string) => Promise<unknown>;

const NOW = 2000;
const letter = fc.constantFrom('A', 'B');
const time = fc.constantFrom(1000, 1150, 2000, 2150);
const status = fc.constantFrom<ApplicationRecord['status']>(
  'Submitting',
  'NotSubmitted',
  'Pending',
  'Approved',
  'Denied',
);
const record = fc
  .record({
    applicationId: letter,
    status,
    leaseUntil: time,
    unitApplicationId: fc.constantFrom('1', '2', null),
    unitUpdatedAt: fc.constantFrom('2026-02-03T04:05:06.000Z', '2026-02-03T04:05:07.000Z'),
    nextCheckAt: fc.option(time),
    documents: fc.constantFrom([], [{ documentId: '1', documentType: 'IdDocument', status: 'Required' }]),
  })
  .map((changes) => (user: string) => applicationOf({ stytchUserId: user, ...changes }));
const lock = fc.record({ name: fc.constant('person' as const), applicationId: letter, takenAt: time });
const factor = fc.record({
  factorId: letter,
  kind: fc.constant('totp'),
  origin: fc.constantFrom('seen' as const, 'enrolled' as const),
  firstSeenAt: time,
  confirmedAt: fc.option(time),
});
const customer = fc.record({
  unitCustomerId: letter,
  type: fc.constant('individual' as const),
  status: fc.constantFrom('Active' as const, 'Archived' as const, 'Review' as const),
});

const on =
  (run: (mappings: ReturnType<typeof createIdMappings>, name: string) => Promise<unknown>): Step =>
  (store, name) =>
    run(createIdMappings(store), name);

const taskName = fc.constantFrom('events' as const, 'archived' as const);
const progress = fc.record({
  readUntil: fc.option(time),
  windowUntil: fc.option(time),
  nextOffset: fc.nat(2),
});

/** One item for all runs, so a step is a whole run of the reconcile: what is left of it meets the next. */
const task: fc.Arbitrary<Step> = fc
  .record({
    name: taskName,
    now: time,
    until: time,
    lease: time,
    dueAt: time,
    first: progress,
    last: progress,
  })
  .map(({ name, now, until, lease, dueAt, first, last }) => async (store) => {
    const tasks = createTasks(store);
    const taken = await tasks.take(name, now, until);
    const isNoted = await tasks.note(name, lease, first);
    const read = await tasks.read(name);
    return [taken, isNoted, read, await tasks.end(name, lease, last, dueAt)];
  });

/** Every operation of the port, so that every condition of the adapters is met by both stores. */
const step: fc.Arbitrary<Step> = fc.oneof(
  task,
  fc
    .tuple(record, time)
    .map(([of, at]) =>
      on((m, name) =>
        m.noteForm(of(name), { unitFormId: '7', formExpiresAt: at, leaseUntil: at, nextCheckAt: at }),
      ),
    ),
  record.map((of) => on((m, name) => m.createApplication(of(name)))),
  fc.tuple(record, time).map(([of, until]) => on((m, name) => m.renewLease(of(name), until))),
  record.map((of) => on((m, name) => m.noteCheck(of(name), NOW, NOW + 60))),
  record.map((of) => on((m, name) => m.settleApplication(of(name)))),
  letter.map((id) => on((m, name) => m.readApplication(name, id))),
  lock.map((one) => on((m, name) => m.takeLock(name, one))),
  fc.tuple(lock, lock).map(([one, from]) => on((m, name) => m.takeOverLock(name, one, from))),
  fc.constant(on((m, name) => m.readLock(name, 'person'))),
  fc
    .tuple(letter, letter)
    .map(([id, owner]) =>
      on((m, name) =>
        m.putPointer({ unitApplicationId: `${name}${id}`, stytchUserId: name, applicationId: owner }),
      ),
    ),
  letter.map((id) => on((m, name) => m.readPointer(`${name}${id}`))),
  fc
    .tuple(letter, letter)
    .map(([id, owner]) =>
      on((m, name) => m.putClaim({ unitCustomerId: `${name}${id}`, stytchUserId: owner })),
    ),
  letter.map((id) => on((m, name) => m.readClaim(`${name}${id}`))),
  customer.map((one) => on((m, name) => m.putCustomer(name, one))),
  factor.map((one) => on((m, name) => m.putFactor(name, one))),
  factor.map((one) => on((m, name) => m.beginFactor(name, one))),
  letter.map((id) => on((m, name) => m.confirmFactor(name, id, NOW))),
  fc.tuple(time, time).map(([now, until]) => on((m, name) => m.takeUserLease(name, now, until))),
  fc.constant(on((m, name) => m.endUserLease(name))),
  letter.map((id) => on((m, name) => m.recordEvent(`${name}${id}`, 'settled', NOW))),
  letter.map((id) => on((m, name) => m.readEvent(`${name}${id}`))),
  fc.constant(on((m, name) => m.readUser(name))),
  fc.constant<Step>((store, name) =>
    createCounters(
      store,
      { ...defaultLimits, submissionsPerDay: { max: 2, windowSeconds: 100 } },
      async (s) => s,
      () => NOW,
    )
      .take('submissionsPerDay', name)
      .then(
        () => 'taken',
        () => 'refused',
      ),
  ),
);

/** Without the name of the write, which only the SDK's second try needs. */
const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value ?? null, (name, inner: unknown) => (name === 'writeId' ? undefined : inner)),
  );

const plainSorted = (items: readonly object[]): readonly string[] =>
  items
    .map((item) =>
      JSON.stringify(
        Object.entries({ ...item, writeId: undefined }).toSorted(([a], [b]) => (a < b ? -1 : 1)),
      ),
    )
    .toSorted();

describe('the table in memory', () => {
  let runs = 0;

  it('INV3, INV4 answers every operation of the adapters as dynalite does, and holds the same items', async () => {
    const memory = createMemoryStore();
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25, size: 'max' }), async (steps) => {
        runs += 1;
        for (const one of steps) {
          const name = `user-${runs}`;
          expect(plain(await one(memory, name))).toEqual(plain(await one(bench.store, name)));
        }
      }),
      { numRuns: 60, seed: 7 },
    );
    expect(plainSorted(memory.scan())).toEqual(plainSorted(await bench.table.scan()));
    expect(memory.scan().length).toBeGreaterThan(60);
    const due = (store: Store) => createIdMappings(store).unsettled(NOW, 100_000);
    const ids = async (store: Store) => plainSorted((await due(store)).due);
    expect(await ids(memory)).toEqual(await ids(bench.store));
  }, 60_000);

  const conditions: readonly Condition[] = [
    { expression: 'attribute_exists(pk)' },
    { expression: 'NOT attribute_exists(a) AND attribute_not_exists(b)' },
    { expression: 'a = :one OR b = :one AND a = :two', values: { ':one': 1, ':two': 2 } },
    { expression: '(a = :one OR b = :one) AND a = :two', values: { ':one': 1, ':two': 2 } },
    { expression: 'NOT a = :one', values: { ':one': 1 } },
    { expression: 'NOT a IN (:one, :two) OR b > :two', values: { ':one': 1, ':two': 2 } },
    { expression: 'a <> :text', values: { ':text': 'x' } },
    { expression: 'a >= :one AND b <= :two AND NOT b < :one', values: { ':one': 1, ':two': 2 } },
    { expression: '#s = :text AND a < :two', values: { ':text': 'x', ':two': 2 } },
  ];
  const items = [
    {},
    { a: 1 },
    { a: 2, b: 1 },
    { a: 1, b: 2 },
    { a: 'x', status: 'x' },
    { a: 1, b: 1, status: 'x' },
  ];

  it.each(conditions)('INV3 judges as dynalite does: $expression', async (condition) => {
    const memory = createMemoryStore();
    for (const [i, item] of [null, ...items].entries()) {
      const key = { pk: `condition ${condition.expression} ${i}`, sk: 'X' };
      if (item !== null) for (const store of [memory, bench.store]) await store.put(key, { ...item });
      const [here, there] = [memory, bench.store].map((store) =>
        store.update(key, { set: { seen: true } }, condition),
      );
      expect([item, await here]).toEqual([item, await there]);
    }
  });

  it.each(['a = ', 'size(a) > :one', 'a = :one b = :one', 'a BETWEEN :one AND :one'])(
    'refuses what it does not know: %s',
    (expression) => {
      expect(() => meets(expression, { a: 1 }, { ':one': 1 })).toThrow();
    },
  );

  it('refuses a value that is missing', () => {
    expect(() => meets('a = :two', { a: 1 }, { ':one': 1 })).toThrow('no value for :two');
  });
});
