import { describe, expect, it } from '@jest/globals';
import type { StepUpRequest } from '../../../functions/contract/factors.ts';
import { routes } from '../../../functions/contract/routes.ts';
import { type ErrorCode, ServiceError } from '../../../functions/core/errors.ts';
import { beginStepUp, stepUp } from '../../../functions/core/factors/step-up.ts';
import {
  giveCustomer,
  holder,
  PHONE,
  phone,
  recordFor,
  recordOf,
  type Scene,
  SOURCE,
} from '../../support/core-factors.ts';
import { type SignIn, storeDown, stytchDown } from '../../support/core-fakes.ts';
import { credential, RIGHT_CODE, WRONG_CODE, WRONG_RECOVERY } from '../../support/core-stytch.ts';
import {
  DAY,
  factorRecord,
  NOW,
  onUser,
  refusal,
  STRANGER,
  signal,
  USER,
} from '../../support/core-values.ts';

const step = ({ world, presented }: Scene, request: StepUpRequest = { factor: 'totp', code: RIGHT_CODE }) =>
  stepUp(world.ports, presented, request, signal);

/** Holds a TOTP, a number and a passkey. */
const rich = (scene: Partial<SignIn> = {}): Scene =>
  holder({ onUser: [onUser('email'), onUser('totp'), phone(), onUser('passkey')], ...scene });

const seal = (
  { world }: Scene,
  of: { methodId?: string; stytchUserId?: string; purpose?: 'sms' | 'email_otp' },
) => world.ports.challenges.seal({ purpose: 'sms', methodId: 'phone-1', stytchUserId: USER, ...of });

const bySms = async (scene: Scene, challengeId?: string, code = RIGHT_CODE) =>
  step(scene, { factor: 'sms', challengeId: challengeId ?? (await seal(scene, {})), code });

describe('A step-up', () => {
  it('hands out the JWT that carries both factors, and leaves the session’s end where it was', async () => {
    expect(await step(holder())).toEqual({
      sessionJwt: 'returned.jwt.2',
      sessionExpiresAt: '2027-01-15T09:00:00.000Z',
      factors: [
        { kind: 'email', lastAuthenticatedAt: '2027-01-15T07:59:00.000Z' },
        { kind: 'totp', lastAuthenticatedAt: '2027-01-15T08:00:00.000Z' },
      ],
    });
  });

  it('is by a TOTP that was enrolled through Stytch itself too, which is met and recorded', async () => {
    const scene = holder({ records: [] });
    await step(scene);
    expect(recordOf(scene, 'totp-1')).toMatchObject({ origin: 'seen', firstSeenAt: NOW });
  });

  it('is by a passkey', async () => {
    const scene = rich();
    expect(await step(scene, { factor: 'passkey', credential: credential() })).toMatchObject({
      factors: [{ kind: 'email' }, { kind: 'passkey', lastAuthenticatedAt: '2027-01-15T08:00:00.000Z' }],
    });
  });

  it('is by a code to an enrolled number, whose challenge says what it is bound to', async () => {
    const scene = rich();
    const begun = await beginStepUp(
      scene.world.ports,
      scene.presented,
      { factor: 'sms', factorId: 'phone-1' },
      SOURCE,
      signal,
    );
    expect(begun).toEqual({ factorId: 'phone-1', challengeId: 'sealed-1', retryAfterSeconds: 30 });
    expect(scene.world.stytch.sentTo).toEqual([PHONE]);
    expect(await bySms(scene, 'sealed-1')).toMatchObject({ factors: [{ kind: 'email' }, { kind: 'sms' }] });
  });

  it.each([
    ['totp', () => step(rich(), { factor: 'totp', code: WRONG_CODE })],
    ['passkey', () => step(rich(), { factor: 'passkey', credential: credential('passkey-9') })],
    ['sms', () => bySms(rich(), undefined, WRONG_CODE)],
    ['recovery_code', () => step(rich(), { factor: 'recovery_code', recoveryCode: WRONG_RECOVERY })],
  ])('by a wrong %s: invalid_grant', async (_kind, attempt) => {
    expect(await refusal(attempt())).toMatchObject({ code: 'invalid_grant' });
    expect(routes.stepUp.problems).toContain('invalid_grant');
  });
});

describe('A code that was sent is bound to its user, its number, its purpose and its time', () => {
  it.each([
    ['another user', { stytchUserId: STRANGER }, 'challenge_of_another'],
    ['another purpose', { purpose: 'email_otp' }, 'challenge'],
    ['a number that is gone', { methodId: 'phone-9' }, 'factor_gone'],
  ] as const)('a challenge of %s is a wrong code', async (_title, of, reason) => {
    const scene = rich();
    expect(await refusal(bySms(scene, await seal(scene, of)))).toMatchObject({
      code: 'invalid_grant',
      details: { reason },
    });
    expect(scene.world.calls).not.toContain('stytch.authenticateOtp');
  });

  it('one of a number that does not count, beside one that does, is a wrong code', async () => {
    const scene = rich({
      onUser: [onUser('email'), phone(), phone('+15555550100', true, 'phone-2')],
      records: [
        factorRecord('sms'),
        factorRecord('sms', { factorId: 'phone-2', origin: 'seen_late', firstSeenAt: NOW }),
      ],
    });
    expect(await refusal(bySms(scene, await seal(scene, { methodId: 'phone-2' })))).toMatchObject({
      details: { reason: 'factor_gone' },
    });
  });

  it.each([
    [600, 'taken'],
    [601, 'invalid_grant'],
  ])('one of %d seconds ago: %s', async (age, expected) => {
    const scene = rich();
    const challengeId = await seal(scene, {});
    scene.world.now += age;
    const [outcome] = await Promise.allSettled([bySms(scene, challengeId)]);
    const got =
      outcome.status === 'fulfilled' ? 'taken' : (await refusal(Promise.reject(outcome.reason))).code;
    expect(got).toBe(expected);
  });

  it('one that we have not sealed is a wrong code', async () => {
    expect(await refusal(bySms(rich(), 'sealed-9'))).toMatchObject({ code: 'invalid_grant' });
  });

  it('its tries are counted before those of the user, and all before Stytch is asked', async () => {
    const scene = rich();
    const challengeId = await seal(scene, {});
    await bySms(scene, challengeId, WRONG_CODE).catch(() => undefined);
    expect([...scene.world.used.keys()]).toEqual([
      'triesPerChallenge nonce-1',
      `failuresInARow ${USER}`,
      `failuresPerDay ${USER}`,
    ]);
    expect(scene.world.calls.at(-1)).toBe('stytch.authenticateOtp');
  });

  it('A6.6.3 the tries of one code end, whoever goes on', async () => {
    const scene = rich();
    const challengeId = await seal(scene, {});
    scene.world.limits.set('triesPerChallenge', 5);
    for (let tries = 0; tries < 5; tries += 1) await refusal(bySms(scene, challengeId, WRONG_CODE));
    expect(await refusal(bySms(scene, challengeId))).toMatchObject({
      code: 'rate_limited',
      details: { reason: 'triesPerChallenge' },
    });
    expect(scene.world.callsOf('stytch.authenticateOtp')).toHaveLength(5);
  });
});

describe('INV1 A step-up finishes no enrolment and takes no factor that does not count', () => {
  it.each([
    ['a TOTP that is not verified', { onUser: [onUser('email'), onUser('totp', false)] }],
    ['no TOTP', { onUser: [onUser('email'), onUser('sms')] }],
    [
      'a TOTP that still waits',
      { records: [factorRecord('totp', { origin: 'recovered', firstSeenAt: NOW - DAY + 1 })] },
    ],
  ] as const)('%s: the user is asked to enrol, and no code is tried', async (_title, scene) => {
    const one = holder(scene);
    expect(await refusal(step(one))).toMatchObject({
      code: 'enrollment_required',
      details: { reason: 'no_totp_counts' },
    });
    expect(one.world.calls).not.toContain('stytch.authenticateTotp');
    expect(one.world.callsOf('limit')).toEqual([]);
  });

  it.each([
    ['passkey', () => ({ factor: 'passkey', credential: credential() }) as const, 'no_passkey_counts'],
    ['sms', () => ({ factor: 'sms', challengeId: 'sealed-1', code: RIGHT_CODE }) as const, 'no_sms_counts'],
  ])('no %s that counts: nothing is tried', async (_kind, request, reason) => {
    const scene = holder();
    await seal(scene, {});
    expect(await refusal(step(scene, request()))).toMatchObject({
      code: 'enrollment_required',
      details: { reason },
    });
    expect(scene.world.callsOf('limit')).toEqual([]);
    expect(scene.world.callsOf('stytch')).toEqual(['stytch.readSession']);
  });

  it('a TOTP that shows up on a user with a customer is recorded as late and does not step up', async () => {
    const scene = holder({ records: [] });
    giveCustomer(scene);
    expect(await refusal(step(scene))).toMatchObject({ code: 'enrollment_required' });
    expect(recordOf(scene, 'totp-1')).toMatchObject({ origin: 'seen_late' });
  });
});

const refusals: readonly (readonly [string, ErrorCode, (scene: Scene) => void])[] = [
  ['an unknown session', 'invalid_token', ({ world }) => world.stytch.live.clear()],
  [
    'a user whom we deleted',
    'invalid_token',
    ({ world }) => void world.rows.users.set(USER, { isDeleted: true, lockedUntil: null }),
  ],
  [
    'a user whom we locked',
    'user_locked',
    ({ world }) => void world.rows.users.set(USER, { isDeleted: false, lockedUntil: NOW + 1 }),
  ],
  [
    'a user whom Stytch locked',
    'user_locked',
    ({ world }) => void Object.assign(world.stytch, { user: { ...world.stytch.user, isLocked: true } }),
  ],
  ['a limit', 'rate_limited', ({ world }) => void world.limits.set('failuresPerDay', 0)],
  ['an outage', 'upstream_timeout', ({ world }) => world.fail('stytch.readSession', stytchDown())],
  [
    'an outage after the session was read',
    'upstream_timeout',
    ({ world }) => world.fail('stytch.authenticateTotp', stytchDown()),
  ],
  [
    'a returned JWT that does not verify',
    'upstream_unavailable',
    ({ world }) =>
      void Object.assign(world.stytch, { answer: (answer: object) => ({ ...answer, sessionJwt: 'forged' }) }),
  ],
  ['a store that is down', 'temporarily_unavailable', ({ world }) => world.fail('table.readUser')],
  [
    'a store that is down for the limits',
    'temporarily_unavailable',
    ({ world }) => world.fail('limit.take', storeDown()),
  ],
  [
    'no secret yet',
    'not_configured',
    ({ world }) => world.fail('stytch.authenticateTotp', new ServiceError('not_configured')),
  ],
];

describe('A step-up is refused by a code that the route documents', () => {
  const ways: readonly (readonly [string, (scene: Scene) => Promise<unknown>])[] = [
    ['totp', (scene) => step(scene)],
    [
      'challenge',
      (scene) =>
        beginStepUp(
          scene.world.ports,
          scene.presented,
          { factor: 'sms', factorId: 'phone-1' },
          SOURCE,
          signal,
        ),
    ],
  ];

  it.each(refusals)('%s: %s', async (_title, code, arrange) => {
    const scene = holder();
    arrange(scene);
    expect(await refusal(step(scene))).toMatchObject({ code });
    expect(routes.stepUp.problems).toContain(code);
    expect(scene.world.linesOf('step_up.completed')).toEqual([]);
  });

  it.each(
    refusals
      .slice(0, 4)
      .flatMap(([title, code, arrange]) =>
        ways.map(([way, run]) => [title, way, code, arrange, run] as const),
      ),
  )('%s, at %s: %s', async (_title, way, code, arrange, run) => {
    const scene = rich({
      records: [factorRecord('totp'), recordFor('sms', 'phone-1'), factorRecord('passkey')],
    });
    arrange(scene);
    expect(await refusal(run(scene))).toMatchObject({ code });
    expect(way === 'challenge' ? routes.challenge.problems : routes.stepUp.problems).toContain(code);
  });
});
