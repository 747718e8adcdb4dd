import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { startDeadline, whenOver, withDeadline } from '../../functions/core/deadline.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe('INV6 A deadline holds', () => {
  it('for its own time, and no longer', () => {
    const { signal } = startDeadline(2500);
    jest.advanceTimersByTime(2499);
    expect(signal.aborted).toBe(false);
    jest.advanceTimersByTime(1);
    expect(signal.aborted).toBe(true);
  });

  it('until the outer one ends, where that is sooner', () => {
    const outer = new AbortController();
    const { signal } = startDeadline(2500, outer.signal);
    outer.abort();
    expect(signal.aborted).toBe(true);
  });

  it('from the start, when the outer one is over already', () => {
    expect(startDeadline(2500, AbortSignal.abort()).signal.aborted).toBe(true);
  });

  it('and leaves no timer and no listener behind when the work is over', () => {
    const outer = new AbortController();
    const deadline = startDeadline(2500, outer.signal);
    deadline.done();
    expect(jest.getTimerCount()).toBe(0);
    outer.abort();
    jest.advanceTimersByTime(5000);
    expect(deadline.signal.aborted).toBe(false);
  });

  it('and without an outer one too', () => {
    const deadline = startDeadline(2500);
    deadline.done();
    expect(jest.getTimerCount()).toBe(0);
  });
});

describe('INV6 Work under a deadline of its own', () => {
  const outer = new AbortController().signal;

  it('gives what it gives, and its timer ends with it', async () => {
    expect(await withDeadline(2500, outer, async () => 'done')).toBe('done');
    await expect(withDeadline(2500, outer, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(jest.getTimerCount()).toBe(0);
  });

  it('loses the race against its end when it does not listen', async () => {
    const raced = withDeadline(2500, outer, (signal) =>
      Promise.race([new Promise<string>(() => {}), whenOver(signal)]),
    );
    jest.advanceTimersByTime(2500);
    expect(await raced).toBeNull();
  });

  it('loses it at once where the end has come already', async () => {
    expect(await whenOver(AbortSignal.abort())).toBeNull();
  });
});
