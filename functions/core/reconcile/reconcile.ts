// One run of the reconcile: each step for itself, the unsettled index first, all inside one deadline. Safe to run twice.
import { startDeadline } from '../deadline.ts';
import { ServiceError } from '../errors.ts';
import type { LookPorts } from '../onboarding/look-again.ts';
import type { Tasks, UnitLists } from '../ports.ts';
import { type BackfillPorts, backfillEvents, readUntilOf } from './backfill-events.ts';
import { type CallBudget, limitCalls, MOST_UNIT_CALLS } from './budget.ts';
import { checkWebhooks } from './check-webhooks.ts';
import { settleDue } from './settle-due.ts';
import { sweepArchived } from './sweep-archived.ts';

export interface ReconcilePorts extends LookPorts {
  readonly tasks: Tasks;
  readonly lists: UnitLists;
  readonly webhookPath: string;
  readonly webhookHost: string | null;
}

/** How much was done and how far behind things are; what a failed step would have told is missing. */
export type ReconcileSummary = Readonly<Record<string, number>>;

interface Step {
  readonly name: string;
  readonly withinMs: number;
  /** Calls to Unit that later steps must still have. */
  readonly leaving: number;
  readonly run: (
    ports: ReconcilePorts & Pick<BackfillPorts, 'calls'>,
    signal: AbortSignal,
  ) => Promise<object>;
}

/** Together as long as the run may take. */
const steps: readonly Step[] = [
  { name: 'settle_due', withinMs: 20_000, leaving: 50, run: settleDue },
  { name: 'backfill_events', withinMs: 15_000, leaving: 20, run: backfillEvents },
  { name: 'check_webhooks', withinMs: 4000, leaving: 11, run: checkWebhooks },
  { name: 'sweep_archived', withinMs: 6000, leaving: 0, run: sweepArchived },
];

/**
 * Runs every step, whatever becomes of the others.
 * @throws ServiceError `temporarily_unavailable` naming the steps that failed; what nobody expected as it is
 */
export async function reconcile(ports: ReconcilePorts, signal: AbortSignal): Promise<ReconcileSummary> {
  const budget: CallBudget = { left: MOST_UNIT_CALLS };
  const failures: { readonly step: string; readonly error: unknown }[] = [];
  const numbers: Record<string, number> = {};
  for (const step of steps) {
    const [outcome] = await Promise.allSettled([runStep(step, ports, budget, signal)]);
    if (outcome.status === 'fulfilled') Object.assign(numbers, outcome.value);
    else failures.push({ step: step.name, error: outcome.reason });
  }
  const summary = {
    ...numbers,
    ...(await cursorLag(ports)),
    unitCalls: MOST_UNIT_CALLS - budget.left,
    failedSteps: failures.length,
  };
  for (const { step, error } of failures) ports.log.record('reconcile.step_failed', { step, ...told(error) });
  ports.log.record('reconcile.completed', summary);
  const unexpected = failures.find(({ error }) => !(error instanceof ServiceError));
  if (unexpected !== undefined) throw unexpected.error;
  if (failures.length > 0) {
    const reason = failures.map(({ step }) => step).join(' ');
    throw new ServiceError('temporarily_unavailable', { reason });
  }
  return summary;
}

async function runStep(
  { run, withinMs, leaving }: Step,
  ports: ReconcilePorts,
  budget: CallBudget,
  signal: AbortSignal,
): Promise<object> {
  const deadline = startDeadline(withinMs, signal);
  return run(limitCalls(ports, budget, leaving), deadline.signal).finally(() => deadline.done());
}

/** Told when the backfill fails too: then it matters most. */
async function cursorLag({ tasks, clock }: ReconcilePorts): Promise<{ readonly cursorLagSeconds?: number }> {
  const [read] = await Promise.allSettled([tasks.read('events')]);
  if (read.status === 'rejected') return {};
  const now = clock();
  return { cursorLagSeconds: Math.round(Math.max(0, now - readUntilOf(read.value, now))) };
}

/** What of a failure may stand in the log. */
function told(error: unknown) {
  if (!(error instanceof ServiceError)) return { error: error instanceof Error ? error.name : 'unknown' };
  const { reason, upstream } = error.details;
  return {
    errorCode: error.code,
    reason: reason ?? null,
    provider: upstream?.provider ?? null,
    operation: upstream?.operation ?? null,
    vendorStatus: upstream?.status ?? null,
    vendorRequestId: upstream?.vendorRequestId ?? null,
  };
}
