// The net under the webhooks: whatever is not settled is read again until it is (INV4). Safe to run twice at once.
import { inParallel } from './in-parallel.ts';
import type { ApplicationRecord } from './records.ts';
import { type SettlePorts, settle } from './settle.ts';
import { giveUp } from './submit.ts';

export interface ReconcileSummary {
  readonly checked: number;
  readonly settled: number;
  readonly givenUp: number;
  readonly failed: number;
}

const AT_ONCE = 8;
const BATCH = 200;

/** Unit had this long to show an application under our tag; after it there is none. */
const GIVE_UP_AFTER_SECONDS = 3600;

/** A check that found nothing new, or failed, is repeated after this. */
const AGAIN_SECONDS = 60;

/** One run over the applications whose next check is due. */
export async function reconcile(ports: SettlePorts, signal: AbortSignal): Promise<ReconcileSummary> {
  const { due, unreadable } = await ports.mappings.unsettled(ports.clock(), BATCH);
  const outcomes = await inParallel(due, AT_ONCE, (record) => check(ports, record, signal));
  const count = (wanted: Checked): number =>
    outcomes.filter((outcome) => outcome.status === 'fulfilled' && outcome.value === wanted).length;
  const summary = {
    checked: due.length,
    settled: count('settled'),
    givenUp: count('given_up'),
    failed: unreadable + outcomes.filter((outcome) => outcome.status === 'rejected').length,
  };
  ports.log.record('reconcile.completed', summary);
  return summary;
}

type Checked = 'settled' | 'given_up' | 'waiting';

async function check(ports: SettlePorts, record: ApplicationRecord, signal: AbortSignal): Promise<Checked> {
  // First, so that an item that always fails waits its turn like the others.
  await ports.mappings.noteCheck(record, ports.clock(), ports.clock() + AGAIN_SECONDS);
  const unit =
    record.unitApplicationId === null
      ? await ports.onboarding.findApplication(record.applicationId, signal)
      : await ports.onboarding.readApplication(record.unitApplicationId, signal);
  if (unit !== null) {
    await settle(ports, record, unit, signal);
    return 'settled';
  }
  const now = ports.clock();
  const isHopeless =
    record.status === 'Submitting' &&
    record.leaseUntil < now &&
    now - record.createdAt > GIVE_UP_AFTER_SECONDS;
  return isHopeless && (await giveUp(ports, record, false)) ? 'given_up' : 'waiting';
}
