// `npm run secrets` as a child process: values judged by the vendors, written whole or not at all, shown never.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { randomUnitToken, secretNames, unitScopes } from '../../local/secret-values.ts';
import type { World } from '../../local/world.ts';
import { wantedScopes } from '../../ops/secrets/catalog.ts';
import type { FaultKind } from '../../simulators/faults.ts';
import { startTestWorld } from '../support/world.ts';
import { startStage, type TestStage } from './stage.ts';
import { apply, expectNoSecrets, run, runJson } from './support.ts';
import { storedIn, writesTo } from './vault.ts';

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
  for (const name of secretNames) if (name !== 'hashKey') world.secrets.put(name, world.secrets.seeded[name]);
});
afterEach(() => {
  world.unit.controls.faults.heal();
  world.stytch.controls.faults.heal();
});

/** Every value that a test invents, for the search of what was printed. */
const invented: string[] = [];
function orgToken(scopes: readonly string[]): string {
  const token = randomUnitToken();
  invented.push(token);
  world.unit.controls.addOrgToken({ token, scopes });
  return token;
}

const fill = (args: readonly string[], env: Record<string, string> = {}) =>
  runJson(world, 'secrets', ['--stage', 'dev', ...args], { env: { ...stage.env, ...env } });
const check = (...args: readonly string[]) => fill(['--check', ...args]);

const states = (document: Record<string, unknown>) =>
  Object.fromEntries(
    (document['secrets'] as { name: string; judgement: string }[]).map(({ name, judgement }) => [
      name,
      judgement,
    ]),
  );

const notes = (document: Record<string, unknown>) =>
  Object.fromEntries(
    (document['secrets'] as { name: string; note: string }[]).map(({ name, note }) => [name, note]),
  );

describe('--check', () => {
  it('E1 shows what is filled, since when, and that it works', async () => {
    const { code, stdout } = await run(world, 'secrets', ['--stage', 'dev', '--check'], { env: stage.env });
    expect(code).toBe(0);
    for (const part of ['unit-exchange', 'exactly its scopes', 'Stytch takes it', 'hash key', '202']) {
      expect(stdout).toContain(part);
    }
  });

  it('E1 ends with 1 where one is empty, malformed, refused or too narrow, and says which', async () => {
    world.secrets.empty('unitContact');
    world.secrets.putText('unitExchange', '{"token":"abc"}');
    world.secrets.put('stytch', 'secret-test-of-somebody-else');
    world.secrets.put('unitEvents', orgToken(['events', 'webhooks']));
    world.secrets.put('unitOnboarding', 'v2.public.revoked-token');
    world.secrets.put('unitWebhook', 'short-token');
    const { code, document } = await check();
    expect({ code, outcome: document['outcome'] }).toEqual({ code: 1, outcome: 'found_problems' });
    expect(states(document)).toEqual({
      stytch: 'refused',
      'unit-exchange': 'malformed',
      'unit-onboarding': 'refused',
      'unit-events': 'too_narrow',
      'unit-contact': 'empty',
      webhook: 'malformed',
    });
  });

  it('E5 tells a token that can do more than its job, and goes on where a vendor is down', async () => {
    world.secrets.put('unitContact', orgToken(['customers', 'customers-write']));
    world.stytch.controls.faults.arm({
      method: 'GET',
      path: '/v1/debug/whoami',
      times: 9,
      fault: { kind: 'status', status: 503 },
    });
    const { code, document } = await check();
    expect(code).toBe(1);
    expect(states(document)).toMatchObject({
      stytch: 'unknown',
      'unit-contact': 'too_wide',
      webhook: 'good',
    });
  });
});

describe('--check --json', () => {
  const form = { name: 'hash-key', hasPrevious: false };

  it('tells of the hash key what it tells of the other secrets, and nothing else', async () => {
    const { document } = await check('--only', 'stytch');
    const [stytch] = document['secrets'] as object[];
    expect(document['hashKey']).toEqual({
      ...form,
      judgement: 'good',
      works: true,
      note: expect.stringContaining('never change it'),
      changedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    });
    expect(Object.keys(document['hashKey'] as object).toSorted()).toEqual(
      Object.keys(stytch as object).toSorted(),
    );
  });

  it('ends with 1 where the hash key is gone', async () => {
    world.secrets.empty('hashKey');
    const ran = await check('--only', 'stytch');
    world.secrets.put('hashKey', world.secrets.seeded.hashKey);
    expect(ran).toMatchObject({
      code: 1,
      document: { hashKey: { ...form, judgement: 'empty', works: false, changedAt: null } },
    });
  });
});

describe('--check of a stage behind CloudFront', () => {
  // Any secret of the world will do as the one that CloudFront brings.
  const asOrigin = async (text: string | null) => {
    stage.outputs['OriginSecretArn'] = world.secrets.arn('unitContact');
    if (text === null) world.secrets.empty('unitContact');
    else world.secrets.putText('unitContact', text);
    return check('--only', 'stytch');
  };
  afterEach(() => {
    delete stage.outputs['OriginSecretArn'];
  });

  it('tells that the origin secret is good, and that a rotation of it is open', async () => {
    const [value, previous] = ['origin-secret-of-today', 'origin-secret-of-yesterday'];
    invented.push(value, previous);
    expect(await asOrigin(JSON.stringify({ value }))).toMatchObject({
      code: 0,
      document: { originSecret: { judgement: 'good', hasPrevious: false } },
    });
    expect(await asOrigin(JSON.stringify({ value, previous }))).toMatchObject({
      code: 0,
      document: { originSecret: { judgement: 'good', hasPrevious: true } },
    });
    const args = ['--stage', 'dev', '--check', '--only', 'stytch'];
    const { stdout } = await run(world, 'secrets', args, { env: stage.env });
    expect(stdout).toMatch(/origin .* yes .* the previous one still counts/);
  });

  it.each([
    ['{"value":"origin-secret-of-today","previous":""}', 'malformed'],
    ['{"value":""}', 'malformed'],
    ['origin-secret-of-today', 'malformed'],
    [null, 'empty'],
  ])('ends with 1 where it would shut everybody out: %s', async (text, judgement) => {
    expect(await asOrigin(text)).toMatchObject({
      code: 1,
      document: { outcome: 'found_problems', originSecret: { judgement } },
    });
  });

  it('says nothing of it where the stage has none', async () => {
    expect((await check('--only', 'stytch')).document['originSecret']).toBeNull();
  });
});

describe('filling', () => {
  const all = () => ({
    STYTCH_SECRET: world.secrets.seeded.stytch,
    UNIT_EXCHANGE_TOKEN: world.secrets.seeded.unitExchange,
    UNIT_ONBOARDING_TOKEN: world.secrets.seeded.unitOnboarding,
    UNIT_EVENTS_TOKEN: world.secrets.seeded.unitEvents,
    UNIT_CONTACT_TOKEN: world.secrets.seeded.unitContact,
  });

  it('E1 fills every empty secret at once, and a second run has nothing to do', async () => {
    for (const name of secretNames) if (name !== 'hashKey') world.secrets.empty(name);
    const before = writesTo(world);
    const dry = await fill(['--generate', 'webhook'], all());
    expect(dry).toMatchObject({ code: 0, document: { outcome: 'planned' } });
    expect(writesTo(world)).toBe(before);
    const done = await fill(['--generate', 'webhook', ...apply], all());
    expect(done).toMatchObject({ code: 0, document: { outcome: 'done', operator: stage.caller } });
    expect(writesTo(world)).toBe(before + 6);
    expect(await storedIn(world, 'unitExchange')).toEqual({ value: world.secrets.seeded.unitExchange });
    const { value } = (await storedIn(world, 'unitWebhook')) as { value: string };
    invented.push(value);
    expect(Buffer.from(value, 'base64url')).toHaveLength(32);
    const again = await fill([...apply], { ...all(), UNIT_WEBHOOK_TOKEN: value });
    expect(again).toMatchObject({ code: 0, document: { outcome: 'nothing_to_do' } });
    expect(writesTo(world)).toBe(before + 6);
    expect(await check()).toMatchObject({ code: 0, document: { outcome: 'done' } });
  });

  it('E5 takes a value from a file descriptor, and only the secrets that are named', async () => {
    const token = orgToken(['customers']);
    const before = writesTo(world);
    const { code } = await run(
      world,
      'secrets',
      ['--stage', 'dev', '--only', 'unit-contact', '--fd', 'unit-contact=3', ...apply],
      { env: stage.env, descriptors: [`${token}\n`] },
    );
    expect({ code, writes: writesTo(world) - before }).toEqual({ code: 0, writes: 1 });
    expect(await storedIn(world, 'unitContact')).toEqual({ value: token });
  });

  it('E4 keeps the old webhook token while it is rotated, and lets it go by --end-rotation', async () => {
    const old = world.secrets.seeded.unitWebhook;
    await fill(['--only', 'webhook', '--generate', 'webhook', '--previous', ...apply]);
    const rotated = (await storedIn(world, 'unitWebhook')) as { value: string };
    invented.push(rotated.value);
    expect(rotated).toEqual({ value: expect.not.stringMatching(old), previous: old });
    const env = { UNIT_WEBHOOK_TOKEN: rotated.value };
    const kept = await fill(['--only', 'webhook', '--previous', ...apply], env);
    expect(kept).toMatchObject({ code: 0, document: { outcome: 'nothing_to_do' } });
    // Whether Unit has been told is in secrets-rotation.test.ts.
    expect(await fill(['--end-rotation', '--force'])).toMatchObject({
      code: 0,
      document: { outcome: 'planned' },
    });
    expect(await storedIn(world, 'unitWebhook')).toEqual(rotated);
    expect(await fill(['--end-rotation', '--force', ...apply])).toMatchObject({
      code: 0,
      document: { outcome: 'done' },
    });
    expect(await storedIn(world, 'unitWebhook')).toEqual({ value: rotated.value });
    const ended = await fill(['--end-rotation', ...apply]);
    expect(ended).toMatchObject({ code: 0, document: { outcome: 'nothing_to_do' } });
  });

  it.each([
    ['E5 too narrow', ['applications', 'customers'], 'unit-onboarding', 'UNIT_ONBOARDING_TOKEN'],
    [
      'E5 too wide for the exchange',
      ['customer-token-write', 'cards'],
      'unit-exchange',
      'UNIT_EXCHANGE_TOKEN',
    ],
  ])('refuses a token that is %s, and writes nothing', async (_, scopes, name, variable) => {
    const before = writesTo(world);
    const ran = await fill(['--only', `stytch,${name}`, ...apply], {
      ...all(),
      [variable]: orgToken(scopes),
    });
    expect(ran).toMatchObject({ code: 1, document: { outcome: 'refused', code: 'value_refused' } });
    expect(writesTo(world)).toBe(before);
  });

  it('E5 only warns of another token that is too wide, and takes one for the exchange by --force', async () => {
    const wide = orgToken(['customers', 'cards']);
    const warned = await fill(['--only', 'unit-contact', ...apply], { UNIT_CONTACT_TOKEN: wide });
    expect(warned).toMatchObject({ code: 0, document: { secrets: [{ judgement: 'too_wide' }] } });
    const exchange = orgToken(['customer-token-write', 'cards']);
    const forced = await fill(['--only', 'unit-exchange', '--force', ...apply], {
      UNIT_EXCHANGE_TOKEN: exchange,
    });
    expect(forced).toMatchObject({ code: 0 });
    expect(await storedIn(world, 'unitExchange')).toEqual({ value: exchange });
  });

  it.each([
    ['stytch', { STYTCH_SECRET: 'secret-test-of-nobody-at-all' }, 'refuses it'],
    ['stytch', { STYTCH_SECRET: 'secret-live-of-nobody-at-all' }, 'a live secret'],
    ['unit-events', { UNIT_EVENTS_TOKEN: 'v2.public.of-nobody' }, 'Unit refuses it'],
    ['webhook', { UNIT_WEBHOOK_TOKEN: 'too-short-to-be-one' }, '32 to 255'],
  ])('refuses what the vendor of %s does not take: %j', async (name, env, words) => {
    const ran = await fill(['--only', name, ...apply], env);
    expect(ran).toMatchObject({ code: 1, document: { code: 'value_refused' } });
    expect(String(ran.document['message'])).toContain(words);
    expect(JSON.stringify(ran.document)).not.toContain('nobody');
  });

  it('sends no live secret to the test host', async () => {
    const asked = world.stytch.controls.requests().length;
    await fill(['--only', 'stytch', ...apply], { STYTCH_SECRET: 'secret-live-of-nobody-at-all' });
    expect(world.stytch.controls.requests().length).toBe(asked);
  });

  it('writes nothing where a vendor cannot be asked', async () => {
    const before = writesTo(world);
    world.unit.controls.arm({
      method: 'GET',
      path: '/identity',
      times: 9,
      fault: { kind: 'status', status: 503 },
    });
    const ran = await fill(['--only', 'stytch,unit-contact', ...apply], all());
    expect(ran).toMatchObject({ code: 3, document: { outcome: 'failed', provider: 'unit' } });
    expect(writesTo(world)).toBe(before);
  });

  it.each([
    [['--only', 'hash-key'], 'takes some of'],
    [['--generate', 'stytch'], 'takes webhook'],
    [['--fd', 'stytch'], 'takes <name>='],
    [['--only', 'stytch', '--generate', 'webhook'], '--only leaves it out'],
    [['--only', 'stytch', '--fd', 'webhook=3'], '--only does not'],
    [['--only', 'stytch'], 'set STYTCH_SECRET or use --fd stytch=<n>'],
  ])('is wrong usage: %j', async (args, words) => {
    const ran = await fill(args);
    expect(ran).toMatchObject({ code: 2, document: { outcome: 'usage' } });
    expect(String(ran.document['message'])).toContain(words);
  });
});

describe('without a terminal', () => {
  it('every value that is missing is named at once, and none that is there', async () => {
    const args = ['--only', 'stytch,unit-exchange,unit-contact,webhook', '--generate', 'webhook'];
    const ran = await fill(args, { UNIT_EXCHANGE_TOKEN: world.secrets.seeded.unitExchange });
    expect(ran).toMatchObject({ code: 2, document: { outcome: 'usage', code: 'credential_missing' } });
    const message = String(ran.document['message']);
    expect(message).toContain('set STYTCH_SECRET or use --fd stytch=<n>');
    expect(message).toContain('set UNIT_CONTACT_TOKEN or use --fd unit-contact=<n>');
    expect(message).not.toMatch(/UNIT_EXCHANGE_TOKEN|UNIT_WEBHOOK_TOKEN/);
  });
});

describe('where Unit does not tell the scopes of a token', () => {
  const answers = [
    ['in another form', { kind: 'json', status: 200, body: { data: { attributes: {} } } }],
    ['by 404', { kind: 'status', status: 404 }],
  ] as const;

  it.each(answers)('%s, they are found out by calls that change nothing', async (_, fault) => {
    world.unit.controls.arm({ method: 'GET', path: '/identity', times: 99, fault });
    const applications = world.unit.controls.applications().length;
    const made = world.unit.controls.received().customerTokens.length;
    const { code, document } = await check();
    expect(notes(document)).toMatchObject({
      'unit-exchange': expect.stringMatching(/^has its scopes \(by trying/),
      'unit-onboarding': expect.stringMatching(/^has its scopes \(by trying/),
    });
    expect({ code, ...states(document) }).toMatchObject({
      code: 0,
      'unit-exchange': 'good',
      'unit-onboarding': 'good',
      'unit-events': 'good',
      'unit-contact': 'good',
    });
    world.secrets.put('unitExchange', orgToken(['customer-token-write', 'customers']));
    world.secrets.put('unitOnboarding', orgToken(['applications', 'customers']));
    expect(states((await check()).document)).toMatchObject({
      'unit-exchange': 'too_wide',
      'unit-onboarding': 'too_narrow',
    });
    expect(world.unit.controls.applications().length).toBe(applications);
    expect(world.unit.controls.received().customerTokens.length).toBe(made);
  });

  /** Whatever is asked of the scopes, this is the answer. */
  const armAll = (fault: FaultKind) => {
    world.unit.controls.arm({ method: 'GET', path: '/identity', times: 99, fault: answers[1][1] });
    for (const path of ['/*', '/customers/*/token']) {
      world.unit.controls.arm({ method: '*', path, times: 99, fault });
    }
  };
  const tokens = () => ({
    UNIT_EXCHANGE_TOKEN: orgToken(wantedScopes.exchange),
    UNIT_ONBOARDING_TOKEN: orgToken(wantedScopes.onboarding),
    UNIT_EVENTS_TOKEN: orgToken(wantedScopes.events),
    UNIT_CONTACT_TOKEN: orgToken(wantedScopes.contact),
  });
  const names = ['unit-exchange', 'unit-onboarding', 'unit-events', 'unit-contact'];

  it.each([
    ['404 in its own form', { kind: 'status', status: 404 }],
    ['404 of a page', { kind: 'html', status: 404 }],
    ['400 of a page', { kind: 'html', status: 400 }],
    ['404 of a proxy', { kind: 'json', status: 404, body: { message: 'no route' } }],
  ] as const)('E5 and answers everything by %s, no token is good, and none is written', async (_, fault) => {
    armAll(fault);
    const before = writesTo(world);
    const { document } = await check();
    expect(names.map((name) => states(document)[name])).toEqual(names.map(() => 'unproved'));
    for (const name of names) {
      const ran = await fill(['--only', name, ...apply], tokens());
      expect(ran).toMatchObject({ code: 1, document: { code: 'value_refused' } });
      expect(String(ran.document['message'])).toContain('Unit does not say whether it has');
      expect(String(ran.document['message'])).toContain('--force');
    }
    expect(writesTo(world)).toBe(before);
  });

  it('E5 --check calls a token that nobody proved unknown, and no fault, as doctor does', async () => {
    armAll({ kind: 'status', status: 404 });
    const { code, document } = await check();
    expect({ code, outcome: document['outcome'] }).toEqual({ code: 0, outcome: 'done' });
    expect(document['secrets']).toContainEqual(
      expect.objectContaining({ name: 'unit-exchange', judgement: 'unproved', works: null }),
    );
    const { stdout } = await run(world, 'secrets', ['--stage', 'dev', '--check'], { env: stage.env });
    expect(stdout).toMatch(/unit-exchange .* unknown .* Unit does not say whether/);
    world.secrets.put('stytch', 'secret-test-of-somebody-else');
    expect(await check()).toMatchObject({ code: 1, document: { outcome: 'found_problems' } });
  });

  it('E5 a token that nobody proved is written by --force, and one that is refused is not', async () => {
    armAll({ kind: 'status', status: 404 });
    const given = tokens();
    const forced = await fill(['--only', 'unit-events', '--force', ...apply], given);
    expect(forced).toMatchObject({ code: 0, document: { secrets: [{ judgement: 'unproved' }] } });
    expect(await storedIn(world, 'unitEvents')).toEqual({ value: given.UNIT_EVENTS_TOKEN });
    world.unit.controls.heal();
    world.unit.controls.arm({ method: 'GET', path: '/identity', times: 99, fault: answers[1][1] });
    const garbage = await fill(['--only', 'unit-contact', '--force', ...apply], {
      UNIT_CONTACT_TOKEN: 'garbage-token',
    });
    expect(garbage).toMatchObject({ code: 1, document: { code: 'value_refused' } });
    expect(String(garbage.document['message'])).not.toContain('--force');
  });

  it.each([[429], [500], [503]])('E5 and answers everything by %d, no token is written', async (status) => {
    armAll({ kind: 'status', status });
    const before = writesTo(world);
    for (const name of names) {
      const ran = await fill(['--only', name, ...apply], tokens());
      expect(ran).toMatchObject({ code: 3, document: { outcome: 'failed', provider: 'unit' } });
    }
    expect(writesTo(world)).toBe(before);
  });

  it('E5 a token of nobody is refused', async () => {
    world.unit.controls.arm({ method: 'GET', path: '/identity', times: 99, fault: answers[1][1] });
    const ran = await fill(['--only', 'unit-contact', ...apply], { UNIT_CONTACT_TOKEN: 'garbage-token' });
    expect(ran).toMatchObject({ code: 1, document: { code: 'value_refused' } });
    expect(String(ran.document['message'])).toContain('Unit refuses it');
  });
});

it('takes the scopes that the stack names', () => {
  expect(wantedScopes).toEqual(unitScopes);
});

it('refuses a stage whose vendors are strangers or mixed, before any secret is read', async () => {
  const reads = world.secrets.requests().length;
  const own = stage.outputs['UnitUrl'];
  stage.outputs['UnitUrl'] = 'https://api.unit.co';
  const ran = await check();
  stage.outputs['UnitUrl'] = own;
  expect(ran).toMatchObject({ code: 2, document: { outcome: 'usage' } });
  expect(world.secrets.requests().length).toBe(reads);
});

it('INV5 prints no value', () => {
  expect(invented.length).toBeGreaterThan(5);
  expectNoSecrets(world, invented);
});
