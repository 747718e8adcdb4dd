// What people read: tables as wide as their terminal, and whole where there is none.
import { describe, expect, it } from '@jest/globals';
import { createOutput } from '../../ops/base/output.ts';

const url = `https://api.bank.example/${'x'.repeat(120)}`;
const rows = [
  ['check by hand', 'jwt_settings', `look at it: ${'some words '.repeat(20)}end`],
  ['fine', 'webhook', 'short'],
  ['ERROR', 'webhook_missing', `Unit has no webhook for ${url}`],
];

function printed(columns: number | undefined, some = rows): readonly string[] {
  const lines: string[] = [];
  createOutput(
    false,
    (text) => lines.push(...text.split('\n')),
    () => {},
    columns,
  ).table(['', 'finding', 'what was seen'], some);
  return lines;
}
/** The last column, one after the other. */
const lastOf = (lines: readonly string[]): string =>
  lines.map((line) => line.split('│').at(-2)?.trim() ?? '').join('');

describe('a table', () => {
  it.each([[80], [110]])('fits a terminal of %d columns, and nothing of it is lost', (columns) => {
    const lines = printed(columns);
    expect(Math.max(...lines.map(({ length }) => length))).toBe(columns);
    expect(lastOf(lines).replaceAll(' ', '')).toContain(url);
    expect(lastOf(lines)).not.toContain('…');
    // Above, below the head, below.
    expect(lines.filter((line) => /^[┌├└]/.test(line))).toHaveLength(3);
  });

  it('leaves its last column readable at a terminal that is too narrow', () => {
    const [first = ''] = printed(40);
    expect(first.split('┬').at(-1)?.length).toBeGreaterThan(30);
  });

  it('is no wider than it needs to be', () => {
    const few = [['fine', 'webhook', 'short']];
    expect(printed(200, few)[0]).toBe(printed(undefined, few)[0]);
  });

  it('is as wide as its words without a terminal, for a log or a ticket', () => {
    const lines = printed(undefined);
    expect(lines.some((line) => line.includes(url))).toBe(true);
    expect(lines.filter((line) => line.startsWith('├'))).toHaveLength(rows.length);
  });
});
