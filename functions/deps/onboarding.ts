// The wiring of applications: sent, told of by Unit, and repaired.
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
import { type Base, createBase } from './base.ts';

const settlePorts = ({ basis, unit, hashes }: Base): SettlePorts => ({
  ...basis(),
  onboarding: createOnboardingProvider(unit()),
  hashes: hashes(),
});

export function createApplicationDeps() {
  const base = createBase('application');
  const { config, gate, counters, unit } = base;
  return {
    ...base,
    applying: once((): OpenFormPorts & DocumentPorts => ({
      ...gate(),
      ...settlePorts(base),
      counters: counters(),
      forms: createFormProvider(unit()),
      openApplications: createOpenApplications(unit()),
      redirectUrls: config().get('REDIRECT_URLS'),
    })),
  };
}

export function createWebhookDeps() {
  const base = createBase('unit-webhook');
  return {
    ...base,
    settling: once(() => settlePorts(base)),
    webhookToken: base.secret('UNIT_WEBHOOK_SECRET_ARN'),
  };
}

export function createReconcileDeps() {
  const base = createBase('reconcile');
  const { unit, store } = base;
  return {
    ...base,
    reconciling: once(
      (): Omit<ReconcilePorts, 'webhookPath'> => ({
        ...settlePorts(base),
        forms: createFormProvider(unit()),
        lists: createUnitLists(unit()),
        tasks: createTasks(store()),
        webhookHost: base.config().get('UNIT_WEBHOOK_HOST'),
      }),
    ),
  };
}
