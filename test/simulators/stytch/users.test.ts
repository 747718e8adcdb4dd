import { beforeEach, describe, expect, it } from '@jest/globals';
import { Bench } from './bench.ts';

const EMAIL = 'ada@customer.example';

const bench = new Bench();
beforeEach(() => bench.restart());

describe('a user', () => {
  it('is created with its data and read back flat beside the envelope', async () => {
    const created = await bench.post('/v1/users', {
      email: EMAIL,
      phone_number: '+15555550100',
      name: { first_name: 'Ada', last_name: 'Okafor' },
      external_id: 'cust-42',
      trusted_metadata: { tier: 1 },
    });
    const read = await bench.call(`GET /v1/users/${created.text('user_id')}`);
    expect(created.body).toMatchObject({ status: 'active', user: { user_id: created.text('user_id') } });
    expect(read.body).toEqual({
      status_code: 200,
      request_id: expect.any(String),
      user_id: created.text('user_id'),
      status: 'active',
      is_locked: false,
      lock_created_at: null,
      lock_expires_at: null,
      created_at: '2030-01-01T10:00:00Z',
      external_id: 'cust-42',
      roles: ['stytch_user'],
      name: { first_name: 'Ada', middle_name: '', last_name: 'Okafor' },
      emails: [{ email_id: created.text('email_id'), email: EMAIL, verified: false }],
      phone_numbers: [{ phone_id: created.text('phone_id'), phone_number: '+15555550100', verified: false }],
      totps: [],
      webauthn_registrations: [],
      providers: [],
      crypto_wallets: [],
      biometric_registrations: [],
      trusted_metadata: { tier: 1 },
      untrusted_metadata: {},
    });
  });

  it('may be named by its external id, and answers with its real one', async () => {
    const { userId } = await bench.controls.seedUser({ email: EMAIL, externalId: 'cust-42' });
    expect((await bench.call('GET /v1/users/cust-42')).text('user_id')).toBe(userId);
    const totp = await bench.post('/v1/totps', { user_id: 'cust-42' });
    expect(totp.text('user_id')).toBe(userId);
  });

  it('cannot share an address, number or external id', async () => {
    await bench.controls.seedUser({ email: EMAIL, phoneNumber: '+15555550100', externalId: 'cust-42' });
    const email = await bench.post('/v1/users', { email: EMAIL.toUpperCase() });
    const phone = await bench.post('/v1/users', { phone_number: '+15555550100' });
    const external = await bench.post('/v1/users', { email: 'bob@customer.example', external_id: 'cust-42' });
    expect([email.errorType, phone.errorType, external.errorType]).toEqual([
      'duplicate_email',
      'duplicate_phone_number',
      'duplicate_user_external_id',
    ]);
  });

  it.each([
    [{}],
    [{ email: EMAIL, external_id: 'has a space' }],
    [{ email: EMAIL, external_id: 'x'.repeat(129) }],
    [{ email: EMAIL, trusted_metadata: 'text' }],
    [
      {
        email: EMAIL,
        trusted_metadata: Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`k${i}`, i])),
      },
    ],
    [{ email: EMAIL, untrusted_metadata: { blob: 'x'.repeat(4_096) } }],
  ])('is refused with %j', async (body) => {
    expect((await bench.post('/v1/users', body)).status).toBe(400);
    expect(bench.controls.users()).toEqual([]);
  });

  it('is updated in part: metadata merges by key, null deletes', async () => {
    const { userId } = await bench.controls.seedUser({
      email: EMAIL,
      trustedMetadata: { a: 1, b: { c: 2 } },
    });
    const answer = await bench.call(`PUT /v1/users/${userId}`, {
      name: { first_name: 'Ada' },
      external_id: 'cust-42',
      trusted_metadata: { a: null, b: { d: 3 } },
    });
    expect(answer.body).toMatchObject({
      user: { external_id: 'cust-42', trusted_metadata: { b: { d: 3 } } },
    });
    expect(answer.body['user']).not.toHaveProperty('trusted_metadata.a');
    const freed = await bench.call(`DELETE /v1/users/${userId}/external_id`);
    expect(freed.body['user']).not.toHaveProperty('external_id');
  });

  it('cannot be given an address by update', async () => {
    const { userId } = await bench.controls.seedUser({ email: EMAIL });
    const answer = await bench.call(`PUT /v1/users/${userId}`, { email: 'two@customer.example' });
    expect(answer.status).toBe(400);
  });

  it('takes its sessions along when deleted, and frees its address', async () => {
    const { userId } = await bench.controls.seedUser({ email: EMAIL });
    const { sessionToken } = await bench.controls.startSession({ userId });
    expect((await bench.call(`DELETE /v1/users/${userId}`)).body).toMatchObject({ user_id: userId });
    const session = await bench.post('/v1/sessions/authenticate', { session_token: sessionToken });
    const list = await bench.call(`GET /v1/sessions?user_id=${userId}`);
    expect([session.errorType, list.errorType]).toEqual(['session_not_found', 'user_not_found']);
    expect((await bench.post('/v1/users', { email: EMAIL })).status).toBe(200);
  });

  it.each([
    ['user-test-nonsense', 400, 'invalid_user_id'],
    ['user-test-00000000-0000-4000-8000-000000000000', 404, 'user_not_found'],
    ['cust-unknown', 404, 'user_not_found'],
  ])('asked for as %s answers %i %s', async (id, status, errorType) => {
    const answer = await bench.call(`GET /v1/users/${id}`);
    expect([answer.status, answer.errorType]).toEqual([status, errorType]);
  });
});

describe('taking a factor off', () => {
  it('needs its id alone, and leaves the sessions that were opened with it', async () => {
    const seeded = await bench.controls.seedUser({
      email: EMAIL,
      phoneNumber: '+15555550100',
      totp: true,
      passkeyDomain: 'bank.example',
      password: 'Right-0ne!',
    });
    const { userId } = seeded;
    const { sessionToken } = await bench.controls.startSession({
      userId,
      factors: [{ type: 'totp', deliveryMethod: 'authenticator_app' }],
    });
    const factors = [
      ['emails', seeded.emailId],
      ['phone_numbers', seeded.phoneId],
      ['totps', seeded.totpId],
      ['webauthn_registrations', seeded.webauthnRegistrationId],
      ['passwords', seeded.passwordId],
    ];
    for (const [name, id] of factors) {
      const gone = await bench.call(`DELETE /v1/users/${name}/${id}`);
      expect([name, gone.body['user_id']]).toEqual([name, userId]);
      expect((await bench.call(`DELETE /v1/users/${name}/${id}`)).status).toBe(404);
    }
    const after = await bench.post('/v1/sessions/authenticate', { session_token: sessionToken });
    expect(after.body).toMatchObject({
      user: { emails: [], phone_numbers: [], totps: [], webauthn_registrations: [] },
      session: { authentication_factors: [{ type: 'totp' }] },
    });
    expect(after.body['user']).not.toHaveProperty('password');
  });

  it.each(['biometric_registrations', 'crypto_wallets', 'oauth'])('of %s finds none', async (name) => {
    expect((await bench.call(`DELETE /v1/users/${name}/some-id`)).status).toBe(404);
  });

  it('by exchange replaces the only address, unproved', async () => {
    const { userId } = await bench.controls.seedUser({ email: EMAIL });
    const path = `PUT /v1/users/${userId}/exchange_primary_factor`;
    const both = await bench.call(path, { email_address: EMAIL, phone_number: '+15555550100' });
    const taken = await bench.call(path, { email_address: EMAIL });
    const done = await bench.call(path, { phone_number: '+15555550100' });
    expect(both.errorType).toBe('invalid_exchange_primary_factor_fields');
    expect(taken.errorType).toBe('duplicate_email');
    expect(done.body).toMatchObject({
      user: { emails: [], phone_numbers: [{ phone_number: '+15555550100', verified: false }] },
    });
    await bench.controls.seedUser({ email: 'two@customer.example', phoneNumber: '+15555550199' });
    const two = bench.controls.userByEmail('two@customer.example')?.userId;
    const refused = await bench.call(`PUT /v1/users/${two}/exchange_primary_factor`, {
      email_address: EMAIL,
    });
    expect(refused.errorType).toBe('invalid_exchange_primary_factor_user');
  });
});

describe('searching users', () => {
  const search = (body: unknown) => bench.post('/v1/users/search', body);
  const by = (filter_name: string, filter_value: unknown) => ({ filter_name, filter_value });

  beforeEach(async () => {
    await bench.controls.seedUser({
      email: EMAIL,
      totp: true,
      name: { first_name: 'Ada' },
      externalId: 'cust-42',
    });
    await bench.controls.seedUser({ email: 'bob@customer.example', phoneNumber: '+15555550100' });
    await bench.controls.seedUser({ phoneNumber: '+15555550101', phoneVerified: false, status: 'pending' });
  });

  it.each([
    [[by('email_address', [EMAIL.toUpperCase()])], 1],
    [[by('email_address_fuzzy', 'customer')], 2],
    [[by('email_verified', true)], 2],
    [[by('phone_number', ['+15555550100', '+15555550101'])], 2],
    [[by('phone_verified', true)], 1],
    [[by('status', 'pending')], 1],
    [[by('totp_verified', true)], 1],
    [[by('user_id', ['cust-42'])], 1],
    [[by('full_name_fuzzy', 'ada')], 1],
    [[by('password_exists', false)], 3],
    [[by('created_at_less_than', '2030-01-02T00:00:00Z')], 3],
    [[by('email_verified', true), by('phone_verified', true)], 1],
    [[], 3],
  ])('with %j finds %i', async (operands, total) => {
    const found = await search({ query: { operator: 'AND', operands } });
    expect(found.body).toMatchObject({ results_metadata: { total } });
  });

  it('joins filters by OR when told to', async () => {
    const operands = [by('totp_verified', true), by('status', 'pending')];
    const found = await search({ query: { operator: 'OR', operands } });
    expect(found.body).toMatchObject({ results_metadata: { total: 2 } });
  });

  it('pages by cursor', async () => {
    const first = await search({ limit: 2 });
    const second = await search({ limit: 2, cursor: first.text('results_metadata', 'next_cursor') });
    expect([first.body['results'], second.body['results']]).toEqual([
      [expect.anything(), expect.anything()],
      [expect.anything()],
    ]);
    expect(second.body).toMatchObject({ results_metadata: { total: 3, next_cursor: null } });
    expect((await search({ cursor: 'nonsense' })).errorType).toBe('user_search_invalid_cursor');
  });

  it('refuses an unknown filter, a value of the wrong kind, and too many a page', async () => {
    const unknown = await search({ query: { operator: 'AND', operands: [by('shoe_size', 9)] } });
    const wrong = await search({ query: { operator: 'AND', operands: [by('email_address', EMAIL)] } });
    const many = await search({ limit: 1_001 });
    expect(unknown.errorType).toBe('user_search_filter_name_not_recognized');
    expect([wrong.status, many.status]).toEqual([400, 400]);
  });

  it('stops at 150 calls a minute', async () => {
    for (let calls = 0; calls < 150; calls += 1) await search({ limit: 1 });
    expect((await search({ limit: 1 })).errorType).toBe('too_many_requests');
    bench.pass(60);
    expect((await search({ limit: 1 })).status).toBe(200);
  });
});
