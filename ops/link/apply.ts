// Does what was planned, in the order that a crash anywhere leaves safe: the same command finishes it.

import type { ActRecord } from '../adapters/operator-table.ts';
import type { UnitCustomerView, UnitDesk, UnitPerson } from '../adapters/unit-customers.ts';
import type { Desk } from '../base/desk.ts';
import { refusal } from '../base/stop.ts';
import type { FitFacts, LinkStep, Plan } from './plan.ts';

/** @throws Stop when somebody else changed something in between */
export async function applyLink(desk: Desk, unit: UnitDesk, facts: FitFacts, plan: Plan): Promise<void> {
  const act: ActRecord = { by: desk.operator(), reason: plan.reason, at: desk.clock() };
  for (const step of plan.steps) {
    desk.output.step(`${step} ...`);
    await takeStep(step, desk, unit, facts, plan, act);
  }
}

async function takeStep(
  step: LinkStep,
  { table }: Desk,
  unit: UnitDesk,
  { known: { stytchUserId }, atUnit, claim }: FitFacts,
  { person, previousOwner }: Plan,
  act: ActRecord,
): Promise<void> {
  const { unitCustomerId, type } = atUnit;
  switch (step) {
    case 'park_previous_owner':
      if (previousOwner !== null) await table.parkCustomer(previousOwner, unitCustomerId);
      return;
    case 'write_jwt_subject':
      return writeSubject(unit, atUnit, person, stytchUserId);
    case 'write_claim': {
      const isTransfer = claim !== null && previousOwner !== null;
      const isOurs = isTransfer
        ? await table.transferClaim(claim, stytchUserId, act)
        : await table.claim(unitCustomerId, stytchUserId, act);
      if (!isOurs) throw changed('The claim was changed by somebody else in between');
      return;
    }
    case 'activate_customer': {
      const isActive = await table.activateCustomer(stytchUserId, { unitCustomerId, type });
      if (!isActive) throw refusal('customer_archived', 'The customer was archived in between.');
    }
  }
}

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
