import { beforeEach, describe, expect, it } from '@jest/globals';
import { ada, at, type Reply, SUBJECT, TAG, textAt, type Unit, unit } from './support.ts';

let bank: Unit;

beforeEach(() => {
  bank = unit({ publicUrl: () => 'http://127.0.0.1:4020' });
});

const headers = { 'x-accept-version': 'V2024_06' };

const formBody = (attributes: object = {}): object => ({
  data: {
    type: 'applicationForm',
    attributes: {
      idempotencyKey: TAG,
      jwtSubject: SUBJECT,
      allowedApplicationTypes: ['Individual'],
      tags: { bridgeApplicationId: TAG },
      applicantDetails: { applicationType: 'Individual', email: ada.email, phone: ada.phone },
      settingsOverride: { redirectUrl: 'https://app.example.com/done' },
      ...attributes,
    },
  },
});

const create = (attributes: object = {}): Promise<Reply> =>
  bank.call('POST', '/application-forms', { body: formBody(attributes), headers });

const linkOf = ({ json }: Reply): string => textAt(json, 'data', 'links', 'related', 'href');

async function page(
  url: string,
  fields?: Record<string, string>,
): Promise<{ response: Response; text: string }> {
  const response = await bank.simulator.handle(
    fields === undefined
      ? new Request(url)
      : new Request(url, { method: 'POST', body: new URLSearchParams(fields) }),
  );
  return { response, text: await response.clone().text() };
}

const answers = {
  'fullName.first': 'Ada',
  'fullName.last': 'Okafor',
  email: 'ada.okafor@example.com',
  'phone.countryCode': '1',
  'phone.number': '5555550142',
  dateOfBirth: '1991-04-23',
  ssn: '078051120',
  'address.street': '12 Juniper Way',
  'address.city': 'Boise',
  'address.state': 'ID',
  'address.postalCode': '83702',
  occupation: 'ScientistOrTechnologist',
};

const under = (at: string, fields: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [`${at}.${name}`, value]));

describe('an application form', () => {
  it('is answered with 201, a token and a link to the hosted page', async () => {
    const { status, json } = await create();
    expect(status).toBe(201);
    expect(at(json, 'data')).toMatchObject({
      type: 'applicationFormV2',
      id: '600001',
      attributes: {
        tags: { bridgeApplicationId: TAG },
        applicationFormToken: { expiration: '2026-02-04T04:05:06.789Z' },
      },
      links: { related: { type: 'text/html', href: expect.stringMatching(/^http:\/\/127\.0\.0\.1:4020\//) } },
    });
  });

  it.each([{}, { 'x-accept-version': 'V1' }])(
    'is refused with the headers %j, since the first version is closed',
    async (other) => {
      const { status } = await bank.call('POST', '/application-forms', { body: formBody(), headers: other });
      expect(status).toBe(400);
    },
  );

  it.each([
    { idempotencyKey: undefined },
    { allowedApplicationTypes: [] },
    { allowedApplicationTypes: ['Trust'] },
    { stage: 'x' },
    { settingsOverride: { redirectUrl: 'nowhere' } },
    { applicantDetails: { favouriteColour: 'blue' } },
  ])('is refused with %j', async (attributes) => {
    expect((await create(attributes)).status).toBe(400);
  });

  it('is made once for a key', async () => {
    const first = await create();
    const second = await create();
    expect(linkOf(second)).toBe(linkOf(first));
    expect((await create({ tags: {} })).status).toBe(409);
  });

  it('shares no key with an application', async () => {
    await create();
    const { status } = await bank.call('POST', '/applications', {
      body: { data: { type: 'individualApplication', attributes: { ...ada, idempotencyKey: TAG } } },
    });
    expect(status).toBe(201);
  });
});

describe('the hosted page', () => {
  it('shows the fields with their prefill, escaped', async () => {
    const url = linkOf(await create({ applicantDetails: { email: `"><script>@x`, phone: ada.phone } }));
    const { response, text } = await page(url);
    expect(response.status).toBe(200);
    expect(text).toContain('value="5555550142"');
    expect(text).not.toContain('<script');
    expect(text).toContain('name="ssn"');
  });

  it('makes the application with the form’s tags and subject, and sends the applicant back', async () => {
    const url = linkOf(await create());
    const { response } = await page(url, answers);
    expect([response.status, response.headers.get('location')]).toEqual([
      303,
      'https://app.example.com/done',
    ]);
    const { json } = await bank.call('GET', '/applications/800001');
    expect(at(json, 'data')).toMatchObject({
      attributes: { jwtSubject: SUBJECT, tags: { bridgeApplicationId: TAG }, status: 'Approved' },
      relationships: { applicationForm: { data: { id: '600001' } }, customer: { data: { id: '700001' } } },
    });
    const form = await bank.call('GET', '/application-forms/600001', { headers });
    expect(at(form.json, 'data', 'relationships', 'application', 'data', 'id')).toBe('800001');
    expect(bank.controls.events().map(({ type }) => type)).toEqual([
      'application.created',
      'application.approved',
      'customer.created',
    ]);
    expect(bank.controls.received()).toMatchObject({ ssns: ['078051120'], birthDates: ['1991-04-23'] });
  });

  it('shows what is wrong and keeps what was typed', async () => {
    const url = linkOf(await create());
    const { response, text } = await page(url, { ...answers, ssn: '12' });
    expect(response.status).toBe(400);
    expect(text).toContain('/data/attributes/ssn');
    expect(text).toContain('value="12 Juniper Way"');
    expect(bank.controls.applications()).toEqual([]);
    expect((await page(url, answers)).response.status).toBe(303);
  });

  it('takes one application only', async () => {
    const url = linkOf(await create());
    await page(url, answers);
    expect((await page(url, { ...answers, ssn: '111111111' })).response.status).toBe(409);
    expect(bank.controls.applications()).toHaveLength(1);
  });

  it('is gone when the link has expired, and unknown for another token', async () => {
    const url = linkOf(await create());
    expect((await page(`${url}x`)).response.status).toBe(404);
    bank.controls.ageForms(24 * 3_600);
    expect((await page(url)).response.status).toBe(410);
    expect((await page(url, answers)).response.status).toBe(410);
  });

  it('offers only the kinds of applicant that the form allows', async () => {
    const url = linkOf(await create({ allowedApplicationTypes: ['Individual', 'SoleProprietorship'] }));
    const { text } = await page(`${url}?type=Business`);
    expect(text).toContain('type=SoleProprietorship');
    expect(text).not.toContain('name="officer.ssn"');
    await page(`${url}?type=SoleProprietorship`, {
      ...answers,
      dba: 'Ada’s Bikes',
      numberOfEmployees: 'One',
    });
    expect(bank.controls.applications()[0]?.applicant.attributes).toMatchObject({
      soleProprietorship: true,
      dba: 'Ada’s Bikes',
    });
  });

  it('takes a business, whose contact gets the subject', async () => {
    const url = linkOf(
      await create({
        jwtSubject: undefined,
        allowedApplicationTypes: ['Business'],
        applicantDetails: { contact: { email: ada.email, jwtSubject: 'user-test-firm' } },
        settingsOverride: {},
      }),
    );
    const {
      'fullName.first': first,
      'fullName.last': last,
      email,
      dateOfBirth,
      occupation,
      ...rest
    } = answers;
    const { ssn: _ssn, ...place } = rest;
    const contact = {
      'fullName.first': first,
      'fullName.last': last,
      email,
      'phone.countryCode': '1',
      'phone.number': '5555550142',
    };
    const person = { ...contact, ...place, dateOfBirth, ssn: '123123123' };
    const { response, text } = await page(url, {
      name: 'Acme Tools',
      ein: '123456789',
      entityType: 'LLC',
      stateOfIncorporation: 'DE',
      ...place,
      ...under('contact', contact),
      ...under('officer', { ...person, occupation }),
      ...under('owner', { ...person, percentage: '60' }),
    });
    expect([response.status, text]).toEqual([200, expect.stringContaining('was received')]);
    const { json } = await bank.call('GET', '/applications/800001');
    expect(at(json, 'data', 'type')).toBe('businessApplication');
    expect(at(json, 'data', 'attributes', 'contact', 'jwtSubject')).toBe('user-test-firm');
    expect(at(json, 'data', 'relationships', 'beneficialOwners', 'data')).toHaveLength(1);
  });

  it('shows a duplicate as a fault', async () => {
    await bank.call('POST', '/applications', {
      body: { data: { type: 'individualApplication', attributes: ada } },
    });
    const { response, text } = await page(linkOf(await create()), answers);
    expect([response.status, text]).toEqual([400, expect.stringContaining('Duplicate')]);
  });
});

describe('beneficial owners', () => {
  it('are changed by way of their application, identity apart', async () => {
    const { acme, business } = await import('./support.ts');
    const { json } = await bank.call('POST', '/applications', { body: business() });
    const id = textAt(json, 'data', 'relationships', 'beneficialOwners', 'data', 0, 'id');
    const patch = (attributes: object, applicationId = '800001') =>
      bank.call('PATCH', `/beneficial-owner/${id}`, {
        body: {
          data: {
            type: 'beneficialOwner',
            attributes,
            relationships: { application: { data: { type: 'businessApplication', id: applicationId } } },
          },
        },
      });
    const changed = await patch({ occupation: 'Doctor' });
    expect(at(changed.json, 'data', 'attributes', 'occupation')).toBe('Doctor');
    expect((await patch({ ssn: '999999999' })).status).toBe(400);
    expect((await patch({ occupation: 'Doctor' }, '800009')).status).toBe(400);
    expect(bank.controls.applications()[0]?.beneficialOwners[0]?.attributes.ssn).toBe(
      acme.beneficialOwners[0]?.ssn,
    );
  });
});
