// What breaks at the table: by action, before or after the work was done.
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type LocalTable, startTable } from '../../../simulators/aws/table.ts';
import { readTemplate } from '../../../simulators/aws/template.ts';
import type { FaultKind } from '../../../simulators/faults.ts';
import { readOptions, sampleTemplate } from './fixtures.ts';

describe('the faults of the table', () => {
  let table: LocalTable;
  let client: DynamoDBClient;
  const { tableName: TableName } = readTemplate(sampleTemplate(), readOptions).table;

  beforeAll(async () => {
    table = await startTable(readTemplate(sampleTemplate(), readOptions).table);
    client = new DynamoDBClient({
      endpoint: table.url,
      region: 'us-east-1',
      maxAttempts: 1,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      requestHandler: { requestTimeout: 300, throwOnRequestTimeout: true },
    });
  });
  afterEach(() => table.faults.heal());
  afterAll(async () => {
    client.destroy();
    await table.close();
  });

  const key = (pk: string) => ({ pk: { S: pk }, sk: { S: 'OWNER' } });
  const put = (pk: string) => client.send(new PutItemCommand({ TableName, Item: key(pk) }));
  const get = async (pk: string) =>
    (await client.send(new GetItemCommand({ TableName, Key: key(pk), ConsistentRead: true }))).Item;
  const arm = (path: string, fault: FaultKind, times = 1): void =>
    table.faults.arm({ method: 'POST', path, times, fault });

  it('hit one action alone, for as many calls as were armed', async () => {
    arm('/PutItem', { kind: 'status', status: 500 });
    expect(await get('a')).toBeUndefined();
    await expect(put('a')).rejects.toMatchObject({ name: 'InternalServerError' });
    await put('a');
    expect(await get('a')).toEqual(key('a'));
  });

  it('say ServiceUnavailable and ThrottlingException as DynamoDB does', async () => {
    arm('/*', { kind: 'status', status: 503 });
    await expect(get('a')).rejects.toMatchObject({ name: 'ServiceUnavailable' });
    arm('/*', { kind: 'status', status: 429 });
    await expect(get('a')).rejects.toMatchObject({
      name: 'ThrottlingException',
      $metadata: { httpStatusCode: 400 },
    });
  });

  it.each(['cut', 'hang_after'] as const)(
    'keep the work of a call whose answer is lost: %s',
    async (kind) => {
      arm('/PutItem', { kind });
      await expect(put(kind)).rejects.toThrow();
      expect(await get(kind)).toEqual(key(kind));
    },
  );

  it.each(['reset', 'hang'] as const)('do nothing of a call that never arrives: %s', async (kind) => {
    arm('/PutItem', { kind });
    await expect(put(kind)).rejects.toThrow();
    expect(await get(kind)).toBeUndefined();
  });

  it.each([{ kind: 'malformed' }, { kind: 'truncated' }, { kind: 'html', status: 502 }] as const)(
    'answer what is no JSON of DynamoDB: $kind',
    async (fault) => {
      await put('shown');
      arm('/GetItem', fault);
      await expect(get('shown')).rejects.toThrow();
      expect(await get('shown')).toEqual(key('shown'));
    },
  );
});
