import { describe, expect, it, jest } from '@jest/globals';
import { log, nameCaller, traceOf, withRequestId } from '../../functions/http/log.ts';

/** What a piece of work writes to the log, line by line. */
async function linesOf(work: () => Promise<void>): Promise<Record<string, unknown>[]> {
  const written: string[] = [];
  const spies = [console.info, console.log, console.warn, console.error].map((write) => {
    const name = Object.entries(console).find(([, one]) => one === write)?.[0];
    return jest.spyOn(console, name as 'info').mockImplementation((line: unknown) => {
      written.push(String(line));
    });
  });
  const stdout = jest.spyOn(process.stdout, 'write').mockImplementation((line) => {
    written.push(String(line));
    return true;
  });
  await work();
  stdout.mockRestore();
  for (const spy of spies) spy.mockRestore();
  return written
    .flatMap((text) => text.split('\n'))
    .filter(Boolean)
    .map((line) => ({ ...JSON.parse(line) }));
}

describe('a log line', () => {
  it('is one line of JSON with a code, its fields and the request that it belongs to', async () => {
    const lines = await linesOf(() =>
      withRequestId('request-7', async () =>
        log.record('sign_in.completed', { stytchUserId: 'user-test-1' }),
      ),
    );
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      code: 'sign_in.completed',
      requestId: 'request-7',
      stytchUserId: 'user-test-1',
    });
  });

  it('keeps requests apart that are served at the same time', async () => {
    const lines = await linesOf(async () => {
      await Promise.all(
        ['one', 'two', 'three'].map((id) =>
          withRequestId(id, async () => {
            await Promise.resolve();
            log.record('x', { id });
          }),
        ),
      );
    });
    expect(lines.map(({ id, requestId }) => id === requestId)).toEqual([true, true, true]);
  });

  it('A16.3.1 says whose session it is from where that is known, in its own request alone', async () => {
    const caller = { stytchUserId: 'user-test-1', sessionId: 'session-test-1' };
    const lines = await linesOf(async () => {
      nameCaller({ stytchUserId: 'user-of-no-request', sessionId: 'session-of-no-request' });
      await Promise.all([
        withRequestId('one', async () => {
          log.record('before', {});
          nameCaller(caller);
          await Promise.resolve();
          log.record('after', {});
        }),
        withRequestId('two', async () => {
          await Promise.resolve();
          log.record('other', {});
        }),
      ]);
    });
    const byCode = Object.fromEntries(lines.map((line) => [line['code'], line]));
    expect(byCode['after']).toMatchObject({ requestId: 'one', ...caller });
    expect(byCode['before']).not.toHaveProperty('stytchUserId');
    expect(byCode['other']).not.toHaveProperty('stytchUserId');
  });

  it('A16.3.1 keeps its own code and request, whatever its fields are called', async () => {
    const fields = { code: 'invalid_scope', requestId: 'another', message: 'x' };
    const lines = await linesOf(() =>
      withRequestId('request-7', async () => log.record('exchange_token.refused', fields)),
    );
    expect(lines).toMatchObject([{ code: 'exchange_token.refused', requestId: 'request-7' }]);
  });

  it('A16.4.1 cannot be split in two by a value', async () => {
    const lines = await linesOf(async () => log.record('x', { route: 'GET /\n{"code":"forged"}' }));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ code: 'x', route: 'GET /\n{"code":"forged"}' });
  });
});

describe('what is said of an unexpected error', () => {
  it('is its name and where it was thrown, never its message', () => {
    const { error, trace } = traceOf(new RangeError('ssn 078051120'));
    expect(error).toBe('RangeError');
    expect(trace.length).toBeGreaterThan(0);
    expect(trace.every((line) => line.startsWith('at '))).toBe(true);
    expect(trace.join('')).not.toContain('078051120');
  });

  it('INV5 holds no line of a message that looks like a place', () => {
    const { trace } = traceOf(new Error('Unit said:\n    at customer 078051120\n    at account 410022'));
    expect(trace.join('')).not.toMatch(/078051120|410022/);
  });

  it.each([
    ['text', 'secret', 'string'],
    ['nothing', undefined, 'undefined'],
    ['an object', {}, 'object'],
  ])('is only its type when %s was thrown', (_, thrown, type) => {
    expect(traceOf(thrown)).toEqual({ error: type, trace: [] });
  });

  it('is bounded', () => {
    const deep = (n: number): Error => (n === 0 ? new Error('x') : deep(n - 1));
    expect(traceOf(deep(50)).trace.length).toBeLessThanOrEqual(8);
  });
});
