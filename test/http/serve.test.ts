import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, jest } from '@jest/globals';
import { type Route, routes } from '../../functions/contract/routes.ts';
import { ServiceError } from '../../functions/core/errors.ts';
import { type Endpoint, open, signed, signedIn, signedInJson } from '../../functions/http/endpoint.ts';
import { serve } from '../../functions/http/serve.ts';
import {
  BEARER,
  bodyOf,
  contextOf,
  type EventChanges,
  eventOf,
  type RuntimeBench,
  runtimeOf,
  session,
} from '../support/adapters-http.ts';

const json = { 'content-type': 'application/json' };
const scopes = JSON.stringify({ scopes: ['cards'] });
const tokenAnswer = {
  customerToken: 'v2.public.x',
  tokenType: 'Bearer',
  expiresIn: 300,
  scopes: ['cards'],
  customerId: '1',
};

type Run<Status> = (request: object) => Promise<{ status: Status; body?: unknown }>;

const exchange = (run: () => unknown): Endpoint =>
  signedInJson(routes.exchangeToken, async () => ({ status: 201, body: await run() }));

const asked: EventChanges = { headers: { ...json, authorization: BEARER }, body: scopes };

const call = (endpoint: Endpoint, changes: EventChanges = asked, runtime: RuntimeBench = runtimeOf()) =>
  serve(runtime, endpoint)(eventOf(changes), contextOf());

describe('a request', () => {
  it('is answered with the status and body of its endpoint', async () => {
    const answered = await call(exchange(() => tokenAnswer));
    expect(answered.statusCode).toBe(201);
    expect(bodyOf(answered)).toEqual(tokenAnswer);
    expect(answered.headers).toMatchObject({ 'cache-control': 'no-store', 'x-request-id': 'request-1' });
  });

  it('O3 lets no undeclared field leave, at any depth', async () => {
    const answered = await call(exchange(() => ({ ...tokenAnswer, orgToken: 'secret', ssn: '078051120' })));
    expect(bodyOf(answered)).toEqual(tokenAnswer);
    const documents = [
      { documentId: '1', documentType: 'IdDocument', status: 'Required', missing: [], name: 'Ada Okafor' },
    ];
    const read = signedIn(routes.readApplication, async () => ({
      status: 200,
      body: { applicationId: 'A', type: 'individual', status: 'Pending', documents, fingerprint: 'f' },
    }));
    const application = await call(read, {
      routeKey: 'GET /v1/applications/{applicationId}',
      headers: { authorization: BEARER },
    });
    expect(JSON.stringify(application)).not.toMatch(/Okafor|fingerprint/);
  });

  it('is a fault of ours when an answer is not as declared, and shows nothing of it', async () => {
    const answered = await call(exchange(() => ({ ...tokenAnswer, expiresIn: 'soon' })));
    expect(answered.statusCode).toBe(500);
    expect(answered.body).not.toMatch(/soon|v2\.public/);
    const wrongStatus = signedInJson(routes.exchangeToken, async () => ({ status: 200, body: tokenAnswer }));
    expect((await call(wrongStatus)).statusCode).toBe(500);
  });

  it('gets to its endpoint with the session, the parsed body and a deadline', async () => {
    const run = jest.fn<Run<201>>(async () => ({ status: 201, body: tokenAnswer }));
    await call(signedInJson(routes.exchangeToken, run));
    expect(run.mock.calls[0]?.[0]).toMatchObject({
      session,
      body: { scopes: ['cards'] },
      incoming: { requestId: 'request-1', sourceIp: '203.0.113.7' },
      signal: expect.any(AbortSignal),
    });
  });

  it('J4 is refused before its body is looked at when nobody is signed in', async () => {
    const run = jest.fn(() => tokenAnswer);
    const answered = await call(exchange(run), { headers: json, body: '{"scopes": broken' });
    expect([answered.statusCode, bodyOf(answered)['code']]).toEqual([401, 'invalid_token']);
    expect(run).not.toHaveBeenCalled();
  });

  it('needs no session where the route is open, and not even the keys are asked for', async () => {
    const runtime = runtimeOf({ jwts: jest.fn(() => Promise.reject(new Error('no keys'))) });
    const endpoint = open(routes.authenticate, async () => {
      throw new ServiceError('invalid_grant');
    });
    const body = JSON.stringify({ method: 'email_magic_link', token: 't', codeVerifier: 'v'.repeat(43) });
    const answered = await call(
      endpoint,
      { routeKey: 'POST /v1/signup/authenticate', headers: json, body },
      runtime,
    );
    expect(answered.statusCode).toBe(400);
    expect(runtime.jwts).not.toHaveBeenCalled();
  });

  it('W1 hands a webhook its bytes as they came', async () => {
    const run = jest.fn<Run<200>>(async () => ({ status: 200 }));
    const raw = Buffer.from([0x7b, 0xff, 0x00]);
    const answered = await call(signed(routes.unitWebhook, run), {
      routeKey: 'POST /webhooks/unit',
      body: raw.toString('base64'),
      isBase64Encoded: true,
    });
    expect(answered).toMatchObject({ statusCode: 200 });
    expect(answered.body).toBeUndefined();
    expect(run.mock.calls[0]?.[0]).toMatchObject({ incoming: { rawBody: raw } });
  });
});

describe('a request that no route takes', () => {
  const endpoint = exchange(() => tokenAnswer);

  it.each(['$default', 'GET /v1/nothing', 'POST /v1/token/', 'POST /V1/TOKEN', ''])(
    'P5 is told that there is nothing: "%s"',
    async (routeKey) => {
      const answered = await call(endpoint, { ...asked, routeKey });
      expect([answered.statusCode, bodyOf(answered)['code']]).toEqual([404, 'not_found']);
    },
  );

  it('P5 is told that the path has no such method, and which it has', async () => {
    const answered = await call(endpoint, { ...asked, routeKey: 'GET /v1/token' });
    expect([answered.statusCode, bodyOf(answered)['code']]).toEqual([405, 'method_not_allowed']);
    expect(answered.headers).toMatchObject({ allow: 'POST' });
  });
});

describe('a request that goes wrong', () => {
  const SECRET = 'ssn 078051120 at table arn:aws:dynamodb:us-east-1:123456789012:table/X';

  it('P3 is an opaque 500 with its request id and nothing of the error', async () => {
    const answered = await call(
      exchange(() => {
        throw new Error(SECRET);
      }),
    );
    expect(answered.statusCode).toBe(500);
    expect(bodyOf(answered)).toEqual({
      type: 'https://docs.bank.example/problems/server-error',
      title: 'Something went wrong on our side.',
      status: 500,
      code: 'server_error',
      instance: 'urn:request-id:request-1',
    });
  });

  it.each([
    ['text', SECRET],
    ['nothing', undefined],
    ['an object', { SECRET }],
    ['null', null],
  ])('P3 is the same when %s is thrown', async (_, thrown) => {
    const answered = await call(exchange(() => Promise.reject(thrown)));
    expect([answered.statusCode, bodyOf(answered)['code']]).toEqual([500, 'server_error']);
    expect(answered.body).not.toContain('078051120');
  });

  it('INV5 leaves of an unexpected error its name and place in the log, never its message', async () => {
    const runtime = runtimeOf();
    await call(
      exchange(() => {
        throw new TypeError(SECRET);
      }),
      asked,
      runtime,
    );
    const [refused, completed] = runtime.lines;
    expect(refused).toMatchObject({ code: 'request.refused', fields: { errorCode: 'server_error' } });
    expect(refused?.fields).toMatchObject({ error: 'TypeError', trace: expect.any(Array) });
    expect(completed).toMatchObject({ code: 'request.completed', fields: { status: 500 } });
    expect(JSON.stringify(runtime.lines)).not.toMatch(/078051120|123456789012/);
  });

  it('logs a refusal by code, reason and what the vendor said in codes', async () => {
    const runtime = runtimeOf();
    const upstream = {
      provider: 'unit',
      operation: 'create_customer_token',
      status: 400,
      vendorCode: 'invalid_value',
      vendorRequestId: 'support-1',
    } as const;
    await call(
      exchange(() => {
        throw new ServiceError('upstream_unavailable', { reason: 'refused', upstream });
      }),
      asked,
      runtime,
    );
    expect(runtime.lines[0]).toMatchObject({
      code: 'request.refused',
      fields: {
        route: 'POST /v1/token',
        errorCode: 'upstream_unavailable',
        reason: 'refused',
        provider: 'unit',
        vendorStatus: 400,
        vendorCode: 'invalid_value',
        vendorRequestId: 'support-1',
      },
    });
  });

  it('INV5 logs neither headers nor bodies of any request', async () => {
    const runtime = runtimeOf();
    const sent = { headers: { ...json, authorization: BEARER, cookie: 'a=secret-cookie' }, body: scopes };
    await call(
      exchange(() => tokenAnswer),
      sent,
      runtime,
    );
    expect(JSON.stringify(runtime.lines)).not.toMatch(/genuine\.session|secret-cookie|v2\.public|cards/);
    expect(runtime.lines).toMatchObject([
      { code: 'request.completed', fields: { status: 201 } },
      { code: 'published' },
    ]);
  });

  it('is still a problem when the settings of the deployment are broken', async () => {
    const runtime = runtimeOf({
      problemTypeBaseUrl: () => {
        throw new ServiceError('server_error', { reason: 'settings: PROBLEM_TYPE_BASE_URL' });
      },
      jwts: () => Promise.reject(new ServiceError('server_error', { reason: 'settings: STYTCH_PROJECT_ID' })),
    });
    const answered = await call(
      exchange(() => tokenAnswer),
      asked,
      runtime,
    );
    expect([answered.statusCode, bodyOf(answered)['code']]).toEqual([500, 'server_error']);
    expect(answered.body).not.toContain('STYTCH_PROJECT_ID');
  });
});

describe('the deadline of a request', () => {
  const slow = (): Endpoint => ({
    ...exchange(() => tokenAnswer),
    serve: async () => {
      await pause(2000, undefined, { ref: false });
      return { status: 201, body: tokenAnswer };
    },
  });

  it('D1 ends it with 504, whatever its endpoint is waiting for', async () => {
    const endpoint = { ...slow(), route: { ...routes.exchangeToken, deadlineMs: 100 } as Route };
    const startedAt = performance.now();
    const answered = await call(endpoint);
    expect([answered.statusCode, bodyOf(answered)['code']]).toEqual([504, 'upstream_timeout']);
    expect(performance.now() - startedAt).toBeLessThan(1500);
  });

  it("D1 is earlier when Lambda's own limit is near, so that an answer still goes out", async () => {
    const handler = serve(runtimeOf(), slow());
    for (const remainingMs of [600, 500, 0]) {
      const startedAt = performance.now();
      expect((await handler(eventOf(asked), contextOf(remainingMs))).statusCode).toBe(504);
      expect(performance.now() - startedAt).toBeLessThan(1500);
    }
  });

  it('D1 counts the time at the door, and what comes in too late is served no more', async () => {
    const run = jest.fn<Run<201>>(async () => ({ status: 201, body: tokenAnswer }));
    const endpoint = signedInJson(routes.exchangeToken, run);
    let isOpen = false;
    const open = async () => {
      await pause(1800);
      isOpen = true;
    };
    const door = open();
    const answered = await serve(runtimeOf({ frontDoor: () => door }), endpoint)(
      eventOf(asked),
      contextOf(600),
    );
    expect([answered.statusCode, bodyOf(answered)['code']]).toEqual([504, 'upstream_timeout']);
    expect(isOpen).toBe(false);
    await door;
    await pause(50);
    expect(run).not.toHaveBeenCalled();
  });

  it('D1 begins nothing for a request whose time is up, though its door has just opened', async () => {
    const run = jest.fn<Run<201>>(async () => ({ status: 201, body: tokenAnswer }));
    // Within the moment that an endpoint has for its last word.
    const runtime = runtimeOf({ frontDoor: async () => pause(130) });
    const answered = await serve(runtime, signedInJson(routes.exchangeToken, run))(
      eventOf(asked),
      contextOf(600),
    );
    expect(answered.statusCode).toBe(504);
    expect(run).not.toHaveBeenCalled();
  });

  it('D1 leaves the endpoint what the door has not taken', async () => {
    const runtime = runtimeOf({ frontDoor: async () => pause(1500) });
    const startedAt = performance.now();
    const answered = await serve(runtime, slow())(eventOf(asked), contextOf(2500));
    expect(answered.statusCode).toBe(504);
    // The door's time and then two seconds of its own would be 3,500 ms and more.
    expect(performance.now() - startedAt).toBeLessThan(3400);
  });

  it('D1 reaches the endpoint as a signal, so that its vendor calls end too', async () => {
    let seen: AbortSignal | undefined;
    const endpoint: Endpoint = {
      ...slow(),
      serve: async (_incoming, _jwts, signal) => {
        seen = signal;
        await pause(2000, undefined, { ref: false });
        return { status: 201, body: tokenAnswer };
      },
    };
    await serve(runtimeOf(), endpoint)(eventOf(asked), contextOf(550));
    expect(seen?.aborted).toBe(true);
  });
});
