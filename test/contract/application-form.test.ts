import { describe, expect, it } from '@jest/globals';
import { applicationAnswer } from '../../functions/contract/application.ts';
import { applicationFormAnswer, applicationFormRequest } from '../../functions/contract/application-form.ts';
import { individual } from '../support/core-examples.ts';

const isAccepted = (body: unknown): boolean => applicationFormRequest.safeParse(body).success;

const { fullName, email, phone, address } = individual;
const contact = { fullName, email };

describe('A form is asked for', () => {
  it.each([
    ['by its kind alone', { type: 'individual' }],
    ['for a sole proprietor', { type: 'sole_proprietor', prefill: { fullName, email, phone, address } }],
    ['for a business', { type: 'business', prefill: { name: 'Okafor Woodworks', phone, address, contact } }],
    ['with nothing in its prefill', { type: 'business', prefill: { contact: {} } }],
  ])('%s', (_title, body) => {
    expect(isAccepted(body)).toBe(true);
  });
});

describe('INV5 No secret of the applicant passes through us', () => {
  const secrets = {
    ssn: '078051120',
    passport: 'A1234567',
    nationality: 'NG',
    dateOfBirth: '1991-04-23',
    ein: '123456789',
  };
  const kinds = ['individual', 'sole_proprietor', 'business'] as const;
  const cases = kinds.flatMap((type) =>
    Object.entries(secrets).map(([name, value]) => [type, name, value] as const),
  );

  it.each(cases)('%s: a form with %s is refused wherever it stands', (type, name, value) => {
    const secret = { [name]: value };
    for (const body of [
      { type, ...secret },
      { type, prefill: secret },
      { type, prefill: { contact: secret } },
      { type, prefill: { officer: secret } },
      { type, prefill: { fullName: { ...fullName, ...secret } } },
    ]) {
      expect(isAccepted(body)).toBe(false);
    }
  });
});

describe('A form is refused', () => {
  it.each([
    ['without a kind', {}],
    ['of another kind', { type: 'trust' }],
    ['with a subject of the caller’s own', { type: 'individual', jwtSubject: 'user-test-mallory' }],
    ['with tags of the caller’s own', { type: 'individual', tags: { bridgeApplicationId: 'X' } }],
    ['with kinds of the caller’s own', { type: 'individual', allowedApplicationTypes: ['Business'] }],
    ['with settings of the caller’s own', { type: 'individual', settingsOverride: {} }],
    ['of a person with a contact', { type: 'individual', prefill: { contact } }],
    ['of a business with a person’s name', { type: 'business', prefill: { fullName } }],
    ['of a business with an email outside its contact', { type: 'business', prefill: { email } }],
    ['with half an address', { type: 'individual', prefill: { address: { city: 'Boise' } } }],
    ['with a word for a website', { type: 'business', prefill: { website: 'okafor' } }],
    ['with a null byte in a name', { type: 'business', prefill: { name: 'Okafor\u0000' } }],
    ['with a redirect of 2,049 characters', { type: 'individual', redirectUrl: 'x'.repeat(2049) }],
  ])('%s', (_title, body) => {
    expect(isAccepted(body)).toBe(false);
  });
});

describe('An open form in the answers', () => {
  const open = { applicationId: 'A', type: 'business', status: 'Submitting' } as const;

  it('has its link where it was asked for, and only its end where it is read', () => {
    const link = { url: 'https://forms.unit.example/x', token: 't', expiresAt: '2027-01-15T08:00:00.000Z' };
    expect(applicationFormAnswer.parse({ ...open, ...link })).toEqual({ ...open, ...link });
    const read = { ...open, documents: [], formExpiresAt: link.expiresAt };
    expect(applicationAnswer.parse({ ...read, ...link })).toEqual(read);
  });
});
