import { beforeEach, describe, expect, it } from '@jest/globals';
import { type KeptValue, keepValue } from '../../functions/adapters/kept-value.ts';

let now: number;
/** The fetches that have begun, to be ended by the test. */
let begun: { resolve(value: string): void; reject(error: Error): void }[];
let kept: KeptValue<string>;

beforeEach(() => {
  now = 1000;
  begun = [];
  kept = keepValue(
    () => new Promise<string>((resolve, reject) => begun.push({ resolve, reject })),
    2000,
    () => now,
  );
});

const down = new Error('down');

describe('a value that is kept', () => {
  it('is fetched once for all who ask while the fetch is under way, and again after it', async () => {
    const both = Promise.all([kept.fetch(), kept.fetch()]);
    expect([begun.length, kept.isUnderWay()]).toEqual([1, true]);
    begun[0]?.resolve('one');
    expect(await both).toEqual(['one', 'one']);
    expect([kept.isUnderWay(), kept.value()]).toEqual([false, { value: 'one', askedAt: 1000 }]);
    const third = kept.fetch();
    begun[1]?.resolve('two');
    expect(await third).toBe('two');
  });

  it('outlives a failure, which a success ends', async () => {
    const first = kept.fetch();
    begun[0]?.resolve('one');
    await first;
    now += 5;
    const second = kept.fetch();
    begun[1]?.reject(down);
    await expect(second).rejects.toBe(down);
    expect([kept.value()?.value, kept.failure()]).toEqual(['one', { error: down, askedAt: 1005 }]);
    const third = kept.fetch();
    begun[2]?.resolve('three');
    await third;
    expect([kept.value()?.value, kept.failure()]).toEqual(['three', undefined]);
  });

  it('E2 is fetched anew where a fetch should have ended long ago', async () => {
    const frozen = kept.fetch();
    now += 1.9;
    expect(kept.isUnderWay()).toBe(true);
    now += 0.1;
    expect(kept.isUnderWay()).toBe(false);
    const next = kept.fetch();
    expect(begun).toHaveLength(2);
    expect(kept.isUnderWay()).toBe(true);
    begun[1]?.resolve('new');
    expect(await next).toBe('new');
    begun[0]?.resolve('old');
    expect(await frozen).toBe('old');
    expect(kept.value()).toEqual({ value: 'new', askedAt: 1002 });
  });

  it.each(['old', down])('is not what a frozen fetch comes to after a newer one: %s', async (late) => {
    const frozen = Promise.allSettled([kept.fetch()]);
    now += 60;
    const next = kept.fetch();
    begun[1]?.resolve('new');
    await next;
    if (late instanceof Error) begun[0]?.reject(late);
    else begun[0]?.resolve(late);
    await frozen;
    expect([kept.value()?.value, kept.failure()]).toEqual(['new', undefined]);
  });

  it('is what a frozen fetch brings where nobody has asked since, as old as its question', async () => {
    const frozen = kept.fetch();
    now += 60;
    begun[0]?.resolve('late');
    await frozen;
    expect(kept.value()).toEqual({ value: 'late', askedAt: 1000 });
  });
});
