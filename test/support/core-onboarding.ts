// What the onboarding leaves behind, and the ways in which Unit's word reaches it.
import { applyEvents, type UnitEvent } from '../../functions/core/onboarding/apply-events.ts';
import { type SettleDueSummary, settleDue } from '../../functions/core/reconcile/settle-due.ts';
import type { World } from './core-fakes.ts';
import { signal } from './core-values.ts';

/** Where a user's application stands, without the times at which we got there. */
export const stateOf = ({ rows }: World) => ({
  applications: [...rows.applications.values()].map(
    ({ applicationId, status, unitApplicationId, unitCustomerId, unitUpdatedAt, nextCheckAt }) => ({
      applicationId,
      status,
      unitApplicationId,
      unitCustomerId,
      unitUpdatedAt,
      isSettled: nextCheckAt === null,
    }),
  ),
  locks: [...rows.locks.values()].map(({ name, applicationId }) => ({ name, applicationId })),
  pointers: [...rows.pointers.values()],
  claims: [...rows.claims.values()],
  customers: [...rows.customers.values()],
});

let events = 0;

/** A webhook event about an application, a customer, or neither. */
export function event(about: Partial<UnitEvent> = {}): UnitEvent {
  events += 1;
  return {
    eventId: String(900_000 + events),
    type: 'application.statusChanged',
    unitApplicationId: null,
    unitCustomerId: null,
    ...about,
  };
}

export const applied = (unitApplicationId: string): UnitEvent => event({ unitApplicationId });

export const ofCustomer = (unitCustomerId: string): UnitEvent =>
  event({ type: 'customer.updated', unitCustomerId });

export const deliver = (world: World, ...batch: readonly UnitEvent[]): Promise<void> =>
  applyEvents(world.ports, batch, signal);

/** The reconcile's work on what is not settled. */
export const runReconcile = (world: World): Promise<SettleDueSummary> =>
  settleDue({ ...world.ports, calls: { isSpent: () => false } }, signal);
