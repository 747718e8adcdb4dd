// How a request is written: polluted, doubled, mislabelled, wrongly encoded, too large, too deep, or of another method.
import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RouteName, routes } from '../../functions/contract/routes.ts';
import type { World } from '../../local/world.ts';
import { signatureOf } from '../../simulators/unit/webhook-body.ts';
import {
  attack,
  type Customer,
  customer,
  exchange,
  expectToken,
  vendorCallsFrom,
} from '../support/attacks.ts';
import { expectProblem } from '../support/problems.ts';
import { api, field, jsonHeaders, sendRaw, startSecurityWorld } from '../support/security.ts';

let world: World;
let victim: Customer;
let other: Customer;
beforeAll(async () => {
  world = await startSecurityWorld();
  [victim, other] = [await customer(world), await customer(world)];
});
afterAll(() => world.close());

const jsonRoutes = (Object.keys(routes) as RouteName[]).filter((name) => routes[name].body === 'json');

/** Sends bytes to a route with what it needs beside them. */
function post(name: RouteName, body: string | Uint8Array, contentType?: string) {
  const { method, path, authentication } = routes[name];
  const bearer = authentication === 'session' ? victim.sessionJwt : undefined;
  const headers = jsonHeaders(bearer).filter(([header]) => header !== 'content-type');
  const type = contentType ?? 'application/json';
  const named: readonly [string, string][] = type === '' ? [] : [['content-type', type]];
  const key: readonly [string, string][] = [['idempotency-key', randomUUID()]];
  return sendRaw(world, method, path, [...headers, ...named, ...key], body);
}

/** Bytes for the exchange; good ones give a token. */
const token = (body: string | Uint8Array, contentType?: string) => post('exchangeToken', body, contentType);
const good = '{"scopes":["accounts"]}';

describe('pollution', () => {
  attack('A15.3.6 a __proto__ member at any depth of any body', { stoppedBy: 'no-proto' }, async () => {
    const calls = vendorCallsFrom(world);
    const credential = (response: string) =>
      `{"credential":{"id":"x","rawId":"x","type":"public-key","response":${response}}}`;
    for (const polluted of [
      '{"__proto__":{"x":1}}',
      '{"a":{"__proto__":{"x":1}}}',
      '{"a":[{"\\u005f_proto__":1}]}',
    ]) {
      expectProblem(await post('confirmPasskey', credential(polluted)), 'invalid_request', polluted);
    }
    for (const name of jsonRoutes) {
      expectProblem(await post(name, '{"__proto__":{"isAdmin":true}}'), 'invalid_request', name);
    }
    expect(calls()).toMatchObject({ stytch: [], unit: [] });
  });

  it('A15.3.6 constructor.prototype in a body changes no object of the function', async () => {
    await token('{"scopes":["accounts"],"constructor":{"prototype":{"expiresIn":60,"customerId":"1"}}}');
    const answer = await token(good);
    expectToken(answer);
    expect(Number(field(answer, 'expiresIn'))).toBeGreaterThan(60);
  });

  attack(
    'A15.3.6 a member twice: only the last counts, for the check and for Unit',
    { stoppedBy: 'own-customer' },
    async () => {
      const [own, theirs] = [victim.customerId, other.customerId];
      const doubled = (first: string, last: string) =>
        `{"scopes":["accounts"],"customerId":"${first}","customerId":"${last}"}`;
      expectProblem(await token(doubled(own, theirs)), 'not_found');
      const answer = await token(doubled(theirs, own));
      expect(field(answer, 'customerId')).toBe(own);
      const sent = world.unit.controls.requests().findLast(({ path }) => path.endsWith('/token'));
      expect(sent?.path).toBe(`/customers/${own}/token`);
    },
  );

  it('A15.3.6 nothing is read from the query, once or twice', async () => {
    const query = `scopes=customers-write&customerId=${other.customerId}&customerId=1&expiresIn=60`;
    const answer = await sendRaw(world, 'POST', `/v1/token?${query}`, jsonHeaders(victim.sessionJwt), good);
    expect(answer.body).toMatchObject({ scopes: ['accounts'], customerId: victim.customerId });
    expect(Number(field(answer, 'expiresIn'))).toBeGreaterThan(60);
  });

  it('O8 headers that would override the method, the path or the host do nothing', async () => {
    const overrides = [
      'x-http-method-override',
      'x-method-override',
      'x-http-method',
      'x-original-url',
      'x-rewrite-url',
    ];
    for (const header of overrides) {
      for (const value of ['DELETE', 'GET', `/v1/factors/totp`]) {
        const headers = [...jsonHeaders(victim.sessionJwt), [header, value] as const];
        expectToken(await sendRaw(world, 'POST', '/v1/token', headers, good));
        const read = await sendRaw(world, 'GET', '/v1/me', headers);
        expect(read).toMatchObject({ status: 200, body: { userId: victim.userId } });
      }
    }
    for (const method of ['PUT', 'PATCH', 'DELETE', 'GET', 'HEAD', 'TRACE', 'PROPFIND', 'post']) {
      const { status } = await sendRaw(world, method, '/v1/token', jsonHeaders(victim.sessionJwt), '').catch(
        () => ({
          status: 404,
        }),
      );
      expect({ method, isRefused: status >= 400 }).toEqual({ method, isRefused: true });
    }
  });
});

describe('content types', () => {
  const foreign = [
    '',
    'text/plain',
    'text/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json; charset=utf-16',
    'application/json;charset=utf-7',
    'application/json; boundary=x',
    'application/json, text/plain',
    'application/jsonp',
    'application/json5',
    'application/ld+json',
    '*/*',
    'application/json;',
    'application/json; charset=utf-8; x=y',
    'application/x-json',
    'application/vnd.api+json',
  ];

  for (const name of jsonRoutes) {
    attack(
      `A4.1.1 ${routes[name].path} by forms, texts and other charsets, which need no preflight`,
      { stoppedBy: 'json-type' },
      async () => {
        const calls = vendorCallsFrom(world);
        for (const type of foreign)
          expectProblem(await post(name, good, type), 'unsupported_media_type', type);
        expect(calls()).toMatchObject({ stytch: [], unit: [] });
      },
    );
  }

  it('A4.1.1 the type sent twice is neither of them', async () => {
    const headers = [...jsonHeaders(victim.sessionJwt), ['content-type', 'text/plain'] as const];
    const refused = await sendRaw(world, 'POST', '/v1/token', headers, good);
    expect(refused.body).not.toHaveProperty('customerToken');
  });
});

describe('encodings', () => {
  it('A2.2.1 UTF-16, UTF-7, base64, gzip and half a character are no JSON', async () => {
    const utf16 = Buffer.from(good, 'utf16le');
    const bodies: readonly (readonly [string, Uint8Array])[] = [
      ['UTF-16LE', utf16],
      ['UTF-16LE with its mark', Buffer.concat([Buffer.from([0xff, 0xfe]), utf16])],
      ['UTF-16BE', Buffer.from(utf16).swap16()],
      ['UTF-7', Buffer.from('+AHsAIgBzAGMAbwBwAGUAcwAi-')],
      ['base64', Buffer.from(Buffer.from(good).toString('base64'))],
      ['gzip', gzipSync(good)],
      ['a zero byte behind', Buffer.from(`${good}\0`)],
      ['two values', Buffer.from(`${good}${good}`)],
      ['a comment', Buffer.from(`/* */${good}`)],
      ['single quotes', Buffer.from("{'scopes':['accounts']}")],
    ];
    for (const [what, bytes] of bodies) expectProblem(await token(bytes), 'invalid_request', what);
  });

  it('A2.2.1 a mark of UTF-8 in front changes nothing', async () => {
    expectToken(await token(`\ufeff${good}`));
  });

  it('A2.2.1 half a surrogate pair opens nothing and breaks nothing', async () => {
    expectProblem(await token('{"scopes":["accounts\\ud800"]}'), 'invalid_scope');
    expectProblem(await token('{"scopes":["\\udc00"],"\\ud800":1}'), 'invalid_request');
  });

  /** The gateway hands bytes over as base64 for types that it does not know as text. */
  const invokeWith = async (bytes: Uint8Array) => {
    const invocation = await world.invoke('token', {
      version: '2.0',
      routeKey: 'POST /v1/token',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${victim.sessionJwt}` },
      requestContext: { requestId: randomUUID(), http: { sourceIp: '127.0.0.1' } },
      body: Buffer.from(bytes).toString('base64'),
      isBase64Encoded: true,
    });
    return JSON.stringify(invocation);
  };

  attack('A2.2.1 bytes that are no UTF-8', { stoppedBy: 'strict-utf8' }, async () => {
    expect(await invokeWith(Buffer.from(good))).toContain('customerToken');
    const head = Buffer.from('{"scopes":["accounts","');
    const tail = Buffer.from('"]}');
    for (const bytes of [
      [0xff],
      [0xc0, 0xae],
      [0xed, 0xa0, 0x80],
      [0xf8, 0x88, 0x80, 0x80, 0x80],
      [0xe2, 0x82],
    ]) {
      const answer = await invokeWith(Buffer.concat([head, Buffer.from(bytes), tail]));
      expect(answer).toContain('invalid_request');
    }
  });
});

describe('sizes', () => {
  for (const name of jsonRoutes) {
    attack(`O4 ${routes[name].path} with a body over its limit`, { stoppedBy: 'body-size' }, async () => {
      const calls = vendorCallsFrom(world);
      const padded = `{"padding":"${'x'.repeat(routes[name].maxBodyBytes)}"}`;
      expectProblem(await post(name, padded), 'payload_too_large');
      expectProblem(await post(name, ' '.repeat(routes[name].maxBodyBytes + 1)), 'payload_too_large');
      expect(calls()).toMatchObject({ stytch: [], unit: [] });
    });
  }

  attack('O4 a signed webhook over its limit', { stoppedBy: 'body-size' }, async () => {
    const body = `{"data":[],"padding":"${'x'.repeat(1024 * 1024)}"}`;
    const signature = signatureOf(world.secrets.seeded.unitWebhook, body);
    const headers = [...jsonHeaders(), ['x-unit-signature', signature] as const];
    expectProblem(await sendRaw(world, 'POST', '/webhooks/unit', headers, body), 'payload_too_large');
  });

  it('O4 a body as deep as its limit allows is refused like any other, on every route', async () => {
    for (const name of jsonRoutes) {
      for (const [open, close] of [
        ['[', ']'],
        ['{"a":', '}'],
      ] as const) {
        const depth = Math.floor((routes[name].maxBodyBytes - 8) / (open.length + 1));
        const deep = `${open.repeat(depth)}1${close.repeat(depth)}`;
        expectProblem(await post(name, deep), 'invalid_request', name);
      }
    }
  });

  it('O4 a passkey credential as deep as the limit allows breaks nothing', async () => {
    for (const depth of [50, 500, 2000, 5000, 7900]) {
      const response = `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`;
      const credential = `{"id":"x","rawId":"x","type":"public-key","response":${response}}`;
      const confirmed = await post('confirmPasskey', `{"credential":${credential}}`);
      expect({ depth, isOurs: [400, 401, 403].includes(confirmed.status) }).toEqual({ depth, isOurs: true });
    }
  });

  it('O4 thousands of members, and very long names, are refused without being told back', async () => {
    const many = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`m${i}`, 1]));
    const refused = await api(world, 'POST', '/v1/token', victim.sessionJwt, many);
    expectProblem(refused, 'invalid_request');
    expect(JSON.stringify(refused.body).length).toBeLessThan(4000);
    const long = await api(world, 'POST', '/v1/token', victim.sessionJwt, { ['n'.repeat(9000)]: 1 });
    expect(JSON.stringify(long.body)).not.toContain('nnnn');
  });

  it('the controls: the same exchange by its plain body', async () => {
    expectToken(await exchange(world, victim.sessionJwt));
    expectToken(await token(good, 'application/json; charset=utf-8'));
  });
});
