// Asks everybody once, side by side, and turns what they say into findings. One who does not answer stops nobody.
import tokenPolicies from '../../config/token-policy.json' with { type: 'json' };
import type { Secret, SecretValue } from '../../functions/adapters/secrets.ts';
import { ServiceError } from '../../functions/core/errors.ts';
import { checkPolicies } from '../../lib/check-policy.ts';
import { type Stage, stages } from '../../lib/stages.ts';
import { concurrencyLimit, isTableProtected } from '../adapters/deployment.ts';
import { readKeyEndpoint, readSkew } from '../adapters/key-endpoint.ts';
import { createUnitOrg } from '../adapters/unit-org.ts';
import { fixedSecret } from '../base/credentials.ts';
import { environmentOf, isOfOneEnvironment, outputOf } from '../base/place.ts';
import type { StageDesk } from '../base/stage-desk.ts';
import { Stop } from '../base/stop.ts';
import { catalog, type SecretName, secretNames } from '../secrets/catalog.ts';
import { stateOf } from '../secrets/state.ts';
import { reminders } from './by-hand.ts';
import { type Finding, fine, wrong } from './finding.ts';
import { stackFindings } from './stack.ts';
import { clockFindings, jwksFindings, jwksUrlOf, secretFindings } from './vendors.ts';
import { type Diagnosis, diagnose } from './webhooks.ts';

/** Everything but the webhook. */
export async function examine(desk: StageDesk): Promise<readonly Finding[]> {
  const { place, stack } = desk;
  const stage = Object.values<Stage>(stages).find(({ name }) => name === desk.stage);
  const isFit = isOfOneEnvironment(place);
  const [concurrency, protectedTable, ...vendors] = await Promise.all([
    concurrencyLimit(),
    environmentOf(place) === 'live' ? isTableProtected(place.tableName) : null,
    ...(isFit ? [examineKeys(desk), ...secretNames.map((name) => examineSecret(desk, name))] : []),
    examineHashKey(desk),
  ]);
  return [
    ...stackFindings({
      stage,
      place,
      stack,
      concurrency,
      isTableProtected: protectedTable,
      policyWarnings: checkPolicies(tokenPolicies),
    }),
    ...vendors.flat(),
    ...reminders(place, stage),
  ];
}

async function examineKeys({ place, stack }: StageDesk): Promise<readonly Finding[]> {
  const [endpoint, unitSkew] = await Promise.all([
    readKeyEndpoint(jwksUrlOf(place)),
    readSkew(`${place.unitUrl}/identity`),
  ]);
  return [
    ...jwksFindings(place, stack.outputs.get('StytchJwksUrl'), endpoint),
    ...clockFindings('Stytch', endpoint?.skewSeconds ?? null),
    ...clockFindings('Unit', unitSkew),
  ];
}

const examineSecret = (desk: StageDesk, name: SecretName): Promise<readonly Finding[]> =>
  stateOf(desk, name).then(
    (state) => secretFindings(desk.stage, state, Date.now()),
    (error: unknown) => [unreadable(name, error)],
  );

async function examineHashKey({ stage, stack, vault }: StageDesk): Promise<readonly Finding[]> {
  const described = vault.describe(outputOf(stage, stack.outputs, 'HashKeySecretArn'));
  return described.then(
    ({ isFilled }) => [
      isFilled
        ? fine('hash_key', 'the hash key is there')
        : wrong(
            'hash_key_empty',
            'the generated hash key is gone',
            'Restore its last version; a new one is no cure.',
          ),
    ],
    (error: unknown) => [unreadable('hash key', error)],
  );
}

function unreadable(name: string, error: unknown): Finding {
  if (!(error instanceof Stop)) throw error;
  return wrong('secret_unreadable', `${name}: ${error.message}`, 'See AWS in docs/operators.md.');
}

/** The webhook, read with the given org token, or else with the stage's own for events. */
export async function examineWebhook(desk: StageDesk, orgToken: Secret | null): Promise<Diagnosis> {
  const { stage, stack, place } = desk;
  const reader = orgToken ?? (await storedToken(desk));
  if (reader === null) return unseen('there is no token to ask Unit with');
  const [token, webhooks] = await Promise.all([
    webhookToken(desk),
    createUnitOrg(place.unitUrl, reader)
      .webhooks()
      .catch((error: unknown) => {
        if (!(error instanceof ServiceError)) throw error;
        return error;
      }),
  ]);
  if (webhooks instanceof ServiceError) return unseen(`Unit would not list them: ${webhooks.code}`);
  return diagnose(outputOf(stage, stack.outputs, 'UnitWebhookUrl'), token, webhooks);
}

const unseen = (reason: string): Diagnosis => ({
  findings: [wrong('webhook_unseen', `the webhook was not seen: ${reason}`, 'Fill unit-events first.')],
  steps: [],
});

const storedToken = async (desk: StageDesk): Promise<Secret | null> => {
  const stored = await readStored(desk, 'unit-events');
  return stored === null ? null : fixedSecret(stored.value);
};

/** Null while nobody has filled it. */
export const webhookToken = (desk: StageDesk): Promise<SecretValue | null> => readStored(desk, 'webhook');

async function readStored({ stage, stack, vault }: StageDesk, name: SecretName): Promise<SecretValue | null> {
  const stored = await vault
    .read(outputOf(stage, stack.outputs, catalog[name].output))
    .catch((error: unknown) => {
      if (!(error instanceof Stop)) throw error;
      // Told by the finding on the secret itself.
      return 'unreadable' as const;
    });
  return typeof stored === 'string' ? null : stored;
}
