import { beforeEach, describe, expect, it } from '@jest/globals';
import { Secret, TOTP } from 'otpauth';
import { totpCode, totpStep } from '../../../simulators/stytch/totp-codes.ts';
import { type Answer, Bench, decoded } from './bench.ts';

const EMAIL = 'ada@customer.example';

const bench = new Bench();
let signedIn: Answer;
beforeEach(async () => {
  bench.restart();
  signedIn = await bench.signIn(EMAIL);
});

/** What an independent authenticator app shows for a secret. */
function shownBy(secret: string, now: number): string {
  return new TOTP({ secret: Secret.fromBase32(secret), algorithm: 'SHA1', digits: 6, period: 30 }).generate({
    timestamp: now,
  });
}

async function enrol(): Promise<{ secret: string; totpId: string; recoveryCodes: readonly string[] }> {
  const created = await bench.post('/v1/totps', { user_id: signedIn.text('user_id') });
  const codes = created.body['recovery_codes'];
  return {
    secret: created.text('secret'),
    totpId: created.text('totp_id'),
    recoveryCodes: Array.isArray(codes) ? codes.map(String) : [],
  };
}

function prove(code: string, extra: Record<string, unknown> = {}): Promise<Answer> {
  return bench.post('/v1/totps/authenticate', {
    user_id: signedIn.text('user_id'),
    totp_code: code,
    ...extra,
  });
}

describe('the code algorithm', () => {
  it.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ])('gives the code of RFC 6238 at %i seconds', (seconds, code) => {
    expect(totpCode('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', totpStep(seconds * 1_000))).toBe(code);
  });
});

describe('enrolling an authenticator app', () => {
  it('hands out a secret of 160 bits, a QR code and ten recovery codes', async () => {
    const created = await bench.post('/v1/totps', { user_id: signedIn.text('user_id') });
    expect(created.text('totp_id')).toMatch(/^totp-test-/);
    expect(created.text('secret')).toMatch(/^[A-Z2-7]{32}$/);
    expect(created.text('qr_code')).toMatch(/^data:image\/png;base64,[A-Za-z0-9+/]{100,}/);
    expect(created.body['recovery_codes']).toHaveLength(10);
    expect(created.body['recovery_codes']).toContainEqual(
      expect.stringMatching(/^[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4}$/),
    );
    expect(created.body).toMatchObject({
      user: { totps: [{ totp_id: created.text('totp_id'), verified: false }] },
    });
  });

  it('allows one at a time: neither beside a pending nor beside an active one', async () => {
    const { secret } = await enrol();
    const pending = await bench.post('/v1/totps', { user_id: signedIn.text('user_id') });
    await prove(shownBy(secret, bench.now));
    const active = await bench.post('/v1/totps', { user_id: signedIn.text('user_id') });
    expect(pending.errorType).toBe('pending_totp_exists');
    expect([active.status, active.errorType]).toEqual([400, 'active_totp_exists']);
  });

  it('lapses when it is not confirmed in time', async () => {
    const created = await bench.post('/v1/totps', {
      user_id: signedIn.text('user_id'),
      expiration_minutes: 5,
    });
    bench.pass(300);
    const late = await prove(shownBy(created.text('secret'), bench.now));
    expect(late.errorType).toBe('expired_totp');
    expect((await bench.post('/v1/totps', { user_id: signedIn.text('user_id') })).status).toBe(200);
  });

  it.each([4, 1_441])('refuses an expiration of %i minutes', async (expiration_minutes) => {
    const answer = await bench.post('/v1/totps', { user_id: signedIn.text('user_id'), expiration_minutes });
    expect(answer.errorType).toBe('invalid_expiration');
  });
});

describe('authenticating a TOTP code', () => {
  it('adds the factor to the session passed, whose id and token stay', async () => {
    const { secret, totpId } = await enrol();
    const answer = await prove(shownBy(secret, bench.now), { session_jwt: signedIn.text('session_jwt') });
    expect(answer.text('session_token')).toBe(signedIn.text('session_token'));
    expect(answer.text('session', 'session_id')).toBe(signedIn.text('session', 'session_id'));
    expect(answer.text('session', 'expires_at')).toBe(signedIn.text('session', 'expires_at'));
    expect(answer.body).toMatchObject({
      totp_id: totpId,
      user: { totps: [{ totp_id: totpId, verified: true }] },
      session: {
        authentication_factors: [
          { type: 'magic_link' },
          {
            type: 'totp',
            delivery_method: 'authenticator_app',
            authenticator_app_factor: { totp_id: totpId },
          },
        ],
      },
    });
    expect(JSON.stringify(decoded(answer.text('session_jwt')).claims)).toContain(totpId);
    expect(JSON.stringify(decoded(signedIn.text('session_jwt')).claims)).not.toContain(totpId);
  });

  it('accepts the window before and after the present one, and none further', async () => {
    const { secret } = await enrol();
    const tooOld = await prove(shownBy(secret, bench.now - 60_000));
    const tooNew = await prove(shownBy(secret, bench.now + 60_000));
    const before = await prove(shownBy(secret, bench.now - 30_000));
    const after = await prove(shownBy(secret, bench.now + 30_000));
    expect([tooOld.errorType, tooNew.errorType]).toEqual([
      'unable_to_authenticate_totp',
      'unable_to_authenticate_totp',
    ]);
    expect([before.status, after.status]).toEqual([200, 200]);
  });

  it('refuses a code a second time, and an older one after it', async () => {
    const { secret } = await enrol();
    await prove(shownBy(secret, bench.now));
    const replay = await prove(shownBy(secret, bench.now));
    const older = await prove(shownBy(secret, bench.now - 30_000));
    expect([replay.status, replay.errorType]).toEqual([401, 'totp_code_already_authenticated']);
    expect(older.errorType).toBe('totp_code_already_authenticated');
  });

  it('answers with the status that the switch names', async () => {
    const { secret } = await enrol();
    bench.controls.setSwitches({ totpErrorStatus: 404 });
    const wrong = await prove(shownBy(secret, bench.now + 90_000));
    expect([wrong.status, wrong.errorType]).toEqual([404, 'unable_to_authenticate_totp']);
  });

  it.each([
    ['12345', 'invalid_totp_code'],
    ['1234567', 'invalid_totp_code'],
    ['abcdef', 'invalid_totp_code'],
    ['ab12-cd34-ef56', 'recovery_code_used_as_totp_code'],
  ])('refuses %s with %s', async (code, errorType) => {
    await enrol();
    expect((await prove(code)).errorType).toBe(errorType);
  });

  it('answers 404 for a user without a TOTP and for no user', async () => {
    expect((await prove('123456')).errorType).toBe('totps_not_found_for_user');
    const nobody = await bench.post('/v1/totps/authenticate', {
      user_id: 'user-test-00000000-0000-4000-8000-000000000000',
      totp_code: '123456',
    });
    expect([nobody.status, nobody.errorType]).toEqual([404, 'user_not_found']);
  });

  it.each([
    ['allow', 200, undefined],
    ['reject', 400, 'invalid_session_missing_primary_factor'],
  ] as const)('without a session answers by the switch: %s', async (totpAlone, status, errorType) => {
    const { secret } = await enrol();
    bench.controls.setSwitches({ totpAlone });
    const answer = await prove(shownBy(secret, bench.now), { session_duration_minutes: 5 });
    expect([answer.status, answer.errorType]).toEqual([status, errorType]);
  });

  it.each([
    ['ignore', 200, undefined],
    ['reject', 400, 'user_id_mismatch'],
  ] as const)(
    "with another user's session answers by the switch: %s",
    async (foreignSession, status, errorType) => {
      const { secret } = await enrol();
      const other = await bench.signIn('bob@customer.example');
      bench.controls.setSwitches({ foreignSession });
      const answer = await prove(shownBy(secret, bench.now), {
        session_token: other.text('session_token'),
        session_duration_minutes: 5,
      });
      expect([answer.status, answer.errorType]).toEqual([status, errorType]);
      const untouched = await bench.post('/v1/sessions/authenticate', {
        session_token: other.text('session_token'),
      });
      expect(untouched.body).toMatchObject({ session: { authentication_factors: [{ type: 'magic_link' }] } });
      expect(answer.body['session_token']).not.toBe(other.text('session_token'));
    },
  );

  it.each([
    ['update', ['2030-01-01T10:00:31Z']],
    ['append', ['2030-01-01T10:00:01Z', '2030-01-01T10:00:31Z']],
  ] as const)('proved again shows by the switch: %s', async (factorRepeat, times) => {
    const { secret } = await enrol();
    bench.controls.setSwitches({ factorRepeat });
    const session_token = signedIn.text('session_token');
    await prove(shownBy(secret, bench.now), { session_token });
    bench.pass(30);
    await prove(shownBy(secret, bench.now), { session_token });
    const [session] = bench.controls.sessions(signedIn.text('user_id'));
    const factors = session?.['authentication_factors'];
    const seen = Array.isArray(factors) ? factors.slice(1) : [];
    expect(seen).toMatchObject(times.map((last_authenticated_at) => ({ last_authenticated_at })));
    expect(seen).toHaveLength(times.length);
  });
});

describe('recovery codes', () => {
  it('are listed in clear and each works once', async () => {
    const { secret, recoveryCodes } = await enrol();
    await prove(shownBy(secret, bench.now));
    const [first] = recoveryCodes;
    const recover = () =>
      bench.post('/v1/totps/recover', {
        user_id: signedIn.text('user_id'),
        recovery_code: first,
        session_token: signedIn.text('session_token'),
      });
    const listed = await bench.post('/v1/totps/recovery_codes', { user_id: signedIn.text('user_id') });
    const used = await recover();
    const again = await recover();
    expect(listed.body).toMatchObject({ totps: [{ verified: true, recovery_codes: recoveryCodes }] });
    expect(used.body).toMatchObject({
      session: {
        authentication_factors: [
          { type: 'magic_link' },
          { type: 'recovery_codes', delivery_method: 'recovery_code' },
        ],
      },
    });
    expect([again.status, again.errorType]).toEqual([401, 'unable_to_authenticate_recovery_code']);
  });

  it('start no session by themselves when the switch says reject', async () => {
    const { secret, recoveryCodes } = await enrol();
    await prove(shownBy(secret, bench.now));
    bench.controls.setSwitches({ totpAlone: 'reject' });
    const answer = await bench.post('/v1/totps/recover', {
      user_id: signedIn.text('user_id'),
      recovery_code: recoveryCodes[0],
      session_duration_minutes: 5,
    });
    expect(answer.errorType).toBe('invalid_session_missing_primary_factor');
  });

  it.each([
    ['123456', 'totp_code_used_as_recovery_code'],
    ['nonsense', 'invalid_recovery_code'],
    ['aaaa-bbbb-cccc', 'unable_to_authenticate_recovery_code'],
  ])('refuses %s with %s', async (recovery_code, errorType) => {
    const { secret } = await enrol();
    await prove(shownBy(secret, bench.now));
    const answer = await bench.post('/v1/totps/recover', {
      user_id: signedIn.text('user_id'),
      recovery_code,
    });
    expect(answer.errorType).toBe(errorType);
  });
});
