// Every quarter of an hour: whether Unit still sends us webhooks, and as we need them (W9, W11).
import type { Clock, Log, Tasks, UnitLists, UnitWebhook } from '../ports.ts';
import { LEASE_SECONDS } from './budget.ts';

export interface CheckWebhooksPorts {
  readonly tasks: Tasks;
  readonly lists: UnitLists;
  readonly clock: Clock;
  readonly log: Log;
  /** The path of our own webhook. */
  readonly webhookPath: string;
  /** Its host; null where any host is taken, since the stage does not know its own. */
  readonly webhookHost: string | null;
}

export interface CheckWebhooksSummary {
  readonly webhookFindings: number;
}

const EVERY_SECONDS = 900;
const MOST_PAGES = 3;

/** Records `unit_webhook.unhealthy` for each finding, long before Unit gives up on us. */
export async function checkWebhooks(
  ports: CheckWebhooksPorts,
  signal: AbortSignal,
): Promise<CheckWebhooksSummary> {
  const { tasks, clock, log } = ports;
  const now = clock();
  const leaseUntil = now + LEASE_SECONDS;
  const taken = await tasks.take('webhooks', now, leaseUntil);
  if (taken === null) return { webhookFindings: 0 };

  const own = await ownWebhooks(ports, signal);
  const findings =
    own.length === 0 ? [{ finding: 'missing', webhookId: null, status: null }] : own.flatMap(findingsOf);
  for (const finding of findings) log.record('unit_webhook.unhealthy', finding);
  await tasks.end('webhooks', leaseUntil, taken, now + EVERY_SECONDS);
  return { webhookFindings: findings.length };
}

async function ownWebhooks(
  { lists, webhookPath, webhookHost }: CheckWebhooksPorts,
  signal: AbortSignal,
): Promise<readonly UnitWebhook[]> {
  const found: UnitWebhook[] = [];
  let offset: number | null = 0;
  for (let pages = 0; offset !== null && pages < MOST_PAGES; pages += 1) {
    const page = await lists.listWebhooks(offset, signal);
    found.push(
      // Several stages may share one org at Unit, and the path.
      ...page.items.filter(
        ({ path, host }) => path === webhookPath && (webhookHost === null || host === webhookHost),
      ),
    );
    offset = page.nextOffset;
  }
  return found;
}

function findingsOf(webhook: UnitWebhook) {
  const { webhookId, status } = webhook;
  const found = [
    ...(webhook.isEnabled ? [] : ['not_enabled']),
    ...(webhook.isRepeated ? [] : ['not_repeated']),
    ...(webhook.hasResources ? ['has_resources'] : []),
    ...(webhook.hasOurEvents ? [] : ['lacks_events']),
  ];
  return found.map((finding) => ({ finding, webhookId, status }));
}
