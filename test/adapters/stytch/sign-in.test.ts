import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { AuthenticationProvider } from '../../../functions/core/ports.ts';
import { codeOf } from '../../support/adapters-errors.ts';
import {
  CALLBACK,
  CODE_CHALLENGE,
  CODE_VERIFIER,
  EMAIL,
  type StytchBench,
  sdkAdapter,
  signedIn,
  startStytch,
} from '../../support/adapters-stytch.ts';

const SEND_LINK = '/v1/magic_links/email/login_or_create';
const SEND_CODE = '/v1/otps/email/login_or_create';

let stytch: StytchBench;
let provider: AuthenticationProvider;
const signal = AbortSignal.timeout(60_000);

beforeAll(async () => {
  stytch = await startStytch();
  ({ provider } = sdkAdapter(stytch.project));
});
afterAll(() => stytch.close());
beforeEach(() => {
  stytch.controls.reset();
  stytch.controls.setSwitches({ rateLimit: 'off' });
});

const sendLink = (email = EMAIL) =>
  provider.sendMagicLink({ email, redirectUrl: CALLBACK, codeChallenge: CODE_CHALLENGE }, signal);

const lastToken = (email = EMAIL): string => stytch.controls.inbox(email).at(-1)?.token ?? '';
const lastCode = (email = EMAIL): string => stytch.controls.outbox(email).at(-1)?.code ?? '';
const wrong = (code: string): string => (code === '000000' ? '000001' : '000000');

const open = (changes: { token?: string; codeVerifier?: string } = {}) =>
  provider.authenticateMagicLink(
    { token: lastToken(), codeVerifier: CODE_VERIFIER, durationMinutes: 60, ...changes },
    signal,
  );

const prove = (methodId: string, code: string) =>
  provider.authenticateOtp({ methodId, code, durationMinutes: 60 }, signal);

const ids = (address: string | undefined) => ({
  methodId: expect.stringMatching(/^email-test-[0-9a-f-]{36}$/),
  stytchUserId: address ?? expect.stringMatching(/^user-test-[0-9a-f-]{36}$/),
});

const uses = [
  ['link', sendLink],
  ['code', (email = EMAIL) => provider.sendEmailOtp(email, signal)],
] as const;

describe.each(uses)('a sign-in %s', (kind, send) => {
  it('is mailed to known and unknown addresses alike', async () => {
    const { userId } = await stytch.controls.seedUser({ email: EMAIL });
    expect(await send()).toEqual({ note: 'sent', ...ids(userId) });
    expect(await send('new@customer.example')).toEqual({ note: 'sent', ...ids(undefined) });
    expect(stytch.controls.userByEmail('new@customer.example')).toMatchObject({ status: 'pending' });
  });

  it('A6.3.8 has ids of the same form for an address that Stytch refuses, and they open nothing', async () => {
    const path = kind === 'link' ? SEND_LINK : SEND_CODE;
    const fault = { kind: 'json', status: 400, body: inactive } as const;
    stytch.controls.faults.arm({ method: 'POST', path, times: 2, fault });
    const [one, two] = [await send(), await send(EMAIL.toUpperCase())];
    expect(one).toEqual({ note: 'inactive_email', ...ids(undefined) });
    // The same nobody each time, so that its row of failures fills like every other.
    expect(two).toEqual(one);
    expect(await prove(one.methodId, '123456')).toMatchObject({ isProved: false });
  });

  it('D5 is sent once and not again, even when Stytch fails or hangs up', async () => {
    const path = kind === 'link' ? SEND_LINK : SEND_CODE;
    const before = stytch.calls(path);
    stytch.controls.faults.arm({ method: 'POST', path, times: 1, fault: { kind: 'cut' } });
    expect(await codeOf(send())).toBe('upstream_unavailable');
    stytch.controls.faults.arm({ method: 'POST', path, times: 1, fault: { kind: 'status', status: 500 } });
    expect(await codeOf(send())).toBe('upstream_unavailable');
    expect(stytch.calls(path) - before).toBe(2);
  });

  it.each([EMAIL, 'new@customer.example'])('A6.5.5 works for ten minutes: %s', async (email) => {
    await stytch.controls.seedUser({ email: EMAIL });
    const after = async (seconds: number) => {
      const { methodId } = await send(email);
      stytch.controls.ageCodes({ to: email, seconds });
      return kind === 'link' ? open({ token: lastToken(email) }) : prove(methodId, lastCode(email));
    };
    expect(await after(590)).toMatchObject({ isProved: true });
    expect(await after(610)).toMatchObject({ isProved: false });
  });

  it('becomes a session of the asked length, once', async () => {
    const { methodId } = await send();
    const use = () => (kind === 'link' ? open() : prove(methodId, lastCode()));
    expect(await use()).toMatchObject({
      isProved: true,
      confirmed: {
        sessionJwt: expect.stringMatching(/^ey/),
        sessionToken: expect.stringMatching(/./),
        user: { isActive: true, isLocked: false, verifiedEmails: [EMAIL] },
        requestId: expect.stringMatching(/^request-id-/),
      },
    });
    const userId = stytch.controls.userByEmail(EMAIL)?.userId ?? '';
    const [session] = stytch.controls.sessions(userId);
    const length = Date.parse(String(session?.['expires_at'])) - Date.parse(String(session?.['started_at']));
    expect(Math.round(length / 60_000)).toBe(60);
    expect(await use()).toMatchObject({ isProved: false });
  });

  it('opens nothing for a user whom Stytch has locked', async () => {
    const { userId } = await stytch.controls.seedUser({ email: EMAIL });
    const { methodId } = await send();
    stytch.controls.lockUser(userId);
    const outcome = await (kind === 'link' ? open() : prove(methodId, lastCode()));
    expect(outcome).toMatchObject({ isProved: false });
  });
});

const inactive = {
  status_code: 400,
  request_id: 'request-id-test-1',
  error_type: 'inactive_email',
  error_message: 'x',
};

describe('a sign-in link', () => {
  it('is not proved by a token that nobody issued, or by another verifier', async () => {
    await sendLink();
    expect(await open({ token: 'never-issued' })).toEqual({
      isProved: false,
      reason: 'magic_link_not_found',
    });
    const stranger = 'x'.repeat(43);
    expect(await open({ codeVerifier: stranger })).toEqual({ isProved: false, reason: 'pkce_mismatch' });
  });

  it('is not proved when it was made without a challenge, as a link of somebody else is', async () => {
    await sdkAdapter(stytch.project).sdk.call(
      'magic_links.email.login_or_create',
      (client) => client.magicLinks.email.loginOrCreate({ email: EMAIL, login_magic_link_url: CALLBACK }),
      { timeoutMs: 2000, signal },
    );
    expect(await open()).toMatchObject({ isProved: false });
  });
});

describe('a sign-in code', () => {
  it('is not proved by another code, by the code of another address, or after a newer one was sent', async () => {
    const mine = await provider.sendEmailOtp(EMAIL, signal);
    const theirs = await provider.sendEmailOtp('eve@customer.example', signal);
    const code = lastCode();
    expect(await prove(mine.methodId, wrong(code))).toMatchObject({ isProved: false });
    expect(await prove(theirs.methodId, code)).toMatchObject({
      isProved: code === lastCode('eve@customer.example'),
    });
    await provider.sendEmailOtp(EMAIL, signal);
    expect(await prove(mine.methodId, code)).toMatchObject({ isProved: code === lastCode() });
  });

  it('D5 is tried once and not again when the connection is cut after the work', async () => {
    const { methodId } = await provider.sendEmailOtp(EMAIL, signal);
    const path = '/v1/otps/authenticate';
    const before = stytch.calls(path);
    stytch.controls.faults.arm({ method: 'POST', path, times: 1, fault: { kind: 'cut' } });
    expect(await codeOf(prove(methodId, lastCode()))).toBe('upstream_unavailable');
    expect(stytch.calls(path) - before).toBe(1);
  });

  it('joins the session of a JWT instead, and its end does not move', async () => {
    const user = await signedIn(stytch);
    const { methodId } = await provider.sendEmailOtp(EMAIL, signal);
    const end = () => stytch.controls.sessions(user.stytchUserId)[0]?.['expires_at'];
    const before = end();
    const { sessionJwt } = user;
    expect(await provider.authenticateOtp({ methodId, code: lastCode(), sessionJwt }, signal)).toMatchObject({
      isProved: true,
    });
    expect(stytch.controls.sessions(user.stytchUserId)).toHaveLength(1);
    expect(end()).toBe(before);
  });
});
