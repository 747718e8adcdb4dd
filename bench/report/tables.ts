// The tables of docs/performance.md, in Markdown.
import {
  clientBytes,
  connectionsPerThousand,
  cpuOverBare,
  functionBytes,
  latencyP50,
  latencyP75,
  latencyP99,
  loadOverBaseline,
  loadOverFloor,
  type RatioBudget,
  wholeClientBytes,
} from '../budgets.ts';
import type { Results } from '../results.ts';
import { median, quantile, type Ratio, ratioOf } from '../statistics.ts';
import { named } from './names.ts';

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const shown = ({ ratio, low, high }: Ratio): string =>
  `**${ratio.toFixed(2)}** (${low.toFixed(2)}-${high.toFixed(2)})`;

const major = (node: string): string => `Node ${node.split('.')[0]}`;
const ms = (value: number): string => (value < 10 ? value.toFixed(2) : value.toFixed(0));

/** The figures of one subject on one Node. */
function figures<T extends { readonly node: string; readonly subject: string }>(
  series: readonly T[],
  node: string,
  subject: string,
): T | undefined {
  return series.find((one) => one.node === node && one.subject === subject);
}

function loadRatio({ load }: Results, node: string, below: string): Ratio | undefined {
  const own = figures(load, node, 'ours');
  const other = figures(load, node, below);
  return own && other && ratioOf(own.cpuMs, other.cpuMs);
}

function cpuRatio({ cpu }: Results, node: string, below: string): Ratio | undefined {
  const own = figures(cpu, node, 'ours');
  const other = figures(cpu, node, below);
  return own && other && ratioOf(own.cpuMs, other.cpuMs);
}

function latencyRatio({ latency }: Results, at: number): Ratio | undefined {
  const usual = latency.filter(({ delays }) => delays === 'usual');
  const own = usual.find(({ subject }) => subject === 'ours');
  const bare = usual.find(({ subject }) => subject === 'bare-wire');
  return own && bare && ratioOf(own.latencies, bare.latencies, at);
}

const verdict = (name: string, ratio: Ratio | undefined, { limit, aim }: RatioBudget): readonly string[] => [
  name,
  ratio === undefined ? 'not measured' : shown(ratio),
  String(ratio?.n ?? 0),
  limit.toFixed(2),
  aim.toFixed(2),
  ratio === undefined ? '' : verdictOf(ratio, limit, aim),
];

/** By the whole interval: one that the limit lies in decides nothing. */
function verdictOf({ low, high }: Ratio, limit: number, aim: number): string {
  if (high <= aim) return 'met, and the aim';
  if (high <= limit) return 'met';
  return low > limit ? '**over**' : 'not decided';
}

/** Every limit of design and what this run says to it. */
export function verdictTable(results: Results): string {
  const { nodes } = results.machine;
  const newest = nodes.at(-1) ?? '';
  return table(
    ['Ratio', 'Measured (95 %)', 'n', 'Limit', 'Aim', ''],
    [
      ...nodes.map((node) =>
        verdict(`load / floor, ${major(node)}`, loadRatio(results, node, 'floor'), loadOverFloor),
      ),
      ...nodes.map((node) =>
        verdict(`load / baseline, ${major(node)}`, loadRatio(results, node, 'baseline'), loadOverBaseline),
      ),
      ...nodes.flatMap((node) => [
        verdict(
          `CPU / outside calls alone by \`fetch\`, ${major(node)}`,
          cpuRatio(results, node, 'bare-fetch'),
          cpuOverBare,
        ),
        verdict(
          `CPU / outside calls alone by our own client, ${major(node)}`,
          cpuRatio(results, node, 'bare-wire'),
          cpuOverBare,
        ),
      ]),
      verdict(`latency p50 / outside calls alone, ${major(newest)}`, latencyRatio(results, 0.5), latencyP50),
      verdict(`latency p75 / outside calls alone, ${major(newest)}`, latencyRatio(results, 0.75), latencyP75),
      verdict(`latency p99 / outside calls alone, ${major(newest)}`, latencyRatio(results, 0.99), latencyP99),
    ],
  );
}

export const loadTable = ({ load }: Results): string =>
  table(
    ['', 'Bundle', 'n', 'CPU ms: median', 'p10-p90', 'wall ms: least', 'median'],
    load.map(({ node, subject, cpuMs, wallMs }) => [
      major(node),
      named(subject),
      String(cpuMs.length),
      ms(median(cpuMs)),
      `${ms(quantile(cpuMs, 0.1))}-${ms(quantile(cpuMs, 0.9))}`,
      ms(Math.min(...wallMs)),
      ms(median(wallMs)),
    ]),
  );

export const firstTable = ({ first }: Results): string =>
  table(
    ['', 'Bundle', 'n', 'CPU ms of the whole process', 'load to answer, ms: least', 'median'],
    first.map(({ node, subject, cpuMs, wallMs }) => [
      major(node),
      named(subject),
      String(cpuMs.length),
      ms(median(cpuMs)),
      ms(Math.min(...wallMs)),
      ms(median(wallMs)),
    ]),
  );

export function warmTable(results: Results): string {
  const { cpu, latency, connections } = results;
  const names: Readonly<Record<string, string>> = {
    'bare-wire': 'outside calls alone, over the same client',
    'bare-fetch': 'outside calls alone, over `fetch`',
  };
  const cpuRows = cpu.map(({ node, subject, cpuMs }) => {
    const ratio = subject === 'ours' ? undefined : cpuRatio(results, node, subject);
    return [
      major(node),
      names[subject] ?? named(subject),
      String(cpuMs.length),
      median(cpuMs).toFixed(2),
      ratio === undefined ? '' : shown(ratio),
    ];
  });
  const latencyRows = latency.map(({ node, subject, delays, latencies }) => [
    `${major(node)}, ${delays === 'usual' ? '40 / 5 / 80 ms' : '0 / 0 / 0 ms'}`,
    named(subject),
    String(latencies.length),
    median(latencies).toFixed(1),
    quantile(latencies, 0.99).toFixed(1),
  ]);
  // Of the medians as they are shown, so that the rows add up to it.
  const shownMedian = (wanted: string, delays: string): number =>
    Number(
      median(
        latency.find((one) => one.subject === wanted && one.delays === delays)?.latencies ?? [Number.NaN],
      ).toFixed(1),
    );
  const added = (delays: string): string =>
    (shownMedian('ours', delays) - shownMedian('bare-wire', delays)).toFixed(1);
  return [
    table(['', 'CPU of an exchange', 'n (blocks)', 'ms: median', 'ours over it (95 %)'], cpuRows),
    '',
    table(['', 'Latency of an exchange', 'n', 'ms: p50', 'p99'], latencyRows),
    '',
    `At the median ours adds ${added('usual')} ms to its outside calls at 40 / 5 / 80 ms, and ${added('none')} ms without delays.`,
    '',
    `1,000 exchanges, one after another, opened ${connections} connections (limit ${connectionsPerThousand}).`,
  ].join('\n');
}

export function sizeTable({ sizes }: Results): string {
  const limits: Readonly<Record<string, number>> = {
    ...functionBytes,
    'client, minified': clientBytes,
    'client, everything that it exports': wholeClientBytes,
  };
  const all = {
    ...sizes.functions,
    'client, minified': sizes.client,
    'client, everything that it exports': sizes.wholeClient,
  };
  return table(
    ['Bundle', 'Bytes, every chunk', 'Limit'],
    Object.entries(all).map(([name, bytes]) => [
      name,
      bytes.toLocaleString('en'),
      (limits[name] ?? 0).toLocaleString('en'),
    ]),
  );
}

export const machineText = ({ machine }: Results): string =>
  `Measured on ${machine.date}: ${machine.cores} cores (${machine.cpu}), ${machine.memoryGb} GB, Node ${machine.nodes.join(' and ')}, x64; load average at the end ${machine.loadAverage.join(', ')}.`;
