// Delivers queued events over HTTP: once and in order, or in batches until the receiver says 200.
import { WEBHOOK_BATCH, WEBHOOK_LONGEST_WAIT_MS } from './assumptions.ts';
import { fibonacci } from './fibonacci.ts';
import { bodyOf, signatureOf } from './webhook-body.ts';
import type { UnitEvent, Webhook, WebhookDelivery } from './webhook-records.ts';
import type { World } from './world.ts';

const contentTypes = { Json: 'application/json', JsonAPI: 'application/vnd.api+json' } as const;

const POLL_MS = 10;

/** The delivery of one world's webhooks. */
export class WebhookSender {
  readonly #world: World;
  readonly #isAutomatic: boolean;
  readonly #closing = new AbortController();
  readonly #running = new Map<string, Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #isPaused = false;
  #toDrop = 0;
  #sent = 0;

  constructor(world: World, isAutomatic: boolean) {
    this.#world = world;
    this.#isAutomatic = isAutomatic;
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.wake();
  }

  /** The next so many events, per queue in which they stand, are lost on the way. */
  drop(events: number): void {
    this.#toDrop = events;
  }

  reset(): void {
    this.#isPaused = false;
    this.#toDrop = 0;
    this.#sent = 0;
  }

  close(): void {
    this.#closing.abort();
    clearTimeout(this.#timer);
  }

  /** Starts the loop, where the simulator delivers by itself; it ends when nothing is left to send. */
  wake(): void {
    if (!this.#isAutomatic || this.#closing.signal.aborted || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => this.#tick(), POLL_MS);
    this.#timer.unref();
  }

  #tick(): void {
    this.#timer = undefined;
    const waiting = [...this.#world.webhooks.values()].filter(
      ({ status, queue }) => status === 'Enabled' && queue.length > 0,
    );
    for (const webhook of waiting) if (!this.#running.has(webhook.id)) void this.#drainNext(webhook);
    if (waiting.length > 0 || this.#running.size > 0) this.wake();
  }

  /** Delivers everything that is due now. */
  async flush(): Promise<void> {
    await Promise.all([...this.#world.webhooks.values()].map((webhook) => this.#drainNext(webhook)));
  }

  /** One drain at a time per webhook. */
  async #drainNext(webhook: Webhook): Promise<void> {
    const before = this.#running.get(webhook.id) ?? Promise.resolve();
    const run = before.then(() => this.#drain(webhook));
    this.#running.set(webhook.id, run);
    await run;
    if (this.#running.get(webhook.id) === run) this.#running.delete(webhook.id);
  }

  async #drain(webhook: Webhook): Promise<void> {
    while (this.#isDue(webhook)) {
      const batch = this.#take(webhook);
      if (batch.length === 0) continue;
      const isDelivered = await this.#attempt(webhook, batch);
      if (isDelivered) {
        webhook.failures = 0;
        delete webhook.failingSince;
        continue;
      }
      this.#fail(webhook, batch);
      if (webhook.deliveryMode === 'AtLeastOnce') return;
    }
  }

  #isDue(webhook: Webhook): boolean {
    return (
      !this.#isPaused &&
      !this.#closing.signal.aborted &&
      webhook.status === 'Enabled' &&
      webhook.queue.length > 0 &&
      webhook.nextAttemptAt <= this.#world.now()
    );
  }

  #take(webhook: Webhook): UnitEvent[] {
    const isBatched = webhook.deliveryMode === 'AtLeastOnce';
    // Reversed rather than shuffled: a batch of two is then always out of order.
    if (isBatched && this.#world.switches.shuffleDelivery) webhook.queue.reverse();
    const batch = webhook.queue.splice(0, isBatched ? WEBHOOK_BATCH : 1);
    const lost = batch.splice(0, this.#toDrop);
    this.#toDrop -= lost.length;
    if (lost.length > 0) this.#log(webhook, lost, { outcome: 'dropped' });
    return batch;
  }

  async #attempt(webhook: Webhook, batch: readonly UnitEvent[]): Promise<boolean> {
    const isDelivered = await this.#send(webhook, batch);
    if (isDelivered && webhook.deliveryMode === 'AtLeastOnce' && this.#world.switches.duplicateDelivery) {
      await this.#send(webhook, batch);
    }
    return isDelivered;
  }

  async #send(webhook: Webhook, batch: readonly UnitEvent[]): Promise<boolean> {
    const { switches } = this.#world;
    this.#sent += 1;
    const escapes = switches.unicodeEscapes === 'sometimes' ? this.#sent % 3 === 0 : switches.unicodeEscapes;
    const body = bodyOf(this.#world, batch, webhook.includeResources, escapes);
    if (!isLoopback(webhook.url)) {
      this.#log(webhook, batch, { outcome: 'failed', error: 'only loopback addresses are delivered to' });
      return false;
    }
    try {
      const response = await fetch(webhook.url, {
        method: 'POST',
        redirect: 'manual',
        headers: {
          'content-type': contentTypes[webhook.contentType],
          ...(webhook.token === undefined ? {} : { 'x-unit-signature': signatureOf(webhook.token, body) }),
        },
        body,
        signal: AbortSignal.any([AbortSignal.timeout(switches.webhookTimeoutMs), this.#closing.signal]),
      });
      await response.arrayBuffer();
      const outcome = response.status === 200 ? 'delivered' : 'failed';
      this.#log(webhook, batch, { outcome, status: response.status });
      return outcome === 'delivered';
    } catch (error) {
      this.#log(webhook, batch, {
        outcome: 'failed',
        error: nameOf(error),
      });
      return false;
    }
  }

  #fail(webhook: Webhook, batch: readonly UnitEvent[]): void {
    const now = this.#world.now();
    const { webhookRetryUnitMs, autoDisableAfterSeconds } = this.#world.switches;
    webhook.failingSince ??= now;
    webhook.failures += 1;
    if (webhook.deliveryMode === 'AtLeastOnce') {
      webhook.queue.unshift(...batch);
      const wait = fibonacci(webhook.failures) * webhookRetryUnitMs;
      webhook.nextAttemptAt = now + Math.min(wait, WEBHOOK_LONGEST_WAIT_MS);
    }
    // assumed: an answer that is not 200 counts like none
    if (now - webhook.failingSince >= autoDisableAfterSeconds * 1_000) {
      webhook.status = 'Unavailable';
      webhook.queue = [];
    }
  }

  #log(
    webhook: Webhook,
    events: readonly UnitEvent[],
    rest: Pick<WebhookDelivery, 'outcome' | 'status' | 'error'>,
  ): void {
    this.#world.logDelivery({
      at: this.#world.timestamp(),
      webhookId: webhook.id,
      url: webhook.url,
      eventIds: events.map(({ id }) => id),
      eventTypes: events.map(({ type }) => type),
      attempt: webhook.failures + 1,
      ...rest,
    });
  }
}

/** Told by shape, since a fetch error may come from another realm. */
const nameOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'name' in error ? String(error.name) : 'unknown';

const isLoopback = (url: string): boolean =>
  ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname);
