// The model from the command line: `npm run model -- --runs 20000 --seed 7`.
import { readOptions, wholeNumber } from '../../../scripts/options.ts';
import { runModel } from './run.ts';

const usage = `Usage: npm run model -- [options]

Plays random schedules of crashes, races, lost answers, webhooks and time over the real onboarding.

  --runs <n>  schedules (default 2000, or MODEL_RUNS)
  --seed <n>  the same one plays the same schedules (default by the clock)
  --json      the report as one line of JSON
  --help      this

Ends with status 1 when an invariant broke.`;

const { values } = readOptions(usage, {
  options: {
    runs: { type: 'string', default: process.env['MODEL_RUNS'] ?? '2000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
    json: { type: 'boolean', default: false },
  },
});

const report = await runModel({
  runs: wholeNumber('--runs', values.runs, 1),
  seed: wholeNumber('--seed', values.seed, 0),
});
const { runs, seed, seconds, seen, failure } = report;
if (values.json) {
  process.stdout.write(`${JSON.stringify({ ...report, seen: Object.fromEntries(seen) })}\n`);
} else {
  for (const [what, times] of [...seen].toSorted(([a], [b]) => (a < b ? -1 : 1)))
    process.stdout.write(`${String(times).padStart(8)}  ${what}\n`);
  process.stdout.write(`${runs} runs in ${seconds.toFixed(1)} s, seed ${seed}\n`);
  if (failure !== null) {
    process.stdout.write(
      `\n${failure.message}\n\n${failure.journal.join('\n')}\n\n${JSON.stringify(failure.schedule)}\n`,
    );
  }
}
process.exitCode = failure === null ? 0 : 1;
