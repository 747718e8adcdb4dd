// What a command prints: its result on stdout, and every word about its progress on stderr.
import Table from 'cli-table3';
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

/** `stdout` and `stderr` take whole lines. */
export function createOutput(isJson: boolean, stdout: Write, stderr: Write): Output {
  const people = isJson ? stderr : stdout;
  return {
    step: stderr,
    say: people,
    table(head, rows) {
      // No colours: what a log or a ticket gets is what the terminal shows.
      const table = new Table({ head: [...head], style: { head: [], border: [] } });
      table.push(...rows.map((row) => row.map(printable)));
      people(table.toString());
    },
    document(value) {
      if (isJson) stdout(JSON.stringify(value, null, 2));
    },
  };
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
