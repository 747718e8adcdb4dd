// Unit's webhook as the stage needs it (standards W9, W11), and the steps that lead there.
import type { SecretValue } from '../../functions/adapters/secrets.ts';
import type { Webhook } from '../adapters/unit-org.ts';
import { fillCommand, fixCommand } from '../secrets/stored.ts';
import { byHand, doubtful, type Finding, fine, wrong } from './finding.ts';

/** Unit changes neither delivery nor contents of a webhook: a new one is made, and the old one retired. */
export type Step =
  | { readonly kind: 'create' }
  | { readonly kind: 'sign' | 'enable'; readonly webhookId: string }
  | { readonly kind: 'retire'; readonly webhookId: string; readonly isEnabled: boolean };

export interface Diagnosis {
  readonly findings: readonly Finding[];
  readonly steps: readonly Step[];
}

/** Our own token as it is stored; a word where there is none to compare with. */
export type StoredToken = SecretValue | 'empty' | 'malformed' | 'unreadable';

/** One of the stage's own is kept, by what Unit does not change; whatever else has its URL is retired. */
export function diagnose(
  { stage, url }: { readonly stage: string; readonly url: string },
  token: StoredToken,
  webhooks: readonly Webhook[],
): Diagnosis {
  const own = webhooks.filter((webhook) => webhook.url === url);
  const elsewhere = webhooks.filter((webhook) => webhook.url !== url && pathOf(webhook.url) === pathOf(url));
  const fix = fixCommand(stage);
  const isSigned = (webhook: Webhook): boolean => typeof token !== 'string' && webhook.token === token.value;
  const [kept] = own
    .filter((webhook) => contentFindings(webhook, fix).length === 0)
    .toSorted((a, b) => Number(isOn(b)) - Number(isOn(a)) || Number(isSigned(b)) - Number(isSigned(a)));
  const others = own.filter((webhook) => webhook !== kept);
  const surplus = others.filter((webhook) => kept !== undefined || webhook !== others[0]);
  return {
    findings: [
      ...(own.length === 0 ? [wrong('webhook_missing', `Unit has no webhook for ${url}`, fix)] : []),
      ...(surplus.length === 0
        ? []
        : [
            doubtful(
              'webhook_twice',
              `${own.length} webhooks for ${url}, and one is enough: ${own.map(nameOf).join(', ')}`,
              fix,
            ),
          ]),
      ...elsewhere.map((webhook) =>
        (own.length === 0 ? wrong : doubtful)(
          'webhook_elsewhere',
          `${nameOf(webhook)} (${webhook.status}) goes to ${webhook.url}`,
          'Of another stage: leave it. Of a former address: disable it, and point it to another path.',
        ),
      ),
      // What a surplus one signs with or sends is no matter once it is retired, but resources are on their way until then.
      ...others
        .filter((webhook) => kept === undefined || isOn(webhook))
        .flatMap((webhook) => contentFindings(webhook, fix)),
      ...(kept === undefined ? [] : keptFindings(stage, kept, token)),
    ],
    steps: [
      ...(kept === undefined ? [{ kind: 'create' } as const] : stepsOf(kept, token)),
      ...others.map(
        (webhook) => ({ kind: 'retire', webhookId: webhook.webhookId, isEnabled: isOn(webhook) }) as const,
      ),
    ],
  };
}

const pathOf = (url: string): string => (URL.canParse(url) ? new URL(url).pathname : '');
const nameOf = ({ webhookId }: Webhook): string => `webhook ${webhookId}`;
const isOn = ({ status }: Webhook): boolean => status === 'Enabled';

function keptFindings(stage: string, webhook: Webhook, token: StoredToken): readonly Finding[] {
  const name = nameOf(webhook);
  const signature = signatureFindings(stage, webhook, token);
  const text = `${name} is ${webhook.status}: Unit sends nothing`;
  const findings = [
    ...signature,
    ...(isOn(webhook) ? [] : [wrong('webhook_not_enabled', text, fixCommand(stage))]),
  ];
  if (findings.length > 0) return findings;
  return [fine('webhook', `${name}: enabled, signed with our token, AtLeastOnce, without resources`)];
}

function stepsOf({ webhookId, status, token: told }: Webhook, token: StoredToken): readonly Step[] {
  return [
    ...(typeof token === 'string' || told === token.value ? [] : [{ kind: 'sign', webhookId } as const]),
    ...(status === 'Enabled' ? [] : [{ kind: 'enable', webhookId } as const]),
  ];
}

function contentFindings(webhook: Webhook, fix: string): readonly Finding[] {
  const { deliveryMode, includeResources, subscriptionType } = webhook;
  const name = nameOf(webhook);
  return [
    ...(deliveryMode === 'AtLeastOnce'
      ? []
      : [wrong('webhook_not_repeated', `${name} is ${deliveryMode}: what fails is not sent again`, fix)]),
    ...(includeResources
      ? [wrong('webhook_with_resources', `${name} includes resources: SSNs reach our function`, fix)]
      : []),
    ...(subscriptionType === 'OnlyAuthorizationRequest'
      ? [wrong('webhook_lacks_events', `${name} is about card authorizations alone`, fix)]
      : []),
  ];
}

function signatureFindings(stage: string, webhook: Webhook, token: StoredToken): readonly Finding[] {
  const name = nameOf(webhook);
  const fix = fixCommand(stage);
  if (webhook.token === null) {
    const text = `${name} shows no token: unsigned, and every delivery is refused`;
    return [wrong('webhook_unsigned', text, fix)];
  }
  if (typeof token === 'string') {
    const text = `whether ${name} signs with our token: ours is ${token}`;
    const remedy =
      token === 'unreadable'
        ? 'Run it again with the right to read the secret.'
        : `First: ${fillCommand(stage, 'webhook')}`;
    return [byHand('webhook_signature_unseen', text, remedy)];
  }
  if (webhook.token === token.value) return [];
  return webhook.token === token.previous
    ? [doubtful('webhook_signs_previous', `${name} signs with the previous token`, fix)]
    : [wrong('webhook_token_differs', `${name} signs with another token`, fix)];
}
