import { describe, expect, it } from '@jest/globals';
import { everyFactor, judge, type Requirement } from '../../../functions/core/factors/judge.ts';
import { type AssurancePreset, presets } from '../../../functions/core/factors/presets.ts';
import type { AuthenticationFactor, FactorKind } from '../../../functions/core/session/session.ts';
import { DAY, factor, HOUR, NOW, neverProved } from '../../support/core-values.ts';
import * as fc from '../../support/properties.ts';

const uvUnproved = { isUserVerificationProved: false };
const within = (maxFactorAgeSeconds: number, preset: AssurancePreset = 'stytch-mfa'): Requirement => ({
  preset,
  maxFactorAgeSeconds,
});

const isMet = (requirement: Requirement, ...factors: readonly AuthenticationFactor[]): boolean =>
  judge(requirement, factors, everyFactor, NOW, uvUnproved).isMet;

describe('INV1, N10 The deciding factor is fresh by its own time', () => {
  it.each([
    ['proved this second', 0, true],
    ['exactly as old as allowed', 600, true],
    ['one second older than allowed', 601, false],
    ['ahead of our clock by the skew of 5 s', -5, true],
    ['ahead of our clock by 6 s', -6, false],
    ['a fraction of a second too old', 600.001, false],
  ])('a code %s: age %d s, met: %s', (_title, age, expected) => {
    expect(isMet(within(600), factor('email', HOUR), factor('sms', age))).toBe(expected);
  });

  it('a factor whose time is missing or unreadable was never proved', () => {
    expect(isMet(within(600), factor('email'), neverProved('sms'))).toBe(false);
    expect(isMet(within(600), neverProved('email'), factor('sms'))).toBe(false);
    expect(isMet(within(600, 'any-session'), neverProved('email'))).toBe(false);
  });

  it('U3 a fresh email does not make up for a stale second factor', () => {
    expect(isMet(within(600), factor('email', 0), factor('sms', 601))).toBe(false);
  });

  it('a fresh email and a stale second factor do not add up with a second stale factor', () => {
    expect(isMet(within(600), factor('email', 0), factor('sms', 700), factor('totp', 700))).toBe(false);
  });
});

describe('N10 Everything counted was proved within 24 hours', () => {
  it.each([
    ['24 hours ago counts', DAY, true],
    ['24 hours and a second ago does not', DAY + 1, false],
  ])('beside a fresh SMS, an email proved %s', (_title, age, expected) => {
    expect(isMet(within(600), factor('email', age), factor('sms'))).toBe(expected);
  });

  it.each([
    ['24 hours ago counts', DAY, true],
    ['24 hours and a second ago does not', DAY + 1, false],
  ])('for aal2, a password proved %s beside a fresh TOTP', (_title, age, expected) => {
    expect(isMet(within(600, 'aal2'), factor('password', age), factor('totp'))).toBe(expected);
  });

  it('bounds even a requirement that would allow more', () => {
    expect(isMet(within(3 * DAY, 'any-session'), factor('email', DAY))).toBe(true);
    expect(isMet(within(3 * DAY, 'any-session'), factor('email', DAY + 1))).toBe(false);
  });
});

describe('Each preset asks the right factor to be fresh', () => {
  it.each([
    ['aal2 by an SMS inside the age', 'aal2', factor('password', HOUR), factor('sms', 600), true],
    ['aal2 by an SMS past the age', 'aal2', factor('password', 0), factor('sms', 601), false],
    ['aal2 by a TOTP past the age', 'aal2', factor('password', 0), factor('totp', 601), false],
    [
      'phishing-resistant by a passkey inside the age',
      'phishing-resistant',
      factor('password', HOUR),
      factor('passkey', 600),
      true,
    ],
    [
      'phishing-resistant by a passkey past the age',
      'phishing-resistant',
      factor('password', 0),
      factor('passkey', 601),
      false,
    ],
    ['any session inside the age', 'any-session', factor('email', 600), factor('oauth', HOUR), true],
    ['any session past the age', 'any-session', factor('email', 601), factor('oauth', HOUR), false],
  ] as const)('%s', (_title, preset, one, other, expected) => {
    expect(isMet(within(600, preset), one, other)).toBe(expected);
  });

  it('a fresh SMS does not stand in for a stale passkey where phishing resistance is asked', () => {
    const factors = [factor('password'), factor('sms'), factor('passkey', 601)];
    expect(isMet(within(600, 'phishing-resistant'), ...factors)).toBe(false);
    expect(isMet(within(600, 'aal2'), ...factors)).toBe(true);
  });

  it('N8 a passkey whose user verification is proved must be fresh too', () => {
    const proved = { isUserVerificationProved: true };
    const verdict = (age: number) =>
      judge(within(600, 'phishing-resistant'), [factor('passkey', age)], everyFactor, NOW, proved).isMet;
    expect([verdict(600), verdict(601)]).toEqual([true, false]);
  });
});

describe('INV1 Only factors that count are judged', () => {
  it('a fresh factor that does not count leaves the requirement unmet', () => {
    const factors = [factor('email'), factor('sms')];
    const verdict = judge(within(600), factors, ({ kind }) => kind !== 'sms', NOW, uvUnproved);
    expect(verdict).toEqual({ isMet: false, reason: 'factors_missing' });
  });

  it.each(presets)('N9 an impersonated session is refused by name for %s, whatever counts', (preset) => {
    const factors = [factor('password'), factor('passkey'), factor('impersonated', 2 * DAY)];
    const verdict = judge(within(DAY, preset), factors, () => false, NOW, uvUnproved);
    expect(verdict).toEqual({ isMet: false, reason: 'impersonated' });
  });

  it('a session without factors meets nothing', () => {
    expect(presets.filter((preset) => isMet(within(DAY, preset)))).toEqual([]);
  });
});

describe('INV1 No verdict widens by itself', () => {
  const kinds: readonly FactorKind[] = [
    'email',
    'oauth',
    'password',
    'sms',
    'whatsapp',
    'totp',
    'passkey',
    'biometric',
    'other',
  ];
  const anyFactor = fc
    .tuple(fc.constantFrom(...kinds), fc.option(fc.integer({ min: -5, max: DAY + 10 })))
    .map(([kind, age]) => (age === null ? neverProved(kind) : factor(kind, age)));
  const anyFactors = fc.array(anyFactor, { maxLength: 6 });
  const anyRequirement = fc.record({
    preset: fc.constantFrom(...presets),
    maxFactorAgeSeconds: fc.integer({ min: 60, max: DAY }),
  });
  const anyOptions = fc.record({ isUserVerificationProved: fc.boolean() });

  it('taking a factor away never turns a refusal into a pass', () => {
    fc.assert(
      fc.property(anyRequirement, anyFactors, anyOptions, fc.nat(), (requirement, factors, options, at) => {
        const fewer = factors.filter((_, i) => i !== at % Math.max(1, factors.length));
        const before = judge(requirement, factors, everyFactor, NOW, options).isMet;
        const after = judge(requirement, fewer, everyFactor, NOW, options).isMet;
        expect(after && !before).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it('letting time pass never turns a refusal into a pass', () => {
    fc.assert(
      fc.property(
        anyRequirement,
        anyFactors,
        anyOptions,
        fc.nat(DAY),
        (requirement, factors, options, later) => {
          const before = judge(requirement, factors, everyFactor, NOW, options).isMet;
          const after = judge(requirement, factors, everyFactor, NOW + later, options).isMet;
          expect(after && !before).toBe(false);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('a shorter age never turns a refusal into a pass', () => {
    fc.assert(
      fc.property(
        anyRequirement,
        anyFactors,
        anyOptions,
        fc.nat(DAY),
        (requirement, factors, options, less) => {
          const shorter = { ...requirement, maxFactorAgeSeconds: requirement.maxFactorAgeSeconds - less };
          const before = judge(requirement, factors, everyFactor, NOW, options).isMet;
          const after = judge(shorter, factors, everyFactor, NOW, options).isMet;
          expect(after && !before).toBe(false);
        },
      ),
    );
  });

  it('an impersonation added to any session refuses it', () => {
    fc.assert(
      fc.property(anyRequirement, anyFactors, anyOptions, fc.nat(6), (requirement, factors, options, at) => {
        const tainted = [...factors.slice(0, at), factor('impersonated'), ...factors.slice(at)];
        expect(judge(requirement, tainted, everyFactor, NOW, options).isMet).toBe(false);
      }),
    );
  });
});
