// Does what was planned, in the order that a crash anywhere leaves safe: the same command finishes it.

import type { ActRecord, OperatorTable } from '../adapters/operator-table.ts';
import type { StytchUsers, StytchUserView } from '../adapters/stytch-users.ts';
import type { UnitCustomerView, UnitDesk, UnitPerson } from '../adapters/unit-customers.ts';
import type { Desk } from '../base/desk.ts';
import { refusal } from '../base/stop.ts';
import {
  applicationOpen,
  type FitFacts,
  holdsLock,
  type LinkStep,
  lockOf,
  type Plan,
  refuseOpen,
} from './plan.ts';

export interface Vendors {
  readonly stytch: StytchUsers;
  readonly unit: UnitDesk;
}

/** @throws Stop when somebody else changed something in between */
export async function applyLink(desk: Desk, vendors: Vendors, facts: FitFacts, plan: Plan): Promise<void> {
  const act: ActRecord = { by: desk.operator(), reason: plan.reason, at: desk.clock() };
  for (const step of plan.steps) {
    desk.output.step(`${step} ...`);
    await takeStep(step, desk, vendors, facts, plan, act);
  }
}

async function takeStep(
  step: LinkStep,
  { table }: Desk,
  vendors: Vendors,
  facts: FitFacts,
  { person, previousOwner }: Plan,
  act: ActRecord,
): Promise<void> {
  const { atUnit, claim } = facts;
  const { stytchUserId } = facts.known;
  const { unitCustomerId, type } = atUnit;
  switch (step) {
    case 'take_lock':
      return takeLinkedLock(table, facts, act.at);
    case 'park_customer':
      // From here on nobody enrols a factor on the ground that there is nothing to steal.
      return table.putCustomer(stytchUserId, { unitCustomerId, type, status: 'Review' });
    case 'read_again':
      return requireUnchanged(vendors, facts);
    case 'park_previous_owner':
      if (previousOwner !== null) await table.parkCustomer(previousOwner, unitCustomerId);
      return;
    case 'write_jwt_subject':
      return writeSubject(vendors.unit, atUnit, person, stytchUserId);
    case 'write_claim': {
      const isTransfer = claim !== null && previousOwner !== null;
      const isOurs = isTransfer
        ? await table.transferClaim(claim, stytchUserId, act)
        : await table.claim(unitCustomerId, stytchUserId, act);
      if (!isOurs) throw changed('The claim was changed by somebody else in between');
      return;
    }
    case 'activate_customer': {
      await requireSameUser(vendors.stytch, facts.atStytch);
      const isActive = await table.activateCustomer(stytchUserId, { unitCustomerId, type });
      if (!isActive) throw refusal('customer_archived', 'The customer was archived in between.');
    }
  }
}

/** Read after the lock is held: who applies from now on meets it. */
async function takeLinkedLock(table: OperatorTable, { known, atUnit }: FitFacts, at: number): Promise<void> {
  const { stytchUserId } = known;
  const isHeld =
    holdsLock(await table.readUser(stytchUserId), atUnit) ||
    (await table.lockLinked(stytchUserId, lockOf(atUnit), at));
  const now = await table.readUser(stytchUserId);
  refuseOpen(now, atUnit);
  if (!isHeld) throw applicationOpen([]);
  if (now.isDeleted) throw refusal('user_deleted', 'This user was deleted here.');
}

/** Between the first reading and the answer to the question anybody may have changed anything. */
async function requireUnchanged({ stytch, unit }: Vendors, { atStytch, atUnit }: FitFacts): Promise<void> {
  await requireSameUser(stytch, atStytch);
  const now = await unit.read(atUnit.unitCustomerId);
  if (peopleOf(now) !== peopleOf(atUnit)) throw changed('The customer was changed at Unit in between');
}

async function requireSameUser(stytch: StytchUsers, planned: StytchUserView): Promise<void> {
  const now = await stytch.read(planned.user.stytchUserId);
  if (userOf(now) !== userOf(planned)) throw changed('The user was changed at Stytch in between');
}

const userOf = (view: StytchUserView | null): string =>
  JSON.stringify([view?.user, view?.verifiedPhones, view?.secondFactors]);

/**
 * Contact and authorized users are replaced as a whole, and Unit has no condition to write under: so they are read
 * just before, and read back after.
 */
async function writeSubject(
  unit: UnitDesk,
  planned: UnitCustomerView,
  person: UnitPerson,
  stytchUserId: string,
): Promise<void> {
  const before = await unit.read(planned.unitCustomerId);
  if (peopleOf(before) !== peopleOf(planned)) throw changed('The customer was changed at Unit in between');
  await unit.writeSubject(planned, person, stytchUserId);
  const after = await unit.read(planned.unitCustomerId);
  const expected = planned.persons.map((one) =>
    one.name === person.name ? { ...one, jwtSubject: stytchUserId } : one,
  );
  if (JSON.stringify(after?.persons) !== JSON.stringify(expected)) {
    throw refusal(
      'customer_changed',
      "Unit does not show the people as written: look at the customer in Unit's dashboard, then run this again.",
    );
  }
}

const peopleOf = (view: UnitCustomerView | null): string =>
  JSON.stringify([view?.status, view?.persons, view?.contact, view?.authorizedUsers]);

const changed = (what: string) => refusal('changed_meanwhile', `${what}: run the command again.`);
