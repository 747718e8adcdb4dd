// `npm run test:fuzz`: Schemathesis makes requests from openapi.yaml, and holds every answer of the running system to it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startWorld } from '../local/world.ts';
import { apply, individual, signedInUser, wideMaxima, withLimits } from '../test/support/world.ts';
import { type RunOptions, run } from './deploy/run.ts';
import { runNode } from './jest-run.ts';
import { readOptions, wholeNumber } from './options.ts';
import { installPython, ProgramMissing } from './python.ts';

const LONGEST_RUN_SECONDS = 240;
const LONGEST_BUILD_MS = 180_000;

/** What it would be wrong to ask: a JWT that the run itself revokes proves nothing for the routes after it. */
const ending = ['--exclude-operation-id', 'revoke', '--exclude-operation-id', 'cancelApplication'];

const checks = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'ignored_auth',
];

const say = (line: string): void => void process.stdout.write(`${line}\n`);

interface Wanted {
  readonly examples: string;
  readonly seed: string;
}

/** Whether each of the runs found nothing. */
async function fuzz(folder: string, { examples, seed }: Wanted, stop: AbortSignal): Promise<boolean> {
  const options: Omit<RunOptions, 'seconds'> = {
    env: { ...process.env, COLUMNS: '120' },
    signal: stop,
    cwd: folder,
  };
  const venv = await installPython(folder, 'scripts/fuzz-requirements.txt', options);
  await runNode(['--import', 'tsx', 'test/support/prepare.ts'], {}, LONGEST_BUILD_MS);
  const world = await startWorld({ template: withLimits(wideMaxima) });
  try {
    const common = ['run', path.resolve('openapi.yaml'), '--url', world.apiUrl, '--checks', checks.join(',')];
    const bounds = ['--max-examples', examples, '--seed', seed, '--phases', 'examples,coverage,fuzzing'];
    const report = ['--no-color', '--warnings', 'off'];
    let isGood = true;
    for (const [title, more] of [
      ['signed in, with both factors and a customer', [...(await authorization()), ...ending]],
      ['signed in, what ends sessions and applications', [...(await authorization()), ...only(ending)]],
      ['not signed in', []],
    ] as const) {
      const { isGood: isClean, output } = await run(
        path.join(venv, 'bin/st'),
        [...common, ...bounds, ...report, '--continue-on-failure', ...more],
        { ...options, seconds: LONGEST_RUN_SECONDS },
      );
      const count = /\d+ generated.*/.exec(output)?.[0];
      say(isClean && count !== undefined ? `${title}: ${count}` : `${title}\n${output}`);
      isGood &&= isClean && count !== undefined;
    }
    return isGood;
  } finally {
    await world.close();
  }

  async function authorization(): Promise<readonly string[]> {
    const user = await signedInUser(world);
    await apply(world, user, individual(user.email));
    return ['--header', `Authorization:Bearer ${user.sessionJwt}`];
  }
}

const only = (excluding: readonly string[]): readonly string[] =>
  excluding.map((word) => word.replace('--exclude', '--include'));

const usage = `Usage: npm run test:fuzz -- [options]

Makes requests from openapi.yaml and holds every answer of the running system to it. Needs Python; installs Schemathesis
into a folder that goes afterwards.

  --examples <n>  requests of each kind for each operation, at most (default 20)
  --seed <n>      the same one makes the same requests (default 1)
  --help          this`;

async function main(): Promise<number> {
  const { values } = readOptions(usage, {
    options: { examples: { type: 'string', default: '20' }, seed: { type: 'string', default: '1' } },
  });
  wholeNumber('--examples', values.examples, 1);
  wholeNumber('--seed', values.seed, 0);
  const startedAt = Date.now();
  const folder = await mkdtemp(path.join(tmpdir(), 'bridge-fuzz-'));
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  try {
    const isGood = await fuzz(folder, values, stop.signal);
    const seconds = Math.round((Date.now() - startedAt) / 1000);
    say(
      `test:fuzz: ${isGood ? 'every answer is as documented' : 'FAILED'}, ${seconds} s, seed ${values.seed}`,
    );
    return isGood ? 0 : 1;
  } catch (error) {
    if (!(error instanceof ProgramMissing)) throw error;
    say(`skipped: test:fuzz (${error.message})`);
    return 0;
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

process.exit(await main());
