// The net under the webhooks: Unit's own list of events is read in overlapping windows, and what we missed is applied.
import { ServiceError } from '../errors.ts';
import { applyBatch, type IsDone } from '../onboarding/apply-events.ts';
import { FAILED, FAILING } from '../onboarding/event-failures.ts';
import type { SettlePorts } from '../onboarding/settle.ts';
import type { TaskProgress, Tasks, UnitLists } from '../ports.ts';
import { type Calls, LEASE_SECONDS } from './budget.ts';

export interface BackfillPorts extends SettlePorts {
  readonly tasks: Tasks;
  readonly lists: UnitLists;
  readonly calls: Calls;
}

export interface BackfillSummary {
  readonly eventPages: number;
  readonly eventsApplied: number;
  readonly eventsUnreadable: number;
}

/** Where a new deployment begins. */
const FIRST_LOOK_BACK_SECONDS = 86_400;

/** Read again each time, for events that Unit shows late and clocks that differ. */
const OVERLAP_SECONDS = 600;

/** The overlap is a part of it. */
const LONGEST_WINDOW_SECONDS = 6 * 3600;
const MOST_PAGES = 20;

/** What Unit did not have, or would not tell, when its event came may be there now. */
const LOOK_AGAIN_SECONDS = 300;

/** Further behind than this a run passes events that no later one reads again. */
const BEHIND_SECONDS = OVERLAP_SECONDS - LOOK_AGAIN_SECONDS;

const mayBeThereNow = (outcome: string): boolean => outcome === 'missing' || outcome.startsWith(FAILED);

/** Up to when events were read; for a new deployment, from when on they will be. */
export const readUntilOf = (progress: TaskProgress | null, now: number): number =>
  progress?.readUntil ?? now - FIRST_LOOK_BACK_SECONDS;

/**
 * Reads on from where the last run came to. One run at a time: of others at once each finds the lease taken and is done.
 * What follows an event that could not be finished is applied, but not passed: the next run reads it again. One that
 * failed for its own reasons holds up nothing: it is tried again while the windows overlap, or else at once.
 * @throws ServiceError `temporarily_unavailable` when an event could not be finished
 */
export async function backfillEvents(ports: BackfillPorts, signal: AbortSignal): Promise<BackfillSummary> {
  const { tasks, calls } = ports;
  const now = ports.clock();
  const leaseUntil = now + LEASE_SECONDS;
  const summary = { eventPages: 0, eventsApplied: 0, eventsUnreadable: 0 };
  const taken = await tasks.take('events', now, leaseUntil);
  if (taken === null) return summary;
  // Where it begins is fixed by the first run, though Unit's list may be denied to it for days.
  const begun = { ...taken, readUntil: readUntilOf(taken, now) };
  if (taken.readUntil === null) await tasks.note('events', leaseUntil, begun);

  const isBehind = now - begun.readUntil > BEHIND_SECONDS;
  const isDone: IsDone = ({ outcome, at }) =>
    outcome !== FAILING && (!mayBeThereNow(outcome) || (!isBehind && now - at < LOOK_AGAIN_SECONDS));
  let isFinished = true;
  let passed: TaskProgress = begun;
  let next: OpenWindow | null = open(begun, now);
  while (next !== null && summary.eventPages < MOST_PAGES && !calls.isSpent()) {
    const window = { since: next.readUntil - OVERLAP_SECONDS, until: next.windowUntil };
    const page = await ports.lists.listEvents(window, next.nextOffset, signal);
    const batch = await applyBatch(ports, page.items, signal, isDone);
    const again = isBehind && batch.hasFirstFailure;
    const second = again ? await applyBatch(ports, page.items, signal, isDone) : batch;
    summary.eventPages += 1;
    summary.eventsApplied += batch.applied;
    summary.eventsUnreadable += page.unreadable;
    isFinished &&= batch.isFinished && second.isFinished;
    const reached: TaskProgress =
      page.nextOffset === null ? closed(next) : { ...next, nextOffset: page.nextOffset };
    const isLast: boolean = page.nextOffset === null && next.windowUntil >= now;
    next = isLast ? null : open(reached, now);
    if (!isFinished) continue;
    passed = reached;
    // A lease that ran out is another run's now, and so is the cursor.
    if (!isLast && !(await tasks.note('events', leaseUntil, passed))) return summary;
  }
  await tasks.end('events', leaseUntil, passed, now);
  // Out of calls is no failure: the next run goes on from here.
  if (!isFinished && !calls.isSpent()) {
    throw new ServiceError('temporarily_unavailable', { reason: 'events_unfinished' });
  }
  return summary;
}

interface OpenWindow extends TaskProgress {
  readonly readUntil: number;
  readonly windowUntil: number;
}

/** The window under way, or else the next one. */
function open(progress: TaskProgress, now: number): OpenWindow {
  const readUntil = readUntilOf(progress, now);
  const longest = readUntil - OVERLAP_SECONDS + LONGEST_WINDOW_SECONDS;
  const windowUntil = progress.windowUntil ?? Math.min(now, longest);
  return { readUntil, windowUntil, nextOffset: progress.nextOffset };
}

const closed = ({ windowUntil }: OpenWindow): TaskProgress => ({
  readUntil: windowUntil,
  windowUntil: null,
  nextOffset: 0,
});
