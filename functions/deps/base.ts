// The wiring that functions share: which adapter fills which port, made lazily and once per container.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createHashes } from '../adapters/hashes.ts';
import { createKeySet } from '../adapters/jwks.ts';
import { createSecret, fits } from '../adapters/secrets.ts';
import { createSessionJwts } from '../adapters/stytch/session-jwts.ts';
import { createSessionReader } from '../adapters/stytch/session-reader.ts';
import { createCounters } from '../adapters/table/counters.ts';
import { createIdMappings } from '../adapters/table/id-mappings.ts';
import { createStore } from '../adapters/table/store.ts';
import { loadTokenPolicy } from '../adapters/token-policy.ts';
import { createUnitTransport } from '../adapters/unit/transport.ts';
import { type Config, readConfig, stageName } from '../config.ts';
import type { FunctionName } from '../contract/route.ts';
import type { SettingName } from '../contract/settings.ts';
import type { GatePorts } from '../core/factors/gate.ts';
import type { Clock } from '../core/ports.ts';
import { callerOf } from '../http/caller.ts';
import type { IncomingRequest } from '../http/event.ts';
import { behindCloudFront, openDoor } from '../http/front-door.ts';
import { log as lines } from '../http/log.ts';
import { createMeter } from '../http/metrics.ts';
import type { Runtime } from '../http/serve.ts';
import { once } from '../once.ts';

export const clock: Clock = () => Date.now() / 1000;

/** One attempt and one retry inside a second each: the table answers in milliseconds or is down. */
const awsClient = {
  maxAttempts: 2,
  // Without the last of the three the SDK's timeout does no more than log.
  requestHandler: { connectionTimeout: 1000, requestTimeout: 1000, throwOnRequestTimeout: true },
};

export type Base = ReturnType<typeof createBase>;

/** What every function is made of; nothing of it exists before it is first asked for. */
export function createBase(name: FunctionName) {
  const config = once((): Config => readConfig(name));
  const { log, publish } = createMeter(lines, stageName);
  const secretsManager = once(() => new SecretsManagerClient(awsClient));
  const secret = (setting: Extract<SettingName, `${string}_SECRET_ARN`>) =>
    once(() => {
      const arn = config().get(setting);
      return createSecret(secretsManager(), arn, clock, log);
    });
  const hashKey = secret('HASH_KEY_SECRET_ARN');
  const stytchSecret = secret('STYTCH_SECRET_ARN');
  const unitOrgToken = secret('UNIT_ORG_TOKEN_SECRET_ARN');
  const originSecret = secret('ORIGIN_SECRET_ARN');
  const isProxied = () => config().get('TRUSTED_PROXY') === 'cloudfront';
  const frontDoor = once(() =>
    isProxied() ? behindCloudFront({ fits: (test) => fits(originSecret(), test) }) : openDoor,
  );

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
  const unit = once(() => createUnitTransport(config().get('UNIT_BASE_URL'), unitOrgToken(), log));
  const policy = once(() => loadTokenPolicy(config().get('TOKEN_POLICY')));
  const basis = once(() => ({ mappings: mappings(), clock, log }));

  return {
    config,
    secret,
    hashes,
    store,
    counters,
    project,
    jwts,
    sessions,
    unit,
    basis,
    gate: once((): GatePorts => ({ ...basis(), policy: policy(), jwts: jwts(), sessions: sessions() })),
    caller: (incoming: IncomingRequest) => callerOf(incoming, config().get('TRUSTED_PROXY')),
    runtime: {
      jwts: async () => jwts(),
      frontDoor: async (incoming) => frontDoor()(incoming),
      problemTypeBaseUrl: () => config().get('PROBLEM_TYPE_BASE_URL'),
      sessionTransport: () => config().get('SESSION_TRANSPORT'),
      allowedOrigins: () => config().get('ALLOWED_ORIGINS'),
      log,
      publish,
    } satisfies Runtime,

    /** Loads keys, secrets and code ahead of the first request, side by side; a failure waits for that request. */
    async warm(...work: readonly (() => unknown)[]): Promise<void> {
      const door = () => isProxied() && originSecret().read();
      await Promise.allSettled([door, ...work].map(async (one) => one()));
    },
    warming: {
      keys: () => keySet().warm(),
      stytchSecret: () => stytchSecret().read(),
      unitOrgToken: () => unitOrgToken().read(),
      hashKey: () => hashKey().read(),
    },
  };
}
