// Requests made from openapi.yaml, good and broken, signed in and not: every answer is documented, and none is a 500.
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { World } from '../../local/world.ts';
import { broken, type Hints, valid } from '../support/arbitrary.ts';
import { expectDocumented, isGatewayMade, readDocument } from '../support/documented.ts';
import { type Applicant, applicant, ssns } from '../support/documents.ts';
import * as fc from '../support/properties.ts';
import {
  apply,
  emailFactor,
  individual,
  type SignedInUser,
  signedInUser,
  startTestWorld,
  wideMaxima,
  withLimits,
} from '../support/world.ts';

/** Requests at once; each run of the property sends so many. */
const AT_ONCE = 8;
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 4);

type Users = Readonly<Record<'customer' | 'applicant' | 'newcomer' | 'oneFactor', SignedInUser>>;

let world: World;
let users: Users;
let open: Applicant;
beforeAll(async () => {
  world = await startTestWorld({ template: withLimits(wideMaxima) });
  // Everybody who is asked for documents has the same SSN.
  world.unit.controls.switches.preventDuplicateIndividualApplications = false;
});
afterAll(() => world.close());

/** New ones for each operation: what one removes or ends, the next one has. */
async function newUsers(): Promise<Users> {
  const customer = await signedInUser(world);
  await apply(world, customer, individual(customer.email));
  open = await applicant(world, ssns.wantsIdDocument);
  return {
    customer,
    applicant: open.user,
    newcomer: await signedInUser(world),
    oneFactor: await signedInUser(world, [emailFactor]),
  };
}

const scopes = Object.keys(
  (JSON.parse(readFileSync('config/token-policy.json', 'utf8')) as { default: { scopes: object } }).default
    .scopes,
);

interface Request {
  readonly who: keyof Users | 'nobody' | 'garbage';
  readonly ids: readonly string[];
  readonly key: string | undefined;
  readonly type: string;
  readonly body: string | undefined;
}

const document = readDocument();
const operations = Object.entries(document.paths).flatMap(([template, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    method: method.toUpperCase(),
    template,
    operation,
  })),
);

interface Parts {
  readonly requestBody?: { readonly content: Record<string, { readonly schema: unknown }> };
  readonly parameters?: readonly object[];
}

function requests({ requestBody, parameters = [] }: Parts, hints: Hints): fc.Arbitrary<Request> {
  const content = requestBody?.content ?? {};
  const [type = 'application/json', media] = Object.entries(content)[0] ?? [];
  const file = fc.string({ unit: 'binary', maxLength: 200 }).map((text) => `%PDF-1.7 ${text}`);
  const value = valid(media?.schema, hints);
  const sent = fc.oneof(
    { arbitrary: 'application/pdf' in content ? file : value.map((one) => JSON.stringify(one)), weight: 8 },
    { arbitrary: broken(value).map((one) => JSON.stringify(one)), weight: 5 },
    { arbitrary: fc.string({ unit: 'binary', maxLength: 200 }), weight: 1 },
    { arbitrary: fc.constant(JSON.stringify({ padding: 'x'.repeat(20_000) })), weight: 1 },
  );
  const needsKey = parameters.some((one) => JSON.stringify(one).includes('idempotencyKey'));
  const owned = fc.constantFrom(...(hints['ids'] ?? []).map(String), 'NJZ3YTEYBNFOW57B4M6LHFHDHY');
  return fc.record({
    who: fc.oneof(
      { arbitrary: fc.constantFrom('customer', 'applicant', 'newcomer', 'oneFactor' as const), weight: 5 },
      { arbitrary: fc.constantFrom('nobody', 'garbage' as const), weight: 1 },
    ),
    ids: fc.array(fc.oneof(owned, fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 })), {
      minLength: 2,
      maxLength: 2,
    }),
    key: needsKey
      ? fc.oneof(
          { arbitrary: fc.uuid(), weight: 8 },
          {
            arbitrary: fc.constantFrom(
              undefined,
              'short',
              '"quoted-key-of-some-length"',
              'with, comma and more',
            ),
            weight: 1,
          },
        )
      : fc.constant(undefined),
    type: fc.oneof(
      { arbitrary: fc.constant('application/pdf' in content ? 'application/pdf' : type), weight: 12 },
      { arbitrary: fc.constant('text/plain'), weight: 1 },
    ),
    body: requestBody === undefined ? fc.constant(undefined) : sent,
  });
}

/** Seen: operation, status and code, for the report. */
const seen = new Map<string, Set<string>>();

async function send(method: string, template: string, { who, ids, key, type, body }: Request): Promise<void> {
  let nth = 0;
  const path = template.replaceAll(/\{\w+\}/g, () => encodeURIComponent(ids[nth++] ?? 'x'));
  const bearer = who === 'nobody' ? undefined : who === 'garbage' ? 'a.b.c' : users[who].sessionJwt;
  const signature = createHmac('sha1', world.secrets.seeded.unitWebhook)
    .update(body ?? '')
    .digest('base64');
  const response = await fetch(`${world.apiUrl}${path}`, {
    method,
    headers: {
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
      ...(body === undefined ? {} : { 'content-type': type }),
      ...(template === '/webhooks/unit' && who !== 'nobody' ? { 'x-unit-signature': signature } : {}),
    },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  const answer = { status: response.status, headers: response.headers, text };
  expectDocumented(answer, method, new URL(response.url).pathname);
  const told = `${method} ${path} ${type} ${body?.slice(0, 500)} -> ${response.status} ${text.slice(0, 500)}`;
  // A slash in an id makes another path, which the gateway does not know.
  const isOtherPath = response.status === 404 && template.includes('{');
  if (response.status >= 500 || (isGatewayMade(response) && !isOtherPath)) throw new Error(told);
  const code = text.startsWith('{') && 'code' in JSON.parse(text) ? ` ${JSON.parse(text).code}` : '';
  const key_ = `${method} ${template}`;
  seen.set(key_, (seen.get(key_) ?? new Set()).add(`${response.status}${code}`));
}

describe('P2, P3 whatever is sent', () => {
  it.each(operations.map((one) => [`${one.method} ${one.template}`, one] as const))(
    '%s answers as documented, and never with a 5xx',
    async (_title, { method, template, operation }) => {
      users = await newUsers();
      const { customer, newcomer, oneFactor } = users;
      const listed = await fetch(`${world.apiUrl}/v1/me`, {
        headers: { authorization: `Bearer ${customer.sessionJwt}` },
      });
      const me = (await listed.json()) as {
        customers?: { customerId: string }[];
        applications?: { applicationId: string }[];
      };
      const hints: Hints = {
        email: template.endsWith('applications') ? [newcomer.email] : [customer.email, oneFactor.email],
        // A session that ends here would leave nothing to test with.
        sessionToken: template.endsWith('revoke') ? [] : [customer.sessionToken, newcomer.sessionToken],
        all: [false],
        scopes: [...scopes.map((scope) => [scope]), ['cards', 'accounts'], ['customers-write']],
        // Left out by JSON: ids that nobody has are refused, and then nothing else is tried.
        resources: [undefined],
        customerId: (me.customers ?? []).map(({ customerId }) => customerId),
        ids: [
          ...(me.applications ?? []).map(({ applicationId }) => applicationId),
          ...(template.includes('/applications/') ? [open.applicationId, open.documentId] : []),
        ],
        redirectUrl: ['http://localhost:4400/callback', 'https://evil.example.com/'],
      };
      await fc.assert(
        fc.asyncProperty(
          fc.array(requests(operation as Parts, hints), { minLength: AT_ONCE, maxLength: AT_ONCE }),
          async (batch) => {
            await Promise.all(batch.map((request) => send(method, template, request)));
          },
        ),
        { numRuns: RUNS, endOnFailure: true },
      );
      expect(seen.get(`${method} ${template}`)?.size).toBeGreaterThan(0);
    },
    60_000,
  );

  it('has met good answers and many kinds of refusal', () => {
    const all = [...seen.values()].flatMap((one) => [...one]);
    const lines = [...seen].map(([key, answers]) => `${key}: ${[...answers].sort().join(', ')}`);
    process.stdout.write(`${lines.join('\n')}\n`);
    expect(all.filter((one) => one.startsWith('2')).length).toBeGreaterThanOrEqual(6);
    expect(new Set(all).size).toBeGreaterThanOrEqual(12);
  });
});
