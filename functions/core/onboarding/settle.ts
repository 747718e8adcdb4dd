// Settling: what Unit says of an application is written down, in an order in which a crash anywhere is found again.
import { ServiceError } from '../errors.ts';
import type {
  Clock,
  Hashes,
  IdMappings,
  Log,
  OnboardingProvider,
  UnitApplication,
  UnitCustomer,
} from '../ports.ts';
import { foreignApplicant } from './applicant.ts';
import { takeLock } from './lock.ts';
import { type ApplicationRecord, isReleased, lockNames } from './records.ts';

export interface SettlePorts {
  readonly mappings: IdMappings;
  readonly onboarding: OnboardingProvider;
  readonly hashes: Hashes;
  readonly clock: Clock;
  readonly log: Log;
}

/** How long until an application that is not decided is looked at again, by status. */
const recheckSeconds = {
  Pending: 60,
  PendingReview: 900,
  AwaitingDocuments: 900,
  /** Approved, but Unit does not show its customer yet. */
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
  const { unitApplicationId } = unit;
  await ports.mappings.putPointer({ unitApplicationId, stytchUserId, applicationId });
  const isMapped =
    unit.unitCustomerId !== null && (await claim(ports, record, unit, unit.unitCustomerId, signal));
  await holdLock(ports, record, unit);
  const settled: ApplicationRecord = {
    ...record,
    status: unit.status,
    unitApplicationId,
    unitCustomerId: isMapped ? unit.unitCustomerId : record.unitCustomerId,
    unitUpdatedAt: unit.updatedAt,
    documents: unit.documents,
    checkedAt: ports.clock(),
    nextCheckAt: nextCheck(unit, isMapped, ports.clock()),
  };
  const isWritten = await ports.mappings.settleApplication(settled);
  if (!isWritten) return (await ports.mappings.readApplication(stytchUserId, applicationId)) ?? settled;
  ports.log.record('application.settled', {
    stytchUserId,
    applicationId,
    status: unit.status,
    unitApplicationId,
    unitCustomerId: settled.unitCustomerId,
  });
  return settled;
}

/** Whether an application at Unit is the one that our item stands for: by its subject and its tag. */
export const isOurs = (record: ApplicationRecord, unit: UnitApplication): boolean =>
  unit.jwtSubject === record.stytchUserId && unit.applicationId === record.applicationId;

function requireIntent(record: ApplicationRecord, unit: UnitApplication): void {
  if (isOurs(record, unit)) return;
  throw new ServiceError('upstream_unavailable', {
    reason: 'foreign_application',
    upstream: { provider: 'unit', operation: 'adopt_application' },
  });
}

/**
 * An application that is open or approved holds the lock, whatever we thought of it before. One that is over keeps it
 * too: whoever comes next takes it over, so that no release can hit a lock that has changed hands.
 */
async function holdLock(
  ports: SettlePorts,
  record: ApplicationRecord,
  { status }: UnitApplication,
): Promise<void> {
  if (isReleased(status)) return;
  const { stytchUserId, applicationId, type } = record;
  const lock = { name: lockNames[type], applicationId, takenAt: ports.clock() };
  const [taken] = await Promise.allSettled([takeLock(ports, record, lock)]);
  if (taken.status === 'fulfilled') return;
  if (!(taken.reason instanceof ServiceError) || taken.reason.code !== 'application_exists')
    throw taken.reason;
  ports.log.record('application.second_open', { stytchUserId, applicationId, status });
}

function nextCheck({ status }: UnitApplication, isMapped: boolean, now: number): number | null {
  if (status === 'Denied' || status === 'Canceled' || isMapped) return null;
  return now + recheckSeconds[status];
}

/** Claims the customer for the user, or parks it; false while Unit does not show it. */
async function claim(
  ports: SettlePorts,
  record: ApplicationRecord,
  unit: UnitApplication,
  unitCustomerId: string,
  signal: AbortSignal,
): Promise<boolean> {
  const customer = await ports.onboarding.readCustomer(unitCustomerId, signal);
  if (customer === null) return false;
  const parked = await whyParked(ports, record, unit, customer);
  await mapCustomer(ports, record.stytchUserId, customer, parked);
  return true;
}

/** Why the customer is not the user's to use; null once it is claimed for them. */
export type WhyParked = 'other_subject' | 'other_type' | 'other_email' | 'claimed_by_another';

async function whyParked(
  ports: SettlePorts,
  record: ApplicationRecord,
  unit: UnitApplication,
  { unitCustomerId, jwtSubjects }: UnitCustomer,
): Promise<WhyParked | null> {
  const { stytchUserId } = record;
  if (!jwtSubjects.includes(stytchUserId)) return 'other_subject';
  const foreign = await foreignApplicant(ports, record, unit);
  if (foreign === null) {
    return (await ports.mappings.putClaim({ unitCustomerId, stytchUserId })) ? null : 'claimed_by_another';
  }
  // A claim that is there was an operator's word, which no later event takes back.
  const claimed = await ports.mappings.readClaim(unitCustomerId);
  return claimed?.stytchUserId === stytchUserId ? null : foreign;
}

/**
 * Writes the customer's status beside its user. One that Unit no longer gives to this user, that another user has
 * claimed, or that somebody else applied for, is parked as `Review`: no tokens until an operator decides.
 */
export async function mapCustomer(
  { mappings, log }: Pick<SettlePorts, 'mappings' | 'log'>,
  stytchUserId: string,
  { unitCustomerId, type, status }: UnitCustomer,
  parked: WhyParked | null,
): Promise<void> {
  if (parked !== null) log.record('customer.parked', { stytchUserId, unitCustomerId, reason: parked });
  await mappings.putCustomer(stytchUserId, {
    unitCustomerId,
    type,
    status: parked === null || status === 'Archived' ? status : 'Review',
  });
}
