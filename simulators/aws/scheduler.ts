// EventBridge Scheduler: calls a function at the rate that the template says, and drops what it answers.
import { randomUUID } from 'node:crypto';
import type { Invocation } from './function-container.ts';
import type { Invoke } from './gateway.ts';
import { accountId, region, TemplateError } from './intrinsics.ts';
import type { SchedulePiece } from './template.ts';

export interface Scheduler {
  pause(): void;
  resume(): void;
  /** One run of every schedule at once, paused or not; what the functions answered. */
  runNow(): Promise<readonly Invocation[]>;
  close(): void;
}

/** Starts paused. @throws TemplateError for an expression other than a rate */
export function createScheduler(schedules: readonly SchedulePiece[], invoke: Invoke): Scheduler {
  const due = schedules.map((schedule) => ({ schedule, everyMs: rateMs(schedule) }));
  let timers: NodeJS.Timeout[] = [];

  const run = (schedule: SchedulePiece): Promise<Invocation> =>
    invoke(schedule.function, scheduledEvent(schedule));

  function pause(): void {
    for (const timer of timers) clearInterval(timer);
    timers = [];
  }

  return {
    pause,
    resume: () => {
      pause();
      timers = due
        .filter(({ schedule }) => schedule.enabled)
        .map(({ schedule, everyMs }) => setInterval(() => void run(schedule), everyMs).unref());
    },
    runNow: () => Promise.all(due.map(({ schedule }) => run(schedule))),
    close: pause,
  };
}

const unitMs = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/** `rate(1 minute)`, `rate(5 minutes)`, ... */
function rateMs({ arn, expression }: SchedulePiece): number {
  const [, amount, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  if (unit !== 'minute' && unit !== 'hour' && unit !== 'day')
    throw new TemplateError(arn, `has the expression ${expression}; the simulator knows rate(...) only`);
  return Number(amount) * unitMs[unit];
}

/** The schedule's own input, or the event that Scheduler sends where none is set. */
function scheduledEvent({ arn, input }: SchedulePiece): unknown {
  const time = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  if (input !== undefined)
    return JSON.parse(
      input
        .replaceAll('<aws.scheduler.schedule-arn>', arn)
        .replaceAll('<aws.scheduler.scheduled-time>', time)
        .replaceAll('<aws.scheduler.execution-id>', randomUUID())
        .replaceAll('<aws.scheduler.attempt-number>', '1'),
    );
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.scheduler',
    account: accountId,
    time,
    region,
    resources: [arn],
    detail: '{}',
  };
}
