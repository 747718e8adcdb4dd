import { describe, expect, it } from '@jest/globals';
import {
  challengeFor,
  couldMeet,
  holdsFactor,
  stepUpRequired,
  unmet,
} from '../../../functions/core/factors/challenge.ts';
import { presets } from '../../../functions/core/factors/presets.ts';
import { DAY, factorRecord, HOUR, NOW, onUser, policy, user } from '../../support/core-values.ts';

describe('U1, U7 The challenge names what is needed', () => {
  it('by an absolute URI for the preset, the age, and the factors that can meet it here', () => {
    expect(challengeFor({ preset: 'stytch-mfa', maxFactorAgeSeconds: 300 })).toEqual({
      acrValues: ['urn:stytch-unit-bridge:acr:stytch-mfa'],
      maxAgeSeconds: 300,
      acceptableFactors: ['passkey', 'totp', 'sms'],
    });
  });

  it('U7 with an absolute URI of its own for every preset', () => {
    const names = presets.map(
      (preset) => challengeFor({ preset, maxFactorAgeSeconds: 60 }).acrValues[0] ?? '',
    );
    expect(new Set(names).size).toBe(presets.length);
    expect(names.every((name) => URL.canParse(name))).toBe(true);
  });

  it('U7 phishing resistance also by the name that OpenID gives to it, and nothing else by it', () => {
    const named = presets.filter((preset) =>
      challengeFor({ preset, maxFactorAgeSeconds: 60 }).acrValues.includes('phr'),
    );
    expect(named).toEqual(['phishing-resistant']);
  });

  it.each([
    ['any-session', ['email', 'passkey', 'totp', 'sms']],
    ['stytch-mfa', ['passkey', 'totp', 'sms']],
    ['aal2', ['passkey', 'totp', 'sms']],
    ['phishing-resistant', ['passkey']],
  ] as const)('for %s the acceptable factors are %j', (preset, expected) => {
    expect(challengeFor({ preset, maxFactorAgeSeconds: 60 }).acceptableFactors).toEqual(expected);
  });
});

describe('The 401 that carries the challenge', () => {
  const requirement = { preset: 'stytch-mfa', maxFactorAgeSeconds: 600 } as const;

  it('holds the challenge, and the reason for our log', () => {
    expect(stepUpRequired(requirement, 'presented_jwt')).toMatchObject({
      code: 'insufficient_user_authentication',
      details: { challenge: challengeFor(requirement), reason: 'presented_jwt' },
    });
  });

  it('has no reason where none is given', () => {
    expect(stepUpRequired(requirement, undefined).details).toEqual({ challenge: challengeFor(requirement) });
  });

  it('U4 is the same for every user: the challenge is made from the requirement alone', () => {
    const [one, other] = [stepUpRequired(requirement, 'a'), stepUpRequired({ ...requirement }, 'b')];
    expect(one.details.challenge).toEqual(other.details.challenge);
  });
});

describe('U6 Whether a user holds a second factor that counts', () => {
  const yesterday = factorRecord('totp', { origin: 'seen_late', firstSeenAt: NOW - HOUR });
  it.each([
    ['a verified factor that we know', [onUser('email'), onUser('totp')], [factorRecord('totp')], true],
    ['a factor that is not verified', [onUser('totp', false)], [factorRecord('totp')], false],
    ['a factor without a record', [onUser('totp')], [], false],
    ['a factor that still waits', [onUser('totp')], [yesterday], false],
    ['an email alone', [onUser('email')], [], false],
    ['a password alone', [onUser('password')], [], false],
    ['nothing', [], [factorRecord('totp')], false],
  ])('%s', (_title, factors, records, expected) => {
    expect(holdsFactor(user(factors), records, NOW)).toBe(expected);
  });

  it('a factor that waited its day', () => {
    expect(holdsFactor(user([onUser('totp')]), [yesterday], NOW - HOUR + DAY)).toBe(true);
  });
});

describe('U6 Whether the factors enrolled could meet a preset, were each of them proved now', () => {
  const late = (kind: 'totp') => factorRecord(kind, { origin: 'seen_late', firstSeenAt: NOW - HOUR });
  it.each([
    ['any-session', ['email'], true],
    ['any-session', ['biometric'], false],
    ['stytch-mfa', ['email'], false],
    ['stytch-mfa', ['totp', 'passkey'], false],
    ['stytch-mfa', ['email', 'totp'], true],
    ['stytch-mfa', ['sms', 'totp'], true],
    ['aal2', ['email', 'totp'], false],
    ['aal2', ['password', 'whatsapp'], false],
    ['aal2', ['password', 'sms'], true],
    ['phishing-resistant', ['password', 'totp'], false],
    ['phishing-resistant', ['password', 'passkey'], true],
    ['phishing-resistant', ['passkey'], false],
  ] as const)('%s with %j: %s', (preset, kinds, expected) => {
    const held = user(kinds.map((kind) => onUser(kind)));
    const records = kinds.map((kind) => factorRecord(kind));
    // However short the age asked for: what could be proved now would be fresh.
    expect(couldMeet({ preset, maxFactorAgeSeconds: 60 }, held, records, NOW, policy)).toBe(expected);
  });

  it.each([
    ['is not verified', [onUser('email'), onUser('totp', false)], [factorRecord('totp')]],
    ['has no record', [onUser('email'), onUser('totp')], []],
    ['still waits', [onUser('email'), onUser('totp')], [late('totp')]],
  ])('stytch-mfa with a TOTP that %s: false', (_title, factors, records) => {
    const requirement = { preset: 'stytch-mfa', maxFactorAgeSeconds: 600 } as const;
    expect(couldMeet(requirement, user(factors), records, NOW, policy)).toBe(false);
  });

  it('a passkey alone is phishing-resistant only where user verification is proved', () => {
    const requirement = { preset: 'phishing-resistant', maxFactorAgeSeconds: 600 } as const;
    const held = user([onUser('passkey')]);
    const meets = (isUserVerificationProved: boolean) =>
      couldMeet(requirement, held, [factorRecord('passkey')], NOW, { isUserVerificationProved });
    expect([meets(false), meets(true)]).toEqual([false, true]);
  });
});

describe('An unmet verdict', () => {
  const requirement = { preset: 'any-session', maxFactorAgeSeconds: 600 } as const;

  it('N9 gives support that acts for a user nothing, not even a challenge', () => {
    const refusal = unmet({ isMet: false, reason: 'impersonated' }, requirement, 'somewhere');
    expect(refusal.code).toBe('invalid_token');
    expect(refusal.details.challenge).toBeUndefined();
  });

  it('asks everybody else to step up', () => {
    const refusal = unmet({ isMet: false, reason: 'factors_missing' }, requirement, 'somewhere');
    expect(refusal).toMatchObject({
      code: 'insufficient_user_authentication',
      details: { reason: 'somewhere', challenge: { maxAgeSeconds: 600 } },
    });
  });
});
