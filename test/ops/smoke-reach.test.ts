// `npm run smoke` and what stands behind the functions: a deployment that cannot serve anybody must not pass.
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { stages } from '../../lib/stages.ts';
import type { World } from '../../local/world.ts';
import { startWorld } from '../../local/world.ts';
import { readDevTemplate, startTestWorld } from '../support/world.ts';
import { type Proxy, startProxy } from './proxy.ts';
import { failed, noteOf } from './smoke-report.ts';
import { startStage, type TestStage } from './stage.ts';
import { expectNoSecrets, run, runJson, snapshot } from './support.ts';

jest.setTimeout(60_000);

let world: World;
let stage: TestStage;
let proxy: Proxy;
let arn: string | undefined;
beforeAll(async () => {
  world = await startTestWorld();
  stage = await startStage(world);
  proxy = await startProxy(world.apiUrl);
  arn = stage.outputs['UnitWebhookSecretArn'];
});
afterAll(async () => {
  await proxy.close();
  await stage.close();
  await world.close();
});
beforeEach(() => {
  proxy.bend = (answer) => answer;
  stage.outputs['UnitWebhookSecretArn'] = arn;
});

const smoke = (...args: readonly string[]) =>
  runJson(world, 'smoke', ['--stage', 'dev', ...args], { env: stage.env });

const gone = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:gone-aaaaaa';

/** The functions look for a table, and the one of sign-up for secrets, that are not there. */
function deadTemplate() {
  const template = readDevTemplate();
  for (const [id, { Properties }] of Object.entries(template.Resources)) {
    const variables = Properties?.['Environment']?.Variables;
    if (variables?.ID_MAPPING_TABLE_NAME !== undefined) variables.ID_MAPPING_TABLE_NAME = 'Gone';
    if (variables?.STYTCH_SECRET_ARN === undefined || !id.startsWith('Signup')) continue;
    variables.STYTCH_SECRET_ARN = gone;
    variables.HASH_KEY_SECRET_ARN = gone;
  }
  return template;
}

describe('a deployment', () => {
  it('without table, hash key and Stytch secret fails at each of them', async () => {
    // What it asks AWS for says nothing of the roles.
    const dead = await startWorld({ template: deadTemplate() });
    const itsStage = await startStage(dead);
    const { code, document } = await runJson(dead, 'smoke', ['--stage', 'dev'], { env: itsStage.env });
    await itsStage.close();
    await dead.close();
    expect(code).toBe(1);
    expect(failed(document)).toEqual(['reaches_hash_key', 'reaches_stytch', 'reaches_table']);
    expect(noteOf(document, 'reaches_stytch')).toContain('503');
  });

  it('with a Stytch secret that Stytch refuses fails, also seen from outside alone', async () => {
    world.stytch.controls.faults.arm({
      method: 'POST',
      path: '/v1/magic_links/authenticate',
      times: 9,
      fault: {
        kind: 'json',
        status: 401,
        body: { status_code: 401, error_type: 'unauthorized_credentials', error_message: '', error_url: '' },
      },
    });
    const { code, document } = await runJson(world, 'smoke', ['--api-url', world.apiUrl]);
    world.stytch.controls.faults.heal();
    expect({ code, failed: failed(document) }).toEqual({ code: 1, failed: ['reaches_stytch'] });
  });

  it('of another stage is told from the one that was named', async () => {
    const other = await startTestWorld();
    const { code, document } = await smoke('--api-url', other.apiUrl);
    await other.close();
    expect({ code, failed: failed(document) }).toEqual({
      code: 1,
      failed: ['webhook_signed', 'reaches_table'],
    });
    expect(noteOf(document, 'webhook_signed')).toContain('401 invalid_signature');
  });

  it('whose problems are documented elsewhere is another one', async () => {
    const base = stages.staging.problemTypeBaseUrl;
    proxy.bend = (answer) => ({
      ...answer,
      body: answer.body.replace(stages.dev.problemTypeBaseUrl, base),
    });
    const { code, document } = await smoke('--api-url', `http://127.0.0.1:${proxy.port}`);
    expect({ code, failed: failed(document) }).toEqual({ code: 1, failed: ['is_the_stage'] });
    expect(noteOf(document, 'is_the_stage')).toContain(base);
  });
});

describe('the signed webhook', () => {
  it('is about nobody: nothing is written and nothing asked of Unit', async () => {
    const before = await snapshot(world);
    const asked = world.unit.controls.received().orgTokens.length;
    const { code, document } = await smoke();
    expect({ code, failed: failed(document) }).toEqual({ code: 0, failed: [] });
    expect(await snapshot(world)).toBe(before);
    expect((await world.scanTable()).filter(({ pk }) => String(pk).includes('999999999999999999'))).toEqual(
      [],
    );
    expect(world.unit.controls.received().orgTokens.length).toBe(asked);
  });

  it('cannot be left out where the secret cannot be read', async () => {
    stage.outputs['UnitWebhookSecretArn'] = gone;
    const { code, document } = await smoke();
    expect({ code, failed: failed(document) }).toEqual({
      code: 1,
      failed: ['webhook_signed', 'reaches_table'],
    });
    expect(noteOf(document, 'reaches_table')).toContain('GetSecretValue');
  });
});

it('says what it has not looked at', async () => {
  const outside = await run(world, 'smoke', ['--api-url', world.apiUrl]);
  expect(outside.code).toBe(0);
  expect(outside.stdout).toContain('the table and the webhook secret (--stage)');
  const { stdout } = await run(world, 'smoke', ['--stage', 'dev'], { env: stage.env });
  expect(stdout).toContain(
    'Not looked at: the org tokens of Unit and what is set at both vendors (npm run doctor)',
  );
  expect(stdout).not.toContain('the table and the webhook secret');
});

it('INV5 prints no secret', () => {
  expectNoSecrets(world);
});
