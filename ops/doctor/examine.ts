// Asks everybody once, side by side, and turns what they say into findings. One who does not answer stops nobody.
import tokenPolicies from '../../config/token-policy.json' with { type: 'json' };
import type { Secret } from '../../functions/adapters/secrets.ts';
import { checkPolicies } from '../../lib/check-policy.ts';
import { type Stage, stages } from '../../lib/stages.ts';
import { concurrencyLimit, isTableProtected } from '../adapters/deployment.ts';
import { readKeyEndpoint, readSkew } from '../adapters/key-endpoint.ts';
import { environmentOf, isOfOneEnvironment, outputOf } from '../base/place.ts';
import type { StageDesk } from '../base/stage-desk.ts';
import { Stop } from '../base/stop.ts';
import { catalog, type SecretName, secretNames } from '../secrets/catalog.ts';
import { originStateOf } from '../secrets/origin.ts';
import { stateOf } from '../secrets/state.ts';
import { isSignedAnew, readStored, webhooksAtUnit } from '../secrets/stored.ts';
import { reminders } from './by-hand.ts';
import { type Finding, fine, wrong } from './finding.ts';
import { stackFindings } from './stack.ts';
import {
  clockFindings,
  jwksFindings,
  jwksUrlOf,
  originFindings,
  rotationFindings,
  secretFindings,
} from './vendors.ts';
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
    examineOrigin(desk),
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
    (state) => secretFindings(desk.stage, state),
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

const examineOrigin = (desk: StageDesk): Promise<readonly Finding[]> =>
  originStateOf(desk).then(
    (state) => (state === null ? [] : originFindings(state, Date.now())),
    (error: unknown) => [unreadable('origin', error)],
  );

function unreadable(name: string, error: unknown): Finding {
  if (!(error instanceof Stop)) throw error;
  return wrong(
    'secret_unreadable',
    `${name}: ${error.message}`,
    'You need secretsmanager:DescribeSecret and secretsmanager:GetSecretValue on it.',
  );
}

/** The webhook, read with the given org token, or else with the stage's own for events. */
export async function examineWebhook(desk: StageDesk, orgToken: Secret | null): Promise<Diagnosis> {
  const { stage, stack } = desk;
  const url = outputOf(stage, stack.outputs, 'UnitWebhookUrl');
  const [token, changedAt, webhooks] = await Promise.all([
    readStored(desk, 'webhook'),
    webhookChangedAt(desk),
    webhooksAtUnit(desk, orgToken),
  ]);
  if ('reason' in webhooks) {
    const text = `the webhook was not seen: ${webhooks.reason}`;
    return { findings: [wrong('webhook_unseen', text, webhooks.fix)], steps: [] };
  }
  const { findings, steps } = diagnose({ stage, url }, token, webhooks);
  if (typeof token === 'string' || !isSignedAnew(url, token, webhooks)) return { findings, steps };
  return { findings: [...findings, ...rotationFindings(stage, token, changedAt, Date.now())], steps };
}

/** Null where AWS does not tell; that is a finding on the secret itself. */
const webhookChangedAt = ({ stage, stack, vault }: StageDesk): Promise<Date | null> =>
  vault.describe(outputOf(stage, stack.outputs, catalog.webhook.output)).then(
    ({ changedAt }) => changedAt,
    (error: unknown) => {
      if (!(error instanceof Stop)) throw error;
      return null;
    },
  );
