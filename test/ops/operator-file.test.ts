// `. dist/ops.env`: in a shell that is set up for the real AWS, the commands work on this machine's world all the same.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { operatorFileText } from '../../local/operator-environment.ts';
import type { World } from '../../local/world.ts';
import { startTestWorld } from '../support/world.ts';
import { startStage, type TestStage } from './stage.ts';

jest.setTimeout(60_000);

let world: World;
let stage: TestStage;
let folder: string;
beforeAll(async () => {
  world = await startTestWorld();
  stage = await startStage(world);
  folder = await mkdtemp(path.join(tmpdir(), 'bridge-ops-'));
  await writeFile(path.join(folder, 'ops.env'), operatorFileText(world, stage));
});
afterAll(async () => {
  await stage.close();
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

const inShell = (command: string) =>
  promisify(execFile)('sh', ['-c', `. ${folder}/ops.env && ${command}`], {
    env: {
      PATH: process.env['PATH'],
      HOME: '/nonexistent',
      AWS_PROFILE: 'bank-prod',
      AWS_SESSION_TOKEN: 'token-of-the-real-account',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    },
  });

it('takes what the deploy exported out of the way: no profile, no session of the real account', async () => {
  const { stdout } = await inShell(
    `${process.execPath} dist/test/ops/secrets.mjs --stage dev --check --json`,
  );
  expect(JSON.parse(stdout)).toMatchObject({ outcome: 'done' });
  expect((await inShell('env')).stdout).not.toMatch(/bank-prod|token-of-the-real-account/);
});
