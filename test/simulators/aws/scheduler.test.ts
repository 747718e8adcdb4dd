import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { createScheduler } from '../../../simulators/aws/scheduler.ts';
import { readTemplate, type SchedulePiece } from '../../../simulators/aws/template.ts';
import { readOptions, sampleTemplate } from './fixtures.ts';

const [everyMinute] = readTemplate(sampleTemplate(), readOptions).schedules;

function schedulerOf(over: Partial<SchedulePiece> = {}) {
  const calls: [string, unknown][] = [];
  if (everyMinute === undefined) throw new Error('the sample has a schedule');
  const scheduler = createScheduler([{ ...everyMinute, ...over }], async (name, event) => {
    calls.push([name, event]);
    return { kind: 'ok', payload: 'null' };
  });
  return { scheduler, calls };
}

describe('the schedule of the template', () => {
  afterEach(() => {
    jest.useRealTimers();
  });

  it('starts paused, then calls the function at its rate until paused again', async () => {
    jest.useFakeTimers();
    const { scheduler, calls } = schedulerOf();
    jest.advanceTimersByTime(120_000);
    expect(calls.length).toBe(0);
    scheduler.resume();
    jest.advanceTimersByTime(180_000);
    expect(calls.map(([name]) => name)).toEqual(['token', 'token', 'token']);
    scheduler.pause();
    jest.advanceTimersByTime(180_000);
    expect(calls.length).toBe(3);
  });

  it('runs at once when told to, with the event that Scheduler sends', async () => {
    const { scheduler, calls } = schedulerOf();
    expect(await scheduler.runNow()).toEqual([{ kind: 'ok', payload: 'null' }]);
    expect(calls[0]?.[1]).toMatchObject({
      source: 'aws.scheduler',
      'detail-type': 'Scheduled Event',
      resources: [everyMinute?.arn],
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    });
  });

  it("sends the schedule's own input where it has one", async () => {
    const { scheduler, calls } = schedulerOf({
      input: '{"job":"sweep","at":"<aws.scheduler.scheduled-time>"}',
    });
    await scheduler.runNow();
    expect(calls[0]?.[1]).toEqual({ job: 'sweep', at: expect.stringMatching(/Z$/) });
  });

  it('does not run by itself when the template disables it', () => {
    jest.useFakeTimers();
    const { scheduler, calls } = schedulerOf({ enabled: false });
    scheduler.resume();
    jest.advanceTimersByTime(180_000);
    expect(calls).toEqual([]);
  });

  it('refuses an expression that it does not know, by name', () => {
    expect(() => schedulerOf({ expression: 'cron(0 12 * * ? *)' })).toThrow(/EveryMinuteJ9 .*cron/);
  });
});
