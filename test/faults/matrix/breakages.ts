// The rows of the matrix: every way in which a call to another service goes wrong.
import type { Breakage } from './link.ts';

export const breakageNames = [
  'latency past the deadline',
  'refused connection',
  'reset before the work',
  'reset after the work',
  'status 408',
  'status 429',
  'status 429, Retry-After: 7',
  'throttled, as AWS does it (400)',
  'status 500',
  'status 503',
  'HTML page, status 200',
  'HTML page, status 502',
  'malformed JSON',
  'truncated body',
  'broken off in the body',
  'slow drip',
] as const;
export type BreakageName = (typeof breakageNames)[number];

/** Seconds that our answer must hand on. */
export const RETRY_AFTER = '7';

/** `lateMs` lies past the deadline of one try of the call. */
export function breakageOf(name: BreakageName, lateMs: number): Breakage {
  switch (name) {
    case 'latency past the deadline':
      return { kind: 'latency', ms: lateMs };
    case 'refused connection':
      return { kind: 'refused' };
    case 'reset before the work':
      return { kind: 'reset' };
    case 'reset after the work':
      return { kind: 'cut' };
    case 'status 408':
      return { kind: 'status', status: 408 };
    case 'status 429':
      return { kind: 'status', status: 429 };
    case 'status 429, Retry-After: 7':
      return { kind: 'status', status: 429, retryAfter: RETRY_AFTER };
    case 'throttled, as AWS does it (400)':
      return { kind: 'status', status: 400 };
    case 'status 500':
      return { kind: 'status', status: 500 };
    case 'status 503':
      return { kind: 'status', status: 503 };
    case 'HTML page, status 200':
      return { kind: 'html', status: 200 };
    case 'HTML page, status 502':
      return { kind: 'html', status: 502 };
    case 'malformed JSON':
      return { kind: 'malformed' };
    case 'truncated body':
      return { kind: 'truncated' };
    case 'broken off in the body':
      return { kind: 'broken_off' };
    case 'slow drip':
      // Each byte is soon followed by the next, so that no limit on silence ends it.
      return { kind: 'drip', ms: 200 };
  }
}

/** Past its deadline; every other breakage is told at once. */
export const isSlow = (name: BreakageName): boolean =>
  name === 'latency past the deadline' || name === 'slow drip';

/** A good status with a body that cannot be used: asking again would not make it better. */
export const isUnreadable = (name: BreakageName): boolean =>
  ['HTML page, status 200', 'malformed JSON', 'truncated body'].includes(name);
