import { describe, expect, it } from '@jest/globals';
import type { ApplicationRecord } from '../../../functions/core/onboarding/records.ts';
import { settle } from '../../../functions/core/onboarding/settle.ts';
import type { UnitApplication } from '../../../functions/core/ports.ts';
import { createWorld, storeDown, type World } from '../../support/core-fakes.ts';
import { rowKey } from '../../support/core-mappings.ts';
import {
  applicationRecord,
  customerRecord,
  NOW,
  refusal,
  STRANGER,
  signal,
  USER,
  unitApplication,
  unitCustomer,
} from '../../support/core-values.ts';

const approved = unitApplication({ status: 'Approved', unitCustomerId: '700001' });

/** A world that holds this application and its lock, and a Unit that knows the customer. */
function worldOf(record: ApplicationRecord): World {
  const world = createWorld();
  world.rows.applications.set(rowKey(USER, record.applicationId), record);
  if (record.status !== 'NotSubmitted') {
    world.rows.locks.set(rowKey(USER, 'person'), {
      name: 'person',
      applicationId: record.applicationId,
      takenAt: NOW,
    });
  }
  world.unit.customers.set('700001', unitCustomer());
  return world;
}

const run = (world: World, record: ApplicationRecord, unit: UnitApplication) =>
  settle(world.ports, record, unit, signal);

const stored = ({ rows }: World) => rows.applications.get(rowKey(USER, 'APPLICATION-1'));

const submitting = applicationRecord({
  status: 'Submitting',
  unitApplicationId: null,
  unitUpdatedAt: null,
  leaseUntil: NOW + 150,
});

describe('INV4 Unit’s word is written in an order that a crash cannot break', () => {
  it('pointer, claim, customer, lock, and the application last', async () => {
    const world = worldOf(submitting);
    await run(world, submitting, approved);
    expect(world.calls).toEqual([
      'table.putPointer',
      'unit.readCustomer',
      'table.putClaim',
      'table.putCustomer',
      'table.takeLock',
      'table.settleApplication',
    ]);
  });

  it.each([
    ['Pending', NOW + 60],
    ['PendingReview', NOW + 900],
    ['AwaitingDocuments', NOW + 900],
    ['Denied', null],
    ['Canceled', null],
  ] as const)('%s is looked at again at %s', async (status, nextCheckAt) => {
    const world = worldOf(submitting);
    const settled = await run(world, submitting, unitApplication({ status }));
    expect(settled).toMatchObject({ status, nextCheckAt, unitApplicationId: '800001' });
    expect(stored(world)).toEqual(settled);
    expect(world.linesOf('application.settled')).toMatchObject([{ status, unitApplicationId: '800001' }]);
  });

  it('repeating it changes nothing', async () => {
    const world = worldOf(submitting);
    const once = await run(world, submitting, approved);
    const rows = JSON.stringify(Object.values(world.rows).map((one) => [...one]));
    expect(await run(world, once, approved)).toEqual(once);
    expect(JSON.stringify(Object.values(world.rows).map((one) => [...one]))).toBe(rows);
  });
});

describe('INV4 What is final or newer stays', () => {
  it.each(['Approved', 'Denied', 'Canceled'] as const)('%s is not left again', async (status) => {
    const final = applicationRecord({ status, nextCheckAt: null });
    const world = worldOf(final);
    const later = unitApplication({ status: 'Pending', updatedAt: '2027-01-16T00:00:00.000Z' });
    expect(await run(world, final, later)).toEqual(final);
    expect(stored(world)).toEqual(final);
    expect(world.linesOf('application.settled')).toEqual([]);
  });

  it('an older word of Unit is ignored, and the newer state is what is answered', async () => {
    const newer = applicationRecord({ status: 'PendingReview', unitUpdatedAt: '2027-01-15T09:00:00.000Z' });
    const world = worldOf(newer);
    const older = unitApplication({ status: 'Pending', updatedAt: '2027-01-15T08:59:59.999Z' });
    expect(await run(world, { ...newer, status: 'Pending' }, older)).toEqual(newer);
    expect(stored(world)).toEqual(newer);
  });

  it('a word of the same instant counts', async () => {
    const record = applicationRecord({ unitUpdatedAt: '2027-01-15T08:00:00.000Z' });
    const world = worldOf(record);
    expect(await run(world, record, unitApplication({ status: 'PendingReview' }))).toMatchObject({
      status: 'PendingReview',
    });
  });

  it('an item that has vanished meanwhile is answered as Unit had it', async () => {
    const world = createWorld();
    expect(await run(world, submitting, unitApplication())).toMatchObject({ status: 'Pending' });
    expect(world.rows.applications.size).toBe(0);
  });

  it.each(['Archived', 'Review'] as const)(
    'a customer that is %s is not made active again',
    async (status) => {
      const world = worldOf(submitting);
      world.rows.customers.set(rowKey(USER, '700001'), customerRecord({ status }));
      await run(world, submitting, approved);
      expect(world.rows.customers.get(rowKey(USER, '700001'))).toMatchObject({ status });
    },
  );

  it('an archived customer is written down as archived', async () => {
    const world = worldOf(submitting);
    world.unit.customers.set('700001', unitCustomer({ status: 'Archived' }));
    world.rows.customers.set(rowKey(USER, '700001'), customerRecord());
    await run(world, submitting, approved);
    expect(world.rows.customers.get(rowKey(USER, '700001'))).toMatchObject({ status: 'Archived' });
  });
});

describe('INV2 A customer is claimed only for the user whom Unit names', () => {
  const parked = { type: 'individual', unitCustomerId: '700001', status: 'Review' };

  it.each([
    ['another subject', [STRANGER]],
    ['no subject', []],
  ])(
    'when Unit names %s the customer is parked for an operator, and nobody claims it',
    async (_title, jwtSubjects) => {
      const world = worldOf(submitting);
      world.unit.customers.set('700001', unitCustomer({ jwtSubjects }));
      expect(await run(world, submitting, approved)).toMatchObject({ status: 'Approved', nextCheckAt: null });
      expect(world.rows.claims.size).toBe(0);
      expect(world.rows.customers.get(rowKey(USER, '700001'))).toEqual(parked);
      expect(world.linesOf('customer.parked')).toEqual([
        { stytchUserId: USER, unitCustomerId: '700001', reason: 'other_subject' },
      ]);
    },
  );

  it('when another user has claimed it the customer is parked, and the claim stays', async () => {
    const world = worldOf(submitting);
    world.rows.claims.set('700001', { unitCustomerId: '700001', stytchUserId: STRANGER });
    await run(world, submitting, approved);
    expect(world.rows.claims.get('700001')).toMatchObject({ stytchUserId: STRANGER });
    expect(world.rows.customers.get(rowKey(USER, '700001'))).toEqual(parked);
    expect(world.linesOf('customer.parked')).toMatchObject([{ reason: 'claimed_by_another' }]);
  });

  it('one that is archived is archived, whoever it belongs to', async () => {
    const world = worldOf(submitting);
    world.unit.customers.set('700001', unitCustomer({ jwtSubjects: [STRANGER], status: 'Archived' }));
    await run(world, submitting, approved);
    expect(world.rows.customers.get(rowKey(USER, '700001'))).toMatchObject({ status: 'Archived' });
  });

  it('Approved is not settled while Unit does not show the customer', async () => {
    const world = worldOf(submitting);
    world.unit.customers.clear();
    expect(await run(world, submitting, approved)).toMatchObject({
      status: 'Approved',
      unitCustomerId: null,
      nextCheckAt: NOW + 60,
    });
    expect(world.rows.claims.size + world.rows.customers.size).toBe(0);
  });

  it('when one of several who may act for it is the user, it is theirs', async () => {
    const world = worldOf(submitting);
    world.unit.customers.set('700001', unitCustomer({ type: 'business', jwtSubjects: [STRANGER, USER] }));
    expect(await run(world, submitting, approved)).toMatchObject({
      unitCustomerId: '700001',
      nextCheckAt: null,
    });
    expect(world.rows.customers.get(rowKey(USER, '700001'))).toMatchObject({
      type: 'business',
      status: 'Active',
    });
    expect(world.linesOf('customer.parked')).toEqual([]);
  });
});

describe('An application is adopted only by our own intent', () => {
  it.each([
    ['another subject', { jwtSubject: STRANGER }],
    ['no subject', { jwtSubject: null }],
    ['another tag', { applicationId: 'APPLICATION-2' }],
    ['no tag', { applicationId: null }],
  ])('one with %s is refused before anything is written', async (_title, changes) => {
    const world = worldOf(submitting);
    expect(await refusal(run(world, submitting, unitApplication(changes)))).toMatchObject({
      code: 'upstream_unavailable',
      details: { reason: 'foreign_application', upstream: { provider: 'unit' } },
    });
    expect(world.calls).toEqual([]);
  });
});

describe('INV3 The lock follows the application', () => {
  it.each(['Denied', 'Canceled'] as const)('%s does not ask for it', async (status) => {
    const world = worldOf(submitting);
    await run(world, submitting, unitApplication({ status }));
    expect(world.callsOf('table.takeLock')).toEqual([]);
  });

  it.each(['Pending', 'PendingReview', 'AwaitingDocuments', 'Approved'] as const)(
    '%s holds it, also when it was lost',
    async (status) => {
      const world = worldOf(submitting);
      world.rows.locks.clear();
      await run(world, submitting, unitApplication({ status }));
      expect(world.rows.locks.get(rowKey(USER, 'person'))).toMatchObject({ applicationId: 'APPLICATION-1' });
    },
  );

  const givenUp = applicationRecord({ status: 'NotSubmitted', unitApplicationId: null, nextCheckAt: null });

  it('an application that lives after we had given it up takes it back', async () => {
    const world = worldOf(givenUp);
    expect(await run(world, givenUp, unitApplication({ applicationId: 'APPLICATION-1' }))).toMatchObject({
      status: 'Pending',
    });
    expect(world.rows.locks.get(rowKey(USER, 'person'))).toMatchObject({ applicationId: 'APPLICATION-1' });
  });

  it.each(['NotSubmitted', 'Denied', 'Canceled'] as const)(
    'also from another application that is over by then (%s)',
    async (status) => {
      const world = worldOf(givenUp);
      const second = applicationRecord({ applicationId: 'APPLICATION-2', status, nextCheckAt: null });
      world.rows.applications.set(rowKey(USER, 'APPLICATION-2'), second);
      world.rows.locks.set(rowKey(USER, 'person'), {
        name: 'person',
        applicationId: 'APPLICATION-2',
        takenAt: NOW,
      });
      await run(world, givenUp, unitApplication());
      expect(world.rows.locks.get(rowKey(USER, 'person'))).toMatchObject({ applicationId: 'APPLICATION-1' });
      expect(world.linesOf('application.second_open')).toEqual([]);
    },
  );

  it.each([
    ['the store is down', storeDown()],
    ['something is broken', new TypeError('x is not a function')],
  ])('and it is not settled while %s', async (_title, error) => {
    const world = worldOf(submitting);
    world.fail('table.takeLock', error);
    await expect(run(world, submitting, unitApplication())).rejects.toBe(error);
    expect(stored(world)).toEqual(submitting);
    expect(world.linesOf('application.second_open')).toEqual([]);
  });

  it('and when a second application has it by then, operators are told', async () => {
    const world = worldOf(givenUp);
    const second = { name: 'person', applicationId: 'APPLICATION-2', takenAt: NOW } as const;
    world.rows.locks.set(rowKey(USER, 'person'), second);
    await run(world, givenUp, unitApplication());
    expect(world.rows.locks.get(rowKey(USER, 'person'))).toEqual(second);
    expect(world.linesOf('application.second_open')).toEqual([
      { stytchUserId: USER, applicationId: 'APPLICATION-1', status: 'Pending' },
    ]);
  });
});
