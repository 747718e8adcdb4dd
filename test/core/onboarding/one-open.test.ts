import { describe, expect, it } from '@jest/globals';
import { isReleased } from '../../../functions/core/onboarding/records.ts';
import { letPass } from '../../support/core-apply.ts';
import { type FormApplicant, formApplicant } from '../../support/core-form.ts';
import { applied, deliver, runReconcile } from '../../support/core-onboarding.ts';
import { decide, type Reception, sendForm } from '../../support/core-unit.ts';
import { DAY, HOUR } from '../../support/core-values.ts';
import * as fc from '../../support/properties.ts';

interface Play {
  readonly scene: FormApplicant;
  /** Forms whose link the user has got. */
  readonly links: Set<string>;
}

type Move = (play: Play) => Promise<unknown>;

const receptions: readonly Reception[] = [
  'created',
  'lost',
  'unreached',
  { outcome: 'refused', pointers: [] },
];

const received =
  (reception: Reception, run: (play: Play) => Promise<unknown>): Move =>
  async (play) => {
    play.scene.world.unit.reception = reception;
    // A refusal is an answer like any other here.
    await Promise.allSettled([run(play)]);
  };

const open =
  (key: string): Move =>
  async ({ scene, links }) => {
    const { form } = await scene.open(key);
    if (form !== undefined) links.add(form.unitFormId);
  };

/** The page takes one application, until its link ends. */
const isFillable = ({ scene }: Play, unitFormId: string): boolean => {
  const form = scene.world.unit.forms.get(unitFormId)?.form;
  return form !== undefined && form.unitApplicationId === null && form.expiresAt > scene.world.now;
};

const send: Move = async (play) => {
  const first = [...play.links].find((unitFormId) => isFillable(play, unitFormId));
  if (first !== undefined) sendForm(play.scene.world.unit, first);
};

const deny: Move = async ({ scene: { world } }) => {
  const last = [...world.unit.applications.keys()].at(-1);
  if (last !== undefined) decide(world.unit, last, 'Denied');
};

const tell: Move = async ({ scene: { world } }) =>
  deliver(world, ...[...world.unit.applications.keys()].map(applied));

const keys = fc.constantFrom('key-1', 'key-2', 'key-3');
const anyMove: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(keys, fc.constantFrom(...receptions)).map(([key, how]) => received(how, open(key))),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(keys, fc.constantFrom(...receptions))
      .map(([key, how]) => received(how, ({ scene }) => scene.apply(key))),
  },
  { weight: 2, arbitrary: fc.constant(send) },
  { weight: 1, arbitrary: fc.constantFrom(deny, tell) },
  { weight: 2, arbitrary: fc.constant<Move>(({ scene }) => runReconcile(scene.world)) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(1, 151, HOUR + 1, DAY + 1, DAY + 901).map(
      (seconds): Move =>
        async ({ scene }) =>
          letPass(scene, seconds),
    ),
  },
);

/** What Unit may still approve, now or once the user sends what they hold. */
function chances(play: Play): number {
  const open = [...play.scene.world.unit.applications.values()].filter(({ status }) => !isReleased(status));
  return open.length + [...play.links].filter((unitFormId) => isFillable(play, unitFormId)).length;
}

describe('INV3 By forms and by JSON, in any order, with answers lost and time passing', () => {
  it('a user never holds more than one chance of an account of a kind', async () => {
    let most = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(anyMove, { minLength: 4, maxLength: 24 }), async (moves) => {
        const play: Play = { scene: formApplicant(), links: new Set() };
        for (const move of moves) {
          await move(play);
          const now = chances(play);
          most = Math.max(most, now);
          expect(now).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 400 },
    );
    expect(most).toBe(1);
  });
});
