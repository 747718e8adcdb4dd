// Every minute: whatever lost answers and lost webhooks left unsettled is read again.
import { reconcile } from './core/onboarding/reconcile.ts';
import { createDeps } from './deps.ts';

const { settling, measured } = createDeps('reconcile');

/** Ends before the next run begins. */
const WITHIN_MS = 45_000;

/** A run that fails throws, so that Lambda counts an error and its alarm rings. */
export const handler = async (event: { readonly id?: string }) =>
  measured(event.id ?? 'reconcile', () => reconcile(settling(), AbortSignal.timeout(WITHIN_MS)));
