// `npm run doctor` as a child process: quiet about a good stage, and each fault made on purpose is found.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { randomUnitToken, secretNames } from '../../local/secret-values.ts';
import type { World } from '../../local/world.ts';
import { startTestWorld } from '../support/world.ts';
import { type Proxy, startProxy } from './proxy.ts';
import { startStage, type TestStage } from './stage.ts';
import { apply, expectNoSecrets, run, runJson } from './support.ts';
import { unitWebhooks } from './unit-webhooks.ts';

jest.setTimeout(60_000);

let world: World;
let stage: TestStage;
let stytch: Proxy;
let outputs: TestStage['outputs'];
let atUnit: ReturnType<typeof unitWebhooks>;
beforeAll(async () => {
  world = await startTestWorld();
  stage = await startStage(world);
  stytch = await startProxy(world.stytch.url);
  outputs = { ...stage.outputs };
  atUnit = unitWebhooks(world, () => String(outputs['UnitWebhookUrl']));
});
afterAll(async () => {
  await stytch.close();
  await stage.close();
  await world.close();
});

beforeEach(async () => {
  world.unit.controls.heal();
  world.stytch.controls.faults.heal();
  stytch.bend = (answer) => answer;
  Object.assign(stage.outputs, outputs);
  Object.assign(stage.stack, { status: 'UPDATE_COMPLETE', isProtected: false });
  stage.limits.concurrency = 1000;
  for (const name of secretNames) if (name !== 'hashKey') world.secrets.put(name, world.secrets.seeded[name]);
  await atUnit.webhooksAre(atUnit.hook());
});

const doctor = (...args: readonly string[]) =>
  runJson(world, 'doctor', ['--stage', 'dev', ...args], {
    env: { ...stage.env, ...(args.includes('--fix') ? { UNIT_TOKEN: world.unit.operatorToken } : {}) },
  });

interface Seen {
  readonly severity: string;
  readonly code: string;
  readonly text: string;
}
const found = (document: Record<string, unknown>) => document['findings'] as Seen[];
const codesOf = (document: Record<string, unknown>, severity: string): readonly string[] =>
  found(document).flatMap((one) => (one.severity === severity ? [one.code] : []));
const errorsOf = async (): Promise<readonly string[]> => {
  const { code, document } = await doctor();
  expect(code).toBe(1);
  return codesOf(document, 'error');
};

describe('a good stage', () => {
  it('has no error, and what nobody can see is never called fine', async () => {
    const { code, document } = await doctor();
    expect({ code, errors: document['errors'] }).toEqual({ code: 0, errors: 0 });
    expect(codesOf(document, 'warning')).toEqual(['alarm_address_missing']);
    expect(codesOf(document, 'by_hand')).toEqual([
      'checkout_unproved',
      'unit_jwt_settings',
      'unit_own_login',
      'unit_token_sources',
      'unit_duplicates',
      'stytch_redirect_urls',
      'stytch_sdk',
    ]);
    expect(codesOf(document, 'fine')).toEqual(
      expect.arrayContaining(['jwks', 'webhook', 'secret_works', 'clock']),
    );
    const text = found(document).find(({ code: one }) => one === 'unit_jwt_settings')?.text;
    expect(text).toContain(String(outputs['StytchJwksUrl']));
  });

  it('is shown as a table with what to do under it', async () => {
    const { code, stdout } = await run(world, 'doctor', ['--stage', 'dev'], { env: stage.env });
    expect(code).toBe(0);
    for (const part of [
      'check by hand',
      'Org Settings, JWT Settings',
      'http://localhost:4400/callback',
      'RS256',
    ]) {
      expect(stdout).toContain(part);
    }
  });
});

describe('the webhook', () => {
  const url = () => String(outputs['ApiUrl']);

  it.each([
    ['missing', () => [], 'webhook_missing'],
    ['W2 unsigned', () => [atUnit.hook({ token: undefined })], 'webhook_unsigned'],
    ['W2 signed otherwise', () => [atUnit.hook({ token: 'x'.repeat(43) })], 'webhook_token_differs'],
    ['W11 not repeated', () => [atUnit.hook({ deliveryMode: 'AtMostOnce' })], 'webhook_not_repeated'],
    ['W11 with resources', () => [atUnit.hook({ includeResources: true })], 'webhook_with_resources'],
    [
      'about cards alone',
      () => [atUnit.hook({ subscriptionType: 'OnlyAuthorizationRequest' })],
      'webhook_lacks_events',
    ],
    ['elsewhere', () => [atUnit.hook({ url: 'https://old.example/webhooks/unit' })], 'webhook_elsewhere'],
  ])('that is %s is found, and mended by --fix --apply alone', async (_, hooks, code) => {
    await atUnit.webhooksAre(...hooks());
    const before = JSON.stringify(world.unit.controls.webhooks());
    expect(await errorsOf()).toContain(code);
    const dry = await doctor('--fix');
    expect(dry).toMatchObject({ code: 1, document: { outcome: 'found_problems' } });
    expect(JSON.stringify(world.unit.controls.webhooks())).toBe(before);
    const fixed = await doctor('--fix', ...apply);
    expect(codesOf(fixed.document, 'error')).toEqual([]);
    expect(fixed).toMatchObject({ code: 0, document: { outcome: 'done', operator: stage.caller } });
    expect(atUnit.ours()).toEqual([
      expect.objectContaining({
        status: 'Enabled',
        token: world.secrets.seeded.unitWebhook,
        deliveryMode: 'AtLeastOnce',
        includeResources: false,
      }),
    ]);
    expect(await doctor('--fix')).toMatchObject({ code: 0, document: { steps: [] } });
  });

  it('W9 that is disabled is found and enabled', async () => {
    const [own] = atUnit.ours();
    await atUnit.unit('POST', `/webhooks/${own?.id}/disable`);
    expect(await errorsOf()).toEqual(['webhook_not_enabled']);
    expect(await doctor('--fix', ...apply)).toMatchObject({ code: 0 });
    expect(atUnit.ours()).toMatchObject([{ id: own?.id, status: 'Enabled' }]);
  });

  it('takes the rotated token to Unit; the previous one is a warning until then', async () => {
    const { unitWebhook } = world.secrets.seeded;
    world.secrets.put('unitWebhook', 'n'.repeat(43), unitWebhook);
    const { code, document } = await doctor();
    expect({ code, warnings: codesOf(document, 'warning') }).toEqual({
      code: 0,
      warnings: ['webhook_signs_previous', 'alarm_address_missing'].toReversed(),
    });
    expect(await doctor('--fix', ...apply)).toMatchObject({ code: 0, document: { outcome: 'done' } });
    expect(atUnit.ours()).toMatchObject([{ token: 'n'.repeat(43) }]);
  });

  it('that is there twice is a warning', async () => {
    await atUnit.webhooksAre(atUnit.hook(), atUnit.hook());
    expect(codesOf((await doctor()).document, 'warning')).toContain('webhook_twice');
  });

  it('is not registered without a token, nor by a token of the operator that may not', async () => {
    await atUnit.webhooksAre();
    world.secrets.empty('unitWebhook');
    const refused = await doctor('--fix', ...apply);
    expect(refused).toMatchObject({ code: 1, document: { code: 'secret_empty' } });
    world.secrets.put('unitWebhook', world.secrets.seeded.unitWebhook);
    const token = randomUnitToken();
    world.unit.controls.addOrgToken({ token, scopes: ['webhooks'] });
    const weak = await runJson(world, 'doctor', ['--stage', 'dev', '--fix', ...apply], {
      env: { ...stage.env, UNIT_TOKEN: token },
    });
    expect(weak).toMatchObject({ code: 3, document: { provider: 'unit', status: 403 } });
    expect(atUnit.ours()).toEqual([]);
    expect(url()).toBe(world.apiUrl);
  });

  it('that cannot be seen is an error, not silence', async () => {
    world.unit.controls.arm({
      method: 'GET',
      path: '/webhooks',
      times: 9,
      fault: { kind: 'status', status: 503 },
    });
    expect(await errorsOf()).toEqual(['webhook_unseen']);
  });
});

describe('secrets', () => {
  it('that are empty, malformed, refused, too narrow or of the other environment are errors', async () => {
    world.secrets.putText('unitExchange', 'v2.public.bare');
    world.unit.controls.addOrgToken({ token: 'v2.public.narrow-one', scopes: ['applications'] });
    world.secrets.put('unitOnboarding', 'v2.public.narrow-one');
    world.secrets.empty('unitContact');
    world.secrets.put('stytch', 'secret-live-somebody');
    world.secrets.put('unitEvents', 'v2.public.revoked-one');
    expect([...(await errorsOf())].toSorted()).toEqual([
      'scopes_too_narrow',
      'secret_empty',
      'secret_malformed',
      'secret_other_environment',
      'secret_refused',
      'webhook_unseen',
    ]);
  });

  it('E5 that can do too much are warnings', async () => {
    world.unit.controls.addOrgToken({ token: 'v2.public.wide-one', scopes: ['customers', 'payments'] });
    world.secrets.put('unitContact', 'v2.public.wide-one');
    const { code, document } = await doctor();
    expect({ code, warnings: codesOf(document, 'warning') }).toMatchObject({
      code: 0,
      warnings: expect.arrayContaining(['scopes_too_wide']),
    });
  });

  it('whose vendor is down, or that AWS does not show, are errors of their own', async () => {
    world.unit.controls.arm({
      method: 'GET',
      path: '/identity',
      times: 99,
      fault: { kind: 'status', status: 503 },
    });
    expect(await errorsOf()).toContain('vendor_unreachable');
    world.unit.controls.heal();
    stage.outputs['StytchSecretArn'] = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:gone-aaaaaa';
    stage.outputs['HashKeySecretArn'] = stage.outputs['UnitContactTokenSecretArn'];
    world.secrets.empty('unitContact');
    expect(await errorsOf()).toEqual(expect.arrayContaining(['secret_unreadable', 'hash_key_empty']));
  });
});

describe('the origin secret', () => {
  const asOrigin = (text: string | null): void => {
    stage.outputs['OriginSecretArn'] = world.secrets.arn('unitContact');
    if (text === null) world.secrets.empty('unitContact');
    else world.secrets.putText('unitContact', text);
  };
  afterEach(() => {
    delete stage.outputs['OriginSecretArn'];
  });

  it.each([
    ['{"value":"origin-secret-of-today","previous":""}', 'origin_secret_malformed'],
    ['origin-secret-of-today', 'origin_secret_malformed'],
    [null, 'origin_secret_empty'],
  ])('that shuts everybody out is an error, and no work for npm run secrets: %s', async (text, wanted) => {
    asOrigin(text);
    const { code, document } = await doctor();
    expect(code).toBe(1);
    expect(found(document)).toContainEqual(
      expect.objectContaining({
        severity: 'error',
        code: wanted,
        fix: expect.stringContaining('docs/deploy.md'),
      }),
    );
  });

  it('that AWS does not show is an error, and a good one is fine', async () => {
    stage.outputs['OriginSecretArn'] = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:gone-aaaaaa';
    expect(await errorsOf()).toEqual(['secret_unreadable']);
    asOrigin(JSON.stringify({ value: world.secrets.seeded.unitContact }));
    const { document } = await doctor();
    expect(codesOf(document, 'fine')).toContain('origin_secret');
  });
});

describe('keys and clocks', () => {
  const throughProxy = () => {
    const url = `http://127.0.0.1:${stytch.port}`;
    stage.outputs['StytchUrl'] = url;
    stage.outputs['StytchJwksUrl'] = String(outputs['StytchJwksUrl']).replace(world.stytch.url, url);
  };
  const isKeys = (path: string): boolean => path.includes('/sessions/jwks/');

  it('K1 that cannot be fetched, or are told by another URL, are errors', async () => {
    world.stytch.controls.faults.arm({
      method: 'GET',
      path: '/v1/sessions/jwks/*',
      times: 9,
      fault: { kind: 'status', status: 500 },
    });
    stage.outputs['StytchJwksUrl'] = 'https://live.stytch.com/v1/sessions/jwks/project';
    expect(await errorsOf()).toEqual(['jwks_url_differs', 'jwks_unreachable']);
  });

  it.each([['{"keys":[]}'], ['{"keys":[{"kid":"a","kty":"EC","alg":"ES256"}]}']])(
    'K1 without a key that Unit takes are an error: %s',
    async (body) => {
      throughProxy();
      stytch.bend = (answer, { path }) => (isKeys(path) ? { ...answer, body } : answer);
      expect(await errorsOf()).toEqual(['jwks_without_rs256']);
    },
  );

  it('a clock that differs from a vendor by minutes is a warning', async () => {
    throughProxy();
    stytch.bend = (answer) => ({
      ...answer,
      headers: { ...answer.headers, date: new Date(Date.now() + 180_000).toUTCString() },
    });
    const { code, document } = await doctor();
    expect(code).toBe(0);
    expect(codesOf(document, 'warning')).toContain('clock_skew');
    expect(found(document).find((one) => one.code === 'clock_skew')?.text).toMatch(
      /Stytch is 1(79|80|81) s ahead/,
    );
  });
});

describe('the stack and its account', () => {
  it('vendors of both environments are an error, and no vendor gets a call', async () => {
    stage.outputs['UnitUrl'] = 'https://api.unit.co';
    const calls = world.stytch.controls.requests().length;
    expect(await errorsOf()).toEqual(['vendors_mixed']);
    expect(world.stytch.controls.requests().length).toBe(calls);
  });

  it('a failed deploy, few executions and another checkout are warnings', async () => {
    stage.stack.status = 'UPDATE_ROLLBACK_COMPLETE';
    stage.limits.concurrency = 10;
    const { document } = await doctor();
    expect(codesOf(document, 'warning')).toEqual([
      'stack_unsettled',
      'concurrency_low',
      'alarm_address_missing',
    ]);
  });

  it('what AWS will not tell is to be checked by hand', async () => {
    stage.limits.concurrency = null;
    const { code, document } = await doctor();
    expect(code).toBe(0);
    expect(codesOf(document, 'by_hand')).toContain('concurrency_unseen');
  });
});

it.each([
  [['--stage', 'dev', ...apply], '--apply goes with --fix'],
  [['--stage', 'dev', '--fix'], 'set UNIT_TOKEN'],
  [[], '--stage is missing'],
])('is wrong usage: %j', async (args, words) => {
  const { code, document } = await runJson(world, 'doctor', args, { env: stage.env });
  expect(code).toBe(2);
  expect(String(document['message'])).toContain(words);
});

it('INV5 prints no secret', () => {
  expectNoSecrets(world, [
    'origin-secret-of-today',
    'v2.public.narrow-one',
    'v2.public.wide-one',
    'secret-live-somebody',
    'n'.repeat(43),
  ]);
});
