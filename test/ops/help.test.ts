// The help of every command as it is read: lines of the terminal's width, and examples that can be typed as they stand.
import { describe, expect, it, jest } from '@jest/globals';
import { type CommandName, run } from './support.ts';
import { atTerminal, isHere } from './terminal.ts';

jest.setTimeout(60_000);

const all: readonly CommandName[] = [
  'secrets',
  'doctor',
  'smoke',
  'link',
  'export-user',
  'delete-user',
  'reset-factors',
];

const WIDEST = 110;
/** A line to be typed is never broken. */
const isExample = (line: string): boolean => /^ {2}(npm run|node --import) /.test(line);

/** Lines of prose that end before the width does, and lines that are wider. */
function raggedLines(help: string, width: number): readonly string[] {
  const lines = help.trimEnd().split('\n');
  const wide = lines.filter((line) => line.length > width && !isExample(line));
  // Usage, then the description, the options, the credentials.
  const [, description = '', , ...rest] = help.split('\n\n');
  const paragraphs = [description, /^Credentials [^:]*:$/m.exec(rest.join('\n\n'))?.[0] ?? ''];
  const early = paragraphs.flatMap((paragraph) => {
    const of = paragraph.split('\n');
    return of.filter((line, i) => {
      const [first] = of[i + 1]?.split(' ') ?? [];
      return first !== undefined && line.length + 1 + first.length <= width;
    });
  });
  return [...wide, ...early, ...paragraphs.filter((paragraph) => paragraph === '')];
}

const inOneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

describe('the help', () => {
  it.each(all)('of %s breaks its lines where 110 columns end, without a terminal', async (name) => {
    const { stdout } = await run(null, name, ['--help']);
    expect(raggedLines(stdout, WIDEST)).toEqual([]);
  });

  (isHere ? it : it.skip).each(all)('of %s breaks its lines where its terminal ends', async (name) => {
    const { stdout } = await run(null, name, ['--help']);
    for (const columns of [80, WIDEST, 200]) {
      const { output } = await atTerminal(`dist/test/ops/${name}.mjs --help`, { columns });
      expect(raggedLines(output, Math.min(columns, WIDEST))).toEqual([]);
      expect(inOneLine(output)).toBe(inOneLine(stdout));
    }
  });

  it('shows --json with `npm run -s` alone: npm has words of its own on stdout', async () => {
    const helps = await Promise.all(all.map((name) => run(null, name, ['--help'])));
    for (const { stdout } of helps)
      expect(inOneLine(stdout)).toMatch(/--json one JSON document on stdout.* with `npm run -s`/);
    const examples = helps.flatMap(({ stdout }) => stdout.split('\n').filter(isExample));
    const ofJson = examples.filter((line) => line.includes(' --json'));
    expect(ofJson.length).toBeGreaterThan(0);
    for (const line of ofJson) expect(line).toMatch(/^ {2}npm run -s /);
  });
});
