// What the operators' commands need to work on a world: places and credentials, all of this machine and this run.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { stages } from '../lib/stages.ts';
import { region } from '../simulators/aws/intrinsics.ts';
import type { DeployedStage } from './deployed-stage.ts';
import type { World } from './world.ts';

export const operatorFile = 'dist/ops.env';

/** The environment of an operator who works on this world. */
export const operatorEnvironment = (
  world: Pick<World, 'tableUrl' | 'tableName' | 'stytch' | 'unit' | 'secrets'>,
): Readonly<Record<string, string>> => ({
  BRIDGE_TABLE: world.tableName,
  BRIDGE_STYTCH_URL: world.stytch.url,
  BRIDGE_STYTCH_PROJECT: stages.dev.stytchProjectId,
  BRIDGE_UNIT_URL: world.unit.url,
  BRIDGE_OPERATOR: 'local',
  STYTCH_SECRET: world.secrets.seeded.stytch,
  UNIT_TOKEN: world.unit.operatorToken,
  AWS_ENDPOINT_URL_DYNAMODB: world.tableUrl,
  AWS_REGION: region,
  AWS_ACCESS_KEY_ID: 'operator',
  AWS_SECRET_ACCESS_KEY: 'local',
});

/** What the SDK would take before the credentials above, or send beside them: the deploy has it exported. */
const inTheWay = 'AWS_PROFILE AWS_SESSION_TOKEN';

/** For a shell: `. dist/ops.env`. */
export const operatorFileText = (
  world: Parameters<typeof operatorEnvironment>[0],
  stage: Pick<DeployedStage, 'endpoints'>,
): string =>
  [
    `unset ${inTheWay}`,
    ...Object.entries({ ...operatorEnvironment(world), ...stage.endpoints }).map(
      ([name, value]) => `export ${name}='${value}'`,
    ),
    '',
  ].join('\n');

export async function writeOperatorEnvironment(world: World, stage: DeployedStage): Promise<void> {
  await mkdir(path.dirname(operatorFile), { recursive: true });
  await writeFile(operatorFile, operatorFileText(world, stage), { mode: 0o600 });
}
