// The few figures that a soak is judged by.

/** The least-squares slope of y over x. */
export function slope(points: readonly { readonly x: number; readonly y: number }[]): number {
  const n = points.length;
  const meanX = points.reduce((sum, { x }) => sum + x, 0) / n;
  const meanY = points.reduce((sum, { y }) => sum + y, 0) / n;
  const above = points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0);
  const below = points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  return below === 0 ? 0 : above / below;
}

/** `share` 0.5 is the median; 0 of nothing. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** Keeps so many of any number of values, each with the same chance, so that a long run fills no memory. */
export function sampler(size: number): { add(value: number): void; readonly values: readonly number[] } {
  const values: number[] = [];
  let seen = 0;
  return {
    values,
    add(value) {
      seen += 1;
      if (values.length < size) values.push(value);
      else {
        const at = Math.floor(Math.random() * seen);
        if (at < size) values[at] = value;
      }
    },
  };
}
