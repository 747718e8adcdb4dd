// Unit's webhook: prove the bytes, then settle what they name; exactly 200 when all is applied.
import { ageOf, parseBatch, requireSignature } from './adapters/unit/webhook.ts';
import { webhookRoutes as routes } from './contract/webhook-routes.ts';
import { withDeadline } from './core/deadline.ts';
import { applyEvents } from './core/onboarding/apply-events.ts';
import { createWebhookDeps } from './deps/onboarding.ts';
import { signed } from './http/endpoint.ts';
import { serve } from './http/serve.ts';

const { runtime, settling, webhookToken, warm, warming } = createWebhookDeps();

/** Leaves time for the answer inside the five seconds that Unit is assumed to wait. */
const APPLY_WITHIN_MS = 4000;

export const handler = serve(
  runtime,
  signed(routes.unitWebhook, ({ incoming, signal }) =>
    withDeadline(APPLY_WITHIN_MS, signal, async (within) => {
      await requireSignature(webhookToken(), incoming.rawBody, incoming.header('x-unit-signature'));
      const delivery = parseBatch(incoming.rawBody);
      const { events, unreadable } = delivery;
      const ports = settling();
      const ageSeconds = ageOf(delivery, ports.clock());
      runtime.log.record('unit_webhook.received', { events: events.length, unreadable, ageSeconds });
      await applyEvents(ports, events, within);
      return { status: 200 };
    }),
  ),
);

void warm(warming.unitOrgToken, warming.hashKey, () => webhookToken().read());
