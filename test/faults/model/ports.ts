// The ports of one container: the real adapters, and a Stytch whose sessions have always just stepped up.
import { createHashes } from '../../../functions/adapters/hashes.ts';
import type { Secret } from '../../../functions/adapters/secrets.ts';
import { createCounters } from '../../../functions/adapters/table/counters.ts';
import { createIdMappings } from '../../../functions/adapters/table/id-mappings.ts';
import type { Store } from '../../../functions/adapters/table/store.ts';
import { createTasks } from '../../../functions/adapters/table/tasks.ts';
import { loadTokenPolicy } from '../../../functions/adapters/token-policy.ts';
import { createFormProvider } from '../../../functions/adapters/unit/form-provider.ts';
import { createUnitLists } from '../../../functions/adapters/unit/lists.ts';
import { createOnboardingProvider } from '../../../functions/adapters/unit/onboarding-provider.ts';
import { createOpenApplications } from '../../../functions/adapters/unit/open-applications.ts';
import { createUnitTransport } from '../../../functions/adapters/unit/transport.ts';
import { routes } from '../../../functions/contract/routes.ts';
import { defaultLimits } from '../../../functions/core/limits.ts';
import type { DocumentPorts } from '../../../functions/core/onboarding/documents.ts';
import type { OpenFormPorts } from '../../../functions/core/onboarding/open-form.ts';
import type { Clock } from '../../../functions/core/ports.ts';
import type { ReconcilePorts } from '../../../functions/core/reconcile/reconcile.ts';
import { silent } from '../../support/adapters-log.ts';
import type { Container } from './container.ts';
import { unitUrlOf, wireByFetch } from './network.ts';
import { type Person, people, steppedUp, userOf } from './people.ts';

export const fixed = (value: string): Secret => ({
  read: async () => ({ value }),
  readFresh: async () => ({ value }),
  renew: async () => null,
});

export const ONBOARDING_TOKEN = 'onboarding-token-of-the-model';

export const hashes = createHashes(fixed('hash-key-of-the-model'));
const policy = loadTokenPolicy('default');

/** What every function of the onboarding needs. */
export type ModelPorts = OpenFormPorts & DocumentPorts & ReconcilePorts;

/** The store is the container's own way to the table. */
export function createPorts({ name, user }: Container, store: Store, clock: Clock): ModelPorts {
  const unit = createUnitTransport(unitUrlOf(name), fixed(ONBOARDING_TOKEN), silent, wireByFetch);
  return {
    policy,
    jwts: {
      staleSeconds: () => 0,
      verify: async () => ({ isGenuine: true, session: steppedUp(personBy(user), clock()) }),
    },
    sessions: {
      readSession: async () => ({
        sessionJwt: user,
        sessionToken: '',
        user: userOf(personBy(user)),
        requestId: 'request-id-of-the-model',
      }),
    },
    mappings: createIdMappings(store),
    counters: createCounters(store, defaultLimits, hashes.subject, clock),
    hashes,
    onboarding: createOnboardingProvider(unit),
    forms: createFormProvider(unit),
    openApplications: createOpenApplications(unit),
    lists: createUnitLists(unit),
    tasks: createTasks(store),
    webhookPath: routes.unitWebhook.path,
    webhookHost: null,
    redirectUrls: ['https://app.example.com/callback'],
    clock,
    log: silent,
  };
}

function personBy(stytchUserId: string): Person {
  const person = people.find((one) => one.stytchUserId === stytchUserId);
  if (person === undefined) throw new Error('a container without a user asked for its session');
  return person;
}
