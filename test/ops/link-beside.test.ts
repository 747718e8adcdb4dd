// `npm run link` beside others: a form that is open, an application that comes after it, a change at Unit while it runs.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { call } from '../../local/journey-client.ts';
import type { World } from '../../local/world.ts';
import { api, field } from '../support/security.ts';
import {
  individual,
  type SignedInUser,
  signedInUser,
  startTestWorld,
  apply as submit,
} from '../support/world.ts';
import {
  apply,
  itemOf,
  newPhone,
  runJson,
  seedCustomer,
  seedMatch,
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
  runJson(world, 'link', ['--user', userId, '--customer', customerId, ...more, ...apply]);
const proved = ['--evidence', 'ticket 21'] as const;
const statusOf = async (userId: string, customerId: string) =>
  (await itemOf(world, `USER#${userId}`, `CUSTOMER#${customerId}`))?.['status'];
const openForm = (user: SignedInUser) =>
  call('POST', `${world.apiUrl}/v1/application-forms`, {
    bearer: user.sessionJwt,
    body: { type: 'individual' },
    headers: { 'idempotency-key': randomUUID() },
  });

describe('INV3 a link and a form', () => {
  it('never stand beside each other: while a form is open, its kind cannot be linked', async () => {
    const user = await signedInUser(world);
    const form = await openForm(user);
    expect(form).toMatchObject({ status: 201 });
    const customerId = seedCustomer(world);
    const before = await snapshot(world);
    expect(await link(user.userId, customerId, ...proved)).toMatchObject({
      code: 1,
      document: {
        outcome: 'refused',
        code: 'application_open',
        applications: [{ applicationId: field(form, 'applicationId') }],
      },
    });
    expect(await snapshot(world)).toBe(before);
    expect(subjectOf(world, customerId)).toBeUndefined();
  });
});

describe('INV3 after a link', () => {
  it('nobody applies, by JSON or by form; there is no application that the answer could name', async () => {
    const user = await signedInUser(world);
    // Met here before there is a customer, so that the factor counts.
    expect(await api(world, 'GET', '/v1/factors', user.sessionJwt)).toMatchObject({ status: 200 });
    expect(await link(user.userId, seedCustomer(world), ...proved)).toMatchObject({ code: 0 });
    const sent = world.unit.controls.requests().length;
    for (const refused of [await submit(world, user, individual(user.email)), await openForm(user)]) {
      expect(refused).toMatchObject({ status: 409, body: { code: 'application_exists' } });
      expect(refused.body).not.toHaveProperty('applicationId');
      expect(refused.body).not.toHaveProperty('applicationUrl');
    }
    const since = world.unit.controls.requests().slice(sent);
    expect(since.filter(({ method }) => method === 'POST')).toEqual([]);
  });

  it('that ended a Review, the answer leads to the own application behind the customer', async () => {
    const user = await signedInUser(world);
    const applied = await submit(world, user, individual(user.email));
    expect(applied).toMatchObject({ status: 201, body: { status: 'Approved' } });
    await world.unit.controls.flushWebhooks();
    const customerId = field(applied, 'customerId');
    const other = await seedMatch(world);
    const taken = [...proved, '--transfer', '--reason', 'wrong person'];
    expect(await link(other.userId, customerId, ...taken)).toMatchObject({ code: 0 });
    expect(await link(user.userId, customerId, ...taken)).toMatchObject({ code: 0 });

    const applicationId = field(applied, 'applicationId');
    const refused = await submit(world, user, individual(user.email));
    expect(refused).toMatchObject({
      status: 409,
      body: {
        code: 'application_exists',
        applicationId,
        applicationUrl: `/v1/applications/${applicationId}`,
      },
    });
    const path = field(refused, 'applicationUrl');
    expect(await call('GET', `${world.apiUrl}${path}`, { bearer: user.sessionJwt })).toMatchObject({
      status: 200,
      body: { applicationId, status: 'Approved' },
    });
  });
});

describe('a change at Unit between the plan and its apply', () => {
  /** Changes the customer's phone at Unit, as somebody at its dashboard. */
  async function changePhone(customerId: string): Promise<void> {
    const response = await fetch(`${world.unit.url}/customers/${customerId}`, {
      method: 'PATCH',
      headers: {
        authorization: `Bearer ${world.unit.operatorToken}`,
        'content-type': 'application/vnd.api+json',
      },
      body: JSON.stringify({
        data: { type: 'individualCustomer', attributes: { phone: newPhone().atUnit } },
      }),
    });
    expect(response.status).toBe(200);
  }

  it('stops the link before anything is written there, and the next run judges what is there now', async () => {
    const { userId, customerId } = await seedMatch(world);
    const args = ['--user', userId, '--customer', customerId, ...apply, '--json'];
    const running = start(world, 'link', args);
    await until(() => running.output.stderr.includes('take_lock ...'));
    // The second reading asks Stytch first: held up there, it finds what has changed at Unit by then.
    const path = `/v1/users/${userId}`;
    world.stytch.controls.faults.arm({ method: 'GET', path, times: 1, fault: { kind: 'latency', ms: 2000 } });
    await changePhone(customerId);
    const { code, stdout, stderr } = await running.ended;
    world.stytch.controls.faults.heal();
    expect({ code, document: JSON.parse(stdout) as unknown }).toMatchObject({
      code: 1,
      document: { outcome: 'refused', code: 'changed_meanwhile', message: expect.stringContaining('Unit') },
    });
    expect(stderr).toContain('read_again');
    expect(stderr).not.toContain('write_jwt_subject ...');
    expect(subjectOf(world, customerId)).toBeUndefined();
    expect(await itemOf(world, `CUSTOMER#${customerId}`, 'OWNER')).toBeUndefined();
    expect(await statusOf(userId, customerId)).toBe('Review');

    const again = await link(userId, customerId);
    expect(again).toMatchObject({ code: 1, document: { code: 'identity_not_proved' } });
    expect(await link(userId, customerId, ...proved)).toMatchObject({ code: 0 });
    expect(subjectOf(world, customerId)).toBe(userId);
    expect(await statusOf(userId, customerId)).toBe('Active');
  });
});
