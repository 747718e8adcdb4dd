import { describe, expect, it } from '@jest/globals';
import { toFormBody, toOurFormPointer } from '../../../functions/adapters/unit/form.ts';
import { ada } from '../../support/adapters-unit.ts';

const intent = { applicationId: 'NJZ3YTEYBNFOW57B4M6LHFHDHY', stytchUserId: 'user-test-0f2c' };

const attributesOf = (body: unknown): unknown => Object(Object(body)['data'])['attributes'];

describe("a form in Unit's terms", () => {
  it("is Unit's own example, field by field", () => {
    const { email, phone } = ada;
    const redirectUrl = 'https://app.example.com/onboarding/done';
    expect(
      toFormBody({ ...intent, request: { type: 'individual', redirectUrl, prefill: { email, phone } } }),
    ).toEqual({
      data: {
        type: 'applicationForm',
        attributes: {
          idempotencyKey: intent.applicationId,
          jwtSubject: intent.stytchUserId,
          allowedApplicationTypes: ['Individual'],
          tags: { bridgeApplicationId: intent.applicationId },
          applicantDetails: { applicationType: 'Individual', email, phone, jwtSubject: intent.stytchUserId },
          settingsOverride: { redirectUrl },
        },
      },
    });
  });

  it.each([
    ['individual', ['Individual']],
    ['sole_proprietor', ['SoleProprietorship']],
    ['business', ['Business', 'MultipleMemberBusiness', 'SingleMemberBusiness']],
  ] as const)('of kind %s allows %j alone', (type, allowedApplicationTypes) => {
    const attributes = attributesOf(toFormBody({ ...intent, request: { type } }));
    expect(attributes).toMatchObject({ allowedApplicationTypes });
    expect(attributes).not.toHaveProperty('settingsOverride');
  });

  it('of a business names the subject on its contact, beside what the caller knows of it', () => {
    const contact = { fullName: ada.fullName, email: ada.email };
    const request = { type: 'business', prefill: { name: 'Okafor Woodworks', contact } } as const;
    expect(attributesOf(toFormBody({ ...intent, request }))).toMatchObject({
      jwtSubject: intent.stytchUserId,
      applicantDetails: {
        name: 'Okafor Woodworks',
        contact: { ...contact, jwtSubject: intent.stytchUserId },
      },
    });
    expect(attributesOf(toFormBody({ ...intent, request: { type: 'business' } }))).toMatchObject({
      applicantDetails: { contact: { jwtSubject: intent.stytchUserId } },
    });
  });

  it('O3 never lets the caller set subject, tag, key or kind, even if a field of that name came so far', () => {
    const evil = { jwtSubject: 'evil', applicationType: 'Individual' };
    const prefill = { ...evil, contact: { ...evil } } as object;
    for (const type of ['individual', 'sole_proprietor', 'business'] as const) {
      const body = toFormBody({ ...intent, request: { type, prefill, tags: evil } as { type: typeof type } });
      expect(JSON.stringify(body)).not.toContain('evil');
    }
  });
});

describe('the place of a fault that Unit names in a form', () => {
  it.each([
    ['/data/attributes/applicantDetails/email', '/prefill/email'],
    ['/data/attributes/applicantDetails/address/postalCode', '/prefill/address/postalCode'],
    ['/data/attributes/applicantDetails/contact/fullName/first', '/prefill/contact/fullName/first'],
    ['data/attributes/applicantDetails/name', '/prefill/name'],
    ['/data/attributes/settingsOverride/redirectUrl', '/redirectUrl'],
  ])('P4 %s is %s of the caller', (theirs, ours) => {
    expect(toOurFormPointer(theirs)).toBe(ours);
  });

  it.each([
    '/data/attributes/applicantDetails/jwtSubject',
    '/data/attributes/applicantDetails/contact/jwtSubject',
    '/data/attributes/applicantDetails/applicationType',
    '/data/attributes/applicantDetails',
    '/data/attributes/applicantDetails/__proto__',
    '/data/attributes/idempotencyKey',
    '/data/attributes/email',
    '/data/attributes/settingsOverride',
    '',
  ])('P4 %s is none of the caller', (theirs) => {
    expect(toOurFormPointer(theirs)).toBeNull();
  });
});
