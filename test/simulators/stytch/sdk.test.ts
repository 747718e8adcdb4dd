import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Client, RequestError, StytchError } from 'stytch';
import { type Listening, listen } from '../../../simulators/server.ts';
import { SoftwareAuthenticator } from '../../../simulators/stytch/software-authenticator.ts';
import { totpCode, totpStep } from '../../../simulators/stytch/totp-codes.ts';
import { Bench, CALLBACK, PROJECT_ID, SECRET } from './bench.ts';

const bench = new Bench();
const EMAIL = 'ada@customer.example';
const NUMBER = '+15555550100';
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
let server: Listening;
let client: Client;

beforeAll(async () => {
  // The SDK warns of every base URL that is not Stytch's own.
  jest.spyOn(console, 'warn').mockImplementation(() => {});
  server = await listen(bench.simulator.handle, 0);
  client = new Client({ project_id: PROJECT_ID, secret: SECRET, env: `${server.url}/` });
});
afterAll(() => server.close());
beforeEach(() => {
  bench.restart();
  // The SDK checks JWTs against the real clock, so this project runs on it too.
  bench.now = Date.now();
  bench.controls.setSwitches({ rateLimit: 'off' });
});

/** The error type that a call of the SDK fails with. */
async function failure(call: Promise<unknown>): Promise<string | undefined> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof StytchError
    ? `${error.status_code} ${error.error_type}`
    : `no Stytch error: ${String(error)}`;
}

async function signedIn(email = EMAIL): Promise<{ token: string; jwt: string; userId: string }> {
  await client.magicLinks.email.loginOrCreate({ email, login_magic_link_url: CALLBACK });
  const answer = await client.magicLinks.authenticate({
    token: bench.lastMail(email).token,
    session_duration_minutes: 60,
  });
  return { token: answer.session_token, jwt: answer.session_jwt, userId: answer.user_id };
}

describe('the official Stytch SDK, unmodified', () => {
  it('signs in by magic link, enrols a TOTP and steps up', async () => {
    const first = await signedIn();
    const totp = await client.totps.create({ user_id: first.userId });
    const answer = await client.totps.authenticate({
      user_id: first.userId,
      totp_code: totpCode(totp.secret, totpStep(bench.now)),
      session_jwt: first.jwt,
    });
    expect(answer.session?.authentication_factors.map(({ type }) => type)).toEqual(['magic_link', 'totp']);
    expect((await client.users.get({ user_id: first.userId })).totps).toEqual([
      { totp_id: totp.totp_id, verified: true },
    ]);
  });

  it('verifies a session JWT locally against the JWKS, and remotely', async () => {
    const first = await signedIn();
    const local = await client.sessions.authenticateJwtLocal({ session_jwt: first.jwt });
    const remote = await client.sessions.authenticateJwt({
      session_jwt: first.jwt,
      max_token_age_seconds: 0,
    });
    expect(local.user_id).toBe(first.userId);
    expect(remote.session.session_id).toBe(local.session_id);
    expect(bench.controls.jwksFetches()).toBe(1);
  });

  it('lists and revokes sessions, after which only the local check still passes', async () => {
    const first = await signedIn();
    expect((await client.sessions.get({ user_id: first.userId })).sessions).toHaveLength(1);
    await client.sessions.revoke({ session_token: first.token });
    expect(await failure(client.sessions.authenticate({ session_jwt: first.jwt }))).toBe(
      '404 session_not_found',
    );
    expect((await client.sessions.authenticateJwtLocal({ session_jwt: first.jwt })).user_id).toBe(
      first.userId,
    );
  });

  it('sends magic links of every kind', async () => {
    const { email } = client.magicLinks;
    await email.loginOrCreate({ email: EMAIL, create_user_as_pending: true, signup_expiration_minutes: 5 });
    const sent = await email.send({
      email: EMAIL,
      login_magic_link_url: CALLBACK,
      code_challenge: CHALLENGE,
    });
    const invited = await email.invite({ email: 'bob@customer.example', name: { first_name: 'Bob' } });
    await email.revokeInvite({ email: 'bob@customer.example' });
    const embedded = await client.magicLinks.create({ user_id: sent.user_id, expiration_minutes: 5 });
    const answer = await client.magicLinks.authenticate({
      token: embedded.token,
      session_duration_minutes: 5,
    });
    const proved = await client.magicLinks.authenticate({
      token: bench.lastMail(EMAIL).token,
      code_verifier: VERIFIER,
      attributes: { ip_address: '198.51.100.7' },
      session_jwt: answer.session_jwt,
    });
    expect(invited.email_id).toMatch(/^email-test-/);
    expect(proved.session?.authentication_factors.map((factor) => factor.delivery_method)).toEqual([
      'embedded',
      'email',
    ]);
  });

  it('sends and proves passcodes by every channel', async () => {
    const { sms, whatsapp, email } = client.otps;
    const first = await email.loginOrCreate({ email: EMAIL, expiration_minutes: 10 });
    await email.send({ email: EMAIL });
    const byMail = await client.otps.authenticate({
      method_id: first.email_id,
      code: bench.lastCode(EMAIL).code,
      session_duration_minutes: 60,
    });
    await sms.send({ phone_number: NUMBER, session_token: byMail.session_token });
    const byText = await client.otps.authenticate({
      method_id: bench.lastCode(NUMBER).methodId,
      code: bench.lastCode(NUMBER).code,
      session_token: byMail.session_token,
    });
    const known = await sms.loginOrCreate({ phone_number: NUMBER });
    const other = await whatsapp.loginOrCreate({ phone_number: '+15555550101', locale: 'en' });
    await whatsapp.send({ phone_number: '+15555550101' });
    expect(byText.session?.authentication_factors.map((factor) => factor.delivery_method)).toEqual([
      'email',
      'sms',
    ]);
    expect([known.user_created, other.user_created]).toEqual([false, true]);
  });

  it('recovers by a recovery code', async () => {
    const first = await signedIn();
    const totp = await client.totps.create({ user_id: first.userId, expiration_minutes: 5 });
    const totp_code = totpCode(totp.secret, totpStep(bench.now));
    await client.totps.authenticate({ user_id: first.userId, totp_code });
    const [recovery_code = ''] = totp.recovery_codes;
    const answer = await client.totps.recover({
      user_id: first.userId,
      recovery_code,
      session_token: first.token,
    });
    const left = await client.totps.recoveryCodes({ user_id: first.userId });
    expect(answer.session?.authentication_factors[1]?.type).toBe('recovery_codes');
    expect(left.totps[0]?.recovery_codes).toEqual(totp.recovery_codes.slice(1));
  });

  it('enrols and uses a passkey', async () => {
    const first = await signedIn();
    const passkey = new SoftwareAuthenticator();
    const { userId: user_id } = first;
    const domain = 'bank.example';
    const start = await client.webauthn.registerStart({
      user_id,
      domain,
      return_passkey_credential_options: true,
    });
    const made = passkey.create(start.public_key_credential_creation_options, 'https://bank.example');
    const { webauthn_registration_id } = await client.webauthn.register({
      user_id,
      public_key_credential: made,
    });
    const request = await client.webauthn.authenticateStart({
      user_id,
      domain,
      use_base64_url_encoding: true,
    });
    const signed = passkey.get(request.public_key_credential_request_options, 'https://bank.example');
    const answer = await client.webauthn.authenticate({
      public_key_credential: signed,
      session_token: first.token,
    });
    await client.webauthn.update({ webauthn_registration_id, name: 'Phone' });
    const listed = await client.webauthn.listCredentials({ user_id, domain });
    expect(answer.session?.authentication_factors[1]?.webauthn_factor?.domain).toBe(domain);
    expect(listed.credentials[0]?.webauthn_registration_id).toBe(webauthn_registration_id);
  });

  it('sets, proves and replaces a password', async () => {
    const { passwords } = client;
    const created = await passwords.create({
      email: EMAIL,
      password: 'Quiet-river-7',
      session_duration_minutes: 5,
    });
    await passwords.authenticate({ email: EMAIL, password: 'Quiet-river-7' });
    expect((await passwords.strengthCheck({ password: 'weak' })).valid_password).toBe(false);
    await passwords.sessions.reset({ password: 'Quiet-river-8', session_token: created.session_token });
    await passwords.existingPassword.reset({
      email: EMAIL,
      existing_password: 'Quiet-river-8',
      new_password: 'Quiet-river-9',
    });
    await passwords.email.resetStart({ email: EMAIL, reset_password_redirect_url: CALLBACK });
    const answer = await passwords.email.reset({
      token: bench.lastMail(EMAIL).token,
      password: 'Quiet-river-0',
    });
    expect(answer.user.emails).toMatchObject([{ email: EMAIL, verified: true }]);
    expect(await failure(passwords.authenticate({ email: EMAIL, password: 'wrong' }))).toBe(
      '401 unauthorized_credentials',
    );
  });

  it('manages users', async () => {
    const { users } = client;
    const { user_id } = await users.create({
      email: EMAIL,
      external_id: 'cust-42',
      trusted_metadata: { tier: 1 },
    });
    await users.update({ user_id, name: { first_name: 'Ada' }, trusted_metadata: { tier: 2 } });
    const exchanged = await users.exchangePrimaryFactor({ user_id, phone_number: NUMBER });
    const [phone] = exchanged.user.phone_numbers;
    const found = await users.search({
      query: { operator: 'AND', operands: [{ filter_name: 'phone_number', filter_value: [NUMBER] }] },
    });
    expect(found.results).toMatchObject([
      { user_id, trusted_metadata: { tier: 2 }, name: { first_name: 'Ada' } },
    ]);
    await users.create({ email: 'bob@customer.example' });
    const pages: number[] = [];
    for await (const page of users.searchAll({ limit: 1 })) pages.push(page.length);
    expect(pages).toEqual([1, 1]);
    await users.deletePhoneNumber({ phone_id: phone?.phone_id ?? '' });
    await users.deleteExternalId({ user_id });
    expect(await failure(users.get({ user_id: 'cust-42' }))).toBe('404 user_not_found');
    await users.delete({ user_id });
    expect(await failure(users.get({ user_id }))).toBe('404 user_not_found');
  });

  it('takes factors off by their ids', async () => {
    const { users } = client;
    const seeded = await bench.controls.seedUser({
      email: EMAIL,
      totp: true,
      passkeyDomain: 'bank.example',
      password: 'Quiet-river-7',
    });
    await users.deleteTOTP({ totp_id: seeded.totpId ?? '' });
    await users.deleteWebAuthnRegistration({ webauthn_registration_id: seeded.webauthnRegistrationId ?? '' });
    await users.deletePassword({ password_id: seeded.passwordId ?? '' });
    const { user } = await users.deleteEmail({ email_id: seeded.emailId ?? '' });
    expect(user).toMatchObject({ emails: [], totps: [], webauthn_registrations: [] });
    expect(await failure(users.deleteOAuthRegistration({ oauth_user_registration_id: 'none' }))).toBe(
      '404 oauth_user_registration_not_found',
    );
  });

  it('reads the keys, says who it is, and impersonates', async () => {
    const first = await signedIn();
    expect((await client.sessions.getJWKS({ project_id: PROJECT_ID })).keys[0]?.kid).toMatch(/^jwk-test-/);
    expect((await client.debug.whoami()).project_id).toBe(PROJECT_ID);
    const answer = await client.impersonation.authenticate({
      impersonation_token: bench.controls.impersonationToken(first.userId),
    });
    expect(answer.session?.authentication_factors[0]?.impersonated_factor?.impersonator_id).toBeDefined();
    const oauth = await client.oauth.authenticate({ token: 'hdPVZHHX0UoRa7hJTuuPHi1vlddffSnoweRbVFf5-H8g' });
    expect(oauth.user_id).toMatch(/^user-test-/);
  });

  it('fails with a request error when the connection is cut after the work', async () => {
    await client.magicLinks.email.loginOrCreate({ email: EMAIL });
    const { token } = bench.lastMail(EMAIL);
    const path = '/v1/magic_links/authenticate';
    bench.controls.faults.arm({ method: 'POST', path, times: 1, fault: { kind: 'cut' } });
    await expect(client.magicLinks.authenticate({ token })).rejects.toBeInstanceOf(RequestError);
    expect(await failure(client.magicLinks.authenticate({ token }))).toBe('401 unable_to_auth_magic_link');
  });

  it('gets the error types and statuses of Stytch', async () => {
    expect(await failure(client.magicLinks.authenticate({ token: 'never-issued' }))).toBe(
      '404 magic_link_not_found',
    );
    const stranger = new Client({
      project_id: PROJECT_ID,
      secret: 'secret-test-wrong',
      env: `${server.url}/`,
    });
    expect(await failure(stranger.users.search({}))).toBe('401 unauthorized_credentials');
  });
});
