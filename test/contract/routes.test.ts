import { describe, expect, it } from '@jest/globals';
import { functionNames, type Route, routes } from '../../functions/contract/routes.ts';
import { examples, withUnknownKeys } from '../support/core-examples.ts';

const stepped = examples.stepUp.answers[200];

const all: readonly (readonly [keyof typeof routes, Route])[] = (
  Object.keys(routes) as (keyof typeof routes)[]
).map((name) => [name, routes[name]]);

const requests = all.flatMap(([name, { request }]) =>
  request === undefined ? [] : examples[name].requests.map((example) => ({ name, request, example })),
);

const answers = all.flatMap(([name, route]) =>
  Object.entries(route.answers).flatMap(([status, schema]) =>
    [examples[name].answers[Number(status)]]
      .flat()
      .map((example) => ({ name, status: Number(status), schema, example })),
  ),
);

/**
 * The places whose members are not ours to declare: what a browser and a passkey tell each other (WebAuthn), which
 * Stytch makes and Stytch verifies.
 */
const isWebAuthn = (place: string): boolean => /^\/(credential|options)(\/|$)/.test(place);

describe('O9 The routes of the API', () => {
  it('are each there once', () => {
    const paths = all.map(([, { method, path }]) => `${method} ${path.replaceAll(/\{\w+\}/g, '{}')}`);
    expect(new Set(paths).size).toBe(paths.length);
  });

  it.each(all)('%s is versioned, or a webhook, and belongs to a function', (_name, route) => {
    expect(route.path).toMatch(/^\/(v1|webhooks)(\/([a-z-]+|\{[a-zA-Z]+\}))+$/);
    expect(functionNames).toContain(route.function);
  });

  it.each(all)('D1, O4 %s ends before the gateway’s 30 s and bounds its body', (_name, route) => {
    expect(route.deadlineMs).toBeGreaterThan(0);
    expect(route.deadlineMs).toBeLessThan(30_000);
    // 4 MB of a file, in base64 and with the rest of the event, stay below Lambda's 6 MB; a webhook has 1 MB.
    const raw = (route.authentication === 'signature' ? 1 : 4) * 1024 * 1024;
    const largest = { none: 0, json: 16 * 1024, raw }[route.body];
    expect(route.maxBodyBytes).toBeLessThanOrEqual(largest);
  });

  it('D1 the exchange ends within 8 s and the webhook within the 5 s that Unit waits', () => {
    expect(routes.exchangeToken.deadlineMs).toBe(8000);
    expect(routes.unitWebhook.deadlineMs).toBeLessThan(5000);
  });

  it.each(all)('%s has a schema for its body exactly if it takes JSON', (_name, route) => {
    expect(route.request !== undefined).toBe(route.body === 'json');
  });

  it.each(all)('O2 %s documents what its kind of authentication and its body can refuse', (_name, route) => {
    const byAuthentication = {
      none: [],
      session: ['invalid_token'],
      either: ['invalid_token'],
      signature: ['invalid_signature'],
    };
    const byBody = {
      none: [],
      json: ['invalid_request', 'payload_too_large', 'unsupported_media_type'],
      raw: ['invalid_request', 'payload_too_large'],
    };
    expect(route.problems).toEqual(
      expect.arrayContaining([
        ...byAuthentication[route.authentication],
        ...byBody[route.body],
        'server_error',
        'not_configured',
        'temporarily_unavailable',
      ]),
    );
    expect(new Set(route.problems).size).toBe(route.problems.length);
  });

  it.each(all)(
    'O4 %s says what a file may be exactly if it takes one',
    (_name, { body, mediaTypes, ...route }) => {
      expect(mediaTypes !== undefined).toBe(body === 'raw' && route.authentication === 'session');
      expect(route.problems.includes('unsupported_media_type')).toBe(
        body === 'json' || mediaTypes !== undefined,
      );
    },
  );

  it('W4 only sign-up, the session token and the webhook are open to callers without a session JWT', () => {
    const open = all.flatMap(([name, { authentication }]) => (authentication === 'session' ? [] : [name]));
    expect(open).toEqual(['signUp', 'authenticate', 'refresh', 'revoke', 'unitWebhook']);
    expect(routes.revoke.authentication).toBe('either');
  });

  it('INV1 a bearer JWT buys another only with a proof in the body', () => {
    const handingOut = all.filter(([, { answers: given }]) =>
      Object.values(given).some((schema) => schema?.safeParse(stepped).success === true),
    );
    expect(handingOut.map(([name]) => name)).toEqual([
      'refresh',
      'confirmTotp',
      'confirmSms',
      'confirmPasskey',
      'stepUp',
    ]);
    expect(handingOut.filter(([, { request }]) => request?.safeParse({}).success !== false)).toEqual([]);
  });

  it('INV1 a cookie buys a JWT at the refresh alone, and is given and taken where the body gives and takes a token', () => {
    const withCookie = all.filter(([, { cookie }]) => cookie !== undefined);
    expect(withCookie.map(([name]) => name)).toEqual(['authenticate', 'refresh', 'revoke']);
    for (const [, { request, cookie }] of withCookie) {
      for (const schema of [cookie?.request, ...Object.values(cookie?.answers ?? {})])
        expect(JSON.stringify(schema?.safeParse({ sessionToken: 'token' }).data ?? {})).not.toContain(
          'token',
        );
      if (cookie?.request === undefined) continue;
      expect(request?.safeParse({}).success).toBe(false);
      expect(cookie.request.safeParse({}).success).toBe(true);
      expect(cookie.request.safeParse({ sessionToken: 'token' }).success).toBe(false);
    }
    const { sessionToken: _, ...shown } = examples.authenticate.answers[200] as { sessionToken: string };
    expect(routes.authenticate.cookie.answers[200].parse(examples.authenticate.answers[200])).toEqual(shown);
  });

  it('W4 the webhook is answered by exactly 200', () => {
    expect(Object.keys(routes.unitWebhook.answers)).toEqual(['200']);
  });
});

describe('O3, A15.3.3 A request with a field that is not declared is refused', () => {
  it.each(requests.map((one) => [one.name, one] as const))(
    '%s takes its example',
    (_name, { request, example }) => {
      expect(request.safeParse(example).success).toBe(true);
    },
  );

  const altered = requests.flatMap(({ name, request, example }) =>
    withUnknownKeys(example).map(({ place, value }) => [name, place, request, value] as const),
  );
  const spoiled = altered.filter(([, place]) => !isWebAuthn(place));

  it.each(spoiled)('%s at %s', (_name, _place, request, value) => {
    expect(request.safeParse(value).success).toBe(false);
  });

  it.each(altered.filter(([, place]) => isWebAuthn(place)))(
    '%s at %s passes on what the browser adds to its credential',
    (_name, _place, request, value) => {
      expect(request.parse(value)).toEqual(value);
    },
  );

  it.each(requests.map((one) => [one.name, one] as const))(
    'A15.3.6 %s with a prototype among its members',
    (_name, { request, example }) => {
      const polluted: unknown = JSON.parse(
        JSON.stringify(example).replace('{', '{"__proto__":{"isAdmin":true},'),
      );
      const parsed = request.safeParse(polluted);
      expect(JSON.stringify(parsed.data ?? {})).not.toContain('isAdmin');
      expect(Reflect.get(Object(parsed.data ?? {}), 'isAdmin')).toBeUndefined();
    },
  );

  it.each(requests.map((one) => [one.name, one] as const))('%s that is no object', (_name, { request }) => {
    for (const value of [null, [], 'text', 1, true, undefined])
      expect(request.safeParse(value).success).toBe(false);
  });
});

describe('O3 An answer never carries a field that is not declared', () => {
  it.each(answers.map((one) => [one.name, one.status, one] as const))(
    '%s %d has an example',
    (_n, _s, one) => {
      expect(one.schema === null ? {} : one.schema?.parse(one.example)).toEqual(one.example ?? {});
    },
  );

  const leaking = answers.flatMap(({ name, status, schema, example }) =>
    schema == null
      ? []
      : withUnknownKeys(example)
          .filter(({ place }) => !isWebAuthn(place))
          .map(({ place, value }) => [name, status, place, schema, value, example] as const),
  );

  it.each(leaking)('%s %d at %s', (_name, _status, _place, schema, value, example) => {
    expect(schema.parse(value)).toEqual(example);
  });
});
