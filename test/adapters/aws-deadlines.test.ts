import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createBase } from '../../functions/deps/base.ts';
import { timed } from '../support/adapters-errors.ts';
import { hang, type RawServer, startRawServer } from '../support/adapters-servers.ts';

/** Two tries of a second each, and the wait between them. */
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
  it('D1 holds for the table and for a secret when they never answer', async () => {
    const deps = depsAt(hanging.url);
    const [table, secret] = await Promise.all([
      withinLimit(deps.basis().mappings.readClaim('700001')),
      withinLimit(deps.secret('UNIT_WEBHOOK_SECRET_ARN')().read()),
    ]);
    expect([table.outcome, secret.outcome]).toMatchObject([unavailable, unavailable]);
  });
});
