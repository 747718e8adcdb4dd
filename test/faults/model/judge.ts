// The invariants, held against a scene.
import { linksOf } from './forms.ts';
import { checkAtRest, checkQuiet, checkSecrets, checkSingle, rowsByKey, type View } from './invariants.ts';
import { OTHER_EMAIL, people, secretsOf } from './people.ts';
import { living, type Scene } from './world.ts';

const emails = new Map(people.map(({ stytchUserId, email }) => [stytchUserId, email]));

const viewOf = (scene: Scene): View => ({
  emails,
  now: scene.time.now() / 1000,
  applications: scene.unit.controls.applications(),
  links: linksOf(scene),
  customers: scene.unit.controls.customers(),
  rows: rowsByKey(scene.store.scan()),
});

/** After every step; costs nothing unless Unit was touched. */
export function judgeAlways(scene: Scene): void {
  if (!scene.isUnitTouched) return;
  scene.isUnitTouched = false;
  checkSingle({
    emails,
    now: scene.time.now() / 1000,
    applications: scene.unit.controls.applications(),
    links: linksOf(scene),
  });
}

/** After every action; says nothing while a container runs or something is on its way. */
export function judgeAtRest(scene: Scene): void {
  if (living(scene).length === 0 && scene.time.outstanding() === 0) checkAtRest(viewOf(scene));
}

/** Once all is quiet. */
export function judgeQuiet(scene: Scene): void {
  checkQuiet(viewOf(scene));
  const ofForms = ['hosted-forms', ...scene.unit.controls.received().formTokens];
  checkSecrets(scene.store.scan(), [...people.flatMap(secretsOf), OTHER_EMAIL, ...ofForms]);
}
