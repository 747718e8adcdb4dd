import { describe, expect, it } from '@jest/globals';
import { acme, ada, at, business, individual, SUBJECT, TAG, textAt, type Unit, unit } from './support.ts';

const apply = (bank: Unit, body: object) => bank.call('POST', '/applications', { body });

const pointers = (json: unknown): unknown[] => {
  const errors = at(json, 'errors');
  return Array.isArray(errors) ? errors.map((error: unknown) => at(error, 'source', 'pointer')) : [];
};

const without = (name: keyof typeof ada): object => {
  const { [name]: _left, ...rest } = ada;
  return { data: { type: 'individualApplication', attributes: rest } };
};

describe('an individual application', () => {
  it('is answered with 201, the full SSN, its status and its customer', async () => {
    const { status, json } = await apply(unit(), individual());
    expect(status).toBe(201);
    expect(at(json, 'data')).toMatchObject({
      type: 'individualApplication',
      id: '800001',
      attributes: {
        status: 'Approved',
        ssn: '078051120',
        jwtSubject: SUBJECT,
        archived: false,
        decisionMethod: 'Automatically',
        createdAt: '2026-02-03T04:05:06.789Z',
        updatedAt: '2026-02-03T04:05:06.789Z',
        tags: { bridgeApplicationId: TAG },
      },
      relationships: {
        org: { data: { type: 'org', id: '1' } },
        customer: { data: { type: 'individualCustomer', id: '700001' } },
      },
    });
  });

  it('names no customer before it is approved', async () => {
    const { json } = await apply(unit(), individual({ ssn: '000000004' }));
    expect(at(json, 'data', 'attributes', 'status')).toBe('PendingReview');
    expect(at(json, 'data', 'relationships', 'customer')).toBeUndefined();
  });

  it('copies tags and jwtSubject to the customer and gives it an account and one active virtual card', async () => {
    const bank = unit();
    await apply(bank, individual());
    const { json } = await bank.call('GET', '/customers/700001');
    expect(at(json, 'data', 'attributes')).toMatchObject({
      status: 'Active',
      ssn: '078051120',
      jwtSubject: SUBJECT,
      tags: { bridgeApplicationId: TAG },
      authorizedUsers: [],
    });
    expect(bank.controls.accounts('700001')).toHaveLength(1);
    expect(bank.controls.cards('700001')).toMatchObject([{ status: 'Active', isPhysical: false }]);
  });

  it.each(['fullName', 'email', 'phone', 'address', 'dateOfBirth', 'ssn'] as const)(
    'is refused without %s, with a pointer to it',
    async (name) => {
      const { status, json } = await apply(unit(), without(name));
      expect([status, pointers(json)]).toEqual([400, [`/data/attributes/${name}`]]);
      expect(at(json, 'errors', 0, 'code')).toBe('invalid_value');
    },
  );

  it.each([
    ['ssn', '07805112'],
    ['ssn', '078-05-1120'],
    ['ssn', '1120'],
    ['dateOfBirth', '1991-02-30'],
    ['dateOfBirth', '23.04.1991'],
    ['dateOfBirth', '2026-02-03'],
    ['dateOfBirth', '2030-01-01'],
    ['email', 'ada'],
    ['occupation', 'Wizard'],
    ['annualIncome', 'Lots'],
    ['sourceOfIncome', 'Luck'],
    ['ip', 'localhost'],
    ['idempotencyKey', ''],
    ['idempotencyKey', 'k'.repeat(256)],
    ['annualRevenue', 'UpTo250k'],
  ])('is refused when %s is %j', async (name, value) => {
    const { status, json } = await apply(unit(), individual({ [name]: value }));
    expect([status, pointers(json)]).toEqual([400, [`/data/attributes/${name}`]]);
  });

  it.each([
    [{ state: 'XX' }, 'state'],
    [{ postalCode: '8370' }, 'postalCode'],
    [{ street: '' }, 'street'],
    [{ country: 'usa' }, 'country'],
    [{ planet: 'Earth' }, 'planet'],
  ])('is refused when its address has %j', async (change, name) => {
    const { status, json } = await apply(unit(), individual({ address: { ...ada.address, ...change } }));
    expect([status, pointers(json)]).toEqual([400, [`/data/attributes/address/${name}`]]);
  });

  it('may come from another country, without a state and with that country’s postal code', async () => {
    const { status } = await apply(
      unit(),
      individual({ address: { street: '1 Rue', city: 'Paris', postalCode: '75001', country: 'FR' } }),
    );
    expect(status).toBe(201);
  });

  it('gets one error entry for each fault, an unknown attribute included', async () => {
    const { json } = await apply(
      unit(),
      individual({ ssn: 'x', email: 'x', accountPurpose: 'EverydaySpending', EvaluationParams: {} }),
    );
    expect(pointers(json)).toEqual(
      expect.arrayContaining([
        '/data/attributes/ssn',
        '/data/attributes/email',
        '/data/attributes/accountPurpose',
        '/data/attributes/EvaluationParams',
      ]),
    );
    expect(pointers(json)).toHaveLength(4);
  });

  it.each([{ type: 'trustApplication' }, {}])('is refused when its type is that of %j', async (data) => {
    const { status, json } = await apply(unit(), { data: { ...data, attributes: ada } });
    expect([status, pointers(json)]).toEqual([400, ['/data/type']]);
  });

  it('takes a passport only with a nationality', async () => {
    const passport = { ssn: undefined, passport: 'C01X00T47' };
    expect(pointers((await apply(unit(), individual(passport))).json)).toEqual([
      '/data/attributes/nationality',
    ]);
    expect((await apply(unit(), individual({ ...passport, nationality: 'DE' }))).status).toBe(201);
  });

  it('refuses more than 15 tags and a tag of more than 255 characters', async () => {
    const tags = Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`key${i}`, 'v']));
    expect((await apply(unit(), individual({ tags }))).status).toBe(400);
    expect((await apply(unit(), individual({ tags: { key: 'v'.repeat(256) } }))).status).toBe(400);
  });

  it('may be one of a sole proprietor', async () => {
    const { status, json } = await apply(
      unit(),
      individual({
        soleProprietorship: true,
        dba: 'Ada’s Bikes',
        ein: '123456789',
        annualRevenue: 'UpTo50k',
        numberOfEmployees: 'One',
        businessVertical: 'RetailTrade',
        website: 'https://ada.example.com',
      }),
    );
    expect(status).toBe(201);
    expect(at(json, 'data', 'attributes', 'soleProprietorship')).toBe(true);
  });
});

describe('a business application', () => {
  it('makes a business customer whose contact names the subject', async () => {
    const bank = unit();
    const { status, json } = await apply(bank, business());
    expect(status).toBe(201);
    expect(at(json, 'data', 'relationships', 'customer', 'data', 'type')).toBe('businessCustomer');
    const customer = await bank.call('GET', '/customers/700001');
    expect(at(customer.json, 'data', 'attributes', 'contact', 'jwtSubject')).toBe(SUBJECT);
  });

  it('shows only the owners of 25 per cent and more', async () => {
    const { json } = await apply(unit(), business());
    expect(at(json, 'data', 'relationships', 'beneficialOwners', 'data')).toHaveLength(1);
    expect(at(json, 'included', 0, 'attributes', 'percentage')).toBe(60);
  });

  it.each([
    [{ jwtSubject: SUBJECT }, '/data/attributes/jwtSubject'],
    [{ officer: { ...acme.officer, jwtSubject: SUBJECT } }, '/data/attributes/officer/jwtSubject'],
    [{ officer: { ...acme.officer, occupation: undefined } }, '/data/attributes/officer/occupation'],
    [{ beneficialOwners: undefined }, '/data/attributes/beneficialOwners'],
    [{ ein: '12-3456789' }, '/data/attributes/ein'],
    [{ entityType: 'Trust' }, '/data/attributes/entityType'],
  ])('is refused with %j', async (change, pointer) => {
    const { status, json } = await apply(unit(), business(change));
    expect([status, pointers(json)]).toEqual([400, [pointer]]);
  });

  it('may have no owners at all', async () => {
    expect((await apply(unit(), business({ beneficialOwners: [] }))).status).toBe(201);
  });
});

describe('the first status', () => {
  const withSsn = (ssn: string): object => individual({ ssn });
  const withOfficer = (ssn: string): object => business({ officer: { ...acme.officer, ssn } });
  const withOwner = (ssn: string): object =>
    business({ beneficialOwners: [{ ...acme.beneficialOwners[0], ssn }] });

  it.each([
    ['an individual with 000000001', withSsn('000000001'), 'Denied', []],
    ['an individual with 000000002', withSsn('000000002'), 'AwaitingDocuments', ['AddressVerification']],
    ['an individual with 000000003', withSsn('000000003'), 'AwaitingDocuments', ['IdDocument']],
    ['an individual with 000000004', withSsn('000000004'), 'PendingReview', []],
    ['an individual with 000000005', withSsn('000000005'), 'Approved', []],
    ['an individual with 000000006', withSsn('000000006'), 'AwaitingDocuments', ['SocialSecurityCard']],
    ['an individual with another number', withSsn('000000007'), 'Approved', []],
    ['a business whose officer has 000000004', withOfficer('000000004'), 'PendingReview', []],
    ['a business with an owner who has 000000004', withOwner('000000004'), 'PendingReview', []],
    ['a business whose officer has 000000005', withOfficer('000000005'), 'AwaitingDocuments', ['IdDocument']],
    ['a business with an owner who has 000000005', withOwner('000000005'), 'Approved', []],
    [
      'a business at a registered agent',
      business({ address: { ...acme.address, street: '13 Registered Agent st' } }),
      'AwaitingDocuments',
      ['AddressVerification'],
    ],
  ])('of %s is forced in the sandbox', async (_who, body, status, documents) => {
    const bank = unit();
    const { json } = await apply(bank, body);
    expect(at(json, 'data', 'attributes', 'status')).toBe(status);
    expect(bank.controls.applications()[0]?.documents.map(({ documentType }) => documentType)).toEqual(
      documents,
    );
  });

  it('is Approved in live mode, whatever the SSN', async () => {
    const { json } = await apply(unit({ environment: 'live' }), withSsn('000000001'));
    expect(at(json, 'data', 'attributes', 'status')).toBe('Approved');
  });

  it('is Pending where the switch says so, until it is resolved', async () => {
    const bank = unit();
    bank.controls.switches.startPending = true;
    const { json } = await apply(bank, withSsn('000000003'));
    expect(at(json, 'data', 'attributes', 'status')).toBe('Pending');
    expect(bank.controls.resolve('800001').status).toBe('AwaitingDocuments');
  });

  it('resolves by itself after the seconds of the switch', async () => {
    const bank = unit();
    Object.assign(bank.controls.switches, { startPending: true, pendingSeconds: 30 });
    await apply(bank, individual());
    const status = async (): Promise<unknown> =>
      at((await bank.call('GET', '/applications/800001')).json, 'data', 'attributes', 'status');
    bank.clock.now += 29_999;
    expect(await status()).toBe('Pending');
    bank.clock.now += 1;
    expect(await status()).toBe('Approved');
  });
});

describe('the rule against duplicates', () => {
  const titleAndIds = (json: unknown): unknown[] => [
    at(json, 'errors', 0, 'title'),
    at(json, 'errors', 0, 'meta', 'existingIds'),
  ];

  it.each([
    ['Approved', '078051120'],
    ['AwaitingDocuments', '000000002'],
    ['PendingReview', '000000004'],
  ])('refuses a second application while the first is %s', async (_status, ssn) => {
    const bank = unit();
    await apply(bank, individual({ ssn }));
    const { status, json } = await apply(bank, individual({ ssn, email: 'other@example.com' }));
    expect([status, ...titleAndIds(json)]).toEqual([400, 'Duplicate', ['800001']]);
    expect(bank.controls.applications()).toHaveLength(1);
  });

  it('knows a person by the passport too', async () => {
    const bank = unit();
    const body = individual({ ssn: undefined, passport: 'C01X00T47', nationality: 'DE' });
    expect((await apply(bank, body)).status).toBe(201);
    expect((await apply(bank, body)).status).toBe(400);
  });

  it('lets a person apply again after a denial, a cancellation and an archived customer', async () => {
    const bank = unit();
    await apply(bank, individual({ ssn: '000000001' }));
    expect((await apply(bank, individual({ ssn: '000000001' }))).status).toBe(201);
    await apply(bank, individual({ ssn: '000000004' }));
    await bank.call('POST', '/applications/800003/cancel', {
      body: { data: { type: 'applicationCancel', attributes: { reason: 'changed my mind' } } },
    });
    expect((await apply(bank, individual({ ssn: '000000004' }))).status).toBe(201);
    await apply(bank, individual());
    bank.controls.archiveCustomer('700001');
    expect((await apply(bank, individual())).status).toBe(201);
  });

  it('can be switched off', async () => {
    const bank = unit();
    bank.controls.switches.preventDuplicateIndividualApplications = false;
    await apply(bank, individual());
    expect((await apply(bank, individual())).status).toBe(201);
  });

  it('does not concern businesses', async () => {
    const bank = unit();
    await apply(bank, business());
    expect((await apply(bank, business())).status).toBe(201);
  });
});

describe('reading applications', () => {
  const ids = (json: unknown): unknown[] => {
    const data = at(json, 'data');
    return Array.isArray(data) ? data.map((row: unknown) => at(row, 'id')) : [];
  };

  async function three(): Promise<Unit> {
    const bank = unit();
    await apply(bank, individual({ ssn: '100000001', tags: { bridgeApplicationId: 'ONE', kind: 'x' } }));
    await apply(bank, individual({ ssn: '000000001', tags: { bridgeApplicationId: 'TWO', kind: 'x' } }));
    await apply(
      bank,
      individual({ ssn: '000000004', email: 'Bo@example.com', fullName: { first: 'Bo', last: 'Lind' } }),
    );
    return bank;
  }

  it.each([
    ['', ['800003', '800002', '800001']],
    ['?sort=createdAt', ['800001', '800002', '800003']],
    ['?sort=-createdAt&page[limit]=1&page[offset]=1', ['800002']],
    [`?filter[tags]=${encodeURIComponent('{"bridgeApplicationId":"ONE"}')}`, ['800001']],
    [`?filter[tags]=${encodeURIComponent('{"bridgeApplicationId":"TWO","kind":"x"}')}`, ['800002']],
    [`?filter[tags]=${encodeURIComponent('{"bridgeApplicationId":"ONE","kind":"y"}')}`, []],
    ['?filter[status][0]=Denied&filter[status][1]=PendingReview', ['800003', '800002']],
    ['?filter[email]=Bo@example.com', ['800003']],
    ['?filter[email]=bo@example.com', []],
    ['?filter[query]=bo lind', ['800003']],
    ['?filter[query]=bo OR okafor', ['800003', '800002', '800001']],
    ['?filter[query]=example -lind', ['800002', '800001']],
  ])('by the list %j gives %j', async (query, expected) => {
    const { json } = await (await three()).call('GET', `/applications${query}`);
    expect(ids(json)).toEqual(expected);
  });

  it('counts all rows beside the page', async () => {
    const { json } = await (await three()).call('GET', '/applications?page[limit]=1');
    expect(at(json, 'meta', 'pagination')).toEqual({ total: 3, limit: 1, offset: 0 });
  });

  it.each([
    '?page[limit]=0',
    '?page[limit]=1001',
    '?page[offset]=-1',
    '?filter[jwtSubject]=user-test-0f2c',
    '?filter[status][0]=Open',
    '?filter[tags]=bridgeApplicationId',
    '?sort=email',
    '?include=everything',
    '?limit=5',
  ])('is refused with %s', async (query) => {
    expect((await unit().call('GET', `/applications${query}`)).status).toBe(400);
  });

  it('includes the customer on request, and the documents always', async () => {
    const bank = await three();
    const plain = await bank.call('GET', '/applications/800001');
    expect(at(plain.json, 'included')).toBeUndefined();
    const { json } = await bank.call('GET', '/applications/800001?include=customer');
    expect(at(json, 'included', 0)).toMatchObject({ type: 'individualCustomer', id: '700001' });
    await apply(bank, individual({ ssn: '000000003' }));
    const waiting = await bank.call('GET', '/applications/800004');
    expect(at(waiting.json, 'included', 0)).toMatchObject({
      type: 'document',
      attributes: { documentType: 'IdDocument', status: 'Required', name: 'Ada Okafor' },
    });
  });

  it('never finds a tag by an inherited name', async () => {
    const { json } = await (await three()).call(
      'GET',
      `/applications?filter[tags]=${encodeURIComponent('{"constructor":"x"}')}`,
    );
    expect(ids(json)).toEqual([]);
  });
});

describe('changing an application', () => {
  const patch = (bank: Unit, attributes: object) =>
    bank.call('PATCH', '/applications/800001', {
      body: { data: { type: 'individualApplication', attributes } },
    });

  it('merges tags, deletes those set to null, and moves updatedAt', async () => {
    const bank = unit();
    await apply(bank, individual());
    bank.clock.now += 5_000;
    const { json } = await patch(bank, {
      tags: { bridgeApplicationId: null, next: 'y' },
      occupation: 'Doctor',
    });
    expect(at(json, 'data', 'attributes')).toMatchObject({
      tags: { next: 'y' },
      occupation: 'Doctor',
      updatedAt: '2026-02-03T04:05:11.789Z',
    });
    expect(at(json, 'data', 'attributes', 'tags', 'bridgeApplicationId')).toBeUndefined();
  });

  it.each([
    { jwtSubject: 'user-test-other' },
    { ssn: '111111111' },
    { fullName: ada.fullName },
    { email: 'a@b' },
  ])('never changes who applied: %j', async (attributes) => {
    const bank = unit();
    await apply(bank, individual());
    expect((await patch(bank, attributes)).status).toBe(400);
    expect(bank.controls.applications()[0]?.applicant.attributes).toMatchObject({ ssn: ada.ssn });
  });

  it('asks for the type of that very application', async () => {
    const bank = unit();
    await apply(bank, business());
    expect((await patch(bank, { website: 'https://acme.example.com' })).status).toBe(400);
  });
});

describe('the steps of an application', () => {
  const cancel = (bank: Unit, id: string) =>
    bank.call('POST', `/applications/${id}/cancel`, {
      body: { data: { type: 'applicationCancel', attributes: { reason: 'x' } } },
    });

  it.each([
    ['Approved', individual()],
    ['Denied', individual({ ssn: '000000001' })],
  ])('end at %s: no cancellation and no other decision', async (_status, body) => {
    const bank = unit();
    await apply(bank, body);
    expect((await cancel(bank, '800001')).status).toBe(400);
    for (const decision of ['approve', 'deny', 'awaitingDocuments', 'pendingReview'] as const) {
      expect(() => bank.controls.decide('800001', decision)).toThrow('cannot become');
    }
  });

  it('end at Canceled, answered with 201', async () => {
    const bank = unit();
    await apply(bank, individual({ ssn: '000000002' }));
    expect((await cancel(bank, '800001')).status).toBe(201);
    expect(bank.controls.applications()[0]?.status).toBe('Canceled');
    expect((await cancel(bank, '800001')).status).toBe(400);
  });

  it('move updatedAt and keep createdAt', async () => {
    const bank = unit();
    await apply(bank, individual({ ssn: '000000004' }));
    bank.clock.now += 60_000;
    const { createdAt, updatedAt, decisionMethod } = bank.controls.decide('800001', 'approve');
    expect([createdAt, updatedAt, decisionMethod]).toEqual([
      '2026-02-03T04:05:06.789Z',
      '2026-02-03T04:06:06.789Z',
      'Manually',
    ]);
  });

  it('of a pending one lead anywhere', async () => {
    for (const decision of ['approve', 'deny', 'awaitingDocuments', 'pendingReview'] as const) {
      const bank = unit();
      bank.controls.switches.startPending = true;
      await apply(bank, individual());
      expect(bank.controls.decide('800001', decision).status).not.toBe('Pending');
    }
  });

  it('may wait for fields that are missing, which Unit names', async () => {
    const bank = unit();
    await apply(bank, individual({ occupation: undefined }));
    const { json } = await bank.call('GET', '/applications/800001/missing-fields');
    expect(textAt(json, 'data', 'attributes', 'missingFields', 0, 'fieldName')).toBe('occupation');
  });
});
