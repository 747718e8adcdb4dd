// The same idempotency key again: where the application stands, or the rest of what was left undone.
import { ServiceError } from '../errors.ts';
import type { ApplyOutcome, ApplyPorts, Intent } from './apply.ts';
import { showForm } from './follow-form.ts';
import { LEASE_SECONDS, refuseHeld, takeLock } from './lock.ts';
import { askUnit } from './look-again.ts';
import { type ApplicationRecord, isOpenForm, lockNames, type UserRecord } from './records.ts';
import { settle } from './settle.ts';
import { giveUp, submit } from './submit.ts';

/** Unit forgets a key two days after it worked; long before that we stop sending it again. */
const RESEND_WITHIN_SECONDS = 86_400;

/** The same key again: the present state, or the rest of what a crash, a timeout or a refusal left undone. */
export async function resume(
  ports: ApplyPorts,
  intent: Intent,
  known: UserRecord,
  record: ApplicationRecord,
  signal: AbortSignal,
): Promise<ApplyOutcome> {
  if (record.fingerprint !== intent.fingerprint) throw new ServiceError('idempotency_key_reused');
  const { status, applicationId } = record;
  const now = ports.clock();
  const isSettled = status !== 'Submitting' && status !== 'NotSubmitted';
  const isTooOld = now - record.createdAt > RESEND_WITHIN_SECONDS;
  // A form that ended is not opened again by its key: Unit would answer the one that ended.
  const isOver = status === 'NotSubmitted' && (isTooOld || record.unitFormId !== null);
  if (isSettled || isOver) return { isSubmitted: true, application: record };
  if (isOpenForm(record)) return showForm(ports, record, signal);

  const inFlight = { isSubmitted: false, application: record };
  if (status === 'Submitting' && record.leaseUntil > now) return inFlight;
  if (status === 'NotSubmitted') {
    refuseHeld(known, { name: lockNames[record.type], applicationId, takenAt: now });
    await ports.counters.take('submissionsPerDay', record.stytchUserId);
  }
  const leaseUntil = now + LEASE_SECONDS;
  if (!(await ports.mappings.renewLease(record, leaseUntil))) return inFlight;
  const renewed: ApplicationRecord = { ...record, status: 'Submitting', leaseUntil, isRefused: false };
  await retakeLock(ports, known, record, renewed);
  const found = await askUnit(ports, renewed, signal);
  if (found !== null) return { isSubmitted: true, application: await settle(ports, renewed, found, signal) };
  if (isTooOld) return inFlight;
  // Only straight after a refusal is it certain that no earlier attempt is still on its way.
  const isFirstAttempt = status === 'NotSubmitted' && record.isRefused;
  return submit(ports, intent, renewed, isFirstAttempt, signal);
}

/**
 * The lock may have gone to another application while this one lay still. Taken only after the lease, under which
 * nobody takes it over; whoever does not get it goes back to where they were.
 * @throws ServiceError `application_exists`
 */
async function retakeLock(
  ports: ApplyPorts,
  known: UserRecord,
  before: ApplicationRecord,
  renewed: ApplicationRecord,
): Promise<void> {
  const { type, applicationId } = renewed;
  const lock = { name: lockNames[type], applicationId, takenAt: ports.clock() };
  const [taken] = await Promise.allSettled([takeLock(ports, known, lock)]);
  if (taken.status === 'fulfilled') return;
  if (before.status === 'NotSubmitted') await giveUp(ports, renewed, before.isRefused);
  throw taken.reason;
}
