// The one POST of an application, or of the form for it, to Unit, and what each of its outcomes means.
import { type FieldError, ServiceError } from '../errors.ts';
import type { NotMade } from '../ports.ts';
import type { ApplyOutcome, ApplyPorts, Intent } from './apply.ts';
import { followForm } from './follow-form.ts';
import type { ApplicationRecord } from './records.ts';
import { settle } from './settle.ts';

/** Unit may take so long over an application, whether or not anybody still waits for its answer. */
const UNIT_TAKES_SECONDS = 120;

/**
 * Sends once, while the lease outlasts Unit's slowest answer: a container that was frozen and wakes later must not
 * send, since another application may hold the lock by then (INV3). An unknown outcome is no error: the caller's
 * repeat, the webhook or the reconcile
 * finishes it. Only a first attempt may conclude that Unit has nothing: after an earlier one whose outcome is not
 * known, even a refusal proves no such thing.
 * @throws ServiceError `invalid_request` with the fields that Unit refused, `application_refused` for every other no
 */
export async function submit(
  ports: ApplyPorts,
  intent: Intent,
  record: ApplicationRecord,
  isFirstAttempt: boolean,
  signal: AbortSignal,
): Promise<ApplyOutcome> {
  const unknown = { isSubmitted: false, application: record };
  if (record.leaseUntil - ports.clock() < UNIT_TAKES_SECONDS) return unknown;
  const { applicationId, stytchUserId, draft } = intent;
  const outcome = await draft.send(applicationId);
  ports.log.record('application.submitted', {
    stytchUserId,
    applicationId,
    outcome: outcome.outcome,
    isFirstAttempt,
  });
  switch (outcome.outcome) {
    case 'created': {
      const [settled] = await Promise.allSettled([settle(ports, record, outcome.application, signal)]);
      // Unit has it; what we could not write down is found again by its tag.
      return settled.status === 'fulfilled' ? { isSubmitted: true, application: settled.value } : unknown;
    }
    case 'opened':
      return followForm(ports, record, outcome.form, signal);
    case 'unknown':
      return unknown;
    case 'refused':
      if (!isFirstAttempt) return unknown;
      await giveUp(ports, record, true);
      throw refusal(outcome);
  }
}

/** Unit has nothing of it, by its own word (`isRefused`) or as far as can be seen: the item says so, and the lock may be taken over. A late webhook may still move it. */
export const giveUp = (
  { mappings }: Pick<ApplyPorts, 'mappings'>,
  record: ApplicationRecord,
  isRefused: boolean,
): Promise<boolean> =>
  mappings.settleApplication({ ...record, status: 'NotSubmitted', isRefused, nextCheckAt: null });

function refusal({ pointers, failure }: Extract<NotMade, { outcome: 'refused' }>): ServiceError {
  if (failure !== undefined) return failure;
  const errors: readonly FieldError[] = pointers.map((pointer) => ({
    pointer,
    reason: 'This value is not accepted.',
  }));
  // A duplicate SSN reads like every other refusal, or strangers could ask who has an account.
  return errors.length > 0
    ? new ServiceError('invalid_request', { errors, reason: 'refused_by_unit' })
    : new ServiceError('application_refused');
}
