import { beforeEach, describe, expect, it } from '@jest/globals';
import { type Answer, Bench } from './bench.ts';

const EMAIL = 'ada@customer.example';
const NUMBER = '+15555550100';
const AUTHENTICATE = '/v1/otps/authenticate';

const bench = new Bench();
beforeEach(() => bench.restart());

function wrong(code: string): string {
  return String((Number(code) + 1) % 1_000_000).padStart(6, '0');
}

function prove(to: string, extra: Record<string, unknown> = {}): Promise<Answer> {
  const { code, methodId } = bench.lastCode(to);
  return bench.post(AUTHENTICATE, { method_id: methodId, code, ...extra });
}

describe('sending a passcode', () => {
  it.each([
    ['sms', { phone_number: NUMBER }, 'phone_id', /^phone-number-test-/],
    ['whatsapp', { phone_number: '+447700900123' }, 'phone_id', /^phone-number-test-/],
    ['email', { email: EMAIL }, 'email_id', /^email-test-/],
  ])('by %s creates the user and delivers six digits', async (channel, body, idField, idShape) => {
    const first = await bench.post(`/v1/otps/${channel}/login_or_create`, body);
    const second = await bench.post(`/v1/otps/${channel}/login_or_create`, body);
    expect([first.body['user_created'], second.body['user_created']]).toEqual([true, false]);
    expect(first.text(idField)).toMatch(idShape);
    expect(second.text(idField)).toBe(first.text(idField));
    expect(bench.controls.outbox()).toHaveLength(2);
    expect(bench.controls.outbox()[0]).toMatchObject({
      channel,
      methodId: first.text(idField),
      code: expect.stringMatching(/^\d{6}$/),
      sentAt: '2030-01-01T10:00:00Z',
      expiresAt: '2030-01-01T10:02:00Z',
    });
  });

  it('to an unknown address or number answers 404 by send', async () => {
    const phone = await bench.post('/v1/otps/sms/send', { phone_number: NUMBER });
    const email = await bench.post('/v1/otps/email/send', { email: EMAIL });
    expect([phone.status, phone.errorType]).toEqual([404, 'phone_number_not_found']);
    expect([email.status, email.errorType]).toEqual([404, 'email_not_found']);
  });

  it.each([
    [{ phone_number: '5555550100' }, 'invalid_phone_number'],
    [{ phone_number: '+0123456789' }, 'invalid_phone_number'],
    [{ phone_number: '+1555555010' }, 'invalid_phone_number'],
    [{ phone_number: '+447700900123' }, 'invalid_phone_number_country_code'],
    [{ phone_number: NUMBER, expiration_minutes: 0 }, 'invalid_expiration_otp'],
    [{ phone_number: NUMBER, expiration_minutes: 11 }, 'invalid_expiration_otp'],
    [{ phone_number: NUMBER, email: EMAIL }, 'bad_request'],
  ])('by text message refuses %j with %s', async (body, errorType) => {
    const answer = await bench.post('/v1/otps/sms/login_or_create', body);
    expect([answer.status, answer.errorType]).toEqual([400, errorType]);
    expect(bench.controls.users()).toEqual([]);
  });

  it('by text message reaches other countries once the project is opened to them', async () => {
    bench.controls.setSwitches({ smsCountries: 'all' });
    const answer = await bench.post('/v1/otps/sms/login_or_create', { phone_number: '+447700900123' });
    expect(answer.status).toBe(200);
  });
});

describe('authenticating a passcode', () => {
  it('signs in whoever owns the method', async () => {
    const sent = await bench.post('/v1/otps/sms/login_or_create', {
      phone_number: NUMBER,
      create_user_as_pending: true,
    });
    const answer = await prove(NUMBER, { session_duration_minutes: 5 });
    expect(answer.body).toMatchObject({
      user_id: sent.text('user_id'),
      method_id: sent.text('phone_id'),
      reset_sessions: false,
      user: { status: 'active', phone_numbers: [{ phone_number: NUMBER, verified: true }] },
      session: {
        authentication_factors: [
          {
            type: 'otp',
            delivery_method: 'sms',
            phone_number_factor: { phone_id: sent.text('phone_id'), phone_number: NUMBER },
          },
        ],
      },
    });
  });

  it('shows an email passcode and a WhatsApp one by their own delivery methods', async () => {
    await bench.post('/v1/otps/email/login_or_create', { email: EMAIL });
    const byMail = await prove(EMAIL, { session_duration_minutes: 5 });
    await bench.post('/v1/otps/whatsapp/send', {
      phone_number: NUMBER,
      session_token: byMail.text('session_token'),
    });
    const both = await prove(NUMBER, { session_token: byMail.text('session_token') });
    expect(both.body).toMatchObject({
      session: {
        session_id: byMail.text('session', 'session_id'),
        authentication_factors: [
          { type: 'otp', delivery_method: 'email', email_factor: { email_address: EMAIL } },
          { type: 'otp', delivery_method: 'whatsapp' },
        ],
      },
    });
  });

  it('calls a wrong code not found, and leaves the right one good', async () => {
    await bench.post('/v1/otps/email/login_or_create', { email: EMAIL });
    const refused = await prove(EMAIL, { code: wrong(bench.lastCode(EMAIL).code) });
    expect([refused.status, refused.errorType]).toEqual([404, 'otp_code_not_found']);
    expect((await prove(EMAIL)).status).toBe(200);
  });

  it('refuses a code twice, and one after its time', async () => {
    await bench.post('/v1/otps/email/login_or_create', { email: EMAIL, expiration_minutes: 1 });
    await prove(EMAIL);
    const used = await prove(EMAIL);
    await bench.post('/v1/otps/email/send', { email: EMAIL, expiration_minutes: 1 });
    bench.pass(60);
    const expired = await prove(EMAIL);
    expect([used.status, used.errorType]).toEqual([401, 'unable_to_auth_otp_code']);
    expect([expired.status, expired.errorType]).toEqual([401, 'unable_to_auth_otp_code']);
  });

  it('keeps one code per method: a new one kills the one before', async () => {
    await bench.post('/v1/otps/email/login_or_create', { email: EMAIL });
    const first = bench.lastCode(EMAIL).code;
    do await bench.post('/v1/otps/email/send', { email: EMAIL });
    while (bench.lastCode(EMAIL).code === first);
    expect((await prove(EMAIL, { code: first })).errorType).toBe('otp_code_not_found');
    expect((await prove(EMAIL)).status).toBe(200);
  });

  it.each([
    ['12345', 'invalid_code'],
    ['12345a', 'invalid_code'],
  ])('refuses the code %s with %s', async (code, errorType) => {
    await bench.post('/v1/otps/email/login_or_create', { email: EMAIL });
    expect((await prove(EMAIL, { code })).errorType).toBe(errorType);
  });

  it('refuses a method that is none', async () => {
    const malformed = await bench.post(AUTHENTICATE, { method_id: 'my-phone', code: '123456' });
    const unknown = await bench.post(AUTHENTICATE, {
      method_id: 'email-test-00000000-0000-4000-8000-000000000000',
      code: '123456',
    });
    expect(malformed.errorType).toBe('invalid_method_id');
    expect(unknown.errorType).toBe('otp_code_not_found');
  });

  it('back-dated by a control reads as expired', async () => {
    await bench.post('/v1/otps/email/login_or_create', { email: EMAIL });
    expect(bench.controls.ageCodes({ to: EMAIL, seconds: 120 })).toBe(1);
    expect((await prove(EMAIL)).errorType).toBe('unable_to_auth_otp_code');
  });
});

describe('attaching a number to a user', () => {
  it('keeps it when proved within five minutes of the last send', async () => {
    const signedIn = await bench.signIn(EMAIL);
    const user_id = signedIn.text('user_id');
    const attach = () =>
      bench.post('/v1/otps/sms/send', { phone_number: NUMBER, user_id, expiration_minutes: 10 });
    await attach();
    bench.pass(240);
    await attach();
    bench.pass(240);
    expect((await prove(NUMBER)).status).toBe(200);
    bench.pass(3_600);
    expect(bench.controls.userByEmail(EMAIL)).toMatchObject({ phones: [{ value: NUMBER, verified: true }] });
  });

  it('drops it otherwise, though its code would still be good, and frees the number', async () => {
    const signedIn = await bench.signIn(EMAIL);
    const user_id = signedIn.text('user_id');
    await bench.post('/v1/otps/sms/send', { phone_number: NUMBER, user_id, expiration_minutes: 10 });
    bench.pass(300);
    expect((await prove(NUMBER)).errorType).toBe('unable_to_auth_otp_code');
    const stranger = await bench.post('/v1/otps/sms/login_or_create', { phone_number: NUMBER });
    expect(stranger.body['user_created']).toBe(true);
  });

  it('is refused while the user has something else unproved, or when it is taken', async () => {
    await bench.post('/v1/otps/sms/login_or_create', { phone_number: '+15555550199' });
    await bench.link(EMAIL);
    const user_id = bench.controls.userByEmail(EMAIL)?.userId;
    const unproved = await bench.post('/v1/otps/sms/send', { phone_number: NUMBER, user_id });
    bench.pass(1);
    const signedIn = await bench.signIn(EMAIL);
    const taken = await bench.post('/v1/otps/sms/send', { phone_number: '+15555550199', user_id });
    const free = await bench.post('/v1/otps/sms/send', { phone_number: NUMBER, user_id });
    expect([unproved.status, unproved.errorType]).toEqual([400, 'too_many_unverified_factors']);
    expect([taken.status, taken.errorType]).toEqual([400, 'duplicate_phone_number']);
    expect(free.text('user_id')).toBe(signedIn.text('user_id'));
  });
});
