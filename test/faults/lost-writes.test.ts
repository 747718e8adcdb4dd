// A conditional write whose answer is lost is sent again by the SDK: the second answer is read for whose write it met.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { call, pkce } from '../../local/journey-client.ts';
import type { World } from '../../local/world.ts';
import type { FaultKind } from '../../simulators/faults.ts';
import { startTestWorld, withLimits } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startTestWorld({ template: withLimits({ sendsPerSource: 2 }) });
});
afterAll(() => world.close());

/** Signs somebody new up, while the first write, which counts the sender's network, goes wrong once. */
async function signUp(email: string, fault?: FaultKind): Promise<number> {
  const { table } = world.faults;
  if (fault !== undefined) table.arm({ method: 'POST', path: '/UpdateItem', times: 1, fault });
  const body = { method: 'email_magic_link', email, codeChallenge: pkce().codeChallenge };
  const { status } = await call('POST', `${world.apiUrl}/v1/signup`, { body });
  expect(table.armed()).toEqual([]);
  return status;
}

describe('a sign-up whose count was lost', () => {
  it('is sent when it was its own write that used the limit up, and refused by the limit when it was not', async () => {
    expect(await signUp('first@example.com')).toBe(202);
    expect(await signUp('second@example.com', { kind: 'cut' })).toBe(202);
    expect(await signUp('third@example.com', { kind: 'status', status: 500 })).toBe(429);
  });
});
