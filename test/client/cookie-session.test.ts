// The client of a cookie stage over the running system: no script holds a session token, and a reload keeps the session.
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createClient, type ProblemError } from '../../client/index.ts';
import type { World } from '../../local/world.ts';
import { signIn } from '../support/client.ts';
import { readCookieTemplate, startTestWorld } from '../support/world.ts';

const ORIGIN = 'http://localhost:4400';

let world: World;
beforeAll(async () => {
  world = await startTestWorld({ template: readCookieTemplate() });
  world.stytch.controls.setSwitches({ rateLimit: 'off' });
});
afterAll(() => world.close());

/** What a browser does for the pages of one origin: it names the origin, and keeps and sends cookies where it may. */
function browser() {
  const jar = new Map<string, string>();
  const asked: { readonly route: string; readonly credentials: unknown; readonly answer: string }[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const isIncluded = init?.credentials === 'include';
    const headers = new Headers(init?.headers);
    headers.set('origin', ORIGIN);
    if (isIncluded && jar.size > 0)
      headers.set('cookie', [...jar].map(([name, value]) => `${name}=${value}`).join('; '));
    const response = await globalThis.fetch(input, { ...init, headers });
    for (const line of isIncluded ? response.headers.getSetCookie() : []) {
      const [, name = '', value = '', seconds] = /^([^=]+)=([^;]*); Max-Age=(\d+)/.exec(line) ?? [];
      if (seconds === '0') jar.delete(name);
      else jar.set(name, value);
    }
    const { pathname } = new URL(input instanceof Request ? input.url : input);
    const answer = await response.clone().text();
    asked.push({ route: `${init?.method} ${pathname}`, credentials: init?.credentials, answer });
    return response;
  };
  const store = new Map<string, string>();
  /** The app, loaded anew: nothing is left but the browser's own. */
  const load = () =>
    createClient({ baseUrl: world.apiUrl, sessionTransport: 'cookie', tokenStore: store, fetch });
  return { jar, asked, store, load };
}

const refusal = (work: Promise<unknown>) =>
  work.then(
    () => 'no refusal',
    (error: ProblemError) => error.code,
  );
const email = (name: string) => `${name}.${process.pid}@example.com`;
const later = () => {
  const now = Date.now;
  return jest.spyOn(Date, 'now').mockImplementation(() => now() + 250_000);
};

describe('a session in a cookie', () => {
  it('shows its token to no script, and outlives a reload', async () => {
    const { jar, asked, store, load } = browser();
    const { userId } = await signIn(world, load(), email('reload'));
    const token = jar.get('__Host-session') ?? '';
    expect(token).toMatch(/^[\w=-]{20,}$/);
    expect([...store]).toEqual([]);

    const reloaded = load();
    expect(await reloaded.refresh()).toMatchObject({ factors: [{ kind: 'email' }] });
    expect(await reloaded.me()).toMatchObject({ userId });
    expect(await load().me()).toMatchObject({ userId });
    expect(JSON.stringify([...asked.map(({ answer }) => answer), ...store])).not.toContain(token);
  });

  it('goes with sign-in, refresh and revoke, and with nothing else', async () => {
    const { asked, load } = browser();
    const client = load();
    await signIn(world, client, email('include'));
    await client.refresh();
    await client.me();
    await client.listFactors();
    await client.enrolTotp();
    await client.signOut();
    const included = asked.filter(({ credentials }) => credentials !== undefined);
    expect(included.map(({ route, credentials }) => `${route} ${String(credentials)}`)).toEqual([
      'POST /v1/signup/authenticate include',
      'POST /v1/sessions/refresh include',
      'POST /v1/sessions/revoke include',
    ]);
    expect(asked.length).toBeGreaterThan(included.length + 3);
  });

  it('is ended by a sign-out, once and again, and by the end of all', async () => {
    const { jar, load } = browser();
    const client = load();
    for (const end of [() => client.signOut(), () => client.revoke({ all: true }), () => client.revoke({})]) {
      await signIn(world, client, email('end'));
      const kept = new Map(jar);
      await end();
      expect([...jar]).toEqual([]);
      // Ended at the API too: what somebody copied before opens nothing.
      for (const [name, value] of kept) jar.set(name, value);
      expect(await refusal(load().me())).toBe('invalid_token');
      expect([...jar]).toEqual([]);
    }
    await client.signOut();
    await expect(client.signOut()).resolves.toBeUndefined();
    expect(await refusal(client.me())).toBe('invalid_token');
  });

  it('that is revoked elsewhere is over, and its cookie is gone', async () => {
    const { jar, load } = browser();
    const client = load();
    const { userId } = await signIn(world, client, email('revoked'));
    world.stytch.controls.revokeAllSessions(userId);
    const spy = later();
    expect(await refusal(client.me())).toBe('invalid_token');
    spy.mockRestore();
    expect([...jar]).toEqual([]);
  });

  it('that another tab has made somebody else’s serves no page of the one before', async () => {
    const { jar, load } = browser();
    const page = load();
    await signIn(world, page, email('first'));
    const { userId } = await signIn(world, load(), email('second'));
    const spy = later();
    for (let i = 0; i < 2; i += 1) expect(await refusal(page.me())).toBe('invalid_token');
    spy.mockRestore();
    expect(jar.size).toBe(1);
    expect(await load().me()).toMatchObject({ userId });
  });
});
