// The invariants, held against a scene.
import { checkAtRest, checkQuiet, checkSecrets, checkSingle, rowsByKey, type View } from './invariants.ts';
import { people, secretsOf } from './people.ts';
import { living, type Scene } from './world.ts';

const users = people.map(({ stytchUserId }) => stytchUserId);

const viewOf = ({ unit: { controls }, store }: Scene): View => ({
  users,
  applications: controls.applications(),
  customers: controls.customers(),
  rows: rowsByKey(store.scan()),
});

/** After every step; costs nothing unless Unit was touched. */
export function judgeAlways(scene: Scene): void {
  if (!scene.isUnitTouched) return;
  scene.isUnitTouched = false;
  checkSingle({ users, applications: scene.unit.controls.applications() });
}

/** After every action; says nothing while a container runs or something is on its way. */
export function judgeAtRest(scene: Scene): void {
  if (living(scene).length === 0 && scene.time.outstanding() === 0) checkAtRest(viewOf(scene));
}

/** Once all is quiet. */
export function judgeQuiet(scene: Scene): void {
  checkQuiet(viewOf(scene));
  checkSecrets(scene.store.scan(), people.flatMap(secretsOf));
}
