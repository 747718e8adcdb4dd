import { describe, expect, it } from '@jest/globals';
import { at, customerOf, individual, ORG, textAt, unit } from './support.ts';

const codeOf = (json: unknown): unknown => at(json, 'errors', 0, 'code');

describe('the transport of the Unit simulator', () => {
  it('answers 404 for a path that Unit does not have, and for a method that it does not have there', async () => {
    const bank = unit();
    expect((await bank.call('GET', '/v1/applications')).status).toBe(404);
    expect((await bank.call('DELETE', '/applications')).status).toBe(404);
  });

  it('refuses a body that is not application/vnd.api+json with 415', async () => {
    const bank = unit();
    const { status } = await bank.call('POST', '/applications', {
      body: individual(),
      headers: { 'content-type': 'application/json' },
    });
    expect(status).toBe(415);
    expect(bank.controls.applications()).toEqual([]);
  });

  it('accepts a charset beside the media type, and answers with one', async () => {
    const bank = unit();
    const { status, headers } = await bank.call('POST', '/applications', {
      body: individual(),
      headers: { 'content-type': 'application/vnd.api+json; charset=utf-8' },
    });
    expect(status).toBe(201);
    expect(headers.get('content-type')).toBe('application/vnd.api+json; charset=utf-8');
  });

  it('refuses a body that is missing or no JSON with 400', async () => {
    const bank = unit();
    expect((await bank.call('POST', '/applications')).status).toBe(400);
    expect((await bank.call('POST', '/applications', { body: '{"data":' })).status).toBe(400);
  });

  it('writes the status of an error as a string and gives every error its own support id', async () => {
    const bank = unit();
    const replies = await Promise.all([
      bank.call('GET', '/applications/5'),
      bank.call('GET', '/applications/5'),
    ]);
    const ids = replies.map(({ json }) => textAt(json, 'errors', 0, 'meta', 'supportId'));
    expect(at(replies[0]?.json, 'errors', 0, 'status')).toBe('400');
    expect(ids[0]).not.toBe(ids[1]);
  });

  it('lets every browser origin read its answers, after a preflight', async () => {
    const bank = unit();
    const preflight = await bank.call('OPTIONS', '/cards', {
      token: '',
      headers: { origin: 'http://localhost:3000', 'access-control-request-method': 'GET' },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-headers')).toContain('authorization');
    const refused = await bank.call('GET', '/cards', { token: '' });
    expect(refused.headers.get('access-control-allow-origin')).toBe('*');
  });

  it.each([
    ['/applications/5', 'application_not_found'],
    ['/applications/abc', 'application_not_found'],
    ['/customers/5', 'customer_not_found'],
    ['/cards/5', 'card_not_found'],
    ['/accounts/5', 'account_not_found'],
    ['/webhooks/5', 'webhook_not_found'],
    ['/events/5', 'event_not_found'],
  ])('answers 400, not 404, for the missing resource %s', async (path, code) => {
    const { status, json } = await unit().call('GET', path);
    expect([status, codeOf(json)]).toEqual([400, code]);
  });
});

describe('the bearer token', () => {
  it.each([
    ['', 'no token'],
    ['wrong', 'an unknown token'],
  ])('is refused with 401 when it is %j (%s)', async (token) => {
    const { status, json } = await unit().call('GET', '/applications', { token });
    expect([status, codeOf(json)]).toEqual([401, 'unauthorized']);
  });

  it('is refused with 401 from the moment at which it expires', async () => {
    const bank = unit({
      orgTokens: [{ token: ORG, scopes: ['applications'], expiresAt: 1_800_000_000_000 }],
    });
    bank.clock.now = 1_799_999_999_999;
    expect((await bank.call('GET', '/applications')).status).toBe(200);
    bank.clock.now = 1_800_000_000_000;
    expect((await bank.call('GET', '/applications')).status).toBe(401);
  });

  it.each([
    ['GET', '/applications', 'customers'],
    ['POST', '/applications', 'applications'],
    ['GET', '/customers', 'applications'],
    ['PATCH', '/customers/1', 'customers'],
    ['POST', '/customers/1/token', 'customers customer-token'],
    ['GET', '/webhooks', 'applications'],
    ['POST', '/webhooks', 'webhooks'],
    ['GET', '/events', 'applications'],
    ['POST', '/events/1', 'events'],
    ['GET', '/cards', 'customers'],
    ['POST', '/sandbox/applications/1/approve', 'applications'],
  ])('is refused with 403 on %s %s when it holds only %j', async (method, path, scopes) => {
    const bank = unit({ orgTokens: [{ token: ORG, scopes: scopes.split(' ') }] });
    const { status, json } = await bank.call(method, path);
    expect([status, codeOf(json)]).toEqual([403, 'forbidden']);
  });

  it('is bound to its source addresses where it has some', async () => {
    const bank = unit({
      orgTokens: [{ token: ORG, scopes: ['applications'], sourceIp: '198.51.100.4, 198.51.100.5' }],
    });
    const from = async (ip: string): Promise<number> =>
      (await bank.call('GET', '/applications', { headers: { 'x-simulator-client-ip': ip } })).status;
    expect(await from('198.51.100.5')).toBe(200);
    expect(await from('198.51.100.6')).toBe(403);
  });

  it('of one environment is unknown in the other', async () => {
    const sandbox = unit();
    const live = unit({
      environment: 'live',
      orgTokens: [{ token: 'live-token', scopes: ['applications'] }],
    });
    expect((await live.call('GET', '/applications', { token: ORG })).status).toBe(401);
    expect((await sandbox.call('GET', '/applications', { token: 'live-token' })).status).toBe(401);
  });

  it('of a customer is refused with 403 on the calls of the org', async () => {
    const bank = unit();
    const customerId = await customerOf(bank);
    const { json } = await bank.call('POST', `/customers/${customerId}/token`, {
      body: { data: { type: 'customerToken', attributes: { scope: 'customers accounts' } } },
    });
    const token = textAt(json, 'data', 'attributes', 'token');
    expect((await bank.call('GET', '/applications', { token })).status).toBe(403);
    expect((await bank.call('POST', `/customers/${customerId}/token`, { token })).status).toBe(403);
    expect((await bank.call('GET', `/customers/${customerId}`, { token })).status).toBe(200);
  });
});
