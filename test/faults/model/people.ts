// Who applies, and with which bodies: every value that must not be stored is known, so that it can be looked for.
import type { ApplicationRequest } from '../../../functions/contract/application.ts';
import type { Session, User } from '../../../functions/core/session/session.ts';

export interface Person {
  readonly stytchUserId: string;
  readonly email: string;
  readonly first: string;
  readonly last: string;
  readonly ssn: string;
  readonly dateOfBirth: string;
  readonly phone: string;
  readonly street: string;
}

export const people: readonly Person[] = [
  ['Adaeze', 'Okaforson', '612345671', '1991-04-23', '5555550142', '12 Juniper Way'],
  ['Benicio', 'Lindqvist', '612345672', '1984-11-02', '5555550143', '7 Alder Court'],
  ['Calliope', 'Nakamura', '612345673', '1977-07-19', '5555550144', '31 Larch Lane'],
].map(([first = '', last = '', ssn = '', dateOfBirth = '', phone = '', street = ''], i) => ({
  stytchUserId: `user-test-00000000-0000-4000-8000-00000000000${i}`,
  email: `${first}.${last}@example.com`.toLowerCase(),
  first,
  last,
  ssn,
  dateOfBirth,
  phone,
  street,
}));

export const personOf = (index: number): Person => {
  const person = people[index % people.length];
  if (person === undefined) throw new Error('nobody there');
  return person;
};

/** What a body is like; the SSNs decide at Unit's sandbox how an application begins. */
export const bodies = [
  'plain',
  'as sole proprietor',
  'from another street',
  'with the SSN of user 1',
  'that Unit reviews',
  'that needs documents',
  'that Unit denies',
  'with a birth date to come',
] as const;
export type Body = (typeof bodies)[number];

const changes: Readonly<Record<Body, object>> = {
  plain: {},
  'as sole proprietor': { type: 'sole_proprietor' },
  'from another street': { street: '99 Mulberry Close' },
  'with the SSN of user 1': { ssn: personOf(0).ssn },
  'that Unit reviews': { ssn: '000000004' },
  'that needs documents': { ssn: '000000002' },
  'that Unit denies': { ssn: '000000001' },
  'with a birth date to come': { dateOfBirth: '2999-12-31' },
};

export function requestOf(person: Person, body: Body): ApplicationRequest {
  const { street, ...rest } = { street: person.street, ...changes[body] };
  return {
    type: 'individual',
    fullName: { first: person.first, last: person.last },
    email: person.email,
    phone: { countryCode: '1', number: person.phone },
    address: { street, city: 'Boise', state: 'ID', postalCode: '83702', country: 'US' },
    dateOfBirth: person.dateOfBirth,
    ssn: person.ssn,
    ...rest,
  };
}

/** Of somebody else, who fills in a form that is not theirs. */
export const OTHER_EMAIL = 'ottoline.passerby@example.com';

/** Everything that no item of the table may hold (INV5). */
export const secretsOf = (person: Person): readonly string[] => [
  person.first,
  person.last,
  person.email,
  person.ssn,
  person.dateOfBirth,
  person.phone,
  person.street,
];

const HOUR = 3600;

/** A session that has just proved both factors. */
export const steppedUp = ({ stytchUserId }: Person, now: number): Session => ({
  stytchUserId,
  sessionId: `session-${stytchUserId}`,
  startedAt: now - 60,
  expiresAt: now + HOUR,
  factors: [
    { kind: 'email', factorId: `email-${stytchUserId}`, lastAuthenticatedAt: now - 60 },
    { kind: 'totp', factorId: `totp-${stytchUserId}`, lastAuthenticatedAt: now - 30 },
  ],
  sessionJwt: stytchUserId,
});

export const userOf = ({ stytchUserId, email }: Person): User => ({
  stytchUserId,
  isActive: true,
  isLocked: false,
  factors: [
    { kind: 'email', factorId: `email-${stytchUserId}`, isVerified: true },
    { kind: 'totp', factorId: `totp-${stytchUserId}`, isVerified: true },
  ],
  verifiedEmails: [email],
});

/** The same at a time in milliseconds. */
export const steppedUpAt = (person: Person, ms: number): Session => steppedUp(person, ms / 1000);
