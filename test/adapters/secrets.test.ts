import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createSecret, type Secret } from '../../functions/adapters/secrets.ts';
import { codeOf, everythingIn, refusalOf, timed } from '../support/adapters-errors.ts';
import { type Recorded, recording, silent } from '../support/adapters-log.ts';
import { ARN, type SecretsBench, secretsClient, startSecrets } from '../support/adapters-secrets.ts';
import { answering, hang, inTurn, startRawServer, unusedUrl } from '../support/adapters-servers.ts';

const CACHE_SECONDS = 900;

let bench: SecretsBench;
let now: number;
let secret: Secret;
let recorded: Recorded;

beforeEach(async () => {
  bench = await startSecrets();
  now = 1_000_000;
  recorded = recording();
  secret = createSecret(bench.client, ARN, () => now, recorded.log);
});
afterEach(() => bench.close());

const outage = (times = 1): void =>
  bench.manager.faults.arm({ method: 'POST', path: '/', times, fault: { kind: 'status', status: 500 } });

/** What a read gives, and what the next one does when whatever the first has begun is over. */
async function readTwice(): Promise<readonly string[]> {
  const first = await secret.read();
  await bench.settled();
  return [first.value, (await secret.read()).value];
}

const failedReads = (): readonly object[] =>
  recorded.lines.filter(({ code }) => code === 'secret.read_failed').map(({ fields }) => fields);

describe('a secret in Secrets Manager', () => {
  it('E2 is read once and kept for 15 minutes', async () => {
    bench.put('value-number-1');
    expect(await secret.read()).toEqual({ value: 'value-number-1' });
    bench.put('value-number-2');
    now += CACHE_SECONDS - 1;
    expect(await secret.read()).toEqual({ value: 'value-number-1' });
    expect(bench.reads()).toBe(1);
    now += 1;
    expect(await readTwice()).toEqual(['value-number-1', 'value-number-2']);
    expect(bench.reads()).toBe(2);
  });

  it('E2 holds nobody up once it is there, though Secrets Manager never answers again', async () => {
    const text = JSON.stringify({ value: 'value-number-1' });
    const server = await startRawServer(inTurn(answering(200, { SecretString: text }), hang));
    const held = createSecret(secretsClient(server.url), ARN, () => now, silent);
    await held.read();
    now += CACHE_SECONDS;
    for (let i = 0; i < 3; i += 1) {
      const { ms, outcome } = await timed(held.read());
      expect(outcome).toEqual({ status: 'fulfilled', value: { value: 'value-number-1' } });
      expect(ms).toBeLessThan(500);
      while (server.requests.length < 2) await pause(5);
    }
    await server.close();
    expect(server.requests).toHaveLength(2);
  });

  it('E2 is asked for anew when a container wakes whose question was frozen on its way', async () => {
    const text = JSON.stringify({ value: 'value-number-1' });
    const server = await startRawServer(inTurn(hang, answering(200, { SecretString: text })));
    const held = createSecret(secretsClient(server.url), ARN, () => now, silent);
    const frozen = Promise.allSettled([held.read()]);
    now += 60;
    const { ms, outcome } = await timed(held.read());
    expect(outcome).toMatchObject({ value: { value: 'value-number-1' } });
    expect(ms).toBeLessThan(1500);
    await server.close();
    // What the frozen question comes to in the end changes nothing.
    expect((await frozen)[0]?.status).toBe('rejected');
    expect((await held.read()).value).toBe('value-number-1');
    expect(await held.renew('value-number-0')).toEqual({ value: 'value-number-1' });
  });

  it('E2 is read once for many requests at the same moment', async () => {
    bench.put('value-number-1');
    const values = await Promise.all(Array.from({ length: 25 }, () => secret.read()));
    expect(new Set(values.map(({ value }) => value))).toEqual(new Set(['value-number-1']));
    expect(bench.reads()).toBe(1);
  });

  it('E2 keeps serving the old value while Secrets Manager fails, and takes the new one after', async () => {
    bench.put('value-number-1');
    await secret.read();
    bench.put('value-number-2');
    now += CACHE_SECONDS;
    outage(2);
    expect(await readTwice()).toEqual(['value-number-1', 'value-number-1']);
    now += 30;
    expect(await readTwice()).toEqual(['value-number-1', 'value-number-1']);
    now += 30;
    expect(await readTwice()).toEqual(['value-number-1', 'value-number-2']);
  });

  it('E2 asks no more than twice a minute in an outage, however many requests come', async () => {
    bench.put('value-number-1');
    await secret.read();
    now += CACHE_SECONDS;
    outage(1000);
    await Promise.all(Array.from({ length: 20 }, () => secret.read()));
    await bench.settled();
    now += 29;
    await secret.read();
    await bench.settled();
    bench.manager.faults.heal();
    bench.put('value-number-2');
    expect(await readTwice()).toEqual(['value-number-1', 'value-number-1']);
    now += 1;
    expect(await readTwice()).toEqual(['value-number-1', 'value-number-2']);
    expect(bench.reads()).toBe(2);
  });

  it('E2 keeps serving the old value when the new one is malformed', async () => {
    bench.put('value-number-1');
    await secret.read();
    bench.manager.put(ARN, 'no JSON at all');
    now += CACHE_SECONDS;
    expect(await readTwice()).toEqual(['value-number-1', 'value-number-1']);
    expect(failedReads()).toEqual([{ secretArn: ARN, reason: 'secret_malformed' }]);
  });

  it('E2 says in the log that a read failed while the old value serves', async () => {
    bench.put('value-number-1');
    await secret.read();
    expect(failedReads()).toEqual([]);
    now += CACHE_SECONDS;
    outage();
    expect(await readTwice()).toEqual(['value-number-1', 'value-number-1']);
    expect(failedReads()).toEqual([
      { secretArn: ARN, reason: 'secrets_manager', vendorCode: expect.any(String) },
    ]);
  });

  it('E2 never caches a failed load', async () => {
    outage();
    bench.put('value-number-1');
    expect(await codeOf(secret.read())).toBe('temporarily_unavailable');
    expect((await secret.read()).value).toBe('value-number-1');
  });

  it('E2 fails all who wait for one failed load, and none after it', async () => {
    outage();
    bench.put('value-number-1');
    const first = await Promise.allSettled([secret.read(), secret.read(), secret.read()]);
    expect(first.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect((await secret.read()).value).toBe('value-number-1');
  });

  it('E1 says that the deployment is not configured while the secret is empty, and works once it is filled', async () => {
    expect(await codeOf(secret.read())).toBe('not_configured');
    bench.put('value-number-1');
    expect((await secret.read()).value).toBe('value-number-1');
  });

  it.each([
    ['no JSON', 'plain text of a secret'],
    ['a JSON string', '"plain text of a secret"'],
    ['no value', '{"token":"plain text of a secret"}'],
    ['a value that is no text', '{"value":12345678}'],
    ['an empty value', '{"value":""}'],
    ['a value too short to be one', '{"value":"short"}'],
    ['a previous value that is no text', '{"value":"long enough","previous":5}'],
  ])('E2 says that the deployment is not configured when the secret holds %s', async (_, text) => {
    bench.manager.put(ARN, text);
    const refusal = await refusalOf(secret.read());
    expect(refusal.code).toBe('not_configured');
    expect(everythingIn(refusal)).not.toContain('plain text');
  });

  it('E4 holds the previous value beside the present one while a rotation is under way', async () => {
    bench.put('value-number-2', 'value-number-1');
    expect(await secret.read()).toEqual({ value: 'value-number-2', previous: 'value-number-1' });
  });

  it('says that the service is unavailable for a moment when Secrets Manager fails, denies or is gone', async () => {
    outage();
    const failed = await refusalOf(secret.read());
    expect(failed.code).toBe('temporarily_unavailable');
    expect(failed.details.retryAfterSeconds).toBeGreaterThan(0);
    const gone = createSecret(secretsClient(await unusedUrl()), ARN, () => now, silent);
    expect(await codeOf(gone.read())).toBe('temporarily_unavailable');
    expect(failed.details.upstream).toMatchObject({ provider: 'aws', operation: 'get_secret_value' });
    expect(failed.details.cause).toBeUndefined();
  });
});
