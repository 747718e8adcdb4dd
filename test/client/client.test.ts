// The client over the running system: sign-in, refresh, step-up, applications and customer tokens, as an app uses it.
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type Challenge, createClient, type IndividualRequest, ProblemError } from '../../client/index.ts';
import type { World } from '../../local/world.ts';
import { enrolled, signIn, signInLater, type User, wire, withHeaders } from '../support/client.ts';
import { individual, startTestWorld, withLimits } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startTestWorld({ template: withLimits({ sendsPerSource: 1000 }) });
  // Stytch takes one mail a second to an address; these users sign in again sooner.
  world.stytch.controls.setSwitches({ rateLimit: 'off' });
});
afterAll(() => world.close());
afterEach(() => {
  jest.restoreAllMocks();
  world.gateway.renameAuthenticateHeader(false);
  world.unit.controls.heal();
});

const account = (email: string) => individual(email) as IndividualRequest;
const refusal = (work: Promise<unknown>): Promise<ProblemError> =>
  work.then(
    () => Promise.reject(new Error('it was not refused')),
    (error: unknown) => (error instanceof ProblemError ? error : Promise.reject(error)),
  );
const later = (seconds: number): void => {
  const now = Date.now;
  jest.spyOn(Date, 'now').mockImplementation(() => now() + seconds * 1000);
};
const count = ({ wire: { sent } }: Pick<User, 'wire'>, call: string): number =>
  sent.filter((one) => one === call).length;

describe('signing up', () => {
  const clientWith = (store: Map<string, string>) =>
    createClient({ baseUrl: world.apiUrl, tokenStore: store });

  it('makes the PKCE pair, keeps the verifier until the link is opened, and the session after', async () => {
    const email = `link.${randomUUID()}@example.com`;
    const store = new Map<string, string>();
    await clientWith(store).signUp({ email });
    expect(store.get('codeVerifier')).toMatch(/^[\w-]{43}$/);
    // Another page of the same app finishes: all it shares is the store.
    const client = clientWith(store);
    const { userId } = await client.completeSignUp(world.stytch.controls.inbox(email).at(-1)?.token ?? '');
    expect([...store.keys()]).toEqual(['sessionToken']);
    expect(await client.me()).toMatchObject({ userId, next: 'enroll_factor' });
  });

  it('lets the first link work after a resend', async () => {
    const email = `resend.${randomUUID()}@example.com`;
    const client = clientWith(new Map());
    await client.signUp({ email });
    const first = world.stytch.controls.inbox(email).at(-1)?.token ?? '';
    await client.signUp({ email });
    expect(await client.completeSignUp(first)).toMatchObject({ factors: [{ kind: 'email' }] });
  });

  it('takes six digits for a passcode', async () => {
    const email = `code.${randomUUID()}@example.com`;
    const client = clientWith(new Map());
    await client.signUp({ method: 'email_otp', email });
    const code = world.stytch.controls.outbox(email).at(-1)?.code ?? '';
    expect(await client.completeSignUp(code)).toMatchObject({ factors: [{ kind: 'email' }] });
  });

  it('says that sign-up began elsewhere, without a call', async () => {
    const { sent, fetch } = wire();
    const client = createClient({ baseUrl: world.apiUrl, fetch });
    expect(await refusal(client.completeSignUp('a-token'))).toMatchObject({ code: 'invalid_grant' });
    expect(sent).toEqual([]);
  });
});

describe('the session', () => {
  it('refreshes once for many calls before the JWT ends', async () => {
    const user = await enrolled(world);
    later(250);
    await Promise.all(Array.from({ length: 10 }, () => user.client.me()));
    expect(count(user, 'POST /v1/sessions/refresh')).toBe(1);
  });

  it('refreshes once after a 401, and repeats the call', async () => {
    const through = wire();
    const user = await enrolled(world, {}, through);
    const expired = await world.stytch.controls.mintLookAlike({ kind: 'expired', userId: user.userId });
    const client = createClient({
      baseUrl: world.apiUrl,
      tokenStore: user.store,
      sessionJwt: () => expired,
      fetch: through.fetch,
    });
    expect(await refusal(client.me())).toMatchObject({ code: 'invalid_token', status: 401 });
    expect(count(user, 'GET /v1/me')).toBe(2);

    let isSpoiled = false;
    const spoiling = createClient({
      baseUrl: world.apiUrl,
      tokenStore: user.store,
      fetch: (input, init) => {
        const headers = new Headers(init?.headers);
        if (input === `${world.apiUrl}/v1/me` && !isSpoiled) {
          isSpoiled = true;
          headers.set('authorization', `Bearer ${expired}`);
        }
        return through.fetch(input, { ...init, headers });
      },
    });
    const before = count(user, 'POST /v1/sessions/refresh');
    expect(await spoiling.me()).toMatchObject({ userId: user.userId });
    expect(count(user, 'POST /v1/sessions/refresh') - before).toBe(2);
  });

  it('ends with invalid_token when it is revoked, and forgets its token', async () => {
    const user = await enrolled(world);
    world.stytch.controls.revokeAllSessions(user.userId);
    later(250);
    expect(await refusal(user.client.me())).toMatchObject({ code: 'invalid_token' });
    expect([...user.store.keys()]).toEqual([]);
    expect(await refusal(user.client.me())).toMatchObject({ code: 'invalid_token' });
    expect(count(user, 'POST /v1/sessions/refresh')).toBe(1);
  });

  it('signs out here and at the API', async () => {
    const user = await enrolled(world);
    const token = user.store.get('sessionToken') ?? '';
    await user.client.signOut();
    expect([...user.store.keys()]).toEqual([]);
    const other = createClient({ baseUrl: world.apiUrl, tokenStore: new Map([['sessionToken', token]]) });
    expect(await refusal(other.me())).toMatchObject({ code: 'invalid_token' });
    await signIn(world, user.client, user.email);
    await user.client.revoke({ all: true });
  });

  it('welcomes the JWT of the app’s own Stytch SDK', async () => {
    const { userId } = await world.stytch.controls.seedUser({ email: `sdk.${randomUUID()}@example.com` });
    const factors = [{ type: 'magic_link', deliveryMethod: 'email' }];
    const { sessionJwt } = await world.stytch.controls.startSession({ userId, factors });
    const client = createClient({ baseUrl: world.apiUrl, sessionJwt: async () => sessionJwt });
    expect(await client.me()).toMatchObject({ userId });
  });
});

describe('U8 a step-up', () => {
  const asking = { scopes: ['accounts'] };
  const holder = async (
    options: { onStepUp?: (challenge: Challenge, user: User) => Promise<unknown> } = {},
    through = wire(),
  ): Promise<User> => {
    let user: User | undefined;
    const onStepUp = async (challenge: Challenge) =>
      user &&
      (options.onStepUp ?? (async (_, { client, code }) => client.stepUp({ factor: 'totp', code: code() })))(
        challenge,
        user,
      );
    user = await enrolled(world, { onStepUp }, through);
    await user.client.apply(account(user.email));
    await signInLater(world, user);
    return user;
  };

  it('is asked of the app once, and the call is sent again with the new JWT', async () => {
    const seen: Challenge[] = [];
    const user = await holder({
      onStepUp: async (challenge, { client, code }) => {
        seen.push(challenge);
        return client.stepUp({ factor: 'totp', code: code() });
      },
    });
    const answers = await Promise.all([user.client.exchangeToken(asking), user.client.exchangeToken(asking)]);
    expect(answers).toMatchObject([{ tokenType: 'Bearer' }, { tokenType: 'Bearer' }]);
    expect(seen).toEqual([
      {
        acrValues: ['urn:stytch-unit-bridge:acr:stytch-mfa'],
        maxAgeSeconds: 43_200,
        acceptableFactors: ['passkey', 'totp', 'sms'],
      },
    ]);
    expect(count(user, 'POST /v1/token')).toBe(4);
  });

  it('shows a second refusal instead of asking again', async () => {
    let asked = 0;
    const user = await holder({
      onStepUp: async () => {
        asked += 1;
      },
    });
    expect(await refusal(user.client.exchangeToken(asking))).toMatchObject({
      code: 'insufficient_user_authentication',
    });
    expect(asked).toBe(1);
  });

  it('passes on that the user gave up, and asks again the next time', async () => {
    const givenUp = new Error('the user closed the dialog');
    let asked = 0;
    const user = await holder({
      onStepUp: async (_, { client, code }) => {
        asked += 1;
        if (asked === 1) throw givenUp;
        return client.stepUp({ factor: 'totp', code: code() });
      },
    });
    await expect(user.client.exchangeToken(asking)).rejects.toBe(givenUp);
    expect(await user.client.exchangeToken(asking)).toMatchObject({ tokenType: 'Bearer' });
  });

  it.each([
    ['the header as AWS renames it', (_headers: Headers) => {}, true],
    [
      'the body alone',
      (headers: Headers) => {
        headers.delete('www-authenticate');
      },
      false,
    ],
  ])('U5 is understood from %s', async (_what, change, isRenamed) => {
    const user = await holder(
      {},
      wire((response) => withHeaders(response, change)),
    );
    world.gateway.renameAuthenticateHeader(isRenamed);
    expect(await user.client.exchangeToken(asking)).toMatchObject({ tokenType: 'Bearer' });
  });

  it('U5 is understood from the header alone', async () => {
    const body = () => '{"message":"hidden by a proxy"}';
    const through = wire((response) =>
      response.status === 401 ? new Response(body(), { status: 401, headers: response.headers }) : response,
    );
    const user = await holder({}, through);
    expect(await user.client.exchangeToken(asking)).toMatchObject({ tokenType: 'Bearer' });
  });

  it('is not asked for without a handler', async () => {
    const user = await enrolled(world);
    await signInLater(world, user);
    const refused = await refusal(user.client.apply(account(user.email)));
    expect(refused.challenge).toMatchObject({ maxAgeSeconds: 3600 });
    expect(refused.requestId).toMatch(/./);
  });
});

describe('customer tokens', () => {
  it('are kept for each request, whatever the order of its scopes, and renewed before they end', async () => {
    const user = await enrolled(world);
    await user.client.apply(account(user.email));
    const [first, second] = await Promise.all([
      user.client.customerToken({ scopes: ['accounts', 'cards'] }),
      user.client.customerToken({ scopes: ['cards', 'accounts'] }),
    ]);
    expect(second).toBe(first);
    expect(await user.client.customerToken({ scopes: ['cards', 'accounts'] })).toBe(first);
    await user.client.customerToken({ scopes: ['cards'] });
    expect(count(user, 'POST /v1/token')).toBe(2);
    later(first.expiresIn * 0.91);
    expect(await user.client.customerToken({ scopes: ['accounts', 'cards'] })).not.toBe(first);
  });

  it('are forgotten at sign-out, and a refusal is not kept', async () => {
    const user = await enrolled(world);
    const ask = () => user.client.customerToken({ scopes: ['accounts'] });
    expect(await refusal(ask())).toMatchObject({ code: 'no_customer' });
    await user.client.apply(account(user.email));
    await ask();
    await user.client.signOut();
    expect(await refusal(ask())).toMatchObject({ code: 'invalid_token' });
  });
});

describe('an application', () => {
  const keys = ({ wire: { sent, headers } }: User): readonly (string | null)[] =>
    headers.filter((_, i) => sent[i] === 'POST /v1/applications').map((one) => one.get('idempotency-key'));

  it('INV3 is sent again with the same key after a lost answer: one application', async () => {
    let isLost = false;
    const through = wire((response, path) => {
      if (path !== '/v1/applications' || isLost) return response;
      isLost = true;
      throw new TypeError('fetch failed');
    });
    const user = await enrolled(world, {}, through);
    const body = account(user.email);
    await expect(user.client.apply(body)).rejects.toThrow('fetch failed');
    expect(await user.client.apply({ ...body })).toMatchObject({ status: 'Approved' });
    expect(new Set(keys(user)).size).toBe(1);
  });

  it('gets a new key after a refusal, and names the field at fault', async () => {
    const user = await enrolled(world);
    const wrong = { ...account(user.email), address: { ...account(user.email).address, state: 'Idaho' } };
    const refused = await refusal(user.client.apply(wrong));
    expect(refused.fieldErrors).toEqual([{ pointer: '/address/state', reason: 'Has the wrong form.' }]);
    await refusal(user.client.apply(wrong));
    expect(new Set(keys(user)).size).toBe(2);
  });

  it('D2 that Unit does not answer in time is waited for as long as Retry-After says', async () => {
    const pauses: string[] = [];
    const through = wire((response, path) =>
      withHeaders(response, (headers) => {
        const pause = headers.get('retry-after');
        if (!path.startsWith('/v1/applications') || pause === null) return;
        pauses.push(pause);
        headers.set('retry-after', '1');
      }),
    );
    const user = await enrolled(world, {}, through);
    world.unit.controls.arm({ method: 'POST', path: '/applications', times: 1, fault: { kind: 'cut' } });
    const submitted = await user.client.apply(account(user.email));
    expect(submitted).toMatchObject({ status: 'Submitting', retryAfterSeconds: 1 });
    const seen: string[] = [];
    const startedAt = performance.now();
    const settled = await user.client.waitForApplication(submitted, {
      onStatus: ({ status }) => seen.push(status),
    });
    expect(settled).toMatchObject({ status: 'Approved' });
    expect(performance.now() - startedAt).toBeGreaterThan(990);
    expect([pauses, seen.at(-1)]).toEqual([['30'], 'Approved']);
  }, 40_000);
});

describe('abort signals', () => {
  it('end a call, a wait and a shared refresh, each for its own caller alone', async () => {
    const user = await enrolled(world);
    const stop = new AbortController();
    const reason = new Error('left the page');
    stop.abort(reason);
    await expect(user.client.me({ signal: stop.signal })).rejects.toBe(reason);
    const waiting = user.client.waitForApplication(
      { applicationId: 'A', retryAfterSeconds: 30 },
      { signal: stop.signal },
    );
    await expect(waiting).rejects.toBe(reason);
    later(250);
    const outcomes = await Promise.allSettled([user.client.me({ signal: stop.signal }), user.client.me()]);
    expect(outcomes).toMatchObject([{ status: 'rejected', reason }, { status: 'fulfilled' }]);
    expect(count(user, 'POST /v1/sessions/refresh')).toBe(1);
  });
});

describe('answers that are no problem of ours', () => {
  it.each([
    [404, '{"message":"Not Found"}', 'not_found'],
    [429, '{"message":"Too Many Requests"}', 'rate_limited'],
    [503, '<html>', 'temporarily_unavailable'],
    [502, '', 'server_error'],
  ])('P5 %d %s becomes %s', async (status, body, code) => {
    const client = createClient({
      baseUrl: world.apiUrl,
      sessionJwt: () => 'jwt',
      fetch: async () => new Response(body, { status, headers: { 'retry-after': '7' } }),
    });
    expect(await refusal(client.me())).toMatchObject({ status, code, retryAfterSeconds: 7 });
  });
});
