import { beforeEach, describe, expect, it } from '@jest/globals';
import { Bench } from './bench.ts';

const EMAIL = 'ada@customer.example';
const GOOD = 'Quiet-river-7';
const NEW = 'Louder-river-8';

const bench = new Bench();
beforeEach(() => bench.restart());

const create = (password: string, extra: Record<string, unknown> = {}) =>
  bench.post('/v1/passwords', { email: EMAIL, password, ...extra });
const authenticate = (password: string, extra: Record<string, unknown> = {}) =>
  bench.post('/v1/passwords/authenticate', { email: EMAIL, password, ...extra });

describe('a password', () => {
  it('makes a user with an unproved address and opens a session with one factor', async () => {
    const created = await create(GOOD, { session_duration_minutes: 5 });
    expect(created.body).toMatchObject({
      user: { emails: [{ email: EMAIL, verified: false }], password: { requires_reset: false } },
      session: { authentication_factors: [{ type: 'password', delivery_method: 'knowledge' }] },
    });
    expect((await authenticate(GOOD)).status).toBe(200);
    expect((await create(GOOD)).errorType).toBe('duplicate_email');
  });

  it.each([
    ['short', 'weak_password'],
    ['alllowercaseletters', 'weak_password'],
    ['Password1!', 'breached_password'],
  ])('like %s is refused with %s', async (password, errorType) => {
    expect((await create(password)).errorType).toBe(errorType);
    const check = await bench.post('/v1/passwords/strength_check', { password });
    expect(check.body).toMatchObject({ valid_password: false, strength_policy: 'luds' });
  });

  it('is refused by cause: wrong, unknown address, none set', async () => {
    await create(GOOD);
    await bench.controls.seedUser({ email: 'bob@customer.example' });
    const wrong = await authenticate('not-it');
    const unknown = await authenticate(GOOD, { email: 'nobody@customer.example' });
    const none = await authenticate(GOOD, { email: 'bob@customer.example' });
    expect([wrong.status, wrong.errorType]).toEqual([401, 'unauthorized_credentials']);
    expect([unknown.status, unknown.errorType]).toEqual([404, 'email_not_found']);
    expect(none.errorType).toBe('no_user_password');
  });

  it('set before the owner of the address came must be reset, and its sessions end', async () => {
    const stranger = await create(GOOD, { session_duration_minutes: 60 });
    const owner = await bench.signIn(EMAIL);
    const old = await bench.post('/v1/sessions/authenticate', {
      session_token: stranger.text('session_token'),
    });
    expect(owner.body).toMatchObject({ reset_sessions: true, user: { password: { requires_reset: true } } });
    expect(old.errorType).toBe('session_not_found');
    expect((await authenticate(GOOD)).errorType).toBe('reset_password');
  });

  it('stays good when the address is proved from the session of the password', async () => {
    const created = await create(GOOD, { session_duration_minutes: 60 });
    const token = await bench.link(EMAIL);
    const proved = await bench.post('/v1/magic_links/authenticate', {
      token,
      session_token: created.text('session_token'),
    });
    expect(proved.body).toMatchObject({
      reset_sessions: false,
      session: { authentication_factors: [{ type: 'password' }, { type: 'magic_link' }] },
    });
    expect((await authenticate(GOOD)).status).toBe(200);
  });

  it('is replaced by mail: the link proves the address, works once, and ends all sessions', async () => {
    const before = await create(GOOD, { session_duration_minutes: 60 });
    await bench.post('/v1/passwords/email/reset/start', { email: EMAIL });
    const { token, url } = bench.lastMail(EMAIL);
    const hop = await bench.simulator.handle(new Request(url));
    expect(hop.headers.get('location')).toContain('stytch_token_type=reset_password');
    expect((await bench.post('/v1/magic_links/authenticate', { token })).errorType).toBe(
      'magic_link_not_found',
    );
    const reset = () => bench.post('/v1/passwords/email/reset', { token, password: NEW });
    expect((await reset()).body).toMatchObject({ user: { emails: [{ verified: true }] } });
    expect((await reset()).errorType).toBe('unable_to_auth_password_reset_token');
    const old = await bench.post('/v1/sessions/authenticate', {
      session_token: before.text('session_token'),
    });
    expect(old.errorType).toBe('session_not_found');
    expect([(await authenticate(GOOD)).status, (await authenticate(NEW)).status]).toEqual([401, 200]);
  });

  it('is replaced by giving the old one', async () => {
    await create(GOOD);
    const path = '/v1/passwords/existing_password/reset';
    const wrong = await bench.post(path, { email: EMAIL, existing_password: 'not-it', new_password: NEW });
    const right = await bench.post(path, { email: EMAIL, existing_password: GOOD, new_password: NEW });
    expect([wrong.errorType, right.status]).toEqual(['unauthorized_credentials', 200]);
    expect((await authenticate(NEW)).status).toBe(200);
  });

  it('is set from a session with a factor of the last five minutes, ending the others', async () => {
    const first = await bench.signIn(EMAIL);
    const second = await bench.signIn(EMAIL);
    const set = (session_token: string) =>
      bench.post('/v1/passwords/session/reset', { session_token, password: NEW });
    expect((await set(second.text('session_token'))).status).toBe(200);
    expect((await set(first.text('session_token'))).errorType).toBe('session_not_found');
    bench.controls.ageFactor({ userId: second.text('user_id'), seconds: 301 });
    bench.pass(301);
    expect((await set(second.text('session_token'))).errorType).toBe('session_too_old_to_reset_password');
  });
});
