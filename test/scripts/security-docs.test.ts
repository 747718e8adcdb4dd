// docs/security.md names tests: each must exist, and hold what the document says it shows.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

const document = readFileSync('docs/security.md', 'utf8');

/** The rows of all tables: the first cell, and the test files of the last. */
const rows = document
  .split('\n')
  .filter((line) => line.startsWith('| ') && line.includes('.test.ts`'))
  .map((line) => {
    const cells = line.split('|').map((cell) => cell.trim());
    const files = [...line.matchAll(/`([\w/-]+\.test\.ts)`/g)].map(([, file]) => `test/${file ?? ''}`);
    return { first: cells[1] ?? '', files };
  });

/** Everything in a file that is quoted on one line, titles among it. */
const quotedIn = (file: string): string =>
  [...readFileSync(file, 'utf8').matchAll(/(['"`])((?:(?!\1).)+)\1/g)].map(([, , text]) => text).join('\n');

const idOf = (cell: string): string | undefined => /^(INV\d|[A-Z]\d+(?:\.\d+\.\d+)?)\b/.exec(cell)?.[1];

const isShownBy = (id: string, text: string): boolean =>
  new RegExp(`(?<![\\w.])${id.replaceAll('.', '\\.')}(?![\\w]|\\.\\d)`).test(text);

describe('docs/security.md', () => {
  it('names test files that exist, many of them', () => {
    const files = rows.flatMap((row) => row.files);
    expect(files.length).toBeGreaterThan(80);
    expect(files.filter((file) => !existsSync(file))).toEqual([]);
  });

  it('names for every requirement tests whose titles carry its id', () => {
    const claimed = rows.flatMap(({ first, files }) => {
      const id = idOf(first);
      return id === undefined ? [] : files.map((file) => ({ id, file }));
    });
    expect(claimed.length).toBeGreaterThan(80);
    expect(claimed.filter(({ id, file }) => !isShownBy(id, quotedIn(file)))).toEqual([]);
  });

  it('says of every requirement without a test how it is met, or that it is not', () => {
    const bare = document
      .split('\n')
      .filter((line) => /^\| [A-Z]\d/.test(line) && !line.includes('.test.ts`'))
      .map((line) => line.split('|')[2]?.trim() ?? '');
    expect(bare.filter((how) => how.length < 20)).toEqual([]);
  });

  it('I can tell a missing id and a longer one', () => {
    expect(isShownBy('U4', 'U4 the challenge')).toBe(true);
    expect(isShownBy('A6.6.3', 'A6.6.31 x')).toBe(false);
    expect(isShownBy('U4', 'INVU4 x')).toBe(false);
  });
});
