// The status of an application: which step may follow which, what each step emits, and the birth of the customer.
import { openAccount } from './accounts.ts';
import { issueCard } from './cards.ts';
import { invalidValue } from './errors.ts';
import { type EventContent, emit } from './events.ts';
import type { Application, ApplicationStatus, Customer, CustomerPerson } from './records.ts';
import type { World } from './world.ts';

/** Which statuses may follow; the final ones have none. */
export const nextStatuses: Readonly<Record<ApplicationStatus, readonly ApplicationStatus[]>> = {
  // assumed: from Pending to PendingReview, and that Pending may be cancelled
  Pending: ['Approved', 'Denied', 'AwaitingDocuments', 'PendingReview', 'Canceled'],
  AwaitingDocuments: ['PendingReview', 'Approved', 'Denied', 'Canceled'],
  PendingReview: ['Approved', 'Denied', 'AwaitingDocuments', 'Canceled'],
  Approved: [],
  Denied: [],
  Canceled: [],
};

const messages: Readonly<Record<ApplicationStatus, string>> = {
  Pending: 'The application is being evaluated.',
  AwaitingDocuments: 'Documents are needed.',
  PendingReview: 'The application is under review.',
  Approved: 'The application was approved.',
  Denied: 'The application was denied.',
  Canceled: 'The application was canceled.',
};

const eventTypes = {
  AwaitingDocuments: 'application.awaitingDocuments',
  PendingReview: 'application.pendingReview',
  Denied: 'application.denied',
  Canceled: 'application.canceled',
} as const;

/** The reference of an application in events. */
export const referenceOf = (application: Application): { type: string; id: string } => ({
  type: application.applicant.type,
  id: application.id,
});

/**
 * Takes one step.
 * @throws UnitError 400 where the present status does not allow it
 */
export function moveApplication(
  world: World,
  application: Application,
  to: ApplicationStatus,
  how: 'Manually' | 'Automatically',
): void {
  if (!nextStatuses[application.status].includes(to)) {
    throw invalidValue(`an application that is ${application.status} cannot become ${to}`);
  }
  enterStatus(world, application, to, how);
}

/** Puts an application into a status without asking where it was; for its very first one. */
export function enterStatus(
  world: World,
  application: Application,
  status: ApplicationStatus,
  how: 'Manually' | 'Automatically',
): void {
  application.status = status;
  application.message = messages[status];
  application.updatedAt = world.timestamp();
  if (status === 'Approved' || status === 'Denied') application.decisionMethod = how;
  if (status === 'Pending') return;
  if (status === 'Approved') {
    approve(world, application);
    return;
  }
  emit(world, eventTypes[status], {
    tags: application.tags,
    relationships: { application: referenceOf(application) },
  });
}

function approve(world: World, application: Application): void {
  const earlier = sameCustomer(world, application);
  const customer = earlier ?? openCustomer(world, application);
  const ofCustomer = { type: customer.person.type, id: customer.id };
  const content = {
    tags: application.tags,
    relationships: { application: referenceOf(application), customer: ofCustomer },
  };
  const events: [string, EventContent][] = [
    ['application.approved', content],
    earlier === undefined
      ? ['customer.created', content]
      : ['customer.updated', { relationships: { customer: ofCustomer } }],
  ];
  if (world.switches.eventOrder === 'customerFirst') events.reverse();
  for (const [type, about] of events) emit(world, type, about);
}

/** assumed, as the worst case: the customer that this person is already, who now belongs to the later applicant. */
function sameCustomer(world: World, application: Application): Customer | undefined {
  const { type, attributes } = application.applicant;
  if (world.switches.approvesInto === 'newCustomer' || type === 'businessApplication') return undefined;
  for (const customer of world.customers.values()) {
    const { person, status } = customer;
    if (person.type !== 'individualCustomer' || status !== 'Active') continue;
    if (attributes.ssn === undefined || person.attributes.ssn !== attributes.ssn) continue;
    person.attributes.jwtSubject = attributes.jwtSubject;
    application.customerId = customer.id;
    return customer;
  }
  return undefined;
}

function openCustomer(world: World, application: Application): Customer {
  const customer: Customer = {
    id: world.nextId('customer'),
    createdAt: world.timestamp(),
    applicationId: application.id,
    person: personOf(application),
    tags: { ...application.tags },
    authorizedUsers: [],
    status: 'Active',
  };
  world.customers.set(customer.id, customer);
  application.customerId = customer.id;
  issueCard(world, customer, openAccount(world, customer), false);
  return customer;
}

function personOf({ applicant }: Application): CustomerPerson {
  if (applicant.type === 'businessApplication') {
    const { name, address, phone, stateOfIncorporation, ein, entityType, contact, dba } =
      applicant.attributes;
    return {
      type: 'businessCustomer',
      attributes: {
        name,
        address,
        phone,
        stateOfIncorporation,
        ein,
        entityType,
        contact: { ...contact },
        ...(dba === undefined ? {} : { dba }),
      },
    };
  }
  const { fullName, email, phone, address, dateOfBirth, ssn, passport, nationality, jwtSubject, dba } =
    applicant.attributes;
  const { ein, soleProprietorship } = applicant.attributes;
  return {
    type: 'individualCustomer',
    attributes: {
      fullName,
      email,
      phone,
      address,
      dateOfBirth,
      ssn,
      passport,
      nationality,
      jwtSubject,
      dba,
      ein,
      soleProprietorship,
    },
  };
}
