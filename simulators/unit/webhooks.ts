// Webhook registrations: made, read, changed, switched on and off.
import * as z from 'zod/mini';
import { WEBHOOKS_PER_ORG } from './assumptions.ts';
import { shortText } from './common-schemas.ts';
import { notFound, refusal } from './errors.ts';
import { answer, envelope, org, parse, present, type Resource } from './jsonapi.ts';
import { listAnswer, listQuery } from './lists.ts';
import type { Call, Route } from './route.ts';
import type { Webhook } from './webhook-records.ts';
import type { World } from './world.ts';

const changeable = {
  label: shortText,
  url: z.string().check(z.refine((url) => URL.canParse(url) && /^https?:/.test(url))),
  token: z.optional(shortText),
  contentType: z.enum(['Json', 'JsonAPI']),
};

const createRequest = envelope(
  'webhook',
  z.strictObject({
    ...changeable,
    deliveryMode: z._default(z.enum(['AtMostOnce', 'AtLeastOnce']), 'AtMostOnce'),
    includeResources: z._default(z.boolean(), false),
    subscriptionType: z._default(
      z.enum(['All', 'OnlyAuthorizationRequest', 'NotAuthorizationRequest']),
      'All',
    ),
  }),
);

const patchRequest = envelope('webhook', z.partial(z.strictObject(changeable)));

const webhookResource = (webhook: Webhook): Resource => ({
  type: 'webhook',
  id: webhook.id,
  attributes: present({
    createdAt: webhook.createdAt,
    label: webhook.label,
    url: webhook.url,
    status: webhook.status,
    token: webhook.token,
    contentType: webhook.contentType,
    deliveryMode: webhook.deliveryMode,
    includeResources: webhook.includeResources,
    subscriptionType: webhook.subscriptionType,
  }),
  relationships: { org },
});

function webhookOf(call: Call): Webhook {
  const webhook = call.world.webhooks.get(call.param('webhookId'));
  if (webhook === undefined) throw notFound('webhook');
  return webhook;
}

function requireRoom(world: World): void {
  const enabled = [...world.webhooks.values()].filter(({ status }) => status === 'Enabled').length;
  if (enabled >= WEBHOOKS_PER_ORG) throw refusal(400, 'limits_exceeded', 'too many enabled webhooks');
}

function create(call: Call): Response {
  const { world } = call;
  const { token, ...rest } = parse(createRequest, call.body).data.attributes;
  requireRoom(world);
  const webhook: Webhook = {
    id: world.nextId('webhook'),
    createdAt: world.timestamp(),
    ...rest,
    ...(token === undefined ? {} : { token }),
    status: 'Enabled',
    queue: [],
    failures: 0,
    nextAttemptAt: 0,
  };
  world.webhooks.set(webhook.id, webhook);
  return answer(201, { data: webhookResource(webhook) });
}

function enable(call: Call): Response {
  const webhook = webhookOf(call);
  if (webhook.status !== 'Enabled') {
    requireRoom(call.world);
    webhook.status = 'Enabled';
    webhook.failures = 0;
    webhook.nextAttemptAt = 0;
    delete webhook.failingSince;
  }
  return answer(200, { data: webhookResource(webhook) });
}

function disable(call: Call): Response {
  const webhook = webhookOf(call);
  webhook.status = 'Disabled';
  webhook.queue = [];
  return answer(200, { data: webhookResource(webhook) });
}

function list(call: Call): Response {
  const query = listQuery(call.url, { filters: ['since', 'until', 'fromId', 'toId'], pages: true });
  const { since, until, fromId, toId } = {
    since: query.filter('since') ?? '',
    until: query.filter('until') ?? '9999',
    fromId: Number(query.filter('fromId') ?? 0),
    toId: Number(query.filter('toId') ?? Number.MAX_SAFE_INTEGER),
  };
  const rows = [...call.world.webhooks.values()].filter(
    ({ id, createdAt }) =>
      createdAt >= since && createdAt <= until && Number(id) >= fromId && Number(id) <= toId,
  );
  return listAnswer(rows, query, webhookResource);
}

const read = { scope: 'webhooks', holder: 'org', body: 'none' } as const;
const write = { scope: 'webhooks-write', holder: 'org' } as const;

/** The routes of webhooks. */
export const webhookRoutes: readonly Route[] = [
  { method: 'POST', path: '/webhooks', ...write, body: 'jsonapi', run: create },
  { method: 'GET', path: '/webhooks', ...read, run: list },
  {
    method: 'GET',
    path: '/webhooks/:webhookId',
    ...read,
    run: (call) => answer(200, { data: webhookResource(webhookOf(call)) }),
  },
  {
    method: 'PATCH',
    path: '/webhooks/:webhookId',
    ...write,
    body: 'jsonapi',
    run: (call) => {
      const webhook = webhookOf(call);
      Object.assign(webhook, present(parse(patchRequest, call.body).data.attributes));
      return answer(200, { data: webhookResource(webhook) });
    },
  },
  { method: 'POST', path: '/webhooks/:webhookId/enable', ...write, body: 'optional', run: enable },
  { method: 'POST', path: '/webhooks/:webhookId/disable', ...write, body: 'optional', run: disable },
];
