// Unit's webhook events: each only names a resource, which is read again and settled (INV4).
import { type ErrorCode, ServiceError } from '../errors.ts';
import { inParallel } from './in-parallel.ts';
import { mapCustomer, type SettlePorts, settle } from './settle.ts';

/** What we take from an event: its id, and which resource to look at. */
export interface UnitEvent {
  readonly eventId: string;
  readonly type: string;
  readonly unitApplicationId: string | null;
  readonly unitCustomerId: string | null;
}

/** What became of a resource: `settled`, or why it is none of ours. */
type Outcome = 'settled' | 'ignored' | 'missing' | 'foreign' | 'failed';

interface Resource {
  readonly kind: 'application' | 'customer' | 'none';
  readonly id: string;
  readonly events: UnitEvent[];
}

const AT_ONCE = 8;

/**
 * Applies a batch. Known events are skipped; one bad event does not hold up the rest.
 * @throws ServiceError `temporarily_unavailable` when something could not be finished now, so that Unit sends again
 */
export async function applyEvents(
  ports: SettlePorts,
  events: readonly UnitEvent[],
  signal: AbortSignal,
): Promise<void> {
  const known = await inParallel(events, AT_ONCE, ({ eventId }) => ports.mappings.isKnownEvent(eventId));
  const fresh = events.filter((_, i) => {
    const answer = known[i];
    return answer?.status === 'fulfilled' && !answer.value;
  });
  const resources = distinct(fresh);
  const outcomes = await inParallel(resources, AT_ONCE, (resource) => applyOne(ports, resource, signal));
  const isUnfinished = [...known, ...outcomes].some((outcome) => outcome.status === 'rejected');
  if (isUnfinished) throw new ServiceError('temporarily_unavailable', { reason: 'batch_unfinished' });
}

/** Several events about one resource need one read. */
function distinct(events: readonly UnitEvent[]): readonly Resource[] {
  const resources = new Map<string, Resource>();
  for (const event of events) {
    const { kind, id } = named(event);
    const key = `${kind} ${id}`;
    const resource = resources.get(key) ?? { kind, id, events: [] };
    if (!resource.events.some(({ eventId }) => eventId === event.eventId)) resource.events.push(event);
    resources.set(key, resource);
  }
  return [...resources.values()];
}

function named(event: UnitEvent): Pick<Resource, 'kind' | 'id'> {
  if (event.unitApplicationId !== null) return { kind: 'application', id: event.unitApplicationId };
  if (event.unitCustomerId !== null) return { kind: 'customer', id: event.unitCustomerId };
  return { kind: 'none', id: event.eventId };
}

/** Settles one resource, then writes its events down: in this order, so that a crash between loses nothing. */
async function applyOne(ports: SettlePorts, resource: Resource, signal: AbortSignal): Promise<void> {
  const outcome = await settleResource(ports, resource, signal).catch(ownFailure);
  for (const { eventId, type } of resource.events) {
    ports.log.record('unit_webhook.applied', { eventId, type, outcome, resourceId: resource.id });
    await ports.mappings.recordEvent(eventId, outcome, ports.clock());
  }
}

function settleResource(ports: SettlePorts, resource: Resource, signal: AbortSignal): Promise<Outcome> {
  switch (resource.kind) {
    case 'application':
      return settleApplication(ports, resource.id, signal);
    case 'customer':
      return settleCustomer(ports, resource.id, signal);
    case 'none':
      return Promise.resolve('ignored');
  }
}

async function settleApplication(
  ports: SettlePorts,
  unitApplicationId: string,
  signal: AbortSignal,
): Promise<Outcome> {
  const unit = await ports.onboarding.readApplication(unitApplicationId, signal);
  if (unit === null) return 'missing';
  if (unit.jwtSubject === null || unit.applicationId === null) return 'foreign';
  const record = await ports.mappings.readApplication(unit.jwtSubject, unit.applicationId);
  if (record === null) return 'foreign';
  await settle(ports, record, unit, signal);
  return 'settled';
}

async function settleCustomer(
  ports: SettlePorts,
  unitCustomerId: string,
  signal: AbortSignal,
): Promise<Outcome> {
  const customer = await ports.onboarding.readCustomer(unitCustomerId, signal);
  if (customer === null) return 'missing';
  const claim = await ports.mappings.readClaim(unitCustomerId);
  if (claim === null) {
    return customer.unitApplicationId === null
      ? 'foreign'
      : settleApplication(ports, customer.unitApplicationId, signal);
  }
  await mapCustomer(ports, claim.stytchUserId, customer);
  return 'settled';
}

/** Failures that another delivery may cure; every other failure is the event's own and counts as done. */
const passing: readonly ErrorCode[] = [
  'temporarily_unavailable',
  'upstream_timeout',
  'upstream_unavailable',
  'not_configured',
];

function ownFailure(error: unknown): Outcome {
  const isPassing =
    !(error instanceof ServiceError) ||
    (passing.includes(error.code) && error.details.reason !== 'foreign_application');
  if (isPassing) throw error;
  return 'failed';
}
