// Developers' commands read their options alike: --help says what there is, and what is not there starts nothing.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it, jest } from '@jest/globals';

jest.setTimeout(60_000);

interface Ran {
  readonly code: number | string | null;
  readonly stdout: string;
  readonly stderr: string;
}

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
// The operators' commands have a frame of their own: test/ops/help.test.ts.
const commands = Object.entries(scripts).flatMap(([name, command]) => {
  const [, file] = /^node --import tsx (\S+)$/.exec(command) ?? [];
  return file === undefined || file.startsWith('ops/') ? [] : [[name, file] as const];
});

/** What begins its work instead is ended. */
const run = (file: string, ...args: readonly string[]): Promise<Ran> =>
  new Promise((resolve) => {
    const options = { timeout: 30_000, killSignal: 'SIGTERM' } as const;
    execFile(process.execPath, ['--import', 'tsx', file, ...args], options, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : (error.code ?? null), stdout, stderr }),
    );
  });

describe.each(commands)('npm run %s', (_, file) => {
  it('says by --help what it does and which options it has, and does nothing', async () => {
    const { code, stdout, stderr } = await run(file, '--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Usage: npm [\s\S]* --help +this/);
  });

  it('refuses an option that it has not, in one line and with exit code 2', async () => {
    const { code, stdout, stderr } = await run(file, '--no-such-option');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^Unknown option '--no-such-option'[^\n]*--help[^\n]*\n$/);
  });
});

it.each([
  ['test/faults/model/main.ts', ['--runs', 'many'], '--runs takes a whole number'],
  ['test/faults/model/main.ts', ['--runs'], "Option '--runs <value>' argument missing"],
  ['scripts/seeded-faults.ts', ['--only', 'no such fault'], 'no such fault'],
  ['scripts/disable-checks.ts', ['no-such-check'], 'no-such-check'],
  ['scripts/disable-checks.ts', ['--some', '0'], '--some takes a whole number'],
  ['local/docs/write.ts', ['--stage', 'dev'], '--out is missing'],
  ['local/journey.ts', ['dev'], "Unexpected argument 'dev'"],
  ['local/start.ts', ['--port', '70000'], '--port'],
])('%s refuses what it cannot mean before it begins: %j', async (file, args, words) => {
  const { code, stdout, stderr } = await run(file, ...args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(words);
  expect(stderr.trimEnd()).not.toContain('\n');
});

it('finds the commands that package.json has', () => {
  expect(commands.map(([name]) => name)).toEqual(
    expect.arrayContaining([
      'start',
      'journey',
      'bench',
      'budgets',
      'model',
      'soak',
      'attack-checks',
      'check',
    ]),
  );
});
