// The control API: the controls over HTTP, on a port of its own, with a page to look at.
import * as z from 'zod/mini';
import { faultSchema } from '../faults.ts';
import type { Handle } from '../server.ts';
import { decisions, type UnitControls } from './controls.ts';
import { archiveReasons } from './customers.ts';
import { UnitError } from './errors.ts';
import { parse } from './jsonapi.ts';
import { statePage } from './state-page.ts';
import { switchesSchema } from './switches.ts';

const count = z.int().check(z.gte(0));
const ageRequest = z.strictObject({
  keys: z.optional(count),
  tokens: z.optional(count),
  webhooks: z.optional(count),
  forms: z.optional(count),
  jwks: z.optional(count),
});
const decideRequest = z.strictObject({ decision: z.enum(decisions) });
const archiveRequest = z.strictObject({ reason: z._default(z.enum(archiveReasons), 'Inactive') });
const cardRequest = z.strictObject({ customerId: z.string(), isPhysical: z._default(z.boolean(), false) });
const resetRequest = z.strictObject({ keepWebhooks: z._default(z.boolean(), false) });
const orgTokenRequest = z.strictObject({ token: z.string(), scopes: z.array(z.string()) });
const tokenRequest = z.strictObject({ token: z.string() });
const dropRequest = z.strictObject({ count });

type Action = (input: { readonly id: string; readonly url: URL; readonly body: unknown }) => unknown;

const done = { ok: true };

function actions(controls: UnitControls): Readonly<Record<string, Action>> {
  return {
    'GET /applications': () => controls.applications(),
    'POST /applications': ({ body }) => controls.seedApplication(body),
    'POST /applications/:id/decide': ({ id, body }) =>
      controls.decide(id, parse(decideRequest, body).decision),
    'POST /applications/:id/resolve': ({ id }) => controls.resolve(id),
    'POST /org-tokens': ({ body }) => {
      controls.addOrgToken(parse(orgTokenRequest, body));
      return done;
    },
    'DELETE /org-tokens': ({ body }) => {
      controls.revokeOrgToken(parse(tokenRequest, body).token);
      return done;
    },
    'GET /customers': () => controls.customers(),
    'POST /customers/:id/archive': ({ id, body }) => {
      controls.archiveCustomer(id, parse(archiveRequest, body).reason);
      return done;
    },
    'GET /accounts': ({ url }) => controls.accounts(url.searchParams.get('customerId') ?? undefined),
    'GET /cards': ({ url }) => controls.cards(url.searchParams.get('customerId') ?? undefined),
    'POST /cards': ({ body }) => {
      const { customerId, isPhysical } = parse(cardRequest, body);
      return controls.createCard(customerId, isPhysical);
    },
    'POST /age': ({ body }) => {
      const { keys, tokens, webhooks, forms, jwks } = parse(ageRequest, body);
      if (keys !== undefined) controls.ageKeys(keys);
      if (tokens !== undefined) controls.ageTokens(tokens);
      if (webhooks !== undefined) controls.ageWebhooks(webhooks);
      if (forms !== undefined) controls.ageForms(forms);
      if (jwks !== undefined) controls.ageJwks();
      return done;
    },
    'GET /events': () => controls.events(),
    'POST /events/unknown': () => controls.emitUnknownEvent(),
    'GET /webhooks': () => controls.webhooks(),
    'GET /webhook-log': () => controls.webhookLog(),
    'POST /webhooks/flush': async () => {
      await controls.flushWebhooks();
      return done;
    },
    'POST /webhooks/pause': () => {
      controls.pauseWebhooks();
      return done;
    },
    'POST /webhooks/resume': () => {
      controls.resumeWebhooks();
      return done;
    },
    'POST /webhooks/drop': ({ body }) => {
      controls.dropNextWebhooks(parse(dropRequest, body).count);
      return done;
    },
    'POST /faults': ({ body }) => {
      controls.arm(parse(faultSchema, body));
      return done;
    },
    'DELETE /faults': () => {
      controls.heal();
      return done;
    },
    'GET /switches': () => controls.switches,
    'POST /switches': ({ body }) => Object.assign(controls.switches, parse(z.partial(switchesSchema), body)),
    'GET /jwks-fetches': () => ({ fetches: controls.jwksFetches() }),
    'GET /outbox': () => controls.outbox(),
    'GET /requests': () => controls.requests(),
    'GET /received': () => controls.received(),
    'POST /reset': ({ body }) => {
      controls.reset(parse(resetRequest, body));
      return done;
    },
  };
}

/** The control API of a simulator. */
export function createControl(controls: UnitControls): Handle {
  const known = actions(controls);
  return async (request) => {
    const url = new URL(request.url);
    if (request.method === 'GET' && url.pathname === '/') return statePage(controls);
    // The only ids are in the second segment: `/customers/700001/archive`.
    const id = /^\/[a-z]+\/(\d+)(?:\/|$)/.exec(url.pathname)?.[1] ?? '';
    const action = known[`${request.method} ${url.pathname.replace(/^(\/[a-z]+\/)\d+(?=\/|$)/, '$1:id')}`];
    if (action === undefined)
      return json(400, { error: `no such control: ${request.method} ${url.pathname}` });
    const strange = [...url.searchParams.keys()].find((name) => name !== 'customerId');
    if (strange !== undefined) return json(400, { error: `no such query parameter: ${strange}` });
    const text = await request.text();
    try {
      const body: unknown = text === '' ? {} : JSON.parse(text);
      return json(200, await action({ id, url, body }));
    } catch (error) {
      if (error instanceof UnitError) return json(400, { error: error.message });
      if (error instanceof SyntaxError) return json(400, { error: 'the body is not JSON' });
      throw error;
    }
  };
}

const json = (status: number, value: unknown): Response =>
  new Response(`${JSON.stringify(value, null, 2)}\n`, {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  });
