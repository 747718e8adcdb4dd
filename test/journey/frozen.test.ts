// Lambda freezes a container between two calls: what it kept open meanwhile must not cost the next caller anything.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { call } from '../../local/journey-client.ts';
import type { World } from '../../local/world.ts';
import { apply, individual, signedInUser, startTestWorld } from '../support/world.ts';

/** Longer than functions keep a connection that nobody uses. */
const FROZEN_MS = 4500;

describe('a container that was frozen', () => {
  let world: World;
  beforeAll(async () => {
    world = await startTestWorld({ concurrency: 1, isFrozenWhenIdle: true });
  }, 60_000);
  afterAll(() => world.close());

  it('exchanges again in the same process, though the vendors have hung up meanwhile', async () => {
    const user = await signedInUser(world);
    expect(await apply(world, user, individual(user.email))).toMatchObject({ body: { status: 'Approved' } });
    const exchange = () =>
      call('POST', `${world.apiUrl}/v1/token`, { bearer: user.sessionJwt, body: { scopes: ['accounts'] } });
    const pids = () => world.functions().find(({ name }) => name === 'token')?.pids;
    expect((await exchange()).status).toBe(201);
    const before = pids();
    for (const backend of ['stytch', 'unit', 'dynamodb'] as const) {
      await world.refuse(backend, true);
      await world.refuse(backend, false);
    }
    await new Promise((resolve) => setTimeout(resolve, FROZEN_MS));
    expect((await exchange()).status).toBe(201);
    expect(pids()).toEqual(before);
  }, 60_000);
});
