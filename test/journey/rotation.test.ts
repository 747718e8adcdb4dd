// INV7: secrets and keys are rotated under load, and no request notices.

import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { call } from '../../local/journey-client.ts';
import { randomUnitToken, unitScopes } from '../../local/secret-values.ts';
import type { World } from '../../local/world.ts';
import { apply, individual, type SignedInUser, signedInUser, startTestWorld } from '../support/world.ts';

let world: World;
let customer: SignedInUser;

beforeAll(async () => {
  world = await startTestWorld();
  customer = await signedInUser(world);
  expect((await apply(world, customer, individual(customer.email))).status).toBe(201);
});
afterAll(() => world.close());

const exchange = async (bearer: string): Promise<number> => {
  const { status } = await call('POST', `${world.apiUrl}/v1/token`, {
    bearer,
    body: { scopes: ['accounts'] },
  });
  return status;
};

interface Load {
  /** Exchanges that have ended so far. */
  ended(): number;
  /** Ends the load; every status that was met, once. */
  stop(): Promise<readonly number[]>;
}

/** Exchanges without a pause, some at a time. */
function startLoad(bearer: () => string, width = 6): Load {
  const statuses: number[] = [];
  const stopping = new AbortController();
  const worker = async (): Promise<void> => {
    while (!stopping.signal.aborted) statuses.push(await exchange(bearer()));
  };
  const workers = Array.from({ length: width }, worker);
  return {
    ended: () => statuses.length,
    async stop() {
      stopping.abort();
      await Promise.all(workers);
      return [...new Set(statuses)];
    },
  };
}

/** Waits until so many more exchanges have ended, so that every step of a rotation meets requests on their way. */
async function some(load: Load, more = 30): Promise<void> {
  const until = load.ended() + more;
  while (load.ended() < until) await pause(10);
}

const jwt = (): string => customer.sessionJwt;

describe('INV7 under load no request fails, and nothing is deployed again, while', () => {
  it("E4 Unit's org token of the exchange is rotated and the old one revoked", async () => {
    const before = world.secrets.seeded.unitExchange;
    const after = randomUnitToken();
    const load = startLoad(jwt);
    await some(load);
    world.unit.controls.addOrgToken({ token: after, scopes: unitScopes.exchange });
    world.secrets.put('unitExchange', after);
    await some(load);
    world.unit.controls.revokeOrgToken(before);
    await some(load, 60);
    expect(await load.stop()).toEqual([201]);
    expect(world.unit.controls.received().orgTokens).toContain(after);
  }, 60_000);

  it("E4 Stytch's secret is rotated and the old one revoked", async () => {
    const after = `secret-test-${randomBytes(24).toString('base64url')}=`;
    const load = startLoad(jwt);
    await some(load);
    world.stytch.controls.addSecret(after);
    world.secrets.put('stytch', after);
    await some(load);
    world.stytch.controls.dropOldSecrets();
    await some(load, 60);
    expect(await load.stop()).toEqual([201]);
  }, 60_000);

  it('K5 Stytch signs with a new key, and later serves the old one no more', async () => {
    let bearer = customer.sessionJwt;
    const load = startLoad(() => bearer);
    await some(load);
    await world.stytch.controls.rotateKeys({ overlapSeconds: 3600 });
    bearer = await world.stytch.controls.sessionJwt(customer.sessionId);
    await some(load, 60);
    world.stytch.controls.dropOldKeys();
    await some(load);
    expect(await load.stop()).toEqual([201]);
  }, 60_000);

  it('E4 the webhook token is rotated: deliveries under the old one and the new one are both taken', async () => {
    const before = world.secrets.seeded.unitWebhook;
    const after = randomBytes(32).toString('base64url');
    world.secrets.put('unitWebhook', after, before);
    const user = await signedInUser(world);
    const applied = await apply(world, user, individual(user.email));
    expect(applied.status).toBe(201);
    await world.unit.controls.flushWebhooks();
    const [webhook] = world.unit.controls.webhooks();
    const patched = await fetch(`${world.unit.url}/webhooks/${webhook?.id}`, {
      method: 'PATCH',
      headers: {
        authorization: `Bearer ${world.unit.operatorToken}`,
        'content-type': 'application/vnd.api+json',
      },
      body: JSON.stringify({ data: { type: 'webhook', attributes: { token: after } } }),
    });
    expect(patched.ok).toBe(true);
    world.secrets.put('unitWebhook', after);
    world.unit.controls.emitUnknownEvent();
    await world.unit.controls.flushWebhooks();
    const outcomes = world.unit.controls.webhookLog().map(({ status }) => status);
    expect(outcomes.length).toBeGreaterThan(1);
    expect(new Set(outcomes)).toEqual(new Set([200]));
  }, 30_000);
});
