import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createSessionReader } from '../../../functions/adapters/stytch/session-reader.ts';
import { codeOf, refusalOf } from '../../support/adapters-errors.ts';
import { silent } from '../../support/adapters-log.ts';
import { fixedSecret } from '../../support/adapters-secrets.ts';
import { answering, type RawServer, startRawServer } from '../../support/adapters-servers.ts';
import { PROJECT_ID, SECRET, sdkAdapter, stytchError } from '../../support/adapters-stytch.ts';

let server: RawServer;
let next: { status: number; type: string };
const signal = AbortSignal.timeout(60_000);

beforeAll(async () => {
  server = await startRawServer((outgoing, call, incoming) =>
    answering(next.status, stytchError(next.status, next.type))(outgoing, call, incoming),
  );
});
afterAll(() => server.close());

const project = () => ({
  baseUrl: server.url,
  projectId: PROJECT_ID,
  secret: fixedSecret(SECRET),
  log: silent,
});
const provider = () => sdkAdapter(project()).provider;

const link = () =>
  provider().sendMagicLink(
    { email: 'ada@customer.example', redirectUrl: 'https://x.example', codeChallenge: 'c' },
    signal,
  );
const code = () => provider().sendEmailOtp('ada@customer.example', signal);
const open = () =>
  provider().authenticateMagicLink({ token: 't', codeVerifier: 'v', durationMinutes: 60 }, signal);
const prove = () =>
  provider().authenticateTotp({ stytchUserId: 'user-test-1', code: '123456', sessionJwt: 'jwt' }, signal);
const pass = () =>
  provider().authenticateOtp({ methodId: 'email-test-1', code: '123456', durationMinutes: 60 }, signal);
const enrol = () => provider().createTotp('user-test-1', 10, signal);
const read = () => createSessionReader(project()).readSession('jwt', signal);

describe('an error of Stytch', () => {
  it.each([
    [429, 'user_lock_limit_reached'],
    [400, 'inactive_email'],
    [400, 'invalid_email'],
    [400, 'invalid_email_domain'],
    [404, 'email_not_found'],
    [404, 'user_not_found'],
    [400, 'duplicate_email'],
    [400, 'too_many_unverified_factors'],
    [429, 'too_many_requests'],
    [400, 'an_error_type_of_next_year'],
  ])('A6.3.8 about the user never shows in the answer to a send: %i %s', async (status, type) => {
    next = { status, type };
    for (const send of [link, code]) {
      expect(await send()).toEqual({
        note: type,
        methodId: expect.stringMatching(/^email-test-/),
        stytchUserId: expect.stringMatching(/^user-test-/),
      });
    }
  });

  it.each([
    [401, 'unable_to_auth_magic_link'],
    [404, 'magic_link_not_found'],
    [400, 'pkce_mismatch'],
    [400, 'pkce_expected_code_verifier'],
    [400, 'pkce_did_not_expect_code_verifier'],
  ])('about a link token or its verifier is a wrong proof and nothing else: %i %s', async (status, type) => {
    next = { status, type };
    expect(await open()).toEqual({ isProved: false, reason: type });
  });

  it.each([
    [401, 'unable_to_authenticate_totp'],
    [400, 'unable_to_authenticate_totp'],
    [400, 'invalid_totp_code'],
    [401, 'totp_code_already_authenticated'],
    [400, 'recovery_code_used_as_totp_code'],
    [400, 'expired_totp'],
  ])('about a TOTP code is a wrong proof, whatever its status: %i %s', async (status, type) => {
    next = { status, type };
    expect(await prove()).toEqual({ isProved: false, reason: type });
  });

  it.each([
    [404, 'otp_code_not_found'],
    [401, 'unable_to_auth_otp_code'],
    [400, 'invalid_method_id'],
    [404, 'email_not_found'],
    [404, 'phone_number_not_found'],
  ])('about a code that was sent is a wrong proof, whatever its status: %i %s', async (status, type) => {
    next = { status, type };
    expect(await pass()).toEqual({ isProved: false, reason: type });
  });

  it.each(['totp_not_found', 'totps_not_found_for_user'])('%s means that none is enrolled', async (type) => {
    next = { status: 404, type };
    expect(await prove()).toEqual({ isProved: false, reason: 'not_enrolled' });
  });

  it.each(['active_totp_exists', 'pending_totp_exists'])('%s is a conflict', async (type) => {
    next = { status: 400, type };
    expect(await codeOf(enrol())).toBe('conflict');
  });

  it.each(['session_not_found', 'user_not_found', 'unable_to_parse_session_jwt', 'invalid_session_token'])(
    '%s means: sign in again',
    async (type) => {
      next = { status: 404, type };
      expect(await codeOf(read())).toBe('invalid_token');
      expect(await codeOf(prove())).toBe('invalid_token');
    },
  );

  it('user_lock_limit_reached is told to a genuine session as a lock', async () => {
    next = { status: 429, type: 'user_lock_limit_reached' };
    expect(await codeOf(prove())).toBe('user_locked');
    expect(await codeOf(read())).toBe('user_locked');
  });

  it('A6.3.8 user_lock_limit_reached reads like a wrong proof before sign-in', async () => {
    next = { status: 429, type: 'user_lock_limit_reached' };
    expect(await open()).toMatchObject({ isProved: false });
    expect(await pass()).toMatchObject({ isProved: false });
  });

  it('unauthorized_credentials is about our own secret, and told to the log as that', async () => {
    next = { status: 401, type: 'unauthorized_credentials' };
    for (const call of [link, code, open, pass, prove, enrol, read]) {
      const { code, details } = await refusalOf(call());
      expect([code, details.reason]).toEqual(['upstream_unavailable', 'our_credentials']);
    }
  });

  it.each([
    [400, 'no_match_for_provided_magic_link_url'],
    [403, 'captcha_required'],
    [408, 'request_timeout'],
    [500, 'internal_server_error'],
    [503, 'service_unavailable'],
  ])('about our settings or of an outage shows in the answer to a send: %i %s', async (status, type) => {
    next = { status, type };
    for (const send of [link, code]) expect(await codeOf(send())).toBe('upstream_unavailable');
  });

  it.each([
    [500, 'internal_server_error'],
    [429, 'too_many_requests'],
    [404, 'route_not_found'],
    [400, 'wrong_stack_test'],
    [400, 'an_error_type_of_next_year'],
  ])('of any other kind is a fault of the vendor: %i %s', async (status, type) => {
    next = { status, type };
    for (const call of [open, pass, prove, enrol, read])
      expect(await codeOf(call())).toBe('upstream_unavailable');
  });

  it('D8 leaves its type, status and request id for the log, and none of its words', async () => {
    next = { status: 400, type: 'wrong_stack_test' };
    for (const call of [prove, read]) {
      const { details } = await refusalOf(call());
      expect(details.upstream).toMatchObject({
        provider: 'stytch',
        status: 400,
        vendorCode: 'wrong_stack_test',
        vendorRequestId: 'request-id-test-1',
      });
      expect(JSON.stringify(details)).not.toContain('Words of Stytch');
    }
  });
});
