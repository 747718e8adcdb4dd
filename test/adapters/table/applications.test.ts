import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ApplicationRecord } from '../../../functions/core/onboarding/records.ts';
import { applicationOf, newUser, startTableBench, type TableBench } from '../../support/adapters-table.ts';

let bench: TableBench;
beforeAll(async () => {
  bench = await startTableBench();
});
afterAll(() => bench.close());

const read = ({ stytchUserId, applicationId }: ApplicationRecord) =>
  bench.mappings.readApplication(stytchUserId, applicationId);

async function created(changes: Partial<ApplicationRecord> = {}): Promise<ApplicationRecord> {
  const record = applicationOf(changes);
  await bench.mappings.createApplication(record);
  return record;
}

const T1 = '2026-02-03T04:05:06.000Z';
const T2 = '2026-02-03T04:05:07.000Z';

type Word = Partial<ApplicationRecord>;
const pending = (unitUpdatedAt: string): Word => ({
  status: 'Pending',
  unitApplicationId: '1',
  unitUpdatedAt,
});
const as = (status: ApplicationRecord['status'], unitUpdatedAt: string): Word => ({
  ...pending(unitUpdatedAt),
  status,
});

describe('an application in the table', () => {
  it('is created once, and read as it was written', async () => {
    const record = applicationOf();
    expect(await bench.mappings.createApplication(record)).toBe(true);
    expect(await bench.mappings.createApplication({ ...record, fingerprint: 'k1.other' })).toBe(false);
    expect(await read(record)).toMatchObject({ ...record });
  });

  it('is null where there is none, and for another user', async () => {
    const record = await created();
    expect(await bench.mappings.readApplication(record.stytchUserId, 'NONE')).toBeNull();
    expect(await bench.mappings.readApplication(newUser(), record.applicationId)).toBeNull();
  });

  it('INV3 is created by exactly one of twenty that race', async () => {
    const record = applicationOf();
    const won = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        bench.mappings.createApplication({ ...record, fingerprint: `k1.${i}` }),
      ),
    );
    expect(won.filter(Boolean)).toHaveLength(1);
    expect((await read(record))?.fingerprint).toBe(`k1.${won.indexOf(true)}`);
  });

  it('INV3 has its lease renewed by exactly one of twenty that saw it end', async () => {
    const record = await created();
    const won = await Promise.all(
      Array.from({ length: 20 }, (_, i) => bench.mappings.renewLease(record, 2000 + i)),
    );
    expect(won.filter(Boolean)).toHaveLength(1);
    expect((await read(record))?.leaseUntil).toBe(2000 + won.indexOf(true));
  });

  it('INV3 has no lease renewed once Unit has it, or where there is none', async () => {
    const record = await created();
    const known = { ...record, status: 'Pending', unitApplicationId: '1', unitUpdatedAt: T1 } as const;
    await bench.mappings.settleApplication(known);
    expect(await bench.mappings.renewLease(record, 2000)).toBe(false);
    expect(await bench.mappings.renewLease(known, 2000)).toBe(false);
    expect(await bench.mappings.renewLease(applicationOf(), 2000)).toBe(false);
  });

  it('INV3 is sent again after it was given up by one of twenty, and is looked after again', async () => {
    const record = await created();
    const givenUp = { ...record, status: 'NotSubmitted', nextCheckAt: null } as const;
    await bench.mappings.settleApplication(givenUp);
    const won = await Promise.all(
      Array.from({ length: 20 }, (_, i) => bench.mappings.renewLease(givenUp, 2000 + i)),
    );
    expect(won.filter(Boolean)).toHaveLength(1);
    const leaseUntil = 2000 + won.indexOf(true);
    expect(await read(record)).toMatchObject({ status: 'Submitting', leaseUntil, nextCheckAt: leaseUntil });
  });

  it('keeps of a form its id and end, the keyed emails, and the end of its lease', async () => {
    const record = await created({ type: 'business', via: 'form', emailFingerprints: ['k1.a', 'k1.b'] });
    const form = { unitFormId: '600001', formExpiresAt: 90_000, leaseUntil: 1001, nextCheckAt: 1300 };
    expect(await bench.mappings.noteForm(record, form)).toBe(true);
    expect(await read(record)).toMatchObject({ ...record, ...form, status: 'Submitting' });
    const item = await bench.item(`USER#${record.stytchUserId}`, `APPLICATION#${record.applicationId}`);
    expect(item).toMatchObject({ emailFingerprints: '["k1.a","k1.b"]', v: 1 });
  });

  it('reads what the release before forms has written as come by JSON', async () => {
    const { via: _via, emailFingerprints: _emails, ...before } = applicationOf();
    const { stytchUserId, applicationId } = before;
    const known = Object.entries(before).flatMap(([name, value]) =>
      typeof value === 'string' || typeof value === 'number' ? [[name, value] as const] : [],
    );
    await bench.store.put(
      { pk: `USER#${stytchUserId}`, sk: `APPLICATION#${applicationId}` },
      Object.fromEntries(known),
    );
    expect(await bench.mappings.readApplication(stytchUserId, applicationId)).toMatchObject({
      via: 'json',
      emailFingerprints: [],
      unitFormId: null,
      formExpiresAt: null,
    });
  });

  it("INV3 notes no form once the lease has changed hands, or Unit's word has come", async () => {
    const form = { unitFormId: '600001', formExpiresAt: 90_000, leaseUntil: 1001, nextCheckAt: 1300 };
    const renewed = await created();
    await bench.mappings.renewLease(renewed, 2000);
    expect(await bench.mappings.noteForm(renewed, form)).toBe(false);
    const known = await created();
    await bench.mappings.settleApplication({ ...known, ...pending(T1) });
    expect(await bench.mappings.noteForm(known, form)).toBe(false);
    expect(await bench.mappings.noteForm({ ...known, ...pending(T1) }, form)).toBe(false);
    expect(await bench.mappings.noteForm(applicationOf(), form)).toBe(false);
    expect(await read(known)).toMatchObject({ unitFormId: null, status: 'Pending' });
  });

  it('INV3 is not given up by whoever read it before its form was noted', async () => {
    const record = await created();
    const form = { unitFormId: '600001', formExpiresAt: 90_000, leaseUntil: 1001, nextCheckAt: 1300 };
    await bench.mappings.noteForm(record, form);
    const givenUp = { ...record, status: 'NotSubmitted', nextCheckAt: null } as const;
    expect(await bench.mappings.settleApplication(givenUp)).toBe(false);
    expect(await bench.mappings.settleApplication({ ...givenUp, leaseUntil: 1001 })).toBe(true);
    expect(await read(record)).toMatchObject({ status: 'NotSubmitted', unitFormId: '600001' });
  });

  it('keeps the documents that Unit asks for, and when Unit was last asked', async () => {
    const record = await created();
    const documents = [{ documentId: '1', documentType: 'IdDocument', status: 'Required' }];
    await bench.mappings.settleApplication({ ...record, ...pending(T1), documents, checkedAt: 1200 });
    expect(await read(record)).toMatchObject({ documents, checkedAt: 1200 });
    await bench.mappings.settleApplication({ ...record, ...pending(T2), documents: [], checkedAt: 1300 });
    expect(await read(record)).toMatchObject({ documents: [], checkedAt: 1300 });
  });
});

/** What is there, what comes, and whether it is written. */
const rule: readonly (readonly [string, Word, Word, boolean])[] = [
  ["Unit's first word", {}, pending(T1), true],
  ['approval as the first word', {}, as('Approved', T1), true],
  ['denial as the first word', {}, as('Denied', T1), true],
  ['a newer word', pending(T1), as('AwaitingDocuments', T2), true],
  ['a word of the same time', pending(T1), as('PendingReview', T1), true],
  ['the same word again', pending(T1), pending(T1), true],
  ['an older word', pending(T2), as('AwaitingDocuments', T1), false],
  ['a newer final word', pending(T1), as('Approved', T2), true],
  ['a final word of the same time', pending(T1), as('Approved', T1), true],
  ['an older final word', pending(T2), as('Denied', T1), false],
  ['approval again, which a crash may have left half done', as('Approved', T1), as('Approved', T1), true],
  ['approval again, older', as('Approved', T2), as('Approved', T1), false],
  ['denial after approval', as('Approved', T1), as('Denied', T2), false],
  ['cancelling after approval', as('Approved', T1), as('Canceled', T2), false],
  ['review after approval', as('Approved', T1), as('PendingReview', T2), false],
  ['approval after denial', as('Denied', T1), as('Approved', T2), false],
  ['waiting after denial', as('Denied', T1), pending(T2), false],
  ['approval after cancelling', as('Canceled', T1), as('Approved', T2), false],
  ['giving up while nothing is known', {}, { status: 'NotSubmitted' }, true],
  [
    'giving up after the lease was renewed',
    { leaseUntil: 9999 },
    { status: 'NotSubmitted', leaseUntil: 1150 },
    false,
  ],
  ["giving up after Unit's word", pending(T1), { status: 'NotSubmitted' }, false],
  ['giving up after approval', as('Approved', T1), { status: 'NotSubmitted' }, false],
  ['giving up twice', { status: 'NotSubmitted' }, { status: 'NotSubmitted' }, false],
  ['a late word after giving up', { status: 'NotSubmitted' }, pending(T1), true],
  ['a late approval after giving up', { status: 'NotSubmitted' }, as('Approved', T1), true],
];

describe('the settle rule', () => {
  it.each(rule)('INV4 %s', async (_, there, comes, isWritten) => {
    const record = await created(there);
    const settled = { ...record, ...comes };
    expect(await bench.mappings.settleApplication(settled)).toBe(isWritten);
    expect((await read(record))?.status).toBe(isWritten ? settled.status : record.status);
  });

  it('INV4 makes nothing of an application that was never written', async () => {
    const record = applicationOf(as('Approved', T1));
    expect(await bench.mappings.settleApplication(record)).toBe(false);
    expect(await bench.mappings.settleApplication({ ...record, status: 'NotSubmitted' })).toBe(false);
    expect(await read(record)).toBeNull();
  });

  it('INV4 ends in the same state by whatever order the words come in', async () => {
    const words = [pending(T1), as('AwaitingDocuments', T2), as('Approved', '2026-02-03T04:05:08.000Z')];
    const orders = [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
      [2, 2, 0, 1, 0, 1],
    ];
    const ends = await Promise.all(
      orders.map(async (order) => {
        const record = await created();
        for (const i of order) await bench.mappings.settleApplication({ ...record, ...words[i] });
        return (await read(record))?.status;
      }),
    );
    expect(ends).toEqual(orders.map(() => 'Approved'));
  });

  it('INV4 keeps the customer when a word without one comes after', async () => {
    const record = await created();
    await bench.mappings.settleApplication({ ...record, ...as('Approved', T1), unitCustomerId: '7' });
    await bench.mappings.settleApplication({ ...record, ...as('Approved', T2), unitCustomerId: null });
    expect(await read(record)).toMatchObject({ unitCustomerId: '7', unitUpdatedAt: T2 });
  });
});

describe('the index of what is not settled', () => {
  const due = async (now: number) =>
    (await bench.mappings.unsettled(now, 200)).due.map(({ applicationId }) => applicationId);

  it('holds an application from its creation until it is settled', async () => {
    const record = await created({ nextCheckAt: 1150 });
    expect(await due(1149)).not.toContain(record.applicationId);
    expect(await due(1150)).toContain(record.applicationId);
    await bench.mappings.settleApplication({ ...record, ...pending(T1), nextCheckAt: 1300 });
    expect(await due(1299)).not.toContain(record.applicationId);
    expect(await due(1300)).toContain(record.applicationId);
    await bench.mappings.settleApplication({ ...record, ...as('Approved', T2), nextCheckAt: null });
    expect(await due(9999)).not.toContain(record.applicationId);
    const item = await bench.item(`USER#${record.stytchUserId}`, `APPLICATION#${record.applicationId}`);
    expect(item).not.toHaveProperty('unsettledPk');
    expect(item).not.toHaveProperty('nextCheckAt');
  });

  it('is entered again by an application that we had given up on and that lives after all', async () => {
    const record = await created();
    await bench.mappings.settleApplication({ ...record, status: 'NotSubmitted', nextCheckAt: null });
    expect(await due(9999)).not.toContain(record.applicationId);
    await bench.mappings.settleApplication({ ...record, ...pending(T1), nextCheckAt: 1500 });
    expect(await due(1500)).toContain(record.applicationId);
  });

  it('moves with the lease and with a check that found nothing', async () => {
    const record = await created({ nextCheckAt: 1150 });
    await bench.mappings.renewLease(record, 1400);
    expect(await due(1399)).not.toContain(record.applicationId);
    await bench.mappings.noteCheck(record, 1450, 1600);
    expect(await due(1599)).not.toContain(record.applicationId);
    expect(await due(1600)).toContain(record.applicationId);
    expect(await read(record)).toMatchObject({ checkedAt: 1450 });
  });

  it('takes nothing back in that was settled meanwhile', async () => {
    const record = await created();
    await bench.mappings.settleApplication({ ...record, ...as('Denied', T1), nextCheckAt: null });
    await bench.mappings.noteCheck(record, 1100, 1200);
    await bench.mappings.noteCheck({ ...record, ...as('Denied', T1) }, 1100, 1200);
    expect(await read(record)).toMatchObject({ nextCheckAt: null, checkedAt: null });
    expect(await due(9999)).not.toContain(record.applicationId);
  });

  it('gives whole applications, from every shard', async () => {
    const made = await Promise.all(Array.from({ length: 12 }, () => created({ nextCheckAt: 1001 })));
    const found = await due(1001);
    expect(made.filter(({ applicationId }) => !found.includes(applicationId))).toEqual([]);
    const { due: whole, unreadable } = await bench.mappings.unsettled(1001, 200);
    expect(whole).toContainEqual(expect.objectContaining({ ...made[0] }));
    expect(unreadable).toBe(0);
  });

  it('is not held up by one item that this release cannot read, and counts it', async () => {
    const record = await created({ nextCheckAt: 1001 });
    const strange = applicationOf({ nextCheckAt: 1001 });
    await bench.store.put(
      { pk: `USER#${strange.stytchUserId}`, sk: `APPLICATION#${strange.applicationId}` },
      { unsettledPk: 'UNSETTLED#0', nextCheckAt: 1001, status: 'AStatusOfNextYear' },
    );
    const { due: found, unreadable } = await bench.mappings.unsettled(1001, 200);
    expect(unreadable).toBe(1);
    expect(found.map(({ applicationId }) => applicationId)).toContain(record.applicationId);
  });

  it('spreads over four shards', async () => {
    await Promise.all(Array.from({ length: 20 }, () => created()));
    const shards = (await bench.table.scan()).map((item) => item['unsettledPk']);
    expect(new Set(shards.filter((shard) => shard !== undefined)).size).toBe(4);
  });
});
