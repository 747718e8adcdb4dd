// Applying for an account: lock, item, Unit, settle. At most one open application, whatever crashes or races (INV3).
import type { ApplicationRequest } from '../../contract/application.ts';
import { ServiceError } from '../errors.ts';
import { admit, confirm, type GatePorts, judgePresented } from '../factors/gate.ts';
import type { Counters, Hashes } from '../ports.ts';
import type { Session } from '../session/session.ts';
import { canonical } from './canonical.ts';
import { refuseHeld, takeLock } from './lock.ts';
import { type ApplicationRecord, lockNames, type UserRecord } from './records.ts';
import { type SettlePorts, settle } from './settle.ts';
import { giveUp, submit } from './submit.ts';

export interface ApplyPorts extends GatePorts, SettlePorts {
  readonly counters: Counters;
  readonly hashes: Hashes;
}

/** One request of one user, as the steps below need it. */
export interface Intent {
  readonly stytchUserId: string;
  readonly applicationId: string;
  readonly fingerprint: string;
  readonly sourceIp: string;
  readonly request: ApplicationRequest;
}

export interface ApplyOutcome {
  /** False while Unit has not told us that it has the application. */
  readonly isSubmitted: boolean;
  readonly application: ApplicationRecord;
}

/** While it runs, nobody else talks to Unit about this application. */
export const LEASE_SECONDS = 150;

/**
 * Applies once for each idempotency key. A repeat answers the present state of the same application.
 * @throws ServiceError every problem of `POST /v1/applications`
 */
export async function apply(
  ports: ApplyPorts,
  presented: Session,
  asked: { idempotencyKey: string; route: string; sourceIp: string; request: ApplicationRequest },
  signal: AbortSignal,
): Promise<ApplyOutcome> {
  await judgePresented(ports, ports.policy.apply, presented, signal);
  const [current, known] = await Promise.all([
    confirm(ports, presented, signal),
    ports.mappings.readUser(presented.stytchUserId),
  ]);
  await admit(ports, ports.policy.apply, { current, known });
  requireOwnEmail(current.user.verifiedEmails, asked.request.email);

  const { stytchUserId } = presented;
  const intent: Intent = {
    stytchUserId,
    applicationId: ports.hashes.applicationId([stytchUserId, asked.route, asked.idempotencyKey]),
    fingerprint: await ports.hashes.fingerprint(canonical(asked.request)),
    sourceIp: asked.sourceIp,
    request: asked.request,
  };
  const before = known.applications.find((one) => one.applicationId === intent.applicationId);
  if (before !== undefined) return resume(ports, intent, known, before, signal);
  return begin(ports, intent, known, signal);
}

function requireOwnEmail(verified: readonly string[], email: string): void {
  if (verified.includes(email.toLowerCase())) return;
  throw new ServiceError('email_not_verified', {
    errors: [{ pointer: '/email', reason: 'This is not a verified email of the signed-in user.' }],
  });
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

async function begin(
  ports: ApplyPorts,
  intent: Intent,
  known: UserRecord,
  signal: AbortSignal,
): Promise<ApplyOutcome> {
  const { stytchUserId, applicationId, fingerprint, request } = intent;
  const now = ports.clock();
  const lock = { name: lockNames[request.type], applicationId, takenAt: now };
  // Before the count, so that a second tab costs no submission; the lock itself comes after it, and decides.
  refuseHeld(known, lock);
  await ports.counters.take('submissionsPerDay', stytchUserId);
  await takeLock(ports, known, lock);
  const record: ApplicationRecord = {
    stytchUserId,
    applicationId,
    type: request.type,
    status: 'Submitting',
    fingerprint,
    createdAt: now,
    leaseUntil: now + LEASE_SECONDS,
    unitApplicationId: null,
    unitCustomerId: null,
    unitUpdatedAt: null,
    isRefused: false,
    documents: [],
    checkedAt: null,
    nextCheckAt: now + LEASE_SECONDS,
  };
  if (await ports.mappings.createApplication(record)) return submit(ports, intent, record, true, signal);
  const other = await ports.mappings.readApplication(stytchUserId, applicationId);
  if (other === null) throw new ServiceError('temporarily_unavailable', { reason: 'item_vanished' });
  return resume(ports, intent, known, other, signal);
}

/** Unit forgets a key two days after it worked; long before that we stop sending it again. */
const RESEND_WITHIN_SECONDS = 86_400;

/** The same key again: the present state, or the rest of what a crash, a timeout or a refusal left undone. */
async function resume(
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
  if (isSettled || (status === 'NotSubmitted' && isTooOld)) return { isSubmitted: true, application: record };

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
  const found = await ports.onboarding.findApplication(applicationId, signal);
  if (found !== null) return { isSubmitted: true, application: await settle(ports, renewed, found, signal) };
  if (isTooOld) return inFlight;
  // Only straight after a refusal is it certain that no earlier attempt is still on its way.
  const isFirstAttempt = status === 'NotSubmitted' && record.isRefused;
  return submit(ports, intent, renewed, isFirstAttempt, signal);
}
