// Unit's own SDK, unmodified, over HTTP: whatever it cannot do or read here, the simulator has got wrong.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type Application,
  type ApplicationDocument,
  type CreateBusinessApplicationRequest,
  type CreateIndividualApplicationRequest,
  type Customer,
  Unit as Sdk,
  UnitError,
} from '@unit-finance/unit-node-sdk';
import { type Listening, listen } from '../../../simulators/server.ts';
import { signatureOf } from '../../../simulators/unit/webhook-body.ts';
import {
  type Unit as Bank,
  type IdentityProvider,
  identityProvider,
  ORG,
  type Receiver,
  receiver,
  SUBJECT,
  TAG,
  textAt,
  unit,
} from './support.ts';

let provider: IdentityProvider;
let server: Listening;
let target: Receiver;
let bank: Bank;
let sdk: Sdk;

beforeAll(async () => {
  // The SDK's HTTP client obeys the proxy of the machine that runs the tests.
  process.env['NO_PROXY'] = '127.0.0.1';
  provider = await identityProvider();
  server = await listen((request) => bank.simulator.handle(request), 0);
  sdk = new Sdk(ORG, `${server.url}/`);
});
afterAll(async () => {
  await server.close();
  await provider.server.close();
});
beforeEach(async () => {
  bank = unit({ jwksUrl: provider.jwksUrl });
  target = await receiver();
});
afterEach(async () => {
  bank.simulator.close();
  await target.server.close();
});

type Person = CreateIndividualApplicationRequest['attributes'];
type Business = CreateBusinessApplicationRequest['attributes'];

/** A client with another token. */
const as = (token: string): Sdk => new Sdk(token, server.url);

function ada(changes: Partial<Person> = {}): CreateIndividualApplicationRequest {
  const { createFullName, createPhone, createUsAddress } = sdk.helpers;
  return {
    type: 'individualApplication',
    attributes: {
      fullName: createFullName('Ada', 'Okafor'),
      dateOfBirth: '1991-04-23',
      ssn: '078051120',
      email: 'ada.okafor+bank@example.com',
      phone: createPhone('1', '5555550142'),
      address: createUsAddress('12 Juniper Way', null, 'Boise', 'ID', '83702', 'US'),
      occupation: 'ScientistOrTechnologist',
      jwtSubject: SUBJECT,
      tags: { bridgeApplicationId: TAG },
      idempotencyKey: `${TAG}-${changes.ssn ?? ''}`,
      ...changes,
    },
  };
}

function acme(changes: Partial<Business> = {}): CreateBusinessApplicationRequest {
  const { createBeneficialOwner, createFullName, createOfficer, createPhone, createUsAddress } = sdk.helpers;
  const name = createFullName('Ada', 'Okafor');
  const phone = createPhone('1', '5555550142');
  const address = createUsAddress('1 Mill Road', 'Floor 2', 'Dover', 'DE', '19901', 'US');
  const email = 'ada@acme.example';
  const person = [null, null, '1991-04-23', address, phone, email] as const;
  return {
    type: 'businessApplication',
    attributes: {
      name: 'Acme Tools',
      ein: '123456789',
      entityType: 'LLC',
      stateOfIncorporation: 'DE',
      phone,
      address,
      contact: { fullName: name, email, phone, jwtSubject: SUBJECT },
      officer: { ...createOfficer(null, name, 'CEO', '123123123', ...person), occupation: 'Lawyer' },
      beneficialOwners: [createBeneficialOwner(null, name, '321321321', ...person, 60)],
      ...changes,
    },
  };
}

/** Applies and returns the id of the customer. */
async function customerOf(
  request: CreateIndividualApplicationRequest | CreateBusinessApplicationRequest = ada(),
): Promise<string> {
  const { data } = await sdk.applications.create(request);
  return data.relationships.customer?.data.id ?? 'none';
}

/** The SDK's error of a call. */
async function errorOf(call: Promise<unknown>): Promise<UnitError> {
  const error: unknown = await call.then(
    () => new Error('the call went through'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof UnitError) return error;
  throw error;
}

const ids = (resources: readonly { readonly id: string }[]): string[] => resources.map(({ id }) => id);
const statusOf = ({ data }: { data: Application | ApplicationDocument | Customer }): string =>
  data.attributes.status;

describe('applications through Unit’s own SDK', () => {
  it('are created, read, and made once per idempotency key', async () => {
    const { data } = await sdk.applications.create(ada());
    expect(data).toMatchObject({ type: 'individualApplication', id: '800001' });
    expect(data.attributes).toMatchObject({ status: 'Approved', archived: false, ssn: '078051120' });
    expect(data.relationships.customer).toEqual({ data: { type: 'individualCustomer', id: '700001' } });
    expect((await sdk.applications.create(ada())).data).toEqual(data);
    expect((await sdk.applications.get('800001')).data).toEqual(data);
  });

  it('are found by tag, email, text and status, in pages and in either order', async () => {
    await sdk.applications.create(ada());
    await sdk.applications.create(ada({ ssn: '000000004', email: 'bo@example.com', tags: { other: 'one' } }));
    const found = async (params: Parameters<typeof sdk.applications.list>[0]): Promise<string[]> =>
      ids((await sdk.applications.list(params)).data);
    expect(await found({ tags: { bridgeApplicationId: TAG } })).toEqual(['800001']);
    expect(await found({ tags: { bridgeApplicationId: 'another' } })).toEqual([]);
    expect(await found({ email: 'ada.okafor+bank@example.com' })).toEqual(['800001']);
    expect(await found({ query: 'okafor OR nobody' })).toEqual(['800002', '800001']);
    expect(await found({ status: ['Pending', 'PendingReview'] })).toEqual(['800002']);
    expect(await found({ limit: 1, offset: 1 })).toEqual(['800001']);
    expect(await found({ sort: 'createdAt' })).toEqual(['800001', '800002']);
    expect(await found({})).toHaveLength(2);
  });

  it('take changes of tags and circumstances, of a business’s officer and owners too', async () => {
    await sdk.applications.create(ada());
    const changed = await sdk.applications.update({
      applicationId: '800001',
      data: {
        type: 'individualApplication',
        attributes: { occupation: 'Doctor', tags: { bridgeApplicationId: null, seen: 'yes' } },
      },
    });
    expect(changed.data.attributes).toMatchObject({ occupation: 'Doctor', tags: { seen: 'yes' } });
    const { data, included } = await sdk.applications.create(acme());
    expect(included?.[0]).toMatchObject({
      type: 'beneficialOwner',
      relationships: { application: { data: { id: data.id } } },
    });
    const { data: business } = await sdk.applications.update({
      applicationId: data.id,
      data: { type: 'businessApplication', attributes: { officer: { annualIncome: 'Over250k' } } },
    });
    expect(business.attributes).toMatchObject({
      officer: { annualIncome: 'Over250k', occupation: 'Lawyer' },
    });
    const changedOwner = await sdk.applications.updateBeneficialOwner({
      beneficialOwnerId: textAt(included, 0, 'id'),
      data: {
        type: 'beneficialOwner',
        attributes: { occupation: 'Educator' },
        relationships: { application: sdk.helpers.createRelationship('businessApplication', data.id) },
      },
    });
    expect(changedOwner.data.attributes).toMatchObject({ occupation: 'Educator', percentage: 60 });
    expect(changedOwner.data.relationships.application.data.id).toBe(data.id);
  });

  it('are cancelled, and the answer is the application with its documents', async () => {
    await sdk.applications.create(ada({ ssn: '000000002' }));
    const cancelled = await sdk.applications.cancel({
      applicationId: '800001',
      data: { type: 'applicationCancel', attributes: { reason: 'changed my mind' } },
    });
    expect(cancelled.data).toMatchObject({ type: 'individualApplication', id: '800001' });
    expect(statusOf(cancelled)).toBe('Canceled');
    expect(cancelled.included).toHaveLength(1);
  });

  it('take an address in a freely associated state, and one abroad', async () => {
    const { createAddress, createUsAddress } = sdk.helpers;
    const majuro = createUsAddress('1 Lagoon Road', null, 'Majuro', 'MH', '96960', 'US');
    const lagos = createAddress('4 Marina', null, 'Lagos', null, '101001', 'NG');
    expect(statusOf(await sdk.applications.create(ada({ ssn: '111111111', address: majuro })))).toBe(
      'Approved',
    );
    expect(statusOf(await sdk.applications.create(ada({ ssn: '222222222', address: lagos })))).toBe(
      'Approved',
    );
  });

  it('are decided by the sandbox’s simulations', async () => {
    await sdk.applications.create(ada({ ssn: '000000004' }));
    await sdk.applications.create(ada({ ssn: '000000002' }));
    const approved = await sdk.simulations.approveApplication('800001', {
      type: 'applicationApprove',
      attributes: { reason: 'sandbox' },
    });
    const denied = await sdk.simulations.denyApplication('800002', {
      type: 'applicationDeny',
      attributes: { reason: 'sandbox' },
    });
    expect([statusOf(approved), statusOf(denied)]).toEqual(['Approved', 'Denied']);
  });
});

describe('documents through Unit’s own SDK', () => {
  const applicationId = '800001';
  const png = Buffer.from('89504e470d0a1a0a00', 'hex');
  const pdf = Buffer.from('%PDF-1.7\n\u00ff', 'latin1');

  it('are listed with their words, uploaded as raw bytes and given back unchanged', async () => {
    await sdk.applications.create(ada({ ssn: '000000003' }));
    const { data } = await sdk.applications.listDocuments(applicationId);
    expect(data[0]?.attributes).toMatchObject({
      documentType: 'IdDocument',
      status: 'Required',
      name: 'Ada Okafor',
      description: expect.stringMatching(/\w+/),
      dateOfBirth: '1991-04-23',
    });
    const one = { applicationId, documentId: data[0]?.id ?? '' };
    expect(statusOf(await sdk.applications.upload({ ...one, file: png, fileType: 'png' }))).toBe(
      'ReceivedFront',
    );
    const back = { ...one, isBackSide: true };
    expect(statusOf(await sdk.applications.upload({ ...back, file: pdf, fileType: 'pdf' }))).toBe(
      'PendingReview',
    );
    expect(png.equals(await sdk.applications.download(one))).toBe(true);
    expect(pdf.equals(await sdk.applications.download(back))).toBe(true);
    expect(statusOf(await sdk.applications.get(applicationId))).toBe('PendingReview');
  });

  it('are rejected with a reason, uploaded again and approved', async () => {
    await sdk.applications.create(ada({ ssn: '000000002' }));
    const [document] = (await sdk.applications.listDocuments(applicationId)).data;
    const one = { applicationId, documentId: document?.id ?? '' };
    expect(document?.attributes.address).toMatchObject({ street: '12 Juniper Way' });
    await sdk.applications.upload({ ...one, file: png, fileType: 'jpeg' });
    const rejected = await sdk.simulations.rejectDocument(applicationId, one.documentId, {
      type: 'documentReject',
      attributes: { reason: 'blurred', reasonCode: 'PoorQuality' },
    });
    expect(rejected.data.attributes).toMatchObject({ status: 'Invalid', reasonCode: 'PoorQuality' });
    await sdk.applications.upload({ ...one, file: png, fileType: 'png' });
    expect(statusOf(await sdk.simulations.approveDocument(applicationId, one.documentId))).toBe('Approved');
  });

  it('are added on request; a selfie is verified by its job', async () => {
    await sdk.applications.create(ada({ ssn: '000000004' }));
    const added = await sdk.applications.createDocument(applicationId);
    expect(added.data.attributes).toMatchObject({ documentType: 'ClientRequested', status: 'Required' });
    const selfie = await bank.call('POST', `/applications/${applicationId}/documents`, {
      body: { data: { type: 'document', attributes: { documentType: 'SelfieVerification' } } },
    });
    expect(selfie.status).toBe(201);
    const [, { id: documentId } = { id: '' }] = (await sdk.applications.listDocuments(applicationId)).data;
    const data = { type: 'selfieVerification', attributes: { jobId: 'job-1' } } as const;
    expect(statusOf(await sdk.applications.verifyDocument({ applicationId, documentId, data }))).toBe(
      'PendingReview',
    );
  });
});

describe('customers through Unit’s own SDK', () => {
  it('are read, listed with a total, and found by tag, email and status', async () => {
    const id = await customerOf();
    const { data } = await sdk.customers.get(id);
    expect(data.attributes).toMatchObject({ status: 'Active', jwtSubject: SUBJECT, authorizedUsers: [] });
    expect(data.relationships.application.data).toEqual({ type: 'individualApplication', id: '800001' });
    const { data: found, meta } = await sdk.customers.list({
      tags: { bridgeApplicationId: TAG },
      email: 'ada.okafor+bank@example.com',
      status: ['Active'],
      query: 'Okafor',
      sort: 'createdAt',
    });
    expect(found).toEqual([data]);
    expect(meta.pagination).toEqual({ total: 1, limit: 100, offset: 0 });
  });

  it('take another subject, email and tags', async () => {
    const customerId = await customerOf();
    const attributes = { jwtSubject: 'user-test-other', email: 'ada@example.org', tags: { linked: 'yes' } };
    const { data } = await sdk.customers.update({
      customerId,
      data: { type: 'individualCustomer', attributes },
    });
    expect(data.attributes).toMatchObject({
      ...attributes,
      tags: { bridgeApplicationId: TAG, linked: 'yes' },
    });
  });

  it('of a business take a contact, and authorized users one by one', async () => {
    const customerId = await customerOf(acme());
    const {
      createAddAuthorizedUsersRequest,
      createFullName,
      createPhone,
      createRemoveAuthorizedUsersRequest,
    } = sdk.helpers;
    const bo = {
      fullName: createFullName('Bo', 'Lind'),
      email: 'bo@acme.example',
      phone: createPhone('1', '5555550143'),
      jwtSubject: 'user-test-bo',
    };
    const patched = await sdk.customers.update({
      customerId,
      data: { type: 'businessCustomer', attributes: { contact: bo } },
    });
    expect(patched.data.attributes).toMatchObject({ contact: bo });
    const added = await sdk.customers.addAuthorizedUsers(createAddAuthorizedUsersRequest(customerId, [bo]));
    expect(added.data.attributes.authorizedUsers).toEqual([bo]);
    const removed = await sdk.customers.removeAuthorizedUsers(
      createRemoveAuthorizedUsersRequest(customerId, [bo.email]),
    );
    expect(removed.data.attributes.authorizedUsers).toEqual([]);
  });

  it('that are sole proprietors say so', async () => {
    const person = ada().attributes;
    const { data } = await sdk.applications.create({
      type: 'individualApplication',
      attributes: {
        ...person,
        soleProprietorship: true,
        ein: '987654321',
        dba: 'Okafor Bikes',
        annualRevenue: 'Between50kAnd100k',
        numberOfEmployees: 'Between5And10',
        businessVertical: 'RepairAndMaintenance',
        website: 'https://bikes.example',
      },
    });
    const customer = await sdk.customers.get(data.relationships.customer?.data.id ?? '');
    expect(customer.data.attributes).toMatchObject({
      soleProprietorship: true,
      ein: '987654321',
      dba: 'Okafor Bikes',
    });
  });

  it('are archived for a reason, with their application', async () => {
    const customerId = await customerOf();
    const data = { type: 'archiveCustomer', attributes: { reason: 'FraudClientIdentified' } } as const;
    const archived = await sdk.customers.archiveCustomer({ customerId, data });
    expect(archived.data.attributes).toMatchObject({
      status: 'Archived',
      archiveReason: 'FraudClientIdentified',
    });
    expect((await sdk.applications.get('800001')).data.attributes.archived).toBe(true);
    expect((await sdk.customers.list({ status: ['Archived'] })).data).toHaveLength(1);
  });
});

describe('customer tokens through Unit’s own SDK', () => {
  it('are minted for a session JWT and open just that customer’s cards', async () => {
    const customerId = await customerOf();
    await customerOf(ada({ ssn: '111111111' }));
    const [card] = bank.controls.cards(customerId);
    const { data } = await sdk.customerToken.createToken(customerId, {
      type: 'customerToken',
      attributes: {
        scope: 'customers cards cards-sensitive',
        jwtToken: provider.jwt(),
        expiresIn: 300,
        resources: [{ type: 'card', ids: [card?.id ?? ''] }],
      },
    });
    expect(data).toEqual({
      type: 'customerBearerToken',
      attributes: { token: expect.stringMatching(/^v2\.public\./), expiresIn: 300 },
    });
    const holder = as(data.attributes.token);
    expect(ids((await holder.cards.list()).data)).toEqual([card?.id]);
    expect(ids((await holder.customers.list()).data)).toEqual([customerId]);
    expect((await holder.cards.getPinStatus(card?.id ?? '')).data.attributes.status).toBe('NotSet');
    expect((await errorOf(holder.applications.list())).message).toBe('403 - Forbidden');
  });

  it('are minted for a passcode, after a verification was started', async () => {
    const customerId = await customerOf();
    const started = await sdk.customerToken.createTokenVerification(customerId, {
      type: 'customerTokenVerification',
      attributes: { channel: 'sms', appHash: 'abcdefghijk', language: 'es' },
    });
    expect(started.data.type).toBe('customerTokenVerification');
    const { data } = await sdk.customerToken.createToken(customerId, {
      type: 'customerToken',
      attributes: {
        scope: 'cards-write',
        verificationToken: started.data.attributes.verificationToken,
        verificationCode: bank.controls.outbox()[0]?.code ?? '',
      },
    });
    expect(data.attributes.expiresIn).toBe(86_400);
  });

  it('are refused for somebody else’s JWT', async () => {
    const customerId = await customerOf();
    const error = await errorOf(
      sdk.customerToken.createToken(customerId, {
        type: 'customerToken',
        attributes: { scope: 'cards-sensitive', jwtToken: provider.jwt({ sub: 'user-test-other' }) },
      }),
    );
    expect(error.errors[0]).toMatchObject({
      status: '400',
      code: 'invalid_value',
      source: { pointer: '/data/attributes/jwtToken' },
    });
  });
});

describe('webhooks and events through Unit’s own SDK', () => {
  const token = 'unit-webhook-demo-secret';
  const register = () =>
    sdk.webhooks.create({
      type: 'webhook',
      attributes: {
        label: 'bridge',
        url: target.url,
        token,
        contentType: 'JsonAPI',
        deliveryMode: 'AtLeastOnce',
      },
    });

  it('are registered, read, listed, changed, switched off and on', async () => {
    const { data } = await register();
    expect(data.attributes).toMatchObject({ label: 'bridge', status: 'Enabled', token, url: target.url });
    expect((await sdk.webhooks.get(data.id)).data).toEqual(data);
    const { createdAt } = data.attributes;
    const id = Number(data.id);
    expect(
      (await sdk.webhooks.list({ since: createdAt, until: createdAt, fromId: id, toId: id })).data,
    ).toEqual([data]);
    expect((await sdk.webhooks.list({ fromId: id + 1 })).data).toEqual([]);
    const changed = await sdk.webhooks.update(data.id, {
      type: 'webhook',
      attributes: { label: 'renamed', contentType: 'Json', token: 'next' },
    });
    expect(changed.data.attributes).toMatchObject({ label: 'renamed', contentType: 'Json', token: 'next' });
    expect((await sdk.webhooks.disable(data.id)).data.attributes.status).toBe('Disabled');
    expect((await sdk.webhooks.enable(data.id)).data.attributes.status).toBe('Enabled');
  });

  it('are listed by type and time, read, and fired again under the same id', async () => {
    await register();
    await sdk.applications.create(ada());
    const all = (await sdk.events.list()).data;
    expect(all.map(({ type }) => type)).toEqual([
      'customer.created',
      'application.approved',
      'application.created',
    ]);
    const { data } = await sdk.events.list({ type: ['customer.created', 'customer.archived'], limit: 5 });
    expect(data).toEqual(all.slice(0, 1));
    expect((await sdk.events.list({ since: '2026-02-03T04:05:07.000Z' })).data).toEqual([]);
    expect((await sdk.events.list({ until: '2026-02-03T04:05:07.000Z' })).data).toHaveLength(3);
    const id = data[0]?.id ?? '';
    expect((await sdk.events.get(id)).data).toEqual(data[0]);
    await bank.controls.flushWebhooks();
    expect((await sdk.events.fire(id)).data.id).toBe(id);
    await bank.controls.flushWebhooks();
    expect(target.deliveries.map(({ types }) => types)).toEqual([
      ['application.created', 'application.approved', 'customer.created'],
      ['customer.created'],
    ]);
  });

  it.each([
    ['passes a delivery without escapes', false],
    ['turns down a delivery with escapes, since it writes the parsed body again', true],
  ])('its verify %s', async (_title, unicodeEscapes) => {
    bank.controls.switches.unicodeEscapes = unicodeEscapes;
    await register();
    await sdk.applications.create(ada({ fullName: { first: 'Zoë', last: 'Okafor' } }));
    await bank.controls.flushWebhooks();
    const [delivery] = target.deliveries;
    const signature = delivery?.headers.get('x-unit-signature') ?? '';
    const body = delivery?.body ?? '';
    expect(signatureOf(token, body)).toBe(signature);
    expect(sdk.webhooks.verify(signature, token, JSON.parse(body))).toBe(!unicodeEscapes);
    expect(sdk.webhooks.verify(signature, 'another secret', JSON.parse(body))).toBe(false);
  });

  const plain =
    '{"data":[{"id":"900001","type":"customer.created","attributes":{"createdAt":"2026-02-03T04:05:06.789Z","tags":{"env":"demo"}},"relationships":{"customer":{"data":{"id":"700001","type":"individualCustomer"}},"application":{"data":{"id":"800001","type":"individualApplication"}}}}]}';
  const escaped = plain.replace('demo', String.raw`d\u00e9mo`);

  it.each([
    ['a plain body', plain, '2c3vO87IC6deKBJldxw+wZEYFho=', true],
    ['a body with an escape', escaped, '8jAM7/dFvPAl104KSHIg0UTvW/g=', false],
    ['that body written again', JSON.stringify(JSON.parse(escaped)), 'YskjSsJ5so9hLFr/rwHil8zT7/o=', true],
  ])('its verify knows the vector of %s as we do, or not at all', (_title, body, signature, isPassed) => {
    expect(signatureOf(token, body)).toBe(signature);
    expect(sdk.webhooks.verify(signature, token, JSON.parse(body))).toBe(isPassed);
  });
});

describe('cards and accounts through Unit’s own SDK', () => {
  it('are read, alone or with what belongs to them', async () => {
    const customerId = await customerOf();
    const { data } = await sdk.cards.list({ customerId, status: ['Active'], include: 'customer,account' });
    const cardId = data[0]?.id ?? '';
    expect(data[0]?.attributes).toMatchObject({
      status: 'Active',
      bin: expect.stringMatching(/^\d{9}$/),
      last4Digits: expect.stringMatching(/^\d{4}$/),
    });
    const alone = await sdk.cards.get(cardId);
    expect(alone).toEqual({ data: data[0] });
    const { included } = await sdk.cards.get(cardId, 'customer,account');
    expect(included?.map(({ type }) => type)).toEqual(['individualCustomer', 'depositAccount']);
    const accountId = data[0]?.relationships.account.data.id ?? '';
    const { data: account } = await sdk.accounts.get(accountId);
    expect(account.attributes).toMatchObject({
      name: 'Ada Okafor',
      depositProduct: 'checking',
      routingNumber: expect.stringMatching(/^\d{9}$/),
      accountNumber: expect.stringMatching(/^\d+$/),
    });
    expect((await sdk.accounts.get(accountId, 'customer')).included).toHaveLength(1);
    expect((await sdk.accounts.list({ customerId, include: 'customer' })).data).toEqual([account]);
  });

  it('are issued once per key, found by tag, frozen and freed', async () => {
    const customerId = await customerOf();
    const { createRelationship } = sdk.helpers;
    const accountId = bank.controls.accounts(customerId)[0]?.id ?? '';
    const request = {
      type: 'individualVirtualDebitCard',
      attributes: { tags: { purpose: 'groceries' }, idempotencyKey: 'card-1' },
      relationships: {
        account: createRelationship('depositAccount', accountId),
        customer: createRelationship('individualCustomer', customerId),
      },
    } as const;
    const { data } = await sdk.cards.createDebitCard(request);
    expect((await sdk.cards.create(request)).data).toEqual(data);
    expect(ids((await sdk.cards.list({ accountId, tags: { purpose: 'groceries' } })).data)).toEqual([
      data.id,
    ]);
    expect((await sdk.cards.freeze(data.id)).data.attributes.status).toBe('Frozen');
    expect(ids((await sdk.cards.list({ status: ['Frozen', 'Lost'] })).data)).toEqual([data.id]);
    expect((await sdk.cards.unfreeze(data.id)).data.attributes.status).toBe('Active');
  });
});

describe('org tokens through Unit’s own SDK', () => {
  it('are made, work, are listed without their secret, and end when revoked', async () => {
    const { data } = await sdk.orgTokens.create('7', {
      type: 'apiToken',
      attributes: {
        description: 'webhook and reconcile',
        scope: 'applications customers events webhooks',
        expiration: '2027-02-03T00:00:00.000Z',
        sourceIp: '127.0.0.1,203.0.113.7',
      },
    });
    const { token, ...known } = data.attributes;
    const events = as(token ?? '');
    expect((await events.customers.list()).data).toEqual([]);
    expect((await errorOf(events.cards.list())).message).toBe('403 - Forbidden');
    expect((await sdk.orgTokens.list('7')).data).toEqual([
      { type: 'apiToken', id: data.id, attributes: known },
    ]);
    expect((await sdk.orgTokens.list('8')).data).toEqual([]);
    await sdk.orgTokens.revoke('7', data.id);
    expect((await errorOf(events.customers.list())).message).toBe('401 - Unauthorized');
    expect((await errorOf(sdk.orgTokens.revoke('7', data.id))).errors[0]?.code).toBe('token_not_found');
  });
});

describe('application forms through Unit’s own SDK', () => {
  const request = { type: 'applicationForm', attributes: { tags: { bridgeApplicationId: TAG } } } as const;

  it('are refused as of the closed first version, the only one that this SDK speaks', async () => {
    for (const call of [
      () => sdk.applicationForms.create(request),
      () => sdk.applicationForms.get('600001'),
    ]) {
      expect((await errorOf(call())).errors[0]).toMatchObject({ status: '400', code: 'feature_disabled' });
    }
  });

  it('work once something between adds the second version’s header and key', async () => {
    const between = await listen((incoming) => {
      const headers = new Headers(incoming.headers);
      headers.set('x-accept-version', 'V2024_06');
      return bank.simulator.handle(new Request(incoming, { headers }));
    }, 0);
    const forms = new Sdk(ORG, between.url).applicationForms;
    const attributes = {
      ...request.attributes,
      idempotencyKey: TAG,
      jwtSubject: SUBJECT,
      allowedApplicationTypes: ['Individual' as const],
      applicantDetails: { applicationType: 'Individual' as const, email: 'ada.okafor@example.com' },
    };
    const { data } = await forms.create({ type: 'applicationForm', attributes });
    expect(data).toMatchObject({
      type: 'applicationFormV2',
      attributes: { tags: { bridgeApplicationId: TAG }, applicationFormToken: { token: expect.any(String) } },
      links: { related: { href: expect.stringContaining('/hosted-forms/') } },
    });
    expect((await forms.get(data.id)).data).toEqual(data);
    await between.close();
  });
});

describe('errors in Unit’s own SDK', () => {
  it.each([
    ['401 - Unauthorized', 'unauthorized', () => as('nobody').customers.list()],
    ['400 - Bad Request', 'customer_not_found', () => sdk.customers.get('799999')],
    ['400 - Bad Request', 'application_not_found', () => sdk.applications.get('899999')],
    ['400 - Bad Request', 'webhook_not_found', () => sdk.webhooks.enable('599999')],
    ['400 - Bad Request', 'event_not_found', () => sdk.events.fire('999999')],
    ['404 - Not Found', 'not_found', () => sdk.cards.limits('410001')],
  ])('are read as %s with code %s and a support id', async (message, code, call) => {
    const error = await errorOf(call());
    expect(error.message).toBe(message);
    expect(sdk.isError(error)).toBe(true);
    expect(error.errors).toEqual([
      {
        status: message.slice(0, 3),
        title: message.slice(6),
        code,
        details: expect.any(String),
        meta: { supportId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
      },
    ]);
  });

  it('carry one entry per fault with its place in the body', async () => {
    const { errors } = await errorOf(sdk.applications.create(ada({ ssn: '12', dateOfBirth: 'yesterday' })));
    expect(errors.map(({ source }) => source?.pointer)).toEqual([
      '/data/attributes/dateOfBirth',
      '/data/attributes/ssn',
    ]);
  });

  it('name the earlier application of the same person', async () => {
    await sdk.applications.create(ada());
    const error = await errorOf(sdk.applications.create(ada({ idempotencyKey: 'another' })));
    expect(error.message).toBe('400 - Duplicate');
    expect(error.errors[0]?.meta?.existingIds).toEqual(['800001']);
  });

  it('tell of the limit of calls', async () => {
    bank.controls.switches.rateLimitPerMinute = 1;
    await sdk.customers.list();
    expect((await errorOf(sdk.customers.list())).message).toBe('429 - Too Many Requests');
  });

  it.each([
    ['502 - Bad Gateway', { kind: 'html', status: 502 } as const],
    ['Unknown Error', { kind: 'reset' } as const],
  ])('are read as %s where the answer is not Unit’s', async (message, fault) => {
    bank.controls.arm({ method: 'GET', path: '/customers/*', times: 1, fault });
    const error = await errorOf(sdk.customers.get('700001'));
    expect([error.message, error.errors]).toEqual([message, []]);
  });
});
