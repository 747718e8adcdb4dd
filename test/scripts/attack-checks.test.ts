// The edits that take the gate's checks out still fit the source, and every attack names a check that there is.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { edited, type SourceEdit } from '../../scripts/source-edits.ts';
import type { AttackCheck } from '../support/attack-check.ts';
import { checks } from '../support/attack-checks.ts';

const all: readonly (readonly [string, AttackCheck])[] = Object.entries(checks);

const withEdits = (edits: readonly SourceEdit[], file: string): string =>
  edits.filter((edit) => edit.file === file).reduce(edited, readFileSync(file, 'utf8'));

describe('the checks that attacks name', () => {
  it.each(all)('%s can be taken out of the present source', (_, { edits }) => {
    expect(edits.length).toBeGreaterThan(0);
    for (const { file } of edits) {
      expect(file).toMatch(/^functions\//);
      expect(withEdits(edits, file)).not.toBe(readFileSync(file, 'utf8'));
    }
  });

  it.each(all)('%s says in one sentence what it does', (name, { what }) => {
    expect(name).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
    expect(what).toMatch(/^[A-Z][^.]+\.$/);
  });

  it('are each named by an attack', () => {
    const files = readdirSync('test/security').map((file) => path.join('test/security', file));
    const text = files.map((file) => readFileSync(file, 'utf8')).join('\n');
    expect(all.map(([name]) => name).filter((name) => !text.includes(`'${name}'`))).toEqual([]);
  });

  it('refuse an edit whose place is gone or is there twice', () => {
    expect(() => edited('a b', { file: 'x.ts', find: 'c', replace: '' })).toThrow('x.ts holds 0 times: c');
    expect(() => edited('a a', { file: 'x.ts', find: 'a', replace: '' })).toThrow('x.ts holds 2 times: a');
  });
});
