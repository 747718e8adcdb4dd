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

/**
 * Whether a busy machine may be what broke a rule: such a cell is played again alone. What concerns tokens, applications
 * and secrets is never excused.
 */
const mayBeLoad = ({ faults }: Played): boolean =>
  faults.length > 0 && !faults.some((fault) => /^INV[1-5]/.test(fault));

const isSameCell = (a: Cell, b: Cell): boolean =>
  a.row === b.row && a.breakage === b.breakage && a.phase === b.phase;

/** Plays cells, the longest first; the outcomes stand in no order. */
export async function playCells(cells: readonly Cell[]): Promise<readonly Played[]> {
  const world = await startTestWorld();
  try {
    const ground: Ground = {
      world,
      pieces: piecesOf(world),
      customer: await makeCustomer(world),
      oneAtATime: gate(STARTING_AT_ONCE),
    };
    const play = (some: readonly Cell[], width: number): Promise<readonly Played[]> => {
      const turn = gate(width);
      return Promise.all(
        some.toSorted((a, b) => weightOf(b) - weightOf(a)).map((cell) => turn(() => playCell(ground, cell))),
      );
    };
    const played = await play(cells, AT_ONCE);
    const again = await play(played.filter(mayBeLoad), 1);
    return played.map((one) => again.find((other) => isSameCell(one, other)) ?? one);
  } finally {
    await world.close();
  }
}
