import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { startDeadline } from '../../functions/core/deadline.ts';

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
