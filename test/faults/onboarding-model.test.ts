import { describe, expect, it } from '@jest/globals';
import type { Action } from './model/actions.ts';
import { fateNames } from './model/fates.ts';
import { type ModelReport, play, runModel, type Schedule } from './model/run.ts';
import { schedules } from './schedules.ts';

const runs = Number(process.env['MODEL_RUNS'] ?? 150);
const seed = Number(process.env['MODEL_SEED'] ?? 7);

/** All that somebody needs who is to mend it. */
const told = ({ failure, seed: from }: ModelReport): string =>
  failure === null
    ? ''
    : [
        failure.message,
        `seed ${from}, run ${failure.afterRuns}`,
        ...failure.journal,
        JSON.stringify(failure.schedule),
      ].join('\n');

const kinds: readonly Action['do'][] = [
  'apply',
  'form',
  'send',
  'cancel',
  'upload',
  'read',
  'go on',
  'deliver',
  'replay',
  'reconcile',
  'wait',
  'decide',
  'archive',
  'finish',
];

describe('The onboarding under crashes, races, lost words and time', () => {
  let report: ModelReport;

  it(`INV2, INV3, INV4, INV5, INV6 hold in ${runs} random schedules`, async () => {
    report = await runModel({ runs, seed });
    expect(told(report)).toBe('');
    expect(report.runs).toBe(runs);
  }, 3_600_000);

  it('and those schedules held everything that may happen', () => {
    const answers = [
      'apply answered',
      'apply application_exists',
      'apply died',
      'form answered',
      'form application_exists',
      'page answered 200',
      'page answered 410',
      'cancel answered',
      'cancel conflict',
      'upload answered',
      'webhook answered',
      'reconcile answered',
    ];
    const wanted = [
      ...kinds.map((kind) => `action ${kind}`),
      ...fateNames.map((name) => `fate ${name}`),
      ...answers,
    ];
    expect(wanted.filter((what) => !report.seen.has(what))).toEqual([]);
  });
});

describe('One schedule', () => {
  it.each(Object.entries(schedules))(
    'INV3, INV4 holds where it once did not: %s',
    async (_title, schedule) => {
      const { violation } = await play(schedule);
      expect(violation?.message ?? 'held').toBe('held');
    },
  );

  it('plays the same each time', async () => {
    const [schedule] = Object.values<Schedule>(schedules);
    expect(schedule).toBeDefined();
    if (schedule === undefined) return;
    expect((await play(schedule)).journal).toEqual((await play(schedule)).journal);
  });
});
