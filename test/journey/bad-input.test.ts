// Bad input over HTTP: each its documented problem, never a stack, never a 500, never a vendor call that it need not cost.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { problemBody } from '../../functions/contract/problems.ts';
import { call, type Exchange } from '../../local/journey-client.ts';
import type { World } from '../../local/world.ts';
import { expectProblem } from '../support/problems.ts';
import { individual, type SignedInUser, signedInUser, startTestWorld } from '../support/world.ts';

let world: World;
let user: SignedInUser;
let vendorCalls: () => number;

beforeAll(async () => {
  world = await startTestWorld();
  user = await signedInUser(world);
});
afterAll(() => world.close());
beforeEach(() => {
  // A container fetches Stytch's keys while it starts, whatever the request that started it.
  const stytchCalls = () => world.stytch.controls.requests().filter(({ path }) => !/jwks/.test(path));
  const count = () => stytchCalls().length + world.unit.controls.requests().length;
  const before = count();
  vendorCalls = () => count() - before;
});

/** Sends bytes as they are. */
async function raw(
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: string,
): Promise<Exchange> {
  const url = `${world.apiUrl}${path}`;
  const response = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) });
  const text = await response.text();
  return {
    method,
    url,
    status: response.status,
    headers: response.headers,
    body: text === '' ? null : JSON.parse(text),
  };
}

const jsonType = { 'content-type': 'application/json' };
const bearer = () => ({ authorization: `Bearer ${user.sessionJwt}` });
const routesWithBody = [
  ['/v1/signup', false],
  ['/v1/signup/authenticate', false],
  ['/v1/factors/totp/confirm', true],
  ['/v1/step-up', true],
  ['/v1/token', true],
  ['/v1/applications', true],
  ['/v1/application-forms', true],
] as const;

describe.each(routesWithBody)('POST %s', (path, isSignedIn) => {
  const headers = () => ({
    ...(isSignedIn ? bearer() : {}),
    ...(path.startsWith('/v1/application') ? { 'idempotency-key': randomUUID() } : {}),
  });

  it.each([
    ['malformed JSON', '{"a":'],
    ['no body', ''],
    ['a JSON array', '[]'],
    ['a JSON string', '"x"'],
    ['null', 'null'],
    ['an empty object', '{}'],
    ['an unknown field', '{"surprise":true}'],
    ['a prototype key', '{"__proto__":{"admin":true}}'],
    ['deep nesting', `${'['.repeat(5000)}${']'.repeat(5000)}`],
  ])('answers invalid_request to %s, without a vendor call', async (_what, body) => {
    expectProblem(await raw('POST', path, { ...headers(), ...jsonType }, body), 'invalid_request');
    expect(vendorCalls()).toBe(0);
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/vnd.api+json',
    'application/json; charset=latin1',
  ])('answers unsupported_media_type to %s', async (type) => {
    expectProblem(
      await raw('POST', path, { ...headers(), 'content-type': type }, '{}'),
      'unsupported_media_type',
    );
    expect(vendorCalls()).toBe(0);
  });

  it('O4 answers payload_too_large to a body over 16 kB', async () => {
    const body = JSON.stringify({ padding: 'x'.repeat(17_000) });
    expectProblem(await raw('POST', path, { ...headers(), ...jsonType }, body), 'payload_too_large');
    expect(vendorCalls()).toBe(0);
  });
});

describe('the bearer JWT', () => {
  const signedInRoutes = [
    ['POST', '/v1/factors/totp'],
    ['POST', '/v1/factors/totp/confirm'],
    ['POST', '/v1/step-up'],
    ['POST', '/v1/token'],
    ['POST', '/v1/applications'],
    ['POST', '/v1/application-forms'],
    ['GET', '/v1/applications/ABCDEFGHIJKLMNOPQRSTUVWXYZ'],
  ] as const;

  const tampered = (jwt: string): string => {
    const [head = '', claims = '', signature = ''] = jwt.split('.');
    const changed = { ...JSON.parse(Buffer.from(claims, 'base64url').toString()), sub: 'user-test-other' };
    return `${head}.${Buffer.from(JSON.stringify(changed)).toString('base64url')}.${signature}`;
  };
  const lookAlike = (kind: 'wrongProject' | 'expired') =>
    kind === 'expired'
      ? world.stytch.controls.mintLookAlike({ kind: 'expired', userId: user.userId })
      : world.stytch.controls.mintLookAlike({ kind: 'wrong_project', userId: user.userId });

  it.each(signedInRoutes)(
    'J4 missing: %s %s answers invalid_token without saying more',
    async (method, path) => {
      const refused = await raw(method, path, jsonType, method === 'GET' ? undefined : '{}');
      expectProblem(refused, 'invalid_token');
      expect(refused.headers.get('www-authenticate')).toBe('Bearer');
      expect(vendorCalls()).toBe(0);
    },
  );

  it.each(signedInRoutes)(
    'J4 garbled, edited, foreign or expired: %s %s answers invalid_token',
    async (method, path) => {
      const jwts = [
        'garbage',
        'a.b.c',
        tampered(user.sessionJwt),
        await lookAlike('wrongProject'),
        await lookAlike('expired'),
      ];
      for (const jwt of jwts) {
        const headers = { ...jsonType, authorization: `Bearer ${jwt}` };
        const refused = await raw(method, path, headers, method === 'GET' ? undefined : '{}');
        expectProblem(refused, 'invalid_token');
        expect(refused.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
        expect(refused.body).not.toHaveProperty('acrValues');
      }
      expect(vendorCalls()).toBe(0);
    },
  );
});

describe('unknown routes and methods', () => {
  it.each([
    ['GET', '/'],
    ['GET', '/v1/token'],
    ['DELETE', '/v1/applications'],
    ['POST', '/v1/tokens'],
    ['POST', '/V1/TOKEN'],
    ['POST', '/v1/token/'],
  ])("P5 %s %s ends at the gateway, in the gateway's own form", async (method, path) => {
    const refused = await raw(method, path, jsonType);
    expect({ status: refused.status, body: refused.body }).toEqual({
      status: 404,
      body: { message: 'Not Found' },
    });
  });
});

describe('the webhook', () => {
  const body = '{"data":[{"id":"1","type":"customer.created"}]}';

  it.each([
    ['no signature', {}],
    ['a signature of another key', { 'x-unit-signature': 'zPzNXhOHJ8kAB6ZJxsXxkWfVrs8=' }],
    ['a signature of odd length', { 'x-unit-signature': 'abc' }],
    ['an empty signature', { 'x-unit-signature': '' }],
  ])('W3 answers invalid_signature to %s', async (_what, headers) => {
    const refused = await raw(
      'POST',
      '/webhooks/unit',
      { 'content-type': 'application/vnd.api+json', ...headers },
      body,
    );
    expectProblem(refused, 'invalid_signature');
    expect(vendorCalls()).toBe(0);
  });

  it('O4 refuses a body over 1 MB before looking at its signature', async () => {
    const big = `{"data":["${'x'.repeat(1_100_000)}"]}`;
    expectProblem(
      await raw('POST', '/webhooks/unit', { 'content-type': 'application/json' }, big),
      'payload_too_large',
    );
  });
});

describe('an application', () => {
  it.each([
    ['no key', undefined],
    ['a short key', 'short'],
    ['two keys', `${randomUUID()}, ${randomUUID()}`],
  ])('I2 answers invalid_request to %s', async (_what, key) => {
    const headers = { ...jsonType, ...bearer(), ...(key === undefined ? {} : { 'idempotency-key': key }) };
    const refused = await raw('POST', '/v1/applications', headers, JSON.stringify(individual(user.email)));
    expectProblem(refused, 'invalid_request');
    expect(vendorCalls()).toBe(0);
  });

  it.each([
    ['jwtSubject', { jwtSubject: 'user-test-other' }, '/jwtSubject'],
    ['tags', { tags: { a: 'b' } }, '/tags'],
    ['ip', { ip: '203.0.113.9' }, '/ip'],
    ['both identities', { passport: 'X1234567', nationality: 'FR' }, '/ssn'],
    ['a bad SSN', { ssn: '078-05-1120' }, '/ssn'],
    [
      'a state in words',
      { address: { street: 'x', city: 'y', state: 'Idaho', postalCode: '83702', country: 'US' } },
      '/address/state',
    ],
  ])('O3 names the field at fault: %s', async (_what, changes, pointer) => {
    const body = JSON.stringify(individual(user.email, changes));
    const headers = { ...jsonType, ...bearer(), 'idempotency-key': randomUUID() };
    const refused = await raw('POST', '/v1/applications', headers, body);
    expectProblem(refused, 'invalid_request');
    expect(problemBody.parse(refused.body).errors?.map((one) => one.pointer)).toContain(pointer);
    expect(vendorCalls()).toBe(0);
  });

  it("answers not_found to an id that is not the caller's own", async () => {
    const other = await call('GET', `${world.apiUrl}/v1/applications/ABCDEFGHIJKLMNOPQRSTUVWXYZ`, {
      bearer: user.sessionJwt,
    });
    expectProblem(other, 'not_found');
  });
});
