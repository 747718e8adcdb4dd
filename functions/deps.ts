// The wiring: which adapter fills which port, made lazily and once per container. Nothing happens at import.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createChallenges } from './adapters/challenges.ts';
import { createHashes } from './adapters/hashes.ts';
import { createKeySet } from './adapters/jwks.ts';
import { createSecret } from './adapters/secrets.ts';
import { loadSdkAdapters } from './adapters/stytch/sdk-adapters.ts';
import { createSessionJwts } from './adapters/stytch/session-jwts.ts';
import { createSessionReader } from './adapters/stytch/session-reader.ts';
import { createCounters } from './adapters/table/counters.ts';
import { createIdMappings } from './adapters/table/id-mappings.ts';
import { createStore } from './adapters/table/store.ts';
import { loadTokenPolicy } from './adapters/token-policy.ts';
import { createContactProvider } from './adapters/unit/contact-provider.ts';
import { createFormProvider } from './adapters/unit/form-provider.ts';
import { createOnboardingProvider } from './adapters/unit/onboarding-provider.ts';
import { createOpenApplications } from './adapters/unit/open-applications.ts';
import { createTokenProvider } from './adapters/unit/token-provider.ts';
import { createUnitTransport } from './adapters/unit/transport.ts';
import { type Config, readConfig, stageName } from './config.ts';
import type { FunctionName } from './contract/routes.ts';
import type { ExchangePorts } from './core/exchange/exchange-token.ts';
import type { EnrolmentPorts } from './core/factors/enrolment.ts';
import type { DocumentPorts } from './core/onboarding/documents.ts';
import type { OpenFormPorts } from './core/onboarding/open-form.ts';
import type { SettlePorts } from './core/onboarding/settle.ts';
import type { Clock } from './core/ports.ts';
import type { ReconcilePorts } from './core/reconcile/reconcile.ts';
import type { KeepPorts } from './core/session/keep-session.ts';
import type { SignUpPorts } from './core/session/sign-up.ts';
import { callerOf } from './http/caller.ts';
import type { IncomingRequest } from './http/event.ts';
import { log as lines, withRequestId } from './http/log.ts';
import { createMeter } from './http/metrics.ts';
import type { Runtime } from './http/serve.ts';
import { once } from './once.ts';

const clock: Clock = () => Date.now() / 1000;

/** One attempt and one retry inside a second each: the table answers in milliseconds or is down. */
const awsClient = {
  maxAttempts: 2,
  // Without the last of the three the SDK's timeout does no more than log.
  requestHandler: { connectionTimeout: 1000, requestTimeout: 1000, throwOnRequestTimeout: true },
};

/** Every port of one function; each is made when it is first asked for. */
export function createDeps(name: FunctionName) {
  const config = once((): Config => readConfig(name));
  const { log, publish } = createMeter(lines, stageName);
  const secretsManager = once(() => new SecretsManagerClient(awsClient));
  const secret = (
    setting:
      | 'HASH_KEY_SECRET_ARN'
      | 'STYTCH_SECRET_ARN'
      | 'UNIT_ORG_TOKEN_SECRET_ARN'
      | 'UNIT_WEBHOOK_SECRET_ARN',
  ) => once(() => createSecret(secretsManager(), config().get(setting), clock));
  const hashKey = secret('HASH_KEY_SECRET_ARN');
  const stytchSecret = secret('STYTCH_SECRET_ARN');
  const unitOrgToken = secret('UNIT_ORG_TOKEN_SECRET_ARN');

  const hashes = once(() => createHashes(hashKey()));
  const store = once(() => createStore(new DynamoDBClient(awsClient), config().get('ID_MAPPING_TABLE_NAME')));
  const mappings = once(() => createIdMappings(store()));
  const counters = once(() => createCounters(store(), config().get('LIMITS'), hashes().subject, clock));

  const project = once(() => ({
    baseUrl: config().get('STYTCH_BASE_URL'),
    projectId: config().get('STYTCH_PROJECT_ID'),
    secret: stytchSecret(),
    log,
  }));
  const keySet = once(() =>
    createKeySet(`${project().baseUrl}/v1/sessions/jwks/${project().projectId}`, clock, log),
  );
  const jwts = once(() => {
    const { projectId } = project();
    return createSessionJwts({ projectId, issuers: config().get('STYTCH_ISSUERS') }, keySet(), clock);
  });
  const sessions = once(() => createSessionReader(project()));
  const stytch = once(() =>
    loadSdkAdapters(project(), {
      environment: config().get('VENDOR_ENVIRONMENT'),
      passkeyDomain: name === 'step-up' ? config().get('PASSKEY_DOMAIN') : '',
      uuidOf: hashes().uuidOf,
    }),
  );
  const challenges = once(() => createChallenges(hashes(), clock));
  const sessionLife = once(() => ({
    idleSeconds: config().get('SESSION_IDLE_SECONDS'),
    maxSeconds: config().get('SESSION_MAX_SECONDS'),
  }));

  const unit = once(() => createUnitTransport(config().get('UNIT_BASE_URL'), unitOrgToken(), log));
  const onboarding = once(() => createOnboardingProvider(unit()));
  const forms = once(() => createFormProvider(unit()));
  const policy = once(() => loadTokenPolicy(config().get('TOKEN_POLICY')));

  const basis = once(() => ({ mappings: mappings(), clock, log }));
  const settling = once((): SettlePorts => ({ ...basis(), onboarding: onboarding(), hashes: hashes() }));
  const gate = once(() => ({ ...basis(), policy: policy(), jwts: jwts(), sessions: sessions() }));

  return {
    runtime: {
      jwts: async () => jwts(),
      problemTypeBaseUrl: () => config().get('PROBLEM_TYPE_BASE_URL'),
      log,
      publish,
    } satisfies Runtime,
    /** Runs what no HTTP request began, with its log lines and its metrics. */
    measured: <T>(requestId: string, work: () => Promise<T>): Promise<T> =>
      withRequestId(requestId, work).finally(publish),
    settling,
    // Loaded by the reconcile alone.
    reconciling: once(async (): Promise<Omit<ReconcilePorts, 'webhookPath'>> => {
      const [{ createUnitLists }, { createTasks }] = await Promise.all([
        import('./adapters/unit/lists.ts'),
        import('./adapters/table/tasks.ts'),
      ]);
      return {
        ...settling(),
        forms: forms(),
        lists: createUnitLists(unit()),
        tasks: createTasks(store()),
      };
    }),
    caller: (incoming: IncomingRequest) => callerOf(incoming, config().get('TRUSTED_PROXY')),
    webhookToken: secret('UNIT_WEBHOOK_SECRET_ARN'),
    exchange: once(
      (): ExchangePorts => ({
        ...gate(),
        counters: counters(),
        tokens: createTokenProvider(unit()),
      }),
    ),
    applying: once((): OpenFormPorts & DocumentPorts => ({
      ...gate(),
      ...settling(),
      counters: counters(),
      forms: forms(),
      openApplications: createOpenApplications(unit()),
      redirectUrls: config().get('REDIRECT_URLS'),
    })),
    enrolling: once(
      async (): Promise<EnrolmentPorts> => ({
        ...gate(),
        ...(await stytch()),
        counters: counters(),
        challenges: challenges(),
        contacts: createContactProvider(unit()),
      }),
    ),
    signingUp: once(
      async (): Promise<SignUpPorts> => ({
        provider: (await stytch()).provider,
        counters: counters(),
        challenges: challenges(),
        jwts: jwts(),
        clock,
        log,
        redirectUrls: config().get('REDIRECT_URLS'),
        session: sessionLife(),
        pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      }),
    ),
    keeping: once(
      async (): Promise<KeepPorts> => ({
        keeper: (await stytch()).keeper,
        sessions: sessions(),
        jwts: jwts(),
        clock,
        log,
        session: sessionLife(),
      }),
    ),
    standing: gate,

    /** Loads keys, secrets and code ahead of the first request, side by side; a failure waits for that request. */
    async warm(...work: readonly (() => unknown)[]): Promise<void> {
      await Promise.allSettled(work.map(async (one) => one()));
    },
    warming: {
      keys: () => keySet().warm(),
      stytchSecret: () => stytchSecret().read(),
      unitOrgToken: () => unitOrgToken().read(),
      hashKey: () => hashKey().read(),
      stytchSdk: () => stytch(),
    },
  };
}
