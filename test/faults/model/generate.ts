// How schedules are made up: single actions at random, and short stories that are likely to hurt.
import * as fc from 'fast-check';
import { decisions } from '../../../simulators/unit/controls.ts';
import type { Action } from './actions.ts';
import { body, formBody, key, progress, typed, user, via, waits } from './draws.ts';
import {
  archiving,
  bothWays,
  changed,
  doubt,
  formEnds,
  givenUp,
  hosted,
  night,
  overtaken,
  tabs,
} from './stories.ts';

const anyAction: fc.Arbitrary<Action> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('apply'), user, key, body, ...progress }) },
  { weight: 7, arbitrary: fc.record({ do: fc.constant('go on'), which: fc.nat(5), ...progress }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('form'), user, key, body: formBody, ...progress }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('send'), ...typed }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('read'), user, key, via, ...progress }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cancel'), which: fc.nat(3), ...progress }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('upload'),
      which: fc.nat(3),
      side: fc.constantFrom('front', 'back'),
      ...progress,
    }),
  },
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
      { weight: 2, arbitrary: bothWays },
      { weight: 2, arbitrary: hosted },
      { weight: 1, arbitrary: formEnds },
      { weight: 1, arbitrary: changed },
    ),
    { maxLength: 20, size: 'max' },
  )
  .map((chunks) => chunks.flat());
