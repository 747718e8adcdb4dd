// The functions as they are wired for a stage behind CloudFront: nothing passes the origin secret by.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defaultLimits } from '../../functions/core/limits.ts';
import type { HttpHandler } from '../../functions/http/serve.ts';
import { createSecretsManager } from '../../simulators/aws/secrets-manager.ts';
import { listen } from '../../simulators/server.ts';
import { bodyOf, contextOf, eventOf } from '../support/adapters-http.ts';

const names = ['Origin', 'HashKey', 'Stytch', 'Unit', 'Webhook'] as const;
const arn = (name: (typeof names)[number]): string =>
  `arn:aws:secretsmanager:us-east-1:000000000000:secret:${name}-AbCdEf`;
const origin = 'origin-secret-0123456789';

const manager = createSecretsManager(names.map((name) => ({ arn: arn(name), name })));
let server: Awaited<ReturnType<typeof listen>>;
let webhook: HttpHandler;
let signup: HttpHandler;

beforeAll(async () => {
  server = await listen(manager.handle, 0);
  for (const name of names) manager.put(arn(name), JSON.stringify({ value: `value-of-${name}` }));
  manager.put(arn('Origin'), JSON.stringify({ value: origin }));
  Object.assign(process.env, {
    STAGE: 'dev',
    VENDOR_ENVIRONMENT: 'test',
    PROBLEM_TYPE_BASE_URL: 'https://docs.bank.example/problems/',
    ID_MAPPING_TABLE_NAME: 'IdMapping',
    STYTCH_PROJECT_ID: 'project-test-6f2c1d4e',
    STYTCH_BASE_URL: 'http://127.0.0.1:1',
    STYTCH_ISSUERS: '["stytch.com/project-test-6f2c1d4e"]',
    UNIT_BASE_URL: 'http://127.0.0.1:1',
    HASH_KEY_SECRET_ARN: arn('HashKey'),
    STYTCH_SECRET_ARN: arn('Stytch'),
    UNIT_ORG_TOKEN_SECRET_ARN: arn('Unit'),
    UNIT_WEBHOOK_SECRET_ARN: arn('Webhook'),
    TRUSTED_PROXY: 'cloudfront',
    ORIGIN_SECRET_ARN: arn('Origin'),
    SESSION_TRANSPORT: 'body',
    ALLOWED_ORIGINS: '[]',
    REDIRECT_URLS: '["https://app.bank.example/callback"]',
    SESSION_IDLE_SECONDS: '3600',
    SESSION_MAX_SECONDS: '43200',
    LIMITS: JSON.stringify(defaultLimits),
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    POWERTOOLS_METRICS_DISABLED: 'true',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1',
    AWS_ENDPOINT_URL_SECRETS_MANAGER: server.url,
  });
  [{ handler: webhook }, { handler: signup }] = await Promise.all([
    import('../../functions/unit-webhook.ts'),
    import('../../functions/signup.ts'),
  ]);
});
afterAll(() => server.close());

const codeOf = async (handler: HttpHandler, routeKey: string, headers: Record<string, string>) =>
  bodyOf(await handler(eventOf({ routeKey, headers, body: '{}' }), contextOf()))['code'];

const viewer = { 'x-viewer-address': '198.51.100.1' };
const UNIT = 'POST /webhooks/unit';
const SIGN_UP = 'POST /v1/signup';

describe('a function behind CloudFront', () => {
  it('INV7 takes what CloudFront still sends, and what it will send, through a rotation', async () => {
    const next = 'origin-secret-of-tomorrow';
    manager.put(arn('Origin'), JSON.stringify({ value: next, previous: origin }));
    for (const secret of [origin, next])
      expect(await codeOf(webhook, UNIT, { ...viewer, 'x-origin-secret': secret })).toBe('invalid_signature');
  });

  it('A4.1.3 is not there for who comes past it, Unit neither', async () => {
    const claims = { 'content-type': 'application/json', ...viewer };
    for (const headers of [claims, { ...claims, 'x-origin-secret': 'origin-secret-9876543210' }]) {
      expect(await codeOf(webhook, UNIT, headers)).toBe('not_found');
      expect(await codeOf(signup, SIGN_UP, headers)).toBe('not_found');
    }
  });

  it('A4.1.3 looks at what CloudFront brings as ever', async () => {
    const headers = { 'content-type': 'application/json', 'x-origin-secret': origin, ...viewer };
    expect(await codeOf(webhook, UNIT, headers)).toBe('invalid_signature');
    expect(await codeOf(signup, SIGN_UP, headers)).toBe('invalid_request');
  });

  it('keeps the secret, and asks for it once', () => {
    const asked = manager.requests().filter((one) => JSON.stringify(one).includes('Origin'));
    // Each of the two functions once, and the webhook again for the value that it did not know.
    expect(asked.length).toBeLessThanOrEqual(5);
  });
});
