import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  at,
  business,
  customerOf,
  individual,
  type Reply,
  textAt,
  tokenBody,
  type Unit,
  unit,
} from './support.ts';

let bank: Unit;
let id: string;

beforeEach(async () => {
  bank = unit();
  id = await customerOf(bank);
});

const patch = (attributes: object, type = 'individualCustomer', options: object = {}): Promise<Reply> =>
  bank.call('PATCH', `/customers/${id}`, { body: { data: { type, attributes } }, ...options });

const user = (email: string, rest: object = {}): object => ({
  fullName: { first: 'Bo', last: 'Lind' },
  email,
  phone: { countryCode: '1', number: '5555550199' },
  ...rest,
});

const users = (method: string, type: string, attributes: object): Promise<Reply> =>
  bank.call(method, `/customers/${id}/authorized-users`, { body: { data: { type, attributes } } });

const emails = ({ json }: Reply): unknown[] => {
  const list = at(json, 'data', 'attributes', 'authorizedUsers');
  return Array.isArray(list) ? list.map((entry: unknown) => at(entry, 'email')) : [];
};

const archive = (reason = 'Inactive'): Promise<Reply> =>
  bank.call('POST', `/customers/${id}/archive`, {
    body: { data: { type: 'archiveCustomer', attributes: { reason } } },
  });

describe('changing a customer', () => {
  it('sets the subject and tells the webhooks', async () => {
    const { status, json } = await patch({
      jwtSubject: 'user-test-new',
      tags: { bridgeApplicationId: null },
    });
    expect(status).toBe(200);
    expect(at(json, 'data', 'attributes')).toMatchObject({ jwtSubject: 'user-test-new', tags: {} });
    expect(bank.controls.events().at(-1)).toMatchObject({
      type: 'customer.updated',
      relationships: { customer: { data: { type: 'individualCustomer', id } } },
    });
  });

  it.each([
    { fullName: { first: 'B', last: 'C' } },
    { dateOfBirth: '1990-01-01' },
    { ssn: '111111111' },
    { contact: {} },
  ])('never changes %j', async (attributes) => {
    expect((await patch(attributes)).status).toBe(400);
  });

  it('asks for the customer’s own type', async () => {
    expect((await patch({ dba: 'x' }, 'businessCustomer')).status).toBe(400);
  });

  it('of a business sets the contact, and takes no subject beside it', async () => {
    id = await customerOf(bank, business());
    const contact = {
      fullName: { first: 'Bo', last: 'Lind' },
      email: 'bo@example.com',
      phone: { countryCode: '1', number: '5555550199' },
      jwtSubject: 'user-test-bo',
    };
    const { json } = await patch({ contact }, 'businessCustomer');
    expect(at(json, 'data', 'attributes', 'contact', 'jwtSubject')).toBe('user-test-bo');
    expect((await patch({ jwtSubject: 'x' }, 'businessCustomer')).status).toBe(400);
  });

  it('replaces the whole array of authorized users', async () => {
    await patch({ authorizedUsers: [user('a@example.com'), user('b@example.com')] });
    expect(emails(await patch({ authorizedUsers: [user('c@example.com')] }))).toEqual(['c@example.com']);
  });

  it('is open to a customer token with customers-write, for its own customer only', async () => {
    const other = await customerOf(bank, individual({ ssn: '111111111' }));
    const { json } = await bank.call('POST', `/customers/${id}/token`, {
      body: tokenBody({ scope: 'customers-write', verificationCode: '000001' }),
    });
    const token = textAt(json, 'data', 'attributes', 'token');
    expect((await patch({ jwtSubject: 'user-test-mine' }, 'individualCustomer', { token })).status).toBe(200);
    id = other;
    expect((await patch({ jwtSubject: 'user-test-mine' }, 'individualCustomer', { token })).status).toBe(403);
  });

  it('lets two customers share a subject', async () => {
    const other = await customerOf(bank, individual({ ssn: '111111111' }));
    const subjects = bank.controls
      .customers()
      .map(({ person }) => Reflect.get(person.attributes, 'jwtSubject'));
    expect(other).not.toBe(id);
    expect(new Set(subjects).size).toBe(1);
  });
});

describe('authorized users', () => {
  it('are appended, updated by email, and removed by a DELETE with a body', async () => {
    await users('POST', 'addAuthorizedUsers', { authorizedUsers: [user('a@example.com')] });
    const two = await users('POST', 'addAuthorizedUsers', {
      authorizedUsers: [user('a@example.com', { jwtSubject: 'user-test-a' }), user('b@example.com')],
    });
    expect(emails(two)).toEqual(['a@example.com', 'b@example.com']);
    expect(at(two.json, 'data', 'attributes', 'authorizedUsers', 0, 'jwtSubject')).toBe('user-test-a');
    const one = await users('DELETE', 'removeAuthorizedUsers', { authorizedUsersEmails: ['a@example.com'] });
    expect(emails(one)).toEqual(['b@example.com']);
  });

  it('are refused without a phone', async () => {
    const { status } = await users('POST', 'addAuthorizedUsers', {
      authorizedUsers: [user('a@example.com', { phone: undefined })],
    });
    expect(status).toBe(400);
  });
});

describe('an archived customer', () => {
  it('shows its reason, marks its application, and takes no more writes', async () => {
    bank.clock.now += 1_000;
    const { status, json } = await archive('FraudCardActivity');
    expect([status, at(json, 'data', 'attributes', 'status')]).toEqual([200, 'Archived']);
    expect(at(json, 'data', 'attributes', 'archiveReason')).toBe('FraudCardActivity');
    const application = await bank.call('GET', '/applications/800001');
    expect(at(application.json, 'data', 'attributes')).toMatchObject({
      archived: true,
      updatedAt: '2026-02-03T04:05:07.789Z',
    });
    expect((await patch({ jwtSubject: 'x' })).status).toBe(400);
    expect((await users('POST', 'addAuthorizedUsers', { authorizedUsers: [user('a@b')] })).status).toBe(400);
    expect((await archive()).status).toBe(400);
  });

  it('asks for one of the known reasons', async () => {
    expect((await archive('Bored')).status).toBe(400);
  });

  it('keeps the tokens that it has', async () => {
    const { json } = await bank.call('POST', `/customers/${id}/token`, {
      body: tokenBody({ scope: 'customers' }),
    });
    await archive();
    const token = textAt(json, 'data', 'attributes', 'token');
    expect((await bank.call('GET', `/customers/${id}`, { token })).status).toBe(200);
  });
});

describe('the list of customers', () => {
  it('is filtered by status, tags and email, never by subject', async () => {
    await customerOf(bank, individual({ ssn: '111111111', email: 'Bo@example.com', tags: { a: 'b' } }));
    await archive();
    const count = async (query: string): Promise<unknown> =>
      at((await bank.call('GET', `/customers?${query}`)).json, 'meta', 'pagination', 'total');
    expect(await count('')).toBe(2);
    expect(await count('filter[status][0]=Archived')).toBe(1);
    expect(await count('filter[email]=Bo@example.com')).toBe(1);
    expect(await count('filter[email]=bo@example.com')).toBe(0);
    expect(await count(`filter[tags]=${encodeURIComponent('{"a":"b"}')}`)).toBe(1);
    expect((await bank.call('GET', '/customers?filter[jwtSubject]=x')).status).toBe(400);
    expect((await bank.call('GET', '/customers?filter[status][0]=Gone')).status).toBe(400);
  });

  it('shows a customer token its own customer alone', async () => {
    await customerOf(bank, individual({ ssn: '111111111' }));
    const { json } = await bank.call('POST', `/customers/${id}/token`, {
      body: tokenBody({ scope: 'customers' }),
    });
    const token = textAt(json, 'data', 'attributes', 'token');
    const list = await bank.call('GET', '/customers', { token });
    expect(at(list.json, 'data')).toHaveLength(1);
    expect((await bank.call('GET', '/customers/700002', { token })).status).toBe(403);
  });

  it('includes the application on request', async () => {
    const { json } = await bank.call('GET', `/customers/${id}?include=application`);
    expect(at(json, 'included', 0, 'id')).toBe('800001');
  });
});

describe('the identity of a token', () => {
  it('says of an org token what it may do', async () => {
    const { json } = await bank.call('GET', '/identity');
    expect(at(json, 'data', 'attributes')).toMatchObject({
      kind: 'org',
      scopes: expect.arrayContaining(['events']),
    });
  });

  it('says of a customer token whose it is', async () => {
    const minted = await bank.call('POST', `/customers/${id}/token`, { body: tokenBody({ scope: 'cards' }) });
    const token = textAt(minted.json, 'data', 'attributes', 'token');
    const { json } = await bank.call('GET', '/identity', { token });
    expect(at(json, 'data', 'attributes')).toMatchObject({
      kind: 'customer',
      scopes: ['cards'],
      customerId: id,
    });
  });
});

describe('a new org token', () => {
  const make = (attributes: object) =>
    bank.call('POST', '/users/1/api-tokens', {
      body: {
        data: {
          type: 'apiToken',
          attributes: { description: 'job', expiration: '2026-02-03T05:00:00Z', ...attributes },
        },
      },
    });

  it('works for its scopes until it expires', async () => {
    const { status, json } = await make({ scope: 'applications customers' });
    expect(status).toBe(201);
    const token = textAt(json, 'data', 'attributes', 'token');
    expect((await bank.call('GET', '/applications', { token })).status).toBe(200);
    expect((await bank.call('GET', '/events', { token })).status).toBe(403);
    bank.clock.now = Date.parse('2026-02-03T05:00:00Z');
    expect((await bank.call('GET', '/applications', { token })).status).toBe(401);
  });

  it.each([
    { scope: 'cards-sensitive' },
    { scope: '' },
    { scope: 'cards', expiration: '2026-02-03T00:00:00Z' },
  ])('is refused with %j', async (attributes) => {
    expect((await make(attributes)).status).toBe(400);
  });
});

describe('the limit of calls', () => {
  it('is 1,000 a minute for each address, and then 429 without Retry-After', async () => {
    bank = unit();
    const call = async (ip: string): Promise<Reply> =>
      bank.call('GET', '/identity', { headers: { 'x-simulator-client-ip': ip } });
    for (let i = 0; i < 1_000; i += 1) await call('198.51.100.4');
    const refused = await call('198.51.100.4');
    expect([refused.status, refused.headers.has('retry-after')]).toEqual([429, false]);
    expect((await call('198.51.100.5')).status).toBe(200);
    bank.clock.now += 60_000;
    expect((await call('198.51.100.4')).status).toBe(200);
  });

  it('may come with Retry-After, and be off', async () => {
    Object.assign(bank.controls.switches, { rateLimitPerMinute: 1, retryAfter: '11' });
    await bank.call('GET', '/identity');
    const refused = await bank.call('GET', '/identity');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '11']);
    bank.controls.switches.rateLimitPerMinute = 0;
    expect((await bank.call('GET', '/identity')).status).toBe(200);
  });
});
