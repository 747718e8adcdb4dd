import { describe, expect, it } from '@jest/globals';
import { takeLock } from '../../../functions/core/onboarding/lock.ts';
import type { ApplicationRecord } from '../../../functions/core/onboarding/records.ts';
import { settleDue } from '../../../functions/core/reconcile/settle-due.ts';
import { createWorld, type World } from '../../support/core-fakes.ts';
import { rowKey } from '../../support/core-mappings.ts';
import { applied, deliver, runReconcile } from '../../support/core-onboarding.ts';
import {
  applicationRecord,
  HOUR,
  NOW,
  STRANGER,
  signal,
  USER,
  unitApplication,
  unitCustomer,
} from '../../support/core-values.ts';

const due = (overrides: Partial<ApplicationRecord> = {}): ApplicationRecord =>
  applicationRecord({ nextCheckAt: NOW, ...overrides });

/** Sent an hour and a second ago; no answer came, and the lease is over. */
const lost = (overrides: Partial<ApplicationRecord> = {}): ApplicationRecord =>
  due({
    status: 'Submitting',
    unitApplicationId: null,
    unitUpdatedAt: null,
    createdAt: NOW - HOUR - 1,
    leaseUntil: NOW - 1,
    ...overrides,
  });

function worldOf(...records: readonly ApplicationRecord[]): World {
  const world = createWorld();
  for (const record of records) {
    world.rows.applications.set(rowKey(USER, record.applicationId), record);
  }
  const [first] = records;
  if (first !== undefined) {
    const { applicationId, createdAt: takenAt } = first;
    world.rows.locks.set(rowKey(USER, 'person'), { name: 'person', applicationId, takenAt });
  }
  return world;
}

const stored = ({ rows }: World, applicationId = 'APPLICATION-1') =>
  rows.applications.get(rowKey(USER, applicationId));

describe('INV4 The reconcile reads again what is not settled', () => {
  it('by Unit’s id when it is known', async () => {
    const world = worldOf(due());
    world.unit.applications.set('800001', unitApplication({ status: 'PendingReview' }));
    expect(await runReconcile(world)).toEqual({
      due: 1,
      checked: 1,
      settled: 1,
      givenUp: 0,
      failed: 0,
      oldestDueSeconds: 0,
    });
    expect(stored(world)).toMatchObject({ status: 'PendingReview', nextCheckAt: NOW + 900 });
    expect(world.callsOf('unit')).toEqual(['unit.readApplication']);
  });

  it('by our tag when it is not', async () => {
    const world = worldOf(lost());
    const documents = [{ documentId: '1', documentType: 'Passport', status: 'Required' }];
    world.unit.applications.set('800001', unitApplication({ documents }));
    await runReconcile(world);
    expect(stored(world)).toMatchObject({ status: 'Pending', unitApplicationId: '800001', documents });
    expect(world.callsOf('unit')).toEqual(['unit.findApplication', 'unit.readApplication']);
  });

  it('by our tag, also where a list shows more than a read of it', async () => {
    const world = worldOf(lost());
    world.unit.applications.set('800001', unitApplication());
    world.ports.onboarding.readApplication = async () => null;
    await runReconcile(world);
    expect(stored(world)).toMatchObject({ status: 'Pending', unitApplicationId: '800001' });
  });

  it('an approval whose customer was not there yet', async () => {
    const world = worldOf(due({ status: 'Approved' }));
    world.unit.applications.set('800001', unitApplication({ status: 'Approved', unitCustomerId: '700001' }));
    world.unit.customers.set('700001', unitCustomer());
    await runReconcile(world);
    expect(stored(world)).toMatchObject({ status: 'Approved', unitCustomerId: '700001', nextCheckAt: null });
    expect(world.rows.claims.size).toBe(1);
  });

  it('and nothing that is settled or not due', async () => {
    const world = worldOf(due({ nextCheckAt: null }), due({ applicationId: 'B', nextCheckAt: NOW + 1 }));
    expect(await runReconcile(world)).toMatchObject({ checked: 0, settled: 0, oldestDueSeconds: 0 });
    expect(world.calls).toEqual(['table.unsettled']);
  });

  it('and tells for how long the one that waits longest has been due', async () => {
    const world = worldOf(due({ nextCheckAt: NOW - 90.4 }), due({ applicationId: 'B', nextCheckAt: NOW }));
    expect(await runReconcile(world)).toMatchObject({ checked: 2, oldestDueSeconds: 90 });
  });

  it('and tells how many are due, also of those that it cannot read', async () => {
    const world = worldOf();
    world.ports.mappings.unsettled = async () => ({ due: [due()], unreadable: 2 });
    expect(await runReconcile(world)).toMatchObject({ due: 3, checked: 1, failed: 2 });
  });

  it('and tells no age of one whose time it does not know', async () => {
    const world = worldOf();
    world.ports.mappings.unsettled = async () => ({ due: [due({ nextCheckAt: null })], unreadable: 0 });
    expect(await runReconcile(world)).toMatchObject({ checked: 1, oldestDueSeconds: 0 });
  });

  it('and leaves those for the next run for which no call to Unit is left', async () => {
    const world = worldOf(due());
    const calls = { isSpent: () => true };
    expect(await settleDue({ ...world.ports, calls }, signal)).toMatchObject({
      due: 1,
      checked: 0,
      failed: 0,
    });
    expect(stored(world)?.nextCheckAt).toBe(NOW);
    expect(world.calls).toEqual(['table.unsettled']);
  });
});

describe('An application that Unit has not is given up', () => {
  it('after an hour, once the lease is over, and its lock may be taken over', async () => {
    const world = worldOf(lost());
    expect(await runReconcile(world)).toMatchObject({ givenUp: 1 });
    expect(stored(world)).toMatchObject({ status: 'NotSubmitted', nextCheckAt: null });
    const next = { name: 'person', applicationId: 'B', takenAt: NOW } as const;
    await takeLock(world.ports, { stytchUserId: USER }, next);
    expect(world.rows.locks.get(rowKey(USER, 'person'))).toEqual(next);
  });

  it.each([
    ['an hour is not over', { createdAt: NOW - HOUR }],
    ['the lease runs', { leaseUntil: NOW + 100 }],
    ['the lease ends this second', { leaseUntil: NOW }],
    ['Unit had it once', { status: 'Pending', unitApplicationId: '800001' }],
  ] as const)('not while %s', async (_title, changes) => {
    const world = worldOf(lost(changes));
    expect(await runReconcile(world)).toMatchObject({ checked: 1, givenUp: 0 });
    expect(stored(world)?.status).not.toBe('NotSubmitted');
    expect(stored(world)?.nextCheckAt).toBe(NOW + 60);
    expect(world.rows.locks.size).toBe(1);
  });

  it('INV3 not when a repeat renewed the lease while Unit was asked', async () => {
    const world = worldOf(lost());
    world.ports.onboarding.findApplication = async () => {
      const record = stored(world);
      if (record !== undefined) await world.ports.mappings.renewLease(record, NOW + 150);
      return null;
    };
    expect(await runReconcile(world)).toMatchObject({ givenUp: 0 });
    expect(stored(world)).toMatchObject({ status: 'Submitting', leaseUntil: NOW + 150 });
    expect(world.rows.locks.size).toBe(1);
  });

  it('INV4 and a late word of Unit still moves it', async () => {
    const world = worldOf(lost());
    await runReconcile(world);
    world.unit.applications.set('800001', unitApplication());
    await deliver(world, applied('800001'));
    expect(stored(world)).toMatchObject({ status: 'Pending', unitApplicationId: '800001' });
    expect(world.rows.locks.size).toBe(1);
  });
});

describe('One application that fails does not hold up the others', () => {
  it.each([
    ['Unit fails', (world: World) => world.fail('unit.readApplication')],
    ['the store fails', (world: World) => world.fail('table.settleApplication')],
    [
      'it is none of ours',
      (world: World) => void world.unit.applications.set('800001', unitApplication({ jwtSubject: STRANGER })),
    ],
  ])('when %s, and it waits its turn', async (_title, arrange) => {
    const world = worldOf(due(), due({ applicationId: 'B', unitApplicationId: '800002', nextCheckAt: NOW }));
    world.unit.applications.set('800001', unitApplication({ status: 'PendingReview' }));
    world.unit.applications.set(
      '800002',
      unitApplication({ unitApplicationId: '800002', applicationId: 'B', status: 'PendingReview' }),
    );
    arrange(world);
    expect(await runReconcile(world)).toMatchObject({ checked: 2, settled: 1, givenUp: 0, failed: 1 });
    expect(stored(world)).toMatchObject({ status: 'Pending', nextCheckAt: NOW + 60 });
    expect(stored(world, 'B')).toMatchObject({ status: 'PendingReview' });
  });

  it('two runs at once end like one', async () => {
    const world = worldOf(due({ status: 'Approved' }));
    world.unit.applications.set('800001', unitApplication({ status: 'Approved', unitCustomerId: '700001' }));
    world.unit.customers.set('700001', unitCustomer());
    await Promise.all([runReconcile(world), runReconcile(world)]);
    expect(stored(world)).toMatchObject({ status: 'Approved', nextCheckAt: null });
    expect([world.rows.claims.size, world.rows.customers.size]).toEqual([1, 1]);
  });

  it('a store that is down fails the run, so that its alarm rings', async () => {
    const world = worldOf(due());
    world.fail('table.unsettled');
    await expect(runReconcile(world)).rejects.toMatchObject({ code: 'temporarily_unavailable' });
  });
});
