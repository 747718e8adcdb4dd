// The matrix as tables: a call and a fault to a row, a phase to a column.
import { breakageNames } from './breakages.ts';
import { type CallRow, phases, whyNot } from './calls.ts';
import type { Played } from './play.ts';
import { callRows } from './rows.ts';

export const head = ['Fault', ...phases] as const;

/** Statuses with their codes, the longest time, and how many requests it took after healing. */
function told({ answers, recoveredAfter, faults }: Played): string {
  const counts = new Map<string, number>();
  for (const { status, code } of answers) {
    const what = `${status} ${code}`.trim();
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  const statuses = [...counts].map(([what, times]) => (times === 1 ? what : `${times} x ${what}`)).join(', ');
  const longest = Math.max(0, ...answers.map(({ ms }) => ms));
  const cell = `${statuses}; ${longest.toLocaleString('en-US')} ms; ${recoveredAfter}`;
  return faults.length === 0 ? cell : `BROKEN ${cell}`;
}

/** The rows of one call. */
export function rowsOf(row: CallRow, played: readonly Played[]): readonly (readonly string[])[] {
  return breakageNames.flatMap((breakage) => {
    const why = whyNot(row, breakage);
    if (why !== undefined) return [[breakage, `not applicable: ${why}`, '', '']];
    const cells = phases.map((phase) =>
      played.find((one) => one.row === row && one.breakage === breakage && one.phase === phase),
    );
    return cells.every((one) => one === undefined)
      ? []
      : [[breakage, ...cells.map((one) => (one === undefined ? '' : told(one)))]];
  });
}

/** All of it in Markdown. */
export const markdown = (played: readonly Played[]): string =>
  callRows
    .map((row) =>
      [
        `### ${row.name}`,
        '',
        `| ${head.join(' | ')} |`,
        `|${'---|'.repeat(head.length)}`,
        ...rowsOf(row, played).map((cells) => `| ${cells.join(' | ')} |`),
        '',
      ].join('\n'),
    )
    .join('\n');
