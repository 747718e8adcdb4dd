// The fault matrix from the command line: `npm run fault-matrix`.
import { readFileSync, writeFileSync } from 'node:fs';
import Table from 'cli-table3';
import { readOptions } from '../../../scripts/options.ts';
import buildOnce from '../../support/build-once.ts';
import type { Played } from './play.ts';
import { callRows } from './rows.ts';
import { allCells, playCells } from './run.ts';
import { head, markdown, rowsOf } from './table.ts';

const usage = `Usage: npm run fault-matrix -- [options]

Breaks every call that the functions make to another service in every way, and judges what comes of it.

  --call <text>    only the calls whose name holds the text
  --fault <text>   only the faults whose name holds the text
  --phase <text>   only the phases whose name holds the text
  --write          writes the table into docs/faults.md
  --help           this
`;

const { values } = readOptions(usage, {
  options: {
    call: { type: 'string', default: '' },
    fault: { type: 'string', default: '' },
    phase: { type: 'string', default: '' },
    write: { type: 'boolean', default: false },
  },
});

const DOCUMENT = 'docs/faults.md';
const marks = [
  '<!-- matrix: written by `npm run fault-matrix -- --write` -->',
  '<!-- end of the matrix -->',
] as const;

function print(played: readonly Played[]): void {
  for (const row of callRows) {
    const rows = rowsOf(row, played);
    if (!played.some((one) => one.row === row)) continue;
    const table = new Table({ head: [...head], style: { head: [], border: [], compact: true } });
    for (const [fault = '', first = '', ...rest] of rows)
      table.push(
        first.startsWith('not applicable')
          ? [fault, { colSpan: 3, content: first }]
          : [fault, first, ...rest],
      );
    process.stdout.write(`\n${row.name}\n${table.toString()}\n`);
  }
}

function write(played: readonly Played[]): void {
  const [before, rest = ''] = readFileSync(DOCUMENT, 'utf8').split(marks[0]);
  const after = rest.split(marks[1])[1];
  if (after === undefined) throw new Error(`${DOCUMENT} lacks the marks of the matrix`);
  writeFileSync(DOCUMENT, `${before}${marks[0]}\n\n${markdown(played)}\n${marks[1]}${after}`);
}

function tell({ row, breakage, phase }: Played, what: string, faults: readonly string[]): void {
  const lines = faults.map((fault) => `  ${fault}\n`).join('');
  process.stdout.write(`\n${row.name}, ${breakage}, ${phase} ${what}:\n${lines}`);
}

async function main(): Promise<boolean> {
  buildOnce();
  const startedAt = performance.now();
  const cells = allCells.filter(
    ({ row, breakage, phase }) =>
      row.name.includes(values.call) && breakage.includes(values.fault) && phase.includes(values.phase),
  );
  const played = await playCells(cells);
  print(played);
  const broken = played.filter(({ faults }) => faults.length > 0);
  for (const one of broken) tell(one, 'is broken', one.faults);
  for (const one of played) if (one.excused !== undefined) tell(one, 'was played again alone', one.excused);
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  process.stdout.write(`\n${played.length} cells in ${seconds} s, ${broken.length} broken\n`);
  if (values.write && broken.length === 0) write(played);
  return broken.length === 0 && played.length > 0;
}

process.exitCode = (await main()) ? 0 : 1;
