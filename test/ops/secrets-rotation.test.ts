// Rotating the webhook token, and writing beside others: no value that Unit may use is lost, no write goes over another.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { randomUnitToken, secretNames } from '../../local/secret-values.ts';
import type { World } from '../../local/world.ts';
import { createVault } from '../../ops/adapters/vault.ts';
import { startTestWorld } from '../support/world.ts';
import { type Proxy, startProxy } from './proxy.ts';
import { startStage, type TestStage } from './stage.ts';
import { apply, expectNoSecrets, run, runJson, start, until } from './support.ts';
import { unitWebhooks } from './unit-webhooks.ts';
import { storedIn } from './vault.ts';

jest.setTimeout(60_000);

let world: World;
let stage: TestStage;
let vault: Proxy;
let atUnit: ReturnType<typeof unitWebhooks>;
beforeAll(async () => {
  world = await startTestWorld();
  stage = await startStage(world);
  vault = await startProxy(world.secretsUrl);
  atUnit = unitWebhooks(world, () => String(stage.outputs['UnitWebhookUrl']));
});
afterAll(async () => {
  await vault.close();
  await stage.close();
  await world.close();
});

const [old, now] = ['o'.repeat(43), 'n'.repeat(43)];
const next = 'x'.repeat(43);

beforeEach(() => {
  for (const name of secretNames) if (name !== 'hashKey') world.secrets.put(name, world.secrets.seeded[name]);
});
afterEach(() => {
  world.unit.controls.heal();
  vault.bend = (answer) => answer;
});

const runAs = (name: 'secrets' | 'doctor', args: readonly string[], env: Record<string, string> = {}) =>
  runJson(world, name, ['--stage', 'dev', ...args], { env: { ...stage.env, ...env } });
const secrets = (args: readonly string[], env?: Record<string, string>) => runAs('secrets', args, env);
const throughProxy = () => ({ AWS_ENDPOINT_URL_SECRETS_MANAGER: `http://127.0.0.1:${vault.port}` });

/** Unit signs what it sends us with this token; undefined: it has no webhook for us. */
const unitSignsWith = (token: string | undefined): Promise<void> =>
  token === undefined ? atUnit.webhooksAre() : atUnit.webhooksAre(atUnit.hook({ token }));
const signedWith = () => atUnit.ours()[0]?.token;

describe('E4 the end of a rotation', () => {
  const expectRefused = async (code: string, words: string) => {
    for (const args of [['--end-rotation'], ['--end-rotation', ...apply]]) {
      const ran = await secrets(args);
      expect(ran).toMatchObject({ code: 1, document: { outcome: 'refused', code } });
      expect(String(ran.document['message'])).toContain(words);
    }
    expect(await storedIn(world, 'unitWebhook')).toEqual({ value: now, previous: old });
  };
  beforeEach(() => world.secrets.put('unitWebhook', now, old));

  it('is refused while Unit signs with the previous token, or with none of ours', async () => {
    await unitSignsWith(old);
    await expectRefused('unit_signs_otherwise', 'npm run doctor -- --stage dev --fix --apply');
    await unitSignsWith(next);
    await expectRefused('unit_signs_otherwise', 'does not sign with the present token');
    await unitSignsWith(undefined);
    await expectRefused('unit_signs_otherwise', 'no webhook for');
  });

  it('is refused while nobody can see what Unit signs with; --force takes it upon itself', async () => {
    await unitSignsWith(now);
    world.secrets.empty('unitEvents');
    await expectRefused('signature_unseen', 'npm run secrets -- --stage dev --only unit-events --apply');
    world.secrets.put('unitEvents', world.secrets.seeded.unitEvents);
    const fault = { kind: 'status', status: 503 } as const;
    world.unit.controls.arm({ method: 'GET', path: '/webhooks', times: 99, fault });
    await expectRefused('signature_unseen', 'Unit would not list them');
    expect(await secrets(['--end-rotation', '--force', ...apply])).toMatchObject({
      code: 0,
      document: { outcome: 'done' },
    });
    expect(await storedIn(world, 'unitWebhook')).toEqual({ value: now });
  });

  it('comes when Unit signs with the new token', async () => {
    await unitSignsWith(now);
    expect(await secrets(['--end-rotation', ...apply])).toMatchObject({ code: 0 });
    expect(await storedIn(world, 'unitWebhook')).toEqual({ value: now });
  });

  it('is never the first thing that the doctor asks for, and its fixes can be followed from top to bottom', async () => {
    await unitSignsWith(old);
    vault.bend = (answer) => ({
      ...answer,
      // Two days ago.
      body: answer.body.replace(
        /("LastChangedDate":)([\d.]+)/,
        (_, name, at) => `${name}${Number(at) - 172_800}`,
      ),
    });
    const advice = async (): Promise<readonly string[]> => {
      const { document } = await runAs('doctor', [], throughProxy());
      return (document['findings'] as { code: string; fix: string }[]).flatMap(({ code, fix }) =>
        /webhook_|rotation_/.test(code) ? [`${code}: ${fix}`] : [],
      );
    };
    expect(await advice()).toEqual(['webhook_signs_previous: npm run doctor -- --stage dev --fix --apply']);
    await runAs('doctor', ['--fix', ...apply], { ...throughProxy(), UNIT_TOKEN: world.unit.operatorToken });
    expect(signedWith()).toBe(now);
    expect(await advice()).toEqual(['rotation_open: npm run secrets -- --stage dev --end-rotation --apply']);
    expect(await secrets(['--end-rotation', ...apply], throughProxy())).toMatchObject({ code: 0 });
    expect(await advice()).toEqual([]);
  });
});

describe('E4 while a rotation is open', () => {
  beforeEach(async () => {
    world.secrets.put('unitWebhook', now, old);
    await unitSignsWith(old);
  });

  it.each([[['--previous']], [[]]])('a third token is refused, whatever else: %j', async (more) => {
    const ran = await secrets(['--only', 'webhook', '--generate', 'webhook', ...more, ...apply]);
    expect(ran).toMatchObject({ code: 1, document: { outcome: 'refused', code: 'rotation_open' } });
    expect(await storedIn(world, 'unitWebhook')).toEqual({ value: now, previous: old });
  });

  it.each([[['--previous']], [[]]])('the same token again changes nothing: %j', async (more) => {
    const ran = await secrets(['--only', 'webhook', ...more, ...apply], { UNIT_WEBHOOK_TOKEN: now });
    expect(ran).toMatchObject({ code: 0, document: { outcome: 'nothing_to_do' } });
    expect(await storedIn(world, 'unitWebhook')).toEqual({ value: now, previous: old });
  });
});

describe('E4 a new webhook token over one that is there', () => {
  const webhook = ['--only', 'webhook', '--generate', 'webhook'];
  const inWords = (args: readonly string[]) =>
    run(world, 'secrets', ['--stage', 'dev', ...webhook, ...args], { env: stage.env });
  const kept = { value: expect.not.stringMatching(`^(${old}|${now})$`), previous: old };
  const doctorCodes = async () => {
    const { document } = await runAs('doctor', []);
    return (document['findings'] as { code: string }[]).map(({ code }) => code);
  };
  beforeEach(async () => {
    world.secrets.put('unitWebhook', old);
    await unitSignsWith(old);
  });

  it('is a rotation without being told so: Unit is not cut off, and each run says what comes next', async () => {
    const dry = await inWords([]);
    expect(dry.stdout).toContain('replace and keep previous');
    expect(dry.stdout).toContain('The token of now goes on counting until --end-rotation');
    expect(await storedIn(world, 'unitWebhook')).toEqual({ value: old });
    const done = await inWords([...apply]);
    expect(done.stdout).toMatch(/in 15 minutes.* npm run doctor -- --stage dev --fix --apply/);
    expect(done.stdout).toContain('npm run secrets -- --stage dev --end-rotation --apply');
    expect(await storedIn(world, 'unitWebhook')).toEqual(kept);
    const codes = await doctorCodes();
    expect(codes).toContain('webhook_signs_previous');
    expect(codes).not.toContain('webhook_token_differs');
  });

  it('drops the token of now by --force for the webhook alone, and says that deliveries are refused', async () => {
    const dry = await inWords(['--force']);
    expect(dry.stdout).toContain("the token of now goes: Unit's deliveries are refused until it signs");
    const done = await inWords(['--force', ...apply]);
    expect(done.stdout).toMatch(/at once: npm run doctor -- --stage dev --fix --apply/);
    expect(done.stdout).not.toContain('--end-rotation');
    expect(await storedIn(world, 'unitWebhook')).toEqual({ value: expect.any(String) });
    expect(await doctorCodes()).toContain('webhook_token_differs');
  });

  it.each([
    ['--previous', ['--only', 'webhook', '--previous']],
    ['more secrets, whose tokens --force may be about', ['--only', 'stytch,webhook']],
  ])('is a rotation whatever --force says beside %s', async (_, args) => {
    const env = { STYTCH_SECRET: world.secrets.seeded.stytch };
    const ran = await secrets([...args, '--generate', 'webhook', '--force', ...apply], env);
    expect(ran).toMatchObject({ code: 0, document: { outcome: 'done' } });
    expect(await storedIn(world, 'unitWebhook')).toEqual(kept);
  });

  it('over an empty secret is told to Unit at once', async () => {
    world.secrets.empty('unitWebhook');
    const done = await inWords([...apply]);
    expect(done.stdout).toMatch(/at once: npm run doctor -- --stage dev --fix --apply/);
    expect(done.stdout).not.toContain('15 minutes have passed');
    expect(done.stdout).not.toContain('--end-rotation');
  });
});

describe('two operators', () => {
  const orgToken = (scopes: readonly string[]): string => {
    const token = randomUnitToken();
    world.unit.controls.addOrgToken({ token, scopes });
    return token;
  };

  it('do not write over each other: what has changed since it was read is left alone', async () => {
    const [mine, theirs] = [orgToken(['customers']), orgToken(['customers'])];
    const fault = { kind: 'latency', ms: 1500 } as const;
    world.unit.controls.arm({ method: 'GET', path: '/identity', times: 1, fault });
    const begun = world.secrets.requests().length;
    const { ended } = start(
      world,
      'secrets',
      ['--stage', 'dev', '--only', 'stytch,unit-contact', ...apply, '--json'],
      {
        env: {
          ...stage.env,
          STYTCH_SECRET: world.secrets.seeded.stytch,
          UNIT_CONTACT_TOKEN: mine,
        },
      },
    );
    const arn = world.secrets.arn('unitContact');
    const isRead = () =>
      world.secrets
        .requests()
        .slice(begun)
        .some((request) => request.action === 'GetSecretValue' && request.arn === arn);
    await until(isRead);
    world.secrets.put('unitContact', theirs);
    const ran = await ended;
    expect(ran.code).toBe(1);
    expect(JSON.parse(ran.stdout)).toMatchObject({ outcome: 'refused', code: 'changed_meanwhile' });
    expect(await storedIn(world, 'unitContact')).toEqual({ value: theirs });
  });

  it('of all who write over the same state one is served, at the same moment too', async () => {
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_SECRETS_MANAGER: world.secretsUrl,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'operator',
      AWS_SECRET_ACCESS_KEY: 'local',
    });
    const arn = world.secrets.arn('unitWebhook');
    const reader = createVault();
    const { state } = await reader.read(arn);
    const values = [now, old, next].map((value) => ({ value }));
    const outcomes = await Promise.allSettled(values.map((value) => reader.write(arn, value, state)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    expect(refused).toEqual([0, 1].map(() => expect.objectContaining({ code: 'changed_meanwhile' })));
    const served = values[outcomes.findIndex(({ status }) => status === 'fulfilled')];
    expect(await storedIn(world, 'unitWebhook')).toEqual(served);
  });
});

describe('a failure halfway', () => {
  it('E1 says what was written and what was not, and the same command goes on', async () => {
    const webhook = next;
    const contact = randomUnitToken();
    world.unit.controls.addOrgToken({ token: contact, scopes: ['customers'] });
    let puts = 0;
    vault.bend = (answer) => {
      const isPut = answer.body.includes('VersionStages') && !answer.body.includes('SecretString');
      puts += isPut ? 1 : 0;
      if (!isPut || puts !== 2) return answer;
      const headers = { ...answer.headers, 'x-amzn-errortype': 'AccessDeniedException' };
      return { status: 400, headers, body: '{"__type":"AccessDeniedException"}' };
    };
    const args = ['--only', 'webhook,unit-contact', ...apply];
    const env = { ...throughProxy(), UNIT_CONTACT_TOKEN: contact, UNIT_WEBHOOK_TOKEN: webhook };
    const ran = await secrets(args, env);
    expect(ran).toMatchObject({
      code: 3,
      document: { outcome: 'failed', code: 'aws_failed', written: ['unit-contact'], left: ['webhook'] },
    });
    expect(String(ran.document['message'])).toContain('Written: unit-contact.');
    expect(await secrets(args, env)).toMatchObject({ code: 0 });
    expect(await storedIn(world, 'unitContact')).toEqual({ value: contact });
    const previous = world.secrets.seeded.unitWebhook;
    expect(await storedIn(world, 'unitWebhook')).toEqual({ value: webhook, previous });
  });
});

it('INV5 prints no value', () => {
  expectNoSecrets(world, [old, now, next]);
});
