import { beforeEach, describe, expect, it } from '@jest/globals';
import { Bench, CALLBACK } from './bench.ts';

const EMAIL = 'ada@customer.example';
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
const AUTHENTICATE = '/v1/magic_links/authenticate';
const LOGIN_OR_CREATE = '/v1/magic_links/email/login_or_create';
const SEND = '/v1/magic_links/email/send';

const bench = new Bench();
beforeEach(() => bench.restart());

describe('sending a magic link', () => {
  it('creates the user on the first call and finds it on the next', async () => {
    const first = await bench.post(LOGIN_OR_CREATE, { email: EMAIL });
    bench.pass(1);
    const second = await bench.post(LOGIN_OR_CREATE, { email: 'ADA@customer.example' });
    expect(first.body).toMatchObject({ status_code: 200, user_created: true });
    expect(first.text('request_id')).toMatch(/^request-id-test-/);
    expect(first.text('user_id')).toMatch(/^user-test-[0-9a-f-]{36}$/);
    expect(first.text('email_id')).toMatch(/^email-test-[0-9a-f-]{36}$/);
    expect(second.body).toMatchObject({
      user_created: false,
      user_id: first.text('user_id'),
      email_id: first.text('email_id'),
    });
  });

  it('has an active user before anyone clicked, unless asked for a pending one', async () => {
    await bench.post(LOGIN_OR_CREATE, { email: EMAIL });
    await bench.post(LOGIN_OR_CREATE, { email: 'new@customer.example', create_user_as_pending: true });
    expect(bench.controls.userByEmail(EMAIL)).toMatchObject({ status: 'active' });
    expect(bench.controls.userByEmail('new@customer.example')).toMatchObject({ status: 'pending' });
  });

  it('mails a sign-up link to a new user and a login link to a known one', async () => {
    await bench.signIn(EMAIL);
    await bench.link(EMAIL);
    expect(bench.controls.inbox(EMAIL).map(({ kind }) => kind)).toEqual(['signup', 'login']);
  });

  it('refuses a redirect URL that is not registered letter for letter', async () => {
    const slash = await bench.post(LOGIN_OR_CREATE, { email: EMAIL, login_magic_link_url: `${CALLBACK}/` });
    const other = await bench.post(LOGIN_OR_CREATE, {
      email: EMAIL,
      signup_magic_link_url: 'https://evil.example/',
    });
    expect(slash.errorType).toBe('no_match_for_provided_magic_link_url');
    expect(other.errorType).toBe('no_match_for_provided_magic_link_url');
    expect(bench.controls.users()).toEqual([]);
  });

  it('shares one mail a second per address among its calls, aligned to the clock', async () => {
    bench.pass(0.9);
    await bench.post(LOGIN_OR_CREATE, { email: EMAIL });
    const second = await bench.post(SEND, { email: EMAIL });
    const otherAddress = await bench.post(LOGIN_OR_CREATE, { email: 'bob@customer.example' });
    bench.pass(0.1);
    const nextSecond = await bench.post(SEND, { email: EMAIL });
    expect([second.status, second.errorType]).toEqual([429, 'too_many_requests']);
    expect(second.headers.get('retry-after')).toBeNull();
    expect([otherAddress.status, nextSecond.status]).toEqual([200, 200]);
  });

  it('names the wait only when the switch says so, and limits nothing when it is off', async () => {
    bench.controls.setSwitches({ rateLimit: 'on_with_retry_after' });
    await bench.post(LOGIN_OR_CREATE, { email: EMAIL });
    expect((await bench.post(SEND, { email: EMAIL })).headers.get('retry-after')).toBe('1');
    bench.controls.setSwitches({ rateLimit: 'off' });
    expect((await bench.post(SEND, { email: EMAIL })).status).toBe(200);
  });

  it('answers send to an unknown address with 404 email_not_found', async () => {
    const answer = await bench.post(SEND, { email: EMAIL });
    expect([answer.status, answer.errorType]).toEqual([404, 'email_not_found']);
  });

  it.each([
    [{ email: 'not an address' }, 'invalid_email'],
    [{ email: EMAIL, login_expiration_minutes: 4 }, 'invalid_expiration'],
    [{ email: EMAIL, signup_expiration_minutes: 10_081 }, 'invalid_expiration'],
    [{ email: EMAIL, code_challenge: 'short' }, 'invalid_pkce_code_challenge'],
    [{ email: EMAIL, locale: 'de' }, 'invalid_locale'],
    [{ email: EMAIL, login_magic_link: CALLBACK }, 'bad_request'],
  ])('refuses %j with %s', async (body, errorType) => {
    const answer = await bench.post(LOGIN_OR_CREATE, body);
    expect([answer.status, answer.errorType]).toEqual([400, errorType]);
  });
});

describe('the hop behind a mailed link', () => {
  it('redirects to the registered URL with the token and its type', async () => {
    await bench.link(EMAIL);
    const mail = bench.lastMail(EMAIL);
    const response = await bench.simulator.handle(new Request(mail.url));
    const target = new URL(response.headers.get('location') ?? '');
    expect(response.status).toBe(302);
    expect(target.origin + target.pathname).toBe(CALLBACK);
    expect(Object.fromEntries(target.searchParams)).toEqual({
      stytch_token_type: 'magic_links',
      token: mail.token,
    });
  });

  it('gives nothing to a scanner that only asks for the head, and 404 to an unknown token', async () => {
    await bench.link(EMAIL);
    const head = await bench.simulator.handle(new Request(bench.lastMail(EMAIL).url, { method: 'HEAD' }));
    const unknown = await bench.simulator.handle(
      new Request('http://stytch.simulator/v1/magic_links/redirect?token=nothing'),
    );
    expect([head.status, head.headers.get('location')]).toEqual([200, null]);
    expect(unknown.status).toBe(404);
  });
});

describe('authenticating a magic link', () => {
  it('verifies the address, activates the user and opens a session with one factor', async () => {
    const token = await bench.link(EMAIL, { create_user_as_pending: true });
    const answer = await bench.post(AUTHENTICATE, { token, session_duration_minutes: 30 });
    expect(answer.body).toMatchObject({
      reset_sessions: false,
      user: { status: 'active', is_locked: false, emails: [{ email: EMAIL, verified: true }] },
      session: {
        started_at: '2030-01-01T10:00:00Z',
        last_accessed_at: '2030-01-01T10:00:00Z',
        expires_at: '2030-01-01T10:30:00Z',
        attributes: { ip_address: '', user_agent: '' },
        roles: ['stytch_user'],
        authentication_factors: [
          {
            type: 'magic_link',
            delivery_method: 'email',
            last_authenticated_at: '2030-01-01T10:00:00Z',
            email_factor: { email_id: answer.text('method_id'), email_address: EMAIL },
          },
        ],
      },
    });
    expect(answer.text('session', 'user_id')).toBe(answer.text('user_id'));
  });

  it('gives a null session and empty tokens when no duration is sent', async () => {
    const answer = await bench.post(AUTHENTICATE, { token: await bench.link(EMAIL) });
    expect(answer.body).toMatchObject({
      status_code: 200,
      session: null,
      session_token: '',
      session_jwt: '',
    });
  });

  it('takes a token once, in time, and only one it made', async () => {
    const token = await bench.link(EMAIL, { signup_expiration_minutes: 5 });
    await bench.post(AUTHENTICATE, { token });
    const again = await bench.post(AUTHENTICATE, { token });
    bench.pass(1);
    const late = await bench.link(EMAIL, { login_expiration_minutes: 5 });
    bench.pass(300);
    const expired = await bench.post(AUTHENTICATE, { token: late });
    const unknown = await bench.post(AUTHENTICATE, { token: 'never-issued' });
    expect([again.status, again.errorType]).toEqual([401, 'unable_to_auth_magic_link']);
    expect([expired.status, expired.errorType]).toEqual([401, 'unable_to_auth_magic_link']);
    expect([unknown.status, unknown.errorType]).toEqual([404, 'magic_link_not_found']);
  });

  it('proves the PKCE verifier of RFC 7636 and refuses a missing, wrong or unexpected one', async () => {
    const token = await bench.link(EMAIL, { code_challenge: CHALLENGE });
    const missing = await bench.post(AUTHENTICATE, { token });
    const wrong = await bench.post(AUTHENTICATE, { token, code_verifier: VERIFIER.replace('d', 'e') });
    const right = await bench.post(AUTHENTICATE, { token, code_verifier: VERIFIER });
    bench.pass(1);
    const plain = await bench.link(EMAIL);
    const unexpected = await bench.post(AUTHENTICATE, { token: plain, code_verifier: VERIFIER });
    expect(missing.errorType).toBe('pkce_expected_code_verifier');
    expect(wrong.errorType).toBe('pkce_mismatch');
    expect(right.status).toBe(200);
    expect(unexpected.errorType).toBe('pkce_did_not_expect_code_verifier');
  });

  it('matches the address and agent of sending and clicking when the options ask for it', async () => {
    const attributes = { ip_address: '198.51.100.7', user_agent: 'Firefox' };
    const options = { ip_match_required: true, user_agent_match_required: true };
    const token = await bench.link(EMAIL, { attributes });
    const other = { ip_address: '198.51.100.8', user_agent: 'Firefox' };
    const mismatch = await bench.post(AUTHENTICATE, { token, options, attributes: other });
    const match = await bench.post(AUTHENTICATE, { token, options, attributes, session_duration_minutes: 5 });
    bench.pass(1);
    const unsent = await bench.post(AUTHENTICATE, { token: await bench.link(EMAIL), options, attributes });
    expect([mismatch.status, mismatch.errorType]).toEqual([401, 'attribute_mismatch']);
    expect(match.body).toMatchObject({ status_code: 200, session: { attributes } });
    expect(unsent.errorType).toBe('attribute_mismatch');
  });
});

describe('attaching a second address', () => {
  it('keeps it when it is proved within five minutes', async () => {
    const signedIn = await bench.signIn(EMAIL);
    await bench.post(SEND, { email: 'two@customer.example', user_id: signedIn.text('user_id') });
    bench.pass(299);
    await bench.post(AUTHENTICATE, { token: bench.lastMail('two@customer.example').token });
    bench.pass(600);
    expect(bench.controls.userByEmail('two@customer.example')).toMatchObject({
      userId: signedIn.text('user_id'),
    });
  });

  it('drops it after five minutes, and its link with it', async () => {
    const signedIn = await bench.signIn(EMAIL);
    await bench.post(SEND, { email: 'two@customer.example', session_token: signedIn.text('session_token') });
    bench.pass(300);
    const late = await bench.post(AUTHENTICATE, { token: bench.lastMail('two@customer.example').token });
    expect(late.errorType).toBe('unable_to_auth_magic_link');
    expect(bench.controls.userByEmail('two@customer.example')).toBeUndefined();
    expect(bench.controls.userByEmail(EMAIL)).toMatchObject({ emails: [{ value: EMAIL }] });
  });

  it("refuses another user's address, and two ways of naming the user", async () => {
    const signedIn = await bench.signIn(EMAIL);
    await bench.signIn('bob@customer.example');
    const userId = signedIn.text('user_id');
    const taken = await bench.post(SEND, { email: 'bob@customer.example', user_id: userId });
    const both = await bench.post(SEND, {
      email: 'two@customer.example',
      user_id: userId,
      session_token: signedIn.text('session_token'),
    });
    expect(taken.errorType).toBe('duplicate_email');
    expect(both.errorType).toBe('too_many_user_selection_arguments');
  });
});

describe('invitations and embedded links', () => {
  it('makes a pending user by invitation, and forgets both when it is revoked', async () => {
    const invited = await bench.post('/v1/magic_links/email/invite', {
      email: EMAIL,
      name: { first_name: 'Ada' },
    });
    expect(invited.status).toBe(200);
    expect(bench.controls.userByEmail(EMAIL)).toMatchObject({ status: 'pending' });
    const { token } = bench.lastMail(EMAIL);
    await bench.post('/v1/magic_links/email/revoke_invite', { email: EMAIL });
    expect((await bench.post(AUTHENTICATE, { token })).errorType).toBe('magic_link_not_found');
    expect(bench.controls.users()).toEqual([]);
  });

  it('signs in by an embedded link with a factor that proves no address', async () => {
    await bench.link(EMAIL);
    const userId = bench.controls.userByEmail(EMAIL)?.userId;
    const made = await bench.post('/v1/magic_links', { user_id: userId });
    const token = made.text('token');
    const answer = await bench.post(AUTHENTICATE, { token, session_duration_minutes: 5 });
    expect(answer.body).toMatchObject({
      session: { authentication_factors: [{ type: 'magic_link', delivery_method: 'embedded' }] },
      user: { emails: [{ verified: false }] },
    });
  });
});
