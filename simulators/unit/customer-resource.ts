// A customer as Unit writes it, full SSN included, so that a leak of an answer shows.
import { org, present, type Resource, toOne } from './jsonapi.ts';
import type { Customer } from './records.ts';

const applicationTypes = {
  individualCustomer: 'individualApplication',
  businessCustomer: 'businessApplication',
} as const;

/** The resource of a customer. */
export const customerResource = (customer: Customer): Resource => ({
  type: customer.person.type,
  id: customer.id,
  attributes: present({
    createdAt: customer.createdAt,
    ...customer.person.attributes,
    status: customer.status,
    archiveReason: customer.archiveReason,
    riskRate: 'low',
    authorizedUsers: customer.authorizedUsers,
    tags: customer.tags,
  }),
  relationships: {
    org,
    application: toOne(applicationTypes[customer.person.type], customer.applicationId),
  },
});
