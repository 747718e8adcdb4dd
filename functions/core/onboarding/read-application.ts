// Where an application stands: from our item, re-read from Unit while it is not final.
import type { ApplicationAnswer } from '../../contract/application.ts';
import { ServiceError } from '../errors.ts';
import { confirm, refuseBarred } from '../factors/gate.ts';
import type { SessionJwts, SessionReader } from '../ports.ts';
import { timestamp } from '../session/answers.ts';
import type { Session } from '../session/session.ts';
import { askUnit } from './look-again.ts';
import { missingSides } from './missing-sides.ts';
import { type ApplicationRecord, isOpenForm } from './records.ts';
import { type SettlePorts, settle } from './settle.ts';

export interface ReadPorts extends SettlePorts {
  readonly sessions: SessionReader;
  readonly jwts: SessionJwts;
}

/** However often a client asks, Unit is asked no more often than this. */
const ASK_UNIT_EVERY_SECONDS = 10;

/**
 * Reads one of the caller's own applications.
 * @throws ServiceError `not_found` for an id that is not theirs
 */
export async function readApplication(
  ports: ReadPorts,
  presented: Session,
  applicationId: string,
  signal: AbortSignal,
): Promise<ApplicationAnswer> {
  const [known] = await Promise.all([
    ports.mappings.readUser(presented.stytchUserId),
    confirm(ports, presented, signal),
  ]);
  refuseBarred(known, ports.clock());
  const record = known.applications.find((one) => one.applicationId === applicationId);
  if (record === undefined) throw new ServiceError('not_found', { reason: 'application_not_own' });
  const now = ports.clock();
  const wasAskedJustNow = record.checkedAt !== null && now - record.checkedAt < ASK_UNIT_EVERY_SECONDS;
  if (record.nextCheckAt === null || wasAskedJustNow) return applicationAnswer(record);

  const unit = await askUnit(ports, record, signal);
  if (unit !== null) return applicationAnswer(await settle(ports, record, unit, signal));
  await ports.mappings.noteCheck(record, now, record.nextCheckAt);
  return applicationAnswer(record);
}

/** The application as the API shows it. */
export function applicationAnswer(record: ApplicationRecord): ApplicationAnswer {
  const { applicationId, type, status, unitCustomerId, documents } = record;
  return {
    applicationId,
    type,
    status,
    ...(isOpenForm(record) ? { formExpiresAt: timestamp(record.formExpiresAt) } : {}),
    ...(unitCustomerId === null ? {} : { customerId: unitCustomerId }),
    documents: documents.map((document) => ({ ...document, missing: [...missingSides(document)] })),
  };
}
