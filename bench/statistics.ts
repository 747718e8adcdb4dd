// Medians, quantiles, and how sure one can be of a ratio of them.

export const quantile = (values: readonly number[], at: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * at))] ?? Number.NaN;
};

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** What a thing adds at a quantile of the measurements with it, over those without it. */
export const addedAt = (at: number, having: readonly number[], lacking: readonly number[]): number =>
  quantile(having, at) - quantile(lacking, at);

export interface Ratio {
  readonly ratio: number;
  /** The 95 % interval by bootstrap. */
  readonly low: number;
  readonly high: number;
  /** Measurements of each side; of the smaller one where they differ. */
  readonly n: number;
}

const RESAMPLES = 1000;

/** The same numbers give the same interval (mulberry32). */
function random(): () => number {
  let state = 0x9e3779b9;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One quantile over another, with its bootstrap interval. */
export function ratioOf(above: readonly number[], below: readonly number[], at = 0.5): Ratio {
  const next = random();
  const resampled = (values: readonly number[]): number =>
    quantile(
      values.map(() => values[Math.floor(next() * values.length)] ?? 0),
      at,
    );
  const ratios = Array.from({ length: RESAMPLES }, () => resampled(above) / resampled(below));
  return {
    ratio: quantile(above, at) / quantile(below, at),
    low: quantile(ratios, 0.025),
    high: quantile(ratios, 0.975),
    n: Math.min(above.length, below.length),
  };
}
