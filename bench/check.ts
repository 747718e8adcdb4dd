// `npm run budgets`: the limits of bench/budgets.ts in under two minutes. Fails with the figure, and for sizes and loads
// with what the bundle consists of.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from '../scripts/build.ts';
import {
  clientBytes,
  connectionsPerThousand,
  cpuOverBare,
  exchangeBytes,
  functionBytes,
  latencyP50,
  loadOverBaseline,
  loadOverFloor,
} from './budgets.ts';
import { bundleAll } from './bundles.ts';
import { clientSize } from './client-size.ts';
import { filesOfExchange, measureLoad } from './measure/load.ts';
import type { Turns } from './measure/turns.ts';
import { usualDelays, Warm } from './measure/warm.ts';
import { type NodeBinary, node24, type Outside, ownNode, startOutside } from './processes.ts';
import { filesBytes, folderBytes, listed } from './sizes.ts';
import { type Ratio, ratioOf } from './statistics.ts';

type Bundles = Awaited<ReturnType<typeof bundleAll>>;

const rounds = {
  load: { most: 15, seconds: 15 },
  cpu: { most: 12, seconds: 12 },
  latency: { most: 60, seconds: 20 },
} as const;
const EXCHANGES_IN_BLOCK = 50;

/** What others do on this machine only ever adds: below the median it has added least. */
const LOWER_QUARTILE = 0.25;

const longer = ({ most, seconds }: Turns, factor: number): Turns => ({
  most: most * factor,
  seconds: seconds * factor,
});

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const failures: string[] = [];

function judge(what: string, value: number, limit: number, contributors = ''): void {
  const isGood = value <= limit;
  say(`${isGood ? 'ok    ' : 'FAILED'} ${what}: ${format(value)} (limit ${format(limit)})`);
  if (!isGood)
    failures.push(
      `${what} is ${format(value)}, limit ${format(limit)}${contributors && `\n${contributors}`}`,
    );
}

const format = (value: number): string => (value < 100 ? value.toFixed(2) : value.toLocaleString('en'));

/** On a machine that others use a ratio may stray: one that is over its limit is measured once more, for longer. */
async function ratioWithin(limit: number, measure: (factor: number) => Promise<Ratio>): Promise<Ratio> {
  const once = await measure(1);
  return once.ratio <= limit ? once : measure(2);
}

async function checkLoads(node: NodeBinary, bundles: Bundles, files: readonly string[]): Promise<void> {
  const { ours, floor, baseline } = bundles;
  const isNewest = node.version.startsWith('24.');
  const below = isNewest ? [floor, baseline] : [floor];
  const subjects = [ours, ...below].map(({ name, entry }) => ({
    name,
    files: name === ours.name ? files : [entry],
  }));
  const names = new Set(files.map((file) => path.basename(file)));
  for (const other of below) {
    const budget = other === floor ? loadOverFloor : loadOverBaseline;
    const { ratio } = await ratioWithin(budget.limit, async (factor) => {
      const series = await measureLoad(node, subjects, longer(rounds.load, factor));
      const figures = (name: string) => series.find(({ subject }) => subject === name)?.cpuMs ?? [];
      return ratioOf(figures(ours.name), figures(other.name));
    });
    const what = `load / ${other.name}, Node ${node.version}`;
    judge(what, ratio, budget.limit, listed(ours.metafile, names));
  }
}

async function checkWarm(bundles: Bundles, outside: Outside): Promise<void> {
  const warm = await Warm.start(ownNode, outside, bundles.ours, [bundles.bareWire, bundles.bareFetch]);
  try {
    const cpu = await ratioWithin(cpuOverBare.limit, async (factor) => {
      const [own, , bare] = await warm.cpu(longer(rounds.cpu, factor), EXCHANGES_IN_BLOCK);
      return ratioOf(own?.cpuMs ?? [], bare?.cpuMs ?? [], LOWER_QUARTILE);
    });
    judge('CPU of an exchange / outside calls alone', cpu.ratio, cpuOverBare.limit);
    judge('connections per 1,000 exchanges', await warm.connections(1000), connectionsPerThousand);
    const latency = await ratioWithin(latencyP50.limit, async (factor) => {
      const [own, bare] = await warm.latency(longer(rounds.latency, factor), usualDelays);
      return ratioOf(own?.latencies ?? [], bare?.latencies ?? [], LOWER_QUARTILE);
    });
    judge('latency / outside calls alone', latency.ratio, latencyP50.limit);
  } finally {
    warm.close();
  }
}

const built = await build();
for (const { name, folder, metafile } of built) {
  judge(`bytes of ${name}`, folderBytes(folder), functionBytes[name], listed(metafile));
}
judge('bytes of the client', await clientSize(), clientBytes);

const bundles = await bundleAll();
const other = await node24();
const outside = await startOutside();
try {
  const eventFile = path.resolve('dist/bench/event.json');
  await writeFile(eventFile, JSON.stringify(await outside.event()));
  const files = await filesOfExchange(ownNode, bundles.ours, eventFile, outside.environment);
  judge('bytes that an exchange loads', filesBytes(files), exchangeBytes, listed(bundles.ours.metafile));
  for (const node of other === null ? [ownNode] : [ownNode, other]) await checkLoads(node, bundles, files);
  await checkWarm(bundles, outside);
} finally {
  outside.close();
}

say(failures.length === 0 ? '\nEvery budget is kept.' : `\nOver budget:\n- ${failures.join('\n- ')}`);
process.exitCode = failures.length === 0 ? 0 : 1;
