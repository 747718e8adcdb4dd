// Once a day: customers that Unit has archived, for the case that no event of it ever reached us.
import { ServiceError } from '../errors.ts';
import { inParallel } from '../onboarding/in-parallel.ts';
import { mapCustomer } from '../onboarding/settle.ts';
import type { Clock, IdMappings, Log, Page, Tasks, UnitCustomer, UnitLists } from '../ports.ts';
import { type Calls, LEASE_SECONDS } from './budget.ts';

export interface SweepPorts {
  readonly mappings: IdMappings;
  readonly tasks: Tasks;
  readonly lists: UnitLists;
  readonly calls: Calls;
  readonly clock: Clock;
  readonly log: Log;
}

export interface SweepSummary {
  readonly customersSwept: number;
  readonly customersArchived: number;
  readonly customersUnreadable: number;
}

const EVERY_SECONDS = 86_400;
const MOST_PAGES = 8;
const AT_ONCE = 8;

/**
 * Goes through Unit's archived customers, page by page, in as many runs as it takes.
 * @throws ServiceError `temporarily_unavailable` when a customer could not be written down
 */
export async function sweepArchived(ports: SweepPorts, signal: AbortSignal): Promise<SweepSummary> {
  const { tasks, lists, calls } = ports;
  const now = ports.clock();
  const leaseUntil = now + LEASE_SECONDS;
  const summary = { customersSwept: 0, customersArchived: 0, customersUnreadable: 0 };
  const taken = await tasks.take('archived', now, leaseUntil);
  if (taken === null) return summary;

  const progressAt = (nextOffset: number) => ({ readUntil: null, windowUntil: null, nextOffset });
  let isWhole = true;
  let isHeld = false;
  let offset: number | null = taken.nextOffset;
  for (let pages = 0; offset !== null && !isHeld && pages < MOST_PAGES && !calls.isSpent(); pages += 1) {
    const listing: Promise<Page<UnitCustomer>> = lists.listArchivedCustomers(offset, signal);
    const [listed] = await Promise.allSettled([listing]);
    if (listed.status === 'rejected') {
      // What was reached stays reached: the next run begins at the page that failed.
      await tasks.end('archived', leaseUntil, progressAt(offset), now);
      throw listed.reason;
    }
    const page = listed.value;
    const outcomes = await inParallel(page.items, AT_ONCE, (customer) => archive(ports, customer));
    const failures = outcomes.filter((outcome) => outcome.status === 'rejected');
    summary.customersSwept += page.items.length;
    summary.customersUnreadable += page.unreadable;
    summary.customersArchived += outcomes.filter((one) => one.status === 'fulfilled' && one.value).length;
    isWhole &&= failures.length === 0;
    // A customer that fails for its own reasons must not hold up the others for ever.
    isHeld = failures.some(({ reason }) => isStoreDown(reason));
    if (isHeld) continue;
    offset = page.nextOffset;
    // A lease that ran out is another run's now, and so is the offset.
    if (offset !== null && !(await tasks.note('archived', leaseUntil, progressAt(offset)))) return summary;
  }
  const dueAt = offset === null ? now + EVERY_SECONDS : now;
  await tasks.end('archived', leaseUntil, progressAt(offset ?? 0), dueAt);
  if (!isWhole) throw new ServiceError('temporarily_unavailable', { reason: 'sweep_unfinished' });
  return summary;
}

const isStoreDown = (error: unknown): boolean =>
  error instanceof ServiceError && error.code === 'temporarily_unavailable';

/** True when we did not know. Held to the status again: a filter that Unit ignored must archive nobody. */
async function archive(ports: SweepPorts, customer: UnitCustomer): Promise<boolean> {
  const { unitCustomerId, status } = customer;
  if (status !== 'Archived') return false;
  const claim = await ports.mappings.readClaim(unitCustomerId);
  if (claim === null) return false;
  const { customers } = await ports.mappings.readUser(claim.stytchUserId);
  const known = customers.find((one) => one.unitCustomerId === unitCustomerId);
  if (known?.status === 'Archived') return false;
  await mapCustomer(ports, claim.stytchUserId, customer, null);
  return true;
}
