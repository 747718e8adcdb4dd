// Plays the cells of the matrix in one world, many at a time: most of them do nothing but wait.
import { availableParallelism, loadavg } from 'node:os';
import { startTestWorld } from '../../support/world.ts';
import { makeCustomer } from './asks.ts';
import { breakageNames, isSlow } from './breakages.ts';
import { phases, whyNot } from './calls.ts';
import { mayBeLoad } from './judge.ts';
import { piecesOf } from './place.ts';
import { type Cell, type Ground, type Played, playCell } from './play.ts';
import { callRows } from './rows.ts';

/** Every cell that says something. */
export const allCells: readonly Cell[] = callRows.flatMap((row) =>
  breakageNames.flatMap((breakage) =>
    whyNot(row, breakage) === undefined ? phases.map((phase): Cell => ({ row, breakage, phase })) : [],
  ),
);

/** As two cores can bear that do nothing else; fewer where they do. */
const MOST_AT_ONCE = 16;
const LEAST_AT_ONCE = 4;

function howManyAtOnce(): number {
  const cores = availableParallelism();
  const [load = 0] = loadavg();
  const share = cores / Math.max(cores, load);
  return Math.max(LEAST_AT_ONCE, Math.floor(MOST_AT_ONCE * share));
}

const STARTING_AT_ONCE = 2;
/** Played again one at a time, each takes seconds: more than this are no matter of load. */
const MOST_AGAIN = 40;

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

const isSameCell = (a: Cell, b: Cell): boolean =>
  a.row === b.row && a.breakage === b.breakage && a.phase === b.phase;

/** A cell that could not be played at all has failed too, and leaves the others alone. */
const playOrTell = (ground: Ground, cell: Cell): Promise<Played> =>
  playCell(ground, cell).catch((error: unknown) => ({
    ...cell,
    answers: [],
    recoveredAfter: 0,
    recoveredMs: 0,
    faults: [String(error)],
  }));

/** Plays cells, the longest first; the outcomes stand in no order. */
export async function playCells(cells: readonly Cell[]): Promise<readonly Played[]> {
  const world = await startTestWorld();
  // The faster the machine, the sooner Unit would refuse for the number of calls alone.
  world.unit.controls.switches.rateLimitPerMinute = 0;
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
        some
          .toSorted((a, b) => weightOf(b) - weightOf(a))
          .map((cell) => turn(() => playOrTell(ground, cell))),
      );
    };
    const played = await play(cells, howManyAtOnce());
    const late = played.filter(({ faults }) => mayBeLoad(faults));
    const again = late.length > MOST_AGAIN ? [] : await play(late, 1);
    return played.map((one) => {
      const other = again.find((alone) => isSameCell(one, alone));
      return other === undefined ? one : { ...other, excused: one.faults };
    });
  } finally {
    await world.close();
  }
}
