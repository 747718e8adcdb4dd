import { describe, expect, it } from '@jest/globals';
import { everyFactor, judge } from '../../../functions/core/factors/judge.ts';
import {
  type AssurancePreset,
  factorClass,
  isPossession,
  presetStrength,
  presets,
} from '../../../functions/core/factors/presets.ts';
import type { AuthenticationFactor, FactorKind } from '../../../functions/core/session/session.ts';
import {
  type Column,
  columns,
  factorPairs,
  isVerifiedPair,
  kindOf,
} from '../../support/core-factor-table.ts';
import { factor, NOW } from '../../support/core-values.ts';
import * as fc from '../../support/properties.ts';

const verdicts = (
  factors: readonly AuthenticationFactor[],
  isUserVerificationProved: boolean,
): readonly AssurancePreset[] =>
  presets.filter(
    (preset) =>
      judge({ preset, maxFactorAgeSeconds: 600 }, factors, everyFactor, NOW, { isUserVerificationProved })
        .isMet,
  );

const cell = (one: Column, other: Column): readonly AssurancePreset[] =>
  factorPairs.find((pair) => pair.one === one && pair.other === other)?.met ?? [];

describe('The factor-pair table', () => {
  it('has a verdict for each of the nine factors with each of them', () => {
    expect(factorPairs).toHaveLength(81);
    expect(new Set(factorPairs.map(({ one, other }) => `${one} ${other}`)).size).toBe(81);
  });

  it('is the same in both orders', () => {
    for (const { one, other, met } of factorPairs) expect(cell(other, one)).toEqual(met);
  });
});

describe('N1, N2, N8 Two fresh factors meet exactly the presets of the table', () => {
  it.each(factorPairs.map((pair) => [pair.one, pair.other, pair.met.join(', ') || 'nothing', pair] as const))(
    '%s with %s meets %s',
    (_one, _other, _met, pair) => {
      const [one, other] = [factor(kindOf(pair.one)), factor(kindOf(pair.other))];
      expect(verdicts([one, other], isVerifiedPair(pair))).toEqual(pair.met);
      expect(verdicts([other, one], isVerifiedPair(pair))).toEqual(pair.met);
    },
  );
});

describe('N1, N9 One factor alone meets no more than its diagonal, once or twice', () => {
  it.each(columns.map((column) => [column, cell(column, column)] as const))('%s meets %j', (column, met) => {
    const kind = kindOf(column);
    const isProved = column === 'verified-passkey';
    expect(verdicts([factor(kind)], isProved)).toEqual(met);
    expect(verdicts([factor(kind), factor(kind)], isProved)).toEqual(met);
    expect(verdicts([factor(kind), factor(kind, 30, 'another-one')], isProved)).toEqual(met);
  });

  it('gives one number by SMS and by WhatsApp no second factor', () => {
    expect(verdicts([factor('sms'), factor('whatsapp')], false)).toEqual(['any-session']);
  });
});

describe('N9 A larger set', () => {
  const anyColumns = fc.uniqueArray(
    fc.constantFrom(...columns.filter((column) => column !== 'verified-passkey')),
    { maxLength: 8 },
  );

  it.each([false, true])(
    'meets a preset exactly if a factor or a pair in it does (UV proved: %s)',
    (isProved) => {
      fc.assert(
        fc.property(anyColumns, (found) => {
          const set = found.map((column) => (isProved && column === 'passkey' ? 'verified-passkey' : column));
          const expected = presets.filter((preset) =>
            set.some((one) => set.some((other) => cell(one, other).includes(preset))),
          );
          expect(
            verdicts(
              set.map((column) => factor(kindOf(column))),
              isProved,
            ),
          ).toEqual(expected);
        }),
      );
    },
  );

  it('with a factor that counts for nothing meets no more than without it', () => {
    fc.assert(
      fc.property(anyColumns, (set) => {
        const factors = set.map((column) => factor(kindOf(column)));
        expect(verdicts([...factors, factor('other')], false)).toEqual(verdicts(factors, false));
      }),
    );
  });

  it('is refused whole when it was impersonated, however strong', () => {
    const strong = [factor('password'), factor('sms'), factor('totp'), factor('passkey')];
    expect(verdicts(strong, true)).toEqual(presets);
    expect(verdicts([...strong, factor('impersonated')], true)).toEqual([]);
  });
});

describe('Presets and classes of factors', () => {
  it('rank from any session to phishing-resistant', () => {
    expect([...presets].sort((a, b) => presetStrength(a) - presetStrength(b))).toEqual([
      'any-session',
      'stytch-mfa',
      'aal2',
      'phishing-resistant',
    ]);
  });

  it.each([
    ['email', 'account', false],
    ['oauth', 'account', false],
    ['password', 'account', false],
    ['sms', 'phone', true],
    ['whatsapp', 'phone', true],
    ['totp', 'device', true],
    ['passkey', 'device', true],
    ['biometric', 'none', false],
    ['other', 'none', false],
    ['impersonated', 'none', false],
  ] as const satisfies readonly (readonly [FactorKind, string, boolean])[])(
    'N8 %s is of the class %s, something held: %s',
    (kind, expected, isHeld) => {
      expect(factorClass(kind)).toBe(expected);
      expect(isPossession(kind)).toBe(isHeld);
    },
  );
});
