// Turns of a measurement: as many as asked for, or as fit into the time on a machine that others use too.

export interface Turns {
  readonly most: number;
  readonly seconds: number;
}

/** The contestants of a turn, beginning with another one each time. */
export const rotated = <T>(contestants: readonly T[], turn: number): readonly T[] => {
  const first = turn % contestants.length;
  return [...contestants.slice(first), ...contestants.slice(0, first)];
};

/** Fewer say nothing. */
const LEAST = 5;

export function* turns({ most, seconds }: Turns): Generator<number> {
  const until = Date.now() + seconds * 1000;
  for (let turn = 0; turn < most && (turn < LEAST || Date.now() < until); turn += 1) yield turn;
}
