// What a link takes, decided on what was read and before anything is written.
import { LINKED_LOCK } from '../../functions/core/onboarding/lock.ts';
import {
  isReleased,
  type LockName,
  lockNames,
  type UserRecord,
} from '../../functions/core/onboarding/records.ts';
import type { ClaimItem } from '../adapters/operator-table.ts';
import type { StytchUserView } from '../adapters/stytch-users.ts';
import type { UnitCustomerView, UnitPerson } from '../adapters/unit-customers.ts';
import { misuse, refusal } from '../base/stop.ts';
import { type Comparison, isProved } from './evidence.ts';

/** Everything that was read. */
export interface Facts {
  readonly known: UserRecord;
  readonly atStytch: StytchUserView | null;
  readonly atUnit: UnitCustomerView | null;
  readonly claim: ClaimItem | null;
}

/** The facts when both sides are fit to be linked. */
export interface FitFacts extends Facts {
  readonly atStytch: StytchUserView;
  readonly atUnit: UnitCustomerView;
}

/** @throws Stop for a user or a customer that nothing may be linked to */
export function requireFit({ known, atStytch, atUnit, claim }: Facts): FitFacts {
  if (known.isDeleted) throw refusal('user_deleted', 'This user was deleted here.');
  if (atStytch === null) throw refusal('user_unknown', 'Stytch has no such user.');
  if (!atStytch.user.isActive) throw refusal('user_not_active', 'The user is not active at Stytch.');
  if (atUnit === null) throw refusal('customer_unknown', 'Unit has no such customer.');
  if (atUnit.status === 'Archived') {
    throw refusal('customer_archived', 'The customer is archived at Unit: that is final.');
  }
  return { known, atStytch, atUnit, claim };
}

export interface Decision {
  readonly evidence: string | undefined;
  readonly isTransfer: boolean;
  readonly reason: string | undefined;
}

export interface Plan {
  readonly person: UnitPerson;
  /** Why, for the record. */
  readonly reason: string;
  /** Who loses the customer; null when nobody holds it. */
  readonly previousOwner: string | null;
  /** In the order in which they are done; none when all is linked already. */
  readonly steps: readonly LinkStep[];
}

/**
 * Safe in this order: nobody can apply or enrol any more, what was read is read again, the old owner is shut out, and
 * the new one let in last.
 */
export type LinkStep =
  | 'take_lock'
  | 'park_customer'
  | 'read_again'
  | 'park_previous_owner'
  | 'write_jwt_subject'
  | 'write_claim'
  | 'activate_customer';

/**
 * Decides.
 * @throws Stop `application_open`, `identity_not_proved`, `customer_claimed`, or wrong usage
 */
export function planLink({ known, atUnit, claim }: FitFacts, chosen: Comparison, decision: Decision): Plan {
  const { stytchUserId } = known;
  const { person } = chosen;
  const item = known.customers.find(({ unitCustomerId }) => unitCustomerId === atUnit.unitCustomerId);
  const isOwner = claim?.stytchUserId === stytchUserId;
  const isSubject = person.jwtSubject === stytchUserId;
  const isLinked = isOwner && isSubject && item?.status === 'Active' && holdsLock(known, atUnit);
  const plan = { person, previousOwner: null, reason: '', steps: [] };
  if (isLinked) return plan;

  refuseOpen(known, atUnit);
  const basis = basisOf(chosen, decision.evidence);
  const previousOwner = claim === null || isOwner ? null : claim.stytchUserId;
  const otherSubject = atUnit.persons.find(
    ({ jwtSubject }) => jwtSubject !== null && jwtSubject !== stytchUserId,
  );
  const isTaken = previousOwner !== null || otherSubject !== undefined;
  if (isTaken && !decision.isTransfer) {
    throw refusal(
      'customer_claimed',
      'Another user holds this customer, here or at Unit: --transfer and --reason take it away from them.',
      { previousOwner: previousOwner ?? otherSubject?.jwtSubject },
    );
  }
  if (decision.isTransfer && decision.reason === undefined) throw misuse('--transfer needs a --reason.');
  return {
    person,
    previousOwner,
    reason: decision.reason === undefined ? basis : `${basis}; transfer: ${decision.reason}`,
    steps: [
      'take_lock',
      'park_customer',
      'read_again',
      ...(previousOwner === null ? [] : (['park_previous_owner'] as const)),
      ...(isSubject ? [] : (['write_jwt_subject'] as const)),
      'write_claim',
      'activate_customer',
    ],
  };
}

/** The lock that a customer of the type stands behind. */
export const lockOf = ({ type }: Pick<UnitCustomerView, 'type'>): LockName =>
  type === 'business' ? 'business' : 'person';

/** Whether the lock is held for this customer: by an earlier link, or by the application that it came from. */
export function holdsLock({ locks, applications }: UserRecord, customer: UnitCustomerView): boolean {
  const holder = locks.find(({ name }) => name === lockOf(customer))?.applicationId;
  if (holder === LINKED_LOCK) return true;
  const application = applications.find(({ applicationId }) => applicationId === holder);
  return (
    application !== undefined &&
    !isReleased(application.status) &&
    application.unitCustomerId === customer.unitCustomerId
  );
}

/**
 * One open or approved application of a kind, and no customer beside it (INV3).
 * @throws Stop `application_open`
 */
export function refuseOpen({ applications }: UserRecord, customer: UnitCustomerView): void {
  const open = applications.filter(
    ({ type, status, unitCustomerId }) =>
      lockNames[type] === lockOf(customer) &&
      !isReleased(status) &&
      unitCustomerId !== customer.unitCustomerId,
  );
  if (open.length > 0)
    throw applicationOpen(open.map(({ applicationId, status }) => ({ applicationId, status })));
}

export const applicationOpen = (applications: readonly object[]) =>
  refusal('application_open', 'The user has an application of this kind that is not over.', { applications });

function basisOf(chosen: Comparison, evidence: string | undefined): string {
  if (evidence !== undefined) return `evidence: ${evidence}`;
  if (isProved(chosen)) return 'email and phone agree';
  throw refusal(
    'identity_not_proved',
    'Email and phone of the two do not both agree, and an email alone proves nothing: prove who it is out of band ' +
      'and name the proof with --evidence.',
  );
}
