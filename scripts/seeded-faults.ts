// Proof that the model of the onboarding can fail: faults put in one at a time, each of which it must catch.
import { execFile } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import * as z from 'zod/mini';
import { forNode } from './build.ts';
import { seededFaults } from './fault-list.ts';
import { misused, readOptions, wholeNumber } from './options.ts';
import { type SourceEdit, sourceEdits } from './source-edits.ts';

/** A temporary folder of ours; ignored by the repository, and removed before each use. */
const FOLDER = path.resolve('dist/seeded-faults');

/** The model in one file, with lines broken on purpose. */
async function bundleModel(name: string, edits: readonly SourceEdit[]): Promise<string> {
  const outfile = path.join(FOLDER, `${name}.mjs`);
  await build({
    ...forNode,
    absWorkingDir: process.cwd(),
    entryPoints: ['test/faults/model/main.ts'],
    outfile,
    plugins: [sourceEdits(edits)],
  });
  return outfile;
}

const report = z.object({
  runs: z.int(),
  seed: z.int(),
  seconds: z.number(),
  failure: z.nullable(
    z.object({
      invariant: z.string(),
      message: z.string(),
      afterRuns: z.int(),
      journal: z.array(z.string()),
    }),
  ),
});
type Report = z.infer<typeof report>;

const run = promisify(execFile);

/** Runs a bundle in a process of its own; it ends with 1 when an invariant broke, which is what is wanted here. */
async function runModel(file: string, runs: number, seed: number): Promise<Report> {
  const args = [file, '--json', '--runs', String(runs), '--seed', String(seed)];
  const { stdout } = await run(process.execPath, args, { maxBuffer: 1 << 28 }).catch((error: unknown) => {
    if (typeof error === 'object' && error !== null && 'stdout' in error && error.stdout !== '') {
      return { stdout: String(error.stdout) };
    }
    throw error;
  });
  return report.parse(JSON.parse(stdout));
}

const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;

const usage = `Usage: npm run seeded-faults -- [options]

Puts faults into the onboarding, one at a time, and sees that the model catches each of them.

  --runs <n>     schedules that the model has for each (default 1000)
  --seed <n>     of the schedules (default 7)
  --only <name>  this fault alone
  --help         this

Ends with status 1 when one is not caught.`;

async function main(): Promise<boolean> {
  const { values } = readOptions(usage, {
    options: {
      runs: { type: 'string', default: '1000' },
      seed: { type: 'string', default: '7' },
      only: { type: 'string' },
    },
  });
  const [runs, seed] = [wholeNumber('--runs', values.runs, 1), wholeNumber('--seed', values.seed, 0)];
  const faults = seededFaults.filter(({ name }) => values.only === undefined || name === values.only);
  if (faults.length === 0) misused(`--only ${values.only}: there is no such fault`);
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });

  const whole = await runModel(await bundleModel('unbroken', []), Math.min(runs, 300), seed);
  const isWholeGreen = whole.failure === null;
  process.stdout.write(
    `unbroken: ${whole.runs} runs, ${isWholeGreen ? 'all green' : whole.failure?.message}\n\n`,
  );

  // Two at a time, as many as the smallest machine of CI has cores.
  const caught: (Report | undefined)[] = [];
  const queue = faults.entries();
  const worker = async (): Promise<void> => {
    for (const [i, { name, edits }] of queue) {
      caught[i] = await runModel(await bundleModel(name.replaceAll(' ', '-'), edits), runs, seed);
    }
  };
  await Promise.all([worker(), worker()]);

  process.stdout.write(row('fault', 'file', 'caught by', 'after runs', 'seed', 'seconds'));
  process.stdout.write(row('---', '---', '---', '---', '---', '---'));
  for (const [i, { name, edits }] of faults.entries()) {
    const found = caught[i];
    const files = [...new Set(edits.map(({ file }) => file))].join(', ');
    const by = found?.failure?.message.split(': ')[0] ?? 'NOTHING';
    const after = found?.failure?.afterRuns ?? found?.runs ?? 0;
    process.stdout.write(row(name, files, by, String(after), String(seed), (found?.seconds ?? 0).toFixed(1)));
  }
  return isWholeGreen && faults.every((_, i) => caught[i]?.failure != null);
}

process.exitCode = (await main()) ? 0 : 1;
