// How long it takes until every chunk of an exchange is in: ours, the floor and the baseline in turn, each time in a
// fresh process.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod/mini';
import type { Measured } from '../bundles.ts';
import { firstExchange, load, type NodeBinary } from '../processes.ts';
import type { LoadSeries } from '../results.ts';
import { rotated, type Turns, turns } from './turns.ts';

const coverage = z.object({ result: z.array(z.object({ url: z.string() })) });

/** The files of a bundle that its first exchange loads, the entry first: as V8 itself saw them. */
export async function filesOfExchange(
  node: NodeBinary,
  { entry }: Measured,
  eventFile: string,
  environment: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-coverage-'));
  try {
    await firstExchange(node, entry, eventFile, { ...environment, NODE_V8_COVERAGE: folder });
    const home = path.dirname(path.resolve(entry));
    const scripts = readdirSync(folder).flatMap((file) => {
      const { result } = coverage.parse(JSON.parse(readFileSync(path.join(folder, file), 'utf8')));
      return result.filter(({ url }) => url.startsWith('file:')).map(({ url }) => fileURLToPath(url));
    });
    const own = scripts.filter((file) => path.dirname(file) === home && file !== path.resolve(entry));
    return [path.resolve(entry), ...new Set(own)];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const round = (value: number): number => Math.round(value * 100) / 100;

export interface LoadSubject {
  readonly name: string;
  readonly files: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** The code alone: without settings ours has nothing to begin with; the floor makes its client all the same. */
export const justLoaded = { AWS_REGION: 'us-east-1' } as const;

/** Each round loads each subject once. */
export async function measureLoad(
  node: NodeBinary,
  subjects: readonly LoadSubject[],
  environment: Readonly<Record<string, string>>,
  rounds: Turns,
): Promise<readonly LoadSeries[]> {
  const series = subjects.map((subject) => ({
    subject,
    cpuMs: new Array<number>(),
    wallMs: new Array<number>(),
  }));
  for (const turn of turns(rounds)) {
    for (const { subject, cpuMs, wallMs } of rotated(series, turn)) {
      const loaded = await load(node, subject.files, { ...environment, ...subject.environment });
      cpuMs.push(round(loaded.cpuMs));
      wallMs.push(round(loaded.wallMs));
    }
  }
  return series.map(({ subject, ...figures }) => ({ node: node.version, subject: subject.name, ...figures }));
}
