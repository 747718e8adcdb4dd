// What a Unit org token may do, and the org's webhooks with everything that Unit shows of them.
import * as z from 'zod/mini';
import { isPassing } from '../../functions/adapters/outbound.ts';
import type { Secret } from '../../functions/adapters/secrets.ts';
import {
  createUnitTransport,
  toServiceError,
  type UnitReply,
  unreadable,
} from '../../functions/adapters/unit/transport.ts';
import { silentLog } from '../base/silent-log.ts';
import { isPastScope, type Probe, probes } from './unit-scopes.ts';

/** What Unit says of a token; `scopes` is null where Unit's answer does not tell them. */
export interface TokenIdentity {
  readonly isCustomers: boolean;
  readonly scopes: readonly string[] | null;
}

/** How Unit is to send its events: again until they are taken, each as ids alone. */
export const webhookSettings = {
  contentType: 'JsonAPI',
  deliveryMode: 'AtLeastOnce',
  includeResources: false,
  subscriptionType: 'All',
} as const;

export interface Webhook {
  readonly webhookId: string;
  readonly label: string;
  readonly url: string;
  readonly status: string;
  /** Null where Unit shows none. */
  readonly token: string | null;
  readonly deliveryMode: string;
  readonly includeResources: boolean;
  readonly subscriptionType: string;
}

export interface WebhookList {
  readonly webhooks: readonly Webhook[];
  /** False where Unit has more than anybody would page through. */
  readonly isWhole: boolean;
}

export interface UnitOrg {
  /** Null when Unit refuses the token itself. @throws ServiceError, as all of these do */
  identity(): Promise<TokenIdentity | null>;
  /** What a harmless call that needs the scope says of it. */
  tryScope(scope: string): Promise<'has' | 'lacks' | 'refused' | 'unknown'>;
  webhooks(): Promise<WebhookList>;
  createWebhook(url: string, token: string): Promise<void>;
  changeWebhook(
    webhookId: string,
    changes: { readonly url?: string; readonly token?: string },
  ): Promise<void>;
  enableWebhook(webhookId: string): Promise<void>;
  disableWebhook(webhookId: string): Promise<void>;
}

const words = z.pipe(
  z.string(),
  z.transform((text) => text.split(/[\s,]+/).filter((word) => word !== '')),
);
const scopes = z.optional(z.nullable(z.union([z.array(z.string()), words])));
const identityDocument = z.looseObject({
  data: z.looseObject({
    attributes: z.looseObject({ kind: z.optional(z.string()), scopes, scope: scopes }),
  }),
});

const webhookDocument = z.looseObject({
  id: z.string().check(z.regex(/^[1-9]\d{0,18}$/)),
  attributes: z.looseObject({
    label: z.optional(z.nullable(z.string())),
    url: z.string(),
    status: z.string(),
    token: z.optional(z.nullable(z.string())),
    deliveryMode: z.optional(z.nullable(z.string())),
    includeResources: z.optional(z.nullable(z.boolean())),
    subscriptionType: z.optional(z.nullable(z.string())),
  }),
});
const listDocument = z.looseObject({ data: z.array(webhookDocument) });

const CALL_MS = 5000;
const READ_TRIES = 3;
const PAGE = 200;
const MOST_PAGES = 10;
/** Calls one Unit host with one org token. */
export function createUnitOrg(baseUrl: string, orgToken: Secret): UnitOrg {
  const unit = createUnitTransport(baseUrl, orgToken, silentLog);
  const { signal } = new AbortController();
  const call = (operation: string, [method, path]: Probe, body?: object): Promise<UnitReply> =>
    unit.call({
      operation,
      method,
      path,
      ...(body === undefined ? {} : { body }),
      timeoutMs: CALL_MS,
      tries: method === 'GET' ? READ_TRIES : 1,
      signal,
    });
  const must = async (operation: string, probe: Probe, body?: object): Promise<unknown> => {
    const reply = await call(operation, probe, body);
    if (!reply.isOk) throw toServiceError(reply);
    return reply.document;
  };
  const change = async (operation: string, probe: Probe, attributes: object): Promise<void> =>
    void (await must(operation, probe, { data: { type: 'webhook', attributes } }));
  const page = async (offset: number): Promise<readonly Webhook[]> => {
    const operation = 'list_webhooks';
    const path = `/webhooks?page[limit]=${PAGE}&page[offset]=${offset}`;
    const parsed = listDocument.safeParse(await must(operation, ['GET', path]));
    if (!parsed.success) throw unreadable(operation);
    return parsed.data.data.map(toWebhook);
  };
  return {
    async identity() {
      const reply = await call('read_identity', ['GET', '/identity']);
      if (reply.isOk) return toIdentity(reply.document);
      if (reply.status === 401) return null;
      // Whether this path is for every token, nobody says: then the scopes are found out one by one.
      if (reply.status < 500 && reply.status !== 429) return { isCustomers: false, scopes: null };
      throw toServiceError(reply);
    },

    async tryScope(scope) {
      const probe = probes[scope];
      if (probe === undefined) return 'unknown';
      const reply = await call('probe_scope', probe, probe[0] === 'GET' ? undefined : { data: {} });
      if (reply.isOk) return 'has';
      if (reply.status === 401) return 'refused';
      if (reply.status === 403) return 'lacks';
      // Who is down or busy is asked again later, and has said nothing of the token.
      if (isPassing(reply.status)) throw toServiceError(reply);
      return probe[0] !== 'GET' && isPastScope(reply) ? 'has' : 'unknown';
    },

    async webhooks() {
      const found: Webhook[] = [];
      for (let pages = 0; pages < MOST_PAGES; pages += 1) {
        const entries = await page(found.length);
        found.push(...entries);
        // A page may be shorter than was asked for: the end is one without entries.
        if (entries.length === 0) return { webhooks: found, isWhole: true };
      }
      return { webhooks: found, isWhole: false };
    },

    createWebhook: (url, token) =>
      change('create_webhook', ['POST', '/webhooks'], {
        label: 'stytch-unit-bridge',
        url,
        token,
        ...webhookSettings,
      }),
    changeWebhook: (webhookId, changes) =>
      change('change_webhook', ['PATCH', `/webhooks/${webhookId}`], changes),
    enableWebhook: async (webhookId) =>
      void (await must('enable_webhook', ['POST', `/webhooks/${webhookId}/enable`])),
    disableWebhook: async (webhookId) =>
      void (await must('disable_webhook', ['POST', `/webhooks/${webhookId}/disable`])),
  };
}

function toIdentity(document: unknown): TokenIdentity {
  const parsed = identityDocument.safeParse(document);
  if (!parsed.success) return { isCustomers: false, scopes: null };
  const { kind, scopes: list, scope } = parsed.data.data.attributes;
  return { isCustomers: kind === 'customer', scopes: list ?? scope ?? null };
}

const toWebhook = ({ id, attributes }: z.infer<typeof webhookDocument>): Webhook => ({
  webhookId: id,
  label: attributes.label ?? '',
  url: attributes.url,
  status: attributes.status,
  token: attributes.token ?? null,
  deliveryMode: attributes.deliveryMode ?? '',
  includeResources: attributes.includeResources ?? false,
  subscriptionType: attributes.subscriptionType ?? '',
});
