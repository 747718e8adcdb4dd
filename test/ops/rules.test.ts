// What the commands decide without asking anybody: reasons, masks, and whose customer it is.
import { describe, expect, it } from '@jest/globals';
import * as z from 'zod/mini';
import { maskEmail, maskPhone } from '../../ops/base/output.ts';
import { findPlace } from '../../ops/base/place.ts';
import { operatorName, reasonText } from '../../ops/base/reason.ts';
import { Stop } from '../../ops/base/stop.ts';
import { choosePerson, compare, isProved } from '../../ops/link/evidence.ts';

const isReason = (text: string): boolean => z.safeParse(reasonText, text).success;

describe('a reason', () => {
  it.each([
    'SSN 123-45-6789 shown',
    'ssn 123 45 6789',
    'account 123456789',
    'card 4111 1111 1111 1111',
    'card 4111-1111-1111-1111',
    'card 4111111111111',
    'ssn 123/45/6789',
    'ssn 123\u201345\u20136789',
    'ssn 123_45_6789',
    'ssn 123 - 45 - 6789',
    'ssn 1.2.3.4.5.6.7.8.9',
    'ssn (123) 456-789',
    'ssn \u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0669',
    'born 1985-03-12',
    'born 3/12/85',
    'born 12.03.1985',
    'born 12 03 1985',
    'born 1985\u201203\u201212',
    'born 19850312',
    'born 03121985',
    'born March 12, 1985',
    'born 12th of March 1985',
    'born 12mar85',
    'born 1985 Mar 12',
    'passport C12345678',
    'passport no. 12345',
    'saw ab1234567',
    'saw AB 1234567',
    'saw XDA123456',
    'saw C01X00T47',
    'x',
    'two\nlines',
    'long '.repeat(50),
  ])('INV5 is refused when it holds numbers of people, or is none: %s', (text) => {
    expect(isReason(text)).toBe(false);
  });

  it.each([
    'ticket 4711',
    'ticket 4711, video call at 12:30',
    'case 47114711, branch 12',
    'INC0012345, passport shown',
    'tickets 4711 and 4712, nobody may call',
    'BANK-123456',
    'Bjørn asked',
  ])('is taken when it names a ticket or a way: %s', (text) => {
    expect(isReason(text)).toBe(true);
  });
});

describe('an operator', () => {
  it('is a name, an address or a role, and no number of a person', () => {
    const isName = (text: string): boolean => z.safeParse(operatorName, text).success;
    expect(['ada', 'ada@bank.example', 'team/ada'].map(isName)).toEqual([true, true, true]);
    expect(['', 'ada o', '123-45-6789', '123456789'].map(isName)).toEqual([false, false, false, false]);
  });
});

describe('masks', () => {
  it('leave a letter and the domain of an address, and two digits of a number', () => {
    expect([maskEmail('ada@example.com'), maskPhone('+14155550142')]).toEqual(['a***@example.com', '***42']);
  });
});

describe('a place named by its parts', () => {
  const simulated = {
    table: 'IdMapping',
    stytchUrl: 'http://127.0.0.1:4401',
    stytchProject: 'project-test-6f2c1d4e',
    unitUrl: 'http://localhost:4403',
  };
  const test = { ...simulated, stytchUrl: 'https://test.stytch.com', unitUrl: 'https://api.s.unit.sh' };
  const live = {
    ...simulated,
    stytchUrl: 'https://api.stytch.com',
    stytchProject: 'project-live-6f2c1d4e',
    unitUrl: 'https://api.unit.co',
  };

  it.each([[simulated], [test], [live]])('is taken when its vendors belong together: %j', async (parts) => {
    await expect(findPlace(parts)).resolves.toMatchObject({ stage: null, tableName: 'IdMapping' });
  });

  it.each([
    [{ ...simulated, unitUrl: 'http://bank.example' }],
    [{ ...test, unitUrl: 'https://api.s.unit.sh.example' }],
    [{ ...test, unitUrl: 'http://api.s.unit.sh' }],
    [{ ...simulated, unitUrl: test.unitUrl }],
    [{ ...test, stytchUrl: live.stytchUrl }],
    [{ ...test, stytchProject: live.stytchProject }],
    [{ ...simulated, stytchProject: live.stytchProject }],
    [{ ...live, table: undefined }],
    [{ ...live, stage: 'prod' }],
  ])('is refused when they are strangers, mixed or missing: %j', async (parts) => {
    const refused = findPlace(parts);
    await expect(refused).rejects.toBeInstanceOf(Stop);
    await expect(refused).rejects.toMatchObject({ kind: 'usage' });
  });
});

const person = (name: string, email: string, phone: string, jwtSubject: string | null = null) => ({
  name,
  email,
  phone,
  jwtSubject,
});
const user = (verifiedEmails: readonly string[]) => ({
  stytchUserId: 'user-test-1',
  isActive: true,
  isLocked: false,
  factors: [],
  verifiedEmails,
});

describe('who of a customer the user is', () => {
  const ada = person('contact', 'ada@example.com', '+14155550142');
  const bo = person('authorized-user-1', 'bo@example.com', '+14155550143');
  const isAda = { user: user(['ada@example.com']), verifiedPhones: ['+14155550142'] };

  it('needs email and phone of one and the same person', () => {
    const mixed = { user: user(['ada@example.com']), verifiedPhones: ['+14155550143'] };
    expect(compare(isAda, { persons: [ada, bo] }).map(isProved)).toEqual([true, false]);
    expect(compare(mixed, { persons: [ada, bo] }).map(isProved)).toEqual([false, false]);
  });

  it('finds no agreement in what neither side has', () => {
    const nobody = { user: user(['']), verifiedPhones: [''] };
    expect(compare(nobody, { persons: [person('contact', '', '')] }).map(isProved)).toEqual([false]);
  });

  it('is whoever holds the subject already, before anybody who agrees', () => {
    const held = { ...bo, jwtSubject: 'user-test-1' };
    expect(choosePerson(compare(isAda, { persons: [ada, held] }), 'user-test-1', undefined).person).toBe(
      held,
    );
  });

  it('is the one who agrees; where two do, or none does, the operator says who', () => {
    const twin = { ...bo, email: ada.email, phone: ada.phone };
    expect(choosePerson(compare(isAda, { persons: [bo, ada] }), 'user-test-1', undefined).person).toBe(ada);
    expect(() => choosePerson(compare(isAda, { persons: [ada, twin] }), 'user-test-1', undefined)).toThrow(
      '--person',
    );
    const stranger = { user: user([]), verifiedPhones: [] };
    expect(() => choosePerson(compare(stranger, { persons: [ada, bo] }), 'user-test-1', undefined)).toThrow(
      '--person',
    );
    const named = choosePerson(compare(stranger, { persons: [ada, bo] }), 'user-test-1', 'authorized-user-1');
    expect(named.person).toBe(bo);
  });
});
