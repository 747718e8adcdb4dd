// The model from the command line: `npm run model -- --runs 20000 --seed 7`.
import { parseArgs } from 'node:util';
import { runModel } from './run.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: process.env['MODEL_RUNS'] ?? '2000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
    json: { type: 'boolean', default: false },
  },
});

const report = await runModel({ runs: Number(values.runs), seed: Number(values.seed) });
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
