// `npm run reset-factors`: every session and second factor gone, and the only way back is the number that Unit holds.
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { call } from '../../local/journey-client.ts';
import type { World } from '../../local/world.ts';
import { api, enrolSms, field } from '../support/security.ts';
import {
  emailFactor,
  individual,
  signedInUser,
  startTestWorld,
  apply as submit,
  totpFactor,
} from '../support/world.ts';
import {
  apply,
  exchange,
  expectNoSecrets,
  itemOf,
  newEmail,
  newPhone,
  run,
  runJson,
  signIn,
  snapshot,
  start,
} from './support.ts';

jest.setTimeout(60_000);

let world: World;
beforeAll(async () => {
  world = await startTestWorld();
});
afterAll(() => world.close());

const reason = ['--reason', 'ticket 31, video call'] as const;
const reset = (userId: string, ...more: readonly string[]) =>
  runJson(world, 'reset-factors', ['--user', userId, ...reason, ...more]);

/** A customer with a TOTP, a proved number, a passkey and two sessions. */
async function customer(phone = newPhone()) {
  const email = newEmail();
  const seed = { email, totp: true, passkeyDomain: 'localhost' };
  const { userId } = await world.stytch.controls.seedUser(seed);
  const factors = [emailFactor, totpFactor];
  const user = { userId, email, ...(await world.stytch.controls.startSession({ userId, factors })) };
  const answer = await submit(world, user, individual(user.email, { phone: phone.atUnit }));
  expect(answer).toMatchObject({ status: 201, body: { status: 'Approved' } });
  await world.unit.controls.flushWebhooks();
  await enrolSms(world, user, newPhone().e164);
  const later = await signIn(world, user.userId);
  return { user, later, phone, customerId: field(answer, 'customerId') };
}

const factorItems = async (userId: string) =>
  (await world.scanTable()).filter(
    ({ pk, sk }) => pk === `USER#${userId}` && String(sk).startsWith('FACTOR#'),
  );

describe('reset-factors', () => {
  it('without --apply shows what would go, and changes nothing', async () => {
    const { user, later } = await customer();
    const before = await snapshot(world);
    const { code, stdout } = await run(world, 'reset-factors', ['--user', user.userId, ...reason]);
    expect({ code, before: await snapshot(world) }).toEqual({ code: 0, before });
    expect(stdout).toMatch(/totp\s+│ totp-test-/);
    expect(stdout).toMatch(/sms\s+│ phone-number-test-/);
    expect(stdout).toMatch(/passkey\s+│ webauthn-registration-test-/);
    expect(stdout).toContain('Live sessions: 2. Factor records here: 3.');
    expect(stdout).toContain('only by SMS to the phone number that Unit holds');
    expect(world.stytch.controls.sessions(user.userId)).toHaveLength(2);
    expect(await api(world, 'GET', '/v1/me', later.sessionJwt)).toMatchObject({ status: 200 });
  });

  it('ends all sessions and takes every second factor away; the number of Unit is the only way back', async () => {
    const { user, later, phone } = await customer();
    const done = await reset(user.userId, ...apply);
    expect(done).toMatchObject({
      code: 0,
      document: { outcome: 'done', sessions: 2, factorRecords: 3, enrolment: 'sms_to_unit_number' },
    });
    expect(world.stytch.controls.sessions(user.userId)).toEqual([]);
    expect(await factorItems(user.userId)).toEqual([]);
    const again = await reset(user.userId);
    expect(again.document).toMatchObject({ outcome: 'nothing_to_do', factors: [], sessions: 0 });
    expect(await itemOf(world, `USER#${user.userId}`, 'USER')).toMatchObject({
      factorsResetBy: 'local',
      factorsResetReason: reason[1],
    });
    for (const { sessionJwt } of [user, later]) {
      expect(await exchange(world, sessionJwt)).toMatchObject({
        status: 401,
        body: { code: 'invalid_token' },
      });
    }
    const { sessionJwt } = await signIn(world, user.userId);
    expect(await exchange(world, sessionJwt)).toMatchObject({
      status: 403,
      body: { code: 'enrollment_required' },
    });
    const totp = await api(world, 'POST', '/v1/factors/totp', sessionJwt);
    expect(totp).toMatchObject({ status: 403, body: { code: 'factor_not_allowed' } });
    const foreign = await api(world, 'POST', '/v1/factors/sms', sessionJwt, { phoneNumber: newPhone().e164 });
    expect(foreign).toMatchObject({ status: 403, body: { code: 'factor_not_allowed' } });
    const { sessionJwt: steppedUp } = await enrolSms(world, { sessionJwt }, phone.e164);
    expect(await exchange(world, steppedUp)).toMatchObject({ status: 201 });
    expectNoSecrets(world, [user.email, user.sessionJwt, phone.e164]);
  });

  it('lets somebody who has not applied enrol freely again', async () => {
    const user = await signedInUser(world);
    await api(world, 'GET', '/v1/me', user.sessionJwt);
    expect(await reset(user.userId, ...apply)).toMatchObject({ code: 0, document: { enrolment: 'freely' } });
    const { sessionJwt } = await signIn(world, user.userId);
    expect(await api(world, 'POST', '/v1/factors/totp', sessionJwt)).toMatchObject({ status: 200 });
  });

  it('refuses to strand a user, unless forced', async () => {
    const user = await signedInUser(world);
    await submit(world, user, individual(user.email, { ssn: '000000004' }));
    await world.unit.controls.flushWebhooks();
    const before = await snapshot(world);
    expect(await reset(user.userId, ...apply)).toMatchObject({
      code: 1,
      document: { code: 'stranded_without_customer' },
    });
    const phoneOnly = await world.stytch.controls.seedUser({ phoneNumber: newPhone().e164 });
    expect(await reset(phoneOnly.userId, ...apply)).toMatchObject({
      code: 1,
      document: { code: 'stranded_without_sign_in' },
    });
    expect(await snapshot(world)).toBe(before);
    expect(await reset(user.userId, '--force', ...apply)).toMatchObject({ code: 0 });
    expect(await factorItems(user.userId)).toEqual([]);
  });

  it('refuses without a reason, and for a deleted or unknown user', async () => {
    const { userId } = await world.stytch.controls.seedUser({ email: newEmail() });
    expect(await runJson(world, 'reset-factors', ['--user', userId, ...apply])).toMatchObject({ code: 2 });
    await runJson(world, 'delete-user', ['--user', userId, ...apply]);
    expect(await reset(userId, ...apply)).toMatchObject({ code: 1, document: { code: 'user_deleted' } });
    const unknown = await reset('user-test-00000000-0000-4000-8000-00000000dead', ...apply);
    expect(unknown).toMatchObject({ code: 1, document: { code: 'user_unknown' } });
  });

  it('killed half way leaves no factor that counts unrecorded, and the same command finishes it', async () => {
    const { user } = await customer();
    const [totp] = (await factorItems(user.userId)).filter(({ kind }) => kind === 'totp');
    const path = `/v1/users/totps/${String(totp?.['factorId'])}`;
    world.stytch.controls.faults.arm({ method: 'DELETE', path, times: 1, fault: { kind: 'hang' } });
    const running = start(world, 'reset-factors', ['--user', user.userId, ...reason, ...apply]);
    while (!running.output.stderr.includes('factors at Stytch')) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    // The sessions are over before the first factor goes.
    expect(world.stytch.controls.sessions(user.userId)).toEqual([]);
    running.child.kill('SIGKILL');
    await running.ended;
    expect(await factorItems(user.userId)).toHaveLength(3);
    world.stytch.controls.faults.heal();
    expect(await reset(user.userId, ...apply)).toMatchObject({ code: 0, document: { outcome: 'done' } });
    expect(await factorItems(user.userId)).toEqual([]);
    const left = await call('POST', `${world.apiUrl}/v1/sessions/refresh`, {
      body: { sessionToken: user.sessionToken },
    });
    expect(left.status).toBe(400);
  });
});
