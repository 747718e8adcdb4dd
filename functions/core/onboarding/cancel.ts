// Cancelling an application: told to Unit once, and when that is not clearly done, decided by what Unit then shows.
import type { ApplicationAnswer } from '../../contract/application.ts';
import type { UnitApplication } from '../ports.ts';
import type { Session } from '../session/session.ts';
import {
  advising,
  conflict,
  type OpenApplicationPorts,
  ownApplication,
  requireOpen,
} from './own-application.ts';
import { applicationAnswer } from './read-application.ts';
import { type ApplicationRecord, isFinal } from './records.ts';
import { settle } from './settle.ts';

/**
 * Cancels one of the caller's own applications; one that is canceled already is answered as it is.
 * @throws ServiceError every problem of `POST /v1/applications/{applicationId}/cancel`
 */
export async function cancelApplication(
  ports: OpenApplicationPorts,
  presented: Session,
  applicationId: string,
  signal: AbortSignal,
): Promise<ApplicationAnswer> {
  const record = await ownApplication(ports, presented, applicationId, signal);
  if (record.status === 'Canceled') return applicationAnswer(record);
  const unitApplicationId = requireOpen(record);
  const [canceled] = await Promise.allSettled([
    ports.openApplications.cancelApplication(unitApplicationId, signal),
  ]);
  ports.log.record('application.cancel_sent', {
    stytchUserId: record.stytchUserId,
    applicationId,
    isConfirmed: canceled.status === 'fulfilled',
  });
  const unit =
    canceled.status === 'fulfilled'
      ? canceled.value
      : await shownAfter(ports, record, unitApplicationId, canceled.reason, signal);
  return applicationAnswer(await settle(ports, record, unit, signal));
}

/**
 * A lost answer or a refusal, and what Unit shows then: canceled after all, or decided by somebody else.
 * @returns the application, canceled
 * @throws ServiceError `conflict` when it is decided, else the failure as it was
 */
async function shownAfter(
  ports: OpenApplicationPorts,
  record: ApplicationRecord,
  unitApplicationId: string,
  failure: unknown,
  signal: AbortSignal,
): Promise<UnitApplication> {
  const [shown] = await Promise.allSettled([ports.onboarding.readApplication(unitApplicationId, signal)]);
  const unit = shown.status === 'fulfilled' ? shown.value : null;
  if (unit === null || !isFinal(unit.status)) throw advising(failure, 'Cancelling again is safe.');
  if (unit.status === 'Canceled') return unit;
  // What cannot be written down now stays unsettled, and is found again.
  await Promise.allSettled([settle(ports, record, unit, signal)]);
  throw conflict(`The application is ${unit.status}.`, 'application_final');
}
