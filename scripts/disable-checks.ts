// Takes the gate's checks out one at a time and expects every attack that names the check to succeed: a test that cannot
// fail proves nothing. `npm run attack-checks`, or with the names of some checks behind it.
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as z from 'zod/mini';
import type { AttackCheck } from '../test/support/attack-check.ts';
import { checks } from '../test/support/attack-checks.ts';
import { type Bundle, build } from './build.ts';

/** More would only wait for each other, and for a machine with two cores. */
const AT_ONCE = 2;
const LONGEST_CHECK_MS = 180_000;
const LONGEST_SUITE_MS = 900_000;
/** What must go on working with a check taken out: a build that is merely broken proves nothing. */
const controls = 'test/security/good-token.test.ts';

const folder = await mkdtemp(path.join(tmpdir(), 'bridge-attacks-'));
const running = new Set<number>();

function stop(): void {
  for (const pid of running) process.kill(-pid, 'SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));
process.once('exit', stop);

/** Runs Node quietly; whatever it started is gone when this is over. */
function run(args: readonly string[], environment: NodeJS.ProcessEnv, ms: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ...environment };
    const child = spawn(process.execPath, args, { stdio: 'ignore', detached: true, env });
    const pid = child.pid ?? 0;
    if (pid > 0) running.add(pid);
    const timer = setTimeout(() => process.kill(-pid, 'SIGKILL'), ms);
    child.on('error', reject);
    child.on('close', () => {
      clearTimeout(timer);
      running.delete(pid);
      resolve();
    });
  });
}

const report = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      message: z.string(),
      assertionResults: z.array(
        z.object({ title: z.string(), status: z.string(), failureMessages: z.array(z.string()) }),
      ),
    }),
  ),
});

interface Case {
  readonly file: string;
  readonly title: string;
  readonly isGreen: boolean;
  /** The first lines of why it failed. */
  readonly why: string;
}

/** What Jest says of each test that ran. @throws Error when it said nothing within the time */
async function jest(
  name: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  ms: number,
): Promise<readonly Case[]> {
  const output = path.join(folder, `${name}.json`);
  const file = path.join('node_modules', 'jest', 'bin', 'jest.js');
  const command = [file, ...args, '--selectProjects', 'security', '--json', `--outputFile=${output}`];
  await run(command, { BRIDGE_PREPARED: '1', ...environment }, ms);
  const text = await readFile(output, 'utf8').catch(() => '');
  if (text === '') throw new Error(`${name}: no report within ${ms / 1000} s`);
  return report.parse(JSON.parse(text)).testResults.flatMap((suite) => {
    const file = path.relative(process.cwd(), suite.name);
    if (suite.assertionResults.length === 0) {
      return [{ file, title: 'the file itself', isGreen: false, why: suite.message }];
    }
    return suite.assertionResults
      .filter(({ status }) => status === 'passed' || status === 'failed')
      .map(({ title, status, failureMessages }) => ({
        file,
        title,
        isGreen: status === 'passed',
        why: failureMessages.join('\n').split('\n').slice(0, 12).join('\n'),
      }));
  });
}

const isOf = (name: string, { title }: Case): boolean => title.endsWith(`[${name}]`);

/** Bundles with the check taken out: those that hold an edited file are built, the others are as they are. */
async function buildWithout(name: string, { edits }: AttackCheck, whole: readonly Bundle[]): Promise<string> {
  const own = path.join(folder, name);
  const isEdited = ({ metafile }: Bundle): boolean =>
    edits.some(({ file }) => Object.hasOwn(metafile.inputs, file));
  const names = whole.filter(isEdited).map((bundle) => bundle.name);
  await build({ into: own, names, edits });
  for (const bundle of whole.filter((one) => !isEdited(one))) {
    await cp(bundle.folder, path.join(own, 'functions', bundle.name), { recursive: true });
  }
  return path.join(own, 'functions');
}

interface Outcome {
  readonly name: string;
  readonly cases: number;
  readonly red: number;
  readonly faults: readonly string[];
}

interface Untouched {
  readonly whole: readonly Bundle[];
  readonly suite: readonly Case[];
}

/** One check taken out. */
async function attackWithout(
  name: string,
  check: AttackCheck,
  { whole, suite }: Untouched,
): Promise<Outcome> {
  const cases = suite.filter((one) => isOf(name, one));
  if (cases.length === 0) return { name, cases: 0, red: 0, faults: ['no attack names it'] };
  const files = [...new Set([controls, ...cases.map(({ file }) => file)])];
  const environment = { ATTACKED_BUNDLES: await buildWithout(name, check, whole) };
  const pattern = `\\[${name}\\]|\\[control\\]`;
  const args = ['--runTestsByPath', ...files, '--maxWorkers=1', '-t', pattern];
  const seen = await jest(name, args, environment, LONGEST_CHECK_MS);
  await rm(path.join(folder, name), { recursive: true, force: true });
  const own = seen.filter((one) => isOf(name, one));
  const still = own.filter(({ isGreen }) => isGreen).map(({ title }) => `still green: ${title}`);
  const broken = seen
    .filter((one) => !isOf(name, one) && !one.isGreen)
    .map(({ title }) => `broken besides: ${title}`);
  const missing = own.length === cases.length ? [] : [`${cases.length - own.length} did not run`];
  return {
    name,
    cases: cases.length,
    red: own.length - still.length,
    faults: [...still, ...broken, ...missing],
  };
}

const print = (line: string): boolean => process.stdout.write(`${line}\n`);
const seconds = (since: number): number => Math.round((Date.now() - since) / 1000);

async function main(wanted: readonly string[]): Promise<boolean> {
  const startedAt = Date.now();
  const unknown = wanted.filter((name) => !Object.hasOwn(checks, name));
  if (unknown.length > 0) throw new Error(`no such check: ${unknown.join(', ')}`);
  const all: readonly (readonly [string, AttackCheck])[] = Object.entries(checks);
  const chosen = all.filter(([name]) => wanted.length === 0 || wanted.includes(name));

  if (process.env['BRIDGE_PREPARED'] !== '1') {
    await run(['--import', 'tsx', 'test/support/prepare.ts'], {}, LONGEST_CHECK_MS);
  }
  // Of its own, since a build beside it would change what runs.
  const whole = await build({ into: path.join(folder, 'whole') });
  const environment = { ATTACKED_BUNDLES: path.join(folder, 'whole', 'functions') };
  const only = wanted.length === 0 ? [] : ['-t', `\\[(${wanted.join('|')}|control)\\]`];
  const suite = await jest('suite', only, environment, LONGEST_SUITE_MS);
  const alreadyRed = suite.filter(({ isGreen }) => !isGreen);
  print(
    `With every check in place: ${suite.length} tests, ${alreadyRed.length} red, ${seconds(startedAt)} s.`,
  );
  for (const { file, title, why } of alreadyRed) print(`  ${file}: ${title}\n${why}`);
  if (alreadyRed.length > 0) return false;

  print('\n| Check | What it does | File | Cases | Red without it |\n|---|---|---|---:|---:|');
  const queue = [...chosen];
  const outcomes: Outcome[] = [];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [name, check] = next;
      const outcome = await attackWithout(name, check, { whole, suite }).catch((error: unknown) => ({
        name,
        cases: 0,
        red: 0,
        faults: [error instanceof Error ? error.message : String(error)],
      }));
      outcomes.push(outcome);
      const files = [...new Set(check.edits.map(({ file }) => file))].join(', ');
      print(`| ${name} | ${check.what} | ${files} | ${outcome.cases} | ${outcome.red} |`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const faults = outcomes.flatMap(({ name, faults }) => faults.map((fault) => `${name}: ${fault}`));
  print(
    `\n${outcomes.length} checks in ${seconds(startedAt)} s. ${faults.length === 0 ? 'Each is needed.' : ''}`,
  );
  for (const fault of faults) print(`  ${fault}`);
  return faults.length === 0;
}

process.exitCode = (await main(process.argv.slice(2))) ? 0 : 1;
