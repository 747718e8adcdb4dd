import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { bareEnvironment, bundleOf, type HostUnderTest, hostOf, isRunning } from './fixtures.ts';

let running: HostUnderTest[] = [];

function start(source: string, options: Parameters<typeof hostOf>[1] = {}): HostUnderTest {
  const started = hostOf(source, options);
  running.push(started);
  return started;
}

afterEach(async () => {
  await Promise.all(running.map((it) => it.end()));
  running = [];
});

const payloadOf = async ({ host }: HostUnderTest, event: unknown = {}): Promise<unknown> => {
  const outcome = await host.invoke(event);
  return outcome.kind === 'ok' ? JSON.parse(outcome.payload) : outcome;
};

describe('a function in its own process', () => {
  it('gets the event and answers with JSON', async () => {
    const it = start('export const handler = async (event) => ({ statusCode: 200, body: event.name });');
    expect(await payloadOf(it, { name: 'Ada' })).toEqual({ statusCode: 200, body: 'Ada' });
  });

  it('gets a context that counts down to the timeout of the template', async () => {
    const it = start(
      `export const handler = async (_event, context) => ({
        left: context.getRemainingTimeInMillis(), id: context.awsRequestId, name: context.functionName,
        memory: context.memoryLimitInMB, arn: context.invokedFunctionArn });`,
      { timeoutSeconds: 3, environment: { AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512' } },
    );
    expect(await payloadOf(it)).toEqual({
      left: expect.any(Number),
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: 'sample',
      memory: '512',
      arn: 'arn:aws:lambda:us-east-1:000000000000:function:sample',
    });
    const { left } = Object(await payloadOf(it));
    expect(left).toBeGreaterThan(2_000);
    expect(left).toBeLessThanOrEqual(3_000);
  });

  it('INV8 sees its own environment and nothing of the parent', async () => {
    process.env['LEAKED_FROM_PARENT'] = 'yes';
    const it = start('export const handler = async () => process.env;', { environment: { STAGE: 'dev' } });
    expect(await payloadOf(it)).toEqual({ ...bareEnvironment, STAGE: 'dev' });
    delete process.env['LEAKED_FROM_PARENT'];
  });

  it('keeps its memory from call to call, one call at a time', async () => {
    const it = start(
      `let calls = 0, now = 0, most = 0;
      export const handler = async () => {
        calls += 1; now += 1; most = Math.max(most, now);
        await new Promise((resolve) => setTimeout(resolve, 20));
        now -= 1;
        return { calls, most };
      };`,
      { concurrency: 1 },
    );
    const answers = await Promise.all([1, 2, 3].map(() => payloadOf(it)));
    expect(answers).toEqual([1, 2, 3].map((calls) => ({ calls, most: 1 })));
  });

  it.each([
    [true, 'stand still between calls where they are frozen'],
    [false, 'go on between calls where they are not'],
  ])('frozen %j: its timers %s', async (isFrozenWhenIdle) => {
    const it = start(
      `let ticks = 0;
      setInterval(() => (ticks += 1), 20);
      export const handler = async () => ticks;`,
      { concurrency: 1, isFrozenWhenIdle },
    );
    const askedAt = performance.now();
    const before = Number(await payloadOf(it));
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const ticks = Number(await payloadOf(it)) - before;
    const most = (performance.now() - askedAt) / 20 + 2;
    expect(ticks).toBeGreaterThanOrEqual(isFrozenWhenIdle ? 0 : 20);
    expect(ticks).toBeLessThanOrEqual(isFrozenWhenIdle ? 5 : most);
    await it.host.restart();
    expect(await payloadOf(it)).toBeLessThan(10);
  });

  it('runs calls that come at once side by side, each in a container of its own, up to the limit', async () => {
    const it = start(
      `export const handler = async () => {
        await new Promise((resolve) => setTimeout(resolve, 300));
        return process.pid;
      };`,
      { concurrency: 2 },
    );
    const pids = await Promise.all([1, 2, 3, 4].map(() => payloadOf(it)));
    expect(new Set(pids).size).toBe(2);
    expect(it.host.pids.length).toBe(2);
  });

  it('has every printed line when the answer arrives', async () => {
    const it = start(
      `export const handler = async () => {
        for (let i = 0; i < 500; i += 1) { console.log('out ' + i); console.error('err ' + i); }
        process.stdout.write('no newline');
      };`,
    );
    expect(await payloadOf(it)).toBeNull();
    expect(it.lines.length).toBe(1001);
    expect(it.lines).toContain('no newline');
    expect(it.lines).toContain('err 499');
  });

  it('turns a thrown error into a function error, logged with its type, message and stack', async () => {
    const it = start("export const handler = async () => { throw new RangeError('too far'); };");
    expect(await payloadOf(it)).toEqual({
      kind: 'error',
      errorType: 'RangeError',
      errorMessage: 'too far',
    });
    expect(it.lines.join('\n')).toContain('"errorType":"RangeError"');
  });

  it.each([
    [
      'that takes a callback',
      'export const handler = (event, context, callback) => callback(null, {});',
      'Runtime.CallbackHandlerDeprecated',
    ],
    ['that is missing', 'export const other = 1;', 'Runtime.HandlerNotFound'],
    ['whose bundle throws while it loads', "throw new TypeError('no');", 'TypeError'],
    ['whose bundle ends the process', 'process.exit(3);', 'Runtime.ExitError'],
    ['that returns what JSON cannot hold', 'export const handler = async () => 1n;', 'TypeError'],
  ])('answers with an error for a handler %s', async (_title, source, errorType) => {
    const it = start(source);
    expect(await payloadOf(it)).toMatchObject({ kind: 'error', errorType });
  });

  it('is killed at the timeout of the template, and starts anew for the next call', async () => {
    const it = start('export const handler = async (event) => { while (event.spin); return process.pid; };', {
      timeoutSeconds: 0.5,
    });
    const first = await payloadOf(it);
    const outcome = await it.host.invoke({ spin: true });
    expect(outcome).toMatchObject({ kind: 'error', errorType: 'Sandbox.Timedout' });
    expect(it.lines.at(-1)).toMatch(/Task timed out after 0\.50 seconds$/);
    const second = await payloadOf(it);
    expect(second).not.toBe(first);
    expect(isRunning(Number(first))).toBe(false);
  });

  it('answers a crash in the middle of a call with an error, and starts anew for the next call', async () => {
    const it = start(
      'export const handler = async (event) => { if (event.crash) process.exit(7); return process.pid; };',
    );
    const first = await payloadOf(it);
    expect(await payloadOf(it, { crash: true })).toEqual({
      kind: 'error',
      errorType: 'Runtime.ExitError',
      errorMessage: "the function's process ended with status 7",
    });
    expect(await payloadOf(it)).not.toBe(first);
  });

  it('can be killed in the middle of a call, as by an outage', async () => {
    const it = start('export const handler = () => new Promise(() => setInterval(() => {}, 1000));');
    const call = payloadOf(it);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await it.host.kill();
    expect(await call).toMatchObject({ errorType: 'Runtime.ExitError' });
  });

  it('forgets its memory on restart', async () => {
    const it = start('let calls = 0; export const handler = async () => (calls += 1);');
    await payloadOf(it);
    expect(await payloadOf(it)).toBe(2);
    await it.host.restart();
    expect(await payloadOf(it)).toBe(1);
  });

  it('leaves no process behind when closed, calls under way included', async () => {
    const it = start('export const handler = () => new Promise(() => setInterval(() => {}, 1000));');
    const call = payloadOf(it);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const pids = it.host.pids;
    expect(pids.length).toBe(1);
    await it.host.close();
    expect(pids.map(isRunning)).toEqual([false]);
    expect(await call).toMatchObject({ kind: 'error' });
    expect(await payloadOf(it)).toMatchObject({ errorType: 'ServiceException' });
  });

  it('ends by itself when its parent is killed', async () => {
    const bundle = bundleOf('setInterval(() => {}, 1000); export const handler = async () => 1;');
    const script = `
      import { fork } from 'node:child_process';
      const child = fork(${JSON.stringify(path.resolve('simulators/aws/function-process.mjs'))},
        [${JSON.stringify(path.join(bundle.folder, 'index.mjs'))}, 'handler'], { execArgv: [] });
      child.on('message', () => console.log(child.pid));`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script]);
    const [chunk] = await once(parent.stdout, 'data');
    const pid = Number(String(chunk));
    expect(isRunning(pid)).toBe(true);
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    for (let tries = 0; tries < 100 && isRunning(pid); tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(isRunning(pid)).toBe(false);
    bundle.remove();
  });
});
