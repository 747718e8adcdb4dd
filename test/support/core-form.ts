// An applicant who asks for Unit's hosted form.
import type { ApplicationFormRequest } from '../../functions/contract/application-form.ts';
import type { ApplyOutcome } from '../../functions/core/onboarding/apply.ts';
import { openForm } from '../../functions/core/onboarding/open-form.ts';
import type { ApplicationRecord } from '../../functions/core/onboarding/records.ts';
import { type Applicant, applicant } from './core-apply.ts';
import type { SignIn, WorldOptions } from './core-fakes.ts';
import { rowKey } from './core-mappings.ts';
import { signal, USER } from './core-values.ts';

export const FORM_ROUTE = 'POST /v1/application-forms';

/** Our own id of the application that this key makes. */
export const formIdOf = (idempotencyKey: string): string => `ID(${USER}|${FORM_ROUTE}|${idempotencyKey})`;

export interface FormApplicant extends Applicant {
  /** Asks for a form with a key, as an individual unless told otherwise. */
  open(idempotencyKey: string, request?: ApplicationFormRequest): Promise<ApplyOutcome>;
  /** The application of a form's key as the table has it. */
  item(idempotencyKey: string): ApplicationRecord | undefined;
}

export function formApplicant(scene: Partial<SignIn> = {}, options: WorldOptions = {}): FormApplicant {
  const one = applicant(scene, options);
  return {
    ...one,
    open: (idempotencyKey, request = { type: 'individual' }) =>
      openForm(one.world.ports, one.presented, { idempotencyKey, route: FORM_ROUTE, request }, signal),
    item: (idempotencyKey) => one.world.rows.applications.get(rowKey(USER, formIdOf(idempotencyKey))),
  };
}
