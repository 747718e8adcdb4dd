import { afterEach, describe, expect, it } from '@jest/globals';
import { type Listening, listen } from '../../../simulators/server.ts';
import {
  ada,
  at,
  customerOf,
  individual,
  ORG,
  receiver,
  textAt,
  tokenBody,
  type Unit,
  unit,
  webhookBody,
} from './support.ts';

async function control(bank: Unit, method: string, path: string, body?: unknown) {
  const response = await bank.simulator.control(
    new Request(`http://control.simulator${path}`, {
      method,
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    }),
  );
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  const json: unknown = isJson ? JSON.parse(text) : undefined;
  return { status: response.status, json, text };
}

/** A fault as it is armed. */
const armed = (fault: object) => ({ method: 'POST', path: '/applications', fault });

describe('the control API', () => {
  it.each([
    ['GET', '/nothing', undefined, 'no such control'],
    ['POST', '/applications/800009/decide', { decision: 'approve' }, 'no such application'],
    ['POST', '/applications/800009/decide', { decision: 'maybe' }, 'decision'],
    ['POST', '/switches', { jwtCheck: 'never' }, 'jwtCheck'],
    ['POST', '/switches', { jwtChek: 'strict' }, 'jwtChek'],
    ['POST', '/faults', { method: 'POST', path: '/applications', fault: { kind: 'flood' } }, 'kind'],
    ['POST', '/faults', armed({ kind: 'status', status: 42 }), 'status'],
    ['POST', '/faults', armed({ kind: 'html', status: 204 }), 'status'],
    ['POST', '/faults', armed({ kind: 'json', status: 502 }), 'body'],
    ['POST', '/faults', '{', 'JSON'],
    ['POST', '/age', { years: 1 }, 'years'],
    ['GET', '/cards?customer=700001', undefined, 'customer'],
    ['POST', '/customers/700009/archive', undefined, 'no such customer'],
    ['POST', '/cards', { customerId: '700009' }, 'no such customer'],
    ['POST', '/applications/800009/resolve', undefined, 'no such application'],
  ])('answers %s %s with %j by 400 and says why', async (method, path, body, word) => {
    const { status, json } = await control(unit(), method, path, body);
    expect(status).toBe(400);
    expect(textAt(json, 'error')).toContain(word);
  });

  it('decides, archives and lists', async () => {
    const bank = unit();
    await bank.call('POST', '/applications', { body: individual({ ssn: '000000004' }) });
    const decided = await control(bank, 'POST', '/applications/800001/decide', { decision: 'approve' });
    expect(at(decided.json, 'status')).toBe('Approved');
    expect(at((await control(bank, 'GET', '/applications')).json, 0, 'id')).toBe('800001');
    expect((await control(bank, 'POST', '/customers/700001/archive')).status).toBe(200);
    expect(at((await control(bank, 'GET', '/customers')).json, 0, 'status')).toBe('Archived');
    const cards = await control(bank, 'GET', '/cards?customerId=700001');
    expect(textAt(cards.json, 0, 'pan')).toMatch(/^\d{16}$/);
    expect(at((await control(bank, 'GET', '/cards?customerId=700002')).json)).toEqual([]);
    expect(at((await control(bank, 'POST', '/cards', { customerId: '700001' })).json, 'status')).toBe(
      'Active',
    );
    expect((await control(bank, 'POST', '/applications/800001/decide', { decision: 'deny' })).status).toBe(
      400,
    );
  });

  it('seeds an application past tokens', async () => {
    const bank = unit();
    const { json } = await control(bank, 'POST', '/applications', individual({ jwtSubject: null }));
    expect(at(json, 'status')).toBe('Approved');
    expect((await control(bank, 'POST', '/applications', {})).status).toBe(400);
  });

  it('sets switches and shows them', async () => {
    const bank = unit();
    await control(bank, 'POST', '/switches', { jwtCheck: 'strict', retryAfter: '7' });
    expect(bank.controls.switches.jwtCheck).toBe('strict');
    expect(at((await control(bank, 'GET', '/switches')).json, 'retryAfter')).toBe('7');
  });

  it('steers the delivery of webhooks and shows its log', async () => {
    const bank = unit();
    const target = await receiver();
    await bank.call('POST', '/webhooks', { body: webhookBody(target.url) });
    await control(bank, 'POST', '/webhooks/pause');
    await control(bank, 'POST', '/events/unknown');
    await control(bank, 'POST', '/webhooks/flush');
    expect(target.deliveries).toEqual([]);
    await control(bank, 'POST', '/webhooks/resume');
    await control(bank, 'POST', '/webhooks/drop', { count: 1 });
    await control(bank, 'POST', '/events/unknown');
    await control(bank, 'POST', '/webhooks/flush');
    await target.server.close();
    expect(target.deliveries.map(({ types }) => types)).toEqual([['orbit.decayed']]);
    const log = await control(bank, 'GET', '/webhook-log');
    expect(at(log.json, 0, 'outcome')).toBe('dropped');
    expect(at(log.json, 1, 'outcome')).toBe('delivered');
    expect(at((await control(bank, 'GET', '/webhooks')).json, 0, 'status')).toBe('Enabled');
    expect(at((await control(bank, 'GET', '/events')).json, 1, 'type')).toBe('orbit.decayed');
    const page = await control(bank, 'GET', '/');
    expect(page.text).toContain('dropped');
  });

  it('shows the outbox, the requests, the fetches of keys and what was received', async () => {
    const bank = unit();
    const id = await customerOf(bank);
    await bank.call('POST', `/customers/${id}/token/verification`, {
      body: { data: { type: 'customerTokenVerification', attributes: { channel: 'sms' } } },
    });
    expect(textAt((await control(bank, 'GET', '/outbox')).json, 0, 'code')).toMatch(/^\d{6}$/);
    expect(at((await control(bank, 'GET', '/requests')).json, 0, 'path')).toBe('/applications');
    expect(at((await control(bank, 'GET', '/jwks-fetches')).json, 'fetches')).toBe(0);
    expect(at((await control(bank, 'GET', '/received')).json, 'ssns')).toEqual([ada.ssn]);
    expect(at((await control(bank, 'GET', '/accounts')).json, 0, 'customerId')).toBe(id);
  });

  it('ages tokens', async () => {
    const bank = unit();
    const customerId = await customerOf(bank);
    const { json } = await bank.call('POST', `/customers/${customerId}/token`, {
      body: tokenBody({ scope: 'customers', expiresIn: 300 }),
    });
    const token = textAt(json, 'data', 'attributes', 'token');
    await control(bank, 'POST', '/age', { tokens: 300 });
    expect((await bank.call('GET', '/customers', { token })).status).toBe(401);
  });

  it('forgets everything on reset but the seeded tokens, and gives no id twice', async () => {
    const bank = unit();
    await customerOf(bank);
    await bank.call('POST', '/webhooks', { body: webhookBody('http://127.0.0.1:9/') });
    bank.controls.switches.jwtCheck = 'strict';
    await control(bank, 'POST', '/reset', { keepWebhooks: true });
    expect(bank.controls.applications()).toEqual([]);
    expect(bank.controls.webhooks()).toHaveLength(1);
    expect(bank.controls.webhooks()[0]?.queue).toEqual([]);
    expect(bank.controls.switches.jwtCheck).toBe('lenient');
    await control(bank, 'POST', '/reset');
    expect(bank.controls.webhooks()).toEqual([]);
    expect(await customerOf(bank)).toBe('700002');
  });

  it('shows the state on a page without scripts, with foreign text escaped and no card number', async () => {
    const bank = unit();
    await customerOf(bank, individual({ jwtSubject: '<script>alert(1)</script>' }));
    await bank.call('POST', '/webhooks', { body: webhookBody('http://127.0.0.1:9/', { label: '"><b>' }) });
    bank.controls.arm({ method: 'POST', path: '/applications', times: 2, fault: { kind: 'reset' } });
    const { status, text } = await control(bank, 'GET', '/');
    expect(status).toBe(200);
    expect(text).not.toMatch(/<script|<b>/);
    expect(text).not.toContain(bank.controls.cards()[0]?.pan);
    expect(text).toContain('800001');
    expect(text).toContain('jwtCheck');
    expect(text).toContain('/applications');
  });
});

describe('the memory of sensitive values', () => {
  it('holds what came in and what was issued, refused requests included', async () => {
    const bank = unit();
    const customerId = await customerOf(bank);
    await bank.call('POST', '/applications', { body: individual({ ssn: '07805' }) });
    const { json } = await bank.call('POST', `/customers/${customerId}/token`, {
      body: tokenBody({ scope: 'customers', jwtToken: 'e30.e30.c2ln' }),
    });
    await bank.call('POST', '/webhooks', { body: webhookBody('http://127.0.0.1:9/') });
    expect(bank.controls.received()).toMatchObject({
      ssns: [ada.ssn, '07805'],
      birthDates: [ada.dateOfBirth],
      jwtTokens: ['e30.e30.c2ln'],
      orgTokens: [ORG],
      webhookTokens: ['unit-webhook-demo-secret'],
      pans: [bank.controls.cards()[0]?.pan],
    });
    expect(bank.controls.received().customerTokens).toEqual([textAt(json, 'data', 'attributes', 'token')]);
  });

  it('is not in the request log, where secrets are masked', async () => {
    const bank = unit();
    const customerId = await customerOf(bank);
    const { json } = await bank.call('POST', `/customers/${customerId}/token`, {
      body: tokenBody({ scope: 'cards-write', verificationToken: 'top-secret', verificationCode: '123456' }),
    });
    const log = JSON.stringify(bank.controls.requests());
    for (const secret of [ada.ssn, ada.dateOfBirth, 'top-secret', '123456', ORG])
      expect(log).not.toContain(secret);
    expect(at(json, 'errors')).toHaveLength(1);
    expect(bank.controls.requests()).toMatchObject([
      { method: 'POST', path: '/applications', status: 201 },
      { method: 'POST', path: `/customers/${customerId}/token`, status: 400 },
    ]);
  });
});

describe('faults', () => {
  let server: Listening | undefined;
  afterEach(() => server?.close());

  it('strike by method, path and count, and heal', async () => {
    const bank = unit();
    const id = await customerOf(bank);
    await control(bank, 'POST', '/faults', {
      method: 'POST',
      path: '/customers/*/token',
      times: 2,
      fault: { kind: 'status', status: 429, retryAfter: '3' },
    });
    const mint = () =>
      bank.call('POST', `/customers/${id}/token`, { body: tokenBody({ scope: 'customers' }) });
    const first = await mint();
    expect([first.status, first.headers.get('retry-after')]).toEqual([429, '3']);
    expect(at(first.json, 'errors', 0, 'status')).toBe('429');
    expect((await mint()).status).toBe(429);
    expect((await mint()).status).toBe(201);
    bank.controls.arm({ method: '*', path: '/customers', times: 9, fault: { kind: 'html', status: 502 } });
    expect((await bank.call('GET', '/customers')).headers.get('content-type')).toBe('text/html');
    await control(bank, 'DELETE', '/faults');
    expect((await bank.call('GET', '/customers')).status).toBe(200);
  });

  it('can cut the connection after the work was done', async () => {
    const bank = unit();
    server = await listen(bank.simulator.handle, 0);
    bank.controls.arm({ method: 'POST', path: '/applications', times: 1, fault: { kind: 'cut' } });
    const apply = () =>
      fetch(`${server?.url}/applications`, {
        method: 'POST',
        headers: { authorization: `Bearer ${ORG}`, 'content-type': 'application/vnd.api+json' },
        body: JSON.stringify(individual({ idempotencyKey: 'k1' })),
      });
    await expect(apply()).rejects.toThrow('fetch failed');
    expect(bank.controls.applications()).toHaveLength(1);
    const repeat = await apply();
    expect(repeat.status).toBe(201);
    expect(at(await repeat.json(), 'data', 'id')).toBe('800001');
    expect(bank.controls.requests()[0]?.status).toBe(0);
  });
});
