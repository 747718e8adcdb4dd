// INV2, INV4: whose customer it is, against other users, other applications at Unit, and forged or replayed webhooks.
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../local/journey-client.ts';
import type { World } from '../../local/world.ts';
import { signatureOf } from '../../simulators/unit/webhook-body.ts';
import {
  attack,
  type Customer,
  customer,
  exchange,
  expectToken,
  vendorCallsFrom,
} from '../support/attacks.ts';
import { expectProblem } from '../support/problems.ts';
import { api, field, putItem, sendRaw, startSecurityWorld } from '../support/security.ts';
import { apply, individual, type SignedInUser, signedInUser } from '../support/world.ts';

let world: World;
let victim: Customer;
beforeAll(async () => {
  world = await startSecurityWorld();
  victim = await customer(world);
});
afterAll(() => world.close());

const me = async ({ sessionJwt }: SignedInUser) =>
  (await api(world, 'GET', '/v1/me', sessionJwt)).body as {
    applications: { applicationId: string; status: string }[];
    customers: { customerId: string; status: string }[];
  };
const ask = ({ sessionJwt }: SignedInUser, customerId: string) =>
  exchange(world, sessionJwt, { scopes: ['accounts'], customerId });

/** What the table says of applications and customers, times of checks apart. */
const standing = async (): Promise<readonly unknown[]> =>
  (await world.scanTable())
    .filter(({ pk, sk }) => !/^(EVENT|RATE)#|FACTOR#/.test(`${String(pk)} ${String(sk)}`))
    .map(({ checkedAt: _at, nextCheckAt: _next, takenAt: _taken, writeId: _write, ...item }) =>
      JSON.stringify(item),
    )
    .sort();

describe('a customer of two users', () => {
  attack(
    'INV2 one that another user has claimed is parked, with its token',
    { stoppedBy: 'claim-once' },
    async () => {
      const [first, second] = [await signedInUser(world), await signedInUser(world)];
      const { controls } = world.unit;
      controls.switches.startPending = true;
      const applied = await apply(world, second, individual(second.email));
      controls.switches.startPending = false;
      controls.pauseWebhooks();
      const own = controls.applications().at(-1);
      controls.decide(own?.id ?? '', 'approve');
      const customerId = controls.customers().at(-1)?.id ?? '';
      await putItem(world, {
        pk: `CUSTOMER#${customerId}`,
        sk: 'OWNER',
        unitCustomerId: customerId,
        stytchUserId: first.userId,
      });
      controls.resumeWebhooks();
      await eventually('the webhook', 10, async () =>
        (await me(second)).customers.length > 0 ? true : undefined,
      );
      expect(await me(second)).toMatchObject({
        applications: [{ applicationId: field(applied, 'applicationId'), status: 'Approved' }],
        customers: [{ customerId, status: 'Review' }],
      });
      expectProblem(await ask(second, customerId), 'customer_in_review');
      expectProblem(await ask(first, customerId), 'not_found');
    },
  );

  attack(
    'INV2 one that is parked gives no token, and no event unparks it',
    { stoppedBy: 'customer-review' },
    async () => {
      const user = await customer(world);
      await putItem(world, {
        pk: `USER#${user.userId}`,
        sk: `CUSTOMER#${user.customerId}`,
        unitCustomerId: user.customerId,
        type: 'individual',
        status: 'Review',
      });
      const calls = vendorCallsFrom(world);
      expectProblem(await ask(user, user.customerId), 'customer_in_review');
      expectProblem(await exchange(world, user.sessionJwt), 'customer_in_review');
      expect(calls().unit).toEqual([]);
      expect((await deliver([event('customer.updated', { customer: user.customerId })])).status).toBe(200);
      expectProblem(await ask(user, user.customerId), 'customer_in_review');
    },
  );

  attack(
    'INV2 one that is archived gives none, and no old event revives it',
    { stoppedBy: 'customer-archived' },
    async () => {
      const user = await customer(world);
      world.unit.controls.archiveCustomer(user.customerId);
      await world.unit.controls.flushWebhooks();
      expectProblem(await ask(user, user.customerId), 'customer_archived');
      expect((await deliver(JSON.parse(JSON.stringify(world.unit.controls.events())))).status).toBe(200);
      expect((await deliver([event('customer.created', { customer: user.customerId })])).status).toBe(200);
      expectProblem(await ask(user, user.customerId), 'customer_archived');
    },
  );
});

describe('applications that nobody of ours made', () => {
  const seed = (jwtSubject: string, tag: string) => {
    const { type: _type, ...attributes } = individual('seeded@example.com');
    const tags = { bridgeApplicationId: tag };
    return world.unit.controls.seedApplication({
      data: { type: 'individualApplication', attributes: { ...attributes, jwtSubject, tags } },
    });
  };

  it('INV2 our subject with the tag of another, and the other way round, bind nothing', async () => {
    const thief = await signedInUser(world);
    const [own] = (await me(victim)).applications;
    const before = await standing();
    for (const [subject, tag] of [
      [thief.userId, own?.applicationId ?? ''],
      [victim.userId, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'],
      [thief.userId, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'],
    ] as const) {
      const { id } = seed(subject, tag);
      await world.unit.controls.flushWebhooks();
      const customerId = world.unit.controls.customers().find((one) => one.applicationId === id)?.id ?? '';
      expectProblem(await ask(thief, customerId), 'not_found');
      expectProblem(await ask(victim, customerId), 'not_found');
    }
    expect(await standing()).toEqual(before);
    expectToken(await ask(victim, victim.customerId));
  });

  attack(
    'INV2 one with the tag of a submission whose answer was lost, and the subject of another user',
    { stoppedBy: 'adoption' },
    async () => {
      const thief = await signedInUser(world);
      world.unit.controls.arm({
        method: 'POST',
        path: '/applications',
        times: 1,
        fault: { kind: 'status', status: 500 },
      });
      const applied = await apply(world, thief, individual(thief.email));
      world.unit.controls.heal();
      expect(applied.status).toBe(202);
      const applicationId = field(applied, 'applicationId');
      seed(victim.userId, applicationId);
      await world.unit.controls.flushWebhooks();
      const read = await api(world, 'GET', `/v1/applications/${applicationId}`, thief.sessionJwt);
      expectProblem(read, 'upstream_unavailable');
      expect(await me(thief)).toMatchObject({ applications: [{ status: 'Submitting' }], customers: [] });
    },
  );
});

let eventIds = 9_000_000;
function event(type: string, about: Readonly<Record<string, string>>) {
  eventIds += 1;
  const relationships = Object.fromEntries(
    Object.entries(about).map(([name, id]) => [name, { data: { type: name, id } }]),
  );
  return { id: String(eventIds), type, attributes: { createdAt: '2026-01-01T00:00:00Z' }, relationships };
}

const post = (body: string, signature?: string) =>
  sendRaw(
    world,
    'POST',
    '/webhooks/unit',
    [
      ['content-type', 'application/vnd.api+json'],
      ...(signature === undefined ? [] : [['x-unit-signature', signature] as const]),
    ],
    body,
  );

/** As Unit would send it, or whoever has stolen the token. */
const deliver = (events: readonly unknown[], token = world.secrets.seeded.unitWebhook) => {
  const body = JSON.stringify({ data: events });
  return post(body, signatureOf(token, body));
};

describe('webhooks', () => {
  attack('W2 W3 signatures of every other kind', { stoppedBy: 'webhook-signature' }, async () => {
    const token = world.secrets.seeded.unitWebhook;
    const body = JSON.stringify({ data: [event('customer.updated', { customer: victim.customerId })] });
    const hmac = (hash: string, key: string, encoding: 'base64' | 'hex' | 'base64url', text = body) =>
      createHmac(hash, key).update(text).digest(encoding);
    const right = hmac('sha1', token, 'base64');
    const calls = vendorCallsFrom(world);
    const forged: readonly (readonly [string, string | undefined])[] = [
      ['none', undefined],
      ['an empty one', ''],
      ['SHA-256', hmac('sha256', token, 'base64')],
      ['hex', hmac('sha1', token, 'hex')],
      ['with its name in front', `sha1=${right}`],
      ['of an empty key', hmac('sha1', '', 'base64')],
      ['of the key decoded', hmac('sha1', Buffer.from(token, 'base64url').toString('latin1'), 'base64')],
      ['of another key', hmac('sha1', `${token}x`, 'base64')],
      ['of the same JSON in other bytes', hmac('sha1', token, 'base64', `${body} `)],
      ['of an empty body', hmac('sha1', token, 'base64', '')],
      ['cut', right.slice(0, -2)],
      ['twice', `${right},${right}`],
      ['in quotes', `"${right}"`],
      ['a part of it', `${right.slice(0, 20)}AAAAAAA=`],
    ];
    for (const [what, signature] of forged) {
      expectProblem(await post(body, signature), 'invalid_signature', what);
    }
    expectProblem(await post(`${body}\n`, right), 'invalid_signature');
    expectProblem(
      await post(body.replaceAll('/', '\\/'), hmac('sha1', token, 'base64', 'x')),
      'invalid_signature',
    );
    expect(calls()).toMatchObject({ stytch: [], unit: [] });
    expect((await post(body, right)).status).toBe(200);
  });

  it('INV4 a delivery sent again, as it was or with new ids and times, changes nothing', async () => {
    const before = await standing();
    const events: { relationships: object }[] = JSON.parse(
      JSON.stringify(world.unit.controls.events().slice(0, 8)),
    );
    expect(events.length).toBeGreaterThan(3);
    expect((await deliver(events)).status).toBe(200);
    const renamed = events.map((one) => ({
      ...event('application.denied', {}),
      relationships: one.relationships,
    }));
    for (const batch of [renamed, events.toReversed()]) expect((await deliver(batch)).status).toBe(200);
    expect(await standing()).toEqual(before);
  });

  it('INV2 a signed event binds nobody: it names a resource, and Unit is asked', async () => {
    const thief = await signedInUser(world);
    const before = await standing();
    const lies = [
      event('customer.created', { customer: victim.customerId }),
      { ...event('application.approved', { customer: victim.customerId }), jwtSubject: thief.userId },
      {
        ...event('application.approved', { application: '1', customer: victim.customerId }),
        attributes: { status: 'Approved', jwtSubject: thief.userId, tags: { bridgeApplicationId: 'x' } },
      },
      event('customer.archived', { customer: victim.customerId }),
      event('application.denied', { application: world.unit.controls.applications()[0]?.id ?? '' }),
      event('customer.created', { customer: '999999999' }),
    ];
    expect((await deliver(lies)).status).toBe(200);
    expect(await standing()).toEqual(before);
    expectProblem(await ask(thief, victim.customerId), 'not_found');
    expectToken(await ask(victim, victim.customerId));
  });

  it('W3 the token before the last rotation is good for nothing once the rotation is over', async () => {
    const old = world.secrets.seeded.unitWebhook;
    const next = 'a-new-webhook-token-of-many-letters-and-digits-1';
    const events = () => [event('customer.updated', { customer: victim.customerId })];
    world.secrets.put('unitWebhook', next, old);
    await world.restartFunction('unit-webhook');
    expect((await deliver(events(), old)).status).toBe(200);
    expect((await deliver(events(), next)).status).toBe(200);
    world.secrets.put('unitWebhook', next);
    await world.restartFunction('unit-webhook');
    expectProblem(await deliver(events(), old), 'invalid_signature');
    expect((await deliver(events(), next)).status).toBe(200);
    world.secrets.put('unitWebhook', old);
    await world.restartFunction('unit-webhook');
  });
});
