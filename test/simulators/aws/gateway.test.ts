import { describe, expect, it } from '@jest/globals';
import type { Invocation } from '../../../simulators/aws/function-container.ts';
import { createGateway, type GatewayOptions } from '../../../simulators/aws/gateway.ts';
import type { GatewayRequest } from '../../../simulators/aws/gateway-request.ts';
import { listenGateway } from '../../../simulators/aws/gateway-server.ts';
import type { ApiPiece } from '../../../simulators/aws/template.ts';

const route = (routeKey: string, behind = 'sample', timeoutMs = 30_000) => ({
  routeKey,
  function: behind,
  timeoutMs,
});

const cors = {
  allowOrigins: ['http://localhost:4400', 'https://app.example.com'],
  allowMethods: ['GET', 'POST'],
  allowHeaders: ['authorization', 'content-type'],
  exposeHeaders: ['www-authenticate', 'x-request-id'],
  maxAge: 7200,
  allowCredentials: false,
};

const api = (routes: ApiPiece['routes'], withCors: ApiPiece['cors'] = undefined): ApiPiece => ({
  apiId: 'abc123',
  routes,
  cors: withCors,
});

function gatewayOf(
  answer: unknown,
  {
    routes = [route('ANY /{all+}')],
    withCors = cors,
    ...options
  }: Partial<GatewayOptions> & {
    routes?: ApiPiece['routes'];
    withCors?: ApiPiece['cors'] | 'none';
  } = {},
) {
  const calls: { name: string; event: unknown }[] = [];
  const gateway = createGateway(
    api(routes, withCors === 'none' ? undefined : withCors),
    async (name, event): Promise<Invocation> => {
      calls.push({ name, event });
      return answer instanceof Error
        ? { kind: 'error', errorType: 'Error', errorMessage: 'secret detail' }
        : { kind: 'ok', payload: JSON.stringify(answer) ?? 'null' };
    },
    options,
  );
  return { gateway, calls, event: () => Object(calls.at(-1)?.event) };
}

const request = (target: string, over: Partial<GatewayRequest> & { text?: string } = {}): GatewayRequest => {
  const body = Buffer.from(over.text ?? '');
  return {
    method: 'GET',
    target,
    protocol: 'HTTP/1.1',
    headers: [['Host', 'localhost:4400']],
    body,
    bodyBytes: body.length,
    sourceIp: '203.0.113.7',
    ...over,
  };
};

const ok = { statusCode: 200 };

describe('the event of payload format 2.0', () => {
  it('INV8 has every documented member', async () => {
    const now = new Date('2026-03-02T19:03:58.123Z');
    const { gateway, event } = gatewayOf(ok, { now: () => now, routes: [route('POST /v1/things/{id}')] });
    await gateway.answer(
      request('/v1/things/a%20b?x=1&x=2&y=%26&z', {
        method: 'POST',
        headers: [
          ['Host', 'localhost:4400'],
          ['User-Agent', 'test/1'],
          ['Content-Type', 'application/json; charset=utf-8'],
          ['Cookie', 'a=1; b=2'],
          ['X-Twice', 'one'],
          ['x-twice', 'two'],
          ['Connection', 'keep-alive'],
        ],
        text: '{"é":1}',
      }),
    );
    expect(event()).toEqual({
      version: '2.0',
      routeKey: 'POST /v1/things/{id}',
      rawPath: '/v1/things/a b',
      rawQueryString: 'x=1&x=2&y=%26&z',
      cookies: ['a=1', 'b=2'],
      headers: {
        host: 'localhost:4400',
        'user-agent': 'test/1',
        'content-type': 'application/json; charset=utf-8',
        'content-length': '8',
        'x-twice': 'one,two',
        'x-amzn-trace-id': expect.stringMatching(/^Root=1-69a5[0-9a-f]{4}-[0-9a-f]{24}$/),
        'x-forwarded-for': '203.0.113.7',
        'x-forwarded-port': '443',
        'x-forwarded-proto': 'https',
      },
      queryStringParameters: { x: '1,2', y: '&', z: '' },
      requestContext: {
        accountId: '000000000000',
        apiId: 'abc123',
        domainName: 'abc123.execute-api.us-east-1.amazonaws.com',
        domainPrefix: 'abc123',
        http: {
          method: 'POST',
          path: '/v1/things/a b',
          protocol: 'HTTP/1.1',
          sourceIp: '203.0.113.7',
          userAgent: 'test/1',
        },
        requestId: expect.stringMatching(/^[A-Za-z0-9]{15}=$/),
        routeKey: 'POST /v1/things/{id}',
        stage: '$default',
        time: '02/Mar/2026:19:03:58 +0000',
        timeEpoch: now.getTime(),
      },
      pathParameters: { id: 'a b' },
      body: '{"é":1}',
      isBase64Encoded: false,
    });
  });

  it('leaves out what is not there', async () => {
    const { gateway, event } = gatewayOf(ok, { routes: [route('GET /v1/me')] });
    await gateway.answer(request('/v1/me'));
    for (const member of ['cookies', 'queryStringParameters', 'pathParameters', 'body'])
      expect(event()).not.toHaveProperty(member);
    expect(event()).toMatchObject({ rawQueryString: '', isBase64Encoded: false });
  });

  it.each([
    ['application/json', false],
    ['Application/JSON; charset=utf-8', false],
    ['application/xml', false],
    ['application/javascript', false],
    ['text/plain', false],
    ['application/vnd.api+json', true],
    ['application/problem+json', true],
    ['application/x-www-form-urlencoded', true],
    ['image/png', true],
    [undefined, true],
  ])('W1 encodes a body of type %s in base64: %s', async (type, isBase64Encoded) => {
    const { gateway, event } = gatewayOf(ok);
    const bytes = Buffer.from([0x7b, 0x22, 0xc3, 0xa9, 0x22, 0x7d]);
    await gateway.answer(
      request('/x', {
        method: 'POST',
        headers: type === undefined ? [] : [['content-type', type]],
        body: bytes,
        bodyBytes: bytes.length,
      }),
    );
    expect(event()).toMatchObject({
      isBase64Encoded,
      body: isBase64Encoded ? bytes.toString('base64') : '{"é"}',
    });
  });

  it('A4.1.3 takes the source address from the connection, and only adds to a forwarded list', async () => {
    const { gateway, event } = gatewayOf(ok);
    await gateway.answer(request('/x', { headers: [['X-Forwarded-For', '1.2.3.4']] }));
    expect(event().requestContext.http.sourceIp).toBe('203.0.113.7');
    expect(event().headers['x-forwarded-for']).toBe('1.2.3.4, 203.0.113.7');
  });
});

describe('routing', () => {
  const routes = [
    route('GET /a/{id}', 'parameter'),
    route('GET /a/b', 'exact'),
    route('GET /a/{rest+}', 'greedy'),
    route('ANY /a/b/c', 'any'),
    route('GET /a/b/c', 'named'),
    route('GET /', 'root'),
  ];

  it.each([
    ['GET', '/a/b', 'exact'],
    ['GET', '/a/x', 'parameter'],
    ['GET', '/a/x/y', 'greedy'],
    ['GET', '/a/b/c', 'named'],
    ['POST', '/a/b/c', 'any'],
    ['GET', '/', 'root'],
    ['GET', '/a/%62', 'exact'],
  ])('sends %s %s to the most specific route', async (method, target, expected) => {
    const { gateway, calls } = gatewayOf(ok, { routes });
    await gateway.answer(request(target, { method }));
    expect(calls.map(({ name }) => name)).toEqual([expected]);
  });

  it.each([
    ['GET', '/unknown'],
    ['GET', '/a/b/'],
    ['GET', '//a/b'],
    ['DELETE', '/a/b'],
    ['HEAD', '/a/b'],
    ['OPTIONS', '/a/b'],
    ['GET', '/A/b'],
  ])('P5 answers %s %s itself with 404', async (method, target) => {
    const { gateway, calls } = gatewayOf(ok, { routes: routes.slice(0, 2) });
    const response = await gateway.answer(request(target, { method }));
    expect([response.status, await response.text()]).toEqual([404, '{"message":"Not Found"}']);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(calls).toEqual([]);
  });

  it('gives the rest to $default where the API has it', async () => {
    const { gateway, calls, event } = gatewayOf(ok, { routes: [...routes, route('$default', 'fallback')] });
    await gateway.answer(request('/unknown', { method: 'DELETE' }));
    expect(calls[0]?.name).toBe('fallback');
    expect(event()).toMatchObject({ routeKey: '$default', rawPath: '/unknown' });
  });

  it('passes decoded parameters, a greedy one with its slashes', async () => {
    const { gateway, event } = gatewayOf(ok, { routes: [route('GET /x/{id}/{rest+}')] });
    await gateway.answer(request('/x/%C3%A9/b/c'));
    expect(event().pathParameters).toEqual({ id: 'é', rest: 'b/c' });
  });

  it('answers a path that is no valid encoding with 400', async () => {
    const { gateway } = gatewayOf(ok);
    expect((await gateway.answer(request('/x/%E0%A4'))).status).toBe(400);
  });
});

describe("the function's answer", () => {
  const answerOf = async (returned: unknown) => gatewayOf(returned).gateway.answer(request('/x'));

  it('becomes status, headers, cookies and body', async () => {
    const response = await answerOf({
      statusCode: 201,
      headers: { 'X-Number': 5, 'content-type': 'application/problem+json', 'set-cookie': 'z=0' },
      cookies: ['a=1; HttpOnly', 'b=2'],
      body: '{"é":1}',
    });
    expect(response.status).toBe(201);
    expect(response.headers.get('x-number')).toBe('5');
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(response.headers.getSetCookie()).toEqual(['z=0', 'a=1; HttpOnly', 'b=2']);
    expect(await response.text()).toBe('{"é":1}');
    expect(response.headers.get('apigw-requestid')).toMatch(/=$/);
  });

  it('is decoded from base64 where it says so', async () => {
    const bytes = Buffer.from([0, 255, 128]);
    const response = await answerOf({
      statusCode: 200,
      body: bytes.toString('base64'),
      isBase64Encoded: true,
    });
    expect(Buffer.from(await response.arrayBuffer())).toEqual(bytes);
  });

  it('is text/plain where no content type is given', async () => {
    const response = await answerOf({ statusCode: 200, body: 'hello' });
    expect(response.headers.get('content-type')).toBe('text/plain;charset=UTF-8');
  });

  it.each([
    ['an object without statusCode', { hello: 'you' }, '{"hello":"you"}'],
    ['a text', 'hello', 'hello'],
    ['an array', [1], '[1]'],
    ['nothing', undefined, 'null'],
  ])('is the body of a 200 JSON answer when it is %s', async (_title, returned, body) => {
    const response = await answerOf(returned);
    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
      200,
      'application/json',
      body,
    ]);
  });

  it.each([
    ['a status that is no number', { statusCode: 'ok' }],
    ['a status out of range', { statusCode: 99 }],
    ['a body that is no text', { statusCode: 200, body: { a: 1 } }],
    ['a header with a list', { statusCode: 200, headers: { a: ['b'] } }],
    ['a header that no message can carry', { statusCode: 200, headers: { a: 'b\r\nc: d' } }],
    ['cookies that are no list', { statusCode: 200, cookies: 'a=1' }],
    ['more than 6 MB', { statusCode: 200, body: 'x'.repeat(6 * 1024 * 1024) }],
    ['a function error', new Error('thrown')],
  ])('P5 is an opaque 500 for %s', async (_title, returned) => {
    const response = await answerOf(returned);
    expect([response.status, await response.text()]).toEqual([500, '{"message":"Internal Server Error"}']);
  });

  it.each([204, 304])('has no body at status %d', async (statusCode) => {
    const response = await answerOf({ statusCode, body: '' });
    expect([response.status, await response.text()]).toEqual([statusCode, '']);
  });

  it('comes too late after the time of the integration: 503', async () => {
    const gateway = createGateway(api([route('GET /x', 'slow', 20)]), () => new Promise(() => {}));
    const response = await gateway.answer(request('/x'));
    expect([response.status, await response.text()]).toEqual([503, '{"message":"Service Unavailable"}']);
  });

  it('F3 keeps WWW-Authenticate, or renames it when told to', async () => {
    const { gateway } = gatewayOf({ statusCode: 401, headers: { 'WWW-Authenticate': 'Bearer' } });
    const kept = await gateway.answer(request('/x'));
    gateway.renameAuthenticateHeader(true);
    const renamed = await gateway.answer(request('/x'));
    const names = ['www-authenticate', 'x-amzn-remapped-www-authenticate'];
    expect(names.map((name) => kept.headers.get(name))).toEqual(['Bearer', null]);
    expect(names.map((name) => renamed.headers.get(name))).toEqual([null, 'Bearer']);
  });
});

describe('limits', () => {
  it.each([
    [10_240, 200],
    [10_241, 431],
  ])('answers a request line and headers of %d bytes with %d', async (bytes, status) => {
    const { gateway } = gatewayOf(ok);
    const filler = bytes - 'GET /x HTTP/1.1\r\n'.length - 'a: \r\n'.length;
    const response = await gateway.answer(request('/x', { headers: [['a', 'x'.repeat(filler)]] }));
    expect(response.status).toBe(status);
  });

  it.each([
    ['a body over 10 MB', { bodyBytes: 10 * 1024 * 1024 + 1 }],
    ['an event over 6 MB', { body: Buffer.alloc(5 * 1024 * 1024), bodyBytes: 5 * 1024 * 1024 }],
  ])('refuses %s with 413', async (_title, over) => {
    const { gateway, calls } = gatewayOf(ok);
    const response = await gateway.answer(request('/x', { method: 'PUT', ...over }));
    expect([response.status, await response.text()]).toEqual([413, '{"message":"Request Entity Too Large"}']);
    expect(calls).toEqual([]);
  });
});

describe('a document of 4 MB, the most that the API takes', () => {
  const bytes = Buffer.alloc(4 * 1024 * 1024, 0xfb);
  bytes.set([0x89, 0x50, 0x4e, 0x47]);
  const headers = [['Content-Type', 'image/png']] as const;

  it('O4 gets to the function in base64, below the 6 MB of an event', async () => {
    const { gateway, event } = gatewayOf(ok);
    const sent = request('/x', { method: 'PUT', headers, body: bytes, bodyBytes: bytes.length });
    expect((await gateway.answer(sent)).status).toBe(200);
    expect(event().isBase64Encoded).toBe(true);
    expect(bytes.equals(Buffer.from(event().body, 'base64'))).toBe(true);
    expect(JSON.stringify(event()).length).toBeLessThan(6 * 1024 * 1024);
  });

  it.each([
    [4.49, 200],
    [4.5, 413],
  ])('of %d MB ends where base64 fills the event: %d', async (megabytes, status) => {
    const { gateway } = gatewayOf(ok);
    const body = Buffer.alloc(megabytes * 1024 * 1024);
    const sent = request('/x', { method: 'PUT', headers, body, bodyBytes: body.length });
    expect((await gateway.answer(sent)).status).toBe(status);
  });
});

describe('CORS', () => {
  const preflight = (origin: string, method = 'POST', headers = 'content-type,Authorization') =>
    request('/x', {
      method: 'OPTIONS',
      headers: [
        ['Origin', origin],
        ['Access-Control-Request-Method', method],
        ['Access-Control-Request-Headers', headers],
      ],
    });
  const corsHeaders = (response: Response) =>
    Object.fromEntries([...response.headers].filter(([name]) => name.startsWith('access-control-')));

  it('O8 answers the preflight of an allowed origin itself', async () => {
    const { gateway, calls } = gatewayOf(ok);
    const response = await gateway.answer(preflight('https://app.example.com'));
    expect(response.status).toBe(204);
    expect(corsHeaders(response)).toEqual({
      'access-control-allow-origin': 'https://app.example.com',
      'access-control-allow-methods': 'GET,POST',
      'access-control-allow-headers': 'authorization,content-type',
      'access-control-max-age': '7200',
    });
    expect(calls).toEqual([]);
  });

  it.each([
    ['an unknown origin', preflight('https://evil.example.com')],
    ['an origin that only begins alike', preflight('https://app.example.com.evil.com')],
    ['a method that is not allowed', preflight('https://app.example.com', 'DELETE')],
    ['a header that is not allowed', preflight('https://app.example.com', 'POST', 'x-other')],
  ])('O8 gives nothing to %s', async (_title, asked) => {
    const response = await gatewayOf(ok).gateway.answer(asked);
    expect([response.status, corsHeaders(response)]).toEqual([204, {}]);
  });

  const own = {
    'access-control-allow-origin': 'https://app.example.com',
    'access-control-expose-headers': 'www-authenticate,x-request-id',
  };

  it("adds its headers to a function's answer and drops the function's own", async () => {
    const { gateway } = gatewayOf({
      statusCode: 200,
      headers: { 'access-control-allow-origin': '*', 'access-control-allow-credentials': 'true' },
    });
    const allowed = await gateway.answer(request('/x', { headers: [['origin', 'https://app.example.com']] }));
    const refused = await gateway.answer(
      request('/x', { headers: [['origin', 'https://evil.example.com']] }),
    );
    const without = await gateway.answer(request('/x'));
    expect([allowed, refused, without].map(corsHeaders)).toEqual([own, {}, {}]);
  });

  it('P5 adds them to its own errors, so that browsers can read those', async () => {
    const { gateway } = gatewayOf(new Error('thrown'), { routes: [route('GET /x')] });
    const headers = [['origin', 'https://app.example.com']] as const;
    const unknown = await gateway.answer(request('/unknown', { headers }));
    const thrown = await gateway.answer(request('/x', { headers }));
    expect([unknown, thrown].map((it) => [it.status, corsHeaders(it)])).toEqual([
      [404, own],
      [500, own],
    ]);
  });

  it('leaves everything to the function where the API has none', async () => {
    const { gateway, calls } = gatewayOf(
      { statusCode: 200, headers: { 'access-control-allow-origin': '*' } },
      { withCors: 'none', routes: [route('OPTIONS /x')] },
    );
    const response = await gateway.answer(preflight('https://app.example.com'));
    expect(corsHeaders(response)).toEqual({ 'access-control-allow-origin': '*' });
    expect(calls.length).toBe(1);
  });
});

describe('the gateway over HTTP', () => {
  it('hands on the request line and the headers as they came, and stops at 10 MB', async () => {
    const { gateway, event } = gatewayOf({ statusCode: 200, body: 'ok', cookies: ['a=1', 'b=2'] });
    const server = await listenGateway(gateway, 0);
    const response = await fetch(`${server.url}/a%2Fb?q=%20`, {
      method: 'POST',
      body: new Uint8Array([255]),
    });
    expect(event()).toMatchObject({
      rawPath: '/a/b',
      rawQueryString: 'q=%20',
      isBase64Encoded: true,
      body: '/w==',
      requestContext: { http: { sourceIp: '127.0.0.1' } },
    });
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    const large = await fetch(server.url, { method: 'POST', body: new Uint8Array(10 * 1024 * 1024 + 1) });
    expect(large.status).toBe(413);
    await server.close();
  });

  it('answers the same in-process, through the fetch API', async () => {
    const { gateway, event } = gatewayOf(ok);
    const response = await gateway.handle(
      new Request('http://gateway/x?y=1', { method: 'PUT', body: 'text' }),
    );
    expect(response.status).toBe(200);
    expect(event()).toMatchObject({ rawPath: '/x', rawQueryString: 'y=1', body: 'text' });
  });
});

describe("the stage's throttle", () => {
  const second = 1_000;
  let at = 1_700_000_000_000;
  const throttled = (isThrottled: boolean) =>
    createGateway(
      { ...api([route('GET /x')]), throttle: { rate: 2, burst: 3 } },
      async () => ({ kind: 'ok', payload: '{"statusCode":204}' }),
      { isThrottled, now: () => new Date(at) },
    );
  const statuses = (gateway: ReturnType<typeof createGateway>, times: number) =>
    Promise.all(Array.from({ length: times }, async () => (await gateway.answer(request('/x'))).status));

  it("lets the burst through at once, then so many a second, and says 429 in AWS's words", async () => {
    const gateway = throttled(true);
    expect(await statuses(gateway, 5)).toEqual([204, 204, 204, 429, 429]);
    at += second;
    expect(await statuses(gateway, 3)).toEqual([204, 204, 429]);
    at += 60 * second;
    expect(await statuses(gateway, 4)).toEqual([204, 204, 204, 429]);
    const refused = await gateway.answer(request('/x'));
    expect({ body: await refused.json(), wait: refused.headers.get('retry-after') }).toEqual({
      body: { message: 'Too Many Requests' },
      wait: null,
    });
  });

  it('does not hold unless it is asked for', async () => {
    expect(await statuses(throttled(false), 5)).toEqual([204, 204, 204, 204, 204]);
  });
});
