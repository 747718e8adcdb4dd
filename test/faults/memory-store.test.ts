// The model's table in memory answers as dynalite does: the same calls of the real adapters on both, compared.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { createCounters } from '../../functions/adapters/table/counters.ts';
import { createIdMappings } from '../../functions/adapters/table/id-mappings.ts';
import type { Condition, Store } from '../../functions/adapters/table/store.ts';
import { createTasks } from '../../functions/adapters/table/tasks.ts';
import { defaultLimits } from '../../functions/core/limits.ts';
import type { ApplicationRecord } from '../../functions/core/onboarding/records.ts';
import type { Counters, IdMappings, Tasks } from '../../functions/core/ports.ts';
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
    const calls: Readonly<Record<keyof Tasks, () => Promise<unknown>>> = {
      take: () => tasks.take(name, now, until),
      note: () => tasks.note(name, lease, first),
      read: () => tasks.read(name),
      end: () => tasks.end(name, lease, last, dueAt),
    };
    const outcomes: unknown[] = [];
    for (const call of Object.values(calls)) outcomes.push(await call());
    return outcomes;
  });

/** A method that is added to a port must be added here. */
type Steps<Port> = Readonly<Record<keyof Port, fc.Arbitrary<Step>>>;

const ofMappings: Steps<IdMappings> = {
  noteForm: fc
    .tuple(record, time)
    .map(([of, at]) =>
      on((m, name) =>
        m.noteForm(of(name), { unitFormId: '7', formExpiresAt: at, leaseUntil: at, nextCheckAt: at }),
      ),
    ),
  createApplication: record.map((of) => on((m, name) => m.createApplication(of(name)))),
  renewLease: fc.tuple(record, time).map(([of, until]) => on((m, name) => m.renewLease(of(name), until))),
  noteCheck: record.map((of) => on((m, name) => m.noteCheck(of(name), NOW, NOW + 60))),
  settleApplication: record.map((of) => on((m, name) => m.settleApplication(of(name)))),
  readApplication: letter.map((id) => on((m, name) => m.readApplication(name, id))),
  takeLock: lock.map((one) => on((m, name) => m.takeLock(name, one))),
  takeOverLock: fc.tuple(lock, lock).map(([one, from]) => on((m, name) => m.takeOverLock(name, one, from))),
  readLock: fc.constant(on((m, name) => m.readLock(name, 'person'))),
  putPointer: fc
    .tuple(letter, letter)
    .map(([id, owner]) =>
      on((m, name) =>
        m.putPointer({ unitApplicationId: `${name}${id}`, stytchUserId: name, applicationId: owner }),
      ),
    ),
  readPointer: letter.map((id) => on((m, name) => m.readPointer(`${name}${id}`))),
  putClaim: fc
    .tuple(letter, letter)
    .map(([id, owner]) =>
      on((m, name) => m.putClaim({ unitCustomerId: `${name}${id}`, stytchUserId: owner })),
    ),
  readClaim: letter.map((id) => on((m, name) => m.readClaim(`${name}${id}`))),
  putCustomer: customer.map((one) => on((m, name) => m.putCustomer(name, one))),
  putFactor: factor.map((one) => on((m, name) => m.putFactor(name, one))),
  meetFactor: factor.map((one) => on((m, name) => m.meetFactor(name, one))),
  beginFactor: factor.map((one) => on((m, name) => m.beginFactor(name, one))),
  confirmFactor: letter.map((id) => on((m, name) => m.confirmFactor(name, id, NOW))),
  takeUserLease: fc
    .tuple(time, time)
    .map(([now, until]) => on((m, name) => m.takeUserLease(name, now, until))),
  endUserLease: fc.constant(on((m, name) => m.endUserLease(name))),
  recordEvent: letter.map((id) => on((m, name) => m.recordEvent(`${name}${id}`, 'settled', NOW))),
  readEvent: letter.map((id) => on((m, name) => m.readEvent(`${name}${id}`))),
  readUser: fc.constant(on((m, name) => m.readUser(name))),
  unsettled: time.map((now) =>
    on(async (m) => {
      const { due, unreadable } = await m.unsettled(now, 100_000);
      return [plainSorted(due), unreadable];
    }),
  ),
};

/** One window for all times, and so small a maximum that it is reached. */
const limits = { ...defaultLimits, submissionsPerDay: { max: 2, windowSeconds: 100_000 } };
const counting =
  (now: number, run: (counters: Counters, name: string) => Promise<unknown>): Step =>
  (store, name) =>
    run(
      createCounters(
        store,
        limits,
        async (text) => text,
        () => now,
      ),
      name,
    );

const ofCounters: Steps<Counters> = {
  take: time.map((now) =>
    counting(now, (counters, name) =>
      counters.take('submissionsPerDay', name).then(
        () => 'taken',
        () => 'refused',
      ),
    ),
  ),
  reset: fc
    .option(time, { nil: undefined })
    .map((before) => counting(NOW, (counters, name) => counters.reset('submissionsPerDay', name, before))),
  giveBack: fc.constant(counting(NOW, (counters, name) => counters.giveBack('submissionsPerDay', name))),
};

/** Counting needs several steps on one counter to say something, so it comes more often. */
const OFTEN = 4;
/** Every operation of the ports, so that every condition of the adapters is met by both stores. */
const step: fc.Arbitrary<Step> = fc.oneof(
  task,
  ...Object.values(ofMappings),
  ...Object.values(ofCounters).map((arbitrary) => ({ arbitrary, weight: OFTEN })),
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
