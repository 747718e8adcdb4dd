// Warm exchanges: ours and its bare outside calls in turn, each in a process of its own that stays up.
import type { Measured } from '../bundles.ts';
import { type NodeBinary, type Outside, type Subject, startSubject } from '../processes.ts';
import type { LatencySeries, WarmSeries } from '../results.ts';
import type { Side } from '../vendors/replay.ts';
import { rotated, type Turns, turns } from './turns.ts';

interface Contestant {
  readonly name: string;
  readonly subject: Subject;
  readonly isBare: boolean;
}

export const noDelays = { stytch: 0, table: 0, unit: 0, secrets: 0 } as const;

/** What an exchange waits for (docs/performance.md). */
export const usualDelays = { stytch: 40, table: 5, unit: 80, secrets: 5 } as const;

/** What every contestant has behind it before anything is measured: V8 has then optimized it. */
const WARM_UP = 300;

const round = (value: number): number => Math.round(value * 1000) / 1000;

/** Session JWTs live five minutes: an event serves for one. */
const EVENT_LIFE_MS = 60_000;

/** Ours and the others, up and with an event that is renewed in time. */
export class Warm {
  readonly #node: NodeBinary;
  readonly #outside: Outside;
  readonly #contestants: readonly Contestant[];
  #events: { readonly own: unknown; readonly bare: unknown; readonly madeAt: number } | undefined;

  private constructor(node: NodeBinary, outside: Outside, contestants: readonly Contestant[]) {
    this.#node = node;
    this.#outside = outside;
    this.#contestants = contestants;
  }

  static async start(
    node: NodeBinary,
    outside: Outside,
    ours: Measured,
    bare: readonly Measured[],
  ): Promise<Warm> {
    const contestants: Contestant[] = [];
    for (const one of [ours, ...bare]) {
      const subject = await startSubject(node, one.entry, outside.environment);
      contestants.push({ name: one.name, subject, isBare: one !== ours });
    }
    return new Warm(node, outside, contestants);
  }

  /** CPU of one exchange, measured over blocks. */
  async cpu(blocks: Turns, size: number): Promise<readonly WarmSeries[]> {
    await this.#prepare(noDelays, WARM_UP);
    const series = this.#contestants.map((contestant) => ({ contestant, cpuMs: new Array<number>() }));
    for (const turn of turns(blocks)) {
      for (const { contestant, cpuMs } of rotated(series, turn)) {
        const block = await contestant.subject.run(await this.#eventFor(contestant), size);
        cpuMs.push(round(block.cpuMs / size));
      }
    }
    return series.map(({ contestant, cpuMs }) => ({
      node: this.#node.version,
      subject: contestant.name,
      cpuMs,
    }));
  }

  /** Latency of exchanges one at a time, ours and the bare calls alternately. */
  async latency(
    exchanges: Turns,
    delays: Readonly<Record<Side, number>>,
  ): Promise<readonly Omit<LatencySeries, 'delays'>[]> {
    await this.#prepare(noDelays, WARM_UP);
    await this.#prepare(delays, 5);
    const series = this.#contestants.map((contestant) => ({ contestant, latencies: new Array<number>() }));
    for (const turn of turns(exchanges)) {
      for (const { contestant, latencies } of rotated(series, turn)) {
        const block = await contestant.subject.run(await this.#eventFor(contestant), 1);
        latencies.push(...block.latencies.map(round));
      }
    }
    return series.map(({ contestant, latencies }) => ({
      node: this.#node.version,
      subject: contestant.name,
      latencies,
    }));
  }

  /** Connections that ours opens during so many exchanges; last, since they warm ours alone. */
  async connections(exchanges: number): Promise<number> {
    await this.#prepare(noDelays, 5);
    const [ours] = this.#contestants;
    if (ours === undefined) return 0;
    await this.#outside.takeConnections();
    await ours.subject.run(await this.#eventFor(ours), exchanges);
    return Object.values(await this.#outside.takeConnections()).reduce((sum, count) => sum + count, 0);
  }

  close(): void {
    for (const { subject } of this.#contestants) subject.close();
  }

  async #prepare(delays: Readonly<Record<Side, number>>, exchanges: number): Promise<void> {
    await this.#outside.setDelays(delays);
    for (const contestant of this.#contestants) {
      await contestant.subject.run(await this.#eventFor(contestant), exchanges);
    }
  }

  async #eventFor({ isBare }: Contestant): Promise<unknown> {
    if (this.#events === undefined || Date.now() - this.#events.madeAt > EVENT_LIFE_MS) {
      const own = await this.#outside.event();
      // Recorded while it runs, for the bare calls to repeat.
      await this.#contestants[0]?.subject.run(own, 2);
      this.#events = { own, bare: await this.#outside.bareEvent(), madeAt: Date.now() };
    }
    return isBare ? this.#events.bare : this.#events.own;
  }
}
