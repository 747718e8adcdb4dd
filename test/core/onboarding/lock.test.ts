import { describe, expect, it } from '@jest/globals';
import { ORPHANED_AFTER_SECONDS, takeLock } from '../../../functions/core/onboarding/lock.ts';
import type { ApplicationRecord, Lock } from '../../../functions/core/onboarding/records.ts';
import { createWorld, type World } from '../../support/core-fakes.ts';
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
