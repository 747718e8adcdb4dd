// `npm run link`: who may be bound to whom, what a crash leaves, and what the user can do afterwards.
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { World } from '../../local/world.ts';
import { api, enrolSms, field } from '../support/security.ts';
import { individual, signedInUser, startTestWorld, apply as submit } from '../support/world.ts';
import {
  apply,
  exchange,
  expectNoSecrets,
  itemOf,
  newEmail,
  newPhone,
  run,
  runJson,
  seedBusiness,
  seedCustomer,
  seedMatch,
  signIn,
  snapshot,
  start,
  subjectOf,
  until,
} from './support.ts';

jest.setTimeout(60_000);

let world: World;
beforeAll(async () => {
  world = await startTestWorld();
});
afterAll(() => world.close());

const link = (userId: string, customerId: string, ...more: readonly string[]) =>
  runJson(world, 'link', ['--user', userId, '--customer', customerId, ...more]);
const claimOf = (customerId: string) => itemOf(world, `CUSTOMER#${customerId}`, 'OWNER');
const customerItem = (userId: string, customerId: string) =>
  itemOf(world, `USER#${userId}`, `CUSTOMER#${customerId}`);

/** A user of our own with a customer, as onboarding makes them. */
async function onboarded() {
  const user = await signedInUser(world);
  const answer = await submit(world, user, individual(user.email));
  expect(answer).toMatchObject({ status: 201, body: { status: 'Approved' } });
  // Its events, too, so that no later one writes in the middle of a test.
  await world.unit.controls.flushWebhooks();
  return { user, customerId: field(answer, 'customerId') };
}

const linkedMaskedTable = /customer\s+│ l\*\*\*@example\.com │ yes\s+│ \*\*\*\d\d\s+│ yes/;

describe('a dry run', () => {
  it('shows what agrees, masked, and changes nothing here or at Unit', async () => {
    const { userId, customerId, phone } = await seedMatch(world);
    const before = await snapshot(world);
    const { code, stdout } = await run(world, 'link', ['--user', userId, '--customer', customerId]);
    expect({ code, before: await snapshot(world) }).toEqual({ code: 0, before });
    expect(stdout).toMatch(linkedMaskedTable);
    expect(stdout).toContain(
      'Steps: take_lock, park_customer, read_again, write_jwt_subject, write_claim, activate_customer',
    );
    expect(stdout).toContain('The user brings second factors along: sms.');
    expect(stdout).toContain('Dry run');
    expect(subjectOf(world, customerId)).toBeUndefined();
    expectNoSecrets(world, [phone, phone.slice(2)]);
  });

  it('tells a program the same as JSON on stdout alone', async () => {
    const { userId, customerId } = await seedMatch(world);
    const { code, document } = await link(userId, customerId);
    expect(code).toBe(0);
    expect(document).toMatchObject({
      command: 'link',
      stage: null,
      outcome: 'planned',
      person: 'customer',
      secondFactors: ['sms'],
      steps: [
        'take_lock',
        'park_customer',
        'read_again',
        'write_jwt_subject',
        'write_claim',
        'activate_customer',
      ],
      evidence: [{ name: 'customer', emailAgrees: true, phoneAgrees: true }],
    });
  });
});

describe('linking', () => {
  it('lets the user enrol only by the number that Unit holds, and then get tokens', async () => {
    const email = newEmail();
    const { e164, atUnit } = newPhone();
    const { userId } = await world.stytch.controls.seedUser({ email });
    const customerId = seedCustomer(world, { email, phone: atUnit });
    const linked = await link(userId, customerId, '--evidence', 'ticket 4711, video call', ...apply);
    expect(linked).toMatchObject({ code: 0, document: { outcome: 'done', operator: 'local' } });
    expect(subjectOf(world, customerId)).toBe(userId);
    expect(await claimOf(customerId)).toMatchObject({
      stytchUserId: userId,
      linkedBy: 'local',
      linkReason: 'evidence: ticket 4711, video call',
      linkedAt: expect.any(Number),
    });

    const { sessionJwt } = await signIn(world, userId);
    expect(await exchange(world, sessionJwt)).toMatchObject({
      status: 403,
      body: { code: 'enrollment_required' },
    });
    for (const [path, body] of [
      ['/v1/factors/totp', undefined],
      ['/v1/factors/passkey', undefined],
      ['/v1/factors/sms', { phoneNumber: newPhone().e164 }],
    ] as const) {
      const refused = await api(world, 'POST', path, sessionJwt, body);
      expect(refused).toMatchObject({ status: 403, body: { code: 'factor_not_allowed' } });
    }
    const { sessionJwt: steppedUp } = await enrolSms(world, { sessionJwt }, e164);
    expect(await exchange(world, steppedUp)).toMatchObject({ status: 201, body: { customerId } });
    expectNoSecrets(world, [e164, email]);
  });

  it('is done once: a second run finds nothing to do and changes nothing', async () => {
    const { userId, customerId } = await seedMatch(world);
    expect(await link(userId, customerId, ...apply)).toMatchObject({
      code: 0,
      document: { outcome: 'done' },
    });
    const before = await snapshot(world);
    const again = await link(userId, customerId, ...apply);
    expect(again).toMatchObject({ code: 0, document: { outcome: 'nothing_to_do', steps: [] } });
    expect(await snapshot(world)).toBe(before);
  });

  it('ends a Review', async () => {
    const { user, customerId } = await onboarded();
    // Parked, as the webhook does when Unit names another subject.
    const item = await customerItem(user.userId, customerId);
    await putItem({ ...item, status: 'Review' });
    expect(await exchange(world, user.sessionJwt)).toMatchObject({ status: 409 });
    const ended = await link(user.userId, customerId, '--evidence', 'ticket 12', ...apply);
    expect(ended).toMatchObject({
      code: 0,
      document: { steps: ['take_lock', 'park_customer', 'read_again', 'write_claim', 'activate_customer'] },
    });
    expect(await exchange(world, user.sessionJwt)).toMatchObject({ status: 201 });
  });

  it('INV2 a webhook about the customer afterwards leaves the link as it is', async () => {
    const { userId, customerId } = await seedMatch(world);
    await link(userId, customerId, ...apply);
    const before = await customerItem(userId, customerId);
    await world.unit.controls.flushWebhooks();
    // The same again may have been written, under another write id.
    expect(await customerItem(userId, customerId)).toEqual({ ...before, writeId: expect.any(String) });
    expect(await claimOf(customerId)).toMatchObject({ stytchUserId: userId });
  });
});

describe('a link is refused', () => {
  const expectRefused = async (ran: ReturnType<typeof link>, code: string, before: string): Promise<void> => {
    expect(await ran).toMatchObject({ code: 1, document: { outcome: 'refused', code } });
    expect(await snapshot(world)).toBe(before);
  };

  it('when nothing but the email agrees', async () => {
    const email = newEmail();
    const { userId } = await world.stytch.controls.seedUser({ email, phoneNumber: newPhone().e164 });
    const customerId = seedCustomer(world, { email });
    await expectRefused(link(userId, customerId, ...apply), 'identity_not_proved', await snapshot(world));
    expect(subjectOf(world, customerId)).toBeUndefined();
  });

  it('when nothing but the phone agrees, or it agrees unproved', async () => {
    const { e164, atUnit } = newPhone();
    const { userId } = await world.stytch.controls.seedUser({ email: newEmail(), phoneNumber: e164 });
    const customerId = seedCustomer(world, { phone: atUnit });
    await expectRefused(link(userId, customerId, ...apply), 'identity_not_proved', await snapshot(world));

    const email = newEmail();
    const unproved = newPhone();
    const other = await world.stytch.controls.seedUser({
      email,
      phoneNumber: unproved.e164,
      phoneVerified: false,
    });
    const theirs = seedCustomer(world, { email, phone: unproved.atUnit });
    await expectRefused(link(other.userId, theirs, ...apply), 'identity_not_proved', await snapshot(world));
  });

  it('for an archived or unknown customer, and for a deleted, unknown or inactive user', async () => {
    const { userId, customerId } = await seedMatch(world);
    const archived = seedCustomer(world);
    world.unit.controls.archiveCustomer(archived);
    const deleted = await seedMatch(world);
    await runJson(world, 'delete-user', ['--user', deleted.userId, ...apply]);
    const pending = await world.stytch.controls.seedUser({ email: newEmail(), status: 'pending' });
    const before = await snapshot(world);
    await expectRefused(link(userId, archived, ...apply), 'customer_archived', before);
    await expectRefused(link(userId, '999999', ...apply), 'customer_unknown', before);
    await expectRefused(link(deleted.userId, deleted.customerId, ...apply), 'user_deleted', before);
    await expectRefused(
      link('user-test-00000000-0000-4000-8000-00000000dead', customerId, ...apply),
      'user_unknown',
      before,
    );
    await expectRefused(link(pending.userId, customerId, ...apply), 'user_not_active', before);
  });

  it("for a customer that another user holds, here or in Unit's subject alone", async () => {
    const { customerId } = await onboarded();
    const { userId } = await seedMatch(world);
    const subject = seedCustomer(world, { jwtSubject: 'user-test-stranger' });
    const before = await snapshot(world);
    const evidence = ['--evidence', 'ticket 1', ...apply];
    await expectRefused(link(userId, customerId, ...evidence), 'customer_claimed', before);
    await expectRefused(link(userId, subject, ...evidence), 'customer_claimed', before);
    expect(subjectOf(world, subject)).toBe('user-test-stranger');
  });

  it('INV3 while an application or an open one of that kind is not over; and after a link nobody applies', async () => {
    const user = await signedInUser(world);
    await submit(world, user, individual(user.email, { ssn: '000000004' }));
    await world.unit.controls.flushWebhooks();
    const customerId = seedCustomer(world);
    const evidence = ['--evidence', 'ticket 1', ...apply];
    await expectRefused(
      link(user.userId, customerId, ...evidence),
      'application_open',
      await snapshot(world),
    );

    const linked = await seedMatch(world);
    expect(await link(linked.userId, linked.customerId, ...apply)).toMatchObject({ code: 0 });
    expect(await itemOf(world, `USER#${linked.userId}`, 'LOCK#person')).toMatchObject({
      applicationId: 'LINKED',
    });
  });

  it('when the user changes at Stytch while it runs: the customer stays in Review', async () => {
    const { userId, customerId } = await seedMatch(world);
    const running = start(world, 'link', ['--user', userId, '--customer', customerId, ...apply, '--json']);
    await until(() => running.output.stderr.includes('take_lock'));
    world.stytch.controls.lockUser(userId);
    const { code, stdout } = await running.ended;
    expect({ code, document: JSON.parse(stdout) as unknown }).toMatchObject({
      code: 1,
      document: { code: 'changed_meanwhile' },
    });
    expect(await customerItem(userId, customerId)).toMatchObject({ status: 'Review' });
  });

  it('INV5 with numbers of people as a reason', async () => {
    const { userId, customerId } = await seedMatch(world);
    const before = await snapshot(world);
    const ran = await link(userId, customerId, '--evidence', 'SSN 123-45-6789 shown', ...apply);
    expect(ran).toMatchObject({ code: 2, document: { outcome: 'usage' } });
    expect(JSON.stringify(ran.document)).not.toContain('6789');
    expect(await snapshot(world)).toBe(before);
  });
});

describe('a transfer', () => {
  it('takes the customer from its old user at once and gives it to the new one, generation and record with it', async () => {
    const { user, customerId } = await onboarded();
    expect(await exchange(world, user.sessionJwt)).toMatchObject({ status: 201 });
    const { userId } = await seedMatch(world);
    const args = ['--evidence', 'ticket 8', '--transfer', '--reason', 'old account is lost'];
    const planned = await link(userId, customerId, ...args);
    expect(planned.document).toMatchObject({
      outcome: 'planned',
      previousOwner: user.userId,
      steps: [
        'take_lock',
        'park_customer',
        'read_again',
        'park_previous_owner',
        'write_jwt_subject',
        'write_claim',
        'activate_customer',
      ],
    });
    expect(await link(userId, customerId, ...args, ...apply)).toMatchObject({ code: 0 });
    expect(await claimOf(customerId)).toMatchObject({
      stytchUserId: userId,
      generation: 2,
      transferredFrom: user.userId,
      linkReason: 'evidence: ticket 8; transfer: old account is lost',
    });
    expect(await customerItem(user.userId, customerId)).toMatchObject({ status: 'Review' });
    expect(await exchange(world, user.sessionJwt)).toMatchObject({
      status: 409,
      body: { code: 'customer_in_review' },
    });
    await world.unit.controls.flushWebhooks();
    expect(await customerItem(user.userId, customerId)).toMatchObject({ status: 'Review' });
    expect(await customerItem(userId, customerId)).toMatchObject({ status: 'Active' });

    const back = await link(user.userId, customerId, ...args, ...apply);
    expect(back).toMatchObject({ code: 0 });
    expect(await claimOf(customerId)).toMatchObject({ stytchUserId: user.userId, generation: 3 });
    expect(await exchange(world, user.sessionJwt)).toMatchObject({ status: 201 });
  });

  it('needs a reason, and a reason needs a transfer', async () => {
    const { customerId } = await onboarded();
    const { userId } = await seedMatch(world);
    const without = await link(userId, customerId, '--evidence', 'ticket 8', '--transfer', ...apply);
    expect(without).toMatchObject({ code: 2 });
    expect(await link(userId, customerId, '--reason', 'because', ...apply)).toMatchObject({ code: 2 });
  });
});

describe('a business', () => {
  const authorized = (world: World, customerId: string, authorizedUsers: readonly object[]) =>
    fetch(`${world.unit.url}/customers/${customerId}`, {
      method: 'PATCH',
      headers: {
        authorization: `Bearer ${world.unit.operatorToken}`,
        'content-type': 'application/vnd.api+json',
      },
      body: JSON.stringify({ data: { type: 'businessCustomer', attributes: { authorizedUsers } } }),
    });
  const someone = (email: string, phone: object, jwtSubject?: string) => ({
    fullName: { first: 'Bo', last: 'Lindqvist' },
    email,
    phone,
    ...(jwtSubject === undefined ? {} : { jwtSubject }),
  });
  const atUnit = (customerId: string) => world.unit.controls.customers().find(({ id }) => id === customerId);

  it('binds its contact, and leaves the rest of the contact as it was', async () => {
    const email = newEmail();
    const phone = newPhone();
    const { userId } = await world.stytch.controls.seedUser({ email, phoneNumber: phone.e164 });
    const customerId = seedBusiness(world, { email, phone: phone.atUnit });
    const before = atUnit(customerId)?.person.attributes;
    expect(await link(userId, customerId, ...apply)).toMatchObject({
      code: 0,
      document: { person: 'contact' },
    });
    expect(atUnit(customerId)?.person.attributes).toEqual({
      ...before,
      contact: { ...(before as { contact: object }).contact, jwtSubject: userId },
    });
    expect(await customerItem(userId, customerId)).toMatchObject({ type: 'business', status: 'Active' });
  });

  it('binds one of its authorized users, and leaves all the others as they were', async () => {
    const email = newEmail();
    const phone = newPhone();
    const { userId } = await world.stytch.controls.seedUser({ email, phoneNumber: phone.e164 });
    const customerId = seedBusiness(world, { email: newEmail(), phone: newPhone().atUnit });
    const others = [
      someone(newEmail(), newPhone().atUnit, 'user-test-partner'),
      someone(newEmail(), newPhone().atUnit),
    ] as const;
    const own = someone(email, phone.atUnit);
    expect((await authorized(world, customerId, [others[0], own, others[1]])).status).toBe(200);
    const alone = await link(userId, customerId, ...apply);
    expect(alone).toMatchObject({ code: 1, document: { code: 'customer_claimed' } });
    const transfer = ['--transfer', '--reason', 'the partner has left', ...apply];
    const linked = await link(userId, customerId, ...transfer);
    expect(linked).toMatchObject({ code: 0, document: { person: 'authorized-user-2' } });
    expect(atUnit(customerId)?.authorizedUsers).toEqual([
      others[0],
      { ...own, jwtSubject: userId },
      others[1],
    ]);
  });

  it('asks who it is when the evidence does not say so, and takes the name', async () => {
    const { userId } = await seedMatch(world);
    const customerId = seedBusiness(world, { email: newEmail(), phone: newPhone().atUnit });
    await authorized(world, customerId, [someone(newEmail(), newPhone().atUnit)]);
    const evidence = ['--evidence', 'ticket 3', ...apply];
    const unclear = await link(userId, customerId, ...evidence);
    expect(unclear).toMatchObject({ code: 1, document: { code: 'person_ambiguous' } });
    const unknown = await link(userId, customerId, '--person', 'authorized-user-2', ...evidence);
    expect(unknown).toMatchObject({ code: 1, document: { code: 'person_unknown' } });
    const named = await link(userId, customerId, '--person', 'authorized-user-1', ...evidence);
    expect(named).toMatchObject({ code: 0 });
    expect(atUnit(customerId)?.authorizedUsers[0]?.jwtSubject).toBe(userId);
  });
});

describe('a failure on the way', () => {
  const customerPath = (customerId: string): string => `/customers/${customerId}`;

  it('at any point leaves what the same command finishes', async () => {
    for (const method of ['PATCH', 'GET'] as const) {
      const { userId, customerId } = await seedMatch(world);
      // The PATCH is done and its answer lost; or it is answered, and the reading back fails.
      const fault = { method, path: customerPath(customerId) };
      if (method === 'PATCH') world.unit.controls.arm({ ...fault, times: 1, fault: { kind: 'cut' } });
      const running = start(world, 'link', ['--user', userId, '--customer', customerId, ...apply, '--json']);
      if (method === 'GET') {
        await until(() => world.unit.controls.requests().some((one) => isPatch(one, customerId)));
        world.unit.controls.arm({ ...fault, times: 9, fault: { kind: 'status', status: 503 } });
      }
      const { code } = await running.ended;
      world.unit.controls.heal();
      // The race for the reading back may be lost, and then all is done; never is it half done and called done.
      expect([0, 3]).toContain(code);
      const finished = await link(userId, customerId, ...apply);
      expect(finished.code).toBe(0);
      expect(subjectOf(world, customerId)).toBe(userId);
      expect(await claimOf(customerId)).toMatchObject({ stytchUserId: userId });
      expect(await customerItem(userId, customerId)).toMatchObject({ status: 'Active' });
    }
  });

  it('killed before Unit answers a transfer: the old user is shut out, and the same command finishes it', async () => {
    const { user, customerId } = await onboarded();
    const { userId } = await seedMatch(world);
    const args = ['--user', userId, '--customer', customerId, '--evidence', 'ticket 5'];
    const all = [...args, '--transfer', '--reason', 'lost account', ...apply];
    world.unit.controls.arm({
      method: 'PATCH',
      path: customerPath(customerId),
      times: 1,
      fault: { kind: 'hang_after' },
    });
    const { child, ended } = start(world, 'link', all);
    await until(() => subjectOf(world, customerId) === userId);
    child.kill('SIGKILL');
    await ended;
    world.unit.controls.heal();
    expect(await claimOf(customerId)).toMatchObject({ stytchUserId: user.userId });
    expect(await exchange(world, user.sessionJwt)).toMatchObject({ status: 409 });
    expect(await run(world, 'link', all)).toMatchObject({ code: 0 });
    expect(await claimOf(customerId)).toMatchObject({ stytchUserId: userId, generation: 2 });
    expect(await customerItem(userId, customerId)).toMatchObject({ status: 'Active' });
  });

  it('after the claim, before the customer: the same command finishes it', async () => {
    const { userId, customerId } = await seedMatch(world);
    await link(userId, customerId, ...apply);
    await removeItem(`USER#${userId}`, `CUSTOMER#${customerId}`);
    expect(await link(userId, customerId, ...apply)).toMatchObject({
      code: 0,
      document: {
        outcome: 'done',
        steps: ['take_lock', 'park_customer', 'read_again', 'write_claim', 'activate_customer'],
      },
    });
    expect(await customerItem(userId, customerId)).toMatchObject({ status: 'Active' });
  });
});

const isPatch = ({ method, path }: { method: string; path: string }, customerId: string): boolean =>
  method === 'PATCH' && path === `/customers/${customerId}`;

/** Past every rule of ours, as a test may. */
async function tableCall(action: string, input: object): Promise<void> {
  const response = await fetch(world.tableUrl, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDB_20120810.${action}`,
      authorization:
        'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
      'x-amz-date': '20260101T000000Z',
    },
    body: JSON.stringify({ TableName: world.tableName, ...input }),
  });
  if (!response.ok) throw new Error(await response.text());
}

const tagged = (value: unknown) =>
  typeof value === 'number'
    ? { N: String(value) }
    : typeof value === 'boolean'
      ? { BOOL: value }
      : { S: String(value) };
const putItem = (item: object) =>
  tableCall('PutItem', {
    Item: Object.fromEntries(Object.entries(item).map(([name, value]) => [name, tagged(value)])),
  });
const removeItem = (pk: string, sk: string) =>
  tableCall('DeleteItem', { Key: { pk: { S: pk }, sk: { S: sk } } });
