import { describe, expect, it } from '@jest/globals';
import { applicationRequest } from '../../functions/contract/application.ts';
import {
  annualIncomes,
  annualRevenues,
  businessVerticals,
  employeeCounts,
  industries,
  occupations,
  sourcesOfIncome,
} from '../../functions/contract/unit-enums.ts';
import { individual, soleProprietor } from '../support/core-examples.ts';

const isAccepted = (body: unknown): boolean => applicationRequest.safeParse(body).success;

const { ssn, ...anonymous } = individual;

const without = (body: object, ...members: readonly string[]): object =>
  Object.fromEntries(Object.entries(body).filter(([key]) => !members.includes(key)));

describe('A2.2.1 An application is accepted', () => {
  it.each([
    ['of an individual', individual],
    ['of a sole proprietor', soleProprietor],
    ['without anything optional', without(individual, 'occupation', 'annualIncome', 'sourceOfIncome')],
    ['of a sole proprietor without anything optional', without(soleProprietor, 'dba', 'ein', 'website')],
    ['with a ZIP+4', { ...individual, address: { ...individual.address, postalCode: '83702-1234' } }],
    ['with a name in another script', { ...individual, fullName: { first: 'Åsa', last: 'Nguyễn-O’Neil' } }],
  ])('%s', (_title, body) => {
    expect(isAccepted(body)).toBe(true);
  });
});

describe('A2.2.3 An applicant is identified by an SSN, or by a passport with its nationality', () => {
  const passport = { passport: 'A1234567' };
  const nationality = { nationality: 'NG' };
  it.each([
    ['an SSN', { ssn }, true],
    ['a passport and its nationality', { ...passport, ...nationality }, true],
    ['nothing', {}, false],
    ['both', { ssn, ...passport, ...nationality }, false],
    ['both, without the nationality', { ssn, ...passport }, false],
    ['a passport alone', passport, false],
    ['a nationality alone', nationality, false],
    ['an SSN and a nationality', { ssn, ...nationality }, false],
    ['an SSN with dashes', { ssn: '078-05-1120' }, false],
    ['an SSN of eight digits', { ssn: '07805112' }, false],
    ['the last four digits of an SSN', { ssn: '1120' }, false],
    ['an SSN as a number', { ssn: 78_051_120 }, false],
    ['an SSN in other digits', { ssn: '٠٧٨٠٥١١٢٠' }, false],
    ['an SSN with a line break', { ssn: `${ssn}\n` }, false],
    ['a passport with a space', { passport: 'A123 4567', ...nationality }, false],
    ['a nationality in small letters', { ...passport, nationality: 'ng' }, false],
  ])('%s', (_title, identity, expected) => {
    expect(isAccepted({ ...anonymous, ...identity })).toBe(expected);
    expect(isAccepted({ ...anonymous, type: 'sole_proprietor', ...identity })).toBe(expected);
  });

  it('P4 and the fault is shown at the SSN', () => {
    const parsed = applicationRequest.safeParse(anonymous);
    expect(parsed.error?.issues.map(({ path }) => path)).toEqual([['ssn']]);
  });
});

describe('A2.2.1 An application is refused', () => {
  const { address, fullName, phone } = individual;
  it.each([
    ['of another type', { ...individual, type: 'business' }],
    ['without a type', without(individual, 'type')],
    ['without a name', without(individual, 'fullName')],
    ['with an empty name', { ...individual, fullName: { ...fullName, first: '' } }],
    ['with a name of 256 letters', { ...individual, fullName: { ...fullName, last: 'x'.repeat(256) } }],
    ['with a line break in a name', { ...individual, fullName: { ...fullName, last: 'Oka\nfor' } }],
    ['with a null byte in a street', { ...individual, address: { ...address, street: '12\u0000 Way' } }],
    ['without an email', without(individual, 'email')],
    ['with a word for an email', { ...individual, email: 'ada' }],
    ['with an email of 255 letters', { ...individual, email: `${'a'.repeat(243)}@example.com` }],
    ['with a plus in the country code', { ...individual, phone: { ...phone, countryCode: '+1' } }],
    ['with dashes in a number', { ...individual, phone: { ...phone, number: '555-555-0142' } }],
    ['with the full name of a state', { ...individual, address: { ...address, state: 'Idaho' } }],
    ['from abroad', { ...individual, address: { ...address, country: 'CA' } }],
    ['with four digits of a ZIP', { ...individual, address: { ...address, postalCode: '8370' } }],
    ['with a date of another form', { ...individual, dateOfBirth: '23/04/1991' }],
    ['with a day that is none', { ...individual, dateOfBirth: '1991-02-30' }],
    ['with a time for a date', { ...individual, dateOfBirth: '1991-04-23T00:00:00Z' }],
    ['with an occupation that Unit has not', { ...individual, occupation: 'Poet' }],
    ['of an individual with a business name', { ...individual, dba: 'Okafor Woodworks' }],
    ['of a sole proprietor with an industry', { ...soleProprietor, industry: 'Retail' }],
    ['with an EIN with a dash', { ...soleProprietor, ein: '12-3456789' }],
    ['with a website that is no URL', { ...soleProprietor, website: 'okafor' }],
    ['with a subject of the caller’s own', { ...individual, jwtSubject: 'user-test-mallory' }],
    ['with tags of the caller’s own', { ...individual, tags: { bridgeApplicationId: 'X' } }],
    ['with an idempotency key in the body', { ...individual, idempotencyKey: 'X' }],
  ])('%s', (_title, body) => {
    expect(isAccepted(body)).toBe(false);
  });
});

describe('The values that Unit accepts', () => {
  it.each([
    ['occupations', occupations],
    ['annual incomes', annualIncomes],
    ['sources of income', sourcesOfIncome],
    ['industries', industries],
    ['annual revenues', annualRevenues],
    ['employee counts', employeeCounts],
    ['business verticals', businessVerticals],
  ])('%s are each named once, in Unit’s spelling', (_title, values: readonly string[]) => {
    expect(new Set(values).size).toBe(values.length);
    expect(values.filter((value) => !/^[A-Za-z0-9]+$/.test(value))).toEqual([]);
  });
});
