// Takes the gate's checks out one at a time and expects every attack that names the check to succeed: a test that cannot
// fail proves nothing. `npm run attack-checks`, with the names of some checks behind it, or `-- --some 16 --from 7`: so many
// of them, beginning with the seventh and going round.
import { rmSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { AttackCheck } from '../test/support/attack-check.ts';
import { checks } from '../test/support/attack-checks.ts';
import { type Bundle, build } from './build.ts';
import { type Case, runJest, runNode, stopAll } from './jest-run.ts';
import { misused, readOptions, wholeNumber } from './options.ts';

/** More would only wait for each other, on a machine with two cores. */
const AT_ONCE = 2;
const LONGEST_CHECK_MS = 180_000;
const LONGEST_SUITE_MS = 900_000;
/** What must go on working with a check taken out: a build that is merely broken proves nothing. */
const controls = 'test/security/good-token.test.ts';

const folder = await mkdtemp(path.join(tmpdir(), 'bridge-attacks-'));
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));
process.once('exit', () => {
  stopAll();
  rmSync(folder, { recursive: true, force: true });
});

const isOf = (name: string, { title }: Case): boolean => title.endsWith(`[${name}]`);

/** The attacks on these bundles. */
const attack = (name: string, bundles: string, args: readonly string[], ms: number) =>
  runJest({
    args: [...args, '--selectProjects', 'security', `--cacheDirectory=${path.join(folder, 'cache')}`],
    // Its worlds' folders too are gone with ours, however a run ends.
    environment: { ATTACKED_BUNDLES: bundles, BRIDGE_PREPARED: '1', TMPDIR: folder },
    ms,
    output: path.join(folder, `${name}.json`),
  });

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

interface Untouched {
  readonly whole: readonly Bundle[];
  readonly suite: readonly Case[];
}

interface Outcome {
  readonly cases: number;
  readonly red: number;
  readonly faults: readonly string[];
}

/** One check taken out. */
async function attackWithout(name: string, check: AttackCheck, untouched: Untouched): Promise<Outcome> {
  const cases = untouched.suite.filter((one) => isOf(name, one));
  if (cases.length === 0) return { cases: 0, red: 0, faults: ['no attack names it'] };
  const files = [...new Set([controls, ...cases.map(({ file }) => file)])];
  const args = ['--runTestsByPath', ...files, '--maxWorkers=1', '-t', `\\[(${name}|control)\\]`];
  const bundles = await buildWithout(name, check, untouched.whole);
  const seen = await attack(name, bundles, args, LONGEST_CHECK_MS);
  await rm(path.join(folder, name), { recursive: true, force: true });
  const own = seen.filter((one) => isOf(name, one));
  const red = own.filter(({ isGreen }) => !isGreen).length;
  const faults = seen.flatMap((one) => {
    if (isOf(name, one)) return one.isGreen ? [`green without it: ${one.title}`] : [];
    return one.isGreen ? [] : [`broken besides: ${one.title}\n${one.why}`];
  });
  const missing = cases.length - own.length;
  return { cases: cases.length, red, faults: missing === 0 ? faults : [...faults, `${missing} did not run`] };
}

const print = (line: string): boolean => process.stdout.write(`${line}\n`);
const secondsSince = (time: number): number => Math.round((Date.now() - time) / 1000);

/** The attacks with every check in place. @throws Error when one of them succeeds */
async function attackUntouched(names: readonly string[]): Promise<Untouched> {
  const startedAt = Date.now();
  if (process.env['BRIDGE_PREPARED'] !== '1') {
    await runNode(['--import', 'tsx', 'test/support/prepare.ts'], {}, LONGEST_CHECK_MS);
  }
  // Of its own, since a build beside it would change what runs.
  const whole = await build({ into: path.join(folder, 'whole') });
  const only = names.length === 0 ? [] : ['-t', `\\[(${names.join('|')}|control)\\]`];
  const suite = await attack('suite', path.join(folder, 'whole', 'functions'), only, LONGEST_SUITE_MS);
  const red = suite.filter(({ isGreen }) => !isGreen);
  print(`With every check in place: ${suite.length} tests, ${red.length} red, ${secondsSince(startedAt)} s.`);
  for (const { file, title, why } of red) print(`${file}: ${title}\n${why}`);
  if (red.length > 0) throw new Error('there is no point in going on');
  return { whole, suite };
}

const all: readonly (readonly [string, AttackCheck])[] = Object.entries(checks);

const usage = `Usage: npm run attack-checks -- [options] [names of checks]

Takes the gate's checks out one at a time, all of them or those that are named, and sees the attacks on each succeed.

  --some <n>  so many of them, going round
  --from <n>  the first of these, counted from 0 (default 0)
  --help      this

The names are those of test/support/attack-checks.ts. Ends with status 1 when an attack fails without its check.`;

/** The names that the command line asks for; none are all of them. */
function readNames(): readonly string[] {
  const { values, positionals } = readOptions(usage, {
    allowPositionals: true,
    options: { some: { type: 'string' }, from: { type: 'string', default: '0' } },
  });
  const unknown = positionals.filter((name) => !Object.hasOwn(checks, name));
  if (unknown.length > 0) misused(`no such check: ${unknown.join(', ')}`);
  if (values.some === undefined) return positionals;
  const some = wholeNumber('--some', values.some, 1);
  const start = wholeNumber('--from', values.from, 0) % all.length;
  return [...all.slice(start), ...all.slice(0, start)].slice(0, some).map(([name]) => name);
}

async function main(names: readonly string[]): Promise<boolean> {
  const startedAt = Date.now();
  const untouched = await attackUntouched(names);

  print('\n| Check | What it does | File | Cases | Red without it |\n|---|---|---|---:|---:|');
  const queue = all.filter(([name]) => names.length === 0 || names.includes(name));
  const count = queue.length;
  const faults: string[] = [];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [name, check] = next;
      const outcome = await attackWithout(name, check, untouched).catch((error: unknown) => ({
        cases: 0,
        red: 0,
        faults: [String(error)],
      }));
      faults.push(...outcome.faults.map((fault) => `${name}: ${fault}`));
      const files = [...new Set(check.edits.map(({ file }) => file))].join(', ');
      print(`| ${name} | ${check.what} | ${files} | ${outcome.cases} | ${outcome.red} |`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  print(`\n${count} checks taken out, one at a time, in ${secondsSince(startedAt)} s.`);
  print(faults.length === 0 ? 'Every attack succeeds without its check.' : faults.join('\n'));
  return faults.length === 0;
}

process.exitCode = await Promise.resolve()
  .then(() => main(readNames()))
  .then(
    (isGood) => (isGood ? 0 : 1),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      return 1;
    },
  );
