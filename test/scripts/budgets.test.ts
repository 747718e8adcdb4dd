import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as budgets from '../../bench/budgets.ts';
import { contributors, folderBytes, listed } from '../../bench/sizes.ts';
import { addedAt, quantile, ratioOf } from '../../bench/statistics.ts';
import { type Bundle, build } from '../../scripts/build.ts';

let folder: string;
let bundles: readonly Bundle[];
let spoiled: readonly Bundle[];

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'budgets-'));
  bundles = await build({ into: path.join(folder, 'good') });
  // As if somebody had found the SDK handier than one bare call.
  spoiled = await build({
    into: path.join(folder, 'spoiled'),
    names: ['token'],
    edits: [
      {
        file: 'functions/adapters/stytch/session-reader.ts',
        find: "import * as z from 'zod/mini';",
        replace:
          "import * as z from 'zod/mini'; import * as stytch from 'stytch'; globalThis.process.title = String(stytch.envs.test);",
      },
    ],
  });
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the budgets of the bundles', () => {
  it('R6 are kept by every function', () => {
    const over = bundles.filter(({ name, folder: own }) => folderBytes(own) > budgets.functionBytes[name]);
    expect(over.map(({ name, metafile }) => `${name}:\n${listed(metafile)}`)).toEqual([]);
  });

  it('R6 are close enough to what is there that a library more breaks them', () => {
    for (const { name, folder: own } of bundles) {
      expect(folderBytes(own)).toBeGreaterThan(budgets.functionBytes[name] * 0.93);
    }
  });

  it('R6 are broken by the Stytch SDK in the exchange, which is then named', () => {
    const [token] = spoiled;
    expect(folderBytes(token?.folder ?? '')).toBeGreaterThan(budgets.functionBytes.token);
    expect(folderBytes(token?.folder ?? '')).toBeGreaterThan(budgets.exchangeBytes);
    const largest = contributors((token as Bundle).metafile).slice(0, 3);
    expect(largest.map(([name]) => name)).toContain('stytch');
    expect(listed((token as Bundle).metafile)).toContain('stytch');
  });
});

describe('the bench', () => {
  it('loads a CommonJS bundle by `require`, as Lambda does: `import()` would cost the baseline twice as much', () => {
    const file = path.join(folder, 'index.cjs');
    // What `import()` loads has no parent.
    writeFileSync(file, 'if (module.parent === undefined) throw new Error("imported");\n');
    const load = () =>
      execFileSync(process.execPath, ['bench/children/load.mjs', file], { encoding: 'utf8' });
    expect(JSON.parse(load())).toEqual({ wallMs: expect.any(Number), cpuMs: expect.any(Number) });
  });
});

describe('a limit', () => {
  const namedIn = (file: string): ReadonlySet<string> =>
    new Set(readFileSync(file, 'utf8').match(/\b\w+\b/g));
  const check = namedIn('bench/check.ts');

  it('is judged by `npm run budgets`, but for those that the documents name', () => {
    const elsewhere = Object.keys(budgets).filter((name) => !check.has(name));
    expect(elsewhere).toEqual(['latencyP50', 'latencyP99']);
    const report = namedIn('bench/report/tables.ts');
    expect(elsewhere.filter((name) => !report.has(name))).toEqual([]);
  });

  it('of what delays add is broken by a call that waits for another, and by no slow processor', () => {
    const times = (ms: number): number[] => Array.from({ length: 40 }, (_, index) => ms + (index % 3) / 10);
    const bare = addedAt(0.25, times(122), times(2));
    const ratioWith = (delayed: number, alone: number): number =>
      addedAt(0.25, times(delayed), times(alone)) / bare;
    expect(ratioWith(124, 3)).toBeLessThanOrEqual(budgets.delaysP25);
    expect(ratioWith(161, 40)).toBeLessThanOrEqual(budgets.delaysP25);
    // One table call of 10 ms, one after the other.
    expect(ratioWith(134, 3)).toBeGreaterThan(budgets.delaysP25);
  });
});

describe('the figures of the bench', () => {
  it('say a ratio of medians with an interval around it', () => {
    const below = Array.from({ length: 40 }, (_, index) => 100 + (index % 7));
    const { ratio, low, high } = ratioOf(
      below.map((one) => one * 1.5),
      below,
    );
    expect(ratio).toBeCloseTo(1.5);
    expect(low).toBeLessThanOrEqual(ratio);
    expect(high).toBeGreaterThanOrEqual(ratio);
    expect(high - low).toBeLessThan(0.2);
  });

  it('take quantiles of unsorted values', () => {
    expect(quantile([5, 1, 4, 2, 3], 0.5)).toBe(3);
    expect(quantile([5, 1, 4, 2, 3], 0.99)).toBe(5);
    expect(quantile([10, 9, 100], 0)).toBe(9);
  });
});
