// Where a command works, and how it is started: the account and region it is for, and what npm hands on to it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { stages } from '../../lib/stages.ts';
import { randomUnitToken } from '../../local/secret-values.ts';
import type { World } from '../../local/world.ts';
import { awsPlaceOf, requirePinned } from '../../ops/base/aws-place.ts';
import { startTestWorld } from '../support/world.ts';
import { startStage, type TestStage } from './stage.ts';
import { apply, expectNoSecrets, newEmail, printed, run, runJson } from './support.ts';
import { writesTo } from './vault.ts';

jest.setTimeout(60_000);

let world: World;
let stage: TestStage;
beforeAll(async () => {
  world = await startTestWorld();
  stage = await startStage(world);
});
afterAll(async () => {
  await stage.close();
  await world.close();
});
beforeEach(() => {
  stage.stack.account = '000000000000';
});

const orgToken = (): string => {
  const token = randomUnitToken();
  world.unit.controls.addOrgToken({ token, scopes: ['customers'] });
  return token;
};

describe('a stage of an account and a region', () => {
  const found = awsPlaceOf('arn:aws:cloudformation:eu-west-1:111122223333:stack/StytchUnitBridge-prod/1a2b');
  const known = (pins: object) => [{ ...stages.prod, ...pins }];

  it('is known by the ARN of its stack', () => {
    expect(found).toEqual({ account: '111122223333', region: 'eu-west-1' });
    expect(awsPlaceOf('StytchUnitBridge-prod')).toBeNull();
    expect(awsPlaceOf(undefined)).toBeNull();
  });

  it.each([[{}], [{ account: '111122223333' }], [{ account: '111122223333', region: 'eu-west-1' }]])(
    'is taken where lib/stages.ts has no other: %j',
    (pins) => {
      expect(() => requirePinned('prod', found, known(pins))).not.toThrow();
      expect(() => requirePinned('another', found, known({ account: '9' }))).not.toThrow();
    },
  );

  it.each([[{ account: '444455556666' }], [{ account: '111122223333', region: 'us-east-1' }]])(
    'is refused where lib/stages.ts has another: %j',
    (pins) => {
      const refused = () => requirePinned('prod', found, known(pins));
      expect(refused).toThrow('AWS account 111122223333, eu-west-1');
      expect(() => requirePinned('prod', null, known(pins))).toThrow('an unknown AWS account');
    },
  );

  it('is not changed by somebody of another account', async () => {
    stage.stack.account = '111122223333';
    const env = { ...stage.env, UNIT_CONTACT_TOKEN: orgToken() };
    const before = writesTo(world);
    const args = ['--stage', 'dev', '--only', 'unit-contact', ...apply];
    expect(await runJson(world, 'secrets', args, { env })).toMatchObject({
      code: 1,
      document: { outcome: 'refused', code: 'other_account' },
    });
    expect(writesTo(world)).toBe(before);
  });
});

describe('before a change', () => {
  it('account, region and vendor environment are shown', async () => {
    const env = { ...stage.env, UNIT_CONTACT_TOKEN: orgToken() };
    const args = ['--stage', 'dev', '--only', 'unit-contact', ...apply];
    const { code, stderr } = await run(world, 'secrets', args, { env });
    expect(code).toBe(0);
    expect(stderr).toContain('This is stage dev in AWS account 000000000000, us-east-1, simulated vendors.');
  });

  it('a place by its parts is shown as such', async () => {
    const { userId } = await world.stytch.controls.seedUser({ email: newEmail() });
    const { code, stderr } = await run(world, 'delete-user', ['--user', userId, ...apply]);
    expect(code).toBe(0);
    expect(stderr).toContain(`This is table ${world.tableName}, simulated vendors.`);
  });
});

describe('a credential on its way', () => {
  /** As a shell starts it, with a file descriptor 3. */
  async function shell(command: string, token: string, env: Record<string, string | undefined> = {}) {
    const args = ['-c', `${command} --stage dev --only unit-contact "$@" 3< <(printf %s "$TOKEN")`, 'bash'];
    const { PATH, HOME } = process.env;
    const child = spawn('bash', [...args, ...(env['UNIT_CONTACT_TOKEN'] ? [] : ['--fd', 'unit-contact=3'])], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH,
        HOME,
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'operator',
        AWS_SECRET_ACCESS_KEY: 'local',
        ...stage.env,
        ...env,
        TOKEN: token,
      },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const [code] = await once(child, 'close');
    printed.push(output);
    return { code, output };
  }

  it('comes through Node by a descriptor, and through npm by the environment alone', async () => {
    const token = orgToken();
    const direct = await shell('node --import tsx ops/secrets.ts', token);
    expect(direct).toMatchObject({ code: 0, output: expect.stringContaining('Dry run') });
    const byNpm = await shell('npm run -s secrets --', token);
    expect(byNpm).toMatchObject({ code: 2, output: expect.stringContaining('node --import tsx ops/') });
    const inEnvironment = await shell('npm run -s secrets --', '', { UNIT_CONTACT_TOKEN: token });
    expect(inEnvironment).toMatchObject({ code: 0, output: expect.stringContaining('Dry run') });
  });

  it.each(['secrets', 'smoke'] as const)('is never shown with npm in the help: %s', async (name) => {
    const { stdout } = await run(null, name, ['--help']);
    const shown = stdout.split('\n').filter((line) => / \d</.test(line));
    expect(shown.length).toBeGreaterThan(0);
    for (const line of shown) expect(line).toContain(`node --import tsx ops/${name}.ts`);
  });
});

it('INV5 prints no secret', () => {
  expectNoSecrets(world);
});
