import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { AuthenticationProvider } from '../../../functions/core/ports.ts';
import type { UserFactor } from '../../../functions/core/session/session.ts';
import { SoftwareAuthenticator } from '../../../simulators/stytch/software-authenticator.ts';
import { codeOf } from '../../support/adapters-errors.ts';
import {
  EMAIL,
  NUMBER,
  ORIGIN,
  PASSKEY_DOMAIN,
  type SignedIn,
  type StytchBench,
  sdkAdapter,
  signedIn,
  startStytch,
} from '../../support/adapters-stytch.ts';

let stytch: StytchBench;
let provider: AuthenticationProvider;
let user: SignedIn;
const signal = AbortSignal.timeout(60_000);

beforeAll(async () => {
  stytch = await startStytch();
  ({ provider } = sdkAdapter(stytch.project));
});
afterAll(() => stytch.close());
beforeEach(async () => {
  stytch.controls.reset();
  stytch.controls.setSwitches({ rateLimit: 'off' });
  user = await signedIn(stytch);
});

const factorTypes = (): unknown =>
  stytch.controls.sessions(user.stytchUserId).map((session) => session['authentication_factors']);

const wrong = (code: string): string => (code === '000000' ? '000001' : '000000');

describe('a TOTP', () => {
  const enrol = () => provider.createTotp(user.stytchUserId, 10, signal);
  const code = () => stytch.controls.totpCode(user.stytchUserId);
  const prove = (given: string) => provider.authenticateTotp({ ...user, code: given }, signal);

  it('is enrolled with a secret, a picture and recovery codes, once', async () => {
    const totp = await enrol();
    expect(totp).toEqual({
      factorId: expect.stringMatching(/^totp-test-/),
      secret: expect.stringMatching(/^[A-Z2-7]{32}$/),
      qrCode: expect.stringMatching(/^data:image\/png;base64,/),
      recoveryCodes: expect.any(Array),
    });
    expect(totp.recoveryCodes).toHaveLength(10);
    expect(await codeOf(enrol())).toBe('conflict');
  });

  it('is added to the session that the JWT names, and its end does not move', async () => {
    await enrol();
    const end = () => stytch.controls.sessions(user.stytchUserId)[0]?.['expires_at'];
    const before = end();
    expect(await prove(code())).toMatchObject({
      isProved: true,
      confirmed: { user: { stytchUserId: user.stytchUserId } },
    });
    expect(factorTypes()).toMatchObject([[{ type: 'magic_link' }, { type: 'totp' }]]);
    expect(end()).toBe(before);
  });

  it('A6.5.1 takes a code once, and no wrong one', async () => {
    await enrol();
    const good = code();
    expect(await prove(good)).toMatchObject({ isProved: true });
    expect(await prove(good)).toEqual({ isProved: false, reason: 'totp_code_already_authenticated' });
    expect(await prove(wrong(good))).toMatchObject({ isProved: false });
  });

  it('is not proved by a recovery code, or after the time to confirm it', async () => {
    const { recoveryCodes } = await enrol();
    expect(await prove(recoveryCodes[0] ?? '')).toMatchObject({ isProved: false });
    const late = code();
    stytch.controls.ageTotp({ userId: user.stytchUserId, seconds: 3600 });
    expect(await prove(late)).toEqual({ isProved: false, reason: 'expired_totp' });
  });

  it('is told as not enrolled where the user has none', async () => {
    expect(await prove('123456')).toEqual({ isProved: false, reason: 'not_enrolled' });
  });

  it('ends in a lock after ten wrong codes, and then even the right one is refused', async () => {
    await enrol();
    const good = code();
    for (let i = 0; i < 10; i += 1) await prove(wrong(good));
    expect(await codeOf(prove(good))).toBe('user_locked');
  });

  it('asks for a new sign-in when the session was revoked', async () => {
    await enrol();
    stytch.controls.revokeAllSessions(user.stytchUserId);
    expect(await codeOf(prove(code()))).toBe('invalid_token');
  });

  it('D5 is tried once and not again when the connection is cut after the work', async () => {
    await enrol();
    const path = '/v1/totps/authenticate';
    const before = stytch.calls(path);
    stytch.controls.faults.arm({ method: 'POST', path, times: 1, fault: { kind: 'cut' } });
    expect(await codeOf(prove(code()))).toBe('upstream_unavailable');
    expect(stytch.calls(path) - before).toBe(1);
  });

  it('is replaced by a recovery code, which works once and not for a stranger to it', async () => {
    const { recoveryCodes } = await enrol();
    expect(await prove(code())).toMatchObject({ isProved: true });
    const recover = (recoveryCode: string) => provider.recoverTotp({ ...user, recoveryCode }, signal);
    const [good = ''] = recoveryCodes;
    expect(await recover('aaaa-bbbb-cccc')).toMatchObject({ isProved: false });
    expect(await recover('123456')).toEqual({ isProved: false, reason: 'totp_code_used_as_recovery_code' });
    expect(await recover(good)).toMatchObject({ isProved: true });
    expect(await recover(good)).toMatchObject({ isProved: false });
    expect(factorTypes()).toMatchObject([[{}, { type: 'totp' }, { type: 'recovery_codes' }]]);
  });
});

describe('a phone number', () => {
  const send = (phoneNumber = NUMBER) =>
    provider.sendSms({ stytchUserId: user.stytchUserId, phoneNumber }, signal);
  const lastCode = () => stytch.controls.outbox(NUMBER).at(-1)?.code ?? '';

  it('becomes one of this user, by a code that joins the session', async () => {
    const { methodId } = await send();
    expect(methodId).toMatch(/^phone-number-test-/);
    const { sessionJwt } = user;
    const proof = (code: string) => provider.authenticateOtp({ methodId, code, sessionJwt }, signal);
    expect(await proof(wrong(lastCode()))).toMatchObject({ isProved: false });
    expect(await proof(lastCode())).toMatchObject({ isProved: true });
    expect(factorTypes()).toMatchObject([[{ type: 'magic_link' }, { type: 'otp', delivery_method: 'sms' }]]);
  });

  it('A6.5.5 is proved by a code of ten minutes', async () => {
    const { methodId } = await send();
    stytch.controls.ageCodes({ to: NUMBER, seconds: 610 });
    const proof = { methodId, code: lastCode(), sessionJwt: user.sessionJwt };
    expect(await provider.authenticateOtp(proof, signal)).toMatchObject({ isProved: false });
  });

  it('is refused alike when it is of another user, of a country that is not served, or none', async () => {
    await stytch.controls.seedUser({ email: 'eve@customer.example', phoneNumber: NUMBER });
    expect(await codeOf(send())).toBe('factor_not_allowed');
    expect(await codeOf(send('+491701234567'))).toBe('factor_not_allowed');
    expect(await codeOf(send('+1555'))).toBe('factor_not_allowed');
    expect(stytch.controls.outbox()).toEqual([]);
  });

  it('waits for the one before it to be confirmed, or to lapse', async () => {
    await send();
    expect(await codeOf(send('+15555550199'))).toBe('conflict');
  });

  it('D5 is sent to once and not again when the connection is cut after the work', async () => {
    stytch.controls.faults.arm({
      method: 'POST',
      path: '/v1/otps/sms/send',
      times: 1,
      fault: { kind: 'cut' },
    });
    expect(await codeOf(send())).toBe('upstream_unavailable');
    expect(stytch.controls.outbox(NUMBER)).toHaveLength(1);
  });
});

describe('a passkey', () => {
  const authenticator = new SoftwareAuthenticator();
  const asJson = (text: string): Record<string, unknown> => ({ ...JSON.parse(text) });

  const register = async (origin = ORIGIN) => {
    const options = await provider.startPasskeyEnrolment(user.stytchUserId, signal);
    const credential = asJson(authenticator.create(JSON.stringify(options), origin));
    return provider.registerPasskey({ ...user, credential }, signal);
  };
  const prove = async (origin = ORIGIN) => {
    const options = await provider.startPasskeyProof(user.stytchUserId, signal);
    const credential = asJson(authenticator.get(JSON.stringify(options), origin));
    return provider.authenticatePasskey({ credential, sessionJwt: user.sessionJwt }, signal);
  };

  it('is enrolled for the domain of the stage, with options in the form that browsers take', async () => {
    const options = await provider.startPasskeyEnrolment(user.stytchUserId, signal);
    expect(options).toMatchObject({
      rp: { id: PASSKEY_DOMAIN },
      challenge: expect.stringMatching(/^[\w-]+$/),
    });
    expect(options).not.toHaveProperty('publicKey');
    expect(await register()).toMatchObject({ isProved: true });
    expect(factorTypes()).toMatchObject([[{ type: 'magic_link' }, { type: 'webauthn' }]]);
  });

  it('proves itself afterwards, and joins the session', async () => {
    await register();
    expect(await prove()).toMatchObject({
      isProved: true,
      confirmed: { user: { stytchUserId: user.stytchUserId } },
    });
  });

  it('is not proved from the page of another domain', async () => {
    expect(await register('https://phishing.example')).toMatchObject({ isProved: false });
    await register();
    expect(await prove('https://phishing.example')).toMatchObject({ isProved: false });
  });

  it('is a fault of the vendor when its options cannot be read', async () => {
    const path = '/v1/webauthn/register/start';
    const body = { status_code: 200, request_id: 'r', public_key_credential_creation_options: 'not JSON' };
    const fault = { kind: 'json', status: 200, body } as const;
    stytch.controls.faults.arm({ method: 'POST', path, times: 1, fault });
    expect(await codeOf(provider.startPasskeyEnrolment(user.stytchUserId, signal))).toBe(
      'upstream_unavailable',
    );
  });
});

describe('removing a factor', () => {
  it('takes it off by its id, and doing it again is no error', async () => {
    const { userId, totpId, phoneId, webauthnRegistrationId } = await stytch.controls.seedUser({
      email: 'bob@customer.example',
      phoneNumber: NUMBER,
      totp: true,
      passkeyDomain: PASSKEY_DOMAIN,
    });
    const factors: UserFactor[] = [
      { kind: 'totp', factorId: totpId ?? '', isVerified: true },
      { kind: 'sms', factorId: phoneId ?? '', isVerified: true },
      { kind: 'passkey', factorId: webauthnRegistrationId ?? '', isVerified: true },
    ];
    for (const factor of [...factors, ...factors]) await provider.deleteFactor(factor, signal);
    const { sdk } = sdkAdapter(stytch.project);
    const left = await sdk.call('users.get', (client) => client.users.get({ user_id: userId }), {
      timeoutMs: 1000,
      signal,
    });
    expect(left).toMatchObject({ answer: { totps: [], phone_numbers: [], webauthn_registrations: [] } });
    expect(stytch.controls.userByEmail(EMAIL)).toBeDefined();
  });

  it.each<UserFactor>([
    { kind: 'totp', factorId: '', isVerified: true },
    { kind: 'totp', factorId: null, isVerified: true },
    { kind: 'sms', factorId: '', isVerified: true },
    { kind: 'passkey', factorId: null, isVerified: true },
    { kind: 'email', factorId: 'email-test-1', isVerified: true },
    { kind: 'password', factorId: null, isVerified: true },
  ])('O1 sends nothing for a factor that no route removes: %j', async (factor) => {
    const before = stytch.controls.requests().length;
    await expect(provider.deleteFactor(factor, signal)).rejects.toBeDefined();
    expect(stytch.controls.requests()).toHaveLength(before);
  });
});
