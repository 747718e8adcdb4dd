// Which customer the token is for: only ever one of the user's own (INV2).
import { ServiceError } from '../errors.ts';
import {
  type ApplicationRecord,
  type CustomerRecord,
  isReleased,
  type UserRecord,
} from '../onboarding/records.ts';
import type { IdMappings } from '../ports.ts';

/**
 * Selects among the user's own customers; the id from the caller may do no more than that.
 * @throws ServiceError `not_found`, `customer_ambiguous`, `customer_archived`, `customer_in_review`,
 *   `application_pending`, `application_denied`, `no_customer`
 */
export function chooseCustomer(known: UserRecord, customerId: string | undefined): CustomerRecord {
  const chosen = customerId === undefined ? theOnlyOne(known) : named(known, customerId);
  switch (chosen.status) {
    case 'Active':
      return chosen;
    case 'Review':
      throw new ServiceError('customer_in_review');
    case 'Archived':
      throw new ServiceError('customer_archived');
  }
}

function named(known: UserRecord, customerId: string): CustomerRecord {
  const own = known.customers.find((customer) => customer.unitCustomerId === customerId);
  if (own === undefined) throw new ServiceError('not_found', { reason: 'customer_not_own' });
  return own;
}

function theOnlyOne(known: UserRecord): CustomerRecord {
  const living = known.customers.filter((customer) => customer.status !== 'Archived');
  const [first, second] = living;
  if (first === undefined) throw withoutCustomer(known);
  if (second !== undefined) {
    throw new ServiceError('customer_ambiguous', {
      customerIds: living.map((customer) => customer.unitCustomerId),
    });
  }
  return first;
}

function withoutCustomer(known: UserRecord): ServiceError {
  const isOpen = (application: ApplicationRecord): boolean => !isReleased(application.status);
  const isPending = (application: ApplicationRecord): boolean =>
    isOpen(application) && application.unitCustomerId === null;
  if (known.applications.some(isPending)) return new ServiceError('application_pending');
  if (known.customers.length > 0) return new ServiceError('customer_archived');
  if (known.applications.some(isOpen)) return new ServiceError('application_pending');
  return known.applications.some((application) => application.status === 'Denied')
    ? new ServiceError('application_denied')
    : new ServiceError('no_customer');
}

/**
 * Holds the chosen customer against its claim, which alone has authority.
 * @throws ServiceError `not_found` when the claim is missing or names another user
 */
export async function requireClaim(
  mappings: IdMappings,
  stytchUserId: string,
  customer: CustomerRecord,
): Promise<void> {
  const claim = await mappings.readClaim(customer.unitCustomerId);
  if (claim?.stytchUserId !== stytchUserId) {
    throw new ServiceError('not_found', { reason: claim === null ? 'unclaimed' : 'claimed_by_another' });
  }
}
