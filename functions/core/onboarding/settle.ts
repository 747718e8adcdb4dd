// Settling: what Unit says of an application is written down, in an order in which a crash anywhere is found again.
import { ServiceError } from '../errors.ts';
import type { Clock, IdMappings, Log, OnboardingProvider, UnitApplication, UnitCustomer } from '../ports.ts';
import { type ApplicationRecord, isReleased, lockNames } from './records.ts';

export interface SettlePorts {
  readonly mappings: IdMappings;
  readonly onboarding: OnboardingProvider;
  readonly clock: Clock;
  readonly log: Log;
}

/** How long until an application that is not decided is looked at again, by status. */
const recheckSeconds = {
  Pending: 60,
  PendingReview: 900,
  AwaitingDocuments: 900,
  /** Approved, but its customer or claim is not written yet. */
  Approved: 60,
} as const;

/**
 * Writes Unit's word on an application: pointer, claim, customer, and the application last, since only that write
 * takes it out of the unsettled index. Repeating it changes nothing.
 * @returns the application as it now stands
 * @throws ServiceError when Unit or the store fails; then the application is still unsettled
 */
export async function settle(
  ports: SettlePorts,
  record: ApplicationRecord,
  unit: UnitApplication,
  signal: AbortSignal,
): Promise<ApplicationRecord> {
  requireIntent(record, unit);
  const { stytchUserId, applicationId } = record;
  await ports.mappings.putPointer({
    unitApplicationId: unit.unitApplicationId,
    stytchUserId,
    applicationId,
  });
  const isMapped = unit.unitCustomerId !== null && (await claim(ports, record, unit.unitCustomerId, signal));
  await holdOrRelease(ports, record, unit);
  const settled = {
    ...record,
    status: unit.status,
    unitApplicationId: unit.unitApplicationId,
    unitCustomerId: isMapped ? unit.unitCustomerId : record.unitCustomerId,
    unitUpdatedAt: unit.updatedAt,
    nextCheckAt: nextCheck(unit, isMapped, ports.clock()),
  };
  const isWritten = await ports.mappings.settleApplication(settled);
  if (!isWritten) return (await ports.mappings.readApplication(stytchUserId, applicationId)) ?? settled;
  ports.log.record('application.settled', {
    stytchUserId,
    applicationId,
    status: unit.status,
    unitApplicationId: unit.unitApplicationId,
    unitCustomerId: settled.unitCustomerId,
  });
  return settled;
}

/** An application is ours only if Unit's subject and tag say what our item says. */
function requireIntent(record: ApplicationRecord, unit: UnitApplication): void {
  if (unit.jwtSubject === record.stytchUserId && unit.applicationId === record.applicationId) return;
  throw new ServiceError('upstream_unavailable', {
    reason: 'foreign_application',
    upstream: { provider: 'unit', operation: 'adopt_application' },
  });
}

/** An application that is over frees the lock; one that we had given up on and that lives after all wants it back. */
async function holdOrRelease(
  { mappings, clock, log }: SettlePorts,
  { stytchUserId, applicationId, type, status }: ApplicationRecord,
  unit: UnitApplication,
): Promise<void> {
  const name = lockNames[type];
  if (isReleased(unit.status)) return mappings.releaseLock(stytchUserId, name, applicationId);
  if (status !== 'NotSubmitted') return;
  const isHeld = await mappings.takeLock(stytchUserId, { name, applicationId, takenAt: clock() });
  if (!isHeld) log.record('application.second_open', { stytchUserId, applicationId });
}

function nextCheck(unit: UnitApplication, isMapped: boolean, now: number): number | null {
  if (unit.status === 'Denied' || unit.status === 'Canceled' || isMapped) return null;
  return now + recheckSeconds[unit.status];
}

/** Claims the customer for the user if Unit's own record names that user; false when it is somebody else's. */
async function claim(
  ports: SettlePorts,
  record: ApplicationRecord,
  unitCustomerId: string,
  signal: AbortSignal,
): Promise<boolean> {
  const customer = await ports.onboarding.readCustomer(unitCustomerId, signal);
  const isTheirs =
    customer?.jwtSubjects.includes(record.stytchUserId) === true &&
    (await ports.mappings.putClaim({ unitCustomerId, stytchUserId: record.stytchUserId }));
  if (customer === null || !isTheirs) {
    ports.log.record('customer.claim_refused', {
      stytchUserId: record.stytchUserId,
      applicationId: record.applicationId,
      unitCustomerId,
      reason: customer === null ? 'customer_missing' : 'not_theirs',
    });
    return false;
  }
  await mapCustomer(ports, record.stytchUserId, customer);
  return true;
}

/** Writes the customer's status beside its user; Archived is never overwritten. */
export const mapCustomer = (
  { mappings }: Pick<SettlePorts, 'mappings'>,
  stytchUserId: string,
  { unitCustomerId, type, status }: UnitCustomer,
): Promise<void> => mappings.putCustomer(stytchUserId, { unitCustomerId, type, status });
