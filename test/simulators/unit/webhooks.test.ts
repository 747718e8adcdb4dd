import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { listen } from '../../../simulators/server.ts';
import { fibonacci } from '../../../simulators/unit/fibonacci.ts';
import { createUnitSimulator } from '../../../simulators/unit/simulator.ts';
import { signatureOf } from '../../../simulators/unit/webhook-body.ts';

import {
  at,
  individual,
  ORG,
  type Receiver,
  receiver,
  textAt,
  type Unit,
  unit,
  webhookBody,
} from './support.ts';

let target: Receiver;
let bank: Unit;

beforeEach(async () => {
  target = await receiver();
  bank = unit();
});
afterEach(async () => {
  bank.simulator.close();
  await target.server.close();
});

const register = (attributes: object = {}) =>
  bank.call('POST', '/webhooks', { body: webhookBody(target.url, attributes) });
const apply = (attributes: object = {}) =>
  bank.call('POST', '/applications', { body: individual(attributes) });
const types = (): string[][] => target.deliveries.map((delivery) => delivery.types);

describe('the signature of a delivery', () => {
  const key = 'unit-webhook-demo-secret';
  const plain =
    '{"data":[{"id":"900001","type":"customer.created","attributes":{"createdAt":"2026-02-03T04:05:06.789Z","tags":{"env":"demo"}},"relationships":{"customer":{"data":{"id":"700001","type":"individualCustomer"}},"application":{"data":{"id":"800001","type":"individualApplication"}}}}]}';
  const escaped = plain.replace('demo', String.raw`d\u00e9mo`);

  it.each([
    ['a plain body', plain, 280, '2c3vO87IC6deKBJldxw+wZEYFho='],
    ['a body with an escape', escaped, 285, '8jAM7/dFvPAl104KSHIg0UTvW/g='],
    [
      'that body parsed and written again',
      JSON.stringify(JSON.parse(escaped)),
      281,
      'YskjSsJ5so9hLFr/rwHil8zT7/o=',
    ],
  ])('of %s agrees with the known vector', (_name, body, length, signature) => {
    expect(Buffer.byteLength(body)).toBe(length);
    expect(signatureOf(key, body)).toBe(signature);
  });

  it('is made over exactly the bytes that are sent', async () => {
    await register();
    await apply({ fullName: { first: 'Zoë', last: 'Okafor' } });
    await bank.controls.flushWebhooks();
    const [delivery] = target.deliveries;
    expect(delivery?.headers.get('x-unit-signature')).toBe(signatureOf(key, delivery?.body ?? ''));
    expect(delivery?.headers.get('content-type')).toBe('application/vnd.api+json');
  });

  it('is made over the escaped bytes where characters are escaped', async () => {
    bank.controls.switches.unicodeEscapes = true;
    await register();
    await apply({ tags: { city: 'Málaga' } });
    await bank.controls.flushWebhooks();
    const body = target.deliveries[0]?.body ?? '';
    expect(body).toContain(String.raw`M\u00e1laga`);
    expect(target.deliveries[0]?.headers.get('x-unit-signature')).toBe(signatureOf(key, body));
    expect(signatureOf(key, JSON.stringify(JSON.parse(body)))).not.toBe(signatureOf(key, body));
    expect(at(JSON.parse(body), 'data', 0, 'attributes', 'tags', 'city')).toBe('Málaga');
  });

  it('comes now and then over escaped bytes when nothing is set', async () => {
    await register({ deliveryMode: 'AtMostOnce' });
    await apply();
    await bank.controls.flushWebhooks();
    const escapes = target.deliveries.map(({ body }) => body.includes(String.raw`\u005a`));
    expect(escapes).toEqual([false, false, true]);
  });

  it('is left out where the webhook has no token', async () => {
    await register({ token: undefined });
    await apply();
    await bank.controls.flushWebhooks();
    expect(target.deliveries[0]?.headers.has('x-unit-signature')).toBe(false);
  });
});

describe('the events of an application', () => {
  it('come in one batch, each with its relationships and tags', async () => {
    await register();
    await apply();
    await bank.controls.flushWebhooks();
    expect(types()).toEqual([['application.created', 'application.approved', 'customer.created']]);
    expect(at(JSON.parse(target.deliveries[0]?.body ?? ''), 'data', 1)).toEqual({
      id: '900002',
      type: 'application.approved',
      attributes: {
        createdAt: '2026-02-03T04:05:06.789Z',
        tags: { bridgeApplicationId: 'NJZ3YTEYBNFOW57B4M6LHFHDHY' },
      },
      relationships: {
        application: { data: { type: 'individualApplication', id: '800001' } },
        customer: { data: { type: 'individualCustomer', id: '700001' } },
      },
    });
  });

  it('may tell of the customer before the approval', async () => {
    bank.controls.switches.eventOrder = 'customerFirst';
    await register();
    await apply();
    await bank.controls.flushWebhooks();
    expect(types()).toEqual([['application.created', 'customer.created', 'application.approved']]);
  });

  it.each([
    ['000000001', 'application.denied'],
    ['000000002', 'application.awaitingDocuments'],
    ['000000004', 'application.pendingReview'],
  ])('with SSN %s end in %s', async (ssn, type) => {
    await register();
    await apply({ ssn });
    await bank.controls.flushWebhooks();
    expect(types()).toEqual([['application.created', type]]);
  });

  it('tell of archiving, with the reason', async () => {
    await apply();
    await register();
    bank.controls.archiveCustomer('700001', 'FraudACHActivity');
    await bank.controls.flushWebhooks();
    expect(at(JSON.parse(target.deliveries[0]?.body ?? ''), 'data', 0)).toMatchObject({
      type: 'customer.archived',
      attributes: { archiveReason: 'FraudACHActivity' },
    });
  });

  it('hold no resources unless asked for, and then the SSN too', async () => {
    await register();
    await register({ includeResources: true });
    await apply();
    await bank.controls.flushWebhooks();
    const withSsn = target.deliveries.map(({ body }) => body.includes('078051120'));
    expect(withSsn.filter(Boolean)).toHaveLength(1);
    expect(withSsn).toHaveLength(2);
  });

  it('are followed by a type that nobody knows, when told to', async () => {
    await register();
    bank.controls.emitUnknownEvent();
    await bank.controls.flushWebhooks();
    expect(types()).toEqual([['orbit.decayed']]);
  });
});

describe('AtLeastOnce', () => {
  it('sends at most 64 events in one call', async () => {
    await register();
    for (let i = 0; i < 65; i += 1) bank.controls.emitUnknownEvent();
    await bank.controls.flushWebhooks();
    expect(types().map((batch) => batch.length)).toEqual([64, 1]);
  });

  it.each([202, 204, 302, 400, 500])('tries again after %i, since only 200 counts', async (status) => {
    target.statuses.push(status);
    await register();
    await apply();
    await bank.controls.flushWebhooks();
    await bank.controls.flushWebhooks();
    expect(target.deliveries).toHaveLength(1);
    bank.clock.now += 1_000;
    await bank.controls.flushWebhooks();
    expect(types()[1]).toEqual(types()[0]);
    expect(bank.controls.webhookLog()).toMatchObject([
      { outcome: 'failed', status, attempt: 1 },
      { outcome: 'delivered', status: 200, attempt: 2 },
    ]);
  });

  it('waits by Fibonacci, an hour at most', async () => {
    expect([1, 2, 3, 4, 5, 6].map(fibonacci)).toEqual([1, 1, 2, 3, 5, 8]);
    bank.controls.switches.webhookRetryUnitMs = 600_000;
    await register();
    await apply();
    const waits = [];
    for (let i = 0; i < 6; i += 1) {
      target.statuses.push(500);
      await bank.controls.flushWebhooks();
      const next = bank.controls.webhooks()[0]?.nextAttemptAt ?? 0;
      waits.push((next - bank.clock.now) / 600_000);
      bank.clock.now = next;
    }
    expect(waits).toEqual([1, 1, 2, 3, 5, 6]);
  });

  it('counts silence as a failure after the time of the switch', async () => {
    bank.controls.switches.webhookTimeoutMs = 30;
    const silent = await listen(() => new Promise(() => {}), 0);
    await register({ url: silent.url });
    await apply();
    await bank.controls.flushWebhooks();
    await silent.close();
    expect(bank.controls.webhookLog()).toMatchObject([{ outcome: 'failed', error: 'TimeoutError' }]);
    expect(bank.controls.webhooks()[0]?.queue).toHaveLength(3);
  });

  it('counts a receiver that cannot be reached as a failure', async () => {
    await register();
    await target.server.close();
    await apply();
    await bank.controls.flushWebhooks();
    expect(bank.controls.webhookLog()).toMatchObject([{ outcome: 'failed', error: 'TypeError' }]);
  });

  it('sends a batch twice, and out of order, where the switches say so', async () => {
    Object.assign(bank.controls.switches, { duplicateDelivery: true, shuffleDelivery: true });
    await register();
    await apply();
    await bank.controls.flushWebhooks();
    const reversed = ['customer.created', 'application.approved', 'application.created'];
    expect(types()).toEqual([reversed, reversed]);
  });

  it('loses events when told to, which stay in the list of events', async () => {
    await register();
    bank.controls.dropNextWebhooks(2);
    await apply();
    await bank.controls.flushWebhooks();
    expect(types()).toEqual([['customer.created']]);
    expect(bank.controls.webhookLog()[0]).toMatchObject({
      outcome: 'dropped',
      eventTypes: ['application.created', 'application.approved'],
    });
    expect(bank.controls.events()).toHaveLength(3);
  });

  it('holds everything back while paused', async () => {
    await register();
    bank.controls.pauseWebhooks();
    await apply();
    await bank.controls.flushWebhooks();
    expect(target.deliveries).toEqual([]);
    bank.controls.resumeWebhooks();
    await bank.controls.flushWebhooks();
    expect(target.deliveries).toHaveLength(1);
  });
});

describe('AtMostOnce', () => {
  it('sends one event a call, in order, and never again', async () => {
    target.statuses.push(500, 200, 204);
    await register({ deliveryMode: 'AtMostOnce', contentType: 'Json' });
    await apply();
    await bank.controls.flushWebhooks();
    bank.clock.now += 3_600_000;
    await bank.controls.flushWebhooks();
    expect(types()).toEqual([['application.created'], ['application.approved'], ['customer.created']]);
    expect(bank.controls.webhookLog().map(({ outcome }) => outcome)).toEqual([
      'failed',
      'delivered',
      'failed',
    ]);
    expect(target.deliveries[0]?.headers.get('content-type')).toBe('application/json');
  });
});

describe('a webhook', () => {
  it('that nobody answers becomes Unavailable after two days in the sandbox, and gets nothing until enabled', async () => {
    await register();
    target.statuses.push(...Array.from({ length: 9 }, () => 500));
    await apply();
    await bank.controls.flushWebhooks();
    bank.controls.ageWebhooks(2 * 86_400 - 1);
    await bank.controls.flushWebhooks();
    expect(bank.controls.webhooks()[0]?.status).toBe('Enabled');
    bank.controls.ageWebhooks(3_600);
    await bank.controls.flushWebhooks();
    expect(bank.controls.webhooks()[0]?.status).toBe('Unavailable');
    target.statuses.length = 0;
    bank.controls.emitUnknownEvent();
    expect((await bank.call('POST', '/webhooks/500001/enable')).status).toBe(200);
    bank.controls.archiveCustomer('700001');
    target.deliveries.length = 0;
    await bank.controls.flushWebhooks();
    expect(types()).toEqual([['customer.archived']]);
  });

  it('is only delivered to loopback', async () => {
    await bank.call('POST', '/webhooks', { body: webhookBody('https://hooks.example.com/unit') });
    await apply();
    await bank.controls.flushWebhooks();
    expect(bank.controls.webhookLog()).toMatchObject([
      { outcome: 'failed', error: 'only loopback addresses are delivered to' },
    ]);
  });

  it('is made with 201, read, listed, changed, disabled and enabled', async () => {
    const made = await register();
    expect(made.status).toBe(201);
    const id = textAt(made.json, 'data', 'id');
    await bank.call('PATCH', `/webhooks/${id}`, {
      body: { data: { type: 'webhook', attributes: { label: 'renamed' } } },
    });
    const read = await bank.call('GET', `/webhooks/${id}`);
    expect(at(read.json, 'data', 'attributes')).toMatchObject({
      label: 'renamed',
      status: 'Enabled',
      deliveryMode: 'AtLeastOnce',
      url: target.url,
    });
    expect(at((await bank.call('GET', '/webhooks')).json, 'data')).toHaveLength(1);
    await bank.call('POST', `/webhooks/${id}/disable`);
    await apply();
    await bank.call('POST', `/webhooks/${id}/enable`);
    await bank.controls.flushWebhooks();
    expect(target.deliveries).toEqual([]);
  });

  it.each([
    { url: 'ftp://example.com' },
    { url: undefined },
    { contentType: 'Xml' },
    { deliveryMode: 'Once' },
    { subscriptionType: 'Some' },
    { secret: 'x' },
  ])('is refused with %j', async (attributes) => {
    expect((await register(attributes)).status).toBe(400);
  });

  it.each([
    ['OnlyAuthorizationRequest', 0],
    ['NotAuthorizationRequest', 1],
  ])('subscribed to %s gets %i batches of these events', async (subscriptionType, count) => {
    await register({ subscriptionType });
    await apply();
    await bank.controls.flushWebhooks();
    expect(target.deliveries).toHaveLength(count);
  });
});

describe('the list of events', () => {
  const ids = (json: unknown): unknown[] => {
    const data = at(json, 'data');
    return Array.isArray(data) ? data.map((row: unknown) => at(row, 'id')) : [];
  };

  it('is filtered by type and by a window that includes both ends', async () => {
    await apply();
    bank.clock.now += 60_000;
    await apply({ ssn: '000000004' });
    const list = async (query: string): Promise<unknown[]> =>
      ids((await bank.call('GET', `/events?${query}`)).json);
    expect(await list('')).toEqual(['900005', '900004', '900003', '900002', '900001']);
    expect(await list('filter[type][0]=application.created&filter[type][1]=customer.created')).toEqual([
      '900004',
      '900003',
      '900001',
    ]);
    expect(await list('filter[since]=2026-02-03T04:06:06.789Z')).toEqual(['900005', '900004']);
    expect(await list('filter[until]=2026-02-03T04:05:06.789Z&page[limit]=1')).toEqual(['900003']);
    expect((await bank.call('GET', '/events?filter[since]=yesterday')).status).toBe(400);
  });

  it('forgets an event after 30 days', async () => {
    await apply();
    bank.clock.now += 30 * 86_400_000 - 1;
    expect((await bank.call('GET', '/events/900001')).status).toBe(200);
    bank.clock.now += 1;
    expect((await bank.call('GET', '/events/900001')).status).toBe(400);
    expect(ids((await bank.call('GET', '/events')).json)).toEqual([]);
  });

  it('fires one again with the same id', async () => {
    await apply();
    await register();
    expect((await bank.call('POST', '/events/900003')).status).toBe(200);
    await bank.controls.flushWebhooks();
    expect(at(JSON.parse(target.deliveries[0]?.body ?? ''), 'data', 0, 'id')).toBe('900003');
  });
});

describe('a simulator without a clock of its own', () => {
  const start = () =>
    createUnitSimulator({
      orgTokens: [{ token: ORG, scopes: ['applications-write', 'webhooks-write'] }],
    });
  const post = (simulator: ReturnType<typeof start>, path: string, body: object): Promise<Response> =>
    simulator.handle(
      new Request(`http://unit.simulator${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${ORG}`, 'content-type': 'application/vnd.api+json' },
        body: JSON.stringify(body),
      }),
    );
  const arrived = async (count: number): Promise<void> => {
    for (let i = 0; i < 200 && target.deliveries.length < count; i += 1) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };

  it('delivers by itself, and again after a failure', async () => {
    const simulator = start();
    simulator.controls.switches.webhookRetryUnitMs = 10;
    target.statuses.push(503);
    await post(simulator, '/webhooks', webhookBody(target.url));
    await post(simulator, '/applications', individual());
    await arrived(2);
    simulator.close();
    expect(types()).toEqual([
      ['application.created', 'application.approved', 'customer.created'],
      ['application.created', 'application.approved', 'customer.created'],
    ]);
  });

  it('resolves pending applications by itself, and delivers nothing once it is closed', async () => {
    const simulator = start();
    Object.assign(simulator.controls.switches, { startPending: true, pendingSeconds: 1 });
    await post(simulator, '/webhooks', webhookBody(target.url));
    await post(simulator, '/applications', individual());
    await arrived(2);
    expect(types()).toEqual([['application.created'], ['application.approved', 'customer.created']]);
    simulator.close();
    simulator.controls.emitUnknownEvent();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(target.deliveries).toHaveLength(2);
  });
});
