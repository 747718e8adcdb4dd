import { describe, expect, it } from '@jest/globals';
import { toOurPointer, toSubmissionBody } from '../../../functions/adapters/unit/submission.ts';
import { ada } from '../../support/adapters-unit.ts';
import individual from './fixtures/submission-individual.json' with { type: 'json' };

const intent = {
  applicationId: 'NJZ3YTEYBNFOW57B4M6LHFHDHY',
  stytchUserId: 'user-test-0f2c',
  sourceIp: '203.0.113.7',
};

const attributesOf = (body: unknown): unknown => Object(Object(body)['data'])['attributes'];

describe("an application in Unit's form", () => {
  it("is Unit's own example, field by field", () => {
    expect(toSubmissionBody({ ...intent, request: ada })).toEqual(individual);
  });

  it('I8 carries our id as key and tag, the user as its subject and the address the gateway saw', () => {
    expect(attributesOf(toSubmissionBody({ ...intent, request: ada }))).toMatchObject({
      idempotencyKey: intent.applicationId,
      tags: { bridgeApplicationId: intent.applicationId },
      jwtSubject: intent.stytchUserId,
      ip: intent.sourceIp,
    });
  });

  it('O3 never lets the caller set any of these, even if a field of that name came so far', () => {
    const smuggled = {
      ...ada,
      jwtSubject: 'user-test-evil',
      idempotencyKey: 'evil',
      ip: '198.51.100.66',
      tags: { bridgeApplicationId: 'evil' },
    };
    expect(toSubmissionBody({ ...intent, request: smuggled })).toEqual(individual);
  });

  it('says of a sole proprietor that it is one, and sends our own word for the type nowhere', () => {
    const body = toSubmissionBody({
      ...intent,
      request: { ...ada, type: 'sole_proprietor', dba: 'Ada Tools', numberOfEmployees: 'One' },
    });
    expect(body).toMatchObject({
      data: {
        type: 'individualApplication',
        attributes: { soleProprietorship: true, dba: 'Ada Tools', numberOfEmployees: 'One' },
      },
    });
    expect(JSON.stringify(body)).not.toContain('sole_proprietor');
    expect(attributesOf(toSubmissionBody({ ...intent, request: ada }))).not.toHaveProperty(
      'soleProprietorship',
    );
  });

  it('sends a passport with its nationality in place of an SSN', () => {
    const { ssn: _, ...rest } = ada;
    const body = toSubmissionBody({
      ...intent,
      request: { ...rest, passport: 'X1234567', nationality: 'NG' },
    });
    expect(attributesOf(body)).toMatchObject({ passport: 'X1234567', nationality: 'NG' });
    expect(attributesOf(body)).not.toHaveProperty('ssn');
  });
});

describe('the place of a fault that Unit names', () => {
  it.each([
    ['/data/attributes/dateOfBirth', '/dateOfBirth'],
    ['/data/attributes/address/postalCode', '/address/postalCode'],
    ['/data/attributes/phone', '/phone'],
    ['data/attributes/ssn', '/ssn'],
  ])('P4 %s is %s of the caller', (theirs, ours) => {
    expect(toOurPointer(theirs)).toBe(ours);
  });

  it.each([
    '/data/attributes/jwtSubject',
    '/data/attributes/idempotencyKey',
    '/data/attributes/ip',
    '/data/attributes/tags/bridgeApplicationId',
    '/data/attributes/soleProprietorship',
    '/data/attributes',
    '/data/attributes/',
    '/data/type',
    '/data',
    '/',
    '',
    '/data/attributes/__proto__',
    '/data/attributes/constructor',
    '/data/relationships/attributes/ssn',
  ])('P4 %s is none of the caller', (theirs) => {
    expect(toOurPointer(theirs)).toBeNull();
  });
});
