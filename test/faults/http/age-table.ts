// Time for one user's items: their leases, checks and locks are set back, as if it had gone by.
import type { World } from '../../../local/world.ts';
import { editItem } from '../../support/world.ts';

const times = ['createdAt', 'leaseUntil', 'checkedAt', 'nextCheckAt', 'takenAt', 'formExpiresAt'] as const;

/** Sets every time of a user's applications and locks back. Only while nothing runs. */
export async function ageUser(world: World, userId: string, seconds: number): Promise<void> {
  for (const item of await world.scanTable()) {
    const { pk, sk } = item;
    if (pk !== `USER#${userId}` || !/^(APPLICATION|LOCK)#/.test(String(sk))) continue;
    const present = times.flatMap((name) => {
      const at = item[name];
      return typeof at === 'number' ? [[name, at - seconds] as const] : [];
    });
    await editItem(world, item, Object.fromEntries(present));
  }
}
