import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PortError, portsFrom } from '../../../local/ports.ts';
import { startWorld, type World } from '../../../local/world.ts';
import { isRunning, sampleTemplate } from './fixtures.ts';

// Reads the secret that the event names, and gives back what the function saw.
const source = `
export const handler = async (event) => {
  const { secret } = event.isBase64Encoded ? {} : JSON.parse(event.body ?? '{}');
  if (event.rawPath?.startsWith('/webhooks')) console.log('webhook ' + event.headers['x-unit-signature']);
  const answer = secret && await fetch(process.env.AWS_ENDPOINT_URL_SECRETS_MANAGER, {
    method: 'POST',
    headers: {
      'x-amz-target': 'secretsmanager.GetSecretValue',
      authorization: 'Credential=' + process.env.AWS_ACCESS_KEY_ID + '/x',
    },
    body: JSON.stringify({ SecretId: process.env[secret] }),
  });
  const body = JSON.stringify({ secret: answer && (await answer.json()), pid: process.pid });
  return { statusCode: 200, headers: { 'content-type': 'application/json' }, body };
};`;

function template() {
  const sample = sampleTemplate();
  const { Environment } = sample.Resources.TokenFunction5E0D.Properties;
  Object.assign(Environment.Variables, {
    STYTCH_BASE_URL: 'https://test.stytch.com',
    UNIT_BASE_URL: 'https://api.s.unit.sh',
    STYTCH_SECRET_ARN: { Ref: 'StytchSecretB2' },
    HASH_KEY_SECRET_ARN: { Ref: 'HashKeyC3' },
  });
  Object.assign(sample.Resources, {
    WebhookRoute: {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: {
        RouteKey: 'POST /webhooks/unit',
        Target: sample.Resources.TokenRouteH7.Properties.Target,
      },
    },
  });
  return sample;
}

describe('the offline world', () => {
  let world: World;
  let bundles: string;

  beforeAll(async () => {
    bundles = mkdtempSync(path.join(tmpdir(), 'bundles-'));
    for (const name of ['token', 'step-up']) {
      mkdirSync(path.join(bundles, name));
      writeFileSync(path.join(bundles, name, 'index.mjs'), source);
    }
    world = await startWorld({ template: template(), bundles });
  });
  afterAll(async () => {
    await world.close();
    rmSync(bundles, { recursive: true });
  });

  const ask = async (body: object): Promise<{ secret?: unknown; pid: number }> => {
    const response = await fetch(`${world.apiUrl}/v1/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return Object(await response.json());
  };

  it('INV8 gives a function the environment of its template, with loopback for the vendors and AWS', () => {
    const token = world.functions().find(({ name }) => name === 'token');
    expect(token?.environment).toMatchObject({
      STAGE: 'dev',
      TABLE: world.tableName,
      STYTCH_BASE_URL: world.stytch.url,
      UNIT_BASE_URL: world.unit.url,
      AWS_ENDPOINT_URL_DYNAMODB: world.tableUrl,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: world.secretsUrl,
    });
    const stepUp = world.functions().find(({ name }) => name === 'step-up');
    expect(stepUp?.environment).not.toHaveProperty('STYTCH_BASE_URL');
  });

  it('INV7 fills the secrets that settings point to, and takes new values', async () => {
    const seeded = await ask({ secret: 'STYTCH_SECRET_ARN' });
    expect(seeded.secret).toMatchObject({
      SecretString: JSON.stringify({ value: world.secrets.seeded.stytch }),
    });
    world.secrets.put('stytch', 'new', 'old');
    expect((await ask({ secret: 'STYTCH_SECRET_ARN' })).secret).toMatchObject({
      SecretString: '{"value":"new","previous":"old"}',
    });
    world.secrets.empty('stytch');
    expect((await ask({ secret: 'STYTCH_SECRET_ARN' })).secret).toMatchObject({
      __type: 'ResourceNotFoundException',
    });
    expect(world.secrets.requests().length).toBe(3);
    expect(() => world.secrets.put('unitExchange', 'x')).toThrow(/no function .* unitExchange/);
  });

  it('S6 lets a function do only what its role allows', async () => {
    expect((await ask({ secret: 'HASH_KEY_SECRET_ARN' })).secret).toMatchObject({
      __type: 'AccessDeniedException',
    });
  });

  it('W11 has the webhook registered at Unit, and its deliveries arrive signed', async () => {
    expect(world.unit.controls.webhooks()).toEqual([
      expect.objectContaining({
        url: `${world.apiUrl}/webhooks/unit`,
        deliveryMode: 'AtLeastOnce',
        includeResources: false,
        contentType: 'JsonAPI',
        token: world.secrets.seeded.unitWebhook,
      }),
    ]);
    world.unit.controls.emitUnknownEvent();
    await world.unit.controls.flushWebhooks();
    expect(world.logs().map(({ line }) => line)).toContainEqual(
      expect.stringMatching(/^webhook [A-Za-z0-9+/]{27}=$/),
    );
  });

  it('restarts and kills a function, and runs the schedule at once', async () => {
    const before = (await ask({})).pid;
    await world.restartFunction('token');
    const restarted = (await ask({})).pid;
    expect(restarted).not.toBe(before);
    await world.killFunction('token');
    expect((await ask({})).pid).not.toBe(restarted);
    expect(await world.runReconcile()).toMatchObject({ kind: 'ok' });
    expect(() => world.restartFunction('other')).toThrow('no function other');
    expect(await world.scanTable()).toEqual([]);
  });

  it('INV8 runs the bundles as they were deployed, whatever is built since', async () => {
    writeFileSync(path.join(bundles, 'step-up', 'index.mjs'), 'export const handler = 1;');
    await world.restartFunction('step-up');
    expect(await world.invoke('step-up', { rawPath: '/' })).toMatchObject({ kind: 'ok' });
    writeFileSync(path.join(bundles, 'step-up', 'index.mjs'), source);
  });

  it('names the port that another program holds, and leaves nothing running', async () => {
    const holder = createServer();
    const port = await new Promise<number>((resolve) => {
      holder.listen(0, '127.0.0.1', () => resolve(Object(holder.address()).port));
    });
    const starting = startWorld({ template: template(), bundles, ports: portsFrom(port) });
    await expect(starting).rejects.toThrow(new PortError('api', port, 'is in use'));
    await new Promise((resolve) => holder.close(resolve));
  });

  it('names the piece that a template lacks', async () => {
    const broken = template();
    Reflect.deleteProperty(broken.Resources, 'HttpApiD4');
    await expect(startWorld({ template: broken, bundles })).rejects.toThrow(
      /AWS::ApiGatewayV2::Api is missing/,
    );
  });

  it('stops at once and leaves no process behind', async () => {
    const second = await startWorld({ template: template(), bundles });
    const pids = second.functions().flatMap(({ pids: own }) => own);
    const began = performance.now();
    await second.close();
    expect(performance.now() - began).toBeLessThan(3_000);
    expect(pids.length).toBe(2);
    expect(pids.filter(isRunning)).toEqual([]);
    await expect(fetch(second.apiUrl)).rejects.toThrow();
  });
});
