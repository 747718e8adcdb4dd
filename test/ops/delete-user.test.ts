// `npm run delete-user`: what goes, what stays, and that nothing is handed out afterwards.
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { stages } from '../../lib/stages.ts';
import { call } from '../../local/journey-client.ts';
import type { World } from '../../local/world.ts';
import { createStytchUsers } from '../../ops/adapters/stytch-users.ts';
import { silent } from '../support/adapters-log.ts';
import { fixedSecret } from '../support/adapters-secrets.ts';
import { api, field } from '../support/security.ts';
import { individual, signedInUser, startTestWorld, apply as submit } from '../support/world.ts';
import {
  apply,
  exchange,
  expectNoSecrets,
  itemOf,
  newEmail,
  run,
  runJson,
  snapshot,
  start,
} from './support.ts';

jest.setTimeout(60_000);

let world: World;
beforeAll(async () => {
  world = await startTestWorld();
});
afterAll(() => world.close());

const remove = (userId: string, ...more: readonly string[]) =>
  runJson(world, 'delete-user', ['--user', userId, ...more]);

async function customer() {
  const user = await signedInUser(world);
  const answer = await submit(world, user, individual(user.email));
  expect(answer).toMatchObject({ status: 201, body: { status: 'Approved' } });
  await world.unit.controls.flushWebhooks();
  return { user, customerId: field(answer, 'customerId'), applicationId: field(answer, 'applicationId') };
}

const stytchUsers = () => {
  return createStytchUsers({
    baseUrl: world.stytch.url,
    projectId: stages.dev.stytchProjectId,
    secret: fixedSecret(world.secrets.seeded.stytch),
    log: silent,
  });
};

const partition = async (userId: string) =>
  (await world.scanTable()).filter(({ pk }) => pk === `USER#${userId}`).map(({ sk }) => String(sk));

describe('delete-user', () => {
  it('without --apply says what goes and what stays, and changes nothing', async () => {
    const { user, customerId } = await customer();
    const before = await snapshot(world);
    const { code, stdout } = await run(world, 'delete-user', ['--user', user.userId]);
    expect({ code, before: await snapshot(world) }).toEqual({ code: 0, before });
    expect(stdout).toContain(`Customer ${customerId} stays Active`);
    expect(stdout).toContain('Dry run');
    expect(world.stytch.controls.userByEmail(user.email)).toBeDefined();
    const { document } = await remove(user.userId);
    expect(document).toMatchObject({ outcome: 'planned', removes: { stytchUser: true, factorRecords: 1 } });
  });

  it('ends every session and exchange, and keeps the claim, the customer and the application', async () => {
    const { user, customerId, applicationId } = await customer();
    expect(await exchange(world, user.sessionJwt)).toMatchObject({ status: 201 });
    const done = await remove(user.userId, '--reason', 'ticket 77', ...apply);
    expect(done).toMatchObject({ code: 0, document: { outcome: 'done', operator: 'local' } });
    expect(await exchange(world, user.sessionJwt)).toMatchObject({
      status: 401,
      body: { code: 'invalid_token' },
    });
    const refreshed = await call('POST', `${world.apiUrl}/v1/sessions/refresh`, {
      body: { sessionToken: user.sessionToken },
    });
    expect(refreshed.status).toBe(400);
    expect((await partition(user.userId)).toSorted()).toEqual([
      `APPLICATION#${applicationId}`,
      `CUSTOMER#${customerId}`,
      'LOCK#person',
      'USER',
    ]);
    expect(await itemOf(world, `USER#${user.userId}`, 'USER')).toMatchObject({
      deleted: true,
      deletedBy: 'local',
      deleteReason: 'ticket 77',
      deletedAt: expect.any(Number),
    });
    expect(await itemOf(world, `CUSTOMER#${customerId}`, 'OWNER')).toMatchObject({
      stytchUserId: user.userId,
    });
    expect(world.stytch.controls.userByEmail(user.email)).toBeUndefined();
  });

  it('leaves the address free: who signs up with it is somebody new, who owns nothing', async () => {
    const { user, customerId } = await customer();
    await remove(user.userId, ...apply);
    const begun = await call('POST', `${world.apiUrl}/v1/signup`, {
      body: { method: 'email_otp', email: user.email },
    });
    const signedUp = await call('POST', `${world.apiUrl}/v1/signup/authenticate`, {
      body: {
        method: 'email_otp',
        challengeId: field(begun, 'challengeId'),
        code: world.stytch.controls.outbox(user.email).at(-1)?.code,
      },
    });
    expect(signedUp.status).toBe(200);
    expect(field(signedUp, 'userId')).not.toBe(user.userId);
    const me = await api(world, 'GET', '/v1/me', field(signedUp, 'sessionJwt'));
    expect(me).toMatchObject({ status: 200, body: { applications: [], customers: [] } });
    const claim = ['--user', field(signedUp, 'userId'), '--customer', customerId, '--evidence', 'ticket 9'];
    const linked = await runJson(world, 'link', [...claim, ...apply]);
    expect(linked).toMatchObject({ code: 1, document: { code: 'customer_claimed' } });
  });

  it('refuses while an application is open, unless forced with a reason', async () => {
    const user = await signedInUser(world);
    const open = await submit(world, user, individual(user.email, { ssn: '000000004' }));
    expect(open).toMatchObject({ status: 201, body: { status: 'PendingReview' } });
    await world.unit.controls.flushWebhooks();
    const before = await snapshot(world);
    const refused = await remove(user.userId, ...apply);
    expect(refused).toMatchObject({
      code: 1,
      document: { code: 'application_open', applications: [{ status: 'PendingReview' }] },
    });
    expect(await remove(user.userId, '--force', ...apply)).toMatchObject({ code: 2 });
    expect(await snapshot(world)).toBe(before);
    expect(await remove(user.userId, '--force', '--reason', 'ticket 5', ...apply)).toMatchObject({ code: 0 });
    expect(await itemOf(world, `USER#${user.userId}`, 'USER')).toMatchObject({ deleted: true });
  });

  it('deletes nobody else at Stytch who has the id as an external one', async () => {
    const { user } = await customer();
    const atStytch = stytchUsers();
    await atStytch.deleteUser(user.userId);
    const email = newEmail();
    const other = await world.stytch.controls.seedUser({ email, externalId: user.userId });
    const found = await fetch(`${world.stytch.url}/v1/users/${user.userId}`, {
      headers: {
        authorization: `Basic ${btoa(`${stages.dev.stytchProjectId}:${world.secrets.seeded.stytch}`)}`,
      },
    });
    expect(await found.json()).toMatchObject({ user_id: other.userId });

    const deleted = await remove(user.userId, ...apply);
    expect(deleted).toMatchObject({ code: 0, document: { outcome: 'done', isAtStytch: false } });
    expect(world.stytch.controls.userByEmail(email)).toMatchObject({ userId: other.userId });
    expect(await itemOf(world, `USER#${user.userId}`, 'USER')).toMatchObject({ deleted: true });
    expect(await itemOf(world, `USER#${other.userId}`, 'USER')).toBeUndefined();
  });

  it('takes an id that Stytch cannot even read as one that is gone', async () => {
    const stytch = stytchUsers();
    await expect(stytch.read('user-test-odd')).resolves.toBeNull();
    await expect(stytch.deleteUser('user-test-odd')).resolves.toBeUndefined();
  });

  it('refuses a user whom nobody knows', async () => {
    const before = await snapshot(world);
    const refused = await remove('user-test-00000000-0000-4000-8000-00000000dead', ...apply);
    expect(refused).toMatchObject({ code: 1, document: { code: 'user_unknown' } });
    expect(await snapshot(world)).toBe(before);
  });

  it('killed before Stytch answers: nothing is handed out, and the same command finishes it once', async () => {
    const { user } = await customer();
    const path = `/v1/users/${user.userId}`;
    world.stytch.controls.faults.arm({ method: 'DELETE', path, times: 1, fault: { kind: 'hang' } });
    const { child, ended, output } = start(world, 'delete-user', ['--user', user.userId, ...apply]);
    while (!output.stderr.includes('Stytch user')) await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill('SIGKILL');
    expect((await ended).code).toBe(-1);
    expect(world.stytch.controls.userByEmail(user.email)).toBeDefined();
    expect(await exchange(world, user.sessionJwt)).toMatchObject({ status: 401 });
    world.stytch.controls.faults.heal();
    const { deletedAt } = (await itemOf(world, `USER#${user.userId}`, 'USER')) ?? {};
    expect(await remove(user.userId, ...apply)).toMatchObject({ code: 0, document: { outcome: 'done' } });
    expect(world.stytch.controls.userByEmail(user.email)).toBeUndefined();
    expect(await itemOf(world, `USER#${user.userId}`, 'USER')).toMatchObject({ deletedAt });
    const again = await remove(user.userId, ...apply);
    expect(again).toMatchObject({ code: 0, document: { outcome: 'nothing_to_do' } });
  });

  it('says by exit code 3 that Stytch failed, and finishes when it is back', async () => {
    const { user } = await customer();
    const path = `/v1/users/${user.userId}`;
    world.stytch.controls.faults.arm({
      method: 'DELETE',
      path,
      times: 1,
      fault: { kind: 'status', status: 500 },
    });
    const failed = await remove(user.userId, ...apply);
    expect(failed).toMatchObject({
      code: 3,
      document: { outcome: 'failed', provider: 'stytch', operation: 'users.delete', status: 500 },
    });
    expect(await remove(user.userId, ...apply)).toMatchObject({ code: 0 });
    expectNoSecrets(world, [user.email, user.sessionJwt, user.sessionToken]);
  });
});
