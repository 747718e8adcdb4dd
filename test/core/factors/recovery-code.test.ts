import { describe, expect, it } from '@jest/globals';
import { routes } from '../../../functions/contract/routes.ts';
import { enrolTotp } from '../../../functions/core/factors/enrol-totp.ts';
import { stepUp } from '../../../functions/core/factors/step-up.ts';
import { failures, giveSession, holder, phone, refreshed, type Scene } from '../../support/core-factors.ts';
import { changeLive, stytchDown } from '../../support/core-fakes.ts';
import { RIGHT_RECOVERY, WRONG_RECOVERY } from '../../support/core-stytch.ts';
import { factor, onUser, refusal, SESSION, signal, USER } from '../../support/core-values.ts';

describe('A recovery code', () => {
  const recover = (scene: Scene, recoveryCode = RIGHT_RECOVERY) =>
    stepUp(scene.world.ports, scene.presented, { factor: 'recovery_code', recoveryCode }, signal);

  it('ends every other session of the user, and leaves a JWT that says what it is', async () => {
    const scene = holder();
    giveSession(scene, 'session-test-2');
    giveSession(scene, 'session-test-3');
    expect(await recover(scene)).toMatchObject({
      factors: [
        { kind: 'email' },
        { kind: 'recovery_code', lastAuthenticatedAt: '2027-01-15T08:00:00.000Z' },
      ],
    });
    expect(scene.world.stytch.revoked).toEqual(['session-test-2', 'session-test-3']);
    expect([...scene.world.stytch.live.keys()]).toEqual([SESSION]);
    expect(scene.world.linesOf('factor.recovery_begun')).toEqual([{ stytchUserId: USER, sessionsEnded: 2 }]);
  });

  it('is counted like every other proof, before Stytch is asked', async () => {
    const scene = holder();
    await refusal(recover(scene, WRONG_RECOVERY));
    expect(failures(scene)).toEqual({ row: 1, day: 1 });
    expect(scene.world.calls.at(-1)).toBe('stytch.recoverTotp');
    expect(scene.world.stytch.revoked).toEqual([]);
  });

  it('INV6 whose answer was lost is not sent again and gives no JWT, and the other sessions end before the TOTP is replaced', async () => {
    const scene = holder();
    giveSession(scene);
    scene.world.fail('stytch.recoverTotp', stytchDown(), 'after');
    expect(await refusal(recover(scene))).toMatchObject({
      code: 'upstream_timeout',
      details: { reason: 'proof_taken' },
    });
    expect(scene.world.callsOf('stytch.recoverTotp')).toHaveLength(1);
    expect(failures(scene)).toEqual({ row: 0, day: 0 });
    await enrolTotp(scene.world.ports, refreshed(scene, 'returned.jwt.3').presented, signal);
    expect(scene.world.stytch.revoked).toEqual(['session-test-2']);
    expect(scene.world.calls.indexOf('stytch.revoke')).toBeLessThan(
      scene.world.calls.indexOf('stytch.deleteFactor'),
    );
  });

  it.each([
    ['without a TOTP', { onUser: [onUser('email'), phone()] }, 'factor_not_allowed'],
    [
      'with a TOTP that was never confirmed',
      { onUser: [onUser('email'), onUser('totp', false)] },
      'factor_not_allowed',
    ],
    [
      'with a sign-in of more than ten minutes',
      { factors: [factor('email', 601)] },
      'insufficient_user_authentication',
    ],
  ] as const)('%s is not tried', async (_title, scene, code) => {
    const one = holder(scene);
    expect(await refusal(recover(one))).toMatchObject({ code });
    expect(routes.stepUp.problems).toContain(code);
    expect(one.world.calls).not.toContain('stytch.recoverTotp');
    expect(one.world.callsOf('limit')).toEqual([]);
  });

  it.each([
    ['the presented JWT', [factor('email', 601)], [factor('email')]],
    ['the session', [factor('email')], [factor('email', 601)]],
  ])('is not tried when the sign-in in %s alone is old', async (_title, presented, live) => {
    const scene = holder({ factors: presented });
    changeLive(scene.world, scene.presented, { factors: live });
    expect(await refusal(recover(scene))).toMatchObject({
      code: 'insufficient_user_authentication',
      details: { reason: 'recovery_window', challenge: { maxAgeSeconds: 600 } },
    });
    expect(scene.world.calls).not.toContain('stytch.recoverTotp');
  });

  it('INV5 is never logged', async () => {
    const scene = holder();
    await recover(scene);
    expect(JSON.stringify(scene.world.logged)).not.toContain(RIGHT_RECOVERY);
  });
});
