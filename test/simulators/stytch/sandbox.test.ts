import { beforeEach, describe, expect, it } from '@jest/globals';
import { type Answer, Bench, decoded } from './bench.ts';

const USER = 'user-test-e3795c81-f849-4167-bfda-e4a6e9c280fd';
const EMAIL = 'sandbox@stytch.com';
const EMAIL_ID = 'email-test-23873e89-d4ed-4e92-b3b9-e5c7198fa286';
const PHONE_ID = 'phone-number-test-98cfbe19-6c8f-4b8b-b62a-e78a5a7bdff3';
const SESSION_TOKEN = 'WJtR5BCy38Szd5AfoDpf0iqFKEt4EE5JhjlWUY7l3FtY';
const UNKNOWN_TOKEN = '59cnLELtq5cFVS6uYK9f-pAWzBkhqZl8AvLhbhOvKNWw';

const bench = new Bench();
beforeEach(() => bench.restart());

describe('the sandbox of a test project', () => {
  it.each([
    ['/v1/magic_links/email/login_or_create', { email: EMAIL }, { email_id: EMAIL_ID, user_created: false }],
    ['/v1/magic_links/email/send', { email: EMAIL }, { email_id: EMAIL_ID }],
    ['/v1/otps/email/login_or_create', { email: EMAIL }, { email_id: EMAIL_ID }],
    ['/v1/otps/sms/send', { phone_number: '+10000000000' }, { phone_id: PHONE_ID }],
    ['/v1/otps/whatsapp/login_or_create', { phone_number: '+10000000000' }, { phone_id: PHONE_ID }],
  ])('takes a sending to %s without delivering or storing anything', async (path, body, answer) => {
    expect((await bench.post(path, body)).body).toMatchObject({ status_code: 200, user_id: USER, ...answer });
    expect([bench.controls.inbox(), bench.controls.outbox(), bench.controls.users()]).toEqual([[], [], []]);
  });

  it.each([
    [
      '/v1/magic_links/authenticate',
      { token: 'DOYoip3rvIMMW5lgItikFK-Ak1CfMsgjuiCyI7uuU94=' },
      200,
      undefined,
    ],
    [
      '/v1/magic_links/authenticate',
      { token: '3pzjQpgksDlGKWEwUq2Up--hCHC_0oamfLHyfspKDFU=' },
      401,
      'unable_to_auth_magic_link',
    ],
    [
      '/v1/magic_links/authenticate',
      { token: 'CprTtwhnRNiMBiUS2jSLcWYrfuO2POeBNdo5HhW6qTM=' },
      404,
      'magic_link_not_found',
    ],
    ['/v1/otps/authenticate', { method_id: PHONE_ID, code: '000000' }, 200, undefined],
    ['/v1/otps/authenticate', { method_id: EMAIL_ID, code: '000000' }, 200, undefined],
    ['/v1/otps/authenticate', { method_id: EMAIL_ID, code: '000001' }, 404, 'otp_code_not_found'],
    ['/v1/totps', { user_id: USER }, 200, undefined],
    ['/v1/totps/recovery_codes', { user_id: USER }, 200, undefined],
    ['/v1/totps/authenticate', { user_id: USER, totp_code: '000000' }, 200, undefined],
    ['/v1/totps/authenticate', { user_id: USER, totp_code: '000001' }, 401, 'unable_to_authenticate_totp'],
    ['/v1/totps/recover', { user_id: USER, recovery_code: 'a1b2-c3d4-e5f6' }, 200, undefined],
    ['/v1/oauth/authenticate', { token: 'hdPVZHHX0UoRa7hJTuuPHi1vlddffSnoweRbVFf5-H8g' }, 200, undefined],
    ['/v1/oauth/authenticate', { token: UNKNOWN_TOKEN }, 400, 'oauth_token_not_found'],
    ['/v1/sessions/authenticate', { session_token: SESSION_TOKEN }, 200, undefined],
    ['/v1/sessions/authenticate', { session_token: UNKNOWN_TOKEN }, 404, 'session_not_found'],
    ['/v1/passwords/authenticate', { email: EMAIL, password: 'anything' }, 200, undefined],
  ])('answers %s %j with %i %s', async (path, body, status, errorType) => {
    const answer = await bench.post(path, body);
    expect([answer.status, answer.errorType]).toEqual([status, errorType]);
  });

  it('shows a user with nothing verified, and a session that no call can list, revoke or find', async () => {
    const answer: Answer = await bench.post('/v1/otps/authenticate', {
      method_id: PHONE_ID,
      code: '000000',
      session_duration_minutes: 30,
    });
    expect(answer.body).toMatchObject({
      session_token: SESSION_TOKEN,
      session: { started_at: '2021-08-28T00:41:58.935673Z', user_id: USER },
      user: { status: '', phone_numbers: [{ verified: false }], emails: [{ verified: false }] },
    });
    expect(decoded(answer.text('session_jwt')).claims['sub']).toBe(USER);
    const again = await bench.post('/v1/sessions/authenticate', { session_jwt: answer.text('session_jwt') });
    expect(again.status).toBe(200);
    const revoked = await bench.post('/v1/sessions/revoke', { session_token: SESSION_TOKEN });
    const listed = await bench.call(`GET /v1/sessions?user_id=${USER}`);
    expect([revoked.errorType, listed.errorType]).toEqual(['session_not_found', 'user_not_found']);
  });

  it('gives no session where none is asked for, and adds nothing to the session of a real user', async () => {
    const signedIn = await bench.signIn('ada@customer.example');
    const answer = await bench.post('/v1/totps/authenticate', {
      user_id: USER,
      totp_code: '000000',
      session_token: signedIn.text('session_token'),
    });
    expect(answer.body).toMatchObject({ user_id: USER, session: null, session_jwt: '', session_token: '' });
    expect(bench.controls.sessions(signedIn.text('user_id'))).toMatchObject([
      { authentication_factors: [{ type: 'magic_link' }] },
    ]);
  });

  it('does not exist in a live project', async () => {
    const live = new Bench({ projectId: 'project-live-6f2c1d4e-9b7a-4c55-8f3e-1a2b3c4d5e6f' });
    const email = await live.post('/v1/magic_links/email/login_or_create', { email: EMAIL });
    const phone = await live.post('/v1/otps/sms/login_or_create', { phone_number: '+10000000000' });
    const token = 'DOYoip3rvIMMW5lgItikFK-Ak1CfMsgjuiCyI7uuU94=';
    const link = await live.post('/v1/magic_links/authenticate', { token });
    const totp = await live.post('/v1/totps/authenticate', { user_id: USER, totp_code: '000000' });
    expect([email.errorType, phone.errorType, link.errorType, totp.errorType]).toEqual([
      'invalid_email_sandbox',
      'invalid_phone_number_sandbox',
      'magic_link_not_found',
      'test_id_used_in_live_environment',
    ]);
  });
});
