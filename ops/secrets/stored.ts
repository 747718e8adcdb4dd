// What the stage's own secrets hold, and what Unit shows of its webhooks by the token among them.
import type { Secret, SecretValue } from '../../functions/adapters/secrets.ts';
import { ServiceError } from '../../functions/core/errors.ts';
import { createUnitOrg, type Webhook } from '../adapters/unit-org.ts';
import { fixedSecret } from '../base/credentials.ts';
import { outputOf } from '../base/place.ts';
import type { StageDesk } from '../base/stage-desk.ts';
import { Stop } from '../base/stop.ts';
import { catalog, type SecretName, wantedScopes } from './catalog.ts';

/** What a secret holds; where AWS would not show it, that. */
export const readStored = (
  { stage, stack, vault }: StageDesk,
  name: SecretName,
): Promise<SecretValue | 'empty' | 'malformed' | 'unreadable'> =>
  vault.read(outputOf(stage, stack.outputs, catalog[name].output)).then(
    ({ held }) => held,
    (error: unknown) => {
      if (!(error instanceof Stop)) throw error;
      return 'unreadable';
    },
  );

/** Why something was not seen, and what to do about it. */
export interface Unseen {
  readonly reason: string;
  readonly fix: string;
}

/** Unit's webhooks, asked with the given org token, or else with the stage's own for events. */
export async function webhooksAtUnit(
  desk: StageDesk,
  orgToken: Secret | null,
): Promise<readonly Webhook[] | Unseen> {
  const fill = fillCommand(desk.stage, 'unit-events');
  const stored = orgToken === null ? await readStored(desk, 'unit-events') : null;
  if (typeof stored === 'string') return { reason: `unit-events is ${stored}`, fix: fill };
  const reader = stored === null ? orgToken : fixedSecret(stored.value);
  if (reader === null) return { reason: 'there is no token to ask Unit with', fix: fill };
  const listed = await createUnitOrg(desk.place.unitUrl, reader)
    .webhooks()
    .catch((error: unknown) => {
      if (!(error instanceof ServiceError)) throw error;
      return error;
    });
  if (listed instanceof ServiceError) {
    return unlisted(
      listed,
      orgToken === null ? `A token with ${wantedScopes.events.join(' ')}: ${fill}` : null,
    );
  }
  if (listed.isWhole) return listed.webhooks;
  return {
    reason: `Unit lists more than ${listed.webhooks.length}, and ours may be among the rest`,
    fix: "Look for the URL in Unit's dashboard, Developer, Webhooks.",
  };
}

/** `refill` is the remedy for a token of the stage; null where the operator's own was refused. */
function unlisted({ code, details }: ServiceError, refill: string | null): Unseen {
  const status = details.upstream?.status;
  if (status !== 401 && status !== 403) {
    return {
      reason: `Unit would not list them: ${code}`,
      fix: "Look at Unit's status page and at your network, then run it again.",
    };
  }
  return refill === null
    ? { reason: `Unit refuses your token: ${status}`, fix: 'Your UNIT_TOKEN needs webhooks webhooks-write.' }
    : { reason: `Unit refuses the token unit-events: ${status}`, fix: refill };
}

/** Unit signs everything for us with the value of now; false also where it sends us nothing. */
export function isSignedAnew(url: string, { value }: SecretValue, webhooks: readonly Webhook[]): boolean {
  const own = webhooks.filter((webhook) => webhook.url === url);
  return own.length > 0 && own.every(({ token }) => token === value);
}

/** The webhook's token is made here; the others come from their vendors. */
export const fillCommand = (stage: string, name: SecretName): string =>
  `npm run secrets -- --stage ${stage} --only ${name}${name === 'webhook' ? ' --generate webhook' : ''} --apply`;

export const fixCommand = (stage: string): string => `npm run doctor -- --stage ${stage} --fix --apply`;

export const endRotationCommand = (stage: string): string =>
  `npm run secrets -- --stage ${stage} --end-rotation --apply`;
