// The SDK sends a write again when its answer is lost, and the second try meets what the first has written.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createIdMappings } from '../../../functions/adapters/table/id-mappings.ts';
import { createStore } from '../../../functions/adapters/table/store.ts';
import type { IdMappings } from '../../../functions/core/ports.ts';
import {
  applicationOf,
  newUser,
  startTableBench,
  TABLE_NAME,
  type TableBench,
} from '../../support/adapters-table.ts';

let bench: TableBench;
let proxy: Server;
let client: DynamoDBClient;
let mappings: IdMappings;
/** The next writes reach the table, and their answers do not come back. */
let answersToLose = 0;
/** Runs between the loss of an answer and the next try. */
let meanwhile: () => Promise<unknown> = async () => undefined;

async function forward(body: Buffer, headers: Readonly<Record<string, string>>): Promise<Response> {
  return fetch(bench.table.url, { method: 'POST', headers, body: new Uint8Array(body) });
}

beforeAll(async () => {
  bench = await startTableBench();
  proxy = createServer((request, response) => {
    void (async () => {
      const body = Buffer.concat(await request.toArray());
      const named = ['content-type', 'x-amz-target', 'authorization', 'x-amz-date'] as const;
      const headers = Object.fromEntries(named.map((name) => [name, String(request.headers[name] ?? '')]));
      const answer = await forward(body, headers);
      const text = await answer.text();
      if (answersToLose > 0 && /PutItem|UpdateItem/.test(headers['x-amz-target'] ?? '')) {
        answersToLose -= 1;
        await meanwhile();
        request.socket.destroy();
        return;
      }
      response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(text);
    })();
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const { port } = proxy.address() as AddressInfo;
  client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 2,
  });
  mappings = createIdMappings(createStore(client, TABLE_NAME));
});
afterAll(async () => {
  client.destroy();
  proxy.closeAllConnections();
  await new Promise((resolve) => proxy.close(resolve));
  await bench.close();
});

const losing = async <T>(
  run: () => Promise<T>,
  other: typeof meanwhile = async () => undefined,
): Promise<T> => {
  answersToLose = 1;
  meanwhile = other;
  const outcome = await run();
  expect(answersToLose).toBe(0);
  return outcome;
};

describe('INV3 A write that was sent twice', () => {
  it('that made the item is not taken for a race that was lost', async () => {
    const record = applicationOf();
    expect(await losing(() => mappings.createApplication(record))).toBe(true);
    expect(await mappings.createApplication(record)).toBe(false);
  });

  it('that renewed the lease has renewed it', async () => {
    const record = applicationOf();
    await mappings.createApplication(record);
    expect(await losing(() => mappings.renewLease(record, 2000))).toBe(true);
    expect(await mappings.renewLease(record, 2000)).toBe(false);
  });

  it('that took over the lock holds it', async () => {
    const user = newUser();
    const [old, next] = ['OLD', 'NEW'].map(
      (applicationId) => ({ name: 'person', applicationId, takenAt: 1 }) as const,
    );
    if (old === undefined || next === undefined) throw new Error('no locks');
    await mappings.takeLock(user, old);
    expect(await losing(() => mappings.takeOverLock(user, next, old))).toBe(true);
    expect(await mappings.readLock(user, 'person')).toMatchObject(next);
  });

  it('has lost when somebody else was there first', async () => {
    const record = applicationOf();
    await bench.mappings.createApplication({ ...record, fingerprint: 'k1.other' });
    expect(await losing(() => mappings.createApplication(record))).toBe(false);
  });

  it('has lost when somebody else has written since', async () => {
    const record = applicationOf();
    await mappings.createApplication(record);
    const other = (): Promise<boolean> => bench.mappings.renewLease({ ...record, leaseUntil: 2000 }, 3000);
    expect(await losing(() => mappings.renewLease(record, 2000), other)).toBe(false);
    expect((await mappings.readApplication(record.stytchUserId, record.applicationId))?.leaseUntil).toBe(
      3000,
    );
  });
});
