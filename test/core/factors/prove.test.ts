import { describe, expect, it } from '@jest/globals';
import { ServiceError } from '../../../functions/core/errors.ts';
import { prove } from '../../../functions/core/factors/prove.ts';
import type { ProofOutcome } from '../../../functions/core/ports.ts';
import type { CurrentSession } from '../../../functions/core/session/confirm-session.ts';
import type { FactorKind } from '../../../functions/core/session/session.ts';
import { failures, holder, type Scene } from '../../support/core-factors.ts';
import { changeLive, stytchDown } from '../../support/core-fakes.ts';
import { RIGHT_CODE, WRONG_CODE } from '../../support/core-stytch.ts';
import {
  factor,
  NOW,
  neverProved,
  onUser,
  refusal,
  SESSION,
  STRANGER,
  signal,
  USER,
} from '../../support/core-values.ts';

/** The session as Stytch showed it before the proof. */
const beforeProof = ({ world, presented }: Scene): CurrentSession => ({
  session: world.stytch.live.get(presented.sessionId) ?? presented,
  user: world.stytch.user,
  stytchRequestId: 'stytch-request-0',
});

const proveBy = (
  scene: Scene,
  kind: FactorKind,
  ask: () => Promise<ProofOutcome>,
  before = beforeProof(scene),
) => prove(scene.world.ports, scene.presented, before, kind, ask, signal);

const totp =
  (scene: Scene, code = RIGHT_CODE) =>
  () =>
    scene.world.ports.provider.authenticateTotp(
      { stytchUserId: USER, code, sessionJwt: scene.presented.sessionJwt },
      signal,
    );

const proveTotp = (scene: Scene, code = RIGHT_CODE) => proveBy(scene, 'totp', totp(scene, code));

describe('A proof is counted before Stytch is asked', () => {
  it('in the row of failures and for the day, and neither stays after a success', async () => {
    const scene = holder();
    scene.world.used.set(`failuresInARow ${USER}`, 5).set(`failuresPerDay ${USER}`, 9);
    await proveTotp(scene);
    expect(scene.world.calls).toEqual([
      'limit.reset',
      'limit.take',
      'limit.take',
      'stytch.authenticateTotp',
      'limit.reset',
      'limit.giveBack',
    ]);
    expect(failures(scene)).toEqual({ row: 0, day: 9 });
  });

  it('both stay after a wrong code', async () => {
    const scene = holder();
    expect(await refusal(proveTotp(scene, WRONG_CODE))).toMatchObject({
      code: 'invalid_grant',
      details: { reason: 'invalid_totp_code' },
    });
    expect(failures(scene)).toEqual({ row: 1, day: 1 });
    expect(scene.world.callsOf('limit')).not.toContain('limit.giveBack');
  });

  it('INV6 both stay when Stytch gave no answer: the code may have been tried', async () => {
    const scene = holder();
    const outage = stytchDown();
    scene.world.fail('stytch.authenticateTotp', outage);
    expect(await refusal(proveTotp(scene))).toBe(outage);
    expect(failures(scene)).toEqual({ row: 1, day: 1 });
  });

  it.each(['failuresInARow', 'failuresPerDay'] as const)('A6.6.3 %s stops before Stytch', async (limit) => {
    const scene = holder();
    scene.world.limits.set(limit, 0);
    expect(await refusal(proveTotp(scene))).toMatchObject({
      code: 'rate_limited',
      details: { reason: limit },
    });
    expect(scene.world.callsOf('stytch')).toEqual([]);
  });

  it('a try that the row refuses does not use up the day', async () => {
    const scene = holder();
    scene.world.limits.set('failuresInARow', 0);
    await refusal(proveTotp(scene));
    expect(failures(scene)).toEqual({ row: 0, day: 0 });
  });

  it('and no code is tried while they cannot be counted', async () => {
    const scene = holder();
    scene.world.fail('limit.take');
    expect(await refusal(proveTotp(scene))).toMatchObject({ code: 'temporarily_unavailable' });
    expect(scene.world.callsOf('stytch')).toEqual([]);
  });

  it('strangers’ tries end before Stytch would lock the user', async () => {
    const scene = holder();
    scene.world.limits.set('failuresInARow', 8);
    for (let tries = 0; tries < 20; tries += 1) await refusal(proveTotp(scene, WRONG_CODE));
    expect(scene.world.callsOf('stytch.authenticateTotp')).toHaveLength(8);
  });
});

describe('A row of failures ends', () => {
  const failed = async (scene: Scene): Promise<void> => {
    for (let tries = 0; tries < 8; tries += 1) await refusal(proveTotp(scene, WRONG_CODE));
  };

  it('by a sign-in that came after the last of them, also one that the app made with Stytch itself', async () => {
    const scene = holder();
    scene.world.limits.set('failuresInARow', 8);
    await failed(scene);
    scene.world.now += 60;
    const signedIn = { ...scene.presented, factors: [{ ...factor('email'), lastAuthenticatedAt: NOW + 30 }] };
    await expect(proveTotp({ ...scene, presented: signedIn })).resolves.toMatchObject({
      session: { sessionId: SESSION },
    });
  });

  it.each([
    ['a sign-in before the last of them', [factor('email', 1)]],
    ['a second factor after it', [factor('email', 1), { ...factor('sms'), lastAuthenticatedAt: NOW + 30 }]],
    ['a sign-in without a time', [neverProved('email')]],
  ])('but not by %s', async (_title, factors) => {
    const scene = holder();
    scene.world.limits.set('failuresInARow', 8);
    await failed(scene);
    scene.world.now += 60;
    expect(await refusal(proveTotp({ ...scene, presented: { ...scene.presented, factors } }))).toMatchObject({
      code: 'rate_limited',
    });
  });

  it('also by a success while the store is down: the code is used up', async () => {
    const scene = holder({ factors: [factor('sms')], onUser: [onUser('sms'), onUser('totp')] });
    scene.world.fail('limit.reset');
    scene.world.fail('limit.giveBack');
    await expect(proveTotp(scene)).resolves.toMatchObject({ session: { sessionId: SESSION } });
  });
});

describe('INV6 A proof whose answer was lost is never sent again: the session is read instead', () => {
  const noAnswer = () =>
    new ServiceError('upstream_unavailable', {
      reason: 'no_answer',
      upstream: { provider: 'stytch', operation: 'totps.authenticate' },
    });
  const lost = [
    ['a timeout', stytchDown],
    ['a connection that broke', noAnswer],
  ] as const;

  it.each(lost)('after %s, a proof that was taken gives no JWT, and is no failure', async (_title, fault) => {
    const scene = holder();
    scene.world.fail('stytch.authenticateTotp', fault(), 'after');
    expect(await refusal(proveTotp(scene))).toMatchObject({
      code: 'upstream_timeout',
      details: { reason: 'proof_taken', upstream: { provider: 'stytch' } },
    });
    expect(scene.world.callsOf('stytch')).toEqual(['stytch.authenticateTotp', 'stytch.readSession']);
    expect(failures(scene)).toEqual({ row: 0, day: 0 });
    expect(scene.world.linesOf('step_up.completed')).toEqual([]);
  });

  it.each(lost)('after %s, one that was not taken is told as it was', async (_title, fault) => {
    const scene = holder();
    const error = fault();
    scene.world.fail('stytch.authenticateTotp', error);
    expect(await refusal(proveTotp(scene))).toBe(error);
    expect(scene.world.callsOf('stytch')).toEqual(['stytch.authenticateTotp', 'stytch.readSession']);
    expect(failures(scene)).toEqual({ row: 1, day: 1 });
  });

  const proved = (age: number) => ({
    factors: [factor('email', 60), factor('totp', age)],
    onUser: [onUser('email'), onUser('totp')],
  });

  it('a proof of the same kind from before does not stand for the one that was lost', async () => {
    const scene = holder(proved(30));
    scene.world.fail('stytch.authenticateTotp', stytchDown());
    const { details } = await refusal(proveTotp(scene));
    expect(details.reason).not.toBe('proof_taken');
    expect(failures(scene)).toEqual({ row: 1, day: 1 });
  });

  it('but a newer one of the same kind does', async () => {
    const scene = holder(proved(30));
    scene.world.fail('stytch.authenticateTotp', stytchDown(), 'after');
    expect(await refusal(proveTotp(scene))).toMatchObject({ details: { reason: 'proof_taken' } });
    expect(failures(scene)).toEqual({ row: 0, day: 0 });
  });

  it('one of the same kind that was never proved does not', async () => {
    const scene = holder();
    changeLive(scene.world, scene.presented, { factors: [factor('email'), neverProved('totp')] });
    scene.world.fail('stytch.authenticateTotp', stytchDown());
    expect(await refusal(proveTotp(scene))).toMatchObject({ code: 'upstream_timeout' });
  });

  it('nor does a newer proof of another kind', async () => {
    const scene = holder();
    const before = beforeProof(scene);
    changeLive(scene.world, scene.presented, { factors: [factor('email'), factor('sms')] });
    scene.world.fail('stytch.authenticateTotp', stytchDown());
    expect(await refusal(proveBy(scene, 'totp', totp(scene), before))).toMatchObject({
      code: 'upstream_timeout',
    });
  });

  it.each([
    ['another user', { stytchUserId: STRANGER }],
    ['another session', { sessionId: 'session-test-2' }],
  ])('N11 %s in what is read is refused', async (_title, changes) => {
    const scene = holder();
    const before = beforeProof(scene);
    changeLive(scene.world, scene.presented, { ...changes, factors: [factor('totp')] });
    scene.world.fail('stytch.authenticateTotp', stytchDown());
    expect(await refusal(proveBy(scene, 'totp', totp(scene), before))).toMatchObject({
      details: { reason: 'session_changed' },
    });
  });

  it('an outage while it is read is told', async () => {
    const scene = holder();
    scene.world.fail('stytch.authenticateTotp', stytchDown(), 'after');
    const second = stytchDown();
    scene.world.fail('stytch.readSession', second);
    expect(await refusal(proveTotp(scene))).toBe(second);
  });

  it.each([
    ['a refusal', new ServiceError('user_locked')],
    ['an answer of 500', new ServiceError('upstream_unavailable', { reason: 'status_500' })],
    ['something unexpected', new TypeError('x is not a function')],
  ])('%s was an answer, and nothing is read', async (_title, error) => {
    const scene = holder();
    scene.world.fail('stytch.authenticateTotp', error);
    await expect(proveTotp(scene)).rejects.toBe(error);
    expect(scene.world.callsOf('stytch')).toEqual(['stytch.authenticateTotp']);
  });
});

describe('N11 A proof belongs to the same user’s same session', () => {
  it.each([
    ['another user', { stytchUserId: STRANGER }],
    ['another session', { sessionId: 'session-test-2' }],
  ])('%s in the returned JWT is refused, and the try stays counted', async (_title, changes) => {
    const scene = holder();
    changeLive(scene.world, scene.presented, changes);
    expect(await refusal(proveTotp(scene))).toMatchObject({
      code: 'invalid_token',
      details: { reason: 'session_changed' },
    });
    expect(failures(scene)).toEqual({ row: 1, day: 1 });
    expect(scene.world.linesOf('step_up.completed')).toEqual([]);
  });
});

describe('A16.3 A proof is audited', () => {
  it('when it succeeds', async () => {
    const scene = holder();
    await proveTotp(scene);
    expect(scene.world.logged).toEqual([
      {
        code: 'step_up.completed',
        fields: {
          stytchUserId: USER,
          sessionId: SESSION,
          factor: 'totp',
          stytchRequestId: 'stytch-request-1',
        },
      },
    ]);
  });

  it('and when it is refused, without the code', async () => {
    const scene = holder();
    await refusal(proveTotp(scene, WRONG_CODE));
    expect(scene.world.logged).toEqual([
      {
        code: 'step_up.refused',
        fields: { stytchUserId: USER, sessionId: SESSION, factor: 'totp', reason: 'invalid_totp_code' },
      },
    ]);
    expect(JSON.stringify(scene.world.logged)).not.toContain(WRONG_CODE);
  });

  it('U6 and without a TOTP at Stytch the user is asked to enrol', async () => {
    expect(await refusal(proveTotp(holder({ onUser: [onUser('email')] })))).toMatchObject({
      code: 'enrollment_required',
    });
  });
});
