import { beforeEach, describe, expect, it } from '@jest/globals';
import { Bench } from './bench.ts';

const EMAIL = 'ada@customer.example';
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

const bench = new Bench();
let userId: string;
beforeEach(async () => {
  bench.restart();
  ({ userId } = await bench.controls.seedUser({
    email: EMAIL,
    phoneNumber: '+15555550100',
    totpSecret: SECRET,
    passkeyDomain: 'bank.example',
  }));
});

const TWO_FACTORS = [
  { type: 'magic_link', deliveryMethod: 'email', ageSeconds: 7_200 },
  { type: 'totp', deliveryMethod: 'authenticator_app' },
];

describe('seeding', () => {
  it('makes a user whose addresses are proved and whose factors are confirmed', () => {
    expect(bench.controls.userByEmail(EMAIL)).toEqual({
      userId,
      status: 'active',
      isLocked: false,
      externalId: undefined,
      emails: [{ id: expect.stringMatching(/^email-test-/), value: EMAIL, verified: true }],
      phones: [{ id: expect.stringMatching(/^phone-number-test-/), value: '+15555550100', verified: true }],
      totps: [{ totpId: expect.stringMatching(/^totp-test-/), verified: true, secret: SECRET }],
      webauthnRegistrationIds: [expect.stringMatching(/^webauthn-registration-test-/)],
      hasPassword: false,
    });
  });

  it('makes runs repeatable by a given id, and refuses what is taken or malformed', async () => {
    const id = 'user-test-11111111-1111-4111-8111-111111111111';
    expect((await bench.controls.seedUser({ userId: id })).userId).toBe(id);
    await expect(bench.controls.seedUser({ userId: id })).rejects.toThrow('taken');
    await expect(bench.controls.seedUser({ userId: 'ada' })).rejects.toThrow('not a user id');
    await expect(bench.controls.seedUser({ email: EMAIL })).rejects.toThrow('taken');
    await expect(bench.controls.seedUser({ phoneNumber: '+15555550100' })).rejects.toThrow('taken');
  });

  it("starts a session with the user's own factors at any age", async () => {
    const factors = [
      ...TWO_FACTORS,
      { type: 'otp', deliveryMethod: 'email' },
      { type: 'otp', deliveryMethod: 'sms' },
      { type: 'otp', deliveryMethod: 'whatsapp' },
      { type: 'webauthn', deliveryMethod: 'webauthn_registration' },
      { type: 'password', deliveryMethod: 'knowledge' },
      { type: 'sso', deliveryMethod: 'sso_saml', detail: { saml_sso_factor: { id: 'one' } } },
    ];
    const { sessionToken } = await bench.controls.startSession({
      userId,
      factors,
      ageSeconds: 60,
      minutes: 10,
    });
    const answer = await bench.post('/v1/sessions/authenticate', { session_token: sessionToken });
    expect(answer.body).toMatchObject({
      session: {
        started_at: '2030-01-01T09:59:00Z',
        expires_at: '2030-01-01T10:10:00Z',
        authentication_factors: [
          { last_authenticated_at: '2030-01-01T08:00:00Z', email_factor: { email_address: EMAIL } },
          { last_authenticated_at: '2030-01-01T10:00:00Z', authenticator_app_factor: {} },
          { type: 'otp', email_factor: {} },
          { delivery_method: 'sms', phone_number_factor: { phone_number: '+15555550100' } },
          { delivery_method: 'whatsapp', phone_number_factor: {} },
          { webauthn_factor: { domain: 'bank.example' } },
          { type: 'password' },
          { type: 'sso', saml_sso_factor: { id: 'one' } },
        ],
      },
    });
  });

  it('refuses a session with a factor that the user lacks', async () => {
    const { userId: bare } = await bench.controls.seedUser({ email: 'bob@customer.example' });
    const factors = [{ type: 'totp', deliveryMethod: 'authenticator_app' }];
    await expect(bench.controls.startSession({ userId: bare, factors })).rejects.toThrow(
      'totp/authenticator_app',
    );
  });
});

describe('ageing', () => {
  it('back-dates the chosen factors in live sessions, which the next JWT shows', async () => {
    const { sessionId } = await bench.controls.startSession({ userId, factors: TWO_FACTORS });
    expect(bench.controls.ageFactor({ userId, seconds: 600, type: 'totp' })).toBe(1);
    expect(bench.controls.sessions(userId)).toMatchObject([
      {
        session_id: sessionId,
        authentication_factors: [
          { last_authenticated_at: '2030-01-01T08:00:00Z' },
          { last_authenticated_at: '2030-01-01T09:50:00Z' },
        ],
      },
    ]);
    expect(bench.controls.ageFactor({ userId, seconds: 1 })).toBe(2);
    expect(bench.controls.ageFactor({ userId, seconds: 1, deliveryMethod: 'sms' })).toBe(0);
  });

  it('moves a session towards its end, and its factors not at all', async () => {
    const { sessionId, sessionToken } = await bench.controls.startSession({ userId, minutes: 60 });
    bench.controls.ageSession({ sessionId, seconds: 3_599 });
    expect(bench.controls.sessions(userId)).toMatchObject([
      {
        expires_at: '2030-01-01T10:00:01Z',
        authentication_factors: [{ last_authenticated_at: '2030-01-01T10:00:00Z' }],
      },
    ]);
    bench.controls.ageSession({ sessionId, seconds: 1 });
    const answer = await bench.post('/v1/sessions/authenticate', { session_token: sessionToken });
    expect(answer.errorType).toBe('session_not_found');
  });

  it('of a TOTP makes the present code good again', async () => {
    const prove = () =>
      bench.post('/v1/totps/authenticate', { user_id: userId, totp_code: bench.controls.totpCode(userId) });
    const answers = [await prove(), await prove(), await prove()];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(() => bench.controls.totpCode(userId)).toThrow('used up');
    bench.controls.ageTotp({ userId, seconds: 90 });
    expect((await prove()).status).toBe(200);
  });

  it('of codes reaches links and trial addresses too', async () => {
    await bench.post('/v1/magic_links/email/send', { email: 'two@customer.example', user_id: userId });
    expect(bench.controls.ageCodes({ seconds: 300 })).toBe(1);
    await bench.post('/v1/sessions/authenticate', {});
    expect(bench.controls.userByEmail('two@customer.example')).toBeUndefined();
  });

  it('of codes lets the next mail go out, to the one address or to all', async () => {
    const addresses = ['one@customer.example', 'Two@Customer.Example'];
    const sendAll = async () => {
      const answers = addresses.map((email) =>
        bench.post('/v1/magic_links/email/login_or_create', { email }),
      );
      return (await Promise.all(answers)).map(({ status }) => status);
    };
    expect(await sendAll()).toEqual([200, 200]);
    expect(await sendAll()).toEqual([429, 429]);
    bench.controls.ageCodes({ to: 'two@customer.example', seconds: 1 });
    expect(await sendAll()).toEqual([429, 200]);
    bench.controls.ageCodes({ seconds: 1 });
    expect(await sendAll()).toEqual([200, 200]);
  });
});

describe('the other controls', () => {
  it('end all sessions of a user', async () => {
    await bench.controls.startSession({ userId });
    await bench.controls.startSession({ userId });
    expect(bench.controls.revokeAllSessions(userId)).toBe(2);
    expect(bench.controls.sessions(userId)).toEqual([]);
  });

  it('impersonate a user', async () => {
    const { sessionJwt } = await bench.controls.impersonate(userId);
    const answer = await bench.post('/v1/sessions/authenticate', { session_jwt: sessionJwt });
    expect(answer.body).toMatchObject({ session: { authentication_factors: [{ type: 'impersonated' }] } });
  });

  it('forget everything but the keys on reset', async () => {
    const { sessionJwt } = await bench.controls.startSession({ userId });
    bench.controls.setSwitches({ rateLimit: 'off', totpAlone: 'reject' });
    bench.controls.faults.arm({
      method: '*',
      path: '/v1/users/*',
      times: 9,
      fault: { kind: 'status', status: 500 },
    });
    bench.controls.reset();
    expect(bench.controls.switches()).toMatchObject({ rateLimit: 'on', totpAlone: 'allow' });
    expect([bench.controls.users(), bench.controls.requests(), bench.controls.inbox()]).toEqual([[], [], []]);
    expect(bench.controls.faults.armed()).toEqual([]);
    // Read, hence genuine, hence signed with a key that survived.
    const answer = await bench.post('/v1/sessions/authenticate', { session_jwt: sessionJwt });
    expect(answer.errorType).toBe('session_not_found');
  });

  it.each([
    ['ageSession', () => bench.controls.ageSession({ sessionId: 'session-test-none', seconds: 1 })],
    ['ageLock', () => bench.controls.ageLock({ userId, seconds: 1 })],
    ['lockUser', () => bench.controls.lockUser('user-test-none')],
    ['ageFactor', () => bench.controls.ageFactor({ userId: 'user-test-none', seconds: 1 })],
  ])('say so when %s means nothing that exists', (_, call) => {
    expect(call).toThrow('there is no');
  });
});
