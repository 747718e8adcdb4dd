// What all commands share: help, usage, credentials, places, and how a failure is told.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { stages } from '../../lib/stages.ts';
import type { World } from '../../local/world.ts';
import { startTestWorld } from '../support/world.ts';
import {
  apply,
  type CommandName,
  expectNoSecrets,
  itemOf,
  run,
  runJson,
  seedMatch,
  snapshot,
} from './support.ts';

jest.setTimeout(60_000);

let world: World;
let match: { userId: string; customerId: string };
let args: readonly string[];
beforeAll(async () => {
  world = await startTestWorld();
  match = await seedMatch(world);
  args = ['--user', match.userId, '--customer', match.customerId];
});
afterAll(() => world.close());

describe('help', () => {
  it.each<CommandName>(['link', 'export-user', 'delete-user', 'reset-factors'])(
    'says all that is needed to use it: %s',
    async (name) => {
      const { code, stdout, stderr } = await run(null, name, ['--help']);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      for (const part of [
        `npm run ${name} --`,
        '--stage',
        '--json',
        'STYTCH_SECRET',
        'Exit codes: 0',
        'Examples:',
      ]) {
        expect(stdout).toContain(part);
      }
      expect(stdout.includes('dry run')).toBe(name !== 'export-user');
    },
  );
});

describe('help of the commands on a stage', () => {
  it.each([
    ['secrets', ['--stage', '--only', 'UNIT_EXCHANGE_TOKEN', 'dry run']],
    ['doctor', ['--stage', '--fix', 'UNIT_TOKEN', 'dry run']],
    ['smoke', ['--stage', '--api-url', '--send-to']],
  ] as const)('says all that is needed to use it: %s', async (name, parts) => {
    const { code, stdout, stderr } = await run(null, name, ['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const part of [`npm run ${name} --`, '--json', 'Exit codes: 0', 'Examples:', ...parts]) {
      expect(stdout).toContain(part);
    }
    expect(stdout).not.toContain('--stytch-project');
  });
});

describe('wrong usage', () => {
  it.each([
    [['--frobnicate'], "unknown option '--frobnicate'"],
    [['--user', 'me', '--customer', '1'], '--user takes a Stytch user id'],
    [['--customer', '7'], '--user is missing'],
  ])('is exit code 2 with a sentence, and touches nothing: %j', async (given, sentence) => {
    const { code, stdout, stderr } = await run(world, 'link', given);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(sentence);
    expect(stderr).toContain('npm run link -- --help');
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('does not repeat a credential that was put on the command line', async () => {
    const { code, stderr } = await run(world, 'link', [...args, '--unit-token=v2.public.hush-hush-hush']);
    expect(code).toBe(2);
    expect(stderr).not.toContain('hush');
  });

  it('is --apply without a terminal and without --yes, and without anybody who does it', async () => {
    const before = await snapshot(world);
    expect(await runJson(world, 'link', [...args, '--apply'])).toMatchObject({ code: 2 });
    const nobody = await runJson(world, 'link', [...args, ...apply], { env: { BRIDGE_OPERATOR: undefined } });
    expect(nobody).toMatchObject({ code: 2, document: { outcome: 'usage' } });
    expect(String(nobody.document['message'])).toContain('--operator');
    expect(await snapshot(world)).toBe(before);
  });
});

describe('a place', () => {
  it('is refused before any call when its vendors are strangers', async () => {
    const calls = world.unit.controls.requests().length;
    const env = { BRIDGE_UNIT_URL: 'https://api.unit.co.example' };
    const refused = await runJson(world, 'link', args, { env });
    expect(refused).toMatchObject({ code: 2, document: { outcome: 'usage' } });
    expect(world.unit.controls.requests().length).toBe(calls);
  });

  it('is a stage or its parts, never both', async () => {
    const both = await runJson(world, 'link', [...args, '--stage', 'dev']);
    expect(both).toMatchObject({ code: 2 });
    expect(String(both.document['message'])).toContain('--stage excludes');
  });
});

describe('credentials', () => {
  const none = { STYTCH_SECRET: undefined, UNIT_TOKEN: undefined };

  it('are read from file descriptors', async () => {
    const ran = await runJson(world, 'link', [...args, '--stytch-secret-fd', '3', '--unit-token-fd', '4'], {
      env: none,
      descriptors: [`${world.secrets.seeded.stytch}\n`, `${world.unit.operatorToken}\n`],
    });
    expect(ran).toMatchObject({ code: 0, document: { outcome: 'planned' } });
  });

  it('are asked for, so that without a terminal they are missing', async () => {
    const ran = await runJson(world, 'link', args, { env: none });
    expect(ran).toMatchObject({ code: 2, document: { code: 'credential_missing' } });
    const badFd = await runJson(world, 'link', [...args, '--unit-token-fd', '9']);
    expect(badFd).toMatchObject({ code: 2, document: { code: 'credential_missing' } });
  });

  it.each([
    [{ UNIT_TOKEN: 'v2.public.wrong-token-of-somebody' }, 'unit', 401],
    [{ STYTCH_SECRET: 'secret-test-wrong-of-somebody' }, 'stytch', 401],
  ])(
    'that the vendor refuses are exit code 3, named by vendor and status alone: %j',
    async (env, provider, status) => {
      const { code, document } = await runJson(world, 'link', args, { env });
      expect({ code, document }).toMatchObject({
        code: 3,
        document: { outcome: 'failed', provider, status },
      });
      expect(JSON.stringify(document)).not.toContain('somebody');
    },
  );

  it('that would break the HTTP client are refused before, unquoted', async () => {
    const { code, stderr, stdout } = await run(world, 'link', args, {
      env: { UNIT_TOKEN: 'hush-hush\nhush' },
    });
    expect(code).toBe(2);
    expect(`${stderr}${stdout}`).not.toContain('hush');
  });
});

describe('a failure', () => {
  it('of a read is repeated, and of the table told as one of AWS', async () => {
    const path = `/v1/users/${match.userId}`;
    world.stytch.controls.faults.arm({
      method: 'GET',
      path,
      times: 2,
      fault: { kind: 'status', status: 503 },
    });
    expect(await runJson(world, 'link', args)).toMatchObject({ code: 0 });
    const down = await runJson(world, 'link', args, {
      env: { AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:9' },
    });
    expect(down).toMatchObject({ code: 3, document: { outcome: 'failed', provider: 'aws' } });
  });

  it('leaves no secret in anything that was printed', () => {
    expectNoSecrets(world);
  });
});

describe('a deployed stage', () => {
  let aws: Server;
  let outputs: Record<string, string>;
  let isMissing = false;
  const asked: string[] = [];
  beforeAll(async () => {
    aws = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        asked.push(body);
        if (isMissing) response.statusCode = 400;
        response.setHeader('content-type', 'text/xml');
        if (isMissing) response.end(noStack);
        else response.end(body.includes('GetCallerIdentity') ? caller : stack(outputs));
      });
    });
    await new Promise<void>((resolve) => aws.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => new Promise((resolve) => aws.close(resolve)));

  const env = () => {
    const url = `http://127.0.0.1:${(aws.address() as AddressInfo).port}`;
    return {
      BRIDGE_TABLE: undefined,
      BRIDGE_STYTCH_URL: undefined,
      BRIDGE_STYTCH_PROJECT: undefined,
      BRIDGE_UNIT_URL: undefined,
      BRIDGE_OPERATOR: undefined,
      AWS_ENDPOINT_URL_CLOUDFORMATION: url,
      AWS_ENDPOINT_URL_STS: url,
    };
  };

  it("is found by its stack's outputs, and AWS says who does it", async () => {
    outputs = {
      IdMappingTableName: world.tableName,
      StytchUrl: world.stytch.url,
      StytchProjectId: stages.dev.stytchProjectId,
      UnitUrl: world.unit.url,
    };
    const ran = await runJson(world, 'link', [...args, '--stage', 'dev', ...apply], { env: env() });
    expect(ran).toMatchObject({
      code: 0,
      document: { stage: 'dev', outcome: 'done', operator: 'arn:aws:sts::000000000000:assumed-role/Ops/ada' },
    });
    expect(asked.some((body) => body.includes('StackName=StytchUnitBridge-dev'))).toBe(true);
    expect(await itemOf(world, `CUSTOMER#${match.customerId}`, 'OWNER')).toMatchObject({
      linkedBy: 'arn:aws:sts::000000000000:assumed-role/Ops/ada',
    });
  });

  it('that is older than the commands is refused with the remedy', async () => {
    outputs = { IdMappingTableName: world.tableName };
    const ran = await runJson(world, 'link', [...args, '--stage', 'dev'], { env: env() });
    expect(ran).toMatchObject({ code: 1, document: { code: 'stack_outdated' } });
  });

  it.each<[string, () => Record<string, string | undefined>, string]>([
    [
      'AWS does not answer for',
      () => ({ AWS_ENDPOINT_URL_CLOUDFORMATION: 'http://127.0.0.1:9' }),
      'ECONNREFUSED. AWS was not reached',
    ],
    ['AWS has no stack of', () => ({ STACK: 'none' }), 'This checkout has dev, staging, prod.'],
  ])('that %s is exit code 3, with what to do', async (_, changes, words) => {
    outputs = { IdMappingTableName: world.tableName };
    isMissing = changes()['STACK'] === 'none';
    const ran = await runJson(world, 'link', [...args, '--stage', 'dev'], {
      env: { ...env(), ...changes(), STACK: undefined },
    });
    isMissing = false;
    expect(ran).toMatchObject({
      code: 3,
      document: {
        provider: 'aws',
        operation: 'describe_stacks',
        message: expect.stringContaining(words),
      },
    });
  });
});

describe('an AWS environment that is not set', () => {
  const noRegion = { AWS_REGION: undefined };
  const nobody = {
    AWS_ACCESS_KEY_ID: undefined,
    AWS_SECRET_ACCESS_KEY: undefined,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const parts = {
    BRIDGE_TABLE: undefined,
    BRIDGE_STYTCH_URL: undefined,
    BRIDGE_STYTCH_PROJECT: undefined,
    BRIDGE_UNIT_URL: undefined,
  };

  it.each<[CommandName, string, object, string, string]>([
    ['link', 'its parts', noRegion, 'region_missing', 'set AWS_REGION'],
    ['link', 'its parts', nobody, 'credential_missing', 'set AWS_PROFILE, or sign in'],
    ['link', 'a stage', { ...parts, ...noRegion }, 'region_missing', 'set AWS_REGION'],
    ['link', 'a stage', { ...parts, ...nobody }, 'credential_missing', 'set AWS_PROFILE, or sign in'],
    ['doctor', 'a stage', noRegion, 'region_missing', 'set AWS_REGION'],
    ['smoke', 'a stage', nobody, 'credential_missing', 'set AWS_PROFILE, or sign in'],
  ])('is exit code 2, with what to do: %s by %s, %j', async (name, place, env, code, words) => {
    const own = name === 'link' ? args : [];
    const where = place === 'a stage' ? ['--stage', 'dev'] : [];
    const ran = await runJson(world, name, [...own, ...where], { env: { ...env } });
    expect(ran).toMatchObject({
      code: 2,
      document: { outcome: 'usage', code, message: expect.stringContaining(words) },
    });
  });
});

const caller = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:sts::000000000000:assumed-role/Ops/ada</Arn><UserId>A:ada</UserId><Account>000000000000</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>`;

const noStack = `<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type>
<Code>ValidationError</Code><Message>Stack with id StytchUnitBridge-dev does not exist</Message></Error></ErrorResponse>`;

const stack = (outputs: Record<string, string>): string =>
  `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks>
<member><StackId>arn:aws:cloudformation:us-east-1:000000000000:stack/StytchUnitBridge-dev/1</StackId><StackName>StytchUnitBridge-dev</StackName><StackStatus>CREATE_COMPLETE</StackStatus>
<CreationTime>2026-01-01T00:00:00Z</CreationTime><Outputs>${Object.entries(outputs)
    .map(
      ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
    )
    .join('')}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`;
