// A form that Unit has opened: its end is written down before its link goes out, and the link goes out only while it works.
import type { UnitForm, UnsentForm } from '../ports.ts';
import type { ApplyOutcome, ApplyPorts } from './apply.ts';
import type { ApplicationRecord, OpenForm } from './records.ts';
import { settle } from './settle.ts';

/** Most forms are filled in within the hour; until then one whose webhook is lost is found within minutes. */
const NEW_FOR_SECONDS = 3600;
const CHECK_NEW_SECONDS = 300;
const CHECK_OLD_SECONDS = 3600;

/** A form sent in its last second is an application well within this. */
export const FORM_MARGIN_SECONDS = 900;

/** How long until Unit is asked again whether the form was sent; once it can be given up, without delay. */
export function formCheckSeconds(
  { createdAt, formExpiresAt }: Pick<OpenForm, 'createdAt' | 'formExpiresAt'>,
  now: number,
): number {
  const wait = now - createdAt < NEW_FOR_SECONDS ? CHECK_NEW_SECONDS : CHECK_OLD_SECONDS;
  const untilOver = formExpiresAt + FORM_MARGIN_SECONDS + 1 - now;
  return untilOver > 0 ? Math.min(wait, untilOver) : wait;
}

/** The same form again, as it now is at Unit: what of it is secret stands nowhere but there. */
export async function showForm(
  ports: ApplyPorts,
  record: OpenForm,
  signal: AbortSignal,
): Promise<ApplyOutcome> {
  const form = await ports.forms.readForm(record.unitFormId, record.applicationId, signal);
  return form === null ? { isSubmitted: true, application: record } : followForm(ports, record, form, signal);
}

/** What to tell of a form: its link, or what came of it. */
export async function followForm(
  ports: ApplyPorts,
  record: ApplicationRecord,
  form: UnitForm,
  signal: AbortSignal,
): Promise<ApplyOutcome> {
  if (form.unitApplicationId !== null) return adopt(ports, record, form.unitApplicationId, signal);
  const [noted] = await Promise.allSettled([note(ports, record, form)]);
  // A form whose end we do not know would be given up while it can still be filled in: its link stays here.
  if (noted.status === 'rejected' || noted.value === null) return { isSubmitted: false, application: record };
  const application = noted.value;
  const isOver = form.expiresAt <= ports.clock();
  return isOver ? { isSubmitted: true, application } : { isSubmitted: true, application, form };
}

async function adopt(
  ports: ApplyPorts,
  record: ApplicationRecord,
  unitApplicationId: string,
  signal: AbortSignal,
): Promise<ApplyOutcome> {
  const unit = await ports.onboarding.readApplication(unitApplicationId, signal);
  const application = unit === null ? record : await settle(ports, record, unit, signal);
  return { isSubmitted: true, application };
}

/** Writes down the form's end; null when somebody else has changed the application. */
export async function note(
  ports: Pick<ApplyPorts, 'mappings' | 'clock'>,
  record: ApplicationRecord,
  { unitFormId, expiresAt: formExpiresAt }: UnsentForm,
): Promise<ApplicationRecord | null> {
  if (record.unitFormId === unitFormId && record.formExpiresAt === formExpiresAt) return record;
  const now = ports.clock();
  const noted = {
    unitFormId,
    formExpiresAt,
    leaseUntil: now,
    nextCheckAt: now + formCheckSeconds({ createdAt: record.createdAt, formExpiresAt }, now),
  };
  return (await ports.mappings.noteForm(record, noted)) ? { ...record, ...noted } : null;
}
