// `npm run bench`: measures everything, keeps the raw figures in bench/results, and draws docs/performance.md anew.
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir, totalmem } from 'node:os';
import path from 'node:path';
import { build } from '../scripts/build.ts';
import { readOptions } from '../scripts/options.ts';
import { bundleAll } from './bundles.ts';
import { clientSize } from './client-size.ts';
import { measureFirst } from './measure/first.ts';
import { filesOfExchange, justLoaded, type LoadSubject, measureLoad } from './measure/load.ts';
import { noDelays, usualDelays, Warm } from './measure/warm.ts';
import { type NodeBinary, node24, type Outside, ownNode, startOutside } from './processes.ts';
import { report } from './report/report.ts';
import type { FirstSeries, LatencySeries, LoadSeries, Results, WarmSeries } from './results.ts';
import { folderBytes } from './sizes.ts';

/** Four minutes where nobody else works, and eight at most. */
const rounds = {
  load: { most: 25, seconds: 55 },
  first: { most: 11, seconds: 30 },
  cpu: { most: 24, seconds: 35 },
  latency: { most: 250, seconds: 75 },
  latencyWithoutDelays: { most: 250, seconds: 10 },
} as const;
const EXCHANGES_IN_BLOCK = 60;
const once = { most: 1, seconds: 0 } as const;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

type Bundles = Awaited<ReturnType<typeof bundleAll>>;

/** The bundle with V8's compile cache beside it, as a deploy could ship one: only to know what that would bring. */
async function cached(
  node: NodeBinary,
  { ours }: Bundles,
  files: readonly string[],
): Promise<readonly LoadSubject[]> {
  if (Number(node.version.split('.')[0]) < 22) return [];
  const folder = await mkdtemp(path.join(tmpdir(), 'bench-compile-cache-'));
  const environment = { NODE_COMPILE_CACHE: folder };
  const subject = { name: `${ours.name}-compile-cache`, files, environment };
  // The first run writes the cache.
  await measureLoad(node, [subject], justLoaded, once);
  return [subject];
}

async function cold(node: NodeBinary, bundles: Bundles, outside: Outside) {
  const eventFile = path.resolve('dist/bench/event.json');
  const newEvent = async () => writeFile(eventFile, JSON.stringify(await outside.event()));
  await outside.setDelays(usualDelays);
  await newEvent();
  const { ours, floor, stockFloor, baseline, baselineBundled } = bundles;
  const files = await filesOfExchange(node, ours, eventFile, outside.environment);
  const load = await measureLoad(
    node,
    [
      { name: ours.name, files },
      { name: `${ours.name}-begun`, files, environment: outside.environment },
      ...[floor, stockFloor, baseline, baselineBundled].map(({ name, entry }) => ({ name, files: [entry] })),
      ...(await cached(node, bundles, files)),
    ],
    justLoaded,
    rounds.load,
  );
  await newEvent();
  const subjects = [ours, baseline, baselineBundled];
  // Once unmeasured, so that the outside knows its answers.
  await measureFirst(node, subjects, eventFile, outside.environment, once);
  const first = await measureFirst(node, subjects, eventFile, outside.environment, rounds.first);
  return { load, first, files };
}

async function measure(): Promise<Results> {
  const built = await build();
  const bundles = await bundleAll();
  const other = await node24();
  const nodes = other === null ? [ownNode] : [ownNode, other];
  const newest = other ?? ownNode;
  const outside = await startOutside();
  const load: LoadSeries[] = [];
  const first: FirstSeries[] = [];
  const cpu: WarmSeries[] = [];
  const latency: LatencySeries[] = [];
  let connections = 0;
  let files: readonly string[] = [];
  try {
    for (const node of nodes) {
      say(`Node ${node.version}: loads and first exchanges`);
      const figures = await cold(node, bundles, outside);
      load.push(...figures.load);
      first.push(...figures.first);
      files = figures.files;
      say(`Node ${node.version}: warm exchanges`);
      const { ours, bareWire, bareFetch } = bundles;
      const warm = await Warm.start(node, outside, ours, [bareWire, bareFetch]);
      cpu.push(...(await warm.cpu(rounds.cpu, EXCHANGES_IN_BLOCK)));
      warm.close();
    }
    say(`Node ${newest.version}: latency`);
    const warm = await Warm.start(newest, outside, bundles.ours, [bundles.bareWire]);
    const usual = await warm.latency(rounds.latency, usualDelays);
    const none = await warm.latency(rounds.latencyWithoutDelays, noDelays);
    connections = await warm.connections(1000);
    latency.push(...usual.map((one) => ({ ...one, delays: 'usual' as const })));
    latency.push(...none.map((one) => ({ ...one, delays: 'none' as const })));
    warm.close();
  } finally {
    outside.close();
  }
  return {
    machine: {
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      memoryGb: Math.round(totalmem() / 2 ** 30),
      loadAverage: loadavg().map((one) => Math.round(one * 10) / 10),
      nodes: nodes.map(({ version }) => version),
      date: new Date().toISOString().slice(0, 10),
    },
    sizes: {
      functions: Object.fromEntries(built.map(({ name, folder }) => [name, folderBytes(folder)])),
      exchangeFiles: files.map((file) => path.basename(file)),
      ...(await clientSize()),
    },
    load,
    first,
    cpu,
    latency,
    connections,
  };
}

const usage = `Usage: npm run bench

Measures everything, in four minutes where nobody else works. Writes bench/results/latest.json, and the tables and
pictures of docs/performance.md anew.

  --help  this`;

readOptions(usage, {});
const results = await measure();
await mkdir('bench/results', { recursive: true });
await writeFile('bench/results/latest.json', `${JSON.stringify(results)}\n`);
await report(results);
