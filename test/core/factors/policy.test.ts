import { describe, expect, it } from '@jest/globals';
import { deniedScopes, requirementFor, type TokenPolicy } from '../../../functions/core/factors/policy.ts';
import { presetStrength } from '../../../functions/core/factors/presets.ts';
import { HOUR, policy, refusal } from '../../support/core-values.ts';
import * as fc from '../../support/properties.ts';

const refused = async (scopes: readonly string[], by: TokenPolicy = policy) =>
  refusal(() => requirementFor(by, scopes));

describe('The strictest scope of a request decides', () => {
  it.each([
    [['accounts'], 'stytch-mfa', 12 * HOUR, HOUR, [], false],
    [['accounts', 'customers'], 'stytch-mfa', HOUR, HOUR, [], false],
    [['customers', 'cards-write'], 'stytch-mfa', 600, 600, [], true],
    [['cards-write', 'cards-sensitive'], 'stytch-mfa', 300, 300, ['card'], true],
    [['cards-sensitive', 'statements'], 'stytch-mfa', 300, 300, ['card', 'account'], true],
    [['branch-locations'], 'any-session', 12 * HOUR, HOUR, [], false],
    [['branch-locations', 'payments-write'], 'aal2', 600, HOUR, [], true],
    [['wire-payments-write', 'payments-write', 'accounts'], 'phishing-resistant', 600, HOUR, [], true],
  ] as const)(
    '%j asks for %s within %d s and gives %d s, on %j, sensitive: %s',
    (scopes, preset, maxFactorAgeSeconds, maxTokenSeconds, resourceTypes, isSensitive) => {
      const expected = { preset, maxFactorAgeSeconds, maxTokenSeconds, resourceTypes, isSensitive };
      expect(requirementFor(policy, scopes)).toEqual(expected);
      expect(requirementFor(policy, [...scopes].reverse())).toEqual({
        ...expected,
        resourceTypes: [...resourceTypes].reverse(),
      });
    },
  );

  it('INV1 adding a scope never weakens what a request asks for', () => {
    const names = Object.keys(policy.scopes);
    fc.assert(
      fc.property(fc.subarray(names, { minLength: 1 }), fc.constantFrom(...names), (scopes, added) => {
        const before = requirementFor(policy, scopes);
        const after = requirementFor(policy, [...new Set([...scopes, added])]);
        expect(presetStrength(after.preset)).toBeGreaterThanOrEqual(presetStrength(before.preset));
        expect(after.maxFactorAgeSeconds).toBeLessThanOrEqual(before.maxFactorAgeSeconds);
        expect(after.maxTokenSeconds).toBeLessThanOrEqual(before.maxTokenSeconds);
        expect(after.resourceTypes).toEqual(expect.arrayContaining([...before.resourceTypes]));
        expect(after.isSensitive || !before.isSensitive).toBe(true);
      }),
    );
  });
});

describe('O3 A scope that the policy does not name is refused', () => {
  it.each([
    ['an unknown name', 'everything'],
    ['an empty name', ''],
    ['the prototype', '__proto__'],
    ['an inherited constructor', 'constructor'],
    ['an inherited method', 'toString'],
    ['another inherited method', 'hasOwnProperty'],
    ['a wildcard', '*'],
    ['upper case', 'Accounts'],
    ['all upper case', 'ACCOUNTS'],
    ['a space before', ' accounts'],
    ['a space after', 'accounts '],
    ['a tab after', 'accounts\t'],
    ['a line break after', 'accounts\n'],
    ['a non-breaking space after', 'accounts\u00a0'],
    ['a zero-width space inside', 'acc\u200bounts'],
    ['a null byte after', 'accounts\u0000'],
    ['a Cyrillic letter inside', 'ассоunts'],
    ['full-width letters', 'ａｃｃｏｕｎｔｓ'],
    ['a soft hyphen for a hyphen', 'cards\u00adwrite'],
    ['a non-breaking hyphen for a hyphen', 'cards\u2011write'],
    ['two scopes in one', 'accounts customers-write'],
    ['two scopes by comma', 'accounts,customers-write'],
  ])('%s: %j', async (_title, name) => {
    expect(await refused([name])).toMatchObject({ code: 'invalid_scope', details: { reason: 'unnamed' } });
    expect(await refused(['accounts', name])).toMatchObject({ code: 'invalid_scope' });
  });

  it('a scope named twice is refused', async () => {
    expect(await refused(['accounts', 'accounts'])).toMatchObject({
      code: 'invalid_scope',
      details: { reason: 'duplicate' },
    });
  });

  it('the answer does not repeat the name that the caller sent', async () => {
    const { details } = await refused(['078-05-1120']);
    expect(JSON.stringify(details)).not.toContain('078-05-1120');
  });
});

describe('O3 No policy lifts the deny list', () => {
  const generous = (scope: string): TokenPolicy => ({
    ...policy,
    scopes: {
      ...policy.scopes,
      [scope]: {
        preset: 'any-session',
        maxFactorAgeSeconds: 86_400,
        maxTokenSeconds: 86_400,
        isSensitive: false,
      },
    },
  });

  it.each([
    'applications',
    'applications-write',
    'customer-token',
    'customer-token-write',
    'webhooks',
    'webhooks-write',
    'authorization-requests',
    'authorization-requests-write',
    'batch-releases',
    'batch-releases-write',
    'received-payments',
    'received-payments-write',
    'chargebacks',
    'chargebacks-write',
    'rewards',
    'rewards-write',
    'customers-write',
    'customer-tags-write',
  ])('%s is refused though a policy names it', async (scope) => {
    expect(deniedScopes).toContain(scope);
    expect(await refused([scope], generous(scope))).toMatchObject({
      code: 'invalid_scope',
      details: { reason: 'denied' },
    });
  });
});

describe('O3 A request for nothing', () => {
  it('is refused, since nothing would be asked of its factors', async () => {
    expect(await refused([])).toMatchObject({ code: 'invalid_scope', details: { reason: 'none' } });
  });
});
