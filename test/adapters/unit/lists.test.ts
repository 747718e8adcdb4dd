import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import * as z from 'zod/mini';
import { everythingIn, refusalOf } from '../../support/adapters-errors.ts';
import { answering, startRawServer } from '../../support/adapters-servers.ts';
import {
  adaptersFor,
  ORG_TOKEN,
  startUnit,
  submission,
  type UnitBench,
} from '../../support/adapters-unit.ts';

let unit: UnitBench;
const signal = AbortSignal.timeout(60_000);

beforeAll(async () => {
  unit = await startUnit();
});
afterAll(() => unit.close());
beforeEach(() => {
  unit.controls.reset();
  unit.forgetCalls();
});

let ssn = 500_000_000;
async function customer(changes: object = {}): Promise<string> {
  ssn += 1;
  const sent = await unit.onboarding.submitApplication(submission({ ssn: String(ssn), ...changes }), signal);
  return sent.outcome === 'created' ? (sent.application.unitCustomerId ?? '') : '';
}

const now = (): number => Date.now() / 1000;
const lately = () => ({ since: now() - 600, until: now() + 5 });

const created = z.looseObject({ data: z.looseObject({ id: z.string() }) });

async function registerWebhook(attributes: object = {}): Promise<string> {
  const response = await fetch(`${unit.server.url}/webhooks`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ORG_TOKEN}`, 'content-type': 'application/vnd.api+json' },
    body: JSON.stringify({
      data: {
        type: 'webhook',
        attributes: {
          label: 'bridge',
          url: 'https://api.example.com/webhooks/unit?key=secret-of-the-query',
          token: 'secret-of-the-webhook',
          contentType: 'JsonAPI',
          deliveryMode: 'AtLeastOnce',
          includeResources: false,
          ...attributes,
        },
      },
    }),
  });
  return created.parse(await response.json()).data.id;
}

describe('Unit’s list of events', () => {
  it('W8 gives those of applications, documents and customers, and what they name', async () => {
    const unitCustomerId = await customer();
    unit.controls.emitUnknownEvent();
    unit.controls.archiveCustomer(unitCustomerId);
    const page = await unit.lists.listEvents(lately(), 0, signal);
    const own = unit.controls.events().filter(({ type }) => type !== 'orbit.decayed');
    expect(page.items.map(({ eventId }) => eventId).toSorted()).toEqual(own.map(({ id }) => id).toSorted());
    expect(page).toMatchObject({ unreadable: 0, nextOffset: null });
    expect(page.items.find(({ type }) => type === 'customer.archived')).toMatchObject({
      unitCustomerId,
      unitApplicationId: null,
    });
    expect(page.items.find(({ type }) => type === 'application.created')?.unitApplicationId).toMatch(/^\d+$/);
  });

  it('holds every type of them that the simulator can tell of', async () => {
    await customer({ ssn: '000000001' });
    const waiting = await unit.onboarding.submitApplication(submission({ ssn: '000000002' }), signal);
    const id = waiting.outcome === 'created' ? waiting.application.unitApplicationId : '';
    unit.controls.decide(id, 'pendingReview');
    unit.controls.decide(id, 'approve');
    const types = new Set(unit.controls.events().map(({ type }) => type));
    const listed = new Set((await unit.lists.listEvents(lately(), 0, signal)).items.map(({ type }) => type));
    expect(listed).toEqual(
      new Set([...types].filter((type) => /^(application|document|customer)\./.test(type))),
    );
    expect(listed.size).toBeGreaterThan(5);
  });

  it('gives those of its window alone', async () => {
    await customer();
    const before = { since: now() - 600, until: now() - 60 };
    expect(await unit.lists.listEvents(before, 0, signal)).toMatchObject({ items: [], nextOffset: null });
  });

  it('comes in pages that together are whole', async () => {
    for (let i = 0; i < 40; i += 1) await customer();
    const first = await unit.lists.listEvents(lately(), 0, signal);
    expect(first).toMatchObject({ nextOffset: 100 });
    const second = await unit.lists.listEvents(lately(), 100, signal);
    expect(second.nextOffset).toBeNull();
    const ids = new Set([...first.items, ...second.items].map(({ eventId }) => eventId));
    expect(ids.size).toBe(unit.controls.events().length);
  });

  it('reads events exactly as a webhook delivers them, and counts what is no event', async () => {
    const one = {
      id: '900001',
      type: 'customer.updated',
      relationships: { customer: { data: { id: '7' } } },
    };
    const server = await startRawServer(answering(200, { data: [{ id: 'x' }, one, null] }));
    const page = await adaptersFor(server.url).lists.listEvents(lately(), 0, signal);
    await server.close();
    expect(page).toEqual({
      items: [{ eventId: '900001', type: 'customer.updated', unitApplicationId: null, unitCustomerId: '7' }],
      unreadable: 2,
      nextOffset: null,
    });
  });
});

describe('Unit’s list of archived customers', () => {
  it('INV4 gives those and no others, oldest first', async () => {
    const [one, , three] = [await customer(), await customer(), await customer()];
    unit.controls.archiveCustomer(three ?? '');
    unit.controls.archiveCustomer(one ?? '');
    const page = await unit.lists.listArchivedCustomers(0, signal);
    expect(page.items.map(({ unitCustomerId }) => unitCustomerId)).toEqual([one, three]);
    expect(page.items[0]).toMatchObject({ status: 'Archived', jwtSubjects: ['user-test-0f2c'] });
  });

  it('comes in pages of fifty', async () => {
    for (let i = 0; i < 51; i += 1) unit.controls.archiveCustomer(await customer());
    expect(await unit.lists.listArchivedCustomers(0, signal)).toMatchObject({ nextOffset: 50 });
    const last = await unit.lists.listArchivedCustomers(50, signal);
    expect(last.items).toHaveLength(1);
    expect(last.nextOffset).toBeNull();
  });

  it('INV5 keeps nothing of the persons in it', async () => {
    unit.controls.archiveCustomer(await customer());
    expect(everythingIn(await unit.lists.listArchivedCustomers(0, signal))).not.toMatch(
      /5000\d{5}|1991-04-23|Okafor|example\.com/,
    );
  });

  it('counts what is no customer, and one broken entry hides no other', async () => {
    const good = { id: '700001', type: 'individualCustomer', attributes: { status: 'Archived' } };
    const server = await startRawServer(answering(200, { data: [{ ...good, attributes: {} }, good] }));
    const page = await adaptersFor(server.url).lists.listArchivedCustomers(0, signal);
    await server.close();
    expect(page).toMatchObject({ items: [{ unitCustomerId: '700001' }], unreadable: 1, nextOffset: null });
  });
});

describe('Unit’s list of webhooks', () => {
  it('W9 gives each with its state, and neither its token nor its query', async () => {
    const webhookId = await registerWebhook();
    const page = await unit.lists.listWebhooks(0, signal);
    expect(page).toEqual({
      items: [
        {
          webhookId,
          host: expect.stringMatching(/^[\w.-]+(:\d+)?$/),
          path: '/webhooks/unit',
          status: 'Enabled',
          isEnabled: true,
          isRepeated: true,
          hasResources: false,
          hasOurEvents: true,
        },
      ],
      unreadable: 0,
      nextOffset: null,
    });
    expect(everythingIn(page)).not.toContain('secret-of');
  });

  it('W9 and tells what is wrong with one', async () => {
    const webhookId = await registerWebhook({
      deliveryMode: 'AtMostOnce',
      includeResources: true,
      subscriptionType: 'OnlyAuthorizationRequest',
    });
    await fetch(`${unit.server.url}/webhooks/${webhookId}/disable`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ORG_TOKEN}` },
    });
    expect((await unit.lists.listWebhooks(0, signal)).items).toMatchObject([
      { status: 'Disabled', isEnabled: false, isRepeated: false, hasResources: true, hasOurEvents: false },
    ]);
  });

  it('takes one whose address nobody can read for none of ours, and counts what is no webhook', async () => {
    const odd = { id: '1', attributes: { url: 'no address', status: 'Enabled' } };
    const server = await startRawServer(answering(200, { data: [odd, { id: '2' }] }));
    const page = await adaptersFor(server.url).lists.listWebhooks(0, signal);
    await server.close();
    expect(page).toMatchObject({ items: [{ host: '', path: '', isRepeated: false }], unreadable: 1 });
  });
});

describe('a list of Unit', () => {
  const full = Array.from({ length: 50 }, (_, i) => ({
    id: String(i + 1),
    type: 'individualCustomer',
    attributes: { status: 'Archived' },
  }));

  it.each([
    ['without a total, after a full page', { data: full }, 50],
    ['without a total, after one that is not full', { data: full.slice(1) }, null],
    [
      'with a total that is not reached',
      { data: full.slice(0, 10), meta: { pagination: { total: 11 } } },
      10,
    ],
    ['with a total that is reached', { data: full, meta: { pagination: { total: 50 } } }, null],
    ['that is empty before its total', { data: [], meta: { pagination: { total: 11 } } }, null],
  ])('%s goes on where it must', async (_title, body, nextOffset) => {
    const server = await startRawServer(answering(200, body));
    expect(await adaptersFor(server.url).lists.listArchivedCustomers(0, signal)).toMatchObject({
      nextOffset,
    });
    await server.close();
  });

  it.each([
    ['no list', {}],
    ['a list of something else', { data: 'all' }],
    ['more than it was asked for', { data: Array.from({ length: 1001 }, () => ({})) }],
  ])('O10 is a fault of the vendor when it is %s', async (_title, body) => {
    const server = await startRawServer(answering(200, body));
    expect(await refusalOf(adaptersFor(server.url).lists.listWebhooks(0, signal))).toMatchObject({
      code: 'upstream_unavailable',
      details: { reason: 'unreadable_answer', upstream: { operation: 'list_webhooks' } },
    });
    await server.close();
  });

  it('D3 is tried three times in all, and is then a fault of the vendor', async () => {
    const fault = { kind: 'status', status: 503 } as const;
    unit.controls.arm({ method: 'GET', path: '/events', times: 2, fault });
    expect(await unit.lists.listEvents(lately(), 0, signal)).toMatchObject({ items: [] });
    unit.controls.arm({ method: 'GET', path: '/events', times: 9, fault });
    expect(await refusalOf(unit.lists.listEvents(lately(), 0, signal))).toMatchObject({
      code: 'upstream_unavailable',
      details: { upstream: { operation: 'list_events', status: 503 } },
    });
    expect(unit.calls()).toHaveLength(6);
  });

  it('O10 is not taken when it is larger than a megabyte', async () => {
    const server = await startRawServer(answering(200, { data: ['x'.repeat(1024 * 1024)] }));
    expect(await refusalOf(adaptersFor(server.url).lists.listEvents(lately(), 0, signal))).toMatchObject({
      details: { reason: 'answer_too_large' },
    });
    await server.close();
  });
});
