import { describe, expect, it } from '@jest/globals';
import shipped from '../../config/token-policy.json' with { type: 'json' };
import schema from '../../config/token-policy.schema.json' with { type: 'json' };
import { policyFileSchema, readTokenPolicy } from '../../functions/contract/token-policy.ts';
import { deniedScopes } from '../../functions/core/factors/policy.ts';

const HOUR = 3600;
const mfa = (maxFactorAgeSeconds: number, maxTokenSeconds: number) => ({
  preset: 'stytch-mfa',
  maxFactorAgeSeconds,
  maxTokenSeconds,
  sensitive: false,
});
const read = mfa(12 * HOUR, HOUR);
const showsSsn = mfa(HOUR, HOUR);
const moves = { ...mfa(600, 600), sensitive: true };

/** The defaults: which scope asks for which factor, how fresh, for how long. */
const defaults = {
  accounts: read,
  cards: read,
  transactions: read,
  authorizations: read,
  payments: read,
  counterparties: read,
  'check-deposits': read,
  'check-payments': read,
  customers: showsSsn,
  statements: showsSsn,
  'cards-write': moves,
  'cards-sensitive-write': moves,
  'payments-write': moves,
  'payments-write-counterparty': moves,
  'payments-write-linked-account': moves,
  'payments-write-ach-debit': moves,
  'ach-payments-write': moves,
  'wire-payments-write': moves,
  'cards-sensitive': { ...mfa(300, 300), resourceType: 'card', sensitive: true },
};

describe('INV1 The policy that ships', () => {
  const { apply, scopes, userVerificationProved } = readTokenPolicy(shipped, 'default');

  it('names these scopes and no others', () => {
    expect(Object.keys(scopes).sort()).toEqual(Object.keys(defaults).sort());
  });

  it.each(Object.entries(defaults))('%s asks for %j', (scope, expected) => {
    expect(new Map(Object.entries(scopes)).get(scope)).toEqual(expected);
  });

  it('asks for both factors of the last hour from whoever applies', () => {
    expect(apply).toEqual({ preset: 'stytch-mfa', maxFactorAgeSeconds: HOUR });
  });

  it('N8 takes no passkey for more than it is', () => {
    expect(userVerificationProved ?? false).toBe(false);
  });

  it('N4 gives no token for longer than an hour, and none that writes for longer than ten minutes', () => {
    const lives = Object.entries(scopes).map(([name, { maxTokenSeconds }]) => ({ name, maxTokenSeconds }));
    expect(lives.filter(({ maxTokenSeconds }) => maxTokenSeconds > HOUR)).toEqual([]);
    expect(
      lives.filter(({ name, maxTokenSeconds }) => name.includes('-write') && maxTokenSeconds > 600),
    ).toEqual([]);
  });

  it('O3 names no scope of the deny list', () => {
    expect(deniedScopes.filter((scope) => Object.hasOwn(scopes, scope))).toEqual([]);
  });
});

describe('A policy with a fault is not read, and the fault is named with its place', () => {
  const good = mfa(600, 600);
  const file = (policy: object, scope: object = good) => ({
    custom: {
      apply: { preset: 'stytch-mfa', maxFactorAgeSeconds: 600 },
      scopes: { accounts: scope },
      ...policy,
    },
  });
  const message = (content: object, name = 'custom'): string => {
    try {
      readTokenPolicy(content, name);
    } catch (error) {
      return error instanceof Error ? error.message : 'no error';
    }
    return 'it was read';
  };

  it('a good one is read', () => {
    expect(message(file({}))).toBe('it was read');
  });

  it.each([
    ['an unknown preset', { preset: 'aal3' }, 'scopes.accounts.preset: must be one of any-session, '],
    [
      'an age of no time',
      { maxFactorAgeSeconds: 0 },
      'scopes.accounts.maxFactorAgeSeconds: must be at least 60',
    ],
    [
      'an age of more than a day, which nothing counts for',
      { maxFactorAgeSeconds: 86_401 },
      'scopes.accounts.maxFactorAgeSeconds: must be at most 86400',
    ],
    ['an age in text', { maxFactorAgeSeconds: '600' }, 'scopes.accounts.maxFactorAgeSeconds: '],
    ['a life below a minute', { maxTokenSeconds: 59 }, 'scopes.accounts.maxTokenSeconds: '],
    ['a life of more than a day', { maxTokenSeconds: 86_401 }, 'scopes.accounts.maxTokenSeconds: '],
    ['a life of half seconds', { maxTokenSeconds: 90.5 }, 'scopes.accounts.maxTokenSeconds: '],
    ['no life', { maxTokenSeconds: undefined }, 'scopes.accounts.maxTokenSeconds: '],
    ['an unknown resource type', { resourceType: 'customer' }, 'scopes.accounts.resourceType: '],
    ['no word on its sensitivity', { sensitive: undefined }, 'scopes.accounts.sensitive: '],
    ['a sensitivity in text', { sensitive: 'no' }, 'scopes.accounts.sensitive: '],
    ['a setting that nobody knows', { maxAge: 600 }, 'scopes.accounts.maxAge: unknown member'],
  ])('%s', (_title, changes, place) => {
    expect(message(file({}, { ...good, ...changes }))).toContain(
      `token-policy.json, policy custom: ${place}`,
    );
  });

  it.each([
    ['nothing about applying', { apply: undefined }, 'apply: '],
    [
      'an unknown preset for applying',
      { apply: { preset: 'none', maxFactorAgeSeconds: 60 } },
      'apply.preset: ',
    ],
    ['a life of a token for applying', { apply: { ...good } }, 'apply.maxTokenSeconds: unknown member'],
    ['no scopes', { scopes: undefined }, 'scopes: '],
    ['a scope in upper case', { scopes: { Accounts: good } }, 'scopes.Accounts: Unit has no such scope'],
    [
      'a scope with a slip of the pen',
      { scopes: { 'card-write': good } },
      'scopes.card-write: Unit has no such scope',
    ],
    ['a setting that nobody knows', { strict: false }, 'strict: unknown member'],
    ['user verification in text', { userVerificationProved: 'yes' }, 'userVerificationProved: '],
  ])('%s', (_title, changes, place) => {
    expect(message(file(changes))).toContain(place);
  });

  it('every fault at once', () => {
    const faults = message(file({ apply: undefined }, { ...good, preset: 'x', maxTokenSeconds: 1 }));
    expect(faults).toContain('apply: ');
    expect(faults).toContain('scopes.accounts.preset: ');
    expect(faults).toContain('scopes.accounts.maxTokenSeconds: ');
  });

  it.each(deniedScopes)('O3 %s, which no policy may grant', (scope) => {
    expect(message(file({ scopes: { [scope]: good } }))).toContain(
      `scopes.${scope}: no policy may grant this scope`,
    );
  });

  it.each(['missing', '$schema', '__proto__', 'constructor', 'toString'])(
    'a policy named %s is not there',
    (name) => {
      expect(message({ ...file({}), $schema: './x.json' }, name)).toBe(
        `token-policy.json has no policy named ${name}`,
      );
    },
  );
});

describe('The JSON Schema beside the policy', () => {
  it('is the one that the code makes: `npm run policy-schema` writes it', () => {
    expect(schema).toEqual(structuredClone(policyFileSchema()));
  });

  it('is the one that the file names', () => {
    expect(shipped.$schema).toBe('./token-policy.schema.json');
  });

  it('takes the scopes and ages that the reader takes', () => {
    const { scopes, apply } = schema.$defs.policy.properties;
    expect(scopes.additionalProperties.required).toEqual([
      'preset',
      'maxFactorAgeSeconds',
      'maxTokenSeconds',
      'sensitive',
    ]);
    expect(scopes.additionalProperties.additionalProperties).toBe(false);
    expect(apply.additionalProperties).toBe(false);
    expect(schema.$defs.policy.additionalProperties).toBe(false);
  });

  const { required, properties } = schema.$defs.policy.properties.scopes.additionalProperties;
  const scopesOf = Object.entries(shipped).flatMap(([name, named]) =>
    typeof named === 'string'
      ? []
      : Object.entries(named.scopes).map(([scope, one]): readonly [string, string, object] => [
          name,
          scope,
          one,
        ]),
  );

  it.each(scopesOf)(
    '%s: %s has what the schema requires, and nothing that it does not know',
    (_n, scope, one) => {
      expect(schema.$defs.policy.properties.scopes.propertyNames.enum).toContain(scope);
      expect(Object.keys(one)).toEqual(expect.arrayContaining([...required]));
      expect(Object.keys(one).filter((key) => !Object.hasOwn(properties, key))).toEqual([]);
    },
  );
});
