// One session's JWT and customer tokens never serve another: slow stores, late answers, and the app's own Stytch SDK.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, jest } from '@jest/globals';
import { type Client, type ClientOptions, createClient, type IndividualRequest } from '../../client/index.ts';
import { individual } from '../support/world.ts';

/** A JWT of a session; the mark tells apart those of one session. */
const jwtOf = (session: string, mark: string): string =>
  [{ alg: 'RS256' }, { sub: 'ÿ>?~', mark, 'https://stytch.com/session': { id: session } }, mark]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');

const gate = () => {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
};
const turns = () => new Promise((resolve) => setTimeout(resolve, 20));
const invalid = { code: 'invalid_token', status: 401 };

/** An API that answers for whomever the bearer is; `hold` keeps the next answer of a route until it is opened. */
function api() {
  const holds = new Map<string, Promise<void>>();
  const seen: { readonly route: string; readonly bearer: string; readonly redirect: unknown }[] = [];
  const challenged = new Set<string>();
  let made = 0;
  const answer = (route: string, bearer: string, body: Record<string, string>) => {
    made += 1;
    if (challenged.delete(`${route} ${bearer}`)) {
      return Response.json({ acrValues: ['strong'], maxAge: 60 }, { status: 401 });
    }
    if (route === '/v1/signup/authenticate') {
      return Response.json({
        sessionToken: `${body['token']}-token`,
        sessionJwt: jwtOf(body['token'] ?? '', 'signed-in'),
      });
    }
    if (route === '/v1/sessions/refresh') {
      return Response.json({
        sessionJwt: jwtOf((body['sessionToken'] ?? '').split('-')[0] ?? '', 'refreshed'),
      });
    }
    const claims = JSON.parse(Buffer.from(bearer.split('.')[1] ?? '', 'base64url').toString() || '{}');
    const session = claims['https://stytch.com/session']?.id;
    if (route === '/v1/step-up') return Response.json({ sessionJwt: jwtOf(session, 'stepped-up') });
    return Response.json({ customerToken: `${session} ${made}`, userId: session, expiresIn: 900 });
  };
  return {
    seen,
    challenged,
    hold: (route: string) => {
      const { open, opened } = gate();
      holds.set(route, opened);
      return open;
    },
    bearers: (route: string) => seen.filter((one) => one.route === route).map(({ bearer }) => bearer),
    fetch: (async (input, init) => {
      const route = new URL(input instanceof Request ? input.url : input).pathname;
      const bearer = new Headers(init?.headers).get('authorization')?.slice(7) ?? '';
      seen.push({ route, bearer, redirect: init?.redirect });
      const made = answer(
        route,
        bearer,
        (await new Response(init?.body ?? '{}').json()) as Record<string, string>,
      );
      const held = holds.get(route);
      holds.delete(route);
      await held;
      return made;
    }) satisfies typeof globalThis.fetch,
  };
}

/** A store whose every answer takes a while; `delay` is asked before each. */
function slowStore(delay: (call: string) => unknown = turns) {
  const values = new Map<string, string>();
  return {
    values,
    get: async (key: string) => (await delay('get'), values.get(key)),
    set: async (key: string, value: string) => (await delay('set'), values.set(key, value)),
    delete: async (key: string) => (await delay('delete'), values.delete(key)),
  };
}

const clientOf = (through: ReturnType<typeof api>, options: Partial<ClientOptions> = {}): Client =>
  createClient({ baseUrl: 'http://api.example', fetch: through.fetch, ...options });
const signIn = (client: Client, session: string) =>
  client.authenticate({ method: 'email_magic_link', token: session, codeVerifier: 'v' });
const asking = { scopes: ['accounts'] };
const stepUp = (client: Client) => client.stepUp({ factor: 'totp', code: '123456' });
const expireHeld = () => {
  const now = Date.now;
  const spy = jest.spyOn(Date, 'now').mockImplementation(() => now() + 250_000);
  return () => spy.mockRestore();
};

describe('with the app’s own Stytch SDK', () => {
  it('a stepped-up JWT is used for its session, and never for the user who signs in next', async () => {
    const through = api();
    let present = jwtOf('A', 'sdk');
    const client = clientOf(through, { sessionJwt: () => present });
    await stepUp(client);
    await client.me();
    present = jwtOf('B', 'sdk');
    expect(await client.me()).toMatchObject({ userId: 'B' });
    expect(through.bearers('/v1/me')).toEqual([jwtOf('A', 'stepped-up'), jwtOf('B', 'sdk')]);
  });

  it('a customer token is for the user of the session, whoever was before, and kept within one session', async () => {
    const through = api();
    let present = jwtOf('A', 'sdk');
    const client = clientOf(through, { sessionJwt: async () => present });
    const first = await client.customerToken(asking);
    present = jwtOf('A', 'sdk-refreshed');
    expect(await client.customerToken(asking)).toBe(first);
    present = jwtOf('B', 'sdk');
    expect((await client.customerToken(asking)).customerToken).toMatch(/^B /);
    expect(first.customerToken).toMatch(/^A /);
  });

  it('a JWT that cannot be read is a session of its own', async () => {
    const through = api();
    let present = 'unreadable-1';
    const client = clientOf(through, { sessionJwt: () => present });
    const first = await client.customerToken(asking);
    expect(await client.customerToken(asking)).toBe(first);
    present = 'unreadable-2';
    expect(await client.customerToken(asking)).not.toBe(first);
  });

  it('nothing is sent again after a step-up as somebody else', async () => {
    const through = api();
    let present = jwtOf('A', 'sdk');
    through.challenged.add(`/v1/token ${present}`);
    const client = clientOf(through, {
      sessionJwt: () => present,
      onStepUp: async () => {
        present = jwtOf('B', 'sdk');
      },
    });
    await expect(client.exchangeToken(asking)).rejects.toMatchObject(invalid);
    expect(through.bearers('/v1/token')).toEqual([jwtOf('A', 'sdk')]);
  });

  it('a challenge that comes after somebody’s step-up is answered by the JWT of that one, not by asking again', async () => {
    const through = api();
    let asked = 0;
    const client = clientOf(through, {
      onStepUp: async () => {
        asked += 1;
        await stepUp(client);
      },
    });
    await signIn(client, 'A');
    const weak = jwtOf('A', 'signed-in');
    for (const route of ['/v1/me', '/v1/token']) through.challenged.add(`${route} ${weak}`);
    const open = through.hold('/v1/me');
    const late = client.me();
    await client.exchangeToken(asking);
    open();
    expect(await late).toMatchObject({ userId: 'A' });
    expect(asked).toBe(1);
    expect(through.bearers('/v1/me')).toEqual([weak, jwtOf('A', 'stepped-up')]);
  });

  it('and asks again where that one is too weak as well, once', async () => {
    const through = api();
    let asked = 0;
    const client = clientOf(through, {
      onStepUp: async () => {
        asked += 1;
        await stepUp(client);
      },
    });
    await signIn(client, 'A');
    for (const jwt of ['signed-in', 'stepped-up']) through.challenged.add(`/v1/me ${jwtOf('A', jwt)}`);
    const open = through.hold('/v1/me');
    const late = client.me();
    await stepUp(client);
    open();
    expect(await late).toMatchObject({ userId: 'A' });
    expect([asked, through.bearers('/v1/me').length]).toEqual([1, 3]);
  });

  it('a step-up that one user left open is not waited for by the next', async () => {
    const through = api();
    let present = jwtOf('A', 'sdk');
    const asked: string[] = [];
    const client = clientOf(through, {
      sessionJwt: () => present,
      onStepUp: async () => {
        asked.push(present);
        if (asked.length === 1) await new Promise(() => {});
        await stepUp(client);
      },
    });
    for (const session of ['A', 'B']) through.challenged.add(`/v1/me ${jwtOf(session, 'sdk')}`);
    void client.me();
    await turns();
    present = jwtOf('B', 'sdk');
    expect(await Promise.race([client.me(), turns()])).toMatchObject({ userId: 'B' });
  });
});

describe('with a slow store', () => {
  it('a step-up that ends during a refresh keeps its JWT', async () => {
    const through = api();
    let delay: () => unknown = () => undefined;
    const client = clientOf(through, { tokenStore: slowStore(() => delay()) });
    await signIn(client, 'A');
    const open = through.hold('/v1/sessions/refresh');
    const refreshing = client.refresh();
    await turns();
    const { open: answer, opened } = gate();
    delay = () => opened;
    open();
    await turns();
    // The refresh has its answer, and the store is still to say whose it is.
    await stepUp(client);
    answer();
    await refreshing;
    await client.me();
    expect(through.bearers('/v1/me')).toEqual([jwtOf('A', 'stepped-up')]);
  });

  it('a customer token asked for while somebody signs in is not kept for them', async () => {
    const through = api();
    const client = clientOf(through, { tokenStore: slowStore() });
    await signIn(client, 'A');
    const signingIn = signIn(client, 'B');
    await new Promise((resolve) => setTimeout(resolve, 5));
    await client.customerToken(asking).catch(() => undefined);
    await signingIn;
    expect((await client.customerToken(asking)).customerToken).toMatch(/^B /);
  });

  it('a refresh of before a sign-out serves nobody after it', async () => {
    const through = api();
    const store = slowStore();
    const client = clientOf(through, { tokenStore: store });
    await signIn(client, 'A');
    const open = through.hold('/v1/sessions/refresh');
    const stale = client.refresh();
    const outcome = stale.catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 40));
    await client.signOut();
    await signIn(client, 'B');
    const restore = expireHeld();
    const me = client.me();
    await turns();
    open();
    expect(await me).toMatchObject({ userId: 'B' });
    expect(await outcome).toMatchObject(invalid);
    restore();
    expect(store.values.get('sessionToken')).toBe('B-token');
  });

  it('a sign-out that began first does not take the session of a sign-in after it', async () => {
    const through = api();
    const store = slowStore((call) => new Promise((resolve) => setTimeout(resolve, call === 'set' ? 1 : 30)));
    const client = clientOf(through, { tokenStore: store });
    await signIn(client, 'A');
    const signingOut = client.signOut();
    await signIn(client, 'B');
    await signingOut;
    expect(store.values.get('sessionToken')).toBe('B-token');
    expect(await client.me()).toMatchObject({ userId: 'B' });
  });

  it('a step-up that ends after the next sign-in is not held for it', async () => {
    const through = api();
    const client = clientOf(through);
    await signIn(client, 'A');
    const open = through.hold('/v1/step-up');
    const stale = stepUp(client);
    await turns();
    await signIn(client, 'B');
    open();
    await stale;
    expect(await client.me()).toMatchObject({ userId: 'B' });
  });

  it('nothing is sent again after a step-up as whoever signed in meanwhile', async () => {
    const through = api();
    const client = clientOf(through, { onStepUp: async () => signIn(client, 'B') });
    await signIn(client, 'A');
    through.challenged.add(`/v1/token ${jwtOf('A', 'signed-in')}`);
    await expect(client.customerToken(asking)).rejects.toMatchObject(invalid);
    expect(through.bearers('/v1/token')).toEqual([jwtOf('A', 'signed-in')]);
  });
});

describe('what is sent', () => {
  it('does not follow a redirect', async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(307, { location: '/elsewhere' }).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const client = createClient({ baseUrl: `http://127.0.0.1:${port}`, sessionJwt: () => 'jwt' });
    await expect(client.apply(individual('a@example.com') as IndividualRequest)).rejects.toThrow(
      'fetch failed',
    );
    server.closeAllConnections();
    server.close();
    expect(asked).toEqual(['/v1/applications']);
  });

  it('leaves no application in memory but its hash', async () => {
    const body = individual('a@example.com') as IndividualRequest;
    const set = jest.spyOn(Map.prototype, 'set');
    await clientOf(api(), { sessionJwt: () => 'jwt' }).apply(body);
    const kept = set.mock.calls.map(([key]) => String(key));
    set.mockRestore();
    const sent = `/applications${JSON.stringify(body)}`;
    expect(kept).toContain(createHash('sha256').update(sent).digest('base64url'));
    expect(kept.filter((key) => key.includes(body.ssn ?? 'ssn'))).toEqual([]);
  });
});
