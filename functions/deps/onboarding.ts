// The ports of applications, from the first form to what the reconcile repairs.
import { createTasks } from '../adapters/table/tasks.ts';
import { createFormProvider } from '../adapters/unit/form-provider.ts';
import { createUnitLists } from '../adapters/unit/lists.ts';
import { createOnboardingProvider } from '../adapters/unit/onboarding-provider.ts';
import { createOpenApplications } from '../adapters/unit/open-applications.ts';
import type { DocumentPorts } from '../core/onboarding/documents.ts';
import type { OpenFormPorts } from '../core/onboarding/open-form.ts';
import type { SettlePorts } from '../core/onboarding/settle.ts';
import type { ReconcilePorts } from '../core/reconcile/reconcile.ts';
import { once } from '../once.ts';
import type { Base } from './base.ts';

export const settlePorts = ({ basis, unit, hashes }: Base): (() => SettlePorts) =>
  once(() => ({ ...basis(), onboarding: createOnboardingProvider(unit()), hashes: hashes() }));

export function applyPorts(base: Base): () => OpenFormPorts & DocumentPorts {
  const settling = settlePorts(base);
  return once(() => ({
    ...base.gate(),
    ...settling(),
    counters: base.counters(),
    forms: createFormProvider(base.unit()),
    openApplications: createOpenApplications(base.unit()),
    redirectUrls: base.config().get('REDIRECT_URLS'),
  }));
}

export function reconcilePorts(base: Base): () => Omit<ReconcilePorts, 'webhookPath'> {
  const settling = settlePorts(base);
  return once(() => ({
    ...settling(),
    forms: createFormProvider(base.unit()),
    lists: createUnitLists(base.unit()),
    tasks: createTasks(base.store()),
  }));
}
