import { describe, expect, it } from '@jest/globals';
import {
  applicationDocument,
  customerDocument,
  toApplication,
  toCustomer,
} from '../../../functions/adapters/unit/resources.ts';
import application from './fixtures/application-awaiting-documents.json' with { type: 'json' };
import business from './fixtures/customer-business.json' with { type: 'json' };
import individual from './fixtures/customer-individual.json' with { type: 'json' };

const { data } = application;

function mapped(changes: object = {}, attributes: object = {}, included?: readonly unknown[]) {
  const resource = { ...data, attributes: { ...data.attributes, ...attributes }, ...changes };
  const parsed = applicationDocument.parse({ data: resource, included });
  return toApplication(parsed.data, parsed.included);
}

describe("an application document of Unit's", () => {
  it('INV5 becomes ids, kind, status, time, subject, email and documents, and nothing else of the person', () => {
    const parsed = applicationDocument.parse(application);
    expect(toApplication(parsed.data, parsed.included)).toEqual({
      unitApplicationId: '800001',
      type: 'individual',
      status: 'AwaitingDocuments',
      updatedAt: '2026-02-03T04:05:07.001Z',
      unitCustomerId: null,
      jwtSubject: 'user-test-0f2c',
      applicationId: 'NJZ3YTEYBNFOW57B4M6LHFHDHY',
      documents: [{ documentId: '1', documentType: 'AddressVerification', status: 'Required' }],
      applicantEmail: 'ada.okafor@example.com',
    });
  });

  it.each(['individualCustomer', 'businessCustomer', 'customer'])(
    'names the customer once it is approved, whatever type the relation has (%s)',
    (type) => {
      const relationships = { customer: { data: { type, id: '700001' } } };
      expect(mapped({ relationships }, { status: 'Approved' }).unitCustomerId).toBe('700001');
    },
  );

  it.each([undefined, {}, { customer: null }, { customer: {} }, { customer: { data: null } }])(
    'has no customer where the relation is missing or empty: %j',
    (relationships) => {
      expect(mapped({ relationships }).unitCustomerId).toBeNull();
    },
  );

  it('finds the subject of a business on its contact', () => {
    expect(mapped({}, { jwtSubject: undefined, contact: { jwtSubject: 'user-test-77aa' } }).jwtSubject).toBe(
      'user-test-77aa',
    );
    expect(mapped({}, { jwtSubject: null, contact: null }).jwtSubject).toBeNull();
  });

  it('says which kind of applicant it is', () => {
    expect(mapped({}, { soleProprietorship: true }).type).toBe('sole_proprietor');
    expect(mapped({}, { soleProprietorship: false }).type).toBe('individual');
    expect(mapped({}, { soleProprietorship: null }).type).toBe('individual');
    expect(mapped({ type: 'businessApplication' }).type).toBe('business');
  });

  it('INV2 takes the email of a business from its contact alone', () => {
    const emailOf = (attributes: object) =>
      mapped({ type: 'businessApplication' }, { email: 'other@example.com', ...attributes }).applicantEmail;
    expect(emailOf({ contact: { email: 'ada@example.com' } })).toBe('ada@example.com');
    expect(emailOf({ contact: { email: null } })).toBeNull();
    expect(emailOf({ contact: null })).toBeNull();
    expect(mapped({}, { email: null, contact: { email: 'ada@example.com' } }).applicantEmail).toBeNull();
  });

  it('has no id of ours without the tag', () => {
    expect(mapped({}, { tags: null }).applicationId).toBeNull();
    expect(mapped({}, { tags: { other: 'x' } }).applicationId).toBeNull();
    expect(mapped({}, { tags: undefined }).applicationId).toBeNull();
  });

  it("INV4 orders by Unit's own time of change, and by that of creation where there is none", () => {
    expect(mapped({}, { updatedAt: undefined }).updatedAt).toBe('2026-02-03T04:05:06.789Z');
    expect(mapped({}, { updatedAt: null }).updatedAt).toBe('2026-02-03T04:05:06.789Z');
  });

  it('INV4 brings times of every form into one, so that they compare as text', () => {
    const at = (updatedAt: string) => mapped({}, { updatedAt }).updatedAt;
    expect(at('2026-02-03T05:05:07+01:00')).toBe('2026-02-03T04:05:07.000Z');
    expect(at('2026-02-03T04:05:07Z')).toBe('2026-02-03T04:05:07.000Z');
    expect(at('2026-02-03T04:05:07.123456Z')).toBe('2026-02-03T04:05:07.123Z');
    expect(at('soon') < at('2026-02-03T04:05:07Z')).toBe(true);
  });

  it('shows documents alone of what stands beside it', () => {
    const included = [
      { type: 'individualCustomer', id: '700001', attributes: { ssn: '078051120' } },
      { type: 'document', id: '2', attributes: { documentType: 'IdDocument', status: 'Invalid' } },
      { type: 'document', id: '3', attributes: {} },
      null,
      'document',
    ];
    expect(mapped({}, {}, included).documents).toEqual([
      { documentId: '2', documentType: 'IdDocument', status: 'Invalid' },
    ]);
  });

  it.each([
    ['an unknown status', { attributes: { ...data.attributes, status: 'Waiting' } }],
    ['a status of ours', { attributes: { ...data.attributes, status: 'Submitting' } }],
    ['no time at all', { attributes: { ...data.attributes, createdAt: undefined } }],
    ['an id that is no number', { id: '../customers/1' }],
    ['an id that begins with zero', { id: '0800001' }],
    ['an id that is a number and no text', { id: 800001 }],
    ['a subject that is a number', { attributes: { ...data.attributes, jwtSubject: 5 } }],
    ['a customer id that is no number', { relationships: { customer: { data: { id: 'x' } } } }],
  ])('O10 is refused with %s', (_, changes) => {
    expect(applicationDocument.safeParse({ data: { ...data, ...changes } }).success).toBe(false);
  });
});

describe("a customer document of Unit's", () => {
  it('INV5 becomes ids, type, status and subjects, and nothing of the person', () => {
    expect(toCustomer(customerDocument.parse(individual))).toEqual({
      unitCustomerId: '700001',
      type: 'individual',
      status: 'Active',
      jwtSubjects: ['user-test-0f2c'],
      unitApplicationId: '800001',
    });
  });

  it('INV2 lists everybody who may act for a business, and nobody without a subject', () => {
    expect(toCustomer(customerDocument.parse(business))).toEqual({
      unitCustomerId: '700002',
      type: 'business',
      status: 'Archived',
      jwtSubjects: ['user-test-0f2c', 'user-test-77aa'],
      unitApplicationId: '800002',
    });
  });

  it('INV2 lists nobody when no subject is set', () => {
    const attributes = { ...individual.data.attributes, jwtSubject: null, authorizedUsers: null };
    const parsed = customerDocument.parse({ data: { ...individual.data, attributes, relationships: {} } });
    expect(toCustomer(parsed)).toMatchObject({ jwtSubjects: [], unitApplicationId: null });
  });

  it.each(['Frozen', 'Review', '', null])('O10 is refused with the status %s', (status) => {
    const attributes = { ...individual.data.attributes, status };
    expect(customerDocument.safeParse({ data: { ...individual.data, attributes } }).success).toBe(false);
  });
});
