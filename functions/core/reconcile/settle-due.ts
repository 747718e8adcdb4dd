// The unsettled index: whatever is not settled is read again until it is (INV4). Safe to run twice at once.
import { formCheckSeconds } from '../onboarding/follow-form.ts';
import { inParallel } from '../onboarding/in-parallel.ts';
import { type Looked, type LookPorts, lookAgain } from '../onboarding/look-again.ts';
import { type ApplicationRecord, isOpenForm } from '../onboarding/records.ts';
import { type Calls, isOutOfCalls } from './budget.ts';

export type SettleDuePorts = LookPorts & { readonly calls: Calls };

/** How many applications, but for the last: for how long the one that waits longest has been due. */
export interface SettleDueSummary {
  /** As many as one run sees. */
  readonly due: number;
  readonly checked: number;
  readonly settled: number;
  readonly givenUp: number;
  readonly failed: number;
  readonly oldestDueSeconds: number;
}

const AT_ONCE = 8;
const BATCH = 100;

/** A check that found nothing new, or failed, is repeated after this. */
const AGAIN_SECONDS = 60;

/** One run over the applications whose next check is due, the longest due first. */
export async function settleDue(ports: SettleDuePorts, signal: AbortSignal): Promise<SettleDueSummary> {
  const now = ports.clock();
  const { due, unreadable } = await ports.mappings.unsettled(now, BATCH);
  const outcomes = await inParallel(due, AT_ONCE, (record) => check(ports, record, signal));
  const count = (wanted: Checked): number =>
    outcomes.filter((outcome) => outcome.status === 'fulfilled' && outcome.value === wanted).length;
  const failures = outcomes.filter((outcome) => outcome.status === 'rejected');
  const cutOff = failures.filter(({ reason }) => isOutOfCalls(reason)).length;
  return {
    due: due.length + unreadable,
    checked: due.length - count('postponed') - cutOff,
    settled: count('settled'),
    givenUp: count('given_up'),
    failed: unreadable + failures.length - cutOff,
    oldestDueSeconds: Math.round(Math.max(0, ...due.map(({ nextCheckAt }) => now - (nextCheckAt ?? now)))),
  };
}

type Checked = Looked['outcome'] | 'postponed';

async function check(
  ports: SettleDuePorts,
  record: ApplicationRecord,
  signal: AbortSignal,
): Promise<Checked> {
  if (ports.calls.isSpent()) return 'postponed';
  const now = ports.clock();
  // First, so that an item that always fails waits its turn like the others.
  const wait = isOpenForm(record) ? formCheckSeconds(record, now) : AGAIN_SECONDS;
  await ports.mappings.noteCheck(record, now, now + wait);
  return (await lookAgain(ports, record, signal)).outcome;
}
