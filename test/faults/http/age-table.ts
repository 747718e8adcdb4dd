// Time for one user's items: their leases, checks and locks are set back, as if it had gone by.
import { type AttributeValue, DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { World } from '../../../local/world.ts';

const times = ['createdAt', 'leaseUntil', 'checkedAt', 'nextCheckAt', 'takenAt', 'formExpiresAt'] as const;

/** Sets every time of a user's applications and locks back. Only while nothing runs. */
export async function ageUser(world: World, userId: string, seconds: number): Promise<void> {
  const client = new DynamoDBClient({
    endpoint: world.tableUrl,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  for (const item of await world.scanTable()) {
    const { pk, sk } = item;
    if (pk !== `USER#${userId}` || !/^(APPLICATION|LOCK)#/.test(String(sk))) continue;
    const present = times.flatMap((name) => {
      const at = item[name];
      return typeof at === 'number' ? [{ name, at }] : [];
    });
    const values = present.map(({ name, at }): [string, AttributeValue] => [
      `:${name}`,
      { N: String(at - seconds) },
    ]);
    await client.send(
      new UpdateItemCommand({
        TableName: world.tableName,
        Key: { pk: { S: pk }, sk: { S: String(sk) } },
        UpdateExpression: `SET ${present.map(({ name }) => `${name} = :${name}`).join(', ')}`,
        ExpressionAttributeValues: Object.fromEntries(values),
      }),
    );
  }
  client.destroy();
}
