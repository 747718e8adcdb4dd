// Unit's webhook as the stage needs it (standards W9, W11), and the steps that lead there.
import type { SecretValue } from '../../functions/adapters/secrets.ts';
import type { Webhook } from '../adapters/unit-org.ts';
import { doubtful, type Finding, fine, wrong } from './finding.ts';

/** `replace` makes a new one and retires the old: Unit changes neither delivery nor contents of one that exists. */
export type Step =
  | { readonly kind: 'create' }
  | { readonly kind: 'sign' | 'enable' | 'retire'; readonly webhookId: string };

export interface Diagnosis {
  readonly findings: readonly Finding[];
  readonly steps: readonly Step[];
}

/** `token` is null while the stage has none: then nothing can be signed. */
export function diagnose(url: string, token: SecretValue | null, webhooks: readonly Webhook[]): Diagnosis {
  const own = webhooks.filter((webhook) => webhook.url === url);
  const elsewhere = webhooks.filter((webhook) => webhook.url !== url && pathOf(webhook.url) === pathOf(url));
  const fix = '--fix registers it';
  const each = own.map((webhook) => diagnoseOne(webhook, token));
  const isReplaced = each.some(({ steps }) => steps.some(({ kind }) => kind === 'retire'));
  const isMissing = own.length === 0;
  return {
    findings: [
      ...(isMissing ? [wrong('webhook_missing', `Unit has no webhook for ${url}`, fix)] : []),
      ...(own.length > 1
        ? [
            doubtful(
              'webhook_twice',
              `${own.length} webhooks for ${url}: every event comes as often`,
              'Keep one.',
            ),
          ]
        : []),
      ...elsewhere.map((webhook) =>
        (isMissing ? wrong : doubtful)(
          'webhook_elsewhere',
          `webhook ${webhook.webhookId} (${webhook.status}) goes to ${webhook.url}`,
          'Of another stage: leave it. Of a former address: disable it, and point it to another path.',
        ),
      ),
      ...each.flatMap(({ findings }) => findings),
    ],
    steps: [
      ...(isMissing || isReplaced ? [{ kind: 'create' } as const] : []),
      ...each.flatMap(({ steps }) => steps),
    ],
  };
}

const pathOf = (url: string): string => (URL.canParse(url) ? new URL(url).pathname : '');

function diagnoseOne(webhook: Webhook, token: SecretValue | null): Diagnosis {
  const { webhookId, status } = webhook;
  const name = `webhook ${webhookId}`;
  const contents = contentFindings(name, webhook);
  const signature = signatureFindings(name, webhook, token);
  const isEnabled = status === 'Enabled';
  const findings = [
    ...contents,
    ...signature,
    ...(isEnabled
      ? []
      : [wrong('webhook_not_enabled', `${name} is ${status}: Unit sends nothing`, '--fix enables it')]),
  ];
  if (contents.length > 0) return { findings, steps: [{ kind: 'retire', webhookId }] };
  if (findings.length === 0) {
    const text = `${name}: enabled, signed with our token, AtLeastOnce, without resources`;
    return { findings: [fine('webhook', text)], steps: [] };
  }
  return {
    findings,
    steps: [
      ...(signature.length > 0 && token !== null ? [{ kind: 'sign', webhookId } as const] : []),
      ...(isEnabled ? [] : [{ kind: 'enable', webhookId } as const]),
    ],
  };
}

function contentFindings(name: string, webhook: Webhook): readonly Finding[] {
  const { deliveryMode, includeResources, subscriptionType } = webhook;
  const fix = '--fix makes a new one and retires it: Unit does not change this';
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

function signatureFindings(name: string, webhook: Webhook, token: SecretValue | null): readonly Finding[] {
  if (webhook.token === null) {
    const text = `${name} shows no token: unsigned, and every delivery is refused`;
    return [wrong('webhook_unsigned', text, '--fix gives Unit the token')];
  }
  if (token === null || webhook.token === token.value) return [];
  if (webhook.token === token.previous) {
    return [
      doubtful(
        'webhook_signs_previous',
        `${name} signs with the previous token`,
        '--fix gives Unit the new one',
      ),
    ];
  }
  return [wrong('webhook_token_differs', `${name} signs with another token`, '--fix gives Unit the token')];
}
