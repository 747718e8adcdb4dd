import { beforeEach, describe, expect, it } from '@jest/globals';
import { Bench, decoded, PROJECT_ID, START } from './bench.ts';

const EMAIL = 'ada@customer.example';
const AUTHENTICATE = '/v1/sessions/authenticate';
const SESSION_CLAIM = 'https://stytch.com/session';

const bench = new Bench();
beforeEach(() => bench.restart());

describe('a session', () => {
  it('is confirmed by token or JWT, keeps its token, and gets a fresh JWT', async () => {
    const signedIn = await bench.signIn(EMAIL);
    bench.pass(60);
    const byToken = await bench.post(AUTHENTICATE, { session_token: signedIn.text('session_token') });
    const byJwt = await bench.post(AUTHENTICATE, { session_jwt: signedIn.text('session_jwt') });
    expect(byToken.text('session_token')).toBe(signedIn.text('session_token'));
    expect(byJwt.text('session', 'session_id')).toBe(signedIn.text('session', 'session_id'));
    expect(byJwt.text('session_jwt')).not.toBe(signedIn.text('session_jwt'));
    expect(byJwt.text('session', 'last_accessed_at')).toBe('2030-01-01T10:01:01Z');
    expect(byJwt.text('session', 'expires_at')).toBe(signedIn.text('session', 'expires_at'));
  });

  it('takes exactly one of token and JWT', async () => {
    const signedIn = await bench.signIn(EMAIL);
    const both = await bench.post(AUTHENTICATE, {
      session_token: signedIn.text('session_token'),
      session_jwt: signedIn.text('session_jwt'),
    });
    const none = await bench.post(AUTHENTICATE, {});
    expect([both.status, both.errorType]).toEqual([400, 'too_many_session_arguments']);
    expect([none.status, none.errorType]).toEqual([400, 'no_session_arguments']);
  });

  it('is refreshed by an expired JWT while it lives, and not after', async () => {
    const signedIn = await bench.signIn(EMAIL, 10);
    bench.pass(599);
    const refreshed = await bench.post(AUTHENTICATE, { session_jwt: signedIn.text('session_jwt') });
    bench.pass(1);
    const over = await bench.post(AUTHENTICATE, { session_jwt: signedIn.text('session_jwt') });
    expect(refreshed.status).toBe(200);
    expect([over.status, over.errorType]).toEqual([404, 'session_not_found']);
  });

  it('ends at now plus the duration sent, later or earlier than before', async () => {
    const signedIn = await bench.signIn(EMAIL, 60);
    const session_token = signedIn.text('session_token');
    const longer = await bench.post(AUTHENTICATE, { session_token, session_duration_minutes: 120 });
    const shorter = await bench.post(AUTHENTICATE, { session_token, session_duration_minutes: 5 });
    expect(longer.text('session', 'expires_at')).toBe('2030-01-01T12:00:01Z');
    expect(shorter.text('session', 'expires_at')).toBe('2030-01-01T10:05:01Z');
  });

  it.each([4, 527_041, 7.5, '60'])('refuses a duration of %p', async (minutes) => {
    const signedIn = await bench.signIn(EMAIL);
    const answer = await bench.post(AUTHENTICATE, {
      session_token: signedIn.text('session_token'),
      session_duration_minutes: minutes,
    });
    expect([answer.status, answer.errorType]).toEqual([400, 'invalid_session_duration_minutes']);
  });

  it('is listed for its user until it is revoked by id, token or JWT, each once', async () => {
    const first = await bench.signIn(EMAIL);
    const userId = first.text('user_id');
    const second = await bench.signIn(EMAIL);
    const third = await bench.signIn(EMAIL);
    const before = await bench.call(`GET /v1/sessions?user_id=${userId}`);
    expect(before.body['sessions']).toHaveLength(3);
    const revocations = [
      { session_id: first.text('session', 'session_id') },
      { session_token: second.text('session_token') },
      { session_jwt: third.text('session_jwt') },
    ];
    for (const revocation of revocations) {
      expect((await bench.post('/v1/sessions/revoke', revocation)).status).toBe(200);
      expect((await bench.post('/v1/sessions/revoke', revocation)).errorType).toBe('session_not_found');
    }
    const after = await bench.call(`GET /v1/sessions?user_id=${userId}`);
    expect(after.body['sessions']).toEqual([]);
  });

  it('cannot be revoked by two arguments or none', async () => {
    const signedIn = await bench.signIn(EMAIL);
    const both = await bench.post('/v1/sessions/revoke', {
      session_id: signedIn.text('session', 'session_id'),
      session_token: signedIn.text('session_token'),
    });
    expect(both.errorType).toBe('too_many_session_arguments');
    expect((await bench.post('/v1/sessions/revoke', {})).errorType).toBe('no_session_arguments');
  });

  it('answers every authorization check with a refusal, as a project without a policy does', async () => {
    const signedIn = await bench.signIn(EMAIL);
    const answer = await bench.post(AUTHENTICATE, {
      session_token: signedIn.text('session_token'),
      authorization_check: { resource_id: 'documents', action: 'read' },
    });
    expect([answer.status, answer.errorType]).toEqual([403, 'consumer_session_authorization_error']);
  });

  it('of an impersonator has one telling factor, lasts an hour and cannot be changed', async () => {
    const { userId } = await bench.controls.seedUser({ email: EMAIL, totp: true });
    const impersonation_token = bench.controls.impersonationToken(userId);
    const answer = await bench.post('/v1/impersonation/authenticate', { impersonation_token });
    expect(answer.body).toMatchObject({
      session: {
        expires_at: '2030-01-01T11:00:00Z',
        authentication_factors: [{ type: 'impersonated', delivery_method: 'impersonation' }],
      },
    });
    const again = await bench.post('/v1/impersonation/authenticate', { impersonation_token });
    const longer = await bench.post(AUTHENTICATE, {
      session_token: answer.text('session_token'),
      session_duration_minutes: 120,
    });
    const stepUp = await bench.post('/v1/totps/authenticate', {
      user_id: userId,
      totp_code: bench.controls.totpCode(userId),
      session_token: answer.text('session_token'),
    });
    expect(again.errorType).toBe('unable_to_auth_impersonation_token');
    expect([longer.errorType, stepUp.errorType]).toEqual(['session_not_mutable', 'session_not_mutable']);
  });
});

describe('custom claims', () => {
  it('appear at the top level of the JWT, merge, and go when null', async () => {
    const signedIn = await bench.signIn(EMAIL);
    const session_token = signedIn.text('session_token');
    const change = async (session_custom_claims: unknown) =>
      bench.post(AUTHENTICATE, { session_token, session_duration_minutes: 60, session_custom_claims });
    await change({ tier: 'gold', limits: { daily: 1, weekly: 7 }, gone: true });
    const after = await change({ limits: { daily: 2 }, gone: null });
    const wanted = { tier: 'gold', limits: { daily: 2, weekly: 7 } };
    expect(after.body).toMatchObject({ session: { custom_claims: wanted } });
    expect(decoded(after.text('session_jwt')).claims).toMatchObject(wanted);
    expect(decoded(after.text('session_jwt')).claims).not.toHaveProperty('gone');
  });

  it('are not created by a call without a duration', async () => {
    const signedIn = await bench.signIn(EMAIL);
    const answer = await bench.post(AUTHENTICATE, {
      session_token: signedIn.text('session_token'),
      session_custom_claims: { tier: 'gold' },
    });
    expect(decoded(answer.text('session_jwt')).claims).not.toHaveProperty('tier');
  });

  it.each([
    ['ignore', 200, undefined],
    ['error', 400, 'reserved_claims_in_custom_claims'],
  ] as const)('with reserved names answer by the switch: %s', async (reservedClaims, status, errorType) => {
    bench.controls.setSwitches({ reservedClaims });
    const signedIn = await bench.signIn(EMAIL);
    const answer = await bench.post(AUTHENTICATE, {
      session_token: signedIn.text('session_token'),
      session_duration_minutes: 60,
      session_custom_claims: { sub: 'someone-else' },
    });
    expect([answer.status, answer.errorType]).toEqual([status, errorType]);
    const now = await bench.post(AUTHENTICATE, { session_token: signedIn.text('session_token') });
    expect(decoded(now.text('session_jwt')).claims['sub']).toBe(signedIn.text('user_id'));
  });

  it('over four kilobytes are refused', async () => {
    const signedIn = await bench.signIn(EMAIL);
    const answer = await bench.post(AUTHENTICATE, {
      session_token: signedIn.text('session_token'),
      session_duration_minutes: 60,
      session_custom_claims: { blob: 'x'.repeat(4_096) },
    });
    expect(answer.errorType).toBe('custom_claims_too_large');
  });
});

describe('a session JWT', () => {
  it('has exactly the claims of a Stytch session JWT', async () => {
    const signedIn = await bench.signIn(EMAIL);
    const { header, claims } = decoded(signedIn.text('session_jwt'));
    const issuedAt = START / 1_000 + 1;
    expect(header).toEqual({ alg: 'RS256', typ: 'JWT', kid: expect.stringMatching(/^jwk-test-/) });
    expect(claims).toEqual({
      iss: `stytch.com/${PROJECT_ID}`,
      aud: [PROJECT_ID],
      sub: signedIn.text('user_id'),
      iat: issuedAt,
      nbf: issuedAt,
      exp: issuedAt + 300,
      [SESSION_CLAIM]: {
        id: signedIn.text('session', 'session_id'),
        started_at: '2030-01-01T10:00:01Z',
        last_accessed_at: '2030-01-01T10:00:01Z',
        expires_at: '2030-01-01T11:00:01Z',
        attributes: { ip_address: '', user_agent: '' },
        roles: ['stytch_user'],
        authentication_factors: [
          {
            type: 'magic_link',
            delivery_method: 'email',
            last_authenticated_at: '2030-01-01T10:00:01Z',
            created_at: '2030-01-01T10:00:01Z',
            updated_at: '2030-01-01T10:00:01Z',
            email_factor: { email_id: signedIn.text('method_id'), email_address: EMAIL },
          },
        ],
      },
    });
  });

  it("names the project's own domain as issuer when it has one", async () => {
    bench.controls.setSwitches({ issuerDomain: 'quiet-river-7.customers.stytch.dev' });
    const signedIn = await bench.signIn(EMAIL);
    expect(decoded(signedIn.text('session_jwt')).claims['iss']).toBe(
      'https://quiet-river-7.customers.stytch.dev',
    );
  });

  it('that is no session JWT of this project cannot refresh a session', async () => {
    const signedIn = await bench.signIn(EMAIL);
    const sessionId = signedIn.text('session', 'session_id');
    const kinds = [
      'forged_signature',
      'alg_none',
      'hs256_public_key',
      'wrong_audience',
      'one_hour_life',
    ] as const;
    for (const kind of kinds) {
      const session_jwt = await bench.controls.mintLookAlike({ kind, sessionId });
      const answer = await bench.post(AUTHENTICATE, { session_jwt });
      expect([kind, answer.errorType]).toEqual([kind, 'unable_to_parse_session_jwt']);
    }
    expect((await bench.post(AUTHENTICATE, { session_jwt: 'not.a.jwt' })).errorType).toBe(
      'unable_to_parse_session_jwt',
    );
  });
});
