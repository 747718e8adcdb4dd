// What a link takes, decided on what was read and before anything is written.
import type { UserRecord } from '../../functions/core/onboarding/records.ts';
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

/** Safe in this order: the old owner is shut out first, and the new one let in last. */
export type LinkStep = 'park_previous_owner' | 'write_jwt_subject' | 'write_claim' | 'activate_customer';

/**
 * Decides.
 * @throws Stop `identity_not_proved`, `customer_claimed`, or wrong usage
 */
export function planLink({ known, atUnit, claim }: FitFacts, chosen: Comparison, decision: Decision): Plan {
  const { stytchUserId } = known;
  const { person } = chosen;
  const item = known.customers.find(({ unitCustomerId }) => unitCustomerId === atUnit.unitCustomerId);
  const isOwner = claim?.stytchUserId === stytchUserId;
  const isSubject = person.jwtSubject === stytchUserId;
  const isLinked = isOwner && isSubject && item?.status === 'Active';
  const plan = { person, previousOwner: null, reason: '', steps: [] };
  if (isLinked) return plan;

  const basis = basisOf(chosen, decision.evidence);
  const previousOwner = claim === null || isOwner ? null : claim.stytchUserId;
  const isTaken = previousOwner !== null || (person.jwtSubject !== null && !isSubject);
  if (isTaken && !decision.isTransfer) {
    throw refusal(
      'customer_claimed',
      'Another user holds this customer, here or at Unit: --transfer and --reason take it away from them.',
      { previousOwner: previousOwner ?? person.jwtSubject },
    );
  }
  if (decision.isTransfer && decision.reason === undefined) throw misuse('--transfer needs a --reason.');
  return {
    person,
    previousOwner,
    reason: decision.reason === undefined ? basis : `${basis}; transfer: ${decision.reason}`,
    steps: [
      ...(previousOwner === null ? [] : (['park_previous_owner'] as const)),
      ...(isSubject ? [] : (['write_jwt_subject'] as const)),
      'write_claim',
      'activate_customer',
    ],
  };
}

function basisOf(chosen: Comparison, evidence: string | undefined): string {
  if (evidence !== undefined) return `evidence: ${evidence}`;
  if (isProved(chosen)) return 'email and phone agree';
  throw refusal(
    'identity_not_proved',
    'Email and phone of the two do not both agree, and an email alone proves nothing: prove who it is out of band ' +
      'and name the proof with --evidence.',
  );
}
