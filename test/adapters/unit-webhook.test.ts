// The webhook's function as it is wired, over the table, with a Unit that never answers.
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { HttpHandler } from '../../functions/http/serve.ts';
import { createSecretsManager } from '../../simulators/aws/secrets-manager.ts';
import { listen } from '../../simulators/server.ts';
import { contextOf, eventOf } from '../support/adapters-http.ts';
import { type RawServer, startRawServer } from '../support/adapters-servers.ts';
import { startTableBench, TABLE_NAME, type TableBench } from '../support/adapters-table.ts';

const names = ['HashKey', 'Unit', 'Webhook'] as const;
const arn = (name: (typeof names)[number]): string =>
  `arn:aws:secretsmanager:us-east-1:000000000000:secret:${name}-AbCdEf`;
const TOKEN = 'webhook-token-0123456789';

const manager = createSecretsManager(names.map((name) => ({ arn: arn(name), name })));
let secrets: Awaited<ReturnType<typeof listen>>;
let table: TableBench;
let unit: RawServer;
/** When a call to Unit came to its end, answered or not. */
let endedAt: number[];
let webhook: HttpHandler;

beforeAll(async () => {
  endedAt = [];
  [secrets, table, unit] = await Promise.all([
    listen(manager.handle, 0),
    startTableBench(),
    startRawServer((outgoing) => outgoing.on('close', () => endedAt.push(performance.now()))),
  ]);
  for (const name of names) manager.put(arn(name), JSON.stringify({ value: `value-of-${name}` }));
  manager.put(arn('Webhook'), JSON.stringify({ value: TOKEN }));
  Object.assign(process.env, {
    STAGE: 'dev',
    VENDOR_ENVIRONMENT: 'test',
    PROBLEM_TYPE_BASE_URL: 'https://docs.bank.example/problems/',
    ID_MAPPING_TABLE_NAME: TABLE_NAME,
    UNIT_BASE_URL: unit.url,
    HASH_KEY_SECRET_ARN: arn('HashKey'),
    UNIT_ORG_TOKEN_SECRET_ARN: arn('Unit'),
    UNIT_WEBHOOK_SECRET_ARN: arn('Webhook'),
    TRUSTED_PROXY: 'none',
    ORIGIN_SECRET_ARN: 'none',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    POWERTOOLS_METRICS_DISABLED: 'true',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_DYNAMODB: table.table.url,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
  });
  ({ handler: webhook } = await import('../../functions/unit-webhook.ts'));
});
afterAll(() => Promise.all([secrets.close(), table.close(), unit.close()]));

const body = JSON.stringify({
  data: [
    {
      id: '900001',
      type: 'application.approved',
      relationships: { application: { data: { type: 'individualApplication', id: '800001' } } },
    },
  ],
});
const deliver = (remainingMs: number) =>
  webhook(
    eventOf({
      routeKey: 'POST /webhooks/unit',
      headers: { 'x-unit-signature': createHmac('sha1', TOKEN).update(body).digest('base64') },
      body,
    }),
    contextOf(remainingMs),
  );

describe('a delivery that Unit does not let us settle', () => {
  it('D1 asks nothing of Unit beyond the end of its request, and is never told as done', async () => {
    const startedAt = performance.now();
    const { statusCode } = await deliver(2000);
    expect([503, 504]).toContain(statusCode);
    expect(performance.now() - startedAt).toBeLessThan(2500);
    expect(unit.requests.length).toBeGreaterThan(0);
    while (endedAt.length < unit.requests.length) await new Promise((resolve) => setTimeout(resolve, 10));
    // The delivery's own four seconds would have gone on.
    for (const at of endedAt) expect(at - startedAt).toBeLessThan(3000);
  });
});
