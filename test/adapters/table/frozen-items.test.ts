// The items of version 1 are frozen in test/fixtures/items-v1.json: a release reads what any other of version 1 wrote.
import { readFileSync } from 'node:fs';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createCounters } from '../../../functions/adapters/table/counters.ts';
import { defaultLimits } from '../../../functions/core/limits.ts';
import { createOperatorTable } from '../../../ops/adapters/operator-table.ts';
import { codeOf } from '../../support/adapters-errors.ts';
import { applicationOf, startTableBench, TABLE_NAME, type TableBench } from '../../support/adapters-table.ts';

type Item = Readonly<Record<string, unknown>>;

const frozen: Readonly<Record<string, Item>> = JSON.parse(
  readFileSync('test/fixtures/items-v1.json', 'utf8'),
);

const user = 'user-test-frozen';
const buried = 'user-test-buried';
const act = { by: 'grace', reason: 'ticket 4711', at: 1_790_000_900 };
const at = 1_790_000_000;
const limits = { ...defaultLimits, sensitiveExchanges: { max: 2, windowSeconds: 600 } };

let bench: TableBench;
beforeAll(async () => {
  bench = await startTableBench();
});
afterAll(() => bench.close());

const countersOf = ({ store }: TableBench) =>
  createCounters(
    store,
    limits,
    async () => 'k1-hash',
    () => at,
  );

const submitting = applicationOf({
  stytchUserId: user,
  applicationId: 'aaaaaaaaaaaaaaaaaaaaaaaaaa',
  createdAt: at,
  leaseUntil: at + 150,
  nextCheckAt: at + 150,
});
const approved = applicationOf({
  ...submitting,
  applicationId: 'bbbbbbbbbbbbbbbbbbbbbbbbbb',
  type: 'sole_proprietor',
});
const form = applicationOf({
  ...submitting,
  applicationId: 'cccccccccccccccccccccccccc',
  type: 'business',
  via: 'form',
  emailFingerprints: ['k1.email'],
});
const totp = {
  factorId: 'totp-test-1',
  kind: 'totp',
  origin: 'enrolled',
  firstSeenAt: at,
  confirmedAt: null,
} as const;

/** Every kind of item, by the code that writes it in the functions and in the operators' commands. */
async function writeAll(target: TableBench): Promise<void> {
  const { mappings, tasks, store, client } = target;
  const operator = createOperatorTable(client, store, TABLE_NAME);
  await mappings.takeUserLease(user, at, at + 30);
  await operator.noteReset(user, act);
  await operator.buryUser(buried, act);
  await mappings.putFactor(user, totp);
  await mappings.confirmFactor(user, totp.factorId, at + 20);
  await mappings.putFactor(user, {
    ...totp,
    factorId: 'phone-number-test-1',
    kind: 'sms',
    origin: 'seen_late',
  });
  await mappings.takeLock(user, {
    name: 'person',
    applicationId: approved.applicationId,
    takenAt: at,
  });
  await mappings.createApplication(submitting);
  await mappings.createApplication(approved);
  await mappings.settleApplication({
    ...approved,
    status: 'Approved',
    unitApplicationId: '1001',
    unitCustomerId: '2001',
    unitUpdatedAt: '2026-09-21T14:13:20.000Z',
    documents: [{ documentId: '3001', documentType: 'IdDocument', status: 'Approved' }],
    checkedAt: at + 60,
    nextCheckAt: null,
  });
  await mappings.createApplication(form);
  await mappings.noteForm(form, {
    unitFormId: '4001',
    formExpiresAt: at + 86_400,
    leaseUntil: at + 150,
    nextCheckAt: at + 86_400,
  });
  await mappings.putPointer({
    unitApplicationId: '1001',
    stytchUserId: user,
    applicationId: approved.applicationId,
  });
  await mappings.putClaim({ unitCustomerId: '2001', stytchUserId: user });
  await operator.claim('2002', user, act);
  const linked = await operator.readClaim('2002');
  if (linked !== null) await operator.transferClaim(linked, buried, act);
  await mappings.putCustomer(user, { unitCustomerId: '2001', type: 'individual', status: 'Active' });
  await mappings.recordEvent('5001', 'settled', at);
  await countersOf(target).take('sensitiveExchanges', 'session-test-1');
  const progress = { readUntil: at, windowUntil: at + 600, nextOffset: 100 };
  for (const name of ['events', 'webhooks', 'archived'] as const) {
    await tasks.take(name, at, at + 50);
    await tasks.end(name, at + 50, progress, at + 60);
  }
}

const keyOf = ({ pk, sk }: Item): string => `${String(pk)} ${String(sk)}`;
const byKey = (items: readonly Item[]): Readonly<Record<string, Item>> =>
  Object.fromEntries(items.map((item) => [keyOf(item), item]));

/** By which a write knows its own work: another one each time, and read by nobody afterwards. */
const withoutWriteId = ({ writeId: _write, ...item }: Item): Item => item;

describe("today's writers", () => {
  // A new attribute, or a new meaning of one, changes the fixture knowingly, or raises `v` over two releases.
  it('INV4 write exactly the frozen items, attribute by attribute', async () => {
    await writeAll(bench);
    const written = await bench.table.scan();
    expect(written.every(({ writeId }) => typeof writeId === 'string')).toBe(true);
    expect(byKey(written.map(withoutWriteId))).toEqual(byKey(Object.values(frozen)));
  });
});

describe.each<[string, Item]>([
  ['as they are', {}],
  ['with attributes that a later release may add', { later: 'x', laterCount: 7, laterMap: { deep: true } }],
])("today's readers take the frozen items %s", (_, later) => {
  let old: TableBench;
  beforeAll(async () => {
    old = await startTableBench();
    for (const item of Object.values(frozen))
      await old.client.send(
        new PutItemCommand({ TableName: TABLE_NAME, Item: marshall({ ...item, ...later }) }),
      );
  });
  afterAll(() => old.close());

  it('INV4 a user with factors, locks, applications and customers', async () => {
    const read = await old.mappings.readUser(user);
    expect(read).toMatchObject({ isDeleted: false, lockedUntil: null });
    expect(read.factors).toMatchObject([
      { factorId: 'phone-number-test-1', kind: 'sms', origin: 'seen_late', confirmedAt: null },
      { ...totp, confirmedAt: at + 20 },
    ]);
    expect(read.locks).toMatchObject([
      { name: 'person', applicationId: approved.applicationId, takenAt: at },
    ]);
    expect(read.applications).toMatchObject([
      submitting,
      {
        applicationId: approved.applicationId,
        status: 'Approved',
        unitApplicationId: '1001',
        unitCustomerId: '2001',
        unitUpdatedAt: '2026-09-21T14:13:20.000Z',
        documents: [{ documentId: '3001', documentType: 'IdDocument', status: 'Approved' }],
        nextCheckAt: null,
      },
      { ...form, unitFormId: '4001', formExpiresAt: at + 86_400, nextCheckAt: at + 86_400 },
    ]);
    expect(read.customers).toMatchObject([{ unitCustomerId: '2001', type: 'individual', status: 'Active' }]);
  });

  it('INV2 a tombstone', async () => {
    expect(await old.mappings.readUser(buried)).toMatchObject({ isDeleted: true });
  });

  it('INV2 claims, of the functions and of an operator, and a pointer', async () => {
    expect(await old.mappings.readClaim('2001')).toMatchObject({ stytchUserId: user });
    expect(await old.mappings.readClaim('2002')).toMatchObject({ stytchUserId: buried });
    expect(await old.mappings.readPointer('1001')).toMatchObject({
      stytchUserId: user,
      applicationId: approved.applicationId,
    });
  });

  it('INV4 the unsettled index, events and tasks', async () => {
    const { due, unreadable } = await old.mappings.unsettled(at + 86_400, 10);
    expect(due.map(({ applicationId }) => applicationId).sort()).toEqual([
      submitting.applicationId,
      form.applicationId,
    ]);
    expect(unreadable).toBe(0);
    expect(await old.mappings.readEvent('5001')).toMatchObject({ outcome: 'settled', at });
    for (const name of ['events', 'webhooks', 'archived'] as const)
      expect(await old.tasks.read(name)).toEqual({ readUntil: at, windowUntil: at + 600, nextOffset: 100 });
  });

  it('INV1 a counter, which goes on from where it was', async () => {
    const counters = countersOf(old);
    await counters.take('sensitiveExchanges', 'session-test-1');
    expect(await codeOf(counters.take('sensitiveExchanges', 'session-test-1'))).toBe('rate_limited');
  });
});
