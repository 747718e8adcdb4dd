// What schedules are drawn from: fates, users, keys, bodies, how far a container goes, how long a wait is.
import * as fc from 'fast-check';
import { type Fate, ok } from './fates.ts';
import { applicants, type FormBody, formBodies } from './forms.ts';
import { type Body, bodies } from './people.ts';
import type { Via } from './requests.ts';

export const THROUGH = 99;

export const seldom = <T>(value: fc.Arbitrary<T>): fc.WeightedArbitrary<T> => ({
  arbitrary: value,
  weight: 1,
});
export const often = <T>(value: fc.Arbitrary<T>): fc.WeightedArbitrary<T> => ({
  arbitrary: value,
  weight: 3,
});

export const fate: fc.Arbitrary<Fate> = fc.oneof(
  { arbitrary: fc.constant(ok), weight: 5 },
  often(fc.constantFrom<Fate>({ fate: 'dies' }, { fate: 'dies_after' })),
  often(fc.constantFrom<Fate>({ fate: 'fails' }, { fate: 'answer_lost' }, { fate: 'sent_twice' })),
  often(
    fc.constantFrom<Fate>(
      { fate: 'silent' },
      { fate: 'silent_after' },
      { fate: 'stale' },
      { fate: 'malformed' },
    ),
  ),
  seldom(fc.integer({ min: 1, max: 120 }).map((seconds): Fate => ({ fate: 'late', seconds }))),
  seldom(
    fc
      .constantFrom(400, 401, 403, 408, 409, 429, 500, 503)
      .map((status): Fate => ({ fate: 'status', status })),
  ),
  seldom(fc.constantFrom(408, 500, 503).map((status): Fate => ({ fate: 'status_after', status }))),
);

export const atUnit: fc.Arbitrary<Fate> = fc.oneof(
  fc.constantFrom<Fate>(
    { fate: 'answer_lost' },
    { fate: 'silent_after' },
    { fate: 'malformed' },
    { fate: 'fails' },
  ),
  fc.constantFrom(400, 401, 403, 408, 409, 429, 500, 503).map((status): Fate => ({ fate: 'status', status })),
  fc.constantFrom(408, 500, 503).map((status): Fate => ({ fate: 'status_after', status })),
  fc.integer({ min: 1, max: 120 }).map((seconds): Fate => ({ fate: 'late', seconds })),
);

export const progress = {
  calls: fc.oneof(often(fc.nat(14)), seldom(fc.constant(THROUGH))),
  fate,
  pick: fc.nat(3),
};
export const user = fc.nat(2);
export const key = fc.nat(2);
export const body = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Body>('plain') },
  seldom(fc.constant<Body>('with the SSN of user 1')),
  { weight: 2, arbitrary: fc.constantFrom(...bodies) },
);

export const via = fc.constantFrom<Via>('json', 'form');
export const formBody = fc.oneof(
  often(fc.constant<FormBody>('for a person')),
  often(fc.constantFrom(...formBodies)),
);
export const typed = {
  which: fc.nat(3),
  like: fc.oneof(often(fc.constant('as they are' as const)), often(fc.constantFrom(...applicants))),
  isOwnEmail: fc.nat(3).map((n) => n !== 3),
};

/** A minute, the lease, the hour after which an application is given up, the life of a form and of Unit's keys, and what is near them. */
export const waits = [
  2, 11, 30, 61, 149, 151, 905, 3590, 3610, 86_300, 86_390, 86_500, 87_310, 176_400,
] as const;
