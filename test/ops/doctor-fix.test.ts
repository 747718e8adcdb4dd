// `npm run doctor --fix` after it was broken off, beside another one, and what the doctor says of what it did not see.
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { randomUnitToken, secretNames } from '../../local/secret-values.ts';
import type { World } from '../../local/world.ts';
import { startTestWorld } from '../support/world.ts';
import { type Proxy, startProxy } from './proxy.ts';
import { startStage, type TestStage } from './stage.ts';
import { apply, expectNoSecrets, runJson, start, until } from './support.ts';
import { unitWebhooks } from './unit-webhooks.ts';

jest.setTimeout(60_000);

let world: World;
let stage: TestStage;
let unit: Proxy;
let atUnit: ReturnType<typeof unitWebhooks>;
beforeAll(async () => {
  world = await startTestWorld();
  stage = await startStage(world);
  unit = await startProxy(world.unit.url);
  atUnit = unitWebhooks(world, () => String(stage.outputs['UnitWebhookUrl']));
});
afterAll(async () => {
  await unit.close();
  await stage.close();
  await world.close();
});
beforeEach(async () => {
  world.unit.controls.heal();
  unit.bend = (answer) => answer;
  stage.outputs['UnitUrl'] = world.unit.url;
  for (const name of secretNames) if (name !== 'hashKey') world.secrets.put(name, world.secrets.seeded[name]);
  await atUnit.webhooksAre(atUnit.hook());
});

const doctor = (args: readonly string[] = [], env: Record<string, string> = {}) =>
  runJson(world, 'doctor', ['--stage', 'dev', ...args], {
    env: {
      ...stage.env,
      ...(args.includes('--fix') ? { UNIT_TOKEN: world.unit.operatorToken } : {}),
      ...env,
    },
  });
interface Seen {
  readonly severity: string;
  readonly code: string;
  readonly text: string;
  readonly fix: string | null;
}
const webhookFindings = (document: Record<string, unknown>) =>
  (document['findings'] as Seen[]).filter(({ code }) => code.startsWith('webhook'));
const enabled = () => atUnit.ours().filter(({ status }) => status === 'Enabled');
const throughProxy = () => {
  stage.outputs['UnitUrl'] = `http://127.0.0.1:${unit.port}`;
};

describe('--fix that is run again', () => {
  const bad = { includeResources: true };

  it('W11 after a crash between the new webhook and the end of the old one makes no third', async () => {
    await atUnit.webhooksAre(atUnit.hook(bad));
    throughProxy();
    // Unit does as it is told, and the command never hears of it.
    unit.bend = (answer, { method, path }) =>
      method === 'POST' && path === '/webhooks' ? { status: 500, headers: {}, body: '' } : answer;
    expect(await doctor(['--fix', ...apply])).toMatchObject({ code: 3 });
    expect(atUnit.ours()).toHaveLength(2);
    unit.bend = (answer) => answer;
    expect(await doctor(['--fix', ...apply])).toMatchObject({ code: 0, document: { outcome: 'done' } });
    expect(atUnit.ours()).toMatchObject([{ status: 'Enabled', includeResources: false }]);
  });

  it('finishes a retirement that stopped between its two halves', async () => {
    await atUnit.webhooksAre(atUnit.hook(bad), atUnit.hook());
    const [old] = atUnit.ours();
    await atUnit.unit('POST', `/webhooks/${old?.id}/disable`);
    expect(await doctor(['--fix', ...apply])).toMatchObject({
      code: 0,
      document: { steps: [{ kind: 'retire', webhookId: old?.id, isEnabled: false }] },
    });
    expect(atUnit.ours()).toMatchObject([{ status: 'Enabled', includeResources: false }]);
  });

  it('retires every surplus webhook, and keeps one', async () => {
    await atUnit.webhooksAre(atUnit.hook(), atUnit.hook(), atUnit.hook({ token: 'x'.repeat(43) }));
    expect(await doctor(['--fix', ...apply])).toMatchObject({ code: 0, document: { warnings: 1 } });
    expect(atUnit.ours()).toMatchObject([{ token: world.secrets.seeded.unitWebhook, status: 'Enabled' }]);
    expect(webhookFindings((await doctor()).document)).toMatchObject([{ severity: 'fine' }]);
  });

  it('does nothing where somebody else has mended it meanwhile', async () => {
    await atUnit.webhooksAre();
    throughProxy();
    let lists = 0;
    unit.bend = (answer, { method, path }) => {
      if (method === 'GET' && path.startsWith('/webhooks?')) lists += 1;
      return answer;
    };
    // Another --fix is through while this one still waits for the rest of its answers.
    const fault = { kind: 'latency', ms: 3000 } as const;
    world.unit.controls.arm({ method: 'GET', path: '/identity', times: 1, fault });
    const { ended } = start(world, 'doctor', ['--stage', 'dev', '--fix', ...apply, '--json'], {
      env: { ...stage.env, UNIT_TOKEN: world.unit.operatorToken },
    });
    await until(() => lists >= 2);
    await atUnit.webhooksAre(atUnit.hook());
    const ran = await ended;
    expect(JSON.parse(ran.stdout)).toMatchObject({ outcome: 'refused', code: 'changed_meanwhile' });
    expect(enabled()).toHaveLength(1);
  });
});

describe('what was not seen', () => {
  const unseen = async (args: readonly string[] = [], env: Record<string, string> = {}) => {
    const { document } = await doctor(args, env);
    return webhookFindings(document);
  };

  it('is not called signed while our own token cannot be read', async () => {
    world.secrets.empty('unitWebhook');
    expect(await unseen()).toEqual([
      {
        severity: 'by_hand',
        code: 'webhook_signature_unseen',
        text: expect.stringContaining('ours is empty'),
        fix: 'First: npm run secrets -- --stage dev --only webhook --generate webhook --apply',
      },
    ]);
  });

  it('is told with what helps: the stage token, the own token, or Unit itself', async () => {
    world.secrets.empty('unitEvents');
    expect(await unseen()).toMatchObject([
      { code: 'webhook_unseen', fix: 'npm run secrets -- --stage dev --only unit-events --apply' },
    ]);
    world.secrets.put('unitEvents', 'v2.public.of-nobody');
    expect(await unseen()).toMatchObject([
      {
        text: expect.stringContaining('refuses the token unit-events: 401'),
        fix: expect.stringContaining('--only unit-events'),
      },
    ]);
    const token = randomUnitToken();
    world.unit.controls.addOrgToken({ token, scopes: ['customers'] });
    expect(await unseen(['--fix'], { UNIT_TOKEN: token })).toMatchObject([
      {
        text: expect.stringContaining('refuses your token: 403'),
        fix: expect.stringContaining('webhooks-write'),
      },
    ]);
    world.secrets.put('unitEvents', world.secrets.seeded.unitEvents);
    const fault = { kind: 'status', status: 503 } as const;
    world.unit.controls.arm({ method: 'GET', path: '/webhooks', times: 99, fault });
    expect(await unseen()).toMatchObject([{ fix: expect.stringContaining('status page') }]);
  });

  it('is no missing webhook where Unit lists more than anybody reads, and --fix adds none to them', async () => {
    await atUnit.webhooksAre();
    throughProxy();
    const one = (id: number) => ({
      type: 'webhook',
      id: String(id),
      attributes: { label: 'x', url: `https://other.example/${id}`, status: 'Disabled' },
    });
    unit.bend = (answer, { method, path }) => {
      const offset = Number(/^\/webhooks\?.*offset\D+(\d+)/.exec(decodeURIComponent(path))?.[1]);
      if (method !== 'GET' || Number.isNaN(offset)) return answer;
      const data = Array.from({ length: 200 }, (_, i) => one(offset + i + 1));
      return { ...answer, status: 200, body: JSON.stringify({ data }) };
    };
    const { code, document } = await doctor(['--fix', ...apply]);
    expect({ code, steps: document['steps'] }).toEqual({ code: 1, steps: [] });
    expect(webhookFindings(document)).toMatchObject([
      { code: 'webhook_unseen', text: expect.stringContaining('more than 2000') },
    ]);
    expect(atUnit.ours()).toEqual([]);
  });

  it('is found on a later page, also where pages are shorter than asked', async () => {
    throughProxy();
    unit.bend = (answer, { method, path }) => {
      const offset = Number(/^\/webhooks\?.*offset\D+(\d+)/.exec(decodeURIComponent(path))?.[1]);
      if (method !== 'GET' || Number.isNaN(offset)) return answer;
      const all = world.unit.controls.webhooks();
      const data = all
        .slice(offset, offset + 7)
        .map(({ id, ...attributes }) => ({ type: 'webhook', id, attributes }));
      return { ...answer, status: 200, body: JSON.stringify({ data }) };
    };
    expect(await unseen()).toMatchObject([{ severity: 'fine', code: 'webhook' }]);
  });
});

it('INV5 prints no secret', () => {
  expectNoSecrets(world, ['x'.repeat(43), 'v2.public.of-nobody']);
});
