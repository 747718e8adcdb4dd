import { describe, expect, it } from '@jest/globals';
import {
  CONFIRM_WITHIN_SECONDS,
  couldCount,
  countsBy,
  countsSince,
  isWaitingAfterRecovery,
  LATE_FACTOR_WAIT_SECONDS,
  newlyConfirmed,
  newlySeen,
} from '../../../functions/core/factors/counting.ts';
import type { FactorOrigin, FactorRecord } from '../../../functions/core/onboarding/records.ts';
import {
  applicationRecord,
  customerRecord,
  DAY,
  factor,
  factorRecord,
  NOW,
  onUser,
  user,
  userRecord,
} from '../../support/core-values.ts';

describe('N11 A factor of the session counts only while it is on the user and verified', () => {
  const records = [factorRecord('sms'), factorRecord('totp')];
  const counts = (...factors: Parameters<typeof user>[0]) => countsBy(user(factors), records, NOW);

  it.each([
    ['is there, verified', [onUser('sms')], true],
    ['is there, unverified', [onUser('sms', false)], false],
    ['was deleted', [onUser('email')], false],
    ['was replaced by another number', [onUser('sms', true, 'phone-2')], false],
    ['is there as another kind only', [onUser('whatsapp')], false],
    ['is on a user without any factor', [], false],
  ])('an SMS number that %s', (_title, factors, expected) => {
    expect(counts(...factors)(factor('sms'))).toBe(expected);
  });

  it('a factor that names no id never stands for one that has', () => {
    expect(counts(onUser('sms'))(factor('sms', 0, null))).toBe(false);
    expect(counts(onUser('sms', true, null))(factor('sms', 0, null))).toBe(false);
  });

  it.each(['email', 'oauth', 'password'] as const)('%s needs no record of ours', (kind) => {
    expect(countsBy(user([onUser(kind)]), [], NOW)(factor(kind))).toBe(true);
  });

  it.each(['sms', 'whatsapp', 'totp', 'passkey'] as const)(
    '%s without a record of ours does not count',
    (kind) => {
      expect(countsBy(user([onUser(kind)]), [], NOW)(factor(kind))).toBe(false);
    },
  );
});

describe('A factor counts by how we came to know it', () => {
  const countsAfter = (origin: FactorOrigin, seconds: number, confirmedAt: number | null = null): boolean =>
    couldCount(
      onUser('totp'),
      [factorRecord('totp', { origin, firstSeenAt: NOW - seconds, confirmedAt })],
      NOW,
    );

  it.each([
    ['enrolled', 0, false],
    ['enrolled', DAY - 1, false],
    ['enrolled', DAY, true],
    ['seen', 0, true],
    ['seen', -1, false],
    ['seen_late', 0, false],
    ['seen_late', DAY - 1, false],
    ['seen_late', DAY, true],
    ['recovered', 0, false],
    ['recovered', DAY - 1, false],
    ['recovered', DAY, true],
  ] as const)('%s, %d seconds ago: %s', (origin, seconds, expected) => {
    expect(countsAfter(origin, seconds)).toBe(expected);
  });

  it.each([
    ['enrolled', 0, true],
    ['enrolled', -1, false],
    ['recovered', DAY - 1, false],
    ['recovered', DAY, true],
  ] as const)('%s and confirmed, %d seconds ago: %s', (origin, seconds, expected) => {
    expect(countsAfter(origin, seconds, NOW)).toBe(expected);
  });

  it.each([
    [null, NOW + DAY],
    [NOW, NOW],
  ])('an enrolment confirmed at %s counts from %d', (confirmedAt, since) => {
    const record = factorRecord('totp', { origin: 'enrolled', firstSeenAt: NOW, confirmedAt });
    expect(countsSince(onUser('totp'), [record])).toBe(since);
  });

  it('the wait of a late or recovered factor is a day', () => {
    expect(LATE_FACTOR_WAIT_SECONDS).toBe(DAY);
  });

  it('a factor that is not verified could not count, however long we know it', () => {
    expect(couldCount(onUser('totp', false), [factorRecord('totp')], NOW)).toBe(false);
  });

  it('the session side holds to the same wait', () => {
    const late = factorRecord('totp', { origin: 'seen_late', firstSeenAt: NOW - DAY + 1 });
    const counts = (now: number) => countsBy(user([onUser('totp')]), [late], now)(factor('totp'));
    expect([counts(NOW), counts(NOW + 1)]).toEqual([false, true]);
  });
});

describe('Factors that we meet for the first time are recorded', () => {
  it('as seen, on a user who has nothing yet', () => {
    const records = newlySeen(user([onUser('totp')]), userRecord(), NOW);
    expect(records).toEqual([
      { factorId: 'totp-1', kind: 'totp', origin: 'seen', firstSeenAt: NOW, confirmedAt: null },
    ]);
  });

  it.each(['Active', 'Archived', 'Review'] as const)(
    'as seen late, on a user who has a customer already (%s)',
    (status) => {
      const known = userRecord({ customers: [customerRecord({ status })] });
      expect(newlySeen(user([onUser('totp')]), known, NOW)).toMatchObject([{ origin: 'seen_late' }]);
    },
  );

  it.each(['Submitting', 'Pending', 'Denied', 'NotSubmitted'] as const)(
    'as seen late, on a user who has applied already (%s)',
    (status) => {
      const known = userRecord({ applications: [applicationRecord({ status })] });
      expect(newlySeen(user([onUser('totp')]), known, NOW)).toMatchObject([{ origin: 'seen_late' }]);
    },
  );

  it('once for a number, though it takes SMS and WhatsApp', () => {
    const records = newlySeen(user([onUser('sms'), onUser('whatsapp')]), userRecord(), NOW);
    expect(records.map(({ factorId }) => factorId)).toEqual(['phone-1']);
  });

  it('N9 and the one record of a number serves both', () => {
    const both = user([onUser('sms'), onUser('whatsapp')]);
    const counts = countsBy(both, newlySeen(both, userRecord(), NOW), NOW);
    expect([counts(factor('sms')), counts(factor('whatsapp'))]).toEqual([true, true]);
  });

  it.each([
    ['is known already', [onUser('totp')], [factorRecord('totp')]],
    ['is not verified', [onUser('totp', false)], []],
    ['is nothing held', [onUser('email'), onUser('password'), onUser('oauth'), onUser('biometric')], []],
    ['has no id', [onUser('totp', true, null)], []],
  ])('but not one that %s', (_title, factors, factorRecords) => {
    expect(newlySeen(user(factors), userRecord({ factors: factorRecords }), NOW)).toEqual([]);
  });

  it.each([
    ['begun here, and proved past us before anybody applied', 601, [], []],
    [
      'begun here before the user applied, and proved past us days later',
      3 * DAY,
      [NOW - DAY],
      ['seen_late'],
    ],
    ['begun here a moment before the user applied', 60, [NOW - 30], ['seen_late']],
    ['begun here a moment ago, whose confirmation was lost', 600, [], []],
  ])('A7.5.1 a factor %s', (_title, age, appliedAt, origins) => {
    const known = userRecord({
      factors: [factorRecord('sms', { origin: 'enrolled', firstSeenAt: NOW - age, confirmedAt: null })],
      applications: appliedAt.map((createdAt) => applicationRecord({ createdAt })),
    });
    const records = newlySeen(user([onUser('sms')]), known, NOW);
    expect(records.map(({ origin }) => origin)).toEqual(origins);
    expect(records.every(({ firstSeenAt }) => firstSeenAt === NOW)).toBe(true);
  });

  it('each of several, in one go', () => {
    const factors = [onUser('email'), onUser('sms'), onUser('totp'), onUser('passkey')];
    const records = newlySeen(user(factors), userRecord({ factors: [factorRecord('totp')] }), NOW);
    expect(records.map(({ kind }) => kind)).toEqual(['sms', 'passkey']);
  });
});

describe('INV6 An enrolment under way whose factor Stytch shows verified is confirmed', () => {
  const underWay = { origin: 'enrolled', firstSeenAt: NOW - CONFIRM_WITHIN_SECONDS } as const;
  const confirmedBy = (changes: Partial<FactorRecord>, held = [onUser('totp')]) =>
    newlyConfirmed(
      user(held),
      userRecord({ factors: [factorRecord('totp', { ...underWay, ...changes })] }),
      NOW,
    );

  it.each(['enrolled', 'recovered'] as const)('within ten minutes (%s)', (origin) => {
    expect(CONFIRM_WITHIN_SECONDS).toBe(600);
    expect(confirmedBy({ origin })).toEqual([
      factorRecord('totp', { ...underWay, origin, confirmedAt: NOW }),
    ]);
  });

  it.each([
    ['was begun longer ago', { firstSeenAt: NOW - 601 }, [onUser('totp')]],
    ['was confirmed already', { confirmedAt: NOW - 60 }, [onUser('totp')]],
    ['was never begun here', { origin: 'seen_late' }, [onUser('totp')]],
    ['is not verified', {}, [onUser('totp', false)]],
    ['is not on the user', {}, [onUser('totp', true, 'totp-9')]],
  ] as const)('but not one that %s', (_title, changes, held) => {
    expect(confirmedBy(changes, [...held])).toEqual([]);
  });

  it.each([
    ['since', 0, []],
    ['before', 1, [NOW]],
  ] as const)('A7.5.1 where the user has applied %s', (_title, secondsBefore, expected) => {
    const { firstSeenAt } = underWay;
    const known = userRecord({
      factors: [factorRecord('totp', underWay)],
      applications: [applicationRecord({ createdAt: firstSeenAt - secondsBefore })],
    });
    const confirmed = newlyConfirmed(user([onUser('totp')]), known, NOW);
    expect(confirmed.map(({ confirmedAt }) => confirmedAt)).toEqual(expected);
  });
});

describe('A recovery waits a day', () => {
  it.each([
    ['recovered', DAY - 1, true],
    ['recovered', DAY, false],
    ['seen_late', 0, false],
    ['enrolled', 0, false],
  ] as const)('%s, %d seconds ago: %s', (origin, age, expected) => {
    const records = [factorRecord('sms'), factorRecord('totp', { origin, firstSeenAt: NOW - age })];
    expect(isWaitingAfterRecovery(records, NOW)).toBe(expected);
  });
});
