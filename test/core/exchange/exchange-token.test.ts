import { describe, expect, it } from '@jest/globals';
import { banked, freezes, giveCustomer, reads } from '../../support/core-exchange.ts';
import { changeLive } from '../../support/core-fakes.ts';
import { factor, HOUR, NOW, refusal, SESSION, USER } from '../../support/core-values.ts';

describe('INV1 A token is issued in the one order that is safe', () => {
  it('Stytch, table and counter first, Unit last', async () => {
    const { world, exchange } = banked();
    await exchange(freezes);
    expect(world.calls.slice(0, -1).sort()).toEqual([
      'limit.take',
      'stytch.readSession',
      'table.readClaim',
      'table.readUser',
    ]);
    expect(world.calls.at(-1)).toBe('unit.createCustomerToken');
  });

  it('J5 Unit gets the JWT that Stytch returned, never the one that was presented', async () => {
    const { world, presented, exchange } = banked();
    await exchange(reads);
    expect(world.unit.tokenRequests).toMatchObject([{ sessionJwt: 'returned.jwt.1' }]);
    expect(world.unit.tokenRequests[0]?.sessionJwt).not.toBe(presented.sessionJwt);
  });

  it('Stytch and the store are asked once each', async () => {
    const { world, exchange } = banked();
    await exchange(reads);
    expect(world.callsOf('stytch')).toHaveLength(1);
    expect(world.callsOf('table.readUser')).toHaveLength(1);
    expect(world.callsOf('table.readClaim')).toHaveLength(1);
    expect(world.callsOf('table')).toHaveLength(2);
  });

  it('INV1 Unit is asked only after the second verdict, even when that verdict comes late', async () => {
    const { world, presented, exchange } = banked();
    changeLive(world, presented, { factors: [factor('email'), factor('sms', 13 * HOUR)] });
    expect(await refusal(exchange(reads))).toMatchObject({ code: 'insufficient_user_authentication' });
    expect(world.callsOf('unit')).toEqual([]);
  });
});

describe('A token is as narrow and as short as policy, request and session allow', () => {
  it('answers the token, its life, its scopes and its customer', async () => {
    const { world, exchange } = banked();
    expect(await exchange({ scopes: ['accounts', 'customers'], expiresIn: 900 })).toEqual({
      customerToken: 'customer-token-1',
      tokenType: 'Bearer',
      expiresIn: 900,
      scopes: ['accounts', 'customers'],
      customerId: '700001',
    });
    expect(world.unit.tokenRequests).toEqual([
      {
        unitCustomerId: '700001',
        scopes: ['accounts', 'customers'],
        sessionJwt: 'returned.jwt.1',
        expiresInSeconds: 900,
        resources: [],
      },
    ]);
  });

  it('sends the life of the policy when the caller names none', async () => {
    const { world, exchange } = banked();
    await exchange(freezes);
    expect(world.unit.tokenRequests[0]?.expiresInSeconds).toBe(600);
  });

  it('sends what is left of the session as Stytch has it now, not as the presented JWT had it', async () => {
    const { world, presented, exchange } = banked();
    changeLive(world, presented, { expiresAt: NOW + 300 });
    expect((await exchange(reads)).expiresIn).toBe(300);
  });

  it('tells the life that Unit gave', async () => {
    const { world, exchange } = banked();
    world.unit.grantedSeconds = 120;
    expect((await exchange(reads)).expiresIn).toBe(120);
  });

  it('passes on the resources that narrow the token', async () => {
    const { world, exchange } = banked();
    const resources = [{ type: 'card' as const, ids: ['11', '12'] }];
    await exchange({ scopes: ['cards-sensitive'], resources });
    expect(world.unit.tokenRequests[0]?.resources).toEqual(resources);
  });

  it('INV2 is for the customer that was chosen among the caller’s own', async () => {
    const { world, exchange } = banked();
    giveCustomer(world, '700002');
    expect((await exchange({ ...reads, customerId: '700002' })).customerId).toBe('700002');
    expect(world.callsOf('table.readClaim')).toHaveLength(1);
  });
});

describe('O6 Tokens with a sensitive scope are counted', () => {
  it('by session, before Unit is asked', async () => {
    const { world, exchange } = banked();
    await exchange(freezes);
    expect(world.used.get(`sensitiveExchanges ${SESSION}`)).toBe(1);
  });

  it('and others are not', async () => {
    const { world, exchange } = banked();
    await exchange(reads);
    expect(world.callsOf('limit')).toEqual([]);
  });

  it('also beside harmless scopes', async () => {
    const { world, exchange } = banked();
    await exchange({ scopes: ['accounts', 'cards-write'] });
    expect(world.callsOf('limit')).toEqual(['limit.take']);
  });

  it('and the last one allowed still passes', async () => {
    const { world, exchange } = banked();
    world.limits.set('sensitiveExchanges', 2);
    await exchange(freezes);
    await exchange(freezes);
    expect(await refusal(exchange(freezes))).toMatchObject({ code: 'rate_limited' });
    expect(world.unit.tokenRequests).toHaveLength(2);
  });
});

describe('G6, I9 Every exchange leaves one audit record', () => {
  it('with subject, session, factors and ages, policy, scopes, resources, life and ids, and no token', async () => {
    const { world, exchange } = banked();
    const resources = [{ type: 'card' as const, ids: ['11', '12'] }];
    await exchange({ scopes: ['cards-sensitive', 'accounts'], resources });
    expect(world.logged).toEqual([
      {
        code: 'exchange_token.completed',
        fields: {
          stytchUserId: USER,
          sessionId: SESSION,
          scopes: ['cards-sensitive', 'accounts'],
          factors: ['email:60', 'sms:30'],
          policyName: 'default',
          policyVersion: 'policy-version-1',
          unitCustomerId: '700001',
          stytchRequestId: 'stytch-request-1',
          expiresInSeconds: 300,
          resources: ['card:11', 'card:12'],
        },
      },
    ]);
    expect(JSON.stringify(world.logged)).not.toMatch(/jwt|customer-token/);
  });

  it('with the factors of the session that Stytch confirmed', async () => {
    const { world, presented, exchange } = banked();
    changeLive(world, presented, { factors: [factor('email', 90), factor('sms', 90)] });
    await exchange(reads);
    expect(world.linesOf('exchange_token.completed')).toMatchObject([{ factors: ['email:90', 'sms:90'] }]);
  });

  it('nothing of the exchange is written to the table', async () => {
    const { world, exchange } = banked();
    const before = JSON.stringify(Object.values(world.rows).map((rows) => [...rows]));
    await exchange(freezes);
    expect(JSON.stringify(Object.values(world.rows).map((rows) => [...rows]))).toBe(before);
  });
});
