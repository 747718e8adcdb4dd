import { beforeEach, describe, expect, it } from '@jest/globals';
import { type Answer, Bench } from './bench.ts';

const EMAIL = 'ada@customer.example';
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

const bench = new Bench();
let userId: string;
let sessionToken: string;
beforeEach(async () => {
  bench.restart();
  ({ userId } = await bench.controls.seedUser({ email: EMAIL, totpSecret: SECRET, password: 'Right-0ne!' }));
  ({ sessionToken } = await bench.controls.startSession({ userId }));
});

/** A TOTP code that is right in none of the three windows. */
async function fail(): Promise<Answer> {
  const right = bench.controls.totpCode(userId);
  for (let digits = 0; ; digits += 1) {
    const totp_code = String((Number(right) + 111_111 + digits) % 1_000_000).padStart(6, '0');
    const answer = await bench.post('/v1/totps/authenticate', { user_id: userId, totp_code });
    if (answer.status !== 200) return answer;
  }
}

function succeed(): Promise<Answer> {
  return bench.post('/v1/totps/authenticate', {
    user_id: userId,
    totp_code: bench.controls.totpCode(userId),
  });
}

describe('the automatic lock', () => {
  it('comes with the tenth failure in a row, whatever was tried', async () => {
    for (let failures = 0; failures < 8; failures += 1) await fail();
    await bench.post('/v1/passwords/authenticate', { email: EMAIL, password: 'wrong' });
    expect(bench.controls.userByEmail(EMAIL)?.isLocked).toBe(false);
    const tenth = await fail();
    const right = await succeed();
    expect(tenth.errorType).toBe('unable_to_authenticate_totp');
    expect([right.status, right.errorType]).toEqual([429, 'user_lock_limit_reached']);
  });

  it('starts counting again after a success', async () => {
    for (let failures = 0; failures < 9; failures += 1) await fail();
    expect((await succeed()).status).toBe(200);
    for (let failures = 0; failures < 9; failures += 1) await fail();
    expect(bench.controls.userByEmail(EMAIL)?.isLocked).toBe(false);
  });

  it('shows on the user, lets sessions live, and lifts itself after an hour', async () => {
    bench.controls.lockUser(userId);
    const locked = await bench.post('/v1/sessions/authenticate', { session_token: sessionToken });
    expect(locked.body).toMatchObject({
      status_code: 200,
      user: {
        is_locked: true,
        lock_created_at: '2030-01-01T10:00:00Z',
        lock_expires_at: '2030-01-01T11:00:00Z',
      },
    });
    bench.controls.ageLock({ userId, seconds: 3_599 });
    expect((await succeed()).errorType).toBe('user_lock_limit_reached');
    bench.controls.ageLock({ userId, seconds: 1 });
    expect((await succeed()).status).toBe(200);
  });

  it('holds against a magic link too, without using it up', async () => {
    const token = await bench.link(EMAIL);
    bench.controls.lockUser(userId);
    const locked = await bench.post('/v1/magic_links/authenticate', { token });
    bench.controls.unlockUser(userId);
    const unlocked = await bench.post('/v1/magic_links/authenticate', { token });
    expect([locked.errorType, unlocked.status]).toEqual(['user_lock_limit_reached', 200]);
  });

  it('comes as early and lasts as long as the project sets it', async () => {
    bench.controls.setSwitches({ lockAfterFailures: 1, lockMinutes: 5 });
    await fail();
    expect((await succeed()).errorType).toBe('user_lock_limit_reached');
    bench.pass(300);
    expect((await succeed()).status).toBe(200);
  });
});
