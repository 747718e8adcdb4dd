// The controls of the attack suite: what must pass, passes, so that no attack is refused for the wrong reason.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type AttackWorld,
  exchange,
  expectToken,
  startAttackWorld,
  vendorCallsFrom,
} from '../support/attacks.ts';

let all: AttackWorld;
beforeAll(async () => {
  all = await startAttackWorld();
});
afterAll(() => all.world.close());

describe('what is no attack', () => {
  it('the victim gets a token for reading, by one call to each vendor [control]', async () => {
    const calls = vendorCallsFrom(all.world);
    expectToken(await exchange(all.world, all.victim.sessionJwt));
    expect(calls()).toMatchObject({
      stytch: ['POST /v1/sessions/authenticate'],
      unit: [`POST /customers/${all.victim.customerId}/token`],
    });
  });

  it('the victim gets a token for payments, which Unit gives for a JWT that it verified itself [control]', async () => {
    const answer = await exchange(all.world, all.victim.sessionJwt, { scopes: ['payments-write'] });
    expectToken(answer);
    expect(all.world.unit.controls.received().jwtTokens.length).toBeGreaterThan(0);
  });

  it('a copy of the token that Stytch would sign just so passes: the look-alikes differ by their flaw alone', async () => {
    const { sessionId } = all.victim;
    const jwt = await all.world.stytch.controls.mintLookAlike({ kind: 'genuine', sessionId });
    expectToken(await exchange(all.world, jwt));
  });

  it('the scheme may be written small, as RFC 9110 has it', async () => {
    const authorization = `bearer ${all.victim.sessionJwt}`;
    expectToken(await exchange(all.world, undefined, { scopes: ['accounts'] }, { authorization }));
  });

  it('a token that names the media type of a JWT in full passes', async () => {
    const { sessionId } = all.victim;
    const header = { typ: 'application/jwt' };
    const jwt = await all.world.stytch.controls.mintLookAlike({ kind: 'genuine', sessionId, header });
    expectToken(await exchange(all.world, jwt));
  });

  it('custom claims of the app do no harm, __proto__ among them', async () => {
    const { sessionId } = all.victim;
    const claims = JSON.parse('{"plan":"gold","__proto__":{"sub":"user-test-0","client_id":"x"}}');
    const jwt = await all.world.stytch.controls.mintLookAlike({ kind: 'genuine', sessionId, claims });
    expectToken(await exchange(all.world, jwt));
  });

  it('the attacker signs in as themselves and is told that they have no customer', async () => {
    const answer = await exchange(all.world, all.attacker.sessionJwt);
    expect(answer).toMatchObject({ status: 409, body: { code: 'no_customer' } });
  });
});
