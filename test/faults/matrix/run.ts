// Plays the cells of the matrix in one world, many at a time: most of them do nothing but wait.
import { startTestWorld } from '../../support/world.ts';
import { breakageNames, isSlow } from './breakages.ts';
import { callRows, makeCustomer, phases, whyNot } from './calls.ts';
import { piecesOf } from './place.ts';
import { type Cell, type Ground, type Played, playCell } from './play.ts';

/** Every cell that says something. */
export const allCells: readonly Cell[] = callRows.flatMap((row) =>
  breakageNames.flatMap((breakage) =>
    whyNot(row, breakage) === undefined ? phases.map((phase): Cell => ({ row, breakage, phase })) : [],
  ),
);

/** As two cores can bear. */
const AT_ONCE = 16;
const STARTING_AT_ONCE = 2;

/** How long a cell will about take, so that the longest go first. */
const weightOf = ({ row, breakage, phase }: Cell): number =>
  (isSlow(breakage) ? row.lateMs : 1) * (phase === 'until healed' ? 3 : 1);

/** Lets so many pieces of work run at a time; the others wait for their turn. */
function gate(width: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = width;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}

/** Plays cells, and hands each on when it is over. */
export async function playCells(
  cells: readonly Cell[],
  onPlayed: (played: Played) => void = () => {},
): Promise<readonly Played[]> {
  const world = await startTestWorld();
  try {
    const ground: Ground = {
      world,
      pieces: piecesOf(world),
      customer: await makeCustomer(world),
      oneAtATime: gate(STARTING_AT_ONCE),
    };
    const turn = gate(AT_ONCE);
    const longestFirst = cells.toSorted((a, b) => weightOf(b) - weightOf(a));
    return await Promise.all(
      longestFirst.map((cell) =>
        turn(async () => {
          const played = await playCell(ground, cell);
          onPlayed(played);
          return played;
        }),
      ),
    );
  } finally {
    await world.close();
  }
}
