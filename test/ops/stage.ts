// A world as a deployed stage, and the environment of an operator who has nothing but AWS's credentials.
import { type DeployedStage, startDeployedStage } from '../../local/deployed-stage.ts';
import type { World } from '../../local/world.ts';
import type { RunOptions } from './support.ts';

export interface TestStage extends DeployedStage {
  readonly env: NonNullable<RunOptions['env']>;
}

export async function startStage(world: World): Promise<TestStage> {
  const stage = await startDeployedStage(world, 0);
  const env = { BRIDGE_OPERATOR: undefined, STYTCH_SECRET: undefined, UNIT_TOKEN: undefined };
  return { ...stage, env: { ...env, ...stage.endpoints } };
}
