// How schedules are made up: single actions at random, and short stories that are likely to hurt.
import * as fc from 'fast-check';
import { decisions } from '../../../simulators/unit/controls.ts';
import type { Action } from './actions.ts';
import { type Fate, ok } from './fates.ts';
import { type Body, bodies } from './people.ts';

const THROUGH = 99;

const seldom = <T>(value: fc.Arbitrary<T>): fc.WeightedArbitrary<T> => ({ arbitrary: value, weight: 1 });
const often = <T>(value: fc.Arbitrary<T>): fc.WeightedArbitrary<T> => ({ arbitrary: value, weight: 3 });

const fate: fc.Arbitrary<Fate> = fc.oneof(
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

const atUnit: fc.Arbitrary<Fate> = fc.oneof(
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

const progress = {
  calls: fc.oneof(often(fc.nat(14)), seldom(fc.constant(THROUGH))),
  fate,
  pick: fc.nat(3),
};
const user = fc.nat(2);
const key = fc.nat(2);
const body = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Body>('plain') },
  seldom(fc.constant<Body>('with the SSN of user 1')),
  { weight: 2, arbitrary: fc.constantFrom(...bodies) },
);

/** A minute, the lease, the hour after which an application is given up, the life of Unit's keys, and what is near them. */
const waits = [2, 11, 30, 61, 149, 151, 905, 3590, 3610, 86_300, 86_500, 176_400] as const;

const anyAction: fc.Arbitrary<Action> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('apply'), user, key, body, ...progress }) },
  { weight: 7, arbitrary: fc.record({ do: fc.constant('go on'), which: fc.nat(5), ...progress }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('read'), user, key, ...progress }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('deliver'), isLost: fc.boolean(), ...progress }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('replay'), which: fc.nat(7), ...progress }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('reconcile'), ...progress }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait'), seconds: fc.constantFrom(...waits) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('decide'),
      which: fc.nat(3),
      decision: fc.constantFrom(...decisions, 'cancel' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('archive'), which: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('finish') }) },
);

const go = (which: number, calls: number, met: Fate = ok): Action => ({
  do: 'go on',
  which,
  calls,
  fate: met,
  pick: 0,
});

/** Requests of one user at once, each stopped somewhere, and then moved on in turns. */
const tabs: fc.Arbitrary<Action[]> = fc
  .record({
    user,
    tabs: fc.array(fc.record({ key, calls: fc.nat(5) }), { minLength: 2, maxLength: 4 }),
    turns: fc.array(fc.record({ which: fc.nat(3), calls: fc.integer({ min: 1, max: 4 }) }), { maxLength: 8 }),
  })
  .map((race) => [
    ...race.tabs.map(
      (tab): Action => ({ do: 'apply', user: race.user, body: 'plain', fate: ok, pick: 0, ...tab }),
    ),
    ...race.turns.map(({ which, calls }) => go(which, calls)),
  ]);

/** A request whose call to Unit goes wrong, and the call after it too. */
const doubt: fc.Arbitrary<Action[]> = fc
  .record({ user, key, calls: fc.constantFrom(3, 4, 4, 5, 5, 6), first: atUnit, second: atUnit })
  .map(({ first, second, ...rest }) => [
    { do: 'apply', body: 'plain', fate: first, pick: 0, ...rest },
    go(0, 0, second),
    go(0, THROUGH),
  ]);

/** Containers sleep on, time goes by, the reconcile looks after what is left, somebody applies anew, and they wake. */
const night: fc.Arbitrary<Action[]> = fc
  .record({ seconds: fc.constantFrom(151, 3610, 86_500), user, key, which: fc.nat(3), calls: fc.nat(4) })
  .map(({ seconds, which, calls, ...anew }) => [
    { do: 'wait', seconds },
    { do: 'reconcile', calls: THROUGH, fate: ok, pick: 0 },
    { do: 'apply', body: 'plain', calls: THROUGH, fate: ok, pick: 0, ...anew },
    go(which, calls),
  ]);

/** A customer is archived, and the word of it meets trouble. */
const archiving: fc.Arbitrary<Action[]> = fc
  .record({ which: fc.nat(2), ...progress })
  .map(({ which, ...trouble }) => [
    { do: 'deliver', isLost: false, calls: THROUGH, fate: ok, pick: 0 },
    { do: 'archive', which },
    { do: 'deliver', isLost: false, ...trouble },
  ]);

/** Somebody has read and is about to write; meanwhile Unit changes its word, and others write that down first. */
const overtaken: fc.Arbitrary<Action[]> = fc
  .record({
    user,
    key,
    calls: fc.integer({ min: 5, max: 10 }),
    word: fc.constantFrom<Action>(
      { do: 'archive', which: 0 },
      { do: 'decide', which: 0, decision: 'approve' },
      { do: 'decide', which: 0, decision: 'deny' },
      { do: 'decide', which: 0, decision: 'pendingReview' },
    ),
  })
  .map(({ word, ...first }) => [
    { do: 'apply', body: 'plain', fate: ok, pick: 0, ...first },
    word,
    { do: 'deliver', isLost: false, calls: THROUGH, fate: ok, pick: 0 },
    go(0, THROUGH),
  ]);

/** The reconcile is about to give an application up; its owner comes back just then, and the container dies. */
const givenUp: fc.Arbitrary<Action[]> = fc
  .record({
    user,
    key,
    calls: fc.integer({ min: 4, max: 8 }),
    again: fc.integer({ min: 2, max: 7 }),
    first: fate,
  })
  .map(({ again, first, calls, ...whose }) => [
    { do: 'apply', body: 'plain', pick: 0, ...whose, calls: 4, fate: { fate: 'dies_after' } },
    { do: 'wait', seconds: 3610 },
    { do: 'reconcile', calls, fate: first, pick: 0 },
    { do: 'apply', body: 'plain', pick: 0, ...whose, calls: again, fate: { fate: 'dies_after' } },
    go(0, THROUGH),
  ]);

export const actions = fc
  .array(
    fc.oneof(
      { weight: 10, arbitrary: anyAction.map((action) => [action]) },
      { weight: 2, arbitrary: tabs },
      { weight: 2, arbitrary: doubt },
      { weight: 2, arbitrary: night },
      { weight: 1, arbitrary: archiving },
      { weight: 2, arbitrary: overtaken },
      { weight: 1, arbitrary: givenUp },
    ),
    { maxLength: 20, size: 'max' },
  )
  .map((chunks) => chunks.flat());
