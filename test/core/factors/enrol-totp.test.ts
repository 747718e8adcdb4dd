import { describe, expect, it } from '@jest/globals';
import { routes } from '../../../functions/contract/routes.ts';
import { ServiceError } from '../../../functions/core/errors.ts';
import { confirmTotp, enrolTotp } from '../../../functions/core/factors/enrol-totp.ts';
import { listFactors } from '../../../functions/core/factors/manage-factors.ts';
import type { Session } from '../../../functions/core/session/session.ts';
import {
  changeLive,
  createWorld,
  type SignIn,
  signIn,
  stytchDown,
  type World,
} from '../../support/core-fakes.ts';
import { rowKey } from '../../support/core-mappings.ts';
import { RIGHT_CODE, WRONG_CODE } from '../../support/core-stytch.ts';
import {
  applicationRecord,
  customerRecord,
  factor,
  factorRecord,
  HOUR,
  NOW,
  onUser,
  refusal,
  STRANGER,
  signal,
  USER,
} from '../../support/core-values.ts';

interface Scene {
  readonly world: World;
  readonly presented: Session;
}

const newcomer = (scene: Partial<SignIn> = {}): Scene => {
  const world = createWorld();
  return { world, presented: signIn(world, { factors: [factor('email', 60)], ...scene }) };
};

const enrol = ({ world, presented }: Scene) => enrolTotp(world.ports, presented, signal);
const confirm = ({ world, presented }: Scene, code = RIGHT_CODE) =>
  confirmTotp(world.ports, presented, { code }, signal);

const record = ({ world }: Scene, factorId = 'totp-2') => world.rows.factors.get(rowKey(USER, factorId));

const giveCustomer = ({ world }: Scene): void =>
  void world.rows.customers.set(rowKey(USER, '700001'), customerRecord());

describe('A TOTP enrolment begins', () => {
  it('with the secret, its picture and the recovery codes, shown this once', async () => {
    expect(await enrol(newcomer())).toEqual({
      factorId: 'totp-2',
      secret: 'SECRET',
      qrCode: 'data:image/png;base64,AA==',
      recoveryCodes: ['r1', 'r2'],
    });
  });

  it('and is recorded before its first code, so that a lost answer leaves a factor that we know', async () => {
    const scene = newcomer();
    await enrol(scene);
    expect(record(scene)).toEqual({
      factorId: 'totp-2',
      kind: 'totp',
      origin: 'enrolled',
      firstSeenAt: NOW,
      confirmedAt: null,
    });
    expect(scene.world.linesOf('factor.enrolment_begun')).toEqual([
      { stytchUserId: USER, factorId: 'totp-2', kind: 'totp', ground: 'nothing_yet' },
    ]);
  });

  it('INV5 and neither secret nor recovery codes are kept or logged', async () => {
    const scene = newcomer();
    await enrol(scene);
    expect(JSON.stringify([scene.world.logged, [...scene.world.rows.factors.values()]])).not.toMatch(
      /SECRET|"r1"/,
    );
  });

  it('and one that was left unfinished is replaced', async () => {
    const scene = newcomer({ onUser: [onUser('email'), onUser('totp', false)] });
    await enrol(scene);
    expect(scene.world.stytch.deleted).toEqual(['totp-1']);
    expect(scene.world.calls.indexOf('stytch.deleteFactor')).toBeLessThan(
      scene.world.calls.indexOf('stytch.createTotp'),
    );
  });

  it('but not when one is active: nothing is deleted and nothing created', async () => {
    const scene = newcomer({ factors: [factor('email'), factor('totp')] });
    expect(await refusal(enrol(scene))).toMatchObject({
      code: 'conflict',
      details: { reason: 'totp_active' },
    });
    expect(scene.world.calls).not.toContain('stytch.createTotp');
    expect(scene.world.stytch.deleted).toEqual([]);
  });

  it('but not when Stytch says that one is there', async () => {
    const scene = newcomer();
    scene.world.fail('stytch.createTotp', new ServiceError('conflict', { reason: 'active_totp_exists' }));
    expect(await refusal(enrol(scene))).toMatchObject({ code: 'conflict' });
    expect(scene.world.rows.factors.size).toBe(0);
  });
});

describe('Who may begin an enrolment', () => {
  it.each([
    [
      'a first factor of more than ten minutes',
      { factors: [factor('email', 601)] },
      'insufficient_user_authentication',
    ],
    [
      'an SMS factor of more than ten minutes',
      { factors: [factor('email'), factor('sms', 601)] },
      'insufficient_user_authentication',
    ],
  ] as const)('%s must be proved again', async (_title, scene, code) => {
    const one = newcomer(scene);
    expect(await refusal(enrol(one))).toMatchObject({ code });
    expect(one.world.calls).not.toContain('stytch.createTotp');
  });

  it('a user with a customer and nothing that counts is sent to support', async () => {
    const scene = newcomer();
    giveCustomer(scene);
    expect(await refusal(enrol(scene))).toMatchObject({ code: 'factor_not_allowed' });
  });

  it('a user with a customer and a number that was just added is sent to support, and the number is recorded', async () => {
    const scene = newcomer({ factors: [factor('email'), factor('sms')], records: [] });
    giveCustomer(scene);
    expect(await refusal(enrol(scene))).toMatchObject({ code: 'factor_not_allowed' });
    expect(record(scene, 'phone-1')).toMatchObject({ origin: 'seen_late' });
  });

  it('a user with a customer and a fresh SMS that counts may', async () => {
    const scene = newcomer({ factors: [factor('email', HOUR), factor('sms', 600)] });
    giveCustomer(scene);
    expect(await enrol(scene)).toMatchObject({ factorId: 'totp-2' });
  });

  it.each([
    ['deleted', { isDeleted: true, lockedUntil: null }, 'invalid_token'],
    ['locked', { isDeleted: false, lockedUntil: NOW + 1 }, 'user_locked'],
  ])('a user whom we %s may not', async (_title, row, code) => {
    const scene = newcomer();
    scene.world.rows.users.set(USER, row);
    expect(await refusal(enrol(scene))).toMatchObject({ code });
    expect(scene.world.calls).not.toContain('stytch.createTotp');
  });

  it.each([
    ['another user', { stytchUserId: STRANGER }],
    ['another session', { sessionId: 'session-test-2' }],
  ])('N11 %s in what Stytch returns is refused', async (_title, changes) => {
    const scene = newcomer();
    changeLive(scene.world, scene.presented, changes);
    expect(await refusal(enrol(scene))).toMatchObject({ details: { reason: 'session_changed' } });
  });

  it('INV6 without Stytch’s word nobody does', async () => {
    const scene = newcomer();
    scene.world.fail('stytch.readSession', stytchDown());
    expect(await refusal(enrol(scene))).toMatchObject({ code: 'upstream_timeout' });
  });
});

describe('A first code confirms the enrolment and steps the session up', () => {
  const begun = async (scene: Partial<SignIn> = {}): Promise<Scene> => {
    const one = newcomer(scene);
    await enrol(one);
    return one;
  };

  it('with the JWT that carries both factors', async () => {
    const scene = await begun();
    expect(await confirm(scene)).toMatchObject({
      factors: [{ kind: 'email' }, { kind: 'totp', lastAuthenticatedAt: '2027-01-15T08:00:00.000Z' }],
    });
    expect(record(scene)).toMatchObject({ origin: 'enrolled', confirmedAt: NOW });
    expect(scene.world.linesOf('factor.enrolled')).toEqual([
      { stytchUserId: USER, factorId: 'totp-2', kind: 'totp' },
    ]);
  });

  it('a wrong code does not, and is counted', async () => {
    const scene = await begun();
    expect(await refusal(confirm(scene, WRONG_CODE))).toMatchObject({ code: 'invalid_grant' });
    expect(record(scene)).toMatchObject({ confirmedAt: null });
    expect(scene.world.used.get(`failuresInARow ${USER}`)).toBe(1);
  });

  const counts = async ({ world, presented }: Scene) => {
    const { factors } = await listFactors(world.ports, presented, signal);
    return factors.find(({ factorId }) => factorId === 'totp-2')?.counts;
  };

  it('INV6 one that could not be written is made up for by the next read, and the code is not asked again', async () => {
    const scene = await begun();
    scene.world.fail('table.confirmFactor');
    expect(await refusal(confirm(scene))).toMatchObject({ code: 'temporarily_unavailable' });
    expect(await refusal(confirm(scene))).toMatchObject({ code: 'conflict' });
    expect(scene.world.callsOf('stytch.authenticateTotp')).toHaveLength(1);
    expect(record(scene)).toMatchObject({ origin: 'enrolled', firstSeenAt: NOW, confirmedAt: NOW });
    expect(await counts(scene)).toBe(true);
  });

  it.each([
    ['within ten minutes is confirmed by it', 600, NOW + 600, true],
    ['later leaves a factor that waits a day', 601, null, false],
  ])(
    'INV6 a lost answer gives no JWT, and the next read %s',
    async (_title, later, confirmedAt, isCounting) => {
      const scene = await begun();
      scene.world.fail('stytch.authenticateTotp', stytchDown(), 'after');
      expect(await refusal(confirm(scene))).toMatchObject({
        code: 'upstream_timeout',
        details: { reason: 'proof_taken' },
      });
      expect(record(scene)).toMatchObject({ confirmedAt: null });
      scene.world.now += later;
      expect(await counts(scene)).toBe(isCounting);
      expect(record(scene)).toMatchObject({ confirmedAt });
    },
  );

  it.each([
    ['ten minutes after it began', 600, 'confirmed'],
    ['ten minutes and a second after it began', 601, 'conflict'],
  ])('%s: %s', async (_title, later, expected) => {
    const scene = await begun();
    scene.world.now += later;
    const [outcome] = await Promise.allSettled([confirm(scene)]);
    const got =
      outcome.status === 'fulfilled' ? 'confirmed' : (await refusal(Promise.reject(outcome.reason))).code;
    expect(got).toBe(expected);
  });

  it.each([
    ['JWT', [factor('email', 1201)], [factor('email', 60)]],
    ['session', [factor('email', 60)], [factor('email', 1201)]],
  ])(
    'a %s that is older than the window does not finish what was begun inside it',
    async (_title, jwt, live) => {
      const scene = await begun();
      changeLive(scene.world, scene.presented, { factors: live });
      expect(
        await refusal(confirm({ ...scene, presented: { ...scene.presented, factors: jwt } })),
      ).toMatchObject({
        code: 'insufficient_user_authentication',
        details: { challenge: { maxAgeSeconds: 600 } },
      });
      expect(scene.world.calls).not.toContain('stytch.authenticateTotp');
    },
  );

  it.each([
    ['none was begun', [onUser('email')], []],
    ['it was begun elsewhere', [onUser('email'), onUser('totp', false)], []],
    [
      'it was confirmed already',
      [onUser('email'), onUser('totp')],
      [factorRecord('totp', { origin: 'enrolled', firstSeenAt: NOW - 60, confirmedAt: NOW - 30 })],
    ],
    [
      'it was enrolled through Stytch',
      [onUser('email'), onUser('totp')],
      [factorRecord('totp', { firstSeenAt: NOW })],
    ],
  ])('nothing is confirmed when %s', async (_title, held, records) => {
    const scene = newcomer({ factors: [factor('email'), factor('totp')], onUser: held, records });
    expect(await refusal(confirm(scene))).toMatchObject({
      code: 'conflict',
      details: { reason: 'no_enrolment' },
    });
    expect(scene.world.callsOf('limit')).toEqual([]);
  });

  it('INV1 the new factor cannot vouch for its own enrolment', async () => {
    const scene = newcomer({
      factors: [factor('email'), factor('totp', 0, 'totp-2')],
      onUser: [onUser('email'), onUser('totp', true, 'totp-2')],
      records: [factorRecord('totp', { factorId: 'totp-2', origin: 'enrolled', firstSeenAt: NOW - 60 })],
    });
    scene.world.rows.applications.set(rowKey(USER, 'A'), applicationRecord({ applicationId: 'A' }));
    expect(await refusal(confirm(scene))).toMatchObject({ code: 'conflict' });
    expect(scene.world.calls).not.toContain('stytch.authenticateTotp');
  });

  it('INV1 nor once there is something to steal meanwhile', async () => {
    const scene = await begun();
    scene.world.rows.applications.set(rowKey(USER, 'A'), applicationRecord({ applicationId: 'A' }));
    expect(await refusal(confirm(scene))).toMatchObject({ code: 'factor_not_allowed' });
    expect(scene.world.calls).not.toContain('stytch.authenticateTotp');
  });

  it('is refused by a code that the route documents, when Stytch has dropped the enrolment meanwhile', async () => {
    const scene = await begun();
    scene.world.ports.provider.authenticateTotp = async () => ({ isProved: false, reason: 'not_enrolled' });
    const { code } = await refusal(confirm(scene));
    expect(routes.confirmTotp.problems).toContain(code);
  });
});
