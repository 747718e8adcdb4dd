import { describe, expect, it } from '@jest/globals';
import {
  ENROLMENT_WINDOW_SECONDS,
  type EnrolmentGround,
  requireEnrolment,
  without,
} from '../../../functions/core/factors/enrolment.ts';
import type { FactorRecord, UserRecord } from '../../../functions/core/onboarding/records.ts';
import type { AuthenticationFactor, UserFactor } from '../../../functions/core/session/session.ts';
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
  policy,
  refusal,
  session,
  userRecord,
} from '../../support/core-values.ts';

interface Case {
  readonly known: UserRecord;
  readonly factors: readonly AuthenticationFactor[];
  /** Factors of the presented JWT, where they differ. */
  readonly presented?: readonly AuthenticationFactor[];
  readonly onUser: readonly UserFactor[];
  readonly grace?: number;
  readonly allowed?: readonly EnrolmentGround[];
}

const everyGround = ['nothing_yet', 'held_factor', 'unit_phone', 'recovery'] as const;
/** What an app or a passkey is enrolled on: nobody is asked but the user's own factors. */
const ownGrounds = ['nothing_yet', 'held_factor'] as const;

const enrol = ({
  known,
  factors,
  presented = factors,
  onUser: held,
  grace = 0,
  allowed = ownGrounds,
}: Case): EnrolmentGround =>
  requireEnrolment(policy, session(presented), current(factors, held), known, NOW, grace, allowed);

const outcome = async (one: Case): Promise<string> => {
  const [settled] = await Promise.allSettled([Promise.resolve(one).then(enrol)]);
  return settled.status === 'fulfilled' ? 'allowed' : (await refusal(() => enrol(one))).code;
};

const applied = (factors: readonly FactorRecord[] = []): UserRecord =>
  userRecord({ applications: [applicationRecord()], factors });
const banked = (factors: readonly FactorRecord[] = []): UserRecord =>
  userRecord({ customers: [customerRecord()], factors });

describe('While there is nothing to steal, a fresh first factor enrols another', () => {
  const held = [onUser('email')];
  it.each([
    ['proved this second', [factor('email')], 'allowed'],
    ['proved 10 minutes ago', [factor('email', 600)], 'allowed'],
    ['proved 10 minutes and a second ago', [factor('email', 601)], 'insufficient_user_authentication'],
    ['of another inbox', [factor('email', 0, 'email-2')], 'insufficient_user_authentication'],
    ['of no kind that counts', [factor('other')], 'insufficient_user_authentication'],
  ])('an email %s', async (_title, factors, expected) => {
    expect(await outcome({ known: userRecord(), factors, onUser: held })).toBe(expected);
  });

  it('an impersonated session never enrols', async () => {
    const factors = [factor('email'), factor('impersonated')];
    expect(await outcome({ known: userRecord(), factors, onUser: held })).toBe('invalid_token');
  });
});

describe('Once there is something to steal, only a factor already held enrols another', () => {
  const held = [onUser('email'), onUser('sms')];
  const records = [factorRecord('sms')];
  const fresh = [factor('email', HOUR), factor('sms', 600)];
  const stale = [factor('email', 0), factor('sms', 601)];
  const emailOnly = [factor('email')];

  it.each([
    ['an application', applied(records), fresh, 'allowed'],
    ['an application', applied(records), stale, 'insufficient_user_authentication'],
    ['an application', applied(records), emailOnly, 'insufficient_user_authentication'],
    ['a customer', banked(records), fresh, 'allowed'],
    ['a customer', banked(records), stale, 'insufficient_user_authentication'],
    ['a customer', banked(records), emailOnly, 'insufficient_user_authentication'],
    ['nothing but the factor', userRecord({ factors: records }), fresh, 'allowed'],
    ['nothing but the factor', userRecord({ factors: records }), stale, 'insufficient_user_authentication'],
  ])('a user with %s and a counting factor (case %#)', async (_title, known, factors, expected) => {
    expect(await outcome({ known, factors, onUser: held })).toBe(expected);
  });

  it.each([
    ['an application and no factor', applied(), [onUser('email')], 'no_ground'],
    ['a customer and no factor', banked(), [onUser('email')], 'unit_phone'],
    [
      'a customer and an unverified factor',
      banked([factorRecord('sms')]),
      [onUser('sms', false)],
      'unit_phone',
    ],
    [
      'a customer and a factor that still waits',
      banked([factorRecord('sms', { origin: 'seen_late', firstSeenAt: NOW - DAY + 1 })]),
      [onUser('email'), onUser('sms')],
      'unit_phone',
    ],
  ])('a user with %s is sent to support', async (_title, known, onUserNow, reason) => {
    const one = { known, factors: [factor('email'), factor('sms')], onUser: onUserNow };
    expect(await refusal(() => enrol(one))).toMatchObject({
      code: 'factor_not_allowed',
      details: { reason },
    });
  });

  it('a factor that has waited its day may enrol another', async () => {
    const known = banked([factorRecord('sms', { origin: 'seen_late', firstSeenAt: NOW - DAY })]);
    expect(await outcome({ known, factors: fresh, onUser: held })).toBe('allowed');
  });

  it('an application that is over is still something to protect', async () => {
    const known = userRecord({ applications: [applicationRecord({ status: 'Denied' })] });
    expect(await outcome({ known, factors: emailOnly, onUser: [onUser('email')] })).toBe(
      'factor_not_allowed',
    );
  });
});

describe('INV1 The JWT that was presented is judged as well as Stytch’s view of its session', () => {
  const held = [onUser('email'), onUser('sms')];
  const known = banked([factorRecord('sms')]);
  const stepped = [factor('email', 60), factor('sms', 60)];

  it.each([
    ['a JWT from before the step-up', [factor('email', 60)], stepped],
    ['a JWT with a stale factor', [factor('email', 60), factor('sms', 601)], stepped],
    ['a session whose factor is stale', stepped, [factor('email', 60), factor('sms', 601)]],
    ['a session without the factor', stepped, [factor('email', 60)]],
  ])('%s enrols nothing', async (_title, presented, factors) => {
    expect(await outcome({ known, factors, presented, onUser: held })).toBe(
      'insufficient_user_authentication',
    );
  });

  it('both fresh may', async () => {
    expect(await outcome({ known, factors: stepped, presented: stepped, onUser: held })).toBe('allowed');
  });
});

describe('The window', () => {
  it('is ten minutes', () => {
    expect(ENROLMENT_WINDOW_SECONDS).toBe(600);
  });

  it.each([
    [600, 'allowed'],
    [1200, 'allowed'],
    [1201, 'insufficient_user_authentication'],
  ])('with a grace of ten minutes, an email of %d s: %s', async (age, expected) => {
    const one = {
      known: userRecord(),
      factors: [factor('email', age)],
      onUser: [onUser('email')],
      grace: 600,
    };
    expect(await outcome(one)).toBe(expected);
  });

  it('U4 the challenge names the window itself, never the grace', async () => {
    const one = {
      known: userRecord(),
      factors: [factor('email', 1201)],
      onUser: [onUser('email')],
      grace: 600,
    };
    expect((await refusal(() => enrol(one))).details).toMatchObject({
      challenge: { maxAgeSeconds: 600, acrValues: ['urn:stytch-unit-bridge:acr:any-session'] },
      reason: 'enrolment_window',
    });
  });
});

describe('Every enrolment stands on one ground', () => {
  const recovered = factor('recovery_code', 60);
  const waiting = factorRecord('totp', { origin: 'seen_late', firstSeenAt: NOW - HOUR });
  const email = [onUser('email')];
  const both = [onUser('email'), onUser('totp')];
  const cases: readonly (readonly [string, Case, EnrolmentGround])[] = [
    [
      'nobody who has anything',
      { known: userRecord(), factors: [factor('email')], onUser: email },
      'nothing_yet',
    ],
    [
      'a factor that counts, before the first application',
      {
        known: userRecord({ factors: [factorRecord('totp')] }),
        factors: [factor('email'), factor('totp')],
        onUser: both,
      },
      'held_factor',
    ],
    [
      'a factor that counts, and a customer',
      { known: banked([factorRecord('totp')]), factors: [factor('email'), factor('totp')], onUser: both },
      'held_factor',
    ],
    [
      'a customer and no factor',
      { known: banked(), factors: [factor('email')], onUser: email },
      'unit_phone',
    ],
    [
      'a customer and a factor that waits',
      { known: banked([waiting]), factors: [factor('email')], onUser: both },
      'unit_phone',
    ],
    [
      'a recovery of the last ten minutes',
      { known: banked([factorRecord('totp')]), factors: [factor('email'), recovered], onUser: both },
      'recovery',
    ],
    [
      'a recovery before there is anything',
      {
        known: userRecord({ factors: [factorRecord('totp')] }),
        factors: [factor('email'), recovered],
        onUser: both,
      },
      'recovery',
    ],
  ];

  it.each(cases)('%s', (_title, one, ground) => {
    expect(enrol({ ...one, allowed: everyGround })).toBe(ground);
  });

  it.each(cases)(
    '%s: refused where the kind of factor does not take its ground',
    async (_title, one, ground) => {
      const allowed = everyGround.filter((other) => other !== ground && other !== 'held_factor');
      expect(['factor_not_allowed', 'insufficient_user_authentication']).toContain(
        await outcome({ ...one, allowed }),
      );
    },
  );
});

describe('A recovery is a ground only where it replaces the TOTP, and only for ten minutes', () => {
  const both = [onUser('email'), onUser('totp')];
  const known = banked([factorRecord('totp')]);
  const proved = (age: number) => [factor('email'), factor('recovery_code', age)];
  const enrolBy = (changes: Partial<Case>) =>
    outcome({ known, factors: proved(60), onUser: both, allowed: everyGround, ...changes });

  it.each([
    ['ten minutes ago', { factors: proved(600) }, 'allowed'],
    ['ten minutes and a second ago', { factors: proved(601) }, 'insufficient_user_authentication'],
    ['twenty minutes ago, to finish what was begun', { factors: proved(1200), grace: 600 }, 'allowed'],
    [
      'twenty minutes and a second ago',
      { factors: proved(1201), grace: 600 },
      'insufficient_user_authentication',
    ],
    [
      'with a sign-in that is old',
      { factors: [factor('email', 601), factor('recovery_code')] },
      'insufficient_user_authentication',
    ],
    [
      'that the presented JWT does not carry',
      { presented: [factor('email')] },
      'insufficient_user_authentication',
    ],
    [
      'that the session does not carry',
      { presented: proved(60), factors: [factor('email')] },
      'insufficient_user_authentication',
    ],
    [
      'that was never proved',
      { factors: [factor('email'), neverProved('recovery_code')] },
      'insufficient_user_authentication',
    ],
    [
      'for a factor of another kind',
      { allowed: ['nothing_yet', 'held_factor', 'unit_phone'] as const },
      'insufficient_user_authentication',
    ],
  ])('a code proved %s: %s', async (_title, changes, expected) => {
    expect(await enrolBy(changes)).toBe(expected);
  });

  it('for a factor of another kind by somebody without one that counts: not at all', async () => {
    const allowed = ['nothing_yet', 'held_factor'] as const;
    expect(await enrolBy({ known: banked(), onUser: [onUser('email')], allowed })).toBe('factor_not_allowed');
  });
});

describe('INV1 A recovery opens no other ground, for a day', () => {
  const marker = (age: number) =>
    factorRecord('recovery_code', { factorId: 'recovery-1', origin: 'recovered', firstSeenAt: NOW - age });
  const others = ['nothing_yet', 'held_factor', 'unit_phone'] as const;
  const email = [factor('email')];
  const recovering = [factor('email'), factor('recovery_code')];
  const enrolWithout = (changes: Partial<Case>) =>
    enrol({ known: banked(), factors: email, onUser: [onUser('email')], allowed: others, ...changes });

  it.each([
    ['there is nothing to steal', userRecord(), userRecord({ factors: [marker(DAY - 1)] })],
    ['there is a customer', banked(), banked([marker(DAY - 1)])],
  ])('while %s', async (_title, known, replacing) => {
    for (const one of [
      { known, factors: recovering },
      { known, factors: email, presented: recovering },
      { known, factors: recovering, presented: email },
      { known: replacing, factors: email },
    ]) {
      expect(await refusal(() => enrolWithout(one))).toMatchObject({
        code: 'factor_not_allowed',
        details: { reason: 'no_ground' },
      });
    }
  });

  it.each([
    ['nothing_yet', userRecord({ factors: [marker(DAY)] })],
    ['unit_phone', banked([marker(DAY)])],
  ])('and after it %s is a ground again', (ground, known) => {
    expect(enrolWithout({ known })).toBe(ground);
  });

  it('but who holds a factor that counts enrols by it', () => {
    const known = banked([factorRecord('sms'), marker(60)]);
    const factors = [factor('email'), factor('sms')];
    expect(enrolWithout({ known, factors, onUser: [onUser('email'), onUser('sms')] })).toBe('held_factor');
  });
});

describe('A factor cannot vouch for its own enrolment', () => {
  it('and every other one stays', () => {
    const known = userRecord({
      factors: [factorRecord('totp', { origin: 'enrolled' }), factorRecord('sms')],
    });
    expect(without(known, 'totp-1')).toEqual({ ...known, factors: [factorRecord('sms')] });
    expect(without(known, 'totp-9')).toEqual(known);
  });
});
