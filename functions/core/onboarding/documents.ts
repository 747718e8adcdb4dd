// Documents of an application: handed on to Unit as they come, where Unit waits for them, and never kept.
import type { ApplicationAnswer, DocumentSide } from '../../contract/application.ts';
import { whenOver, withDeadline } from '../deadline.ts';
import { ServiceError } from '../errors.ts';
import type { Counters, DocumentFile, UploadOutcome } from '../ports.ts';
import type { Session } from '../session/session.ts';
import { missingSides } from './missing-sides.ts';
import {
  advising,
  conflict,
  type OpenApplicationPorts,
  ownApplication,
  requireOpen,
} from './own-application.ts';
import { applicationAnswer } from './read-application.ts';
import type { ApplicationDocument, ApplicationRecord } from './records.ts';
import { settle } from './settle.ts';

export interface DocumentPorts extends OpenApplicationPorts {
  readonly counters: Counters;
}

export interface Upload {
  readonly applicationId: string;
  readonly documentId: string;
  readonly side: DocumentSide;
  readonly file: DocumentFile;
}

/** An upload that Unit took must be answered as one, so sending ends early enough to read the application again. */
const SEND_WITHIN_MS = 26_000;
const ANSWER_WITHIN_MS = 27_500;
const REREAD_MS = 4000;

/**
 * Hands one side of a document on to Unit, and answers with the application as it stands after it.
 * @throws ServiceError every problem of `PUT /v1/applications/{applicationId}/documents/{documentId}`
 */
export const uploadDocument = (
  ports: DocumentPorts,
  presented: Session,
  upload: Upload,
  signal: AbortSignal,
): Promise<ApplicationAnswer> =>
  withDeadline(ANSWER_WITHIN_MS, signal, async (answerBy) => {
    const { record, unitApplicationId, sent } = await withDeadline(SEND_WITHIN_MS, answerBy, (sendBy) =>
      send(ports, presented, upload, sendBy),
    );
    const settled = await reread(ports, record, unitApplicationId, answerBy);
    if (sent.outcome === 'refused') refuse(settled, upload, sent.failure);
    return applicationAnswer(settled ?? asTold(record, upload, sent.documentStatus));
  });

interface Sent {
  readonly record: ApplicationRecord;
  readonly unitApplicationId: string;
  readonly sent: UploadOutcome;
}

async function send(
  ports: DocumentPorts,
  presented: Session,
  { applicationId, documentId, side, file }: Upload,
  signal: AbortSignal,
): Promise<Sent> {
  const record = await ownApplication(ports, presented, applicationId, signal);
  const document = documentOf(record, documentId);
  const unitApplicationId = requireOpen(record);
  requireWanted(document, side);
  const { stytchUserId } = record;
  await ports.counters.take('uploadsPerDay', stytchUserId);
  const [outcome] = await Promise.allSettled([
    ports.openApplications.uploadDocument({ unitApplicationId, documentId, side, file }, signal),
  ]);
  ports.log.record('document.sent', {
    stytchUserId,
    applicationId,
    documentId,
    side,
    outcome: outcome.status === 'fulfilled' ? outcome.value.outcome : 'unknown',
  });
  if (outcome.status === 'fulfilled') return { record, unitApplicationId, sent: outcome.value };
  throw advising(outcome.reason, 'Sending the same bytes again is safe.');
}

function documentOf({ documents }: ApplicationRecord, documentId: string): ApplicationDocument {
  const document = documents.find((one) => one.documentId === documentId);
  if (document === undefined) throw new ServiceError('not_found', { reason: 'document_unknown' });
  return document;
}

function requireWanted(document: ApplicationDocument, side: DocumentSide): void {
  if (missingSides(document).includes(side)) return;
  throw conflict(`The ${side} of this document is not wanted: it may have arrived.`, 'document_not_wanted');
}

/** Null when the application cannot be read or written down in time: what Unit has taken stays taken. */
async function reread(
  ports: DocumentPorts,
  record: ApplicationRecord,
  unitApplicationId: string,
  answerBy: AbortSignal,
): Promise<ApplicationRecord | null> {
  const read = async (signal: AbortSignal): Promise<ApplicationRecord | null> => {
    const unit = await ports.onboarding.readApplication(unitApplicationId, signal);
    return unit === null ? null : settle(ports, record, unit, signal);
  };
  const [settled] = await Promise.allSettled([
    withDeadline(REREAD_MS, answerBy, (readBy) => Promise.race([read(readBy), whenOver(readBy)])),
  ]);
  return settled.status === 'fulfilled' ? settled.value : null;
}

/** What our item says, with the one thing that Unit's answer to the upload adds. */
const asTold = (
  record: ApplicationRecord,
  { documentId }: Upload,
  status: string | null,
): ApplicationRecord => ({
  ...record,
  documents: record.documents.map((one) =>
    one.documentId === documentId && status !== null ? { ...one, status } : one,
  ),
});

/**
 * Unit's no, explained by what the application has become since we looked, or else by the file.
 * @throws ServiceError `conflict`, `not_found`, `invalid_request`, or the failure as it was
 */
function refuse(
  settled: ApplicationRecord | null,
  { documentId, side }: Upload,
  failure: ServiceError,
): never {
  if (settled === null) throw failure;
  requireOpen(settled);
  requireWanted(documentOf(settled, documentId), side);
  throw new ServiceError('invalid_request', {
    ...failure.details,
    detail: 'The document was not accepted: send another file.',
    reason: 'refused_by_unit',
  });
}
