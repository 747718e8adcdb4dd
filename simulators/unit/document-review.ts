// What happens to a document after it was asked for: received, approved, rejected; and to its application.
import { moveApplication, referenceOf } from './application-status.ts';
import { applicationOf } from './applications.ts';
import { invalidValue, notFound } from './errors.ts';
import { emit } from './events.ts';
import type { Application, ApplicationDocument, StoredFile } from './records.ts';
import type { Call } from './route.ts';
import type { World } from './world.ts';

/** Why a document may be turned down. */
export const reasonCodes = [
  'PoorQuality',
  'NameMismatch',
  'SSNMismatch',
  'AddressMismatch',
  'DOBMismatch',
  'ExpiredId',
  'EINMismatch',
  'StateMismatch',
  'Other',
] as const;

/** Finds the document of a path. */
export function documentOf(call: Call): { application: Application; document: ApplicationDocument } {
  const application = applicationOf(call.world, call.param('applicationId'));
  const document = application.documents.find(({ id }) => id === call.param('documentId'));
  if (document === undefined) throw notFound('document');
  return { application, document };
}

/** Whether a document has two sides. */
export const isTwoSided = ({ documentType }: ApplicationDocument): boolean => documentType === 'IdDocument';

const wanted: readonly ApplicationDocument['status'][] = [
  'Required',
  'ReceivedFront',
  'ReceivedBack',
  'Invalid',
];

/** Takes one side; when every slot is filled the application goes to review. */
export function receive(
  world: World,
  application: Application,
  document: ApplicationDocument,
  side: 'front' | 'back',
  file: StoredFile,
): void {
  if (['Approved', 'Denied', 'Canceled'].includes(application.status)) {
    throw invalidValue(`the application is ${application.status}`);
  }
  if (!wanted.includes(document.status)) throw invalidValue('the document is not wanted');
  if (side === 'back' && !isTwoSided(document)) throw invalidValue('the document has no back');
  if (document.status === 'Invalid') {
    delete document.front;
    delete document.back;
  }
  document[side] = file;
  document.status = received(document);
  application.updatedAt = world.timestamp();
  const isComplete = application.documents.every(({ status }) => !wanted.includes(status));
  if (isComplete && application.status === 'AwaitingDocuments') {
    moveApplication(world, application, 'PendingReview', 'Automatically');
  }
}

function received(document: ApplicationDocument): ApplicationDocument['status'] {
  if (!isTwoSided(document) || (document.front !== undefined && document.back !== undefined)) {
    return 'PendingReview';
  }
  return document.front === undefined ? 'ReceivedBack' : 'ReceivedFront';
}

const relationshipsOf = (application: Application, document: ApplicationDocument) => ({
  document: { type: 'document', id: document.id },
  application: referenceOf(application),
});

function requireInReview(document: ApplicationDocument): void {
  if (document.status !== 'PendingReview') throw invalidValue(`the document is ${document.status}`);
}

/** Accepts a document; the application still waits for its own decision. */
export function approveDocument(world: World, application: Application, document: ApplicationDocument): void {
  requireInReview(document);
  document.status = 'Approved';
  application.updatedAt = world.timestamp();
  emit(world, 'document.approved', {
    tags: application.tags,
    relationships: relationshipsOf(application, document),
  });
}

/** Turns a document down; the applicant has to send another. */
export function rejectDocument(
  world: World,
  application: Application,
  document: ApplicationDocument,
  reason: string,
  reasonCode: string,
): void {
  requireInReview(document);
  document.status = 'Invalid';
  document.reason = reason;
  document.reasonCode = reasonCode;
  application.updatedAt = world.timestamp();
  emit(world, 'document.rejected', {
    tags: application.tags,
    attributes: { reason, reasonCode },
    relationships: relationshipsOf(application, document),
  });
  if (application.status === 'PendingReview') {
    moveApplication(world, application, 'AwaitingDocuments', 'Automatically');
  }
}
