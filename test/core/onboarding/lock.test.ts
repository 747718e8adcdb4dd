import { describe, expect, it } from '@jest/globals';
import {
  LINKED_LOCK,
  ORPHANED_AFTER_SECONDS,
  refuseHeld,
  takeLock,
} from '../../../functions/core/onboarding/lock.ts';
import type { ApplicationRecord, CustomerRecord, Lock } from '../../../functions/core/onboarding/records.ts';
import { applicant } from '../../support/core-apply.ts';
import { createWorld, type World } from '../../support/core-fakes.ts';
import { formApplicant } from '../../support/core-form.ts';
import { rowKey } from '../../support/core-mappings.ts';
import { applicationRecord, NOW, refusal, USER } from '../../support/core-values.ts';

const person = (applicationId: string, takenAt = NOW): Lock => ({ name: 'person', applicationId, takenAt });

const take = (world: World, lock = person('NEW')) => takeLock(world.ports, { stytchUserId: USER }, lock);

/** A world in which OLD has the lock, with or without its application. */
function heldByOld(status: ApplicationRecord['status'] | null, ageSeconds = 0): World {
  const world = createWorld();
  world.rows.locks.set(rowKey(USER, 'person'), person('OLD', NOW - ageSeconds));
  if (status !== null) {
    world.rows.applications.set(rowKey(USER, 'OLD'), applicationRecord({ applicationId: 'OLD', status }));
  }
  return world;
}

const holder = ({ rows }: World): string | undefined => rows.locks.get(rowKey(USER, 'person'))?.applicationId;

describe('INV3 The lock of a user and kind has one holder', () => {
  it('whoever comes first', async () => {
    const world = createWorld();
    await take(world);
    expect(holder(world)).toBe('NEW');
    expect(world.calls).toEqual(['table.takeLock']);
  });

  it('and who holds it may take it again', async () => {
    const world = createWorld();
    await take(world);
    await take(world, person('NEW', NOW + 10));
    expect(holder(world)).toBe('NEW');
  });

  it('a person and a business do not stand in each other’s way', async () => {
    const world = heldByOld('Pending');
    await take(world, { name: 'business', applicationId: 'NEW', takenAt: NOW });
    expect(world.rows.locks.size).toBe(2);
  });

  it.each(['Submitting', 'Pending', 'PendingReview', 'AwaitingDocuments', 'Approved'] as const)(
    'an application that is %s keeps it, however old',
    async (status) => {
      const world = heldByOld(status, 1_000_000);
      expect(await refusal(take(world))).toMatchObject({
        code: 'application_exists',
        details: { applicationId: 'OLD' },
      });
      expect(holder(world)).toBe('OLD');
    },
  );

  it.each(['NotSubmitted', 'Denied', 'Canceled'] as const)(
    'an application that is %s and crashed before it let go hands it over',
    async (status) => {
      const world = heldByOld(status);
      await take(world);
      expect(holder(world)).toBe('NEW');
    },
  );
});

describe('INV3 A lock without its application', () => {
  it('is young: its holder may be about to write the application', async () => {
    const world = heldByOld(null, ORPHANED_AFTER_SECONDS);
    expect(await refusal(take(world))).toMatchObject({ code: 'application_exists' });
    expect(holder(world)).toBe('OLD');
  });

  it('is older than the 150 s of a lease: it is left over from a crash', async () => {
    const world = heldByOld(null, ORPHANED_AFTER_SECONDS + 1);
    expect(ORPHANED_AFTER_SECONDS).toBe(150);
    await take(world);
    expect(holder(world)).toBe('NEW');
  });

  it('is taken over only from the holder that was seen: somebody faster keeps it', async () => {
    const world = heldByOld(null, ORPHANED_AFTER_SECONDS + 1);
    world.ports.mappings.readApplication = async () => {
      world.rows.locks.set(rowKey(USER, 'person'), person('FASTER'));
      return null;
    };
    expect(await refusal(take(world))).toMatchObject({ code: 'application_exists' });
    expect(holder(world)).toBe('FASTER');
  });

  it('freed between two looks is refused this once, without naming anything', async () => {
    const world = heldByOld('Pending');
    world.ports.mappings.readLock = async () => null;
    expect(await refusal(take(world))).toMatchObject({ code: 'application_exists', details: {} });
  });
});

describe('INV3 A customer that came without an application', () => {
  const customer = (
    type: CustomerRecord['type'],
    status: CustomerRecord['status'],
  ): readonly [string, CustomerRecord] => [
    rowKey(USER, '700001'),
    { unitCustomerId: '700001', type, status },
  ];

  it.each(['Active', 'Review'] as const)('and is %s holds the lock: nothing is sent', async (status) => {
    const scene = applicant();
    scene.world.rows.customers.set(...customer('individual', status));
    expect(await refusal(scene.apply('key-1'))).toMatchObject({ code: 'application_exists', details: {} });
    expect([scene.world.unit.submissions, [...scene.world.used]]).toEqual([[], []]);
  });

  it('of a business holds that of a business, and no other', async () => {
    const scene = formApplicant();
    scene.world.rows.customers.set(...customer('business', 'Active'));
    expect(await refusal(scene.open('key-1', { type: 'business' }))).toMatchObject({
      code: 'application_exists',
    });
    expect(await scene.apply('key-2')).toMatchObject({ isSubmitted: true });
  });

  it('and is archived holds nothing', async () => {
    const scene = applicant();
    scene.world.rows.customers.set(...customer('individual', 'Archived'));
    expect(await scene.apply('key-1')).toMatchObject({ isSubmitted: true });
  });

  it('does not stand in the way of the application that it came of', async () => {
    const { rows, ports } = createWorld();
    rows.customers.set(...customer('individual', 'Active'));
    const own = applicationRecord({ applicationId: 'NEW', status: 'Approved', unitCustomerId: '700001' });
    rows.applications.set(rowKey(USER, 'NEW'), own);
    const known = await ports.mappings.readUser(USER);
    expect(() => refuseHeld(known, person('NEW'))).not.toThrow();
  });

  /** The lock as `link` takes it, before it writes the customer. */
  function linked(ageSeconds: number, status: CustomerRecord['status'] | null): World {
    const world = createWorld();
    world.rows.locks.set(rowKey(USER, 'person'), person(LINKED_LOCK, NOW - ageSeconds));
    if (status !== null) world.rows.customers.set(...customer('individual', status));
    return world;
  }

  it.each([
    ['however old, while its customer is not archived', 1_000_000, 'Active'],
    ['however old, while its customer is in review', 1_000_000, 'Review'],
    ['while it is young: its customer may be on its way', ORPHANED_AFTER_SECONDS, null],
  ] as const)('keeps a lock that `link` took %s', async (_title, ageSeconds, status) => {
    const world = linked(ageSeconds, status);
    expect(await refusal(take(world))).toMatchObject({ code: 'application_exists', details: {} });
    const known = await world.ports.mappings.readUser(USER);
    expect(() => refuseHeld(known, person('NEW'))).toThrow('application_exists');
    expect(holder(world)).toBe('LINKED');
  });

  it.each([
    ['whose customer is archived', 'Archived'],
    ['whose customer was never written', null],
  ] as const)('an old lock of `link` %s is taken over', async (_title, status) => {
    const world = linked(ORPHANED_AFTER_SECONDS + 1, status);
    const known = await world.ports.mappings.readUser(USER);
    expect(() => refuseHeld(known, person('NEW'))).not.toThrow();
    await take(world);
    expect(holder(world)).toBe('NEW');
  });
});

describe('INV3 A lock that one key took for another kind of body than its application became', () => {
  it.each([
    ['stays while a late write may still be on its way', ORPHANED_AFTER_SECONDS, 'OLD'],
    ['is an orphan after that, however alive the application is', ORPHANED_AFTER_SECONDS + 1, 'NEW'],
  ])('%s', async (_, age, expected) => {
    const world = heldByOld(null, age);
    world.rows.applications.set(
      rowKey(USER, 'OLD'),
      applicationRecord({ applicationId: 'OLD', type: 'business', status: 'Approved' }),
    );
    await Promise.allSettled([take(world)]);
    expect(holder(world)).toBe(expected);
  });
});
