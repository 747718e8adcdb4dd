// The lock of a user and kind, by conditional writes: under a race exactly one holder (INV3).
import type { IdMappings } from '../../core/ports.ts';
import { keys, lockAttributes, toLock } from './items.ts';
import type { Store } from './store.ts';

export const createLocks = (store: Store): Pick<IdMappings, 'takeLock' | 'readLock' | 'takeOverLock'> => ({
  takeLock: (stytchUserId, lock) =>
    store.put(keys.lock(stytchUserId, lock.name), lockAttributes(lock), {
      expression: 'attribute_not_exists(pk) OR applicationId = :applicationId',
      values: { ':applicationId': lock.applicationId },
    }),

  async readLock(stytchUserId, name) {
    const item = await store.get(keys.lock(stytchUserId, name));
    return item === null ? null : toLock(item);
  },

  takeOverLock: (stytchUserId, lock, from) =>
    store.put(keys.lock(stytchUserId, lock.name), lockAttributes(lock), {
      // Its time too: a holder that came back to life has taken it again.
      expression: 'applicationId = :from AND takenAt = :takenAt',
      values: { ':from': from.applicationId, ':takenAt': from.takenAt },
    }),
});
