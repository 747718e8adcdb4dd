import { DynamoDBClient, QueryCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { accessKeyOf, createAuthorize } from '../../../simulators/aws/permissions.ts';
import { createSecretsManager } from '../../../simulators/aws/secrets-manager.ts';
import { type LocalTable, startTable } from '../../../simulators/aws/table.ts';
import { readTemplate } from '../../../simulators/aws/template.ts';
import { type Listening, listen } from '../../../simulators/server.ts';
import { readOptions, sampleTemplate } from './fixtures.ts';

const pieces = readTemplate(sampleTemplate(), readOptions);
const authorize = createAuthorize(pieces.functions);
const tableArn = 'arn:aws:dynamodb:us-east-1:000000000000:table/Sample-dev-TableA1';

describe("the role's policies", () => {
  const may = (name: string, action: string, resource = tableArn) =>
    authorize(`AWS4-HMAC-SHA256 Credential=${accessKeyOf(name)}/20260101/x`, action, resource) === undefined;

  it.each([
    ['an action that it names', 'token', 'dynamodb:Query', tableArn, true],
    ['the same on another resource', 'token', 'dynamodb:Query', `${tableArn}/index/unsettled`, false],
    ['another action', 'token', 'dynamodb:Scan', tableArn, false],
    ['anything, to a function without a role', 'step-up', 'dynamodb:Query', tableArn, false],
    ['anything, to callers that are no function', 'somebody', 'dynamodb:Scan', tableArn, true],
  ])('S6 decide on %s', (_title, name, action, resource, isAllowed) => {
    expect(may(name, action, resource)).toBe(isAllowed);
  });

  it('S6 know wildcards and denials', () => {
    const statement = (isAllow: boolean, action: string, resource: string) => ({
      isAllow,
      actions: [action],
      resources: [resource],
    });
    const judge = createAuthorize([
      {
        name: 'wide',
        statements: [
          statement(true, 'dynamodb:*', 'arn:aws:dynamodb:*'),
          statement(false, 'dynamodb:Delete?able', '*'),
        ],
      },
    ]);
    const ask = (action: string) => judge(`Credential=${accessKeyOf('wide')}/x`, action, tableArn);
    expect(ask('DynamoDB:scan')).toBeUndefined();
    expect(ask('dynamodb:DeleteTable')).toMatch(
      /not authorized to perform: dynamodb:DeleteTable on resource/,
    );
  });
});

describe('a call signed by a function', () => {
  let table: LocalTable;
  let server: Listening;

  beforeAll(async () => {
    table = await startTable(pieces.table, 0, { authorize });
    const manager = createSecretsManager(
      pieces.secrets.map(({ arn, logicalId }) => ({ arn, name: logicalId })),
      authorize,
    );
    for (const { arn } of pieces.secrets) manager.put(arn, '{"value":"x"}');
    server = await listen(manager.handle, 0);
  });
  afterAll(async () => {
    await table.close();
    await server.close();
  });

  const as = (name: string, endpoint: string) => ({
    endpoint,
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: { accessKeyId: accessKeyOf(name), secretAccessKey: 'local' },
  });

  it('S6 is denied by the table where its role does not allow it', async () => {
    const client = new DynamoDBClient(as('token', table.url));
    const query = {
      TableName: table.tableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: 'A' } },
    };
    expect((await client.send(new QueryCommand(query))).Count).toBe(0);
    await expect(client.send(new ScanCommand({ TableName: table.tableName }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining('dynamodb:Scan'),
    });
    const index = { ...query, IndexName: 'unsettled', KeyConditionExpression: 'unsettledPk = :pk' };
    await expect(client.send(new QueryCommand(index))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
    client.destroy();
  });

  it("E5 is denied another function's secret", async () => {
    const client = new SecretsManagerClient(as('token', server.url));
    const [own, other] = pieces.secrets.map(({ arn }) => new GetSecretValueCommand({ SecretId: arn }));
    if (own === undefined || other === undefined) throw new Error('the sample has two secrets');
    expect((await client.send(own)).SecretString).toBe('{"value":"x"}');
    await expect(client.send(other)).rejects.toMatchObject({ name: 'AccessDeniedException' });
    client.destroy();
  });
});
