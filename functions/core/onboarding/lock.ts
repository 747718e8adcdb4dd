// The lock of a user and kind: one open or approved application holds it (INV3).
import { ServiceError } from '../errors.ts';
import type { IdMappings } from '../ports.ts';
import {
  type ApplicationRecord,
  type CustomerRecord,
  isReleased,
  type Lock,
  type LockName,
  lockNames,
  type UserRecord,
} from './records.ts';

/** While an application's lease runs, one request alone talks to Unit about it. */
export const LEASE_SECONDS = 150;

/** A lock this old without its application is left over from a crash between the two writes. */
export const ORPHANED_AFTER_SECONDS = 150;

/** In place of an application's id: the lock was taken by an operator's `link` of a customer. */
export const LINKED_LOCK = 'LINKED';

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
  // Read only now: the customer of a `link` is written after its lock.
  const customers =
    held.applicationId === LINKED_LOCK ? (await mappings.readUser(stytchUserId)).customers : [];
  const isFree = isOver(held, holder, customers, lock.takenAt);
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
  const own = known.applications.find(({ applicationId }) => applicationId === lock.applicationId);
  const others = known.customers.filter(({ unitCustomerId }) => unitCustomerId !== own?.unitCustomerId);
  if (hasOpen(others, lock.name)) throw new ServiceError('application_exists');
  const held = known.locks.find(({ name }) => name === lock.name);
  if (held === undefined || held.applicationId === lock.applicationId) return;
  const holder = known.applications.find(({ applicationId }) => applicationId === held.applicationId) ?? null;
  if (!isOver(held, holder, known.customers, lock.takenAt)) throw exists(held);
}

function isOver(
  held: Lock,
  holder: ApplicationRecord | null,
  customers: readonly CustomerRecord[],
  now: number,
): boolean {
  // One key sent with two kinds of body names one application: the lock of the other kind is an orphan.
  if (holder !== null && lockNames[holder.type] === held.name) return isReleased(holder.status);
  if (held.applicationId === LINKED_LOCK && hasOpen(customers, held.name)) return false;
  return now - held.takenAt > ORPHANED_AFTER_SECONDS;
}

/** A customer may have come without an application of ours: by an operator's `link`. */
const hasOpen = (customers: readonly CustomerRecord[], name: LockName): boolean =>
  customers.some(({ type, status }) => lockNames[type] === name && status !== 'Archived');

const exists = ({ applicationId }: Pick<Lock, 'applicationId'>): ServiceError =>
  new ServiceError('application_exists', applicationId === LINKED_LOCK ? {} : { applicationId });
