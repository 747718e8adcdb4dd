// Short stories that are likely to hurt.
import * as fc from 'fast-check';
import type { Action } from './actions.ts';
import { atUnit, fate, formBody, key, progress, THROUGH, typed, user } from './draws.ts';
import { type Fate, ok } from './fates.ts';

const go = (which: number, calls: number, met: Fate = ok): Action => ({
  do: 'go on',
  which,
  calls,
  fate: met,
  pick: 0,
});

/** Requests of one user at once, each stopped somewhere, and then moved on in turns. */
export const tabs: fc.Arbitrary<Action[]> = fc
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
export const doubt: fc.Arbitrary<Action[]> = fc
  .record({ user, key, calls: fc.constantFrom(3, 4, 4, 5, 5, 6), first: atUnit, second: atUnit })
  .map(({ first, second, ...rest }) => [
    { do: 'apply', body: 'plain', fate: first, pick: 0, ...rest },
    go(0, 0, second),
    go(0, THROUGH),
  ]);

/** Containers sleep on, time goes by, the reconcile looks after what is left, somebody applies anew, and they wake. */
export const night: fc.Arbitrary<Action[]> = fc
  .record({ seconds: fc.constantFrom(151, 3610, 86_500), user, key, which: fc.nat(3), calls: fc.nat(4) })
  .map(({ seconds, which, calls, ...anew }) => [
    { do: 'wait', seconds },
    { do: 'reconcile', calls: THROUGH, fate: ok, pick: 0 },
    { do: 'apply', body: 'plain', calls: THROUGH, fate: ok, pick: 0, ...anew },
    go(which, calls),
  ]);

/** A customer is archived, and the word of it meets trouble. */
export const archiving: fc.Arbitrary<Action[]> = fc
  .record({ which: fc.nat(2), ...progress })
  .map(({ which, ...trouble }) => [
    { do: 'deliver', isLost: false, calls: THROUGH, fate: ok, pick: 0 },
    { do: 'archive', which },
    { do: 'deliver', isLost: false, ...trouble },
  ]);

/** Somebody has read and is about to write; meanwhile Unit changes its word, and others write that down first. */
export const overtaken: fc.Arbitrary<Action[]> = fc
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
export const givenUp: fc.Arbitrary<Action[]> = fc
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

const opened = { do: 'form', body: 'for a person', calls: THROUGH, fate: ok, pick: 0 } as const;
const told = { fate: ok, pick: 0, calls: THROUGH } as const;

/** A form and an application in several tabs of one user, each stopped somewhere, and then moved on in turns. */
export const bothWays: fc.Arbitrary<Action[]> = fc
  .record({
    user,
    tabs: fc.array(fc.record({ isForm: fc.boolean(), key, calls: fc.nat(7) }), {
      minLength: 2,
      maxLength: 4,
    }),
    turns: fc.array(fc.record({ which: fc.nat(3), calls: fc.integer({ min: 1, max: 5 }) }), { maxLength: 8 }),
    last: fc.record({ do: fc.constant('send' as const), ...typed }),
  })
  .map(({ user: whose, tabs: all, turns, last }) => [
    ...all.map(
      ({ isForm, ...tab }): Action =>
        isForm
          ? { ...opened, user: whose, ...tab }
          : { do: 'apply', user: whose, body: 'plain', fate: ok, pick: 0, ...tab },
    ),
    ...turns.map(({ which, calls }) => go(which, calls)),
    last,
  ]);

/** A form is opened, perhaps with trouble, filled in by its user or by somebody else, and the word of it meets trouble. */
export const hosted: fc.Arbitrary<Action[]> = fc
  .record({
    open: fc.record({ user, key, body: formBody, ...progress }),
    again: fc.boolean(),
    typed: fc.record(typed),
    word: fc.record({ do: fc.constant('deliver' as const), isLost: fc.boolean(), ...progress }),
  })
  .map(({ open, again, typed: last, word }) => [
    { do: 'form', ...open },
    ...(again ? [{ ...opened, user: open.user, key: open.key, body: open.body } as const] : []),
    { do: 'send', ...last, which: 0 },
    word,
  ]);

/** A form's link nears its end, or passes it: it is sent, looked at by the reconcile, or another one is asked for. */
export const formEnds: fc.Arbitrary<Action[]> = fc
  .record({
    user,
    key,
    other: key,
    seconds: fc.constantFrom(86_300, 86_390, 86_500, 87_310),
    sent: fc.constantFrom('before', 'after', 'never'),
    isReconciled: fc.boolean(),
    anew: fc.constantFrom('form', 'apply'),
    progress: fc.record(progress),
  })
  .map(({ user: whose, key: first, other, seconds, sent, isReconciled, anew, progress: how }) => {
    const send: Action = { do: 'send', which: 0, like: 'as they are', isOwnEmail: true };
    return [
      { ...opened, user: whose, key: first },
      { do: 'wait', seconds },
      ...(sent === 'before' ? [send] : []),
      ...(isReconciled ? [{ do: 'reconcile', ...told } as const] : []),
      anew === 'form'
        ? { do: 'form', user: whose, key: other, body: 'for a person', ...how }
        : { do: 'apply', user: whose, key: other, body: 'plain', ...how },
      ...(sent === 'after' ? [send] : []),
      go(0, THROUGH),
    ];
  });

/** An application that owes documents, or waits: they are brought, or it is cancelled, and either meets trouble. */
export const changed: fc.Arbitrary<Action[]> = fc
  .record({
    user,
    key,
    body: fc.constantFrom('that needs documents' as const, 'that Unit reviews' as const),
    doing: fc.array(
      fc.oneof(
        fc.record({
          do: fc.constant('upload' as const),
          which: fc.constant(0),
          side: fc.constantFrom('front' as const, 'back' as const),
          ...progress,
        }),
        fc.record({ do: fc.constant('cancel' as const), which: fc.constant(0), ...progress }),
        fc.record({
          do: fc.constant('decide' as const),
          which: fc.constant(0),
          decision: fc.constantFrom('approve' as const, 'deny' as const, 'awaitingDocuments' as const),
        }),
        fc.record({
          do: fc.constant('cancel' as const),
          which: fc.constant(0),
          calls: fc.nat(6),
          fate: atUnit,
          pick: fc.constant(0),
        }),
      ),
      { minLength: 1, maxLength: 3 },
    ),
    anew: key,
  })
  .map(({ doing, anew, ...first }) => [
    { do: 'apply', ...first, ...told },
    // Which documents it owes is known by Unit's word alone.
    { do: 'deliver', isLost: false, ...told },
    ...doing,
    { do: 'apply', user: first.user, key: anew, body: 'plain', ...told },
    go(0, THROUGH),
  ]);
