// Asking Unit once more about what is not settled, and giving up what can no longer come.
import type { FormProvider, UnitApplication } from '../ports.ts';
import { FORM_MARGIN_SECONDS, note } from './follow-form.ts';
import { type ApplicationRecord, isOpenForm, lockNames, type UserRecord } from './records.ts';
import { type SettlePorts, settle } from './settle.ts';
import { giveUp } from './submit.ts';

export interface LookPorts extends SettlePorts {
  readonly forms: FormProvider;
}

export interface Looked {
  readonly outcome: 'settled' | 'given_up' | 'waiting';
  readonly application: ApplicationRecord;
}

/** Unit had this long to show an application under our tag; after it there is none. */
const GIVE_UP_AFTER_SECONDS = 3600;

/** Unit's application: by Unit's id, or by our tag while we have none. */
export async function askUnit(
  { onboarding }: Pick<SettlePorts, 'onboarding'>,
  { unitApplicationId, applicationId }: ApplicationRecord,
  signal: AbortSignal,
): Promise<UnitApplication | null> {
  if (unitApplicationId !== null) return onboarding.readApplication(unitApplicationId, signal);
  const found = await onboarding.findApplication(applicationId, signal);
  if (found === null) return null;
  // A list comes without documents.
  return (await onboarding.readApplication(found.unitApplicationId, signal)) ?? found;
}

/** Settles what Unit has, and gives up what it has not and will not have: a form by its own end. */
export async function lookAgain(
  ports: LookPorts,
  record: ApplicationRecord,
  signal: AbortSignal,
): Promise<Looked> {
  const unit = await askUnit(ports, record, signal);
  if (unit !== null) return { outcome: 'settled', application: await settle(ports, record, unit, signal) };
  if (!isHopeless(record, ports.clock())) return { outcome: 'waiting', application: record };
  const unsettled = await askForm(ports, record, signal);
  if (unsettled !== null) return unsettled;
  const isGivenUp = await giveUp(ports, record, false);
  const { stytchUserId, applicationId } = record;
  const now = await ports.mappings.readApplication(stytchUserId, applicationId);
  return { outcome: isGivenUp ? 'given_up' : 'waiting', application: now ?? record };
}

/**
 * Only Unit knows the present end of a form, and what came of it where our tag did not pass on.
 * @returns null when the form, if there is one, ended unsent
 */
async function askForm(
  ports: LookPorts,
  record: ApplicationRecord,
  signal: AbortSignal,
): Promise<Looked | null> {
  const { unitFormId, applicationId } = record;
  const form = unitFormId === null ? null : await ports.forms.readForm(unitFormId, applicationId, signal);
  if (form === null) return null;
  if (form.unitApplicationId === null) {
    if (ports.clock() - form.expiresAt > FORM_MARGIN_SECONDS) return null;
    return { outcome: 'waiting', application: (await note(ports, record, form)) ?? record };
  }
  const unit = await ports.onboarding.readApplication(form.unitApplicationId, signal);
  if (unit === null) return { outcome: 'waiting', application: record };
  return { outcome: 'settled', application: await settle(ports, record, unit, signal) };
}

function isHopeless(
  { status, leaseUntil, createdAt, formExpiresAt }: ApplicationRecord,
  now: number,
): boolean {
  if (status !== 'Submitting' || leaseUntil >= now) return false;
  return formExpiresAt === null
    ? now - createdAt > GIVE_UP_AFTER_SECONDS
    : now - formExpiresAt > FORM_MARGIN_SECONDS;
}

/** Forms that ended without an application make room for another of their kind. */
export async function clearForms(
  ports: LookPorts,
  known: UserRecord,
  type: ApplicationRecord['type'],
  signal: AbortSignal,
): Promise<UserRecord> {
  const isInTheWay = (one: ApplicationRecord): boolean =>
    lockNames[one.type] === lockNames[type] && isOpenForm(one) && isHopeless(one, ports.clock());
  const applications = await Promise.all(
    known.applications.map(async (one) =>
      isInTheWay(one) ? (await lookAgain(ports, one, signal)).application : one,
    ),
  );
  return { ...known, applications };
}
