// Every minute: whatever lost answers and lost webhooks left behind is read again.
import { routes } from './contract/routes.ts';
import { reconcile } from './core/reconcile/reconcile.ts';
import { createDeps } from './deps.ts';

const { reconciling, measured } = createDeps('reconcile');

/** Ends before the next run begins. */
const WITHIN_MS = 45_000;

/** A run that fails throws, so that Lambda counts an error and its alarm rings. */
export const handler = async (event: { readonly id?: string }) =>
  measured(event.id ?? 'reconcile', async () =>
    reconcile(
      { ...(await reconciling()), webhookPath: routes.unitWebhook.path },
      AbortSignal.timeout(WITHIN_MS),
    ),
  );
