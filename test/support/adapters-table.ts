// The table of the stack in dynalite, the store over it, and records to put in.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createIdMappings } from '../../functions/adapters/table/id-mappings.ts';
import { createStore, type Store } from '../../functions/adapters/table/store.ts';
import { createTasks } from '../../functions/adapters/table/tasks.ts';
import type { ApplicationRecord } from '../../functions/core/onboarding/records.ts';
import type { IdMappings, Tasks } from '../../functions/core/ports.ts';
import { type LocalTable, startTable } from '../../simulators/aws/table.ts';
import { tableKeys } from './table-keys.ts';

export const TABLE_NAME = 'IdMapping';

const definition = { TableName: TABLE_NAME, BillingMode: 'PAY_PER_REQUEST', ...tableKeys };

export const tableClient = (endpoint: string): DynamoDBClient =>
  new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });

export interface TableBench {
  readonly table: LocalTable;
  readonly client: DynamoDBClient;
  readonly store: Store;
  readonly mappings: IdMappings;
  readonly tasks: Tasks;
  /** The one item with these keys, as it lies in the table. */
  item(pk: string, sk: string): Promise<Record<string, unknown> | undefined>;
  close(): Promise<void>;
}

export async function startTableBench(): Promise<TableBench> {
  const arn = `arn:aws:dynamodb:us-east-1:000000000000:table/${TABLE_NAME}`;
  const table = await startTable({ tableName: TABLE_NAME, arn, definition });
  const client = tableClient(table.url);
  const store = createStore(client, TABLE_NAME);
  return {
    table,
    client,
    store,
    mappings: createIdMappings(store),
    tasks: createTasks(store),
    item: async (pk, sk) => (await table.scan()).find((item) => item['pk'] === pk && item['sk'] === sk),
    async close() {
      client.destroy();
      await table.close();
    },
  };
}

let count = 0;

/** A user that no other test has. */
export const newUser = (): string => {
  count += 1;
  return `user-test-${count}`;
};

export const newApplicationId = (): string => {
  count += 1;
  return `APPLICATION${String(count).padStart(15, 'A')}`;
};

export const applicationOf = (changes: Partial<ApplicationRecord> = {}): ApplicationRecord => ({
  stytchUserId: newUser(),
  applicationId: newApplicationId(),
  type: 'individual',
  via: 'json',
  status: 'Submitting',
  isRefused: false,
  fingerprint: 'k1.fingerprint',
  createdAt: 1000,
  leaseUntil: 1150,
  emailFingerprints: [],
  unitFormId: null,
  formExpiresAt: null,
  unitApplicationId: null,
  unitCustomerId: null,
  unitUpdatedAt: null,
  documents: [],
  checkedAt: null,
  nextCheckAt: 1150,
  ...changes,
});
