// Applications: created once per person, evaluated, read, listed, changed and cancelled.
import type { Applicant, BusinessAttributes, IndividualAttributes } from './application-schemas.ts';
import { businessAttributes, individualAttributes } from './application-schemas.ts';
import { enterStatus, referenceOf } from './application-status.ts';
import { descriptionOf, detailsOf, nameOf } from './document-details.ts';
import { type ErrorEntry, faultAt, invalidValue, notFound, UnitError } from './errors.ts';
import { emit } from './events.ts';
import { type Outcome, outcomeOf } from './first-status.ts';
import { envelope, parse } from './jsonapi.ts';
import type { Application, ApplicationDocument } from './records.ts';
import type { World } from './world.ts';

const individualRequest = envelope('individualApplication', individualAttributes);
const businessRequest = envelope('businessApplication', businessAttributes);

/**
 * Reads a request for an application of either type.
 * @throws UnitError with one entry per fault
 */
export function parseApplicant(world: World, body: unknown): Applicant {
  const applicant = applicantOf(body);
  const faults =
    applicant.type === 'individualApplication'
      ? [
          ...personFaults(world, applicant.attributes, '/data/attributes'),
          ...(applicant.attributes.powerOfAttorneyAgent === undefined
            ? []
            : personFaults(
                world,
                applicant.attributes.powerOfAttorneyAgent,
                '/data/attributes/powerOfAttorneyAgent',
              )),
        ]
      : [
          ...personFaults(world, applicant.attributes.officer, '/data/attributes/officer'),
          ...applicant.attributes.beneficialOwners.flatMap((owner, i) =>
            personFaults(world, owner, `/data/attributes/beneficialOwners/${i}`),
          ),
        ];
  if (faults.length > 0) throw new UnitError(...faults);
  return applicant;
}

function applicantOf(body: unknown): Applicant {
  const type = typeOf(body);
  if (type === 'individualApplication') {
    return { type, attributes: parse(individualRequest, body).data.attributes };
  }
  if (type === 'businessApplication') {
    return { type, attributes: parse(businessRequest, body).data.attributes };
  }
  throw invalidValue('type must be individualApplication or businessApplication', '/data/type');
}

/** The type that a body says it has. */
export function typeOf(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || !('data' in body)) return undefined;
  const { data } = body;
  return typeof data === 'object' && data !== null && 'type' in data ? data.type : undefined;
}

type Identity = Pick<IndividualAttributes, 'dateOfBirth' | 'ssn' | 'passport' | 'nationality'>;

function personFaults(world: World, person: Identity, at: string): ErrorEntry[] {
  const today = world.timestamp().slice(0, 10);
  return [
    ...(person.dateOfBirth >= today ? [faultAt(`${at}/dateOfBirth`, 'dateOfBirth must be in the past')] : []),
    ...(person.ssn === undefined && person.passport === undefined
      ? [faultAt(`${at}/ssn`, 'ssn or passport is required')]
      : []),
    ...(person.passport !== undefined && person.nationality === undefined
      ? [faultAt(`${at}/nationality`, 'nationality is required with a passport')]
      : []),
  ];
}

/**
 * Creates an application and evaluates it.
 * @throws UnitError 400 with the earlier ids if this person has an application already
 */
export function createApplication(world: World, applicant: Applicant, formId?: string): Application {
  if (applicant.type === 'individualApplication') refuseDuplicate(world, applicant.attributes);
  const createdAt = world.timestamp();
  const application: Application = {
    id: world.nextId('application'),
    createdAt,
    updatedAt: createdAt,
    applicant,
    tags: { ...applicant.attributes.tags },
    documents: [],
    beneficialOwners: ownersOf(world, applicant),
    ...(formId === undefined ? {} : { formId }),
    status: 'Pending',
    message: '',
    archived: false,
  };
  world.applications.set(application.id, application);
  emit(world, 'application.created', {
    tags: application.tags,
    relationships: { application: referenceOf(application) },
  });
  if (world.switches.startPending) enterStatus(world, application, 'Pending', 'Automatically');
  else evaluate(world, application);
  return application;
}

/** Gives a new or pending application its outcome. */
export function evaluate(world: World, application: Application): void {
  const outcome: Outcome = outcomeOf(world, application);
  for (const documentType of outcome.documentTypes) addDocument(world, application, documentType);
  enterStatus(world, application, outcome.status, 'Automatically');
}

/** Resolves what has been pending for as long as the switch says. */
export function resolvePending(world: World): void {
  const { pendingSeconds } = world.switches;
  if (pendingSeconds === 0) return;
  for (const application of world.applications.values()) {
    const since = Date.parse(application.createdAt);
    if (application.status === 'Pending' && since + pendingSeconds * 1_000 <= world.now()) {
      evaluate(world, application);
    }
  }
}

/** Opens a slot for a document. */
export function addDocument(
  world: World,
  application: Application,
  documentType: string,
): ApplicationDocument {
  const document: ApplicationDocument = {
    id: world.nextId('document'),
    documentType,
    name: nameOf(application.applicant),
    description: descriptionOf(documentType),
    details: detailsOf(application.applicant, documentType),
    status: 'Required',
  };
  application.documents.push(document);
  return document;
}

const ownersOf = (world: World, applicant: Applicant): Application['beneficialOwners'] =>
  applicant.type === 'individualApplication'
    ? []
    : applicant.attributes.beneficialOwners.map(
        (attributes: BusinessAttributes['beneficialOwners'][number]) => ({
          id: world.nextId('beneficialOwner'),
          attributes,
        }),
      );

function refuseDuplicate(world: World, person: IndividualAttributes): void {
  if (!world.switches.preventDuplicateIndividualApplications) return;
  const earlier = [...world.applications.values()].filter(
    ({ applicant, status, archived }) =>
      applicant.type === 'individualApplication' &&
      status !== 'Denied' &&
      status !== 'Canceled' &&
      !archived &&
      isSamePerson(applicant.attributes, person),
  );
  if (earlier.length === 0) return;
  throw new UnitError({ status: 400, title: 'Duplicate', existingIds: earlier.map(({ id }) => id) });
}

const isSamePerson = (a: IndividualAttributes, b: IndividualAttributes): boolean =>
  (a.ssn !== undefined && a.ssn === b.ssn) ||
  (a.passport !== undefined && a.passport === b.passport && a.nationality === b.nationality);

/** Finds an application by the id in a path. */
export function applicationOf(world: World, id: string): Application {
  const application = world.applications.get(id);
  if (application === undefined) throw notFound('application');
  return application;
}
