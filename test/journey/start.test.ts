// `npm start` as a newcomer meets it: it comes up, says what it cannot do, and leaves nothing running.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as z from 'zod/mini';
import { operatorFile } from '../../local/operator-environment.ts';
import { portNames } from '../../local/ports.ts';

const running: ChildProcess[] = [];

/** Starts the command and collects what it prints. */
function start(...args: string[]): { child: ChildProcess; output: () => string } {
  return startIn(process.cwd(), tmpdir(), args);
}

function startIn(
  folder: string,
  temporary: string,
  args: readonly string[],
): { child: ChildProcess; output: () => string } {
  const file = path.resolve('local/start.ts');
  const child = spawn(
    process.execPath,
    [
      '--import',
      pathToFileURL(createRequire(path.resolve('package.json')).resolve('tsx')).href,
      file,
      '--no-build',
      ...args,
    ],
    {
      cwd: folder,
      env: {
        PATH: process.env['PATH'] ?? '',
        TMPDIR: temporary,
        AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      },
    },
  );
  running.push(child);
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return { child, output: () => output };
}

async function until(isThere: () => boolean, seconds: number): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!isThere()) {
    if (Date.now() > end) throw new Error('it did not happen in time');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** An operator's command in a shell that has read the file which `npm start` writes. */
async function operate(name: string, ...args: readonly string[]): Promise<unknown> {
  const command = `. ${operatorFile} && exec "$0" --import tsx ops/${name}.ts "$@" --json`;
  const child = spawn('sh', ['-c', command, process.execPath, ...args], {
    env: { PATH: process.env['PATH'] ?? '' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let stdout = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  await once(child, 'close');
  return JSON.parse(stdout);
}

/** A child that is still ending would hold the ports of the next. */
afterEach(async () => {
  await Promise.all(
    running.splice(0).map(async (child) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }),
  );
});

/** `npm start` takes so many ports in a row. */
const PORTS = portNames.length;
/** Below those that a system gives to whoever asks for any (32768 to 60999 on Linux). */
const [FIRST, PAST] = [20_000, 32_768];

async function isFree(port: number): Promise<boolean> {
  const holder = createServer();
  const [bound] = await Promise.allSettled([
    new Promise<void>((resolve, reject) => {
      holder.on('error', reject);
      holder.listen(port, '127.0.0.1', resolve);
    }),
  ]);
  if (bound.status === 'rejected') return false;
  holder.close();
  await once(holder, 'close');
  return true;
}

/** The first of as many ports in a row, each of which could be had just now. */
async function freePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries += 1) {
    const first = randomInt(FIRST, PAST - PORTS);
    const row = Array.from({ length: PORTS }, (_, i) => isFree(first + i));
    if ((await Promise.all(row)).every(Boolean)) return first;
  }
  throw new Error('no free ports in a row');
}

let port = 0;
beforeEach(async () => {
  port = await freePort();
});

describe('npm start', () => {
  it('comes up on the port it is given, and Ctrl-C leaves nothing running', async () => {
    const { child, output } = start('--port', String(port), '--fault', 'unit=503:3');
    await until(() => output().includes(`:${port}`), 30);
    const answer = await fetch(`http://127.0.0.1:${port}/v1/token`, { method: 'POST' });
    expect(answer.status).toBe(401);
    const { type } = z.object({ type: z.string() }).parse(await answer.json());
    expect(type).toBe(`http://localhost:${port}/docs/problems/invalid-token`);
    expect((await fetch(type)).status).toBe(200);
    await until(() => output().includes('Up in'), 30);
    const [first = ''] = output().trimStart().split('\n');
    expect(first).toMatch(new RegExp(`^Demo page +http://localhost:${port}$`));
    const state: unknown = await (await fetch(`http://localhost:${port}/demo/state`)).json();
    expect(state).toMatchObject({ armed: [{ vendor: 'unit', kind: '503', times: 3 }] });
    expect(output()).toContain('unit=503');
    // Mended, or the commands would meet it.
    const page = `http://localhost:${port}`;
    const mended = await fetch(`${page}/demo/faults`, { method: 'DELETE', headers: { origin: page } });
    expect(mended.ok).toBe(true);
    expect(await operate('doctor', '--stage', 'dev')).toMatchObject({ outcome: 'done', errors: 0 });
    expect(await operate('secrets', '--stage', 'dev', '--check')).toMatchObject({ outcome: 'done' });
    // On a port of its own it is not to the letter the stage of this checkout.
    const at = ['--api-url', `http://127.0.0.1:${port}`, '--origin', page];
    expect(await operate('smoke', ...at)).toMatchObject({ outcome: 'done' });
    child.kill('SIGINT');
    await once(child, 'exit');
    for (let i = 0; i < PORTS; i += 1) {
      await expect(fetch(`http://127.0.0.1:${port + i}/`)).rejects.toThrow('fetch failed');
    }
  }, 60_000);

  it.each([
    ['the API’s', 0],
    ['the last one, when all else runs', 7],
  ])(
    'says plainly that %s port is in use and how to take another, and leaves nothing',
    async (_, nth) => {
      const taken = port + nth;
      const holder = createServer();
      holder.listen(taken, '127.0.0.1');
      await once(holder, 'listening');
      const temporary = await mkdtemp(path.join(tmpdir(), 'start-'));
      const { child, output } = startIn(process.cwd(), temporary, ['--port', String(port)]);
      const [code] = await once(child, 'exit');
      holder.close();
      const left = await readdir(temporary);
      await rm(temporary, { recursive: true, force: true });
      expect(code).toBe(1);
      expect(output()).toContain(`Port ${taken} `);
      expect(output()).toContain('--port');
      expect(output()).not.toMatch(/\n\s+at /);
      expect(left.filter((name) => name.startsWith('bridge-functions'))).toEqual([]);
    },
    60_000,
  );

  it('says that there are no bundles where it must not build any', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'start-'));
    const { child, output } = startIn(folder, folder, []);
    const [code] = await once(child, 'exit');
    await rm(folder, { recursive: true, force: true });
    expect(code).toBe(1);
    expect(output()).toContain('There are no bundles in dist/functions.');
    expect(output()).not.toMatch(/\n\s+at /);
  }, 60_000);

  it('refuses a fault that does not exist, and lists those that do', async () => {
    const { child, output } = start('--fault', 'unit=explode');
    const [code] = await once(child, 'exit');
    expect(code).toBe(2);
    expect(output()).toContain('--fault unit=explode is no fault');
    expect(output()).toContain('stytch, stytch-jwks, unit, dynamodb, secrets');
    expect(output()).toContain('timeout, slow, refused, reset');
    expect(output()).not.toMatch(/\n\s+at /);
  }, 30_000);

  it('refuses an option that it does not know, and says where its options stand', async () => {
    const { child, output } = start('--frobnicate');
    const [code] = await once(child, 'exit');
    expect(code).toBe(2);
    expect(output()).toContain("Unknown option '--frobnicate'. --help");
    expect(output()).not.toMatch(/\n\s+at /);
  }, 30_000);
});
