// Every minute: whatever lost answers and lost webhooks left behind is read again.
import { webhookRoutes as routes } from './contract/webhook-routes.ts';
import { reconcile } from './core/reconcile/reconcile.ts';
import { createReconcileDeps } from './deps/onboarding.ts';
import { withRequestId } from './http/log.ts';

const { reconciling, runtime } = createReconcileDeps();

/** Ends before the next run begins. */
const WITHIN_MS = 45_000;

/** A run that fails throws, so that Lambda counts an error and its alarm rings. */
export const handler = async (event: { readonly id?: string }) =>
  withRequestId(event.id ?? 'reconcile', async () =>
    reconcile({ ...reconciling(), webhookPath: routes.unitWebhook.path }, AbortSignal.timeout(WITHIN_MS)),
  ).finally(runtime.publish);
