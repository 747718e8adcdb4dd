import { describe, expect, it, jest } from '@jest/globals';
import { routes } from '../../functions/contract/routes.ts';
import { ServiceError } from '../../functions/core/errors.ts';
import type { Endpoint } from '../../functions/http/endpoint.ts';
import { serve } from '../../functions/http/serve.ts';
import { beginsSession, endsSession, keepsSession } from '../../functions/http/session-endpoints.ts';
import {
  BEARER,
  bodyOf,
  contextOf,
  type EventChanges,
  eventOf,
  runtimeOf,
} from '../support/adapters-http.ts';

const TOKEN = 'mZAYn5aLEqKUlZ_Ad9U_fWr38GaAQ1oFAhT8ds245v7Q=';
const COOKIE = `__Host-session=${TOKEN}`;
const CLEARED = '__Host-session=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Strict';
const origin = 'https://app.bank.example';

const session = () => ({
  sessionJwt: 'a.b.c',
  sessionExpiresAt: new Date(Date.now() + 3_600_900).toISOString(),
  factors: [],
});
const signedIn = { userId: 'user-test-1', sessionToken: TOKEN };
const proof = { method: 'email_magic_link', token: 't', codeVerifier: 'v'.repeat(43) };

const ended = jest.fn(async (_sessionToken: string, _signal: AbortSignal) => {});
const begins = () => beginsSession(routes.authenticate, async () => ({ ...session(), ...signedIn }), ended);
const kept = jest.fn(async (_sessionToken: string) => session());
const keeps = () => keepsSession(routes.refresh, kept);
const one = jest.fn(async (_sessionToken: string) => {});
const all = jest.fn(async () => {});
const ends = () => endsSession(routes.revoke, { one, all });

/** A JSON request to an endpoint of a stage with this transport. */
async function send(
  endpoint: Endpoint,
  transport: 'body' | 'cookie',
  body: unknown,
  { headers = {}, ...changes }: EventChanges = {},
) {
  jest.clearAllMocks();
  const { method, path } = endpoint.route;
  const answered = await serve(runtimeOf({ sessionTransport: () => transport }), endpoint)(
    eventOf({
      routeKey: `${method} ${path}`,
      headers: { 'content-type': 'application/json', origin, ...headers },
      body: JSON.stringify(body),
      ...changes,
    }),
    contextOf(),
  );
  const { statusCode: status, cookies, body: text } = answered;
  const parsed = text === undefined ? {} : bodyOf(answered);
  return { status, cookies, body: parsed, code: parsed['code'] };
}

/** The cookie that an answer sets, by its parts. */
const parts = (cookies: string[] | undefined): readonly string[] => (cookies?.[0] ?? '').split('; ');

describe('in a stage that keeps sessions in a cookie', () => {
  it('A3.3.1 a sign-in sets the cookie, and shows no token', async () => {
    const { status, cookies, body } = await send(begins(), 'cookie', proof);
    expect(status).toBe(200);
    expect(cookies).toHaveLength(1);
    expect(parts(cookies).toSorted()).toEqual(
      [COOKIE, 'HttpOnly', 'Max-Age=3600', 'Path=/', 'SameSite=Strict', 'Secure'].toSorted(),
    );
    expect(Object.keys(body).sort()).toEqual(['factors', 'sessionExpiresAt', 'sessionJwt', 'userId']);
    expect(JSON.stringify(body)).not.toContain(TOKEN);
  });

  it('a refresh reads the cookie and lets it live as long as the session', async () => {
    const { status, cookies, body } = await send(keeps(), 'cookie', {}, { cookies: ['a=b', COOKIE] });
    expect(status).toBe(200);
    expect(kept.mock.calls[0]?.[0]).toBe(TOKEN);
    expect(parts(cookies)).toEqual(expect.arrayContaining([COOKIE, 'Max-Age=3600']));
    expect(body).not.toHaveProperty('sessionToken');
  });

  it.each(['invalid_grant', 'invalid_token'] as const)(
    'a refresh that is told %s clears it',
    async (code) => {
      const endpoint = keepsSession(routes.refresh, () => Promise.reject(new ServiceError(code)));
      const refused = await send(endpoint, 'cookie', {}, { cookies: [COOKIE] });
      expect(refused).toMatchObject({ code, cookies: [CLEARED] });
    },
  );

  it.each(['user_locked', 'upstream_timeout', 'temporarily_unavailable'] as const)(
    'a refresh that is told %s leaves it',
    async (code) => {
      const endpoint = keepsSession(routes.refresh, () => Promise.reject(new ServiceError(code)));
      const refused = await send(endpoint, 'cookie', {}, { cookies: [COOKIE] });
      expect(refused).toMatchObject({ code });
      expect(refused.cookies).toBeUndefined();
    },
  );

  it('an end reads the cookie and clears it', async () => {
    const { status, cookies } = await send(ends(), 'cookie', {}, { cookies: [COOKIE] });
    expect([status, cookies]).toEqual([204, [CLEARED]]);
    expect(one.mock.calls[0]?.[0]).toBe(TOKEN);
  });

  it('the end of all needs a session JWT, whatever the cookie, and clears it', async () => {
    const refused = await send(ends(), 'cookie', { all: true }, { cookies: [COOKIE] });
    expect([refused.code, refused.cookies, all.mock.calls.length]).toEqual(['invalid_token', undefined, 0]);
    const ended = await send(ends(), 'cookie', { all: true }, { headers: { authorization: BEARER } });
    expect([ended.status, ended.cookies]).toEqual([204, [CLEARED]]);
    expect([all.mock.calls.length, one.mock.calls.length]).toEqual([1, 0]);
  });

  it('a session JWT that is over does not clear it: the cookie can buy another', async () => {
    const headers = { authorization: 'Bearer a.b.c' };
    const refused = await send(ends(), 'cookie', { all: true }, { cookies: [COOKIE], headers });
    expect([refused.code, refused.cookies]).toEqual(['invalid_token', undefined]);
  });

  for (const [what, endpoint] of [
    ['a refresh', keeps],
    ['an end', ends],
  ] as const) {
    it(`${what} takes no token from the body: the two ways never mix`, async () => {
      const refused = await send(endpoint(), 'cookie', { sessionToken: TOKEN }, { cookies: [COOKIE] });
      expect(refused).toMatchObject({ code: 'invalid_request', status: 400 });
      expect(refused.body['errors']).toEqual([
        { pointer: '/sessionToken', reason: 'This field is unknown.' },
      ]);
      expect([kept.mock.calls.length, one.mock.calls.length]).toEqual([0, 0]);
    });

    it.each([
      ['none', [], 'invalid_token'],
      ['two', [COOKIE, COOKIE], 'invalid_request'],
      ['two with other values', [COOKIE, '__Host-session=other'], 'invalid_request'],
      ['an empty one', ['__Host-session='], 'invalid_token'],
      ['one in quotes', [`__Host-session="${TOKEN}"`], 'invalid_token'],
      ['a JWT', ['__Host-session=eyJh.eyJz.c2ln'], 'invalid_token'],
      ['one that is too long', [`__Host-session=${'x'.repeat(513)}`], 'invalid_token'],
      ['one without the prefix', [`session=${TOKEN}`], 'invalid_token'],
      ['another prefix', [`__Secure-session=${TOKEN}`], 'invalid_token'],
      ['another case', [`__HOST-session=${TOKEN}`], 'invalid_token'],
      ['a no-break space before its name', [`\u00a0${COOKIE}`], 'invalid_token'],
      ['an em quad before its name', [`\u2001${COOKIE}`], 'invalid_token'],
      ['a tab before its name', [`\t${COOKIE}`], 'invalid_token'],
      ['a space behind its name', [`__Host-session =${TOKEN}`], 'invalid_token'],
      ['its name as a value', [`=${COOKIE}`], 'invalid_token'],
    ])(`${what} with %s is refused`, async (_what, cookies, code) => {
      const refused = await send(endpoint(), 'cookie', {}, { cookies });
      expect(refused.code).toBe(code);
      expect([kept.mock.calls.length, one.mock.calls.length]).toEqual([0, 0]);
    });
  }

  it('A7.2.4 a sign-in ends the session whose cookie it replaces, and does not fail over it', async () => {
    const older = 'bm90LXRoZS1uZXctb25l';
    await send(begins(), 'cookie', proof, { cookies: [`__Host-session=${older}`] });
    expect(ended).toHaveBeenCalledWith(older, expect.anything());
    ended.mockRejectedValueOnce(new ServiceError('upstream_timeout', { reason: 'deadline' }));
    const signedInAnyway = await send(begins(), 'cookie', proof, { cookies: [`__Host-session=${older}`] });
    expect([signedInAnyway.status, parts(signedInAnyway.cookies)[0]]).toEqual([200, COOKIE]);
    await send(begins(), 'cookie', proof);
    await send(begins(), 'body', proof, { cookies: [`__Host-session=${older}`] });
    expect(ended).not.toHaveBeenCalled();
  });

  it('a refresh that brought no cookie clears none: a sign-in may have set one meanwhile', async () => {
    const refused = await send(keeps(), 'cookie', {});
    expect([refused.code, refused.cookies]).toEqual(['invalid_token', undefined]);
  });

  it('a sign-out clears the cookie also where Stytch cannot be told', async () => {
    one.mockRejectedValueOnce(new ServiceError('upstream_timeout', { reason: 'deadline' }));
    const refused = await send(ends(), 'cookie', {}, { cookies: [COOKIE] });
    expect([refused.code, refused.cookies]).toEqual(['upstream_timeout', [CLEARED]]);
  });

  it('A4.1.1 a form cannot post either of them', async () => {
    for (const endpoint of [keeps(), ends()]) {
      const headers = { 'content-type': 'text/plain' };
      const refused = await send(endpoint, 'cookie', {}, { cookies: [COOKIE], headers });
      expect(refused.code).toBe('unsupported_media_type');
    }
  });

  it('a token that no cookie could hold is a fault of the vendor, and not told', async () => {
    const sessionToken = 'a; Domain=evil.example';
    const answer = async () => ({ ...session(), ...signedIn, sessionToken });
    const endpoint = beginsSession(routes.authenticate, answer, ended);
    const refused = await send(endpoint, 'cookie', proof);
    expect([refused.status, refused.cookies]).toEqual([502, undefined]);
    expect(JSON.stringify(refused.body)).not.toContain('evil');
  });

  it('a session that is over by our clock gets a cookie that is over', async () => {
    const sessionExpiresAt = new Date(Date.now() - 5000).toISOString();
    const endpoint = keepsSession(routes.refresh, async () => ({ ...session(), sessionExpiresAt }));
    expect(parts((await send(endpoint, 'cookie', {}, { cookies: [COOKIE] })).cookies)).toContain('Max-Age=0');
  });
});

describe('in a stage where the body brings the session', () => {
  it('a sign-in shows the token and sets no cookie', async () => {
    const { cookies, body } = await send(begins(), 'body', proof);
    expect([cookies, body['sessionToken']]).toEqual([undefined, TOKEN]);
  });

  it.each([
    ['a refresh', keeps, 200],
    ['an end', ends, 204],
  ] as const)(
    '%s takes the token of the body, whatever cookie comes, and sets none',
    async (_what, endpoint, ok) => {
      const cookies = ['__Host-session=another', '__Host-session=third'];
      const { status, cookies: set } = await send(endpoint(), 'body', { sessionToken: TOKEN }, { cookies });
      expect([status, set]).toEqual([ok, undefined]);
      expect([...kept.mock.calls, ...one.mock.calls].map(([token]) => token)).toEqual([TOKEN]);
    },
  );

  it.each([
    ['a refresh', keeps],
    ['an end', ends],
  ] as const)('%s needs the token in the body', async (_what, endpoint) => {
    const refused = await send(endpoint(), 'body', {}, { cookies: [COOKIE] });
    expect([refused.code, refused.cookies]).toEqual(['invalid_request', undefined]);
  });

  it('the end of all is for a session JWT', async () => {
    expect((await send(ends(), 'body', { all: true })).code).toBe('invalid_token');
    const headers = { authorization: BEARER };
    expect(await send(ends(), 'body', { all: true }, { headers })).toMatchObject({ status: 204 });
    expect(all).toHaveBeenCalledTimes(1);
  });
});
