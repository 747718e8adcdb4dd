// What a command prints: its result on stdout, and every word about its progress on stderr.
import Table, { type TableConstructorOptions } from 'cli-table3';
import type { Details } from './stop.ts';

export interface Output {
  /** One line on the way, on stderr. */
  step(text: string): void;
  /** For people: on stdout, or on stderr where stdout is for a program. */
  say(text: string): void;
  table(head: readonly string[], rows: readonly (readonly string[])[]): void;
  /** For programs: one JSON document, with --json alone. */
  document(value: Details): void;
}

type Write = (text: string) => void;
type Rows = readonly (readonly string[])[];

/** `stdout` and `stderr` take whole lines; `columns` are those of the terminal that people read at, if they do. */
export function createOutput(isJson: boolean, stdout: Write, stderr: Write, columns?: number): Output {
  const people = isJson ? stderr : stdout;
  return {
    step: stderr,
    say: people,
    table(head, rows) {
      const cells = rows.map((row) => row.map(printable));
      const whole = draw(head, cells);
      people(columns === undefined || widthOf(whole) <= columns ? whole : fitted(head, cells, columns));
    },
    document(value) {
      if (isJson) stdout(JSON.stringify(value, null, 2));
    },
  };
}

/** Where a terminal is narrower, its own wrapping serves words of this length better than a column of syllables. */
const FEWEST_COLUMNS = 32;

function draw(head: readonly string[], rows: Rows, options: Partial<TableConstructorOptions> = {}): string {
  // No colours: what a log or a ticket gets is what the terminal shows.
  const table = new Table({ head: [...head], ...options, style: { head: [], border: [], ...options.style } });
  table.push(...rows.map((row) => [...row]));
  return table.toString();
}

const widthOf = (table: string): number => table.split('\n', 1)[0]?.length ?? 0;

/** The last column takes what the others leave of the terminal, in as many lines as it needs. */
function fitted(head: readonly string[], rows: Rows, columns: number): string {
  const others = draw(
    head.slice(0, -1),
    rows.map((row) => row.slice(0, -1)),
  );
  const width = Math.max(FEWEST_COLUMNS, columns - widthOf(others) - 1);
  // A blank on either side of the text. The table would cut a longer word, such as an address, off.
  const longWord = new RegExp(`\\S{${width - 2}}(?=\\S)`, 'g');
  const broken = rows.map((row) => [...row.slice(0, -1), (row.at(-1) ?? '').replaceAll(longWord, '$& ')]);
  const colWidths = [...head.slice(0, -1).map(() => null), width];
  return draw(head, broken, { colWidths, wordWrap: true, style: { compact: true } });
}

/** What came from a vendor must not steer the terminal. */
const printable = (text: string): string => text.replaceAll(/\p{Cc}/gu, '?');

/** The first letter and the domain of an address. */
export const maskEmail = (email: string): string => {
  const [local = '', domain = ''] = email.split('@');
  return `${local.slice(0, 1)}***@${domain}`;
};

/** The last two digits of a number. */
export const maskPhone = (phone: string): string => `***${phone.slice(-2)}`;
