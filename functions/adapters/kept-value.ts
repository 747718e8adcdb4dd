// A value from outside that is kept: fetched once at a time for all who ask, with what became of it last.

export interface Ages {
  readonly freshSeconds: number;
  /** How much longer an old value serves while there is no newer one. */
  readonly staleSeconds: number;
  /** After a failure an old value serves at once, and is asked for again no sooner than this. */
  readonly pauseSeconds: number;
}

export interface KeptValue<T> {
  /** What came last, and when it was asked for. */
  value(): { readonly value: T; readonly askedAt: number } | undefined;
  /** Why there is nothing newer; undefined after a fetch that succeeded. */
  failure(): { readonly error: unknown; readonly askedAt: number } | undefined;
  isUnderWay(): boolean;
  /** What comes of the fetch that is under way, or of one that begins now. */
  fetch(): Promise<T>;
  /** The value where it is fresh, else a newer one, else the old one for as long as it may serve. */
  current(ages: Ages): Promise<T>;
}

/**
 * A fetch that should have ended by the clock was frozen with its container, timers and all: nobody joins it any more,
 * and what it brings is as old as its question. `clock` gives seconds.
 */
export function keepValue<T>(get: () => Promise<T>, endsWithinMs: number, clock: () => number): KeptValue<T> {
  let kept: { readonly value: T; readonly askedAt: number } | undefined;
  let failed: { readonly error: unknown; readonly askedAt: number } | undefined;
  let latest: { readonly outcome: Promise<T>; readonly askedAt: number } | undefined;

  const underWay = () =>
    latest !== undefined && (clock() - latest.askedAt) * 1000 < endsWithinMs ? latest : undefined;

  async function begin(askedAt: number): Promise<T> {
    const [outcome] = await Promise.allSettled([get()]);
    if (latest?.askedAt === askedAt) latest = undefined;
    if (kept === undefined || kept.askedAt <= askedAt) {
      if (outcome.status === 'fulfilled') kept = { value: outcome.value, askedAt };
      failed = outcome.status === 'fulfilled' ? undefined : { error: outcome.reason, askedAt };
    }
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  }

  function fetch(): Promise<T> {
    const askedAt = clock();
    const joined = underWay() ?? { outcome: begin(askedAt), askedAt };
    latest = joined;
    return joined.outcome;
  }

  return {
    value: () => kept,
    failure: () => failed,
    isUnderWay: () => underWay() !== undefined,
    fetch,
    async current({ freshSeconds, staleSeconds, pauseSeconds }) {
      if (kept === undefined) return fetch();
      const { value, askedAt } = kept;
      const age = clock() - askedAt;
      if (age < freshSeconds) return value;
      const isUsable = age < freshSeconds + staleSeconds;
      const isPaused = failed !== undefined && clock() - failed.askedAt < pauseSeconds;
      if (isUsable && isPaused) return value;
      return fetch().catch((error: unknown) => {
        if (isUsable) return value;
        throw error;
      });
    },
  };
}
