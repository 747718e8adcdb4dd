// The lock of a user and kind: one open or approved application holds it (INV3).
import { ServiceError } from '../errors.ts';
import type { IdMappings } from '../ports.ts';
import { isReleased, type Lock, type UserRecord } from './records.ts';

/** A lock this old without its application is left over from a crash between the two writes. */
export const ORPHANED_AFTER_SECONDS = 150;

/**
 * Takes the lock, or takes it over from an application that is over, or was never written.
 * @throws ServiceError `application_exists` with the id of the caller's own application that holds it
 */
export async function takeLock(
  { mappings }: { readonly mappings: IdMappings },
  known: Pick<UserRecord, 'stytchUserId'>,
  lock: Lock,
): Promise<void> {
  const { stytchUserId } = known;
  if (await mappings.takeLock(stytchUserId, lock)) return;
  const held = await mappings.readLock(stytchUserId, lock.name);
  if (held !== null) {
    const holder = await mappings.readApplication(stytchUserId, held.applicationId);
    const isOver =
      holder === null ? lock.takenAt - held.takenAt > ORPHANED_AFTER_SECONDS : isReleased(holder.status);
    if (isOver && (await mappings.takeOverLock(stytchUserId, lock, held))) return;
  }
  throw new ServiceError('application_exists', held === null ? {} : { applicationId: held.applicationId });
}
