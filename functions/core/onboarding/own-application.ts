// What may be done to an application that is open at Unit: by its own user alone, with the factors of applying.
import { ServiceError } from '../errors.ts';
import { admit, confirm, type GatePorts, judgePresented } from '../factors/gate.ts';
import type { OpenApplicationProvider } from '../ports.ts';
import type { Session } from '../session/session.ts';
import { type ApplicationRecord, isFinal } from './records.ts';
import type { SettlePorts } from './settle.ts';

export interface OpenApplicationPorts extends GatePorts, SettlePorts {
  readonly openApplications: OpenApplicationProvider;
}

/**
 * The caller's own application, past the gate of applying: whoever proves who the applicant is, or withdraws, holds
 * the same factors (INV1).
 * @throws ServiceError the gate's, `not_found` for an id that is not theirs
 */
export async function ownApplication(
  ports: GatePorts,
  presented: Session,
  applicationId: string,
  signal: AbortSignal,
): Promise<ApplicationRecord> {
  await judgePresented(ports, ports.policy.apply, presented, signal);
  const [current, known] = await Promise.all([
    confirm(ports, presented, signal),
    ports.mappings.readUser(presented.stytchUserId),
  ]);
  await admit(ports, ports.policy.apply, { current, known });
  const record = known.applications.find((one) => one.applicationId === applicationId);
  if (record === undefined) throw new ServiceError('not_found', { reason: 'application_not_own' });
  return record;
}

/**
 * Unit's id of an application that can still be changed there.
 * @throws ServiceError `conflict` when it is decided or canceled, or Unit is not known to have it
 */
export function requireOpen({ status, unitApplicationId }: ApplicationRecord): string {
  if (isFinal(status)) throw conflict(`The application is ${status}.`, 'application_final');
  if (unitApplicationId === null || status === 'Submitting' || status === 'NotSubmitted') {
    throw conflict('The application is not at Unit yet.', 'application_not_at_unit');
  }
  return unitApplicationId;
}

export const conflict = (detail: string, reason: string): ServiceError =>
  new ServiceError('conflict', { detail, reason });

/** The same failure; a deadline that passed also says what is safe to do next. */
export const advising = (failure: unknown, detail: string): unknown =>
  failure instanceof ServiceError && failure.code === 'upstream_timeout'
    ? new ServiceError(failure.code, { ...failure.details, detail })
    : failure;
