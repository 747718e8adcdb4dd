// What a Unit org token may do, and the org's webhooks with everything that Unit shows of them.
import * as z from 'zod/mini';
import type { Secret } from '../../functions/adapters/secrets.ts';
import {
  createUnitTransport,
  toServiceError,
  type UnitReply,
  unreadable,
} from '../../functions/adapters/unit/transport.ts';
import { silentLog } from '../base/silent-log.ts';

/** What Unit says of a token; `scopes` is null where Unit's answer does not tell them. */
export interface TokenIdentity {
  readonly isCustomers: boolean;
  readonly scopes: readonly string[] | null;
}

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

export interface UnitOrg {
  /** Null when Unit refuses the token itself. @throws ServiceError, as all of these do */
  identity(): Promise<TokenIdentity | null>;
  /** Whether a harmless call that needs the scope passes; null where it says nothing either way. */
  hasScope(scope: string): Promise<boolean | null>;
  webhooks(): Promise<readonly Webhook[]>;
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
/** No id of Unit's is as long. */
const NOBODY = '999999999999999999';

type Probe = readonly ['GET' | 'POST' | 'PATCH', string];

/** Reads one entry, or asks for a change that cannot be: no customer has that id, and the bodies are no request. */
const probes: Readonly<Record<string, Probe>> = {
  'customer-token-write': ['POST', `/customers/${NOBODY}/token`],
  'applications-write': ['POST', '/applications'],
  ...Object.fromEntries(
    ['applications', 'customers', 'events', 'webhooks', 'accounts', 'cards', 'transactions', 'payments'].map(
      (name): [string, Probe] => [name, ['GET', `/${name}?page[limit]=1`]],
    ),
  ),
};

/** The scopes whose presence can be found out without changing anything. */
export const probedScopes: readonly string[] = Object.keys(probes);

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

    async hasScope(scope) {
      const probe = probes[scope];
      if (probe === undefined) return null;
      const reply = await call('probe_scope', probe, probe[0] === 'GET' ? undefined : { data: {} });
      if (reply.isOk) return true;
      if (reply.status === 403) return false;
      // Past the scope and stopped at the id or the body.
      if (probe[0] !== 'GET' && [400, 404, 409, 422].includes(reply.status)) return true;
      return null;
    },

    async webhooks() {
      const found: Webhook[] = [];
      for (let pages = 0; pages < MOST_PAGES; pages += 1) {
        const entries = await page(pages * PAGE);
        found.push(...entries);
        if (entries.length < PAGE) break;
      }
      return found;
    },

    createWebhook: (url, token) =>
      change('create_webhook', ['POST', '/webhooks'], {
        label: 'stytch-unit-bridge',
        url,
        token,
        contentType: 'JsonAPI',
        deliveryMode: 'AtLeastOnce',
        includeResources: false,
        subscriptionType: 'All',
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
