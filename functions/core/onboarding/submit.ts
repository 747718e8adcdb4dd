// The one POST of an application to Unit, and what each of its three outcomes means.
import { type FieldError, ServiceError } from '../errors.ts';
import type { SubmissionOutcome } from '../ports.ts';
import type { ApplyOutcome, ApplyPorts, Intent } from './apply.ts';
import { type ApplicationRecord, lockNames } from './records.ts';
import { settle } from './settle.ts';

/**
 * Sends the application once. An unknown outcome is no error: the caller's repeat, the webhook or the reconcile
 * finishes it.
 * @throws ServiceError `invalid_request` with the fields that Unit refused, `application_refused` for every other no
 */
export async function submit(
  ports: ApplyPorts,
  intent: Intent,
  record: ApplicationRecord,
  signal: AbortSignal,
): Promise<ApplyOutcome> {
  const { applicationId, stytchUserId, sourceIp, request } = intent;
  const outcome = await ports.onboarding.submitApplication(
    { applicationId, stytchUserId, sourceIp, request },
    signal,
  );
  ports.log.record('application.submitted', { stytchUserId, applicationId, outcome: outcome.outcome });
  switch (outcome.outcome) {
    case 'created': {
      const application = await settle(ports, record, outcome.application, signal);
      return { isSubmitted: true, application, documents: outcome.application.documents };
    }
    case 'unknown':
      return { isSubmitted: false, application: record, documents: [] };
    case 'refused':
      await giveUp(ports, record);
      throw refusal(outcome);
  }
}

/** Unit has nothing of it: the item says so, and the lock is free for a corrected one. */
export async function giveUp(
  { mappings }: Pick<ApplyPorts, 'mappings'>,
  record: ApplicationRecord,
): Promise<boolean> {
  const isWritten = await mappings.settleApplication({
    ...record,
    status: 'NotSubmitted',
    nextCheckAt: null,
  });
  if (isWritten) {
    await mappings.releaseLock(record.stytchUserId, lockNames[record.type], record.applicationId);
  }
  return isWritten;
}

function refusal({ pointers, failure }: Extract<SubmissionOutcome, { outcome: 'refused' }>): ServiceError {
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
