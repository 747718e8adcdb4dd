import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createCounters } from '../../../functions/adapters/table/counters.ts';
import { defaultLimits, type Limits } from '../../../functions/core/limits.ts';
import type { Counters } from '../../../functions/core/ports.ts';
import { codeOf, refusalOf } from '../../support/adapters-errors.ts';
import { newUser, startTableBench, type TableBench } from '../../support/adapters-table.ts';

const START = 1_800_000_000;

let bench: TableBench;
let now: number;
let counters: Counters;

const limits: Limits = { ...defaultLimits, sendsPerAddress: { max: 3, windowSeconds: 60 } };

beforeAll(async () => {
  bench = await startTableBench();
});
afterAll(() => bench.close());
beforeEach(() => {
  now = START;
  counters = createCounters(
    bench.store,
    limits,
    async (text) => `hmac-of-${text.length}-${text.slice(-4)}`,
    () => now,
  );
});

const take = (whom: string) => counters.take('sendsPerAddress', whom);

const itemsOf = async (suffix: string): Promise<Record<string, unknown>[]> =>
  (await bench.table.scan()).filter((item) => String(item['pk']).includes(suffix));

describe('a limit', () => {
  it('O6 admits so many in a window, then says how long to wait', async () => {
    const user = newUser();
    now = START + 18;
    for (let i = 0; i < 3; i += 1) await take(user);
    const refusal = await refusalOf(take(user));
    expect(refusal.code).toBe('rate_limited');
    expect(refusal.details).toMatchObject({ reason: 'sendsPerAddress', retryAfterSeconds: 42 });
  });

  it('O6 admits again in the next window', async () => {
    const user = newUser();
    for (let i = 0; i < 3; i += 1) await take(user);
    now = START + 59;
    expect(await codeOf(take(user))).toBe('rate_limited');
    now = START + 60;
    await expect(take(user)).resolves.toBeUndefined();
  });

  it('A15.4.2 admits never more than its number, however many come at the same moment', async () => {
    const user = newUser();
    const outcomes = await Promise.allSettled(Array.from({ length: 50 }, () => take(user)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    const refusals = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(new Set(refusals.map(({ reason }) => reason.code))).toEqual(new Set(['rate_limited']));
  });

  it('A6.6.3 counts from the moment that a code was sent, when told so, and not from the full hour', async () => {
    const nonce = newUser();
    const sentAt = START + 50;
    const tryAt = (seconds: number) => {
      now = sentAt + seconds;
      return counters.take('sendsPerAddress', nonce, sentAt);
    };
    for (const seconds of [0, 15, 59]) await tryAt(seconds);
    const refusal = await refusalOf(tryAt(59.5));
    expect([refusal.code, refusal.details.retryAfterSeconds]).toEqual(['rate_limited', 1]);
    await expect(tryAt(60)).resolves.toBeUndefined();
  });

  it('counts each subject and each limit by itself', async () => {
    const [one, other] = [newUser(), newUser()];
    for (let i = 0; i < 3; i += 1) await take(one);
    await expect(take(other)).resolves.toBeUndefined();
    await expect(counters.take('sendsPerSource', one)).resolves.toBeUndefined();
  });

  it('of nothing admits nobody', async () => {
    const none = createCounters(
      bench.store,
      { ...limits, sendsPerAddress: { max: 0, windowSeconds: 60 } },
      async (text) => text,
      () => now,
    );
    expect(await codeOf(none.take('sendsPerAddress', newUser()))).toBe('rate_limited');
  });

  it('gives one try back, and never more than were taken', async () => {
    const user = newUser();
    await take(user);
    for (let i = 0; i < 5; i += 1) await counters.giveBack('sendsPerAddress', user);
    for (let i = 0; i < 3; i += 1) await take(user);
    expect(await codeOf(take(user))).toBe('rate_limited');
  });

  it('begins anew after a success that ends a row of failures', async () => {
    const user = newUser();
    for (let i = 0; i < 3; i += 1) await take(user);
    await counters.reset('sendsPerAddress', user);
    await expect(take(user)).resolves.toBeUndefined();
  });

  it('tells nobody to wait for longer than a day', async () => {
    const user = newUser();
    for (let i = 0; i < 8; i += 1) await counters.take('failuresInARow', user);
    const { details } = await refusalOf(counters.take('failuresInARow', user));
    expect(details.retryAfterSeconds).toBe(86_400);
  });

  it('INV5 stands in the table under a keyed hash, never under the address itself', async () => {
    await take('ada@customer.example');
    const items = await itemsOf('hmac-of-20-mple');
    expect(items).toHaveLength(1);
    expect(JSON.stringify(items)).not.toContain('ada@customer');
  });

  it('goes by itself after its window', async () => {
    await take('somebody-1111');
    expect(await itemsOf('-1111')).toMatchObject([{ used: 1, expiresAt: START + 60 + 3600 }]);
  });

  it('leaves nothing behind for a user who only ever succeeded', async () => {
    await counters.reset('failuresInARow', 'somebody-2222');
    await counters.giveBack('failuresInARow', 'somebody-2222');
    expect(await itemsOf('-2222')).toEqual([]);
  });

  it('is begun anew by a success of a time, only if the last failure came before it', async () => {
    const user = newUser();
    for (let i = 0; i < 3; i += 1) await take(user);
    await counters.reset('sendsPerAddress', user, START);
    expect(await codeOf(take(user))).toBe('rate_limited');
    await counters.reset('sendsPerAddress', user, START + 1);
    await expect(take(user)).resolves.toBeUndefined();
  });
});
