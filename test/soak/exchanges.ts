// Part 1: very many exchanges in one process of the token function. Its memory and its handles must stay flat.

import type { Endpoints } from '../../local/lambda-environment.ts';
import { startPeer } from './peer.ts';
import { median, quantile, sampler, slope } from './statistics.ts';
import { type Probe, startTokenFunction } from './token-function.ts';

/** The median of a fifth of the samples: the first fifth after warming up, and the last. */
interface Held {
  readonly first: number;
  readonly last: number;
}

export interface ExchangesReport {
  readonly exchanges: number;
  readonly users: number;
  readonly seconds: number;
  readonly failures: readonly string[];
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly cpuMsPerExchange: number;
  /** Of the memory's fitted line over the last 60 % of the exchanges. */
  readonly bytesPerExchange: number;
  readonly growthBytes: number;
  readonly endBytes: number;
  readonly rssEndBytes: number;
  readonly handles: Held;
  readonly timers: Held;
  readonly descriptors: Held;
  readonly faults: readonly string[];
}

/** What the fitted line of the memory may grow by in all; without a leak it moves by less than half of that: 5,000 exchanges show one of 350 bytes each, 100,000 of 18. */
const GROWTH_BYTES = 1024 * 1024;
/** A connection may be between two states when it is looked at. */
const MORE_HANDLES = 3;
/** Every fourth asks for a sensitive scope by a session of its own: then a counter is written too. */
const SENSITIVE_EVERY = 4;
const BATCH = 40;
const SAMPLES = 100;

export async function soakExchanges(options: {
  readonly exchanges: number;
  readonly users: number;
  readonly bundles: string;
  readonly onProgress: (line: string) => void;
}): Promise<ExchangesReport> {
  const { exchanges, users, bundles, onProgress } = options;
  const vendors = startPeer('vendors-process.ts', 3000);
  try {
    onProgress(`seeding ${users} users`);
    const endpoints = await vendors.ask<Endpoints>('start', { userCount: users });
    const token = await startTokenFunction(bundles, endpoints);
    try {
      return await run({ exchanges, users, onProgress, vendors, token });
    } finally {
      await token.close();
    }
  } finally {
    await vendors.close();
  }
}

interface Sample {
  readonly x: number;
  readonly probe: Probe;
}

async function run({
  exchanges,
  users,
  onProgress,
  vendors,
  token,
}: {
  readonly exchanges: number;
  readonly users: number;
  readonly onProgress: (line: string) => void;
  readonly vendors: ReturnType<typeof startPeer>;
  readonly token: Awaited<ReturnType<typeof startTokenFunction>>;
}): Promise<ExchangesReport> {
  const pid = token.pid();
  const jwtsFor = async (areNew: boolean, count: number) => ({
    areNew,
    jwts: await vendors.ask<string[]>('jwts', { count, areNew }),
  });
  const times = sampler(20_000);
  const failures: string[] = [];
  const samples: Sample[] = [];
  const every = Math.max(BATCH, Math.ceil(exchanges / SAMPLES / BATCH) * BATCH);
  const startedAt = performance.now();
  let done = 0;
  for (let batch = 0; done < exchanges; batch += 1) {
    const { areNew, jwts } = await jwtsFor(batch % SENSITIVE_EVERY === 0, Math.min(BATCH, exchanges - done));
    for (const jwt of jwts) {
      const sentAt = performance.now();
      const told = await token.exchange(jwt, areNew ? 'payments-write' : 'accounts');
      times.add(performance.now() - sentAt);
      done += 1;
      if (told !== '201' && failures.length < 20) failures.push(`exchange ${done}: ${told}`);
    }
    if (done % every === 0 || done >= exchanges) {
      samples.push({ x: done, probe: await token.probe() });
      if (samples.length % 10 === 0)
        onProgress(`${progressOf(done, exchanges, startedAt, samples)}, ${failures.length} failures`);
    }
  }
  const seconds = (performance.now() - startedAt) / 1000;
  const isSameProcess = token.pid() === pid;
  return {
    ...judge(samples, exchanges, failures, isSameProcess),
    users,
    seconds,
    medianMs: quantile(times.values, 0.5),
    p99Ms: quantile(times.values, 0.99),
  };
}

function progressOf(done: number, of: number, startedAt: number, samples: readonly Sample[]): string {
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  const probe = samples.at(-1)?.probe;
  return `${done} of ${of} exchanges, ${seconds} s, memory ${megabytes(probe?.memory ?? 0)} MB, ${probe?.handles} handles`;
}

export const megabytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(2);

function judge(
  samples: readonly Sample[],
  exchanges: number,
  failures: readonly string[],
  isSameProcess: boolean,
): Omit<ExchangesReport, 'users' | 'seconds' | 'medianMs' | 'p99Ms'> {
  // The first two fifths warm up: code is compiled, connections and caches are filled.
  const settled = samples.filter(({ x }) => x >= exchanges * 0.4);
  const [first] = settled;
  const last = settled.at(-1);
  const [start] = samples;
  if (first === undefined || last === undefined || start === undefined) throw new Error('too few exchanges');
  const bytesPerExchange = slope(settled.map(({ x, probe }) => ({ x, y: probe.memory })));
  const growthBytes = bytesPerExchange * (last.x - first.x);
  const fifth = Math.ceil(settled.length / 5);
  const heldOf = (name: 'handles' | 'timers' | 'descriptors'): Held => ({
    first: median(settled.slice(0, fifth).map(({ probe }) => probe[name])),
    last: median(settled.slice(-fifth).map(({ probe }) => probe[name])),
  });
  const held = {
    handles: heldOf('handles'),
    timers: heldOf('timers'),
    descriptors: heldOf('descriptors'),
  };
  const more = Object.entries(held).flatMap(([name, { first: before, last: after }]) =>
    after > before + MORE_HANDLES ? [`${name} grew from ${before} to ${after}`] : [],
  );
  const faults = [
    ...failures,
    ...(isSameProcess ? [] : ['the process was replaced']),
    ...(growthBytes > GROWTH_BYTES
      ? [`the memory grew by ${megabytes(growthBytes)} MB, ${bytesPerExchange.toFixed(1)} bytes an exchange`]
      : []),
    ...more,
  ];
  return {
    exchanges,
    failures,
    cpuMsPerExchange: (last.probe.cpuMs - start.probe.cpuMs) / (last.x - start.x),
    bytesPerExchange,
    growthBytes,
    endBytes: last.probe.memory,
    rssEndBytes: last.probe.rss,
    ...held,
    faults,
  };
}
