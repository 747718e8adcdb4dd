// Unit's webhook events: each only names a resource, which is read again and settled (INV4).
import { ServiceError } from '../errors.ts';
import type { EventRecord } from '../ports.ts';
import { FAILED, FAILING, type Failed, failingSinceOf, isUnitsOwn, ownFailure } from './event-failures.ts';
import { inParallel } from './in-parallel.ts';
import { isOurs, mapCustomer, type SettlePorts, settle } from './settle.ts';

/** What we take from an event: its id, and which resource to look at. */
export interface UnitEvent {
  readonly eventId: string;
  readonly type: string;
  readonly unitApplicationId: string | null;
  readonly unitCustomerId: string | null;
}

/** What became of an event. */
type Outcome = 'settled' | 'missing' | 'foreign' | 'unlinked' | Failed;

/** One resource that Unit can never tell of must not hold up all the others. */
const GIVE_UP_AFTER_SECONDS = 3600;

/** Which of the events that we have met before are left alone now. */
export type IsDone = (event: EventRecord) => boolean;

/** When Unit sends an event again, whatever did not come to its end is tried again. */
const isSettled: IsDone = ({ outcome }) => outcome === 'settled';

export interface AppliedBatch {
  /** Events that were looked at and written down. */
  readonly applied: number;
  /** Whether everything is done that could be done. */
  readonly isFinished: boolean;
  /** Whether something failed for its own reasons that had not been tried before. */
  readonly hasFirstFailure: boolean;
}

interface Resource {
  readonly kind: 'application' | 'customer';
  readonly id: string;
  readonly events: UnitEvent[];
  /** Since when Unit has been failing over it. */
  failingSince: number | null;
  /** Whether an event about it was written down before, whatever came of it. */
  wasTried: boolean;
}

const AT_ONCE = 8;

/** Every other event of Unit (cards, payments, ...) names nothing that we keep. */
const ourEvents = /^(application|document|customer)\./;

const isForUs = ({ type }: UnitEvent): boolean => ourEvents.test(type);

/**
 * Applies a delivery. Events of other kinds cost nothing, known ones are skipped, and one bad event does not hold up
 * the rest.
 * @throws ServiceError `temporarily_unavailable` when something could not be finished now, so that Unit sends again
 */
export async function applyEvents(
  ports: SettlePorts,
  events: readonly UnitEvent[],
  signal: AbortSignal,
): Promise<void> {
  const ours = events.filter(isForUs).length;
  ports.log.record('unit_webhook.sorted', { ours, others: events.length - ours });
  const { isFinished } = await applyBatch(ports, events, signal);
  if (!isFinished) throw new ServiceError('temporarily_unavailable', { reason: 'batch_unfinished' });
}

/** Applies events from wherever they come. */
export async function applyBatch(
  ports: SettlePorts,
  events: readonly UnitEvent[],
  signal: AbortSignal,
  isDone: IsDone = isSettled,
): Promise<AppliedBatch> {
  const ours = events.filter(isForUs);
  const known = await inParallel(ours, AT_ONCE, ({ eventId }) => ports.mappings.readEvent(eventId));
  const fresh = ours.flatMap((event, i) => {
    const answer = known[i];
    if (answer?.status !== 'fulfilled') return [];
    const before = answer.value;
    if (before !== null && isDone(before)) return [];
    const failingSince = before === null ? null : failingSinceOf(before);
    return [{ event, failingSince, wasTried: before !== null }];
  });
  const resources = distinct(fresh);
  const outcomes = await inParallel(resources, AT_ONCE, (resource) => applyOne(ports, resource, signal));
  return {
    applied: resources
      .filter((_, i) => outcomes[i]?.status === 'fulfilled')
      .reduce((total, resource) => total + resource.events.length, 0),
    isFinished: [...known, ...outcomes].every(({ status }) => status === 'fulfilled'),
    hasFirstFailure: resources.some(({ wasTried }, i) => {
      const outcome = outcomes[i];
      return !wasTried && outcome?.status === 'fulfilled' && outcome.value.startsWith(FAILED);
    }),
  };
}

interface Fresh extends Pick<Resource, 'failingSince' | 'wasTried'> {
  readonly event: UnitEvent;
}

/** Several events about one resource need one read; one that names no resource of ours needs none. */
function distinct(fresh: readonly Fresh[]): readonly Resource[] {
  const resources = new Map<string, Resource>();
  for (const { event, failingSince, wasTried } of fresh) {
    const named = resourceOf(event);
    if (named === null) continue;
    const key = `${named.kind} ${named.id}`;
    const resource = resources.get(key) ?? { ...named, events: [], failingSince: null, wasTried: false };
    if (!resource.events.some(({ eventId }) => eventId === event.eventId)) resource.events.push(event);
    resource.failingSince = resource.failingSince ?? failingSince;
    resource.wasTried ||= wasTried;
    resources.set(key, resource);
  }
  return [...resources.values()];
}

function resourceOf({ unitApplicationId, unitCustomerId }: UnitEvent): Pick<Resource, 'kind' | 'id'> | null {
  if (unitApplicationId !== null) return { kind: 'application', id: unitApplicationId };
  return unitCustomerId === null ? null : { kind: 'customer', id: unitCustomerId };
}

/** Settles one resource, then writes its events down: in this order, so that a crash between loses nothing. */
async function applyOne(ports: SettlePorts, resource: Resource, signal: AbortSignal): Promise<Outcome> {
  const { kind, id, events } = resource;
  const settling =
    kind === 'application' ? settleApplication(ports, id, signal) : settleCustomer(ports, id, signal);
  const outcome = await settling.catch((error: unknown) => failureOf(ports, resource, error, signal));
  for (const { eventId, type } of events) {
    ports.log.record('unit_webhook.applied', { eventId, type, outcome, resourceId: id });
    await ports.mappings.recordEvent(eventId, outcome, ports.clock());
  }
  return outcome;
}

async function settleApplication(
  ports: SettlePorts,
  unitApplicationId: string,
  signal: AbortSignal,
): Promise<Outcome> {
  const unit = await ports.onboarding.readApplication(unitApplicationId, signal);
  if (unit === null) return 'missing';
  const { jwtSubject, applicationId, unitCustomerId } = unit;
  if (jwtSubject === null) return 'foreign';
  const record =
    applicationId === null ? null : await ports.mappings.readApplication(jwtSubject, applicationId);
  if (record === null || !isOurs(record, unit)) return unlinkedUnlessClaimed(ports, unitCustomerId);
  await settle(ports, record, unit, signal);
  return 'settled';
}

/** It is for a user of ours, but no request of ours made it: only an operator's `link` may bind it. */
async function unlinkedUnlessClaimed(
  { mappings }: SettlePorts,
  unitCustomerId: string | null,
): Promise<Outcome> {
  const claim = unitCustomerId === null ? null : await mappings.readClaim(unitCustomerId);
  return claim === null ? 'unlinked' : 'foreign';
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
  const isTheirs = customer.jwtSubjects.includes(claim.stytchUserId);
  await mapCustomer(ports, claim.stytchUserId, customer, isTheirs ? null : 'other_subject');
  return 'settled';
}

/** Unit's own failure over one resource passes on only for so long; when it began stands in the event item. */
async function failureOf(
  { mappings, clock }: SettlePorts,
  { events, failingSince }: Resource,
  error: unknown,
  signal: AbortSignal,
): Promise<Outcome> {
  if (!isUnitsOwn(error) || signal.aborted) return ownFailure(error);
  const now = clock();
  const since = failingSince ?? now;
  if (now - since > GIVE_UP_AFTER_SECONDS) return `${FAILED}${error.code}`;
  for (const { eventId } of events) await mappings.recordEvent(eventId, FAILING, since);
  throw error;
}
