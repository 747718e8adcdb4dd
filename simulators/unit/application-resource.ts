// An application as Unit writes it, with its documents and owners beside it.
import { customerResource } from './customer-resource.ts';
import { org, present, type Resource, toOne } from './jsonapi.ts';
import type { Application, ApplicationDocument, BeneficialOwner } from './records.ts';
import type { World } from './world.ts';

/** The owners that Unit counts: 25 per cent and more. */
const counted = ({ beneficialOwners }: Application): Application['beneficialOwners'] =>
  beneficialOwners.filter(({ attributes }) => (attributes.percentage ?? 100) >= 25);

/** What answers repeat of the applicant's own words. */
function repeated({ applicant }: Application): Record<string, unknown> {
  const { idempotencyKey: _key, tags: _tags, ...rest } = applicant.attributes;
  if (!('beneficialOwners' in rest)) return rest;
  const { beneficialOwners: _owners, ...business } = rest;
  return business;
}

/** The resource of an application. */
export function applicationResource(world: World, application: Application): Resource {
  const customer =
    application.customerId === undefined ? undefined : world.customers.get(application.customerId);
  const owners = counted(application).map(({ id }) => ({ type: 'beneficialOwner', id }));
  return {
    type: application.applicant.type,
    id: application.id,
    attributes: present({
      ...repeated(application),
      status: application.status,
      message: application.message,
      createdAt: application.createdAt,
      updatedAt: application.updatedAt,
      archived: application.archived,
      decisionMethod: application.decisionMethod,
      riskRate: 'low',
      evaluationFlags: [],
      tags: application.tags,
    }),
    relationships: present({
      org,
      customer: customer === undefined ? undefined : toOne(customer.person.type, customer.id),
      documents: { data: application.documents.map(({ id }) => ({ type: 'document', id })) },
      beneficialOwners: application.applicant.type === 'businessApplication' ? { data: owners } : undefined,
      applicationForm:
        application.formId === undefined ? undefined : toOne('applicationForm', application.formId),
    }),
  };
}

/** The resource of a document, without its bytes. */
export const documentResource = (document: ApplicationDocument): Resource => ({
  type: 'document',
  id: document.id,
  attributes: present({
    documentType: document.documentType,
    status: document.status,
    name: document.name,
    description: document.description,
    ...document.details,
    reason: document.reason,
    reasonCode: document.reasonCode,
    archived: false,
  }),
});

/** The resource of an owner of a business that applies. */
export const ownerResource = (application: Application, { id, attributes }: BeneficialOwner): Resource => ({
  type: 'beneficialOwner',
  id,
  attributes: { ...attributes },
  relationships: { application: toOne(application.applicant.type, application.id) },
});

/** What stands beside one application: documents and owners always, the customer on request. */
export function besideApplication(
  world: World,
  application: Application,
  include: readonly string[],
): Resource[] {
  const customer =
    application.customerId === undefined ? undefined : world.customers.get(application.customerId);
  return [
    ...application.documents.map(documentResource),
    ...counted(application).map((owner) => ownerResource(application, owner)),
    ...(include.includes('customer') && customer !== undefined ? [customerResource(customer)] : []),
  ];
}
