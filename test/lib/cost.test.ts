import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { metricNames } from '../../functions/contract/metrics.ts';
import { functionNames } from '../../functions/contract/routes.ts';
import { alarmRuleNames, comparedAlarms } from '../../lib/alarm-rules.ts';

const text = readFileSync('docs/cost.md', 'utf8');
const tables = text.split('\n\n').filter((part) => part.startsWith('|'));
const amountsOf = (table: string): number[] =>
  [...table.matchAll(/\| \**(\d+\.\d\d)\** \|$/gm)].map(([, amount]) => Number(amount));

describe('the costs in the docs', () => {
  it('add up in each table', () => {
    expect(tables).toHaveLength(2);
    for (const table of tables) {
      const amounts = amountsOf(table);
      const rows = table.split('\n').length - 2;
      expect(amounts).toHaveLength(rows);
      const sum = amounts.slice(0, -1).reduce((total, one) => total + one, 0);
      expect(sum).toBeCloseTo(amounts.at(-1) ?? Number.NaN, 6);
    }
  });

  it('count the metrics and alarms that there are', () => {
    // One metric is the gateway's own, and one alarm looks at two.
    expect(text).toContain(`| Metrics | ${metricNames.length + 1} at $0.30`);
    const alarms = 2 * functionNames.length + alarmRuleNames.length + Object.keys(comparedAlarms).length;
    expect(text).toContain(`| Alarms | ${alarms} on ${alarms + 1} metrics`);
  });
});
