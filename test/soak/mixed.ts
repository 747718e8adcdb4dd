// Parts 2 and 3: minutes of mixed load at half of what this machine does, then more than it can do.
import { closedLoop, createTally, openLoop, type RunningTally, type Tally } from './load.ts';
import { startPeer } from './peer.ts';
import { makePeople, type People } from './people.ts';
import type { Started } from './world-process.ts';

export interface MixedReport {
  /** Actions a second with as many under way as the functions take. */
  readonly capacity: number;
  readonly perSecond: number;
  readonly tally: Tally;
  readonly faults: readonly string[];
}

export interface OverloadReport {
  /** What the stage lets through, and what is asked, a second. */
  readonly throttle: number;
  readonly perSecond: number;
  readonly overload: Tally;
  /** Seconds from the end of the overload to the first of three good seconds. */
  readonly recoverySeconds: number;
  readonly after: Tally;
  readonly faults: readonly string[];
}

const PEOPLE = 60;
/** Enough to keep two cores busy, and no queue for its own sake. */
const WIDTH = 8;
const RECOVERS_WITHIN_SECONDS = 5;

interface Stage {
  readonly people: People;
  /** Who hears of the answers from now on. */
  listen(tally: RunningTally): void;
}

async function withWorld<T>(
  throttle: { readonly rate: number; readonly burst: number } | null,
  work: (stage: Stage) => Promise<T>,
): Promise<T> {
  const peer = startPeer('world-process.ts', 3000);
  try {
    const started = await peer.ask<Started>('start', { throttle });
    let tally = createTally(true);
    const people = await makePeople(started, PEOPLE, (action, answer, ms) => tally.hear(action, answer, ms));
    return await work({
      people,
      listen: (next) => {
        tally = next;
      },
    });
  } finally {
    await peer.ask('stop').catch(() => {});
    await peer.close();
  }
}

export const soakMixed = (
  options: { readonly minutes: number; readonly calibrationSeconds: number },
  onProgress: (line: string) => void,
): Promise<MixedReport> =>
  withWorld(null, async ({ people, listen }) => {
    const act = () => people.act();
    // The first requests load each container.
    await closedLoop(WIDTH, options.calibrationSeconds / 3, act);
    const capacity = await closedLoop(WIDTH, options.calibrationSeconds, act);
    const perSecond = capacity / 2;
    onProgress(`${capacity.toFixed(1)} actions a second at most; half of it for ${options.minutes} minutes`);
    const tally = createTally(false);
    listen(tally);
    const telling = setInterval(() => {
      const { seconds, answers } = tally.sum();
      onProgress(`${Math.round(seconds)} s, ${answers} answers, ${tally.failed()} failures`);
    }, 60_000);
    await openLoop(perSecond, options.minutes * 60, act, tally.fail);
    clearInterval(telling);
    const sum = tally.sum();
    return { capacity, perSecond, tally: sum, faults: sum.failures };
  });

/** The stage lets through what is safe; three times the machine's own limit is asked. */
export function soakOverload(
  options: { readonly capacity: number; readonly seconds: number },
  onProgress: (line: string) => void,
): Promise<OverloadReport> {
  const { capacity, seconds } = options;
  const throttle = Math.max(2, Math.round(capacity * 0.6));
  const perSecond = capacity * 3;
  return withWorld({ rate: throttle, burst: throttle }, async ({ people, listen }) => {
    const act = () => people.act();
    await closedLoop(2, 2, act);
    onProgress(`${perSecond.toFixed(1)} actions a second, where the stage lets ${throttle} through`);
    const tally = createTally(true);
    listen(tally);
    await openLoop(perSecond, seconds, act, tally.fail);
    const overload = tally.sum();
    const droppedAt = performance.now();
    let good = 0;
    let recoverySeconds = Number.POSITIVE_INFINITY;
    const afterwards = createTally(true);
    while (good < 3 && performance.now() - droppedAt < 30_000) {
      const second = createTally(false);
      listen({
        ...second,
        hear: (action, answer, ms) => {
          second.hear(action, answer, ms);
          afterwards.hear(action, answer, ms);
        },
      });
      const from = performance.now();
      await openLoop(Math.max(1, throttle / 4), 1, act, second.fail);
      good = second.failed() === 0 ? good + 1 : 0;
      if (good === 1) recoverySeconds = (from - droppedAt) / 1000;
    }
    const refused = Object.entries(overload.counts).filter(([what]) => /^(429|503)/.test(what));
    const faults = [
      ...overload.failures,
      ...(refused.length === 0 ? ['nothing was refused: that was no overload'] : []),
      ...(good < 3 || recoverySeconds > RECOVERS_WITHIN_SECONDS
        ? [`recovered only after ${recoverySeconds.toFixed(1)} s`]
        : []),
    ];
    return { throttle, perSecond, overload, recoverySeconds, after: afterwards.sum(), faults };
  });
}
