// Calls at the same time: requests that carry the cookie go one by one, and each call gets the step-up that it needs.
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { createClient, type ProblemError } from '../../client/index.ts';

const routeOf = (input: Parameters<typeof fetch>[0]): string =>
  (input instanceof Request ? input.url : input.toString()).replace('http://api.example/v1', '');
const textOf = (init: RequestInit | undefined): string => (typeof init?.body === 'string' ? init.body : '');

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const jwtOf = (session: string, level = 0) =>
  `h.${part({ 'https://stytch.com/session': { id: session }, level })}.s`;
const claimsOf = (jwt: string) => JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString());
const bearerOf = (init?: RequestInit) => new Headers(init?.headers).get('authorization')?.slice(7) ?? '';
const outcome = (work: Promise<unknown>) =>
  work.then(
    (answer) => (answer === undefined ? 'done' : answer),
    (error: ProblemError) => error.code ?? error.message,
  );

/** A browser and an API with one cookie: what a request carries counts when it is sent, what an answer sets when it comes. */
function browser(cookie?: string) {
  const live = new Set(['A']);
  const slow = new Map<string, number>();
  const lost = new Set<string>();
  const sent: string[] = [];
  const state = { jar: cookie };
  const refused = Response.json.bind(Response, { code: 'invalid_grant' }, { status: 400 });
  const answer = async (route: string, init?: RequestInit): Promise<[Response, (string | undefined)?]> => {
    const carried = init?.credentials === 'include' ? state.jar : undefined;
    if (route === '/signup/authenticate') {
      const { token } = JSON.parse(textOf(init));
      live.add(token);
      return [Response.json({ sessionJwt: jwtOf(token) }), token];
    }
    if (route === '/sessions/refresh') {
      return carried && live.has(carried)
        ? [Response.json({ sessionJwt: jwtOf(carried) }), carried]
        : [refused(), undefined];
    }
    if (route === '/sessions/revoke') {
      // A refresh meanwhile would still find the session.
      await sleep(slow.get(route) ?? 1);
      live.delete(carried ?? '');
      return [new Response(null, { status: 204 }), undefined];
    }
    return [Response.json({ userId: claimsOf(bearerOf(init))['https://stytch.com/session'].id })];
  };
  const fetch: typeof globalThis.fetch = async (input, init) => {
    init?.signal?.throwIfAborted();
    const route = routeOf(input);
    sent.push(route);
    const [response, ...set] = await answer(route, init);
    await sleep(slow.get(route) ?? 1);
    if (lost.has(route)) throw new TypeError('fetch failed');
    if (set.length > 0) [state.jar] = set;
    return response;
  };
  const load = () => createClient({ baseUrl: 'http://api.example', sessionTransport: 'cookie', fetch });
  return { state, live, slow, lost, sent, load };
}
const signIn = (client: ReturnType<typeof createClient>, token: string, signal?: AbortSignal) =>
  client.authenticate({ method: 'email_magic_link', token, codeVerifier: 'v' }, { signal });

describe('requests that carry the cookie', () => {
  it.each([
    ['an answer', 'A'],
    ['a refusal', 'expired'],
  ])('%s to an earlier refresh does not take the cookie of a sign-in', async (_what, before) => {
    const { state, slow, load } = browser(before);
    const client = load();
    slow.set('/sessions/refresh', 60);
    const early = outcome(client.me());
    await sleep(5);
    await signIn(client, 'B');
    await early;
    await sleep(80);
    expect(state.jar).toBe('B');
    expect(await load().me()).toMatchObject({ userId: 'B' });
  });

  it('go on after one that was lost', async () => {
    const { lost, load } = browser('A');
    const client = load();
    lost.add('/sessions/refresh');
    const early = outcome(client.me());
    await signIn(client, 'B');
    expect(await early).toBe('fetch failed');
    expect(await client.me()).toMatchObject({ userId: 'B' });
  });

  it('can be aborted while they wait, and are then not sent', async () => {
    const { slow, sent, load } = browser('A');
    const client = load();
    slow.set('/sessions/refresh', 60);
    const early = outcome(client.me());
    await sleep(5);
    const controller = new AbortController();
    const waiting = outcome(signIn(client, 'B', controller.signal));
    controller.abort(new Error('closed'));
    expect(await Promise.race([waiting, sleep(30)])).toBe('closed');
    expect(await early).toEqual({ userId: 'A' });
    await sleep(20);
    expect(sent).toEqual(['/sessions/refresh', '/me']);
  });

  it.each([0, 5])('do not restore what a sign-out is ending: a call %i ms into it', async (pause) => {
    const { state, slow, load } = browser();
    const client = load();
    await signIn(client, 'A');
    slow.set('/sessions/revoke', 40);
    const before = outcome(client.refresh());
    const signingOut = client.signOut();
    if (pause) await sleep(pause);
    const calls = [client.me(), client.refresh()].map(outcome);
    await signingOut;
    expect(await Promise.all([before, ...calls, outcome(client.me())])).toEqual(
      Array.from({ length: 4 }, () => 'invalid_token'),
    );
    expect(state.jar).toBeUndefined();
  });

  it('end the session of before, not that of a sign-in right after', async () => {
    const { state, live, load } = browser();
    const client = load();
    await signIn(client, 'A');
    const signingOut = client.signOut();
    await signIn(client, 'B');
    await signingOut;
    expect([state.jar, ...live]).toEqual(['B', 'B']);
    expect(await client.me()).toMatchObject({ userId: 'B' });
  });
});

describe('U8 step-ups of parallel calls', () => {
  /** `/me` wants level 1, all else level 2; a step-up reaches as far as its challenge, or nowhere. */
  const levels = (reaches = true) => {
    const asked: string[] = [];
    let open = 0;
    const client = createClient({
      baseUrl: 'http://api.example',
      tokenStore: new Map([['sessionToken', 't']]),
      fetch: async (input, init) => {
        await sleep(2);
        const route = routeOf(input);
        if (route === '/sessions/refresh') return Response.json({ sessionJwt: jwtOf('A') });
        if (route === '/step-up') {
          return Response.json({ sessionJwt: jwtOf('A', Number(JSON.parse(textOf(init)).code)) });
        }
        const wanted = route === '/me' ? 1 : 2;
        return claimsOf(bearerOf(init)).level >= wanted
          ? Response.json({ route })
          : Response.json({ acrValues: [`${wanted}`], maxAge: 600 }, { status: 401 });
      },
      onStepUp: async ({ acrValues: [level = ''] }) => {
        open += 1;
        expect(open).toBe(1);
        asked.push(level);
        await sleep(5);
        if (reaches) await client.stepUp({ factor: 'totp', code: level });
        open -= 1;
      },
    });
    return { client, asked };
  };

  it('ask for the stricter one too, one after the other', async () => {
    const { client, asked } = levels();
    await Promise.all([client.me(), client.listFactors()]);
    expect(asked).toEqual(['1', '2']);
  });

  it('ask once where the first one is enough for all', async () => {
    const { client, asked } = levels();
    await Promise.all([client.listFactors(), client.me(), client.listFactors()]);
    expect(asked).toEqual(['2']);
  });

  it('are not asked for over and over where they bring nothing', async () => {
    const { client, asked } = levels(false);
    const calls = await Promise.all(Array.from({ length: 6 }, () => outcome(client.me())));
    expect(new Set(calls)).toEqual(new Set(['insufficient_user_authentication']));
    expect(asked).toEqual(['1', '1']);
  });
});
