// Customers: read, changed by Unit's rules, archived.
import * as z from 'zod/mini';
import { changeTags } from './application-patch.ts';
import { applicationResource } from './application-resource.ts';
import { businessContact } from './application-schemas.ts';
import { typeOf } from './applications.ts';
import { requireOwnCustomer } from './auth.ts';
import {
  address,
  authorizedUser,
  ein,
  emailAddress,
  phone,
  shortText,
  tagChanges,
} from './common-schemas.ts';
import { customerResource } from './customer-resource.ts';
import { invalidValue, notFound } from './errors.ts';
import { emit } from './events.ts';
import { answer, envelope, parse, type Resource } from './jsonapi.ts';
import { hasTags, listAnswer, listQuery, matchesQuery } from './lists.ts';
import type { Customer } from './records.ts';
import type { Call, Route } from './route.ts';
import type { World } from './world.ts';

const shared = {
  phone: z.optional(phone),
  address: z.optional(address),
  dba: z.optional(shortText),
  tags: z.optional(tagChanges),
  authorizedUsers: z.optional(z.array(authorizedUser)),
};

const individualPatch = envelope(
  'individualCustomer',
  z.strictObject({
    ...shared,
    email: z.optional(emailAddress),
    jwtSubject: z.optional(z.nullable(z.string())),
  }),
);

const businessPatch = envelope(
  'businessCustomer',
  z.strictObject({ ...shared, contact: z.optional(businessContact), ein: z.optional(ein) }),
);

/** Why a customer may be archived. */
export const archiveReasons = [
  'Inactive',
  'FraudACHActivity',
  'FraudCardActivity',
  'FraudCheckActivity',
  'FraudApplicationHistory',
  'FraudAccountActivity',
  'FraudClientIdentified',
  'FraudLinkedToFraudulentCustomer',
] as const;

const archiveRequest = envelope('archiveCustomer', z.strictObject({ reason: z.enum(archiveReasons) }));

/** Finds the customer of a path. */
export function customerOf(call: Call): Customer {
  const id = call.param('customerId');
  requireOwnCustomer(call, id);
  const customer = call.world.customers.get(id);
  if (customer === undefined) throw notFound('customer');
  return customer;
}

/** Finds the customer of a path that is about to be written. */
export function writableCustomerOf(call: Call): Customer {
  const customer = customerOf(call);
  if (customer.status === 'Archived') throw invalidValue('the customer is archived');
  return customer;
}

/** Tells the webhooks what changed on a customer. */
export function emitUpdated(world: World, customer: Customer, changed: readonly string[]): void {
  emit(world, 'customer.updated', {
    tags: customer.tags,
    // assumed: the form of `changes`
    attributes: { changes: Object.fromEntries(changed.map((name) => [name, { changed: true }])) },
    relationships: { customer: { type: customer.person.type, id: customer.id } },
  });
}

/** Archives a customer and marks its application. */
export function archiveCustomer(world: World, customer: Customer, reason: string): void {
  customer.status = 'Archived';
  customer.archiveReason = reason;
  const application = world.applications.get(customer.applicationId);
  if (application !== undefined) {
    application.archived = true;
    application.updatedAt = world.timestamp();
  }
  emit(world, 'customer.archived', {
    tags: customer.tags,
    attributes: { archiveReason: reason },
    relationships: { customer: { type: customer.person.type, id: customer.id } },
  });
}

function patch(call: Call): Response {
  const customer = writableCustomerOf(call);
  const { person } = customer;
  if (typeOf(call.body) !== person.type)
    throw invalidValue('type must be that of the customer', '/data/type');
  const { tags, authorizedUsers, ...own } =
    person.type === 'individualCustomer'
      ? parse(individualPatch, call.body).data.attributes
      : parse(businessPatch, call.body).data.attributes;
  changeTags(customer.tags, tags);
  if (authorizedUsers !== undefined) customer.authorizedUsers = authorizedUsers;
  Object.assign(person.attributes, own);
  const changed = Object.keys({ ...own, ...(tags && { tags }), ...(authorizedUsers && { authorizedUsers }) });
  emitUpdated(call.world, customer, changed);
  return answer(200, { data: customerResource(customer) });
}

const emailOf = ({ person }: Customer): string =>
  person.type === 'businessCustomer' ? person.attributes.contact.email : person.attributes.email;

function beside(world: World, customers: readonly Customer[], include: readonly string[]): Resource[] {
  if (!include.includes('application')) return [];
  return customers.flatMap(({ applicationId }) => {
    const application = world.applications.get(applicationId);
    return application === undefined ? [] : [applicationResource(world, application)];
  });
}

function list(call: Call): Response {
  const { world, caller } = call;
  const query = listQuery(call.url, {
    filters: ['query', 'email', 'status', 'tags'],
    pages: true,
    sorts: true,
    includes: ['application'],
  });
  const statuses = query.filterList('status');
  if (!statuses.every((status) => status === 'Active' || status === 'Archived')) {
    throw invalidValue('filter[status] names an unknown status');
  }
  const email = query.filter('email');
  const rows = [...world.customers.values()].filter(
    (customer) =>
      (caller.kind !== 'customer' || caller.token.customerId === customer.id) &&
      (statuses.length === 0 || statuses.includes(customer.status)) &&
      (email === undefined || emailOf(customer) === email) &&
      hasTags(customer.tags, query.tags) &&
      matchesQuery(JSON.stringify(customer.person.attributes), query.filter('query')),
  );
  return listAnswer(rows, query, customerResource, (page) => beside(world, page, query.include));
}

/** The routes of customers. */
export const customerRoutes: readonly Route[] = [
  { method: 'GET', path: '/customers', scope: 'customers', holder: 'any', body: 'none', run: list },
  {
    method: 'GET',
    path: '/customers/:customerId',
    scope: 'customers',
    holder: 'any',
    body: 'none',
    run: (call) => {
      const { include } = listQuery(call.url, { includes: ['application'] });
      const customer = customerOf(call);
      const included = beside(call.world, [customer], include);
      return answer(200, {
        data: customerResource(customer),
        ...(included.length === 0 ? {} : { included }),
      });
    },
  },
  {
    // assumed, as the worst case: a customer token with this scope may change everything that an org token may
    method: 'PATCH',
    path: '/customers/:customerId',
    scope: 'customers-write',
    holder: 'any',
    body: 'jsonapi',
    run: patch,
  },
  {
    method: 'POST',
    path: '/customers/:customerId/archive',
    scope: 'customers-write',
    holder: 'org',
    body: 'jsonapi',
    run: (call) => {
      const customer = writableCustomerOf(call);
      archiveCustomer(call.world, customer, parse(archiveRequest, call.body).data.attributes.reason);
      return answer(200, { data: customerResource(customer) });
    },
  },
];
