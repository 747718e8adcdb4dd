// Whose customer is it? What Stytch has proved of the user, held against what Unit has on file of each person.

import type { StytchUserView } from '../adapters/stytch-users.ts';
import type { UnitCustomerView, UnitPerson } from '../adapters/unit-customers.ts';
import { refusal } from '../base/stop.ts';

export interface Comparison {
  readonly person: UnitPerson;
  /** Unit's email is a verified one of the user. */
  readonly emailAgrees: boolean;
  readonly phoneAgrees: boolean;
}

/** Every person of the customer beside the user. */
export const compare = (
  { user, verifiedPhones }: Pick<StytchUserView, 'user' | 'verifiedPhones'>,
  { persons }: Pick<UnitCustomerView, 'persons'>,
): readonly Comparison[] =>
  persons.map((person) => ({
    person,
    emailAgrees: person.email !== '' && user.verifiedEmails.includes(person.email),
    phoneAgrees: person.phone !== '' && verifiedPhones.includes(person.phone),
  }));

/** An inbox is borrowed, shared and taken over, and a number is given to somebody else: only both together prove it. */
export const isProved = ({ emailAgrees, phoneAgrees }: Comparison): boolean => emailAgrees && phoneAgrees;

/**
 * Which person the user is: the one named; else whose subject Unit has as the user's already; else the one proved;
 * else the only one there is.
 * @throws Stop `person_unknown`, `person_ambiguous`
 */
export function choosePerson(
  comparisons: readonly Comparison[],
  stytchUserId: string,
  name: string | undefined,
): Comparison {
  if (name !== undefined) {
    const named = comparisons.find(({ person }) => person.name === name);
    if (named === undefined) throw refusal('person_unknown', `The customer has no ${name}.`);
    return named;
  }
  const candidates = [
    comparisons.filter(({ person }) => person.jwtSubject === stytchUserId),
    comparisons.filter(isProved),
    comparisons,
  ].find(({ length }) => length > 0);
  const [only, another] = candidates ?? [];
  if (only === undefined) throw refusal('person_unknown', 'Unit shows no person of this customer.');
  if (another !== undefined) {
    throw refusal('person_ambiguous', 'The customer has several people: name the right one with --person.');
  }
  return only;
}
