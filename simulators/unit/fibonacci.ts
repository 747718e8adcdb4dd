// The rhythm of redelivery.

/** 1, 1, 2, 3, 5, ...: the waits between tries, in units. */
export function fibonacci(n: number): number {
  let [before, value] = [0, 1];
  for (let i = 1; i < n; i += 1) [before, value] = [value, before + value];
  return value;
}
