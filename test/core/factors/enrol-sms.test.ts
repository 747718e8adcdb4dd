import { describe, expect, it } from '@jest/globals';
import { routes } from '../../../functions/contract/routes.ts';
import { ServiceError } from '../../../functions/core/errors.ts';
import { confirmSms, enrolSms } from '../../../functions/core/factors/enrol-sms.ts';
import { listFactors } from '../../../functions/core/factors/manage-factors.ts';
import {
  failures,
  giveCustomer,
  holder,
  newcomer,
  OTHER_PHONE,
  PHONE,
  phone,
  recordOf,
  type Scene,
  SOURCE,
  smsCounters,
} from '../../support/core-factors.ts';
import { changeLive, stytchDown } from '../../support/core-fakes.ts';
import { rowKey } from '../../support/core-mappings.ts';
import { RIGHT_CODE, WRONG_CODE } from '../../support/core-stytch.ts';
import {
  applicationRecord,
  customerRecord,
  DAY,
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

const NEW_NUMBER = 'phone-11';

const enrol = ({ world, presented }: Scene, phoneNumber = PHONE) =>
  enrolSms(world.ports, presented, { phoneNumber }, SOURCE, signal);
const confirm = ({ world, presented }: Scene, code = RIGHT_CODE, challengeId = 'sealed-1') =>
  confirmSms(world.ports, presented, { challengeId, code }, signal);

const begun = async (scene: Scene = newcomer()): Promise<Scene> => {
  await enrol(scene);
  return scene;
};

describe('An SMS enrolment begins', () => {
  it('with a code to the number, and a challenge that names neither the number nor an id', async () => {
    const scene = newcomer();
    expect(await enrol(scene)).toEqual({ challengeId: 'sealed-1', retryAfterSeconds: 30 });
    expect(scene.world.stytch.sentTo).toEqual([PHONE]);
  });

  it('and is recorded before its first code, so that a lost answer leaves a factor that we know', async () => {
    const scene = await begun();
    expect(recordOf(scene, NEW_NUMBER)).toEqual({
      factorId: NEW_NUMBER,
      kind: 'sms',
      origin: 'enrolled',
      firstSeenAt: NOW,
      confirmedAt: null,
    });
    expect(scene.world.linesOf('factor.enrolment_begun')).toEqual([
      { stytchUserId: USER, factorId: NEW_NUMBER, kind: 'sms', ground: 'nothing_yet' },
    ]);
  });

  it('INV5 and the number is kept and logged nowhere', async () => {
    const scene = newcomer();
    giveCustomer(scene);
    await begun(scene);
    const kept = [
      scene.world.logged,
      ...Object.values(scene.world.rows).map((rows: Map<string, unknown>) => [...rows]),
    ];
    expect(JSON.stringify(kept)).not.toContain('5555550142');
  });

  it('O6 counted by the network, the user and the number before it is sent', async () => {
    const scene = await begun();
    expect([...scene.world.used.keys()]).toEqual([...smsCounters, `sendsPerNumber ${PHONE}`]);
    const { calls } = scene.world;
    expect(calls.lastIndexOf('limit.take')).toBeLessThan(calls.indexOf('stytch.sendSms'));
  });

  it.each(['sendsPerSource', 'sendsPerAddressAndSource', 'sendsPerAddress', 'sendsPerNumber'] as const)(
    'O6 %s stops the send',
    async (limit) => {
      const scene = newcomer();
      scene.world.limits.set(limit, 0);
      expect(await refusal(enrol(scene))).toMatchObject({ code: 'rate_limited', details: { reason: limit } });
      expect(scene.world.stytch.sentTo).toEqual([]);
      expect(scene.world.rows.factors.size).toBe(0);
    },
  );

  it('but not for a number that is a factor already', async () => {
    const scene = holder({
      factors: [factor('email'), factor('sms', 60)],
      onUser: [onUser('email'), phone()],
    });
    expect(await refusal(enrol(scene))).toMatchObject({
      code: 'conflict',
      details: { reason: 'number_enrolled' },
    });
    expect(scene.world.stytch.sentTo).toEqual([]);
    expect([...scene.world.used.keys()]).toEqual(smsCounters);
  });

  it('again for a number whose code was never typed', async () => {
    const scene = await begun();
    scene.world.now += 300;
    expect(await enrol(scene)).toEqual({ challengeId: 'sealed-2', retryAfterSeconds: 30 });
    expect([...scene.world.rows.factors.keys()]).toEqual([rowKey(USER, NEW_NUMBER)]);
    expect(recordOf(scene, NEW_NUMBER)).toMatchObject({ firstSeenAt: NOW + 300 });
  });

  it('INV6 and leaves no record when Stytch could not send', async () => {
    const scene = newcomer();
    scene.world.fail('stytch.sendSms', stytchDown());
    expect(await refusal(enrol(scene))).toMatchObject({ code: 'upstream_timeout' });
    expect(scene.world.rows.factors.size).toBe(0);
  });
});

describe('Whoever holds a factor enrols a number by it, and nobody else’s number is asked for', () => {
  it.each([
    ['a fresh step-up', factor('totp', 600), 'enrolled'],
    ['a step-up of more than ten minutes', factor('totp', 601), 'insufficient_user_authentication'],
  ])('%s: %s', async (_title, proved, expected) => {
    const scene = holder({ factors: [factor('email', HOUR), proved] });
    giveCustomer(scene);
    const [outcome] = await Promise.allSettled([enrol(scene, OTHER_PHONE)]);
    const got =
      outcome.status === 'fulfilled' ? 'enrolled' : (await refusal(Promise.reject(outcome.reason))).code;
    expect(got).toBe(expected);
    expect(scene.world.callsOf('unit')).toEqual([]);
  });

  it('a JWT from before the step-up enrols nothing', async () => {
    const scene = holder();
    changeLive(scene.world, scene.presented, { factors: [factor('email', 60), factor('totp')] });
    expect(await refusal(enrol(scene))).toMatchObject({ code: 'insufficient_user_authentication' });
    expect(scene.world.stytch.sentTo).toEqual([]);
  });

  it.each([
    ['nothing that counts', newcomer()],
    [
      'a factor that still waits',
      holder({ records: [factorRecord('totp', { origin: 'seen_late', firstSeenAt: NOW - DAY + 1 })] }),
    ],
  ])('an applicant with %s and no customer is sent to support', async (_title, scene) => {
    scene.world.rows.applications.set(rowKey(USER, 'A'), applicationRecord({ applicationId: 'A' }));
    expect(await refusal(enrol(scene))).toMatchObject({
      code: 'factor_not_allowed',
      details: { reason: 'no_ground' },
    });
    expect(scene.world.stytch.sentTo).toEqual([]);
  });
});

describe('INV1 A customer without a factor that counts enrols the number that Unit holds, and no other', () => {
  const customer = (phoneNumber: string | null = PHONE): Scene => {
    const scene = newcomer();
    giveCustomer(scene, '700001', phoneNumber);
    return scene;
  };
  /** The refusal, and what was done all the same. */
  const refused = async (scene: Scene, phoneNumber = PHONE) => {
    const { code, details } = await refusal(enrol(scene, phoneNumber));
    return { code, details, sentTo: scene.world.stytch.sentTo, counted: [...scene.world.used.keys()] };
  };
  const notTheirs = {
    code: 'factor_not_allowed',
    details: { reason: 'not_the_number_of_unit' },
    sentTo: [],
    counted: smsCounters,
  };

  it('is refused by a code that the route documents', () => {
    expect(routes.enrolSms.problems).toContain(notTheirs.code);
  });

  it('Unit’s own number', async () => {
    const scene = customer();
    expect(await enrol(scene)).toMatchObject({ challengeId: 'sealed-1' });
    expect(scene.world.linesOf('factor.enrolment_begun')).toMatchObject([{ ground: 'unit_phone' }]);
    expect(await confirm(scene)).toMatchObject({ factors: [{ kind: 'email' }, { kind: 'sms' }] });
  });

  it('the number of the second of two customers', async () => {
    const scene = customer(OTHER_PHONE);
    giveCustomer(scene, '700002', PHONE);
    expect(await enrol(scene)).toMatchObject({ challengeId: 'sealed-1' });
  });

  it('not another number', async () => {
    expect(await refused(customer(), OTHER_PHONE)).toMatchObject(notTheirs);
  });

  it('not where Unit holds none', async () => {
    expect(await refused(customer(null))).toMatchObject(notTheirs);
  });

  it.each(['Archived', 'Review'] as const)('not by a customer that is %s', async (status) => {
    const scene = customer();
    scene.world.rows.customers.set(rowKey(USER, '700001'), customerRecord({ status }));
    expect(await refused(scene)).toMatchObject(notTheirs);
    expect(scene.world.callsOf('unit')).toEqual([]);
  });

  it.each([
    ['another user', { unitCustomerId: '700001', stytchUserId: STRANGER }],
    ['nobody', null],
  ])('INV2 not by a customer whose claim names %s: Unit is not asked', async (_title, claim) => {
    const scene = customer();
    scene.world.rows.claims.clear();
    if (claim !== null) scene.world.rows.claims.set('700001', claim);
    expect(await refused(scene)).toMatchObject(notTheirs);
    expect(scene.world.callsOf('unit')).toEqual([]);
  });

  it('a sign-in of more than ten minutes is proved again before Unit is asked', async () => {
    const scene = newcomer({ factors: [factor('email', 601)] });
    giveCustomer(scene);
    expect(await refusal(enrol(scene))).toMatchObject({ code: 'insufficient_user_authentication' });
    expect(scene.world.callsOf('unit')).toEqual([]);
  });

  it.each(['sendsPerSource', 'sendsPerAddressAndSource', 'sendsPerAddress'] as const)(
    'O6 %s stops before Unit is asked, so that numbers cannot be guessed against it',
    async (limit) => {
      const scene = customer();
      scene.world.limits.set(limit, 0);
      expect(await refusal(enrol(scene))).toMatchObject({ code: 'rate_limited' });
      expect(scene.world.callsOf('unit')).toEqual([]);
    },
  );

  it.each([
    ['Unit holds another number by then', (scene: Scene) => giveCustomer(scene, '700001', OTHER_PHONE)],
    [
      'the number is gone by then',
      ({ world }: Scene) =>
        void Object.assign(world.stytch, { user: { ...world.stytch.user, factors: [onUser('email')] } }),
    ],
  ])('and its code does not confirm it when %s', async (_title, change) => {
    const scene = await begun(customer());
    change(scene);
    expect(await refusal(confirm(scene))).toMatchObject({
      code: 'factor_not_allowed',
      details: { reason: 'not_the_number_of_unit' },
    });
    expect(routes.confirmSms.problems).toContain('factor_not_allowed');
    expect(scene.world.calls).not.toContain('stytch.authenticateOtp');
  });

  it('INV6 and nothing is sent while Unit gives no answer', async () => {
    const scene = customer();
    const down = new ServiceError('upstream_timeout');
    scene.world.fail('unit.readPhoneNumber', down);
    expect(await refusal(enrol(scene))).toBe(down);
    expect(scene.world.stytch.sentTo).toEqual([]);
  });
});

describe('The code confirms the number and steps the session up', () => {
  it('with the JWT that carries both factors', async () => {
    const scene = await begun();
    expect(await confirm(scene)).toMatchObject({
      factors: [{ kind: 'email' }, { kind: 'sms', lastAuthenticatedAt: '2027-01-15T08:00:00.000Z' }],
    });
    expect(recordOf(scene, NEW_NUMBER)).toMatchObject({ origin: 'enrolled', confirmedAt: NOW });
    expect(scene.world.linesOf('factor.enrolled')).toEqual([
      { stytchUserId: USER, factorId: NEW_NUMBER, kind: 'sms' },
    ]);
  });

  it('a wrong code does not, and is counted by code and by user', async () => {
    const scene = await begun();
    expect(await refusal(confirm(scene, WRONG_CODE))).toMatchObject({ code: 'invalid_grant' });
    expect(recordOf(scene, NEW_NUMBER)).toMatchObject({ confirmedAt: null });
    expect(failures(scene)).toEqual({ row: 1, day: 1 });
    expect(scene.world.used.get('triesPerChallenge nonce-1')).toBe(1);
  });

  it('INV6 a confirmation whose answer was lost is not sent again and gives no JWT; the next read confirms it', async () => {
    const scene = await begun();
    scene.world.fail('stytch.authenticateOtp', stytchDown(), 'after');
    expect(await refusal(confirm(scene))).toMatchObject({
      code: 'upstream_timeout',
      details: { reason: 'proof_taken' },
    });
    expect(scene.world.callsOf('stytch.authenticateOtp')).toHaveLength(1);
    expect(recordOf(scene, NEW_NUMBER)).toMatchObject({ confirmedAt: null });
    const { factors } = await listFactors(scene.world.ports, scene.presented, signal);
    expect(factors).toMatchObject([{ kind: 'email' }, { kind: 'sms', counts: true }]);
    expect(recordOf(scene, NEW_NUMBER)).toMatchObject({ confirmedAt: NOW });
  });

  it.each([
    ['never sealed', async () => 'sealed-9', 'challenge'],
    [
      'sealed for another user',
      ({ world }: Scene) =>
        world.ports.challenges.seal({ purpose: 'sms', methodId: NEW_NUMBER, stytchUserId: STRANGER }),
      'challenge_of_another',
    ],
    [
      'sealed for a sign-in',
      ({ world }: Scene) =>
        world.ports.challenges.seal({ purpose: 'email_otp', methodId: NEW_NUMBER, stytchUserId: USER }),
      'challenge',
    ],
    [
      'of a number without an enrolment',
      ({ world }: Scene) =>
        world.ports.challenges.seal({ purpose: 'sms', methodId: 'phone-1', stytchUserId: USER }),
      'no_enrolment',
    ],
  ] as const)('a challenge that was %s does not', async (_title, seal, reason) => {
    const scene = await begun();
    expect(await refusal(confirm(scene, RIGHT_CODE, await seal(scene)))).toMatchObject({
      code: 'invalid_grant',
      details: { reason },
    });
    expect(scene.world.calls).not.toContain('stytch.authenticateOtp');
  });

  it.each([
    ['was first seen elsewhere', { origin: 'seen' }],
    ['was first seen late', { origin: 'seen_late' }],
    ['was confirmed already', { origin: 'enrolled', confirmedAt: NOW - 60 }],
  ] as const)('a number that %s is not enrolled by a code', async (_title, record) => {
    const scene = await begun();
    const before = { ...factorRecord('sms', { factorId: NEW_NUMBER }), ...record };
    scene.world.rows.factors.set(rowKey(USER, NEW_NUMBER), before);
    expect(await refusal(confirm(scene))).toMatchObject({ details: { reason: 'no_enrolment' } });
    expect(scene.world.calls).not.toContain('stytch.authenticateOtp');
  });

  it('a code of more than ten minutes does not', async () => {
    const scene = await begun();
    scene.world.now += 601;
    expect(await refusal(confirm(scene))).toMatchObject({
      code: 'invalid_grant',
      details: { reason: 'challenge' },
    });
  });

  it('INV1 the new number cannot vouch for its own enrolment', async () => {
    const scene = holder({
      factors: [factor('email'), factor('sms', 0, NEW_NUMBER)],
      onUser: [onUser('email'), phone(PHONE, true, NEW_NUMBER)],
      records: [factorRecord('sms', { factorId: NEW_NUMBER, origin: 'enrolled', firstSeenAt: NOW - 60 })],
    });
    scene.world.rows.applications.set(rowKey(USER, 'A'), applicationRecord({ applicationId: 'A' }));
    await scene.world.ports.challenges.seal({ purpose: 'sms', methodId: NEW_NUMBER, stytchUserId: USER });
    expect(await refusal(confirm(scene))).toMatchObject({ code: 'factor_not_allowed' });
    expect(scene.world.calls).not.toContain('stytch.authenticateOtp');
  });

  it.each([
    ['JWT', [factor('email', 1201)], [factor('email', 60)]],
    ['session', [factor('email', 60)], [factor('email', 1201)]],
  ])(
    'a %s that is older than the window does not finish what was begun inside it',
    async (_title, jwt, live) => {
      const scene = await begun();
      changeLive(scene.world, scene.presented, { factors: live });
      const older = { ...scene, presented: { ...scene.presented, factors: jwt } };
      expect(await refusal(confirm(older))).toMatchObject({
        code: 'insufficient_user_authentication',
        details: { challenge: { maxAgeSeconds: 600 } },
      });
      expect(failures(scene)).toEqual({ row: 0, day: 0 });
      expect(scene.world.calls).not.toContain('stytch.authenticateOtp');
    },
  );
});
