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
});
