// Every check, in the order in which a fault is cheapest to find: what `npm test` runs, CI runs, and people run.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as z from 'zod/mini';
import { readOptions } from './options.ts';

interface Check {
  readonly name: string;
  readonly command: readonly string[];
}

const bin = (name: string): string => path.join('node_modules', '.bin', name);

const checks: readonly Check[] = [
  { name: 'format', command: [bin('biome'), 'check', '--error-on-warnings'] },
  { name: 'types', command: [bin('tsc')] },
  { name: 'types of the page', command: [bin('tsc'), '-p', 'local/demo/page'] },
  { name: 'lint', command: [bin('oxlint'), '--type-aware', '--deny-warnings'] },
  { name: 'lock file', command: [process.execPath, '--import', 'tsx', 'scripts/check-lock.ts'] },
  { name: 'API document', command: [bin('redocly'), 'lint', 'openapi.yaml'] },
  { name: 'synth', command: [bin('cdk'), 'synth', '--quiet'] },
];

const beforeTests: Check = {
  name: 'build for the tests',
  command: [process.execPath, '--import', 'tsx', 'test/support/prepare.ts'],
};

/** What the tests have left behind proves this one. */
const checksAfterTests: readonly Check[] = [
  {
    name: 'least privilege',
    command: [process.execPath, '--import', 'tsx', 'scripts/check-privileges.ts'],
  },
];

const counts = z.object({ numPassedTests: z.int(), numFailedTests: z.int(), numFailedTestSuites: z.int() });

const environment = {
  ...process.env,
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  // A check asks nobody on the network.
  REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true',
  REDOCLY_TELEMETRY: 'off',
  // `build for the tests` has been by, for all runs of Jest.
  BRIDGE_PREPARED: '1',
};

/** Runs one command; true when it succeeded. `say` gets what it prints, which is shown as it comes without one. */
function run([file = '', ...args]: readonly string[], say?: (text: string) => void): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(file, args, { stdio: say ? 'pipe' : 'inherit', env: environment });
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => say?.(String(chunk)));
    child.on('close', (code) => resolve(code === 0));
    child.on('error', () => resolve(false));
  });
}

interface TestCounts {
  readonly passed: number;
  readonly failed: number;
}

/**
 * Rules and adapters with coverage; the rest run in processes of their own, where coverage would only cost time. The last
 * waits more than it works, for deadlines and for floors of time, and so has a worker more than the smallest machine has cores.
 */
const testRuns = [
  ['--selectProjects', 'core', 'contract', 'http', 'adapters', '--coverage'],
  ['--selectProjects', 'lib', 'scripts', 'local', 'simulators', 'browser', 'client', 'contract-http'],
  ['--selectProjects', 'journey', 'ops', 'security', 'faults', '--maxWorkers', '3'],
] as const;

/** One run of Jest; a suite that could not even start is one failure. */
async function runTests(args: readonly string[]): Promise<TestCounts> {
  const folder = await mkdtemp(path.join(tmpdir(), 'bridge-check-'));
  const report = path.join(folder, 'jest.json');
  try {
    const isGreen = await run([bin('jest'), ...args, '--json', `--outputFile=${report}`]);
    const { numPassedTests, numFailedTests, numFailedTestSuites } = counts.parse(
      JSON.parse(await readFile(report, 'utf8')),
    );
    const failed = numFailedTests > 0 ? numFailedTests : numFailedTestSuites;
    // Coverage below its threshold fails the run without failing a test.
    return { passed: numPassedTests, failed: failed === 0 && !isGreen ? 1 : failed };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

readOptions(
  `Usage: npm test

Runs every check: format, types, lint, lock file, API document, synthesis, all tests with their coverage, privileges.

  --help  this

Ends with status 1 when one fails.`,
  {},
);

const startedAt = Date.now();
let passed = 0;
const failures: string[] = [];

/** Two at a time, as many as the smallest machine has cores; each tells all of its own when it is over. */
async function runChecks(some: readonly Check[]): Promise<void> {
  const queue = some.values();
  const worker = async (): Promise<void> => {
    for (const { name, command } of queue) {
      let said = '';
      const isGood = await run(command, (text) => (said += text));
      process.stdout.write(`\n== ${name}\n${said}`);
      if (isGood) passed += 1;
      else failures.push(name);
    }
  };
  await Promise.all([worker(), worker()]);
}

await runChecks(checks);
await runChecks([beforeTests]);
const tests = { passed: 0, failed: 0 };
for (const args of testRuns) {
  process.stdout.write('\n== tests\n');
  const { passed: good, failed: bad } = await runTests(args);
  tests.passed += good;
  tests.failed += bad;
}
await runChecks(checksAfterTests);
if (tests.failed > 0) failures.push(`${tests.failed} tests`);

process.stdout.write(`\nIn ${Math.round((Date.now() - startedAt) / 1000)} s. `);
process.stdout.write(failures.length === 0 ? 'All is well.\n' : `Failed: ${failures.join(', ')}.\n`);
const failed = tests.failed + failures.filter((name) => !name.endsWith(' tests')).length;
process.stdout.write(`${passed + tests.passed} passed, ${failed} failed\n`);
process.exitCode = failures.length === 0 ? 0 : 1;
