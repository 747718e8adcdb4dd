// K3: whoever keeps Stytch's keys from being renewed gains no sensitive token by a key that may have been withdrawn.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../local/journey-client.ts';
import type { World } from '../../local/world.ts';
import { attack, type Customer, customer, exchange, expectRefused, expectToken } from '../support/attacks.ts';
import { api, startSecurityWorld } from '../support/security.ts';
import { signedInUser } from '../support/world.ts';

/** The keys were fetched so long ago: their hour, one more, and some. */
const AGE_MS = 7_500_000;

/** The functions live in the past until this file is there, and from then on in the present. */
const folder = mkdtempSync(path.join(tmpdir(), 'bridge-clock-'));
const isNow = path.join(folder, 'now');
const lateClock = `
  import { existsSync } from 'node:fs';
  const now = Date.now;
  Date.now = () => now() - (existsSync(${JSON.stringify(isNow)}) ? 0 : ${AGE_MS});
`;

let world: World;
let user: Customer;
beforeAll(async () => {
  const clock = `data:text/javascript;base64,${Buffer.from(lateClock).toString('base64')}`;
  world = await startSecurityWorld({}, { NODE_OPTIONS: `--import=${clock}` });
  const { sessionJwt } = await signedInUser(world);
  for (const place of ['/v1/me', '/v1/applications/none']) {
    // Not valid yet, in the past; but its key was fetched there.
    await eventually(`401 from ${place}`, 15, async () =>
      (await api(world, 'GET', place, sessionJwt)).status === 401 ? true : undefined,
    );
  }
  const fault = { kind: 'status', status: 503 } as const;
  world.stytch.controls.faults.arm({ method: 'GET', path: '/v1/sessions/jwks/*', times: 9999, fault });
  writeFileSync(isNow, '');
  user = await customer(world);
});
afterAll(async () => {
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('K3 keys that were not renewed for two hours', () => {
  it('the control: they still open what is not sensitive', async () => {
    expectToken(await exchange(world, user.sessionJwt));
    const completed = world.logs().filter(({ line }) => line.includes('exchange_token.completed'));
    expect(completed).toHaveLength(1);
  });

  attack('a sensitive token in an outage of the keys', { stoppedBy: 'fresh-keys' }, async () => {
    const stale = { code: 'upstream_unavailable', reason: 'keys_stale' };
    for (const scopes of [['payments-write'], ['cards-write'], ['accounts', 'cards-write']]) {
      await expectRefused(world, await exchange(world, user.sessionJwt, { scopes }), stale);
    }
    world.stytch.controls.faults.heal();
  });
});
