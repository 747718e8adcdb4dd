// The lock of a user and kind: one open or approved application holds it (INV3).
import { ServiceError } from '../errors.ts';
import type { IdMappings } from '../ports.ts';
import { type ApplicationRecord, isReleased, type Lock, lockNames, type UserRecord } from './records.ts';

/** While an application's lease runs, one request alone talks to Unit about it. */
export const LEASE_SECONDS = 150;

/** Holds the lock of a user to whom an operator has linked a customer of that kind. */
export const LINKED_LOCK = 'LINKED';

/** A lock this old without its application is left over from a crash between the two writes. */
export const ORPHANED_AFTER_SECONDS = 150;

/**
 * Takes the lock, or takes it over from an application that is over, or was never written.
 * @throws ServiceError `application_exists` with the id of the caller's own application that holds it
 */
export async function takeLock(
  { mappings }: { readonly mappings: IdMappings },
  { stytchUserId }: Pick<UserRecord, 'stytchUserId'>,
  lock: Lock,
): Promise<void> {
  if (await mappings.takeLock(stytchUserId, lock)) return;
  const held = await mappings.readLock(stytchUserId, lock.name);
  if (held === null) throw new ServiceError('application_exists');
  const holder = await mappings.readApplication(stytchUserId, held.applicationId);
  const isFree = isOver(held, holder, lock.takenAt);
  if (isFree && (await mappings.takeOverLock(stytchUserId, lock, held))) return;
  throw exists(held);
}

/**
 * Refuses by what was read of the user already, without a write.
 * @throws ServiceError `application_exists`
 */
export function refuseHeld(known: UserRecord, lock: Lock): void {
  const other = known.applications.find(
    ({ applicationId, type, status }) =>
      applicationId !== lock.applicationId && lockNames[type] === lock.name && !isReleased(status),
  );
  if (other !== undefined) throw exists(other);
  const held = known.locks.find(({ name }) => name === lock.name);
  if (held === undefined || held.applicationId === lock.applicationId) return;
  const holder = known.applications.find(({ applicationId }) => applicationId === held.applicationId) ?? null;
  if (!isOver(held, holder, lock.takenAt)) throw exists(held);
}

const isOver = (held: Lock, holder: ApplicationRecord | null, now: number): boolean =>
  holder === null ? now - held.takenAt > ORPHANED_AFTER_SECONDS : isReleased(holder.status);

const exists = ({ applicationId }: Pick<Lock, 'applicationId'>): ServiceError =>
  new ServiceError('application_exists', { applicationId });
