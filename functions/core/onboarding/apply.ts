// Applying for an account: lock, item, Unit, settle. At most one open application, whatever crashes or races (INV3).
import type { ApplicationRequest } from '../../contract/application.ts';
import { ServiceError } from '../errors.ts';
import { admit, confirm, type GatePorts, judgePresented } from '../factors/gate.ts';
import type { Counters, FormOutcome, FormProvider, SubmissionOutcome, UnsentForm } from '../ports.ts';
import type { Session, User } from '../session/session.ts';
import { requireOwnEmail } from './applicant.ts';
import { canonical } from './canonical.ts';
import { showForm } from './follow-form.ts';
import { LEASE_SECONDS, refuseHeld, takeLock } from './lock.ts';
import { clearForms } from './look-again.ts';
import {
  type ApplicationRecord,
  isOpenForm,
  isReleased,
  lockNames,
  type OpenForm,
  type UserRecord,
} from './records.ts';
import { resume } from './resume.ts';
import type { SettlePorts } from './settle.ts';
import { submit } from './submit.ts';

export interface ApplyPorts extends GatePorts, SettlePorts {
  readonly counters: Counters;
  readonly forms: FormProvider;
}

/** A request under its caller's key. */
export interface Asked<Request> {
  readonly idempotencyKey: string;
  readonly route: string;
  readonly request: Request;
}

/** What differs between the ways to apply: what the item keeps, and the one POST to Unit. */
export interface Draft extends Pick<ApplicationRecord, 'via' | 'emailFingerprints'> {
  send(applicationId: string): Promise<SubmissionOutcome | FormOutcome>;
}

/** One request of one user, as the steps below need it. */
export interface Intent {
  readonly stytchUserId: string;
  readonly applicationId: string;
  readonly fingerprint: string;
  readonly type: ApplicationRecord['type'];
  readonly draft: Draft;
}

export interface ApplyOutcome {
  /** False while Unit has not told us that it has the application, or the form for it. */
  readonly isSubmitted: boolean;
  readonly application: ApplicationRecord;
  /** While it can be filled in. */
  readonly form?: UnsentForm;
}

/**
 * Applies once for each idempotency key. A repeat answers the present state of the same application.
 * @throws ServiceError every problem of `POST /v1/applications`
 */
export async function apply(
  ports: ApplyPorts,
  presented: Session,
  asked: Asked<ApplicationRequest> & { readonly sourceIp: string },
  signal: AbortSignal,
): Promise<ApplyOutcome> {
  const { request, sourceIp } = asked;
  return applyBy(
    ports,
    presented,
    asked,
    async ({ stytchUserId, verifiedEmails }) => {
      requireOwnEmail(verifiedEmails, request.email, '/email');
      return {
        via: 'json',
        emailFingerprints: [],
        send: (applicationId) =>
          ports.onboarding.submitApplication({ applicationId, stytchUserId, sourceIp, request }, signal),
      };
    },
    signal,
  );
}

/** The path of every way to apply: the gate, the draft by the user as Stytch shows them now, then lock, item, Unit. */
export async function applyBy(
  ports: ApplyPorts,
  presented: Session,
  asked: Asked<{ readonly type: ApplicationRecord['type'] }>,
  draftFor: (user: User) => Promise<Draft>,
  signal: AbortSignal,
): Promise<ApplyOutcome> {
  await judgePresented(ports, ports.policy.apply, presented, signal);
  const [current, read] = await Promise.all([
    confirm(ports, presented, signal),
    ports.mappings.readUser(presented.stytchUserId),
  ]);
  await admit(ports, ports.policy.apply, { current, known: read });
  const draft = await draftFor(current.user);

  const { stytchUserId } = presented;
  const intent: Intent = {
    stytchUserId,
    applicationId: ports.hashes.applicationId([stytchUserId, asked.route, asked.idempotencyKey]),
    fingerprint: await ports.hashes.fingerprint(canonical(asked.request)),
    type: asked.request.type,
    draft,
  };
  const known = await clearForms(ports, read, intent.type, signal);
  const before = known.applications.find((one) => one.applicationId === intent.applicationId);
  if (before !== undefined) return resume(ports, intent, known, before, signal);
  const open = draft.via === 'form' ? onlyOpenForm(known, intent.type) : undefined;
  if (open !== undefined) return showForm(ports, open, signal);
  return begin(ports, intent, known, signal);
}

/** The user's own open form of this type, where nothing else is in the way: whoever lost its key gets it again. */
function onlyOpenForm(known: UserRecord, type: ApplicationRecord['type']): OpenForm | undefined {
  const name = lockNames[type];
  const inTheWay = known.applications.filter(
    (one) => lockNames[one.type] === name && !isReleased(one.status),
  );
  const [form, other] = inTheWay;
  const hasCustomer = known.customers.some(
    (one) => lockNames[one.type] === name && one.status !== 'Archived',
  );
  if (form === undefined || other !== undefined || hasCustomer) return undefined;
  return isOpenForm(form) && form.type === type ? form : undefined;
}

async function begin(
  ports: ApplyPorts,
  intent: Intent,
  known: UserRecord,
  signal: AbortSignal,
): Promise<ApplyOutcome> {
  const { stytchUserId, applicationId, fingerprint, type, draft } = intent;
  const now = ports.clock();
  const lock = { name: lockNames[type], applicationId, takenAt: now };
  // Before the count, so that a second tab costs no submission; the lock itself comes after it, and decides.
  refuseHeld(known, lock);
  await ports.counters.take('submissionsPerDay', stytchUserId);
  await takeLock(ports, known, lock);
  const record: ApplicationRecord = {
    stytchUserId,
    applicationId,
    type,
    via: draft.via,
    status: 'Submitting',
    fingerprint,
    createdAt: now,
    leaseUntil: now + LEASE_SECONDS,
    emailFingerprints: draft.emailFingerprints,
    unitFormId: null,
    formExpiresAt: null,
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
