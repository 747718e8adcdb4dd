import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createBase } from '../../functions/deps/base.ts';
import { timed } from '../support/adapters-errors.ts';
import { answering, drip, hang, type RawServer, startRawServer } from '../support/adapters-servers.ts';

/** Two tries of a second each, the wait between them, and a slow machine. */
const LONGEST_MS = 3500;

let hanging: RawServer;

beforeAll(async () => {
  // The AWS SDK warns of slow answers.
  jest.spyOn(console, 'warn').mockImplementation(() => {});
  hanging = await startRawServer(hang);
});
afterAll(() => hanging.close());

const arn = (name: string): string => `arn:aws:secretsmanager:us-east-1:000000000000:secret:${name}-AbCdEf`;

/** The ports as the deployed function has them, with AWS at another address. */
function depsAt(url: string): ReturnType<typeof createBase> {
  Object.assign(process.env, {
    STAGE: 'dev',
    VENDOR_ENVIRONMENT: 'test',
    TRUSTED_PROXY: 'none',
    ORIGIN_SECRET_ARN: 'none',
    PROBLEM_TYPE_BASE_URL: 'https://docs.bank.example/problems/',
    ID_MAPPING_TABLE_NAME: 'IdMapping',
    UNIT_BASE_URL: 'http://127.0.0.1:1',
    UNIT_ORG_TOKEN_SECRET_ARN: arn('Unit'),
    UNIT_WEBHOOK_SECRET_ARN: arn('Webhook'),
    HASH_KEY_SECRET_ARN: arn('HashKey'),
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_DYNAMODB: url,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: url,
  });
  return createBase('unit-webhook');
}

const withinLimit = (work: Promise<unknown>) =>
  timed(Promise.race([work, pause(LONGEST_MS, 'still waiting', { ref: false })]));

const unavailable = { status: 'rejected', reason: { code: 'temporarily_unavailable' } };

describe('the deadline of a call to AWS, as the deployed functions make it', () => {
  const bothAt = async (url: string) => {
    const deps = depsAt(url);
    const [table, secret] = await Promise.all([
      withinLimit(deps.basis().mappings.readClaim('700001')),
      withinLimit(deps.secret('UNIT_WEBHOOK_SECRET_ARN')().read()),
    ]);
    return [table.outcome, secret.outcome];
  };

  it('D1 holds for the table and for a secret when they never answer', async () => {
    expect(await bothAt(hanging.url)).toMatchObject([unavailable, unavailable]);
  });

  it('D1 holds for the whole answer, which may come a byte at a time', async () => {
    const dripping = await startRawServer(drip);
    const outcomes = await bothAt(dripping.url);
    await dripping.close();
    expect(outcomes).toMatchObject([unavailable, unavailable]);
  });

  it('D1 holds where we are asked to wait for longer before the next try', async () => {
    const busy = await startRawServer(
      answering(503, { __type: 'ServiceUnavailable' }, { 'retry-after': '60' }),
    );
    const outcomes = await bothAt(busy.url);
    await busy.close();
    expect(outcomes).toMatchObject([unavailable, unavailable]);
  });
});
