import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { metricNames } from '../../functions/contract/metrics.ts';
import { functionNames } from '../../functions/contract/routes.ts';
import { alarmRuleNames, comparedAlarms } from '../../lib/alarm-rules.ts';

const text = readFileSync('docs/cost.md', 'utf8');
const tables = text.split('\n\n').filter((part) => part.startsWith('|'));
/** The dollars of each row; a table has one column of them or more. */
const amountsOf = (table: string): readonly (readonly number[])[] =>
  table
    .split('\n')
    .slice(2)
    .map((row) => [...row.matchAll(/(?<=\| \**)\d+\.\d\d(?=\** \|)/g)].map(([amount]) => Number(amount)));

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
interface Series {
  readonly node: string;
  readonly subject: string;
  readonly delays?: string;
  readonly latencies: readonly number[];
  readonly wallMs: readonly number[];
}
const bench: Readonly<Record<'latency' | 'first', readonly Series[]>> = JSON.parse(
  readFileSync('bench/results/latest.json', 'utf8'),
);
const isOurs = ({ node, subject }: Series): boolean => node.startsWith('24.') && subject === 'ours';

describe('the costs in the docs', () => {
  it('add up in each column of each table', () => {
    expect(tables.map((table) => amountsOf(table)[0]?.length)).toEqual([2, 1]);
    for (const table of tables) {
      const rows = amountsOf(table);
      const sums = rows.at(-1) ?? [];
      expect(new Set(rows.map((row) => row.length))).toEqual(new Set([sums.length]));
      for (const [column, sum] of sums.entries())
        expect(rows.slice(0, -1).reduce((total, row) => total + (row[column] ?? Number.NaN), 0)).toBeCloseTo(
          sum,
          6,
        );
    }
  });

  it('take the time of an exchange from the bench, and price it right', () => {
    const [, warm = Number.NaN] = /: (\d+) ms for a warm exchange with 40 ms/.exec(text)?.map(Number) ?? [];
    const [, first = Number.NaN, more] =
      /and (\d+) ms from the load .* for a first one, (\d+) more\./.exec(text)?.map(Number) ?? [];
    const measured = {
      warm: median(bench.latency.find((one) => isOurs(one) && one.delays === 'usual')?.latencies ?? []),
      first: median(bench.first.find(isOurs)?.wallMs ?? []),
    };
    // A run on another day differs by some percent; the dollars do not.
    expect(Math.abs(warm / measured.warm - 1)).toBeLessThan(0.05);
    expect(Math.abs(first / measured.first - 1)).toBeLessThan(0.1);
    expect(more).toBe(first - warm);
    const price = (seconds: number) => (seconds * 0.5 * 0.0000133334).toFixed(2);
    const row = (name: string) => text.split('\n').find((line) => line.startsWith(`| ${name} |`));
    expect(row('Lambda, time')).toMatch(new RegExp(`\\| ${price(1000 * warm)} \\| ${price(400_000)} \\|$`));
    const cold = `\\| ${price(5 * (first - warm))} \\| ${price(5 * 320)} \\|$`;
    expect(row('Lambda, cold starts')).toMatch(new RegExp(cold));
  });

  it('count the metrics and alarms that there are', () => {
    // One metric is the gateway's own, and one alarm looks at two.
    expect(text).toContain(`| Metrics | ${metricNames.length + 1} at $0.30`);
    const alarms = 2 * functionNames.length + alarmRuleNames.length + Object.keys(comparedAlarms).length;
    expect(text).toContain(`| Alarms | ${alarms} on ${alarms + 1} metrics`);
  });
});
