// The table's few operations, with one way to fail: `temporarily_unavailable`, never an SDK error.
import { randomUUID } from 'node:crypto';
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { ServiceError } from '../../core/errors.ts';
import { callAws } from '../aws.ts';

export type Scalar = string | number | boolean;
export type Item = Readonly<Record<string, Scalar>>;
export type StoredItem = Readonly<Record<string, unknown>>;

export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/** A DynamoDB condition: an expression, and the values of its `:placeholders`; `#s` stands for `status`. */
export interface Condition {
  readonly expression: string;
  readonly values?: Item;
}

export interface Update {
  readonly set?: Item;
  readonly remove?: readonly string[];
  readonly add?: Readonly<Record<string, number>>;
}

export interface Store {
  get(key: Key): Promise<StoredItem | null>;
  /** All items of a partition, consistently. */
  query(pk: string): Promise<readonly StoredItem[]>;
  /** Items of the index `unsettled` whose `nextCheckAt` has come. */
  queryUnsettled(shard: string, until: number, limit: number): Promise<readonly StoredItem[]>;
  /** False when the condition failed. */
  put(key: Key, item: Item, condition?: Condition): Promise<boolean>;
  update(key: Key, update: Update, condition?: Condition): Promise<boolean>;
}

const VERSION = 1;

/** Binds the operations to one table. */
export function createStore(client: DynamoDBClient, tableName: string): Store {
  const TableName = tableName;

  const get = async (key: Key): Promise<StoredItem | null> => {
    const command = new GetItemCommand({ TableName, Key: marshall(key), ConsistentRead: true });
    const { Item } = await guarded('get_item', (options) => client.send(command, options));
    return Item === undefined ? null : unmarshall(Item);
  };

  /** False when the condition failed, unless it was our own write that it met. */
  const conditional = async (
    operation: string,
    { key, writeId }: { readonly key: Key; readonly writeId: string },
    send: Send<unknown>,
  ): Promise<boolean> => {
    const [outcome] = await Promise.allSettled([callAws(send)]);
    if (outcome.status === 'fulfilled') return true;
    const { reason } = outcome;
    if (!(reason instanceof ConditionalCheckFailedException)) throw unavailable(operation, reason);
    // The SDK sends again when an answer is lost; the first try may have worked all the same.
    const { attempts = 1 } = reason.$metadata;
    return attempts > 1 && (await get(key))?.['writeId'] === writeId;
  };

  return {
    get,

    async query(pk) {
      const items: StoredItem[] = [];
      let from: Record<string, AttributeValue> | undefined;
      do {
        const command = new QueryCommand({
          TableName,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: marshall({ ':pk': pk }),
          ConsistentRead: true,
          ...(from === undefined ? {} : { ExclusiveStartKey: from }),
        });
        const { Items = [], LastEvaluatedKey } = await guarded('query', (options) =>
          client.send(command, options),
        );
        items.push(...Items.map((item) => unmarshall(item)));
        from = LastEvaluatedKey;
      } while (from !== undefined);
      return items;
    },

    async queryUnsettled(shard, until, limit) {
      const command = new QueryCommand({
        TableName,
        IndexName: 'unsettled',
        KeyConditionExpression: 'unsettledPk = :shard AND nextCheckAt <= :until',
        ExpressionAttributeValues: marshall({ ':shard': shard, ':until': until }),
        Limit: limit,
      });
      const { Items = [] } = await guarded('query_unsettled', (options) => client.send(command, options));
      return Items.map((item) => unmarshall(item));
    },

    put(key, item, condition) {
      const writeId = randomUUID();
      const command = new PutItemCommand({
        TableName,
        Item: marshall({ ...key, ...item, v: VERSION, writeId }),
        ...expressions(condition, {}),
      });
      return conditional('put_item', { key, writeId }, (options) => client.send(command, options));
    },

    update(key, { set, ...rest }, condition) {
      const writeId = randomUUID();
      const command = updateCommand(TableName, key, { set: { ...set, writeId }, ...rest }, condition);
      return conditional('update_item', { key, writeId }, (options) => client.send(command, options));
    },
  };
}

function updateCommand(
  TableName: string,
  key: Key,
  { set = {}, remove = [], add = {} }: Update,
  condition: Condition | undefined,
): UpdateItemCommand {
  const assigned = { ...set, v: VERSION };
  const clauses = [
    `SET ${Object.keys(assigned)
      .map((name) => `${alias(name)} = :set_${name}`)
      .join(', ')}`,
    ...(remove.length === 0 ? [] : [`REMOVE ${remove.map(alias).join(', ')}`]),
    ...(Object.keys(add).length === 0
      ? []
      : [
          `ADD ${Object.keys(add)
            .map((name) => `${alias(name)} :add_${name}`)
            .join(', ')}`,
        ]),
  ];
  const values = {
    ...Object.fromEntries(Object.entries(assigned).map(([name, value]) => [`:set_${name}`, value])),
    ...Object.fromEntries(Object.entries(add).map(([name, value]) => [`:add_${name}`, value])),
  };
  const UpdateExpression = clauses.join(' ');
  return new UpdateItemCommand({
    TableName,
    Key: marshall(key),
    UpdateExpression,
    ...expressions(condition, values, UpdateExpression),
  });
}

/** DynamoDB reserves the word `status`. */
const alias = (name: string): string => (name === 'status' ? '#s' : name);

function expressions(condition: Condition | undefined, values: Item, besides = '') {
  const all = { ...values, ...condition?.values };
  const text = `${besides} ${condition?.expression ?? ''}`;
  return {
    ...(condition === undefined ? {} : { ConditionExpression: condition.expression }),
    ...(Object.keys(all).length === 0 ? {} : { ExpressionAttributeValues: marshall(all) }),
    ...(text.includes('#s') ? { ExpressionAttributeNames: { '#s': 'status' } } : {}),
  };
}

type Send<T> = Parameters<typeof callAws<T>>[0];

const guarded = <T>(operation: string, send: Send<T>): Promise<T> =>
  callAws(send).catch((error: unknown) => {
    throw unavailable(operation, error);
  });

/** Keeps of an SDK error its name alone. */
const unavailable = (operation: string, error: unknown): ServiceError =>
  new ServiceError('temporarily_unavailable', {
    reason: 'store',
    retryAfterSeconds: 2,
    upstream: {
      provider: 'aws',
      operation,
      vendorCode: error instanceof Error ? error.name : 'unknown',
    },
  });
