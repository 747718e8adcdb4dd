import { describe, expect, it } from '@jest/globals';
import { ServiceError } from '../../../functions/core/errors.ts';
import { challengeFor } from '../../../functions/core/factors/challenge.ts';
import { admit, factorAges, judgePresented, refuseBarred } from '../../../functions/core/factors/gate.ts';
import type { Requirement } from '../../../functions/core/factors/judge.ts';
import type { Session } from '../../../functions/core/session/session.ts';
import {
  createWorld,
  type SignIn,
  signIn,
  storeDown,
  stytchDown,
  type World,
} from '../../support/core-fakes.ts';
import { rowKey } from '../../support/core-mappings.ts';
import {
  applicationRecord,
  current,
  customerRecord,
  DAY,
  factor,
  factorRecord,
  HOUR,
  NOW,
  neverProved,
  onUser,
  refusal,
  signal,
  USER,
  userRecord,
} from '../../support/core-values.ts';

const mfa: Requirement = { preset: 'stytch-mfa', maxFactorAgeSeconds: 600 };

const arrange = (scene: SignIn): { world: World; presented: Session } => {
  const world = createWorld();
  return { world, presented: signIn(world, scene) };
};

const first = (world: World, presented: Session, requirement = mfa) =>
  judgePresented(world.ports, requirement, presented, signal);

const withTotp = [onUser('email'), onUser('totp')];

describe('INV1 The first verdict is on the JWT that was presented', () => {
  it('lets enough factors through without asking anybody', async () => {
    const { world, presented } = arrange({ factors: [factor('email'), factor('sms')] });
    await first(world, presented);
    expect(world.calls).toEqual([]);
  });

  it('asks for a step-up when the user holds a factor for it, after asking Stytch once', async () => {
    const { world, presented } = arrange({ factors: [factor('email')], onUser: withTotp });
    expect(await refusal(first(world, presented))).toMatchObject({
      code: 'insufficient_user_authentication',
      details: { challenge: challengeFor(mfa), reason: 'presented_jwt' },
    });
    expect(world.calls).toEqual(['stytch.readSession', 'table.readUser']);
  });

  it('U6 asks for an enrolment when the user holds nothing, and only after Stytch was asked', async () => {
    const { world, presented } = arrange({ factors: [factor('email')] });
    expect(await refusal(first(world, presented))).toMatchObject({
      code: 'enrollment_required',
      details: { reason: 'presented_jwt' },
    });
    expect(world.callsOf('stytch')).toEqual(['stytch.readSession']);
  });

  it('may only refuse: factors that Stytch knows of and the JWT does not hold admit nobody', async () => {
    const { world, presented } = arrange({ factors: [factor('email')], onUser: withTotp });
    world.stytch.live.set(presented.sessionId, { ...presented, factors: [factor('email'), factor('totp')] });
    expect(await refusal(first(world, presented))).toMatchObject({
      code: 'insufficient_user_authentication',
    });
  });

  it('U4 gives two users with different factors the same challenge', async () => {
    const one = arrange({ factors: [factor('email')], onUser: withTotp });
    const other = arrange({ factors: [factor('sms', HOUR)], onUser: [onUser('sms'), onUser('passkey')] });
    const [a, b] = [
      await refusal(first(one.world, one.presented)),
      await refusal(first(other.world, other.presented)),
    ];
    expect(a.code).toBe(b.code);
    expect(a.details).toEqual(b.details);
  });

  it('N9 refuses an impersonated session without asking anybody', async () => {
    const factors = [factor('email'), factor('sms'), factor('impersonated')];
    const { world, presented } = arrange({ factors });
    expect(await refusal(first(world, presented))).toMatchObject({
      code: 'invalid_token',
      details: { reason: 'impersonated' },
    });
    expect(world.calls).toEqual([]);
  });
});

describe('INV6 Without an answer, the challenge is the answer to a first refusal', () => {
  it.each([
    ['Stytch does not answer in time', 'stytch.readSession', stytchDown()],
    ['Stytch is out of order', 'stytch.readSession', new ServiceError('upstream_unavailable')],
    ['Stytch fails in a way that we do not know', 'stytch.readSession', new Error('socket hang up')],
    ['the store is down', 'table.readUser', storeDown()],
  ])('when %s', async (_title, operation, error) => {
    const { world, presented } = arrange({ factors: [factor('email')] });
    world.fail(operation, error);
    expect(await refusal(first(world, presented))).toMatchObject({
      code: 'insufficient_user_authentication',
      details: { challenge: challengeFor(mfa) },
    });
  });
});

describe('A first refusal tells what no step-up would cure', () => {
  it('that the session was revoked', async () => {
    const { world, presented } = arrange({ factors: [factor('email')], onUser: withTotp });
    world.stytch.live.clear();
    expect(await refusal(first(world, presented))).toMatchObject({
      code: 'invalid_token',
      details: { reason: 'session_not_found' },
    });
  });

  it.each([
    ['that Stytch locked the user', { isLocked: true }, 'user_locked'],
    ['that the user is not active', { isActive: false }, 'invalid_token'],
  ])('%s', async (_title, changes, code) => {
    const { world, presented } = arrange({ factors: [factor('email')], onUser: withTotp });
    world.stytch.user = { ...world.stytch.user, ...changes };
    expect(await refusal(first(world, presented))).toMatchObject({ code });
  });

  it.each([
    ['that we deleted the user', { isDeleted: true, lockedUntil: null }, 'invalid_token'],
    ['that we locked the user', { isDeleted: false, lockedUntil: NOW + 1 }, 'user_locked'],
  ])('%s', async (_title, row, code) => {
    const { world, presented } = arrange({ factors: [factor('email')], onUser: withTotp });
    world.rows.users.set(USER, row);
    expect(await refusal(first(world, presented))).toMatchObject({ code });
  });
});

describe('U6 A step-up is asked for exactly of those who hold what could meet the policy', () => {
  const ask = async (requirement: Requirement, scene: SignIn): Promise<string> => {
    const { world, presented } = arrange(scene);
    return (await refusal(first(world, presented, requirement))).code;
  };

  it('a user whose second factor was enrolled through Stytch itself, and whom we never met, steps up', async () => {
    const scene = { factors: [factor('email')], onUser: withTotp, records: [] };
    expect(await ask(mfa, scene)).toBe('insufficient_user_authentication');
  });

  it('a user with an email alone signs in again where any session will do', async () => {
    const requirement: Requirement = { preset: 'any-session', maxFactorAgeSeconds: 600 };
    expect(await ask(requirement, { factors: [factor('email', 601)] })).toBe(
      'insufficient_user_authentication',
    );
  });

  it('a user with a TOTP alone must enrol where only a passkey will do', async () => {
    const requirement: Requirement = { preset: 'phishing-resistant', maxFactorAgeSeconds: 600 };
    expect(await ask(requirement, { factors: [factor('email')], onUser: withTotp })).toBe(
      'enrollment_required',
    );
  });
});

describe('INV1 The second verdict is on what Stytch returned', () => {
  const admitted = (world: World, factors: SignIn['factors'], held = [onUser('email'), onUser('sms')]) =>
    admit(world.ports, mfa, {
      current: current(factors, held),
      known: userRecord({ factors: [factorRecord('sms')] }),
    });

  it('admits fresh factors that are on the user and known to us', async () => {
    const world = createWorld();
    await expect(admitted(world, [factor('email'), factor('sms', 600)])).resolves.toBeUndefined();
    expect(world.calls).toEqual([]);
  });

  it.each([
    ['a stale factor', [factor('email'), factor('sms', 601)], 'insufficient_user_authentication'],
    ['a factor without a time', [factor('email'), neverProved('sms')], 'insufficient_user_authentication'],
    ['one factor alone', [factor('sms')], 'insufficient_user_authentication'],
    ['an impersonated session', [factor('email'), factor('sms'), factor('impersonated')], 'invalid_token'],
  ])('refuses %s', async (_title, factors, code) => {
    expect(await refusal(admitted(createWorld(), factors))).toMatchObject({ code });
  });

  it('N11 refuses a factor that was taken off the user since, and asks for an enrolment', async () => {
    const attempt = admitted(createWorld(), [factor('email'), factor('sms')], [onUser('email')]);
    expect(await refusal(attempt)).toMatchObject({
      code: 'enrollment_required',
      details: { reason: 'confirmed_session' },
    });
  });

  it('INV1 counts a factor that it meets for the first time, even as the clock ticks on', async () => {
    const world = createWorld();
    let ticks = 0;
    const clock = (): number => {
      ticks += 1;
      return NOW + ticks / 1000;
    };
    const meeting = admit({ ...world.ports, clock }, mfa, {
      current: current([factor('email'), factor('totp')], withTotp),
      known: userRecord(),
    });
    await expect(meeting).resolves.toBeUndefined();
  });
});

describe('A factor that appears on a user', () => {
  const meet = (world: World, known = userRecord()) =>
    admit(world.ports, mfa, { current: current([factor('email'), factor('totp')], withTotp), known });

  it('counts at once and is recorded, while the user has no customer', async () => {
    const world = createWorld();
    await meet(world);
    expect(world.rows.factors.get(rowKey(USER, 'totp-1'))).toMatchObject({
      origin: 'seen',
      firstSeenAt: NOW,
    });
    expect(world.linesOf('factor.first_seen')).toEqual([
      { stytchUserId: USER, factorId: 'totp-1', kind: 'totp', origin: 'seen' },
    ]);
  });

  it('waits its day when the user has a customer, is recorded and audited', async () => {
    const world = createWorld();
    const attempt = meet(world, userRecord({ customers: [customerRecord()] }));
    expect(await refusal(attempt)).toMatchObject({ code: 'enrollment_required' });
    expect(world.rows.factors.get(rowKey(USER, 'totp-1'))).toMatchObject({ origin: 'seen_late' });
    expect(world.linesOf('factor.first_seen')).toMatchObject([{ origin: 'seen_late' }]);
  });

  it('A7.5.1 waits its day from now when it was begun here before the user applied, and proved past us', async () => {
    const world = createWorld();
    const begun = factorRecord('totp', { origin: 'enrolled', firstSeenAt: NOW - 3 * DAY, confirmedAt: null });
    world.rows.factors.set(rowKey(USER, 'totp-1'), begun);
    const known = userRecord({
      factors: [begun, factorRecord('sms', { factorId: 'sms-9' })],
      applications: [applicationRecord({ createdAt: NOW - DAY })],
    });
    expect(await refusal(meet(world, known))).toMatchObject({ code: 'enrollment_required' });
    expect(world.rows.factors.get(rowKey(USER, 'totp-1'))).toMatchObject({
      origin: 'seen_late',
      firstSeenAt: NOW,
    });
    expect(world.linesOf('factor.first_seen')).toMatchObject([{ origin: 'seen_late' }]);
  });

  it('counts as another request wrote it down that saw it first', async () => {
    const world = createWorld();
    world.rows.factors.set(
      rowKey(USER, 'totp-1'),
      factorRecord('totp', { origin: 'seen_late', firstSeenAt: NOW - HOUR }),
    );
    expect(await refusal(meet(world))).toMatchObject({ code: 'enrollment_required' });
    expect(world.callsOf('table')).toEqual(['table.meetFactor', 'table.readUser']);
  });

  it('admits nobody while it could not be recorded', async () => {
    const world = createWorld();
    world.fail('table.meetFactor');
    expect(await refusal(meet(world))).toMatchObject({ code: 'temporarily_unavailable' });
  });
});

describe('Our own tombstone and lock', () => {
  it.each([
    ['a deleted user is sent to sign in', { isDeleted: true }, 'invalid_token'],
    ['a user locked for one more second is locked', { lockedUntil: NOW + 1 }, 'user_locked'],
    [
      'a deleted and locked user is told of no lock',
      { isDeleted: true, lockedUntil: NOW + 1 },
      'invalid_token',
    ],
  ])('%s', async (_title, row, code) => {
    expect(await refusal(() => refuseBarred(userRecord(row), NOW))).toMatchObject({ code });
  });

  it.each([
    ['was never set', null],
    ['ends this second', NOW],
  ])('a lock that %s bars nobody', (_title, lockedUntil) => {
    expect(() => refuseBarred(userRecord({ lockedUntil }), NOW)).not.toThrow();
  });
});

describe('G6 The audit trail shows each factor with its age', () => {
  it('in whole seconds, and says which was never proved', () => {
    expect(factorAges([factor('email', 61.4), neverProved('password'), factor('sms', -2)], NOW)).toEqual([
      'email:61',
      'password:never',
      'sms:-2',
    ]);
  });
});
