import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Lock } from '../../../functions/core/onboarding/records.ts';
import { newApplicationId, newUser, startTableBench, type TableBench } from '../../support/adapters-table.ts';

let bench: TableBench;
beforeAll(async () => {
  bench = await startTableBench();
});
afterAll(() => bench.close());

const lockOf = (applicationId = newApplicationId(), takenAt = 1000): Lock => ({
  name: 'person',
  applicationId,
  takenAt,
});

describe('the lock of a user and kind', () => {
  it('INV3 is taken once, and kept by the application that holds it', async () => {
    const user = newUser();
    const lock = lockOf();
    expect(await bench.mappings.takeLock(user, lock)).toBe(true);
    expect(await bench.mappings.takeLock(user, lock)).toBe(true);
    expect(await bench.mappings.takeLock(user, lockOf())).toBe(false);
    expect(await bench.mappings.readLock(user, 'person')).toMatchObject(lock);
  });

  it('INV3 has exactly one winner of twenty that race for it', async () => {
    const user = newUser();
    const locks = Array.from({ length: 20 }, () => lockOf());
    const won = await Promise.all(locks.map((lock) => bench.mappings.takeLock(user, lock)));
    expect(won.filter(Boolean)).toHaveLength(1);
    const holder = await bench.mappings.readLock(user, 'person');
    expect(holder?.applicationId).toBe(locks[won.indexOf(true)]?.applicationId);
  });

  it('is another one for another kind and for another user', async () => {
    const user = newUser();
    expect(await bench.mappings.takeLock(user, lockOf())).toBe(true);
    expect(await bench.mappings.takeLock(user, { ...lockOf(), name: 'business' })).toBe(true);
    expect(await bench.mappings.takeLock(newUser(), lockOf())).toBe(true);
    expect((await bench.mappings.readUser(user)).locks).toHaveLength(2);
  });

  it('is null where nobody holds it', async () => {
    expect(await bench.mappings.readLock(newUser(), 'person')).toBeNull();
  });

  it('INV3 is taken over only from the application that was seen to hold it, by one of twenty', async () => {
    const user = newUser();
    const orphan = lockOf();
    await bench.mappings.takeLock(user, orphan);
    expect(await bench.mappings.takeOverLock(user, lockOf(), lockOf())).toBe(false);
    const won = await Promise.all(
      Array.from({ length: 20 }, () => bench.mappings.takeOverLock(user, lockOf(undefined, 2000), orphan)),
    );
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(await bench.mappings.readLock(user, 'person')).toMatchObject({ takenAt: 2000 });
  });

  it('INV3 is not taken over from an application that came back and took it again', async () => {
    const user = newUser();
    const seen = lockOf(undefined, 1000);
    await bench.mappings.takeLock(user, seen);
    await bench.mappings.takeLock(user, { ...seen, takenAt: 1900 });
    expect(await bench.mappings.takeOverLock(user, lockOf(undefined, 2000), seen)).toBe(false);
    expect(await bench.mappings.readLock(user, 'person')).toMatchObject({ ...seen, takenAt: 1900 });
  });

  it('is not taken over where nobody holds it', async () => {
    expect(await bench.mappings.takeOverLock(newUser(), lockOf(), lockOf())).toBe(false);
  });
});
