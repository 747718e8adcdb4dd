// The mapping with few users and with many: an exchange must take as long. Asked in turn, so that both meet the same machine.
import type { Endpoints } from '../../local/lambda-environment.ts';
import { startPeer } from './peer.ts';
import { median } from './statistics.ts';
import { startTokenFunction } from './token-function.ts';

export interface MappingReport {
  readonly few: number;
  readonly many: number;
  readonly exchangesEach: number;
  readonly fewMedianMs: number;
  readonly manyMedianMs: number;
  readonly ratio: number;
  /** Of the CPU time of the function's own process, which the simulators' own searches are no part of. */
  readonly cpuRatio: number;
  readonly faults: readonly string[];
}

const FEW = 10;
/** Generous: the simulators look through their own users too. */
const MOST = 1.5;
/** With few users what is kept for each of them is found more often. */
const MOST_CPU = 1.3;
const BATCH = 25;
const WARMING = 200;

async function makeSide(users: number, bundles: string) {
  const vendors = startPeer('vendors-process.ts', 3000);
  const endpoints = await vendors.ask<Endpoints>('start', { userCount: users });
  const token = await startTokenFunction(bundles, endpoints);
  const times: number[] = [];
  const cpuMs: number[] = [];
  const failures: string[] = [];
  return {
    times,
    cpuMs,
    failures,
    async ask(count: number, isCounted: boolean): Promise<void> {
      const before = await token.probe();
      for (const jwt of await vendors.ask<string[]>('jwts', { count, areNew: false })) {
        const startedAt = performance.now();
        const told = await token.exchange(jwt, 'accounts');
        if (isCounted) times.push(performance.now() - startedAt);
        if (told !== '201' && failures.length < 5) failures.push(`with ${users} users: ${told}`);
      }
      const after = await token.probe();
      if (isCounted) cpuMs.push((after.cpuMs - before.cpuMs) / count);
    },
    async close() {
      await token.close();
      await vendors.close();
    },
  };
}

export async function measureMapping(options: {
  readonly many: number;
  readonly exchanges: number;
  readonly bundles: string;
  readonly onProgress: (line: string) => void;
}): Promise<MappingReport> {
  const { many, exchanges, bundles, onProgress } = options;
  onProgress(`seeding ${FEW} and ${many} users`);
  const small = await makeSide(FEW, bundles);
  const large = await makeSide(many, bundles).catch(async (error: unknown) => {
    await small.close();
    throw error;
  });
  try {
    for (const side of [small, large]) await side.ask(WARMING, false);
    for (let done = 0; done < exchanges; done += BATCH)
      for (const side of done % (2 * BATCH) === 0 ? [small, large] : [large, small])
        await side.ask(BATCH, true);
    const fewMedianMs = median(small.times);
    const manyMedianMs = median(large.times);
    const ratio = manyMedianMs / fewMedianMs;
    const cpuRatio = median(large.cpuMs) / median(small.cpuMs);
    const faults = [
      ...small.failures,
      ...large.failures,
      ...(cpuRatio > MOST_CPU
        ? [`${cpuRatio.toFixed(2)} times the CPU time with ${many} users as with ${FEW}`]
        : []),
      ...(ratio > MOST ? [`${ratio.toFixed(2)} times as long with ${many} users as with ${FEW}`] : []),
    ];
    return { few: FEW, many, exchangesEach: exchanges, fewMedianMs, manyMedianMs, ratio, cpuRatio, faults };
  } finally {
    await Promise.all([small.close(), large.close()]);
  }
}
