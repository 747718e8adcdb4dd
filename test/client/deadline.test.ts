// No call waits for ever for an answer that does not come, nor for another that does.
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createClient } from '../../client/index.ts';

const routeOf = (input: Parameters<typeof fetch>[0]): string =>
  (input instanceof Request ? input.url : input.toString()).replace('http://api.example/v1', '');

/** As a browser's: the first request to `hanging` gets no answer and ends with its signal. */
function api(hanging: string) {
  const sent: string[] = [];
  const fetch: typeof globalThis.fetch = (input, init) => {
    const route = routeOf(input);
    if (init?.signal?.aborted) return Promise.reject(init.signal.reason);
    sent.push(route);
    if (route === hanging && sent.filter((one) => one === route).length === 1)
      return new Promise((_, reject) =>
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason)),
      );
    const answer = { sessionJwt: 'h.e.s', customerToken: 'fresh', expiresIn: 600 };
    return Promise.resolve(
      route === '/sessions/revoke' ? new Response(null, { status: 204 }) : Response.json(answer),
    );
  };
  return { sent, fetch };
}

const outcome = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: DOMException) => error.name,
  );

let limits: { readonly ms: number; end(): void }[];

beforeEach(() => {
  limits = [];
  jest.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
    const controller = new AbortController();
    limits.push({ ms, end: () => controller.abort(new DOMException('too late', 'TimeoutError')) });
    return controller.signal;
  });
});
afterEach(() => {
  jest.restoreAllMocks();
});

/** Once what can be sent has been sent. */
async function oneMinute(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(limits.map(({ ms }) => ms)).toEqual(limits.map(() => 60_000));
  limits[0]?.end();
}

describe('a call that is never answered ends after a minute', () => {
  it('with all who share a refresh, and the next is a new one', async () => {
    const { sent, fetch } = api('/sessions/refresh');
    const tokenStore = new Map([['sessionToken', 'token-A']]);
    const client = createClient({ baseUrl: 'http://api.example', tokenStore, fetch });
    const waiting = [outcome(client.refresh()), outcome(client.me())];
    const { signal } = new AbortController();
    waiting.push(outcome(client.refresh({ signal })));
    await oneMinute();
    expect(await Promise.all(waiting)).toEqual(['TimeoutError', 'TimeoutError', 'TimeoutError']);
    expect(await outcome(client.me())).toBe('done');
    expect(sent).toEqual(['/sessions/refresh', '/sessions/refresh', '/me']);
  });

  it('with all who share an exchange', async () => {
    const { sent, fetch } = api('/token');
    const client = createClient({ baseUrl: 'http://api.example', sessionJwt: () => 'h.e.s', fetch });
    const ask = () => client.customerToken({ scopes: ['accounts'] });
    const waiting = [outcome(ask()), outcome(ask())];
    await oneMinute();
    expect(await Promise.all(waiting)).toEqual(['TimeoutError', 'TimeoutError']);
    expect(await ask()).toMatchObject({ customerToken: 'fresh' });
    expect(sent).toEqual(['/token', '/token']);
  });

  it('and lets a sign-out go that waits behind it in a cookie stage', async () => {
    const { sent, fetch } = api('/signup/authenticate');
    const client = createClient({ baseUrl: 'http://api.example', sessionTransport: 'cookie', fetch });
    const proof = { method: 'email_magic_link', token: 't', codeVerifier: 'v' } as const;
    const waiting = [outcome(client.authenticate(proof)), outcome(client.signOut())];
    await oneMinute();
    expect(await Promise.all(waiting)).toEqual(['TimeoutError', 'done']);
    expect(sent).toEqual(['/signup/authenticate', '/sessions/revoke']);
  });

  it('whoever sent it: a caller who gives up in a cookie stage holds nobody up for longer', async () => {
    const { sent, fetch } = api('/signup/authenticate');
    const client = createClient({ baseUrl: 'http://api.example', sessionTransport: 'cookie', fetch });
    const proof = { method: 'email_magic_link', token: 't', codeVerifier: 'v' } as const;
    const gaveUp = new AbortController();
    const first = outcome(client.authenticate(proof, { signal: gaveUp.signal }));
    const never = outcome(client.authenticate(proof, { signal: gaveUp.signal }));
    const out = outcome(client.signOut());
    await new Promise((resolve) => setTimeout(resolve, 20));
    gaveUp.abort();
    expect(await Promise.all([first, never])).toEqual(['AbortError', 'AbortError']);
    expect(sent).toEqual(['/signup/authenticate']);
    await oneMinute();
    expect(await out).toBe('done');
    // The second was given up before its turn came.
    expect(sent).toEqual(['/signup/authenticate', '/sessions/revoke']);
    expect(limits).toHaveLength(2);
  });

  it('counted from where it is sent, not from where it began to wait', async () => {
    const { fetch } = api('/signup/authenticate');
    const client = createClient({ baseUrl: 'http://api.example', sessionTransport: 'cookie', fetch });
    const proof = { method: 'email_magic_link', token: 't', codeVerifier: 'v' } as const;
    const waiting = [outcome(client.authenticate(proof)), outcome(client.signOut())];
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(limits).toHaveLength(1);
    await oneMinute();
    await Promise.all(waiting);
    expect(limits).toHaveLength(2);
  });

  it('unless the caller brings a limit of its own, or the runtime has none', async () => {
    const { sent, fetch } = api('none');
    const client = createClient({ baseUrl: 'http://api.example', sessionJwt: () => 'h.e.s', fetch });
    await client.me({ signal: new AbortController().signal });
    expect(limits).toEqual([]);
    jest.restoreAllMocks();
    const { timeout } = AbortSignal;
    Object.assign(AbortSignal, { timeout: undefined });
    await client.me().finally(() => Object.assign(AbortSignal, { timeout }));
    expect(sent).toEqual(['/me', '/me']);
  });
});
