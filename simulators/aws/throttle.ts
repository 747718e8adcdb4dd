// The stage's throttle: a bucket that fills at the rate, up to the burst, and gives one token to each request.
import type { Throttle } from './template.ts';

/** Whether one more request may pass now. `now` gives milliseconds. */
export function createThrottle({ rate, burst }: Throttle, now: () => number): () => boolean {
  let tokens = burst;
  let filledAt = now();
  return () => {
    const at = now();
    tokens = Math.min(burst, tokens + ((at - filledAt) / 1000) * rate);
    filledAt = at;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}
