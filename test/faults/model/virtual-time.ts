// Time that moves only when told: the clock of a run, and the timers that the code sets meanwhile.

interface Timer {
  readonly at: number;
  readonly run: () => void;
  readonly owner: unknown;
}

export interface VirtualTime {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Moves on; what comes due on the way happens in its order. Timers of a frozen owner wait until it wakes. */
  advance(ms: number): void;
  /** Whose timers are set from now on. */
  runFor(owner: unknown): void;
  freeze(owner: unknown): void;
  wake(owner: unknown): void;
  isFrozen(owner: unknown): boolean;
  /** Until the next timer that can fire, in milliseconds; null when there is none. */
  untilNext(): number | null;
  /** Something that happens outside of the containers; what it gives back calls it off. */
  later(ms: number, run: () => void): () => void;
  /** How many things outside are still to happen. */
  outstanding(): number;
  /** Gives the globals back. */
  restore(): void;
}

/** Takes over the timers and the dice of this realm until `restore`. */
export function takeOverTime(startAt: number): VirtualTime {
  const { setTimeout: realSetTimeout, clearTimeout: realClearTimeout } = globalThis;
  const realRandom = Math.random;
  let now = startAt;
  let lastId = 0;
  const timers = new Map<number, Timer>();
  const outside = new Map<number, Timer>();

  let owner: unknown;
  const frozen = new Set<unknown>();
  const set = (into: Map<number, Timer>, ms: number, run: () => void): number => {
    lastId += 1;
    into.set(lastId, { at: now + Math.max(0, ms), run, owner: into === timers ? owner : undefined });
    return lastId;
  };
  const earliest = (from: ReadonlyMap<number, Timer>): [number, Timer] | undefined => {
    let first: [number, Timer] | undefined;
    for (const entry of from) {
      if (!frozen.has(entry[1].owner) && (first === undefined || entry[1].at < first[1].at)) first = entry;
    }
    return first;
  };
  const fire = (sources: readonly Map<number, Timer>[], until: number): void => {
    for (;;) {
      const next = sources
        .flatMap((source) => {
          const first = earliest(source);
          return first === undefined || first[1].at > until
            ? []
            : [{ source, id: first[0], timer: first[1] }];
        })
        .toSorted((a, b) => a.timer.at - b.timer.at)[0];
      if (next === undefined) return;
      next.source.delete(next.id);
      now = Math.max(now, next.timer.at);
      next.timer.run();
    }
  };
  Object.assign(globalThis, {
    setTimeout: (run: () => void, ms = 0) => set(timers, ms, run),
    clearTimeout: (id: unknown) => {
      if (typeof id === 'number') timers.delete(id);
      else realClearTimeout(id as NodeJS.Timeout);
    },
  });
  Math.random = () => 0.5;

  return {
    now: () => now,
    advance: (ms) => {
      const until = now + ms;
      fire([outside, timers], until);
      now = until;
    },
    runFor: (next) => {
      owner = next;
    },
    freeze: (one) => void frozen.add(one),
    wake: (one) => void frozen.delete(one),
    isFrozen: (one) => frozen.has(one),
    untilNext: () => {
      const times = [earliest(timers), earliest(outside)].flatMap((one) =>
        one === undefined ? [] : [one[1].at],
      );
      return times.length === 0 ? null : Math.max(0, Math.min(...times) - now);
    },
    later: (ms, run) => {
      const id = set(outside, ms, run);
      return () => void outside.delete(id);
    },
    outstanding: () => outside.size,
    restore: () => {
      Object.assign(globalThis, { setTimeout: realSetTimeout, clearTimeout: realClearTimeout });
      Math.random = realRandom;
    },
  };
}

/** Lets everything run that needs no outside answer. */
export const settle = async (): Promise<void> => {
  for (let turns = 0; turns < 2; turns += 1) await new Promise((resolve) => setImmediate(resolve));
};
