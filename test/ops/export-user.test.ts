// `npm run export-user`: all that is held about one user, and nothing about anybody else.
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { World } from '../../local/world.ts';
import { field } from '../support/security.ts';
import {
  individual,
  type SignedInUser,
  signedInUser,
  startTestWorld,
  apply as submit,
} from '../support/world.ts';
import { apply, expectNoSecrets, run, runJson, seedMatch, snapshot, stable } from './support.ts';

jest.setTimeout(60_000);

let world: World;
let user: SignedInUser;
let customerId: string;
let unitApplicationId: string;
beforeAll(async () => {
  world = await startTestWorld();
  const other = await signedInUser(world);
  await submit(world, other, individual(other.email));
  user = await signedInUser(world);
  const answer = await submit(world, user, individual(user.email));
  expect(answer).toMatchObject({ status: 201, body: { status: 'Approved' } });
  customerId = field(answer, 'customerId');
  unitApplicationId =
    world.unit.controls.customers().find(({ id }) => id === customerId)?.applicationId ?? '';
  await world.unit.controls.flushWebhooks();
});
afterAll(() => world.close());

const exported = (...args: readonly string[]) => runJson(world, 'export-user', args);

describe('export-user', () => {
  it('gives every item of the table that names the user, and changes nothing', async () => {
    const before = await snapshot(world);
    const { code, document } = await exported('--user', user.userId);
    expect(code).toBe(0);
    const { items, claims, pointers } = document['table'] as Record<string, Record<string, unknown>[]>;
    const all = [...(items ?? []), ...(claims ?? []), ...(pointers ?? [])];
    const held = (await world.scanTable()).filter((item) => JSON.stringify(item).includes(user.userId));
    expect(held.length).toBeGreaterThanOrEqual(6);
    const inOrder = (some: readonly object[]) => some.map(stable).toSorted();
    expect(inOrder(all)).toEqual(inOrder(held));
    expect(document).not.toHaveProperty('vendors');
    expect(await snapshot(world)).toBe(before);
  });

  it('finds the user by customer and by application', async () => {
    const byCustomer = await exported('--customer', customerId);
    const byApplication = await exported('--application', unitApplicationId);
    expect(byCustomer).toMatchObject({ code: 0, document: { userId: user.userId } });
    expect(byApplication.document['table']).toEqual(byCustomer.document['table']);
  });

  it('adds what the vendors say: the user at Stytch, statuses at Unit, and no more of Unit', async () => {
    const { code, document } = await exported('--user', user.userId, '--with-vendors');
    expect(code).toBe(0);
    expect(document['vendors']).toMatchObject({
      stytch: { user_id: user.userId, emails: [{ email: user.email, verified: true }] },
      unit: {
        applications: [{ unitApplicationId, status: 'Approved' }],
        customers: [{ unitCustomerId: customerId, status: 'Active', jwtSubjects: [user.userId] }],
      },
    });
    expectNoSecrets(world, [user.sessionJwt, user.sessionToken]);
  });

  it('INV2 tells nothing of a customer that has passed to somebody else', async () => {
    const loser = await signedInUser(world);
    const answer = await submit(world, loser, individual(loser.email));
    const passed = field(answer, 'customerId');
    await world.unit.controls.flushWebhooks();
    const winner = await seedMatch(world);
    const how = ['--evidence', 'ticket 3', '--transfer', '--reason', 'lost account', ...apply];
    const moved = await runJson(world, 'link', ['--user', winner.userId, '--customer', passed, ...how]);
    expect(moved).toMatchObject({ code: 0 });

    const { code, document } = await exported('--user', loser.userId, '--with-vendors');
    expect(code).toBe(0);
    expect(document).toMatchObject({ table: { claims: [] }, vendors: { unit: { customers: [] } } });
    expect(document).toMatchObject({ vendors: { unit: { applications: [{ status: 'Approved' }] } } });
    expect(JSON.stringify(document)).not.toContain(winner.userId);
    const theirs = await exported('--customer', passed, '--with-vendors');
    expect(theirs.document).toMatchObject({
      userId: winner.userId,
      table: { claims: [{ unitCustomerId: passed, stytchUserId: winner.userId }] },
      vendors: { unit: { customers: [{ unitCustomerId: passed, jwtSubjects: [winner.userId] }] } },
    });
  });

  it('shows people an overview, and where the export itself is', async () => {
    const { code, stdout } = await run(world, 'export-user', ['--user', user.userId, '--with-vendors']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/application\s+│ [A-Z2-7]{26}\s+│ Approved/);
    expect(stdout).toMatch(new RegExp(`claim\\s+│ ${customerId}`));
    expect(stdout).toContain('At Stytch: active');
    expect(stdout).toContain('--json');
  });

  it('refuses what nobody holds, and asks for exactly one name', async () => {
    expect(await exported('--customer', '999999')).toMatchObject({
      code: 1,
      document: { code: 'not_mapped' },
    });
    const unknown = await exported('--user', 'user-test-00000000-0000-4000-8000-00000000dead');
    expect(unknown).toMatchObject({ code: 1, document: { code: 'user_unknown' } });
    expect(await exported()).toMatchObject({ code: 2 });
    expect(await exported('--user', user.userId, '--customer', customerId)).toMatchObject({ code: 2 });
  });

  it('needs no credentials of the vendors without --with-vendors', async () => {
    const env = { STYTCH_SECRET: undefined, UNIT_TOKEN: undefined };
    const args = ['--user', user.userId];
    expect(await runJson(world, 'export-user', args, { env })).toMatchObject({ code: 0 });
    const without = await runJson(world, 'export-user', [...args, '--with-vendors'], { env });
    expect(without).toMatchObject({ code: 2, document: { code: 'credential_missing' } });
  });
});
