// A fast part of the fault matrix; `npm run fault-matrix` plays all of it.
import { beforeAll, describe, expect, it } from '@jest/globals';
import { adapterOperations } from '../support/operations.ts';
import { isSlow } from './matrix/breakages.ts';
import type { Cell, Played } from './matrix/play.ts';
import { callRows } from './matrix/rows.ts';
import { allCells, playCells } from './matrix/run.ts';
import { operationsOf, unplayed } from './matrix/unplayed.ts';

/** Of each call: what fails at once and stays, and what passes; slow ones where they take seconds alone. */
const chosen = (cell: Cell): boolean => {
  const { row, breakage, phase } = cell;
  if (isSlow(breakage)) return phase === 'in flight' && row.service === 'table';
  if (phase === 'until healed') return breakage === 'status 429, Retry-After: 7' || breakage === 'status 503';
  if (phase === 'before start') return breakage === 'refused connection';
  return breakage === 'reset after the work' || breakage === 'malformed JSON';
};

const nameOf = ({ row, breakage, phase }: Cell): string => `${row.name}, ${breakage}, ${phase}`;

describe('INV6: a service that fails gives a documented answer in time, and the same process recovers', () => {
  const cells = allCells.filter(chosen);
  let played: readonly Played[] = [];

  beforeAll(async () => {
    played = await playCells(cells);
  }, 120_000);

  it.each(cells.map(nameOf))('%s', (name) => {
    expect(played.find((one) => nameOf(one) === name)?.faults).toEqual([]);
  });
});

describe('the fault matrix', () => {
  const played = callRows.flatMap(operationsOf);

  it('plays every call of the adapters, or says why not', () => {
    const known = [...new Set([...played, ...Object.keys(unplayed)])];
    expect(known.toSorted()).toEqual(adapterOperations());
  });

  it('gives no reason against a call that it plays', () => {
    expect(played.filter((operation) => operation in unplayed)).toEqual([]);
  });
});
