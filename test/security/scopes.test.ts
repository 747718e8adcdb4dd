// O3, A10.2.3: scopes in disguise, resources that narrow nothing, and lives that are none. None of them reaches a vendor.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import policy from '../../config/token-policy.json' with { type: 'json' };
import { deniedScopes } from '../../functions/core/factors/policy.ts';
import type { World } from '../../local/world.ts';
import {
  attack,
  type Customer,
  customer,
  exchange,
  expectToken,
  vendorCallsFrom,
} from '../support/attacks.ts';
import { expectProblem } from '../support/problems.ts';
import { field, jsonHeaders, sendRaw, startSecurityWorld } from '../support/security.ts';

let world: World;
let victim: Customer;
let cardIds: readonly string[];
beforeAll(async () => {
  world = await startSecurityWorld({ sensitiveExchanges: 10_000 });
  victim = await customer(world);
  cardIds = world.unit.controls.cards(victim.customerId).map(({ id }) => id);
});
afterAll(() => world.close());

const ask = (body: object) => exchange(world, victim.sessionJwt, body);

/** Each is refused with one of these codes and costs no vendor a call. */
async function expectAllRefused(requests: readonly object[], ...codes: readonly string[]): Promise<void> {
  const calls = vendorCallsFrom(world);
  for (const body of requests) {
    const refused = await ask(body);
    expect({ body, code: field(refused, 'code'), isListed: codes.includes(field(refused, 'code')) }).toEqual({
      body,
      code: field(refused, 'code'),
      isListed: true,
    });
    expect(refused.body).not.toHaveProperty('customerToken');
  }
  expect(calls()).toMatchObject({ stytch: [], unit: [] });
}

describe('scopes', () => {
  it('the controls: every scope of the policy, alone and with others, gives a token', async () => {
    for (const scope of Object.keys(policy.default.scopes)) {
      const resources = scope === 'cards-sensitive' ? [{ type: 'card', ids: cardIds }] : undefined;
      expectToken(await ask({ scopes: [scope], resources }));
    }
    expectToken(await ask({ scopes: ['cards', 'accounts'] }));
  });

  attack(
    'O3 every scope of the deny list, alone and behind a good one',
    { stoppedBy: 'scopes' },
    async () => {
      const asked = deniedScopes.flatMap((scope) => [{ scopes: [scope] }, { scopes: ['accounts', scope] }]);
      await expectAllRefused(asked, 'invalid_scope');
    },
  );

  attack('O3 scopes that Unit knows and the policy does not', { stoppedBy: 'scopes' }, async () => {
    const unnamed = [
      'accounts-write',
      'transactions-write',
      'counterparties-write',
      'events',
      'events-write',
    ];
    const asked = [
      ...unnamed,
      'wire-drawdowns-write',
      'check-deposits-write',
      'api-tokens-write',
      'identity',
    ];
    await expectAllRefused(
      asked.map((scope) => ({ scopes: [scope] })),
      'invalid_scope',
    );
  });

  attack('O3 one string that holds two scopes, by every separator', { stoppedBy: 'scopes' }, async () => {
    const separators = [
      ' ',
      ',',
      ', ',
      '+',
      '%20',
      '\t',
      '\n',
      '\r\n',
      ';',
      '|',
      '\u00a0',
      '\u2003',
      '\u2028',
      '\0',
    ];
    const asked = separators.flatMap((separator) => [
      { scopes: [`accounts${separator}customers-write`] },
      { scopes: ['cards', `accounts${separator}cards-sensitive`] },
    ]);
    await expectAllRefused(asked, 'invalid_scope');
  });

  attack('O3 scopes in other letters, spaces and forms', { stoppedBy: 'scopes' }, async () => {
    const spaces = [' accounts', 'accounts ', '\taccounts', 'accounts\n', '\u00a0accounts', 'accounts\u200b'];
    const invisible = [
      '\ufeffaccounts',
      'acc\u200dounts',
      'acc\u00adounts',
      'accounts\u0000',
      '\u202eaccounts',
    ];
    const letters = [
      'Accounts',
      'ACCOUNTS',
      'accоunts',
      'ａｃｃｏｕｎｔｓ',
      'ac\u0327counts',
      'cards\u2010sensitive',
    ];
    const encoded = [
      '%61ccounts',
      'accounts%00',
      '&#97;ccounts',
      '\\u0061ccounts',
      'accounts*',
      '*',
      '.',
      '^accounts$',
    ];
    await expectAllRefused(
      [...spaces, ...invisible, ...letters, ...encoded].map((scope) => ({ scopes: [scope] })),
      'invalid_scope',
    );
  });

  attack('A15.3.6 names that every object has', { stoppedBy: 'scopes' }, async () => {
    const names = [
      'constructor',
      '__proto__',
      'toString',
      'hasOwnProperty',
      'valueOf',
      'prototype',
      '__defineGetter__',
    ];
    await expectAllRefused(
      names.map((scope) => ({ scopes: [scope] })),
      'invalid_scope',
    );
  });

  attack('O3 a scope twice', { stoppedBy: 'scopes-once' }, async () => {
    await expectAllRefused(
      [{ scopes: ['accounts', 'accounts'] }, { scopes: ['cards', 'accounts', 'cards'] }],
      'invalid_scope',
    );
  });

  it('O3 scopes that are no list of texts, or no list at all', async () => {
    const single: readonly unknown[] = ['accounts', '', null, 0, true, {}, { 0: 'accounts', length: 1 }, []];
    const lists: readonly unknown[] = [[['accounts']], [[]], [null], [1], [''], [{ scope: 'accounts' }]];
    const long: readonly unknown[] = [Array.from({ length: 33 }, (_, i) => `scope-${i}`), ['x'.repeat(65)]];
    const shapes = [...single, ...lists, ...long];
    await expectAllRefused(
      shapes.map((scopes) => ({ scopes })),
      'invalid_request',
    );
  });

  attack(
    'O3 scopes that policies hold to more are not carried by weaker ones',
    { stoppedBy: 'strictest' },
    async () => {
      const resources = [{ type: 'card', ids: cardIds }];
      const answer = await ask({ scopes: ['accounts', 'cards-sensitive'], resources });
      expectToken(answer);
      expect(answer.body).toMatchObject({ expiresIn: 300, scopes: ['accounts', 'cards-sensitive'] });
      const old = await world.stytch.controls.startSession({
        userId: victim.userId,
        factors: [
          { type: 'magic_link', deliveryMethod: 'email' },
          { type: 'totp', deliveryMethod: 'authenticator_app', ageSeconds: 400 },
        ],
      });
      expectToken(await exchange(world, old.sessionJwt, { scopes: ['accounts'] }));
      expectProblem(
        await exchange(world, old.sessionJwt, { scopes: ['accounts', 'cards-sensitive'], resources }),
        'insufficient_user_authentication',
      );
    },
  );
});

describe('resources', () => {
  const sensitive = { scopes: ['cards-sensitive'] };

  attack('A10.2.3 a sensitive scope that names no card', { stoppedBy: 'needed-resource' }, async () => {
    const [account] = world.unit.controls.accounts(victim.customerId);
    const accounts = [{ type: 'account', ids: [account?.id] }];
    await expectAllRefused(
      [
        sensitive,
        { ...sensitive, resources: accounts },
        { scopes: ['accounts', 'cards-sensitive'], resources: accounts },
      ],
      'invalid_request',
    );
  });

  it('O3 resources that are empty, of no known type, or no list', async () => {
    const shapes: readonly unknown[] = [[], null, {}, 'card', [{}], [null], ['1']];
    const ids: readonly unknown[] = [undefined, [], null, '1', {}, [['1']]];
    const types: readonly unknown[] = ['Card', 'cards', ' card', 'customer', '*', '', null];
    const resources = [
      ...shapes,
      ...ids.map((one) => [{ type: 'card', ids: one }]),
      ...types.map((type) => [{ type, ids: ['1'] }]),
      [{ type: 'card', ids: Array.from({ length: 51 }, (_, i) => String(i + 1)) }],
    ];
    await expectAllRefused(
      resources.map((one) => ({ ...sensitive, resources: one })),
      'invalid_request',
    );
  });

  attack('O3 a type of resource twice', { stoppedBy: 'resources-once' }, async () => {
    const resources = [
      { type: 'card', ids: cardIds },
      { type: 'card', ids: cardIds },
    ];
    await expectAllRefused([{ ...sensitive, resources }], 'invalid_request');
  });

  attack('O3 ids that are none of Unit’s', { stoppedBy: 'unit-ids' }, async () => {
    const odd = [
      '0',
      '01',
      '-1',
      '+1',
      '1.0',
      '1e3',
      ' 1',
      '1 ',
      '1\n',
      '*',
      '',
      '1,2',
      '0x1',
      '١',
      '9'.repeat(20),
    ];
    const typed: readonly unknown[] = [1, 0, null, true, ['1'], { id: '1' }, { $gt: '' }];
    await expectAllRefused(
      [...odd, ...typed].flatMap((id) => [
        { ...sensitive, resources: [{ type: 'card', ids: [id] }] },
        { ...sensitive, resources: [{ type: 'card', ids: [...cardIds, id] }] },
        { scopes: ['accounts'], customerId: id },
      ]),
      'invalid_request',
    );
  });
});

describe('expiresIn', () => {
  it('O3 lives that are no whole number of seconds in bounds', async () => {
    const lives = [0, -1, 59, 60.5, 86_401, 1e300, Number.MAX_SAFE_INTEGER, '600', '', null, true, [600], {}];
    await expectAllRefused(
      lives.map((expiresIn) => ({ scopes: ['accounts'], expiresIn })),
      'invalid_request',
    );
    // JSON has no such numbers; some parsers take them.
    for (const literal of ['NaN', 'Infinity', '-Infinity', '1e999', '0x258', '0600', '6_00']) {
      const text = `{"scopes":["accounts"],"expiresIn":${literal}}`;
      const refused = await sendRaw(world, 'POST', '/v1/token', jsonHeaders(victim.sessionJwt), text);
      expectProblem(refused, 'invalid_request', literal);
    }
  });

  attack('N4 a life longer than the policy’s is cut to it', { stoppedBy: 'token-life' }, async () => {
    const resources = [{ type: 'card', ids: cardIds }];
    for (const [scopes, most] of [
      [['accounts'], 3600],
      [['cards-write'], 600],
      [['cards-sensitive'], 300],
    ] as const) {
      const answer = await ask({ scopes, expiresIn: 86_400, ...(most === 300 ? { resources } : {}) });
      expectToken(answer);
      expect(Number(field(answer, 'expiresIn'))).toBeLessThanOrEqual(most);
      const sent = world.unit.controls.requests().findLast(({ path }) => path.endsWith('/token'));
      expect(sent?.body).toMatchObject({
        data: { attributes: { expiresIn: Number(field(answer, 'expiresIn')) } },
      });
    }
  });
});
