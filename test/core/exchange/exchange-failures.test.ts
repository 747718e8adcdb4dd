import { describe, expect, it } from '@jest/globals';
import { ServiceError } from '../../../functions/core/errors.ts';
import { banked, freezes, reads } from '../../support/core-exchange.ts';
import { changeLive, storeDown, stytchDown } from '../../support/core-fakes.ts';
import { rowKey } from '../../support/core-mappings.ts';
import { DAY, factor, HOUR, onUser, refusal, STRANGER, USER } from '../../support/core-values.ts';

const unitDown = new ServiceError('upstream_unavailable', {
  upstream: {
    provider: 'unit',
    operation: 'create_customer_token',
    status: 502,
    vendorRequestId: 'support-1',
  },
});

describe('What fails at Unit', () => {
  it('D7 is told by its code, and audited with Unit’s request id and everything that was decided', async () => {
    const { world, exchange } = banked();
    world.fail('unit.createCustomerToken', unitDown);
    expect(await refusal(exchange(reads))).toBe(unitDown);
    expect(world.linesOf('exchange_token.refused')).toMatchObject([
      {
        errorCode: 'upstream_unavailable',
        provider: 'unit',
        vendorRequestId: 'support-1',
        unitCustomerId: '700001',
        stytchRequestId: 'stytch-request-1',
        factors: ['email:60', 'sms:30'],
      },
    ]);
    expect(world.linesOf('exchange_token.completed')).toEqual([]);
  });

  it('P3 is audited without its text when it was unexpected, and thrown on as it is', async () => {
    const { world, exchange } = banked();
    const bug = new TypeError('customer-token-1 is not iterable');
    world.fail('unit.createCustomerToken', bug);
    await expect(exchange(reads)).rejects.toBe(bug);
    expect(world.linesOf('exchange_token.refused')).toMatchObject([
      { errorCode: 'server_error', reason: null },
    ]);
    expect(JSON.stringify(world.logged)).not.toContain('customer-token');
  });

  it('the id that Stytch gave its own failure is audited as Stytch’s', async () => {
    const { world, exchange } = banked();
    const fault = {
      provider: 'stytch',
      operation: 'sessions.authenticate',
      vendorRequestId: 'stytch-9',
    } as const;
    world.fail('stytch.readSession', new ServiceError('upstream_unavailable', { upstream: fault }));
    await refusal(exchange(reads));
    expect(world.linesOf('exchange_token.refused')).toMatchObject([
      { provider: 'stytch', vendorRequestId: 'stytch-9' },
    ]);
  });
});

describe('K3 Keys that Stytch has not renewed for long', () => {
  it.each([
    ['a scope that only reads, for as long as they serve at all', reads, DAY, true],
    ['a sensitive scope for one hour', freezes, HOUR, true],
    ['no sensitive scope after it', freezes, HOUR + 1, false],
  ])('open %s', async (_, request, keysStaleSeconds, isOpen) => {
    const { world, exchange } = banked();
    world.stytch.keysStaleSeconds = keysStaleSeconds;
    const [outcome] = await Promise.allSettled([exchange(request)]);
    expect(outcome.status).toBe(isOpen ? 'fulfilled' : 'rejected');
    expect(world.linesOf('exchange_token.refused').map(({ reason }) => reason)).toEqual(
      isOpen ? [] : ['keys_stale'],
    );
  });
});

describe('INV5 The audit trail holds no text of the caller’s making', () => {
  it('such as a scope that the policy does not name', async () => {
    const { world, exchange } = banked();
    await refusal(exchange({ scopes: ['accounts', '078-05-1120'] }));
    expect(world.linesOf('exchange_token.refused')).toHaveLength(1);
    expect(JSON.stringify(world.logged)).not.toContain('078-05-1120');
  });
});

describe('INV1 A first refusal', () => {
  const weak = { factors: [factor('email')], onUser: [onUser('email'), onUser('sms')] };

  it('asks Stytch once, and nobody else but our own table', async () => {
    const { world, exchange } = banked(weak);
    await refusal(exchange(freezes));
    expect(world.calls).toEqual(['stytch.readSession', 'table.readUser']);
  });

  it('is the challenge when Stytch gives no answer', async () => {
    const { world, exchange } = banked(weak);
    world.fail('stytch.readSession', stytchDown());
    expect(await refusal(exchange(freezes))).toMatchObject({
      code: 'insufficient_user_authentication',
      details: { challenge: { maxAgeSeconds: 600, acceptableFactors: ['passkey', 'totp', 'sms'] } },
    });
  });

  it('takes none of the tokens that a session may have', async () => {
    const { world, exchange } = banked(weak);
    await refusal(exchange(freezes));
    expect(world.used.size).toBe(0);
  });

  it('U4 challenges by the scopes alone, whoever asks', async () => {
    const one = banked(weak);
    const other = banked({ factors: [factor('sms', HOUR)], onUser: [onUser('sms'), onUser('passkey')] });
    const [a, b] = [await refusal(one.exchange(freezes)), await refusal(other.exchange(freezes))];
    expect(a.details.challenge).toEqual(b.details.challenge);
  });
});

describe('What is told first when several things are wrong', () => {
  it('a revoked session before a store that is down', async () => {
    const { world, exchange } = banked();
    world.stytch.live.clear();
    world.fail('table.readUser', storeDown());
    expect(await refusal(exchange(reads))).toMatchObject({ code: 'invalid_token' });
  });

  it('O1 weak factors before anything about customers', async () => {
    const { world, presented, exchange } = banked();
    changeLive(world, presented, { factors: [factor('email'), factor('sms', 13 * HOUR)] });
    world.rows.claims.set('700001', { unitCustomerId: '700001', stytchUserId: STRANGER });
    expect(await refusal(exchange({ ...reads, customerId: '700009' }))).toMatchObject({
      code: 'insufficient_user_authentication',
    });
  });

  it('weak factors before a reached limit', async () => {
    const { world, presented, exchange } = banked();
    world.limits.set('sensitiveExchanges', 0);
    changeLive(world, presented, { factors: [factor('email'), factor('sms', 601)] });
    expect(await refusal(exchange(freezes))).toMatchObject({ code: 'insufficient_user_authentication' });
  });

  it('a reached limit before anything about customers', async () => {
    const { world, exchange } = banked();
    world.limits.set('sensitiveExchanges', 0);
    world.rows.customers.clear();
    expect(await refusal(exchange(freezes))).toMatchObject({ code: 'rate_limited' });
  });
});

describe('A factor that shows up on a user who has a customer', () => {
  it('buys nothing on the first day, is recorded as late, and counts a day later', async () => {
    const { world, presented, exchange } = banked({ records: [] });
    expect(await refusal(exchange(reads))).toMatchObject({ code: 'enrollment_required' });
    expect(world.rows.factors.get(rowKey(USER, 'phone-1'))).toMatchObject({ origin: 'seen_late' });
    expect(world.linesOf('factor.first_seen')).toMatchObject([{ factorId: 'phone-1', origin: 'seen_late' }]);

    world.now += DAY;
    const proved = [factor('email', -DAY), factor('sms', -DAY)];
    const later = { ...presented, factors: proved, expiresAt: world.now + HOUR };
    world.stytch.live.set(later.sessionId, later);
    const again = banked({ records: [...world.rows.factors.values()], factors: proved, session: later });
    again.world.now = world.now;
    expect(await again.exchange(reads)).toMatchObject({ customerId: '700001' });
  });
});
