import { beforeEach, describe, expect, it } from '@jest/globals';
import { SoftwareAuthenticator } from '../../../simulators/stytch/software-authenticator.ts';
import { type Answer, Bench } from './bench.ts';

const EMAIL = 'ada@customer.example';
const DOMAIN = 'bank.example';
const ORIGIN = 'https://app.bank.example';

const bench = new Bench();
let signedIn: Answer;
let authenticator: SoftwareAuthenticator;
beforeEach(async () => {
  bench.restart();
  signedIn = await bench.signIn(EMAIL);
  authenticator = new SoftwareAuthenticator();
});

async function registrationOptions(extra: Record<string, unknown> = {}): Promise<string> {
  const user_id = signedIn.text('user_id');
  const started = await bench.post('/v1/webauthn/register/start', { user_id, domain: DOMAIN, ...extra });
  return started.text('public_key_credential_creation_options');
}

function register(credential: string, extra: Record<string, unknown> = {}): Promise<Answer> {
  const user_id = signedIn.text('user_id');
  return bench.post('/v1/webauthn/register', { user_id, public_key_credential: credential, ...extra });
}

async function requestOptions(extra: Record<string, unknown> = {}): Promise<string> {
  const started = await bench.post('/v1/webauthn/authenticate/start', { domain: DOMAIN, ...extra });
  return started.text('public_key_credential_request_options');
}

function authenticate(credential: string, extra: Record<string, unknown> = {}): Promise<Answer> {
  return bench.post('/v1/webauthn/authenticate', { public_key_credential: credential, ...extra });
}

async function enrol(): Promise<string> {
  const answer = await register(authenticator.create(await registrationOptions(), ORIGIN));
  return answer.text('webauthn_registration_id');
}

describe('enrolling a passkey', () => {
  it.each([true, false])(
    'adds the factor to the session at once (base64url: %p)',
    async (use_base64_url_encoding) => {
      const options = await registrationOptions({
        use_base64_url_encoding,
        return_passkey_credential_options: true,
        authenticator_type: 'platform',
        user_agent: 'Firefox',
      });
      expect(JSON.parse(options)).toMatchObject({
        rp: { id: DOMAIN },
        attestation: 'none',
        authenticatorSelection: {
          authenticatorAttachment: 'platform',
          residentKey: 'required',
          userVerification: 'preferred',
        },
      });
      const session_token = signedIn.text('session_token');
      const answer = await register(authenticator.create(options, ORIGIN), { session_token });
      const webauthn_registration_id = answer.text('webauthn_registration_id');
      expect(webauthn_registration_id).toMatch(/^webauthn-registration-test-/);
      expect(answer.body).toMatchObject({
        user: { webauthn_registrations: [{ webauthn_registration_id, domain: DOMAIN, verified: true }] },
        session: {
          authentication_factors: [
            { type: 'magic_link' },
            {
              type: 'webauthn',
              delivery_method: 'webauthn_registration',
              webauthn_factor: { webauthn_registration_id, domain: DOMAIN, user_agent: 'Firefox' },
            },
          ],
        },
      });
    },
  );

  it.each([
    ['another site', 'https://evil.example'],
    ['a look-alike site', 'https://notbank.example'],
    ['plain http', 'http://app.bank.example'],
  ])('refuses a credential made on %s', async (_, origin) => {
    const answer = await register(authenticator.create(await registrationOptions(), origin));
    expect([answer.status, answer.errorType]).toEqual([401, 'unable_to_register_webauthn_registration']);
  });

  it('refuses a challenge twice, one of another user, and one over five minutes old', async () => {
    const credential = authenticator.create(await registrationOptions(), ORIGIN);
    await register(credential);
    const again = await register(credential);
    const { userId } = await bench.controls.seedUser({ email: 'bob@customer.example' });
    const foreign = new SoftwareAuthenticator().create(
      await registrationOptions({ user_id: userId }),
      ORIGIN,
    );
    const late = new SoftwareAuthenticator().create(await registrationOptions(), ORIGIN);
    const ofOther = await register(foreign);
    bench.pass(300);
    const expired = await register(late);
    for (const answer of [again, ofOther, expired]) {
      expect(answer.errorType).toBe('no_pending_webauthn_registration');
    }
  });

  it('refuses a credential twice, and what is none', async () => {
    await enrol();
    const twice = await register(authenticator.create(await registrationOptions(), ORIGIN));
    expect(twice.errorType).toBe('duplicate_webauthn_registration');
    expect((await register('{"id":"x"}')).errorType).toBe('invalid_public_key_credential');
    expect((await register('nonsense')).errorType).toBe('invalid_public_key_credential');
  });

  it('is for active users and real domains only', async () => {
    const { userId } = await bench.controls.seedUser({ email: 'new@customer.example', status: 'pending' });
    const pending = await bench.post('/v1/webauthn/register/start', { user_id: userId, domain: DOMAIN });
    const url = await bench.post('/v1/webauthn/register/start', {
      user_id: signedIn.text('user_id'),
      domain: 'https://bank.example',
    });
    expect(pending.errorType).toBe('cannot_use_webauthn_with_pending_user');
    expect(url.errorType).toBe('invalid_webauthn_registration_domain');
  });
});

describe('authenticating with a passkey', () => {
  it('adds the factor to the session passed', async () => {
    const webauthn_registration_id = await enrol();
    const options = await requestOptions({ user_id: signedIn.text('user_id') });
    expect(JSON.parse(options)).toMatchObject({ rpId: DOMAIN, allowCredentials: [{ type: 'public-key' }] });
    const answer = await authenticate(authenticator.get(options, ORIGIN), {
      session_jwt: signedIn.text('session_jwt'),
    });
    expect(answer.body).toMatchObject({
      user_id: signedIn.text('user_id'),
      webauthn_registration_id,
      session: { authentication_factors: [{ type: 'magic_link' }, { type: 'webauthn' }] },
    });
  });

  it('finds the user by the passkey when none was named', async () => {
    await enrol();
    const options = await requestOptions();
    expect(JSON.parse(options)).toMatchObject({ allowCredentials: [] });
    const answer = await authenticate(authenticator.get(options, ORIGIN), { session_duration_minutes: 5 });
    expect(answer.text('user_id')).toBe(signedIn.text('user_id'));
  });

  it('refuses a replay, a wrong site, another challenge and a changed signature', async () => {
    await enrol();
    const good = authenticator.get(await requestOptions(), ORIGIN);
    expect((await authenticate(good)).status).toBe(200);
    const wrongSite = authenticator.get(await requestOptions(), 'https://evil.example');
    const made = JSON.stringify({ challenge: 'bm90LWlzc3VlZA', rpId: DOMAIN, allowCredentials: [] });
    const ownChallenge = authenticator.get(made, ORIGIN);
    const other = new SoftwareAuthenticator();
    const stolen = other
      .get(await requestOptions(), ORIGIN)
      .replaceAll(other.credentialId, authenticator.credentialId);
    for (const credential of [good, wrongSite, ownChallenge, stolen]) {
      const answer = await authenticate(credential);
      expect([answer.status, answer.errorType]).toEqual([401, 'unable_to_auth_webauthn_registration']);
    }
  });

  it("refuses another user's passkey when the user was named", async () => {
    await enrol();
    const { userId } = await bench.controls.seedUser({
      email: 'bob@customer.example',
      passkeyDomain: DOMAIN,
    });
    const credential = authenticator.get(await requestOptions({ user_id: userId }), ORIGIN);
    expect((await authenticate(credential)).errorType).toBe('unable_to_auth_webauthn_registration');
  });

  it('answers for a user without a passkey on the domain, and for an unknown passkey', async () => {
    const none = await bench.post('/v1/webauthn/authenticate/start', {
      domain: DOMAIN,
      user_id: signedIn.text('user_id'),
    });
    const unknown = await authenticate(authenticator.get(await requestOptions(), ORIGIN));
    expect(none.errorType).toBe('no_active_webauthn_registrations');
    expect([unknown.status, unknown.errorType]).toEqual([404, 'webauthn_registration_not_found']);
  });

  it('lists and renames what is enrolled', async () => {
    const id = await enrol();
    const renamed = await bench.call(`PUT /v1/webauthn/${id}`, { name: 'Phone' });
    const listed = await bench.call(`GET /v1/webauthn/credentials/${signedIn.text('user_id')}/${DOMAIN}`);
    expect(renamed.body).toMatchObject({
      webauthn_registration: { webauthn_registration_id: id, name: 'Phone' },
    });
    expect(listed.body).toMatchObject({
      credentials: [
        { webauthn_registration_id: id, credential_id: authenticator.credentialId, type: 'public-key' },
      ],
    });
  });
});
