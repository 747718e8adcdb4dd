import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createSecret, fits, type Secret, withSecret } from '../../functions/adapters/secrets.ts';
import { createUnitTransport } from '../../functions/adapters/unit/transport.ts';
import { codeOf } from '../support/adapters-errors.ts';
import { silent } from '../support/adapters-log.ts';
import { ARN, type SecretsBench, startSecrets } from '../support/adapters-secrets.ts';
import { answering, startRawServer } from '../support/adapters-servers.ts';

let bench: SecretsBench;
let now: number;
let secret: Secret;
/** The values that the vendor takes. */
let good: Set<string>;
let calls: string[];

beforeEach(async () => {
  bench = await startSecrets();
  now = 1_000_000;
  secret = createSecret(bench.client, ARN, () => now, silent);
  good = new Set(['value-number-1']);
  calls = [];
  bench.put('value-number-1');
  await secret.read();
});
afterEach(() => bench.close());

const isRefused = (status: number): boolean => status === 401;

/** One call of the vendor, which looks at the secret after `ms`. */
const callAfter = (ms: number) => async (value: string) => {
  calls.push(value);
  await pause(ms);
  return good.has(value) ? 200 : 401;
};

const request = (ms = 5): Promise<number> => withSecret(secret, callAfter(ms), isRefused);

/** The old value ends, as a vendor's dashboard or an operator makes it end. */
function rotate(value = 'value-number-2'): void {
  good = new Set([value]);
  bench.put(value);
}

describe('a rotated secret', () => {
  it('E3 is not read again while the vendor takes it', async () => {
    expect(await request()).toBe(200);
    expect(bench.reads()).toBe(1);
  });

  it('INV7 is picked up by the first request that the vendor refuses, which succeeds', async () => {
    rotate();
    expect(await request()).toBe(200);
    expect(calls).toEqual(['value-number-1', 'value-number-2']);
    expect(await request()).toBe(200);
    expect(calls.at(-1)).toBe('value-number-2');
    expect(bench.reads()).toBe(2);
  });

  it('INV7 fails none of many requests that were refused at the same moment', async () => {
    rotate();
    const answers = await Promise.all(Array.from({ length: 20 }, () => request()));
    expect(answers.filter((status) => status !== 200)).toEqual([]);
    expect(bench.reads()).toBe(2);
  });

  it('INV7 fails no request that is refused just after another has renewed the secret', async () => {
    rotate();
    const slow = request(120);
    expect(await request()).toBe(200);
    expect(await slow).toBe(200);
    expect(bench.reads()).toBe(2);
  });

  it('INV7 fails no request in a stream of them while the secret is rotated', async () => {
    const stream = Array.from({ length: 60 }, async (_, i) => {
      await pause(i * 5);
      return request(10 + (i % 7) * 10);
    });
    await pause(150);
    rotate();
    expect((await Promise.all(stream)).filter((status) => status !== 200)).toEqual([]);
  });

  it('E3 hands the refusal on when the value has not changed', async () => {
    good = new Set();
    expect(await request()).toBe(401);
    expect(calls).toEqual(['value-number-1']);
  });

  it('E3 hands the refusal on when the new value is refused as well, and does not try a third time', async () => {
    good = new Set();
    bench.put('value-number-2');
    expect(await request()).toBe(401);
    expect(calls).toEqual(['value-number-1', 'value-number-2']);
  });

  it('E3 is read again at most once a minute, however many requests are refused', async () => {
    good = new Set();
    await Promise.all(Array.from({ length: 20 }, () => request()));
    now += 59;
    await request();
    expect(bench.reads()).toBe(2);
    now += 1;
    await request();
    expect(bench.reads()).toBe(3);
  });

  it('E3 says that the service is unavailable when the secret cannot be read again, and keeps the old value', async () => {
    good = new Set();
    bench.manager.faults.arm({ method: 'POST', path: '/', times: 1, fault: { kind: 'status', status: 500 } });
    expect(await codeOf(request())).toBe('temporarily_unavailable');
    expect((await secret.read()).value).toBe('value-number-1');
  });

  it('INV7 is picked up by the next request when Secrets Manager failed the one before', async () => {
    rotate();
    bench.manager.faults.arm({ method: 'POST', path: '/', times: 2, fault: { kind: 'status', status: 500 } });
    expect(await codeOf(request())).toBe('temporarily_unavailable');
    now += 1;
    expect(await codeOf(request())).toBe('temporarily_unavailable');
    now += 1;
    expect(await request()).toBe(200);
  });

  it('E3 is asked for once a second while Secrets Manager fails, however many are refused', async () => {
    rotate();
    const faults = bench.manager.faults;
    faults.arm({ method: 'POST', path: '/', times: 1000, fault: { kind: 'status', status: 500 } });
    const asked = () => 1000 - (faults.armed()[0]?.times ?? 0);
    for (let i = 0; i < 20; i += 1) expect(await codeOf(request())).toBe('temporarily_unavailable');
    expect(asked()).toBe(1);
    now += 0.9;
    expect(await codeOf(request())).toBe('temporarily_unavailable');
    expect(asked()).toBe(1);
    now += 0.1;
    expect(await codeOf(request())).toBe('temporarily_unavailable');
    expect(asked()).toBe(2);
    faults.heal();
    now += 1;
    expect(await request()).toBe(200);
  });

  it('INV7 is picked up in the same request where the old one has grown old as well', async () => {
    rotate();
    now += 900;
    expect(await request(50)).toBe(200);
    expect(bench.reads()).toBe(2);
  });

  it('INV7 fails none of many calls to Unit over HTTP that were refused at the same moment', async () => {
    const vendor = await startRawServer((outgoing, call, incoming) => {
      const isGood = good.has(incoming.headers.authorization?.replace('Bearer ', '') ?? '');
      const body = isGood ? { data: {} } : { errors: [{ status: '401', code: 'unauthorized' }] };
      answering(isGood ? 200 : 401, body)(outgoing, call, incoming);
    });
    const unit = createUnitTransport(vendor.url, secret, silent);
    const read = () =>
      unit.call({
        operation: 'read_customer',
        method: 'GET',
        path: '/customers/1',
        timeoutMs: 2000,
        tries: 1,
        signal: AbortSignal.timeout(5000),
      });
    expect((await read()).status).toBe(200);
    rotate();
    const replies = await Promise.all(Array.from({ length: 10 }, read));
    await vendor.close();
    expect(replies.map(({ status }) => status)).toEqual(Array(10).fill(200));
  });
});

describe('what somebody brings, held against the secret', () => {
  const held = (text: string): Promise<boolean> => fits(secret, (value) => value === text);

  it('E4 fits the present value, and the previous one while the secret is being rotated', async () => {
    expect(await held('value-number-1')).toBe(true);
    expect(bench.reads()).toBe(1);
    bench.put('value-number-2', 'value-number-1');
    expect([await held('value-number-2'), await held('value-number-1')]).toEqual([true, true]);
    expect(await held('value-number-0')).toBe(false);
  });

  it('INV7 fits a previous value that alone is new', async () => {
    bench.put('value-number-1', 'value-number-0');
    expect(await held('value-number-0')).toBe(true);
  });

  it('INV7 fits the new value for all who bring it at the same moment, by one more read', async () => {
    bench.put('value-number-2');
    const answers = await Promise.all(Array.from({ length: 20 }, () => held('value-number-2')));
    expect(new Set(answers)).toEqual(new Set([true]));
    expect(bench.reads()).toBe(2);
  });

  it('E3 is read again once a minute, however many guesses are brought', async () => {
    for (let i = 0; i < 20; i += 1) expect(await held(`a-guess-number-${i}`)).toBe(false);
    expect(bench.reads()).toBe(2);
    now += 60;
    expect(await held('another-guess')).toBe(false);
    expect(bench.reads()).toBe(3);
  });

  it('E3 makes one call a second of a flood of guesses while Secrets Manager fails, and refuses none for wrong', async () => {
    const { faults } = bench.manager;
    faults.arm({ method: 'POST', path: '/', times: 1000, fault: { kind: 'status', status: 500 } });
    for (let i = 0; i < 20; i += 1) expect(await codeOf(held(`guess-${i}`))).toBe('temporarily_unavailable');
    expect(faults.armed()[0]?.times).toBe(999);
    expect(await held('value-number-1')).toBe(true);
    faults.heal();
    bench.put('value-number-2');
    now += 1;
    expect(await held('value-number-2')).toBe(true);
  });

  it('E2 fits no value that was withdrawn once 15 minutes are over, not even by one request', async () => {
    bench.put('value-number-2');
    now += 899;
    expect(await held('value-number-1')).toBe(true);
    now += 1;
    expect(await held('value-number-1')).toBe(false);
    expect(await held('value-number-2')).toBe(true);
  });

  it('E2 fits an old value for a day at most while Secrets Manager fails', async () => {
    const { faults } = bench.manager;
    faults.arm({ method: 'POST', path: '/', times: 1000, fault: { kind: 'status', status: 500 } });
    now += 900 + 86_399;
    expect(await held('value-number-1')).toBe(true);
    now += 31;
    expect(await codeOf(held('value-number-1'))).toBe('temporarily_unavailable');
    faults.heal();
    expect(await held('value-number-1')).toBe(true);
  });
});
