// The soak from the command line: `npm run soak`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { misused, readOptions } from '../../scripts/options.ts';
import buildOnce from '../support/build-once.ts';
import { soakExchanges } from './exchanges.ts';
import { measureMapping } from './mapping.ts';
import { soakMixed, soakOverload } from './mixed.ts';
import { exchangesText, mappingText, mixedText, overloadText } from './report.ts';

const usage = `Usage: npm run soak -- [options]

  --exchanges <n>  exchanges in one process of the token function (default 100000)
  --users <n>      users behind them (default a tenth of the exchanges, 10000 at most)
  --minutes <n>    of mixed load, at half of what this machine does (default 10)
  --only <part>    exchanges, mapping or load (mixed and overload); default all of them
  --bundles <dir>  built functions to run (default dist/functions, built anew)
  --help           this

Writes its figures to dist/soak.json. Ends with status 1 when a limit does not hold.`;

const { values } = readOptions(usage, {
  options: {
    exchanges: { type: 'string', default: '100000' },
    users: { type: 'string' },
    minutes: { type: 'string', default: '10' },
    only: { type: 'string' },
    bundles: { type: 'string', default: 'dist/functions' },
  },
});

const startedAt = performance.now();
const say = (line: string): void => {
  const seconds = String(Math.round((performance.now() - startedAt) / 1000)).padStart(5);
  process.stdout.write(`${seconds} s  ${line}\n`);
};

const positive = (name: string, text: string): number => {
  const value = Number(text);
  if (!(value > 0)) return misused(`--${name} must be above 0`);
  return value;
};

const parts = ['exchanges', 'mapping', 'load'] as const;
type Part = (typeof parts)[number];

async function main(): Promise<boolean> {
  const exchanges = Math.ceil(positive('exchanges', values.exchanges));
  const minutes = positive('minutes', values.minutes);
  const users = Math.min(10_000, positive('users', values.users ?? String(Math.ceil(exchanges / 10))));
  const { bundles, only } = values;
  if (only !== undefined && !parts.some((part) => part === only))
    misused(`--only takes one of ${parts.join(', ')}`);
  const has = (part: Part): boolean => only === undefined || only === part;
  buildOnce();
  const reports: Record<string, { readonly faults: readonly string[] }> = {};
  const note = <T extends { readonly faults: readonly string[] }>(
    name: string,
    report: T,
    text: (report: T) => string,
  ): T => {
    reports[name] = report;
    process.stdout.write(`\n${text(report)}\n\n`);
    return report;
  };
  if (has('exchanges'))
    note('exchanges', await soakExchanges({ exchanges, users, bundles, onProgress: say }), exchangesText);
  if (has('mapping')) {
    const report = await measureMapping({
      many: users,
      exchanges: Math.min(1000, Math.max(200, Math.ceil(exchanges / 20))),
      bundles,
      onProgress: say,
    });
    note('mapping', report, mappingText);
  }
  if (has('load')) {
    const calibrationSeconds = Math.min(30, Math.max(6, minutes * 6));
    const mixed = note('mixed', await soakMixed({ minutes, calibrationSeconds }, say), mixedText);
    const seconds = Math.min(30, Math.max(6, minutes * 6));
    note('overload', await soakOverload({ capacity: mixed.capacity, seconds }, say), overloadText);
  }
  mkdirSync('dist', { recursive: true });
  const machine = { node: process.version, cores: availableParallelism(), at: new Date().toISOString() };
  writeFileSync('dist/soak.json', `${JSON.stringify({ machine, ...reports }, null, 2)}\n`);
  const faults = Object.entries(reports).flatMap(([name, report]) =>
    report.faults.map((fault) => `${name}: ${fault}`),
  );
  for (const fault of faults) process.stdout.write(`FAILED ${fault}\n`);
  say(faults.length === 0 ? 'every limit held' : `${faults.length} limits did not hold`);
  return faults.length === 0;
}

process.exitCode = (await main()) ? 0 : 1;
