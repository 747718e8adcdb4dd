import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type LocalTable, startTable } from '../../../simulators/aws/table.ts';
import { readTemplate } from '../../../simulators/aws/template.ts';
import { readOptions, sampleTemplate } from './fixtures.ts';

describe('the table of the template, called by the AWS SDK', () => {
  let table: LocalTable;
  let client: DynamoDBClient;

  beforeAll(async () => {
    table = await startTable(readTemplate(sampleTemplate(), readOptions).table);
    client = new DynamoDBClient({
      endpoint: table.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
  });
  afterAll(async () => {
    client.destroy();
    await table.close();
  });

  const TableName = readTemplate(sampleTemplate(), readOptions).table.tableName;
  const key = (pk: string) => ({ pk: { S: pk }, sk: { S: 'OWNER' } });

  it('keeps items by partition and sort key', async () => {
    await client.send(new PutItemCommand({ TableName, Item: { ...key('A'), count: { N: '1' } } }));
    const { Item } = await client.send(
      new GetItemCommand({ TableName, Key: key('A'), ConsistentRead: true }),
    );
    expect(Item).toEqual({ ...key('A'), count: { N: '1' } });
  });

  it('INV3 lets one of many racing conditional writes win', async () => {
    const put = (n: number) =>
      client.send(
        new PutItemCommand({
          TableName,
          Item: { ...key('race'), n: { N: String(n) } },
          ConditionExpression: 'attribute_not_exists(pk)',
        }),
      );
    const outcomes = await Promise.allSettled([1, 2, 3, 4, 5, 6, 7, 8].map(put));
    const failures = outcomes.filter((it) => it.status === 'rejected').map(({ reason }) => reason);
    expect(failures.length).toBe(7);
    expect(failures.every((it) => it instanceof ConditionalCheckFailedException)).toBe(true);
  });

  it('has the sparse index, by number', async () => {
    const item = (pk: string, at: string) => ({
      ...key(pk),
      unsettledPk: { S: 'UNSETTLED#0' },
      nextCheckAt: { N: at },
    });
    await client.send(new PutItemCommand({ TableName, Item: item('late', '20') }));
    await client.send(new PutItemCommand({ TableName, Item: item('early', '3') }));
    const due = new QueryCommand({
      TableName,
      IndexName: 'unsettled',
      KeyConditionExpression: 'unsettledPk = :pk AND nextCheckAt <= :now',
      ExpressionAttributeValues: { ':pk': { S: 'UNSETTLED#0' }, ':now': { N: '100' } },
    });
    expect((await client.send(due)).Items?.map(({ pk }) => pk?.S)).toEqual(['early', 'late']);
    await client.send(
      new UpdateItemCommand({ TableName, Key: key('early'), UpdateExpression: 'REMOVE unsettledPk' }),
    );
    expect((await client.send(due)).Items?.map(({ pk }) => pk?.S)).toEqual(['late']);
  });

  it('shows every item without type tags', async () => {
    await client.send(
      new PutItemCommand({
        TableName,
        Item: {
          ...key('all types'),
          n: { N: '1.5' },
          yes: { BOOL: true },
          none: { NULL: true },
          list: { L: [{ S: 'a' }, { N: '2' }] },
          map: { M: { inner: { SS: ['x'] } } },
        },
      }),
    );
    const items = await table.scan();
    expect(items).toContainEqual({
      pk: 'all types',
      sk: 'OWNER',
      n: 1.5,
      yes: true,
      none: null,
      list: ['a', 2],
      map: { inner: ['x'] },
    });
  });
});
