// O1, INV2: somebody else's ids in bodies, keys and tokens. They read like ids that never were, byte for byte.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
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
import {
  api,
  enrolSms,
  field,
  lastCode,
  newcomer,
  newNumber,
  putItem,
  signInAgain,
  startSecurityWorld,
  withoutRequestId,
} from '../support/security.ts';
import { apply, individual, type SignedInUser } from '../support/world.ts';

interface Holder extends Customer {
  readonly number: string;
  readonly smsId: string;
}

let world: World;
let victim: Holder;
let thief: Holder;

async function holder(): Promise<Holder> {
  const user = await customer(world);
  const number = newNumber();
  const { sessionJwt, factorId } = await enrolSms(world, user, number);
  return { ...user, sessionJwt, number, smsId: factorId };
}

beforeAll(async () => {
  world = await startSecurityWorld({ sendsPerSource: 1000, sensitiveExchanges: 1000 });
  [victim, thief] = [await holder(), await holder()];
});
afterAll(() => world.close());

describe('ids in bodies', () => {
  attack("INV2 POST /v1/token for another user's customer", { stoppedBy: 'own-customer' }, async () => {
    const calls = vendorCallsFrom(world);
    const theirs = await exchange(world, thief.sessionJwt, {
      scopes: ['accounts'],
      customerId: victim.customerId,
    });
    expectProblem(theirs, 'not_found');
    expect(calls().unit).toEqual([]);
    const nobodys = await exchange(world, thief.sessionJwt, { scopes: ['accounts'], customerId: '999999' });
    expect(withoutRequestId(theirs)).toEqual(withoutRequestId(nobodys));
  });

  attack(
    "INV2 a customer item in the thief's own partition, without a claim behind it",
    { stoppedBy: 'claim' },
    async () => {
      const planter = await customer(world);
      await putItem(world, {
        pk: `USER#${planter.userId}`,
        sk: `CUSTOMER#${victim.customerId}`,
        unitCustomerId: victim.customerId,
        type: 'individual',
        status: 'Active',
      });
      const calls = vendorCallsFrom(world);
      const refused = await exchange(world, planter.sessionJwt, {
        scopes: ['accounts'],
        customerId: victim.customerId,
      });
      expectProblem(refused, 'not_found');
      expect(calls().unit).toEqual([]);
      expectToken(
        await exchange(world, planter.sessionJwt, { scopes: ['accounts'], customerId: planter.customerId }),
      );
    },
  );

  attack("INV2 POST /v1/token narrowed to another user's card", { stoppedBy: 'own-customer' }, async () => {
    const [card] = world.unit.controls.cards(victim.customerId);
    const resources = [{ type: 'card', ids: [card?.id] }];
    const reading = { scopes: ['cards'], resources };
    expectProblem(
      await exchange(world, thief.sessionJwt, { ...reading, customerId: victim.customerId }),
      'not_found',
    );
    expectToken(await exchange(world, victim.sessionJwt, reading));
  });

  it("O1 another user's card beside the thief's own customer reads like a card that never was", async () => {
    const [card] = world.unit.controls.cards(victim.customerId);
    const ask = (id: string) =>
      exchange(world, thief.sessionJwt, {
        scopes: ['cards-sensitive'],
        resources: [{ type: 'card', ids: [id] }],
        customerId: thief.customerId,
      });
    const theirs = await ask(card?.id ?? '');
    expectProblem(theirs, 'not_found');
    expect(withoutRequestId(theirs)).toEqual(withoutRequestId(await ask('999999')));
  });

  attack("O1 POST /v1/step-up/challenge to another user's number", { stoppedBy: 'own-number' }, async () => {
    const before = world.stytch.controls.outbox().length;
    const ask = (factorId: string) =>
      api(world, 'POST', '/v1/step-up/challenge', thief.sessionJwt, { factor: 'sms', factorId });
    const theirs = await ask(victim.smsId);
    expectProblem(theirs, 'not_found');
    const nobodys = await ask('phone-number-test-00000000-0000-4000-8000-000000000001');
    expect(withoutRequestId(theirs)).toEqual(withoutRequestId(nobodys));
    expect(world.stytch.controls.outbox().length).toBe(before);
  });

  /** A challenge of the victim's, and the code that was sent for it. */
  async function victimsProof() {
    const later = await signInAgain(world, victim);
    const sent = await api(world, 'POST', '/v1/step-up/challenge', later.sessionJwt, {
      factor: 'sms',
      factorId: victim.smsId,
    });
    return { later, challengeId: field(sent, 'challengeId'), code: lastCode(world, victim.number) };
  }

  attack(
    "A6.6.2 POST /v1/step-up by another user's challenge and its right code uses neither up",
    { stoppedBy: 'own-challenge' },
    async () => {
      const { later, challengeId, code } = await victimsProof();
      const proof = { factor: 'sms', challengeId, code };
      const mine = await signInAgain(world, thief);
      const calls = vendorCallsFrom(world);
      expectProblem(await api(world, 'POST', '/v1/step-up', mine.sessionJwt, proof), 'invalid_grant');
      expect(calls().stytch).toEqual(['POST /v1/sessions/authenticate']);
      expect((await api(world, 'POST', '/v1/step-up', later.sessionJwt, proof)).status).toBe(200);
    },
  );

  attack(
    "A6.6.2 POST /v1/factors/sms/confirm by another user's challenge and its right code",
    { stoppedBy: 'own-challenge' },
    async () => {
      const [owner, other] = [await newcomer(world), await newcomer(world)];
      const number = newNumber();
      const begun = await api(world, 'POST', '/v1/factors/sms', owner.sessionJwt, { phoneNumber: number });
      const confirmation = { challengeId: field(begun, 'challengeId'), code: lastCode(world, number) };
      const confirm = (user: SignedInUser) =>
        api(world, 'POST', '/v1/factors/sms/confirm', user.sessionJwt, confirmation);
      const calls = vendorCallsFrom(world);
      expectProblem(await confirm(other), 'invalid_grant');
      expect(calls().stytch).toEqual(['POST /v1/sessions/authenticate']);
      expect((await confirm(owner)).status).toBe(200);
    },
  );

  attack(
    "I7 POST /v1/applications with another user's Idempotency-Key reads nothing of theirs",
    { stoppedBy: 'own-key' },
    async () => {
      const key = `shared-key-${victim.userId}`;
      const [first, second] = [await applicant(), await applicant()];
      const mine = await apply(world, first, individual(first.email), key);
      const theirs = await apply(world, second, individual(second.email), key);
      expect([mine.status, theirs.status]).toEqual([201, 201]);
      expect(field(theirs, 'applicationId')).not.toBe(field(mine, 'applicationId'));
      expect(field(theirs, 'customerId')).not.toBe(field(mine, 'customerId'));
    },
  );

  async function applicant(): Promise<SignedInUser> {
    const user = await newcomer(world);
    return { ...user, ...(await enrolSms(world, user, newNumber())) };
  }
});

describe('session tokens', () => {
  attack(
    'A7.2.1 POST /v1/sessions/refresh with what is no session token but names a session',
    { stoppedBy: 'session-token' },
    async () => {
      const user = await newcomer(world);
      const { userId, sessionId, sessionJwt } = user;
      for (const sessionToken of [sessionJwt, sessionId, userId, '', ' ', 'null', `${user.sessionToken} `]) {
        const refused = await api(world, 'POST', '/v1/sessions/refresh', undefined, { sessionToken });
        expect([400, 401]).toContain(refused.status);
        expect(refused.body).not.toHaveProperty('sessionJwt');
      }
    },
  );

  it('A7.4.1 revoking by the id, the JWT or the user of another session ends nothing', async () => {
    const { sessionJwt, sessionId, userId } = await newcomer(world);
    for (const sessionToken of [sessionJwt, sessionId, userId]) {
      await api(world, 'POST', '/v1/sessions/revoke', undefined, { sessionToken });
    }
    const named = [{ sessionId }, { userId, all: true }, { session_id: sessionId }];
    for (const body of named) {
      expectProblem(
        await api(world, 'POST', '/v1/sessions/revoke', thief.sessionJwt, body),
        'invalid_request',
      );
    }
    expect((await api(world, 'GET', '/v1/me', sessionJwt)).status).toBe(200);
  });
});
