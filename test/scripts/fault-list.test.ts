import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { seededFaults } from '../../scripts/fault-list.ts';
import { edited } from '../../scripts/source-edits.ts';

describe('the seeded faults', () => {
  it.each(seededFaults)('still fit the source they break: $name', ({ edits }) => {
    for (const file of new Set(edits.map((edit) => edit.file))) {
      const text = readFileSync(file, 'utf8');
      const broken = edits.filter((edit) => edit.file === file).reduce(edited, text);
      expect(broken).not.toBe(text);
    }
  });

  it('are seven, and no two are the same', () => {
    expect(new Set(seededFaults.map(({ edits }) => JSON.stringify(edits))).size).toBe(7);
  });
});
