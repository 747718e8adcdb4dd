// The load: so many at once for calibration, or so many a second whatever the answers take.
import type { Exchange } from '../../local/journey-client.ts';
import { quantile, sampler } from './statistics.ts';

/** Answers of one stretch of time. */
export interface Tally {
  readonly seconds: number;
  readonly answers: number;
  /** Answers by `status code`, such as `429 Too Many Requests`. */
  readonly counts: Readonly<Record<string, number>>;
  readonly medianMs: number;
  readonly p99Ms: number;
  /** What must not have come. */
  readonly failures: readonly string[];
}

const SHOWN_FAILURES = 10;

/** Hears of answers, and sums them up; `mayRefuse`: whether 429 and 503 are fine, where ours say when to come again. */
export function createTally(mayRefuse: boolean) {
  const startedAt = performance.now();
  const counts = new Map<string, number>();
  const failures: string[] = [];
  const times = sampler(20_000);
  let failed = 0;
  const fail = (what: string): void => {
    failed += 1;
    if (failures.length < SHOWN_FAILURES) failures.push(what);
  };
  return {
    hear(
      action: string,
      { status, body, headers }: Pick<Exchange, 'status' | 'body' | 'headers'>,
      ms: number,
    ) {
      const { code, message } = Object(body) as { code?: string; message?: string };
      const what = `${status} ${code ?? message ?? ''}`.trim();
      counts.set(what, (counts.get(what) ?? 0) + 1);
      if (status < 400) return times.add(ms);
      if (!mayRefuse || (status !== 429 && status !== 503)) return fail(`${action}: ${what}`);
      // AWS's own refusals have no request id of ours, and no Retry-After.
      const isOurs = headers.has('x-request-id');
      if (isOurs && !headers.has('retry-after')) fail(`${action}: ${what} without a Retry-After`);
    },
    fail,
    failed: () => failed,
    sum: (): Tally => ({
      seconds: (performance.now() - startedAt) / 1000,
      answers: [...counts.values()].reduce((sum, one) => sum + one, 0),
      counts: Object.fromEntries(counts),
      medianMs: Math.round(quantile(times.values, 0.5)),
      p99Ms: Math.round(quantile(times.values, 0.99)),
      failures: failed > failures.length ? [...failures, `and ${failed - failures.length} more`] : failures,
    }),
  };
}
export type RunningTally = ReturnType<typeof createTally>;

/** Keeps so many actions under way; the actions that ended, per second. */
export async function closedLoop(width: number, seconds: number, act: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  const until = startedAt + seconds * 1000;
  let done = 0;
  const worker = async (): Promise<void> => {
    while (performance.now() < until) {
      await act();
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return done / ((performance.now() - startedAt) / 1000);
}

/** More than this under way means that the bridge does not keep up; a client would have given up. */
const MOST_UNDER_WAY = 1000;
const TICK_MS = 10;

/** Starts so many actions a second, evenly, and waits for the last answers. */
export async function openLoop(
  perSecond: number,
  seconds: number,
  act: () => Promise<void>,
  onFailure: (what: string) => void,
): Promise<void> {
  const startedAt = performance.now();
  const underWay = new Set<Promise<void>>();
  let started = 0;
  for (;;) {
    const elapsed = (performance.now() - startedAt) / 1000;
    if (elapsed >= seconds) break;
    for (; started < elapsed * perSecond; started += 1) {
      if (underWay.size >= MOST_UNDER_WAY) {
        onFailure(`${MOST_UNDER_WAY} requests wait for an answer`);
        continue;
      }
      const one: Promise<void> = act()
        .catch((error: unknown) => onFailure(String(error)))
        .finally(() => underWay.delete(one));
      underWay.add(one);
    }
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  await Promise.all(underWay);
}
