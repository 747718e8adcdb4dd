// A session in a cookie: pages of other origins, cookies by other ways, tokens in two places, and a cookie alone.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Route, routes } from '../../functions/contract/routes.ts';
import { call, type Exchange, pkce } from '../../local/journey-client.ts';
import type { World } from '../../local/world.ts';
import { attack, vendorCallsFrom } from '../support/attacks.ts';
import { expectProblem } from '../support/problems.ts';
import { field, signInAgain, startSecurityWorld } from '../support/security.ts';
import { readCookieTemplate, type SignedInUser, signedInUser } from '../support/world.ts';

/** One of two that the stage allows; the other is https://app.bank.example. */
const OWN = 'http://localhost:4400';

let world: World;
let victim: SignedInUser;
beforeAll(async () => {
  world = await startSecurityWorld({}, {}, readCookieTemplate());
  world.stytch.controls.setSwitches({ rateLimit: 'off' });
});
// A sign-in with the victim's cookie ends the victim's session.
beforeEach(async () => {
  victim = await signedInUser(world);
});
afterAll(() => world.close());

/** A request as a browser sends it for a page: with the victim's cookie. */
const send = (
  { method, path }: Pick<Route, 'method' | 'path'>,
  headers: Readonly<Record<string, string>>,
  body: unknown = {},
): Promise<Exchange> =>
  call(method, `${world.apiUrl}${path.replace(/\{\w+\}/g, 'some-id')}`, {
    headers: { cookie: cookieOf(victim.sessionToken), ...headers },
    ...(method === 'POST' || method === 'PUT' ? { body } : {}),
  });

const cookieOf = (token: string): string => `__Host-session=${token}`;
const refreshFrom = (headers: Readonly<Record<string, string>>, body?: unknown) =>
  send(routes.refresh, headers, body);

const browserRoutes = Object.values<Route>(routes).filter(
  ({ authentication }) => authentication !== 'signature',
);
const changing = browserRoutes.filter(({ method }) => method !== 'GET');

/** Refused at the door: no vendor was asked, no cookie set, nothing given out. */
async function expectTurnedAway(work: () => Promise<Exchange>, what: string): Promise<void> {
  const calls = vendorCallsFrom(world);
  const refused = await work();
  expectProblem(refused, 'origin_not_allowed', what);
  expect(refused.headers.get('set-cookie')).toBeNull();
  expect(calls()).toMatchObject({ stytch: [], unit: [] });
}

describe('A3.5.1 the Origin', () => {
  it('a page of the stage’s own gets a fresh JWT, and the cookie again', async () => {
    for (const origin of [OWN, 'https://app.bank.example']) {
      const answer = await refreshFrom({ origin, 'sec-fetch-site': 'same-site' });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('set-cookie')).toContain(cookieOf(victim.sessionToken));
      expect(answer.headers.get('access-control-allow-credentials')).toBe('true');
      expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
    }
  });

  for (const route of changing) {
    attack(`${route.method} ${route.path} from another page`, { stoppedBy: 'own-origin' }, async () => {
      for (const origin of ['https://evil.example', 'null'])
        await expectTurnedAway(() => send(route, { origin }), origin);
    });
  }

  attack('by a request that names no origin', { stoppedBy: 'named-origin' }, async () => {
    await expectTurnedAway(() => refreshFrom({}), 'none');
    await expectTurnedAway(() => refreshFrom({ referer: `${OWN}/` }), 'a referer alone');
  });

  for (const origin of [
    'https://localhost:4400',
    'http://localhost:4401',
    'http://localhost',
    'http://app.bank.example',
    'https://app.bank.example:8443',
    'https://app.bank.example.evil.example',
    'https://evil-app.bank.example',
    'http://localhost:4400.evil.example',
    'http://evil.example/http://localhost:4400',
  ]) {
    attack(`from ${origin}, which only looks like it`, { stoppedBy: 'exact-origin' }, () =>
      expectTurnedAway(() => refreshFrom({ origin }), origin),
    );
  }

  attack('that the browser itself calls another site', { stoppedBy: 'fetch-site' }, async () => {
    for (const site of ['cross-site', 'none'])
      await expectTurnedAway(() => refreshFrom({ origin: OWN, 'sec-fetch-site': site }), site);
  });

  attack(
    'login CSRF: a page that signs the victim in as the attacker',
    { stoppedBy: 'own-origin' },
    async () => {
      const email = 'attacker@example.com';
      const { codeVerifier, codeChallenge } = pkce();
      const asked = { method: 'email_magic_link', email, redirectUrl: `${OWN}/callback`, codeChallenge };
      expect((await send(routes.signUp, { origin: OWN }, asked)).status).toBe(202);
      const token = world.stytch.controls.inbox(email).at(-1)?.token;
      const proof = { method: 'email_magic_link', token, codeVerifier };
      await expectTurnedAway(
        () => send(routes.authenticate, { origin: 'https://evil.example' }, proof),
        'the attacker’s own proof',
      );
      // It was good: the app's own page can use it.
      expect((await send(routes.authenticate, { origin: OWN }, proof)).status).toBe(200);
    },
  );

  attack('a page of the same site whose form posts text', { stoppedBy: 'json-type' }, async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])
      expectProblem(await refreshFrom({ origin: OWN, 'content-type': type }), 'unsupported_media_type', type);
  });

  it('W1 is not asked of Unit: its signature proves a delivery', async () => {
    const delivered = await call('POST', `${world.apiUrl}/webhooks/unit`, { body: { data: [] } });
    expectProblem(delivered, 'invalid_signature');
  });
});

describe('A3.3.1, A3.3.4 the cookie', () => {
  const own = { origin: OWN };

  attack(
    'at a sign-in: a script, another site, http, a sibling host',
    { stoppedBy: 'cookie-attributes' },
    async () => {
      const answer = await refreshFrom(own);
      const [pair, ...attributes] = (answer.headers.get('set-cookie') ?? '').split('; ');
      expect(pair).toBe(cookieOf(victim.sessionToken));
      expect(attributes.toSorted()).toEqual([
        'HttpOnly',
        expect.stringMatching(/^Max-Age=\d{3,4}$/),
        'Path=/',
        'SameSite=Strict',
        'Secure',
      ]);
    },
  );

  attack('read from the answer of a sign-in', { stoppedBy: 'hidden-token' }, async () => {
    const email = 'reader@example.com';
    await send(routes.signUp, own, { method: 'email_otp', email });
    const sent = world.stytch.controls.outbox(email).at(-1);
    const { challengeId } = (await send(routes.signUp, own, { method: 'email_otp', email })).body as {
      challengeId: string;
    };
    const code = world.stytch.controls.outbox(email).at(-1)?.code ?? sent?.code;
    const answer = await send(routes.authenticate, own, { method: 'email_otp', challengeId, code });
    expect(answer.status).toBe(200);
    const token = /__Host-session=([^;]+)/.exec(answer.headers.get('set-cookie') ?? '')?.[1] ?? 'none';
    expect(token.length).toBeGreaterThan(20);
    expect(JSON.stringify(answer.body)).not.toContain(token);
  });

  it('A7.2.4 of a session that a sign-in has replaced is of no use any more', async () => {
    expect((await refreshFrom(own)).status).toBe(200);
    const email = 'next@example.com';
    const { challengeId } = (await send(routes.signUp, own, { method: 'email_otp', email })).body as {
      challengeId: string;
    };
    const code = world.stytch.controls.outbox(email).at(-1)?.code;
    const next = await send(routes.authenticate, own, { method: 'email_otp', challengeId, code });
    expect(next.status).toBe(200);
    expect((await refreshFrom(own)).status).not.toBe(200);
  });

  for (const { path } of [routes.refresh, routes.revoke]) {
    const route = { method: 'POST', path } as const;

    attack(`${path} by two cookies`, { stoppedBy: 'one-cookie' }, async () => {
      const other = await signedInUser(world);
      for (const cookie of [
        `${cookieOf(victim.sessionToken)}; ${cookieOf(other.sessionToken)}`,
        `${cookieOf(other.sessionToken)}; a=b; ${cookieOf(other.sessionToken)}`,
      ])
        expectProblem(await send(route, { ...own, cookie }), 'invalid_request', cookie.slice(0, 20));
    });

    attack(`${path} by a cookie that a sibling host could set`, { stoppedBy: 'exact-cookie' }, async () => {
      const other = await signedInUser(world);
      for (const cookie of [`session=${other.sessionToken}`, `\u00a0${cookieOf(other.sessionToken)}`])
        expectProblem(await invokeWith(path, cookie), 'invalid_token', cookie.slice(0, 20));
    });

    attack(`${path} by a cookie and a token in the body`, { stoppedBy: 'cookie-alone' }, async () => {
      const other = await signedInUser(world);
      for (const sessionToken of [victim.sessionToken, other.sessionToken])
        expectProblem(await send(route, own, { sessionToken }), 'invalid_request');
      const { status } = await refreshFrom(own);
      expect(status).toBe(200);
    });
  }

  /** Exactly this cookie, as the gateway would hand it over. */
  async function invokeWith(path: string, cookie: string): Promise<Exchange> {
    const invocation = await world.invoke('signup', {
      version: '2.0',
      routeKey: `POST ${path}`,
      headers: { 'content-type': 'application/json', ...own },
      cookies: [cookie],
      requestContext: { requestId: 'request-1', http: { sourceIp: '127.0.0.1' } },
      body: '{}',
      isBase64Encoded: false,
    });
    const { body, statusCode, headers } = JSON.parse('payload' in invocation ? invocation.payload : '{}') as {
      body?: string;
      statusCode: number;
      headers: Record<string, string>;
    };
    return {
      method: 'POST',
      url: path,
      status: statusCode,
      headers: new Headers(headers),
      body: JSON.parse(body ?? '{}'),
    };
  }

  attack('that holds a session JWT in place of the token', { stoppedBy: 'session-token' }, async () => {
    const cookie = cookieOf(victim.sessionJwt);
    expectProblem(await refreshFrom({ ...own, cookie }), 'invalid_token');
  });

  it('alone opens nothing but the refresh and the end: every other route wants a session JWT', async () => {
    const calls = vendorCallsFrom(world);
    const signedIn = browserRoutes.filter(({ authentication }) => authentication === 'session');
    expect(signedIn.length).toBeGreaterThan(10);
    for (const route of signedIn) expectProblem(await send(route, own), 'invalid_token', route.path);
    expectProblem(await send(routes.revoke, own, { all: true }), 'invalid_token');
    expect(calls()).toMatchObject({ stytch: [], unit: [] });
  });

  it('INV5 stands in no log line and in no item', async () => {
    expect((await refreshFrom(own)).status).toBe(200);
    expectProblem(await refreshFrom({ origin: 'https://evil.example' }), 'origin_not_allowed');
    const kept = JSON.stringify([world.logs(), await world.scanTable()]);
    expect(kept).toContain('POST /v1/sessions/refresh');
    expect(kept).not.toContain(victim.sessionToken);
  });

  it('A7.4.1 of a session that is over is cleared, and buys nothing', async () => {
    const { sessionToken } = await signInAgain(world, victim);
    const cookie = cookieOf(sessionToken);
    const ended = await send(routes.revoke, { ...own, cookie });
    expect([ended.status, ended.headers.get('set-cookie')]).toEqual([
      204,
      expect.stringContaining('Max-Age=0'),
    ]);
    const refused = await refreshFrom({ ...own, cookie });
    expectProblem(refused, 'invalid_grant');
    expect(refused.headers.get('set-cookie')).toMatch(/^__Host-session=; Max-Age=0; /);
  });
});

describe('in a stage where the body brings the session', () => {
  let other: World;
  let user: SignedInUser;
  beforeAll(async () => {
    other = await startSecurityWorld();
    user = await signedInUser(other);
  });
  afterAll(() => other.close());

  for (const { path } of [routes.refresh, routes.revoke]) {
    attack(`${path} by a cookie`, { stoppedBy: 'body-alone' }, async () => {
      const headers = { cookie: cookieOf(user.sessionToken), origin: OWN };
      const refused = await call('POST', `${other.apiUrl}${path}`, { headers, body: {} });
      expectProblem(refused, 'invalid_request');
      expect(refused.headers.get('set-cookie')).toBeNull();
      const body = { sessionToken: user.sessionToken };
      const kept = await call('POST', `${other.apiUrl}${routes.refresh.path}`, { headers, body });
      expect([kept.status, kept.headers.get('set-cookie')]).toEqual([200, null]);
      expect(field(kept, 'sessionJwt')).toMatch(/^eyJ/);
      expect(kept.headers.get('access-control-allow-credentials')).toBeNull();
    });
  }
});
