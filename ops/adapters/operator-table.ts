// What operators alone do to the table, by conditional writes, each safe to repeat.
import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod/mini';
import { createIdMappings } from '../../functions/adapters/table/id-mappings.ts';
import { customerAttributes, keys, parseItem, userPartition } from '../../functions/adapters/table/items.ts';
import type { Store, StoredItem } from '../../functions/adapters/table/store.ts';
import { ServiceError } from '../../functions/core/errors.ts';
import { LINKED_LOCK, takeLock } from '../../functions/core/onboarding/lock.ts';
import type { CustomerRecord, LockName } from '../../functions/core/onboarding/records.ts';
import type { IdMappings } from '../../functions/core/ports.ts';

/** Who did it, when, and why: the reason holds no number of a person (INV5). */
export interface ActRecord {
  readonly by: string;
  readonly reason: string;
  /** Seconds since the epoch. */
  readonly at: number;
}

const claimItem = z.looseObject({
  v: z.literal(1),
  unitCustomerId: z.string(),
  stytchUserId: z.string(),
  /** Raised by every transfer; absent before the first. */
  generation: z.optional(z.int()),
  transferredFrom: z.optional(z.string()),
  linkedBy: z.optional(z.string()),
  linkReason: z.optional(z.string()),
  linkedAt: z.optional(z.number()),
});
export type ClaimItem = z.infer<typeof claimItem>;

export interface OperatorTable extends Pick<IdMappings, 'readUser' | 'readPointer' | 'putCustomer'> {
  /** Everything under the user, as it stands in the table. */
  readPartition(stytchUserId: string): Promise<readonly StoredItem[]>;
  readClaim(unitCustomerId: string): Promise<ClaimItem | null>;
  readPointerItem(unitApplicationId: string): Promise<StoredItem | null>;
  /** The lock of a kind, by onboarding's own rule (INV3); false when an application that is not over holds it. */
  lockLinked(stytchUserId: string, name: LockName, at: number): Promise<boolean>;
  /** Claims what is free or the user's own; false when another user owns it. */
  claim(unitCustomerId: string, stytchUserId: string, act: ActRecord): Promise<boolean>;
  /** Moves the claim exactly as it was read to another user; false when it has changed since. */
  transferClaim(from: ClaimItem, stytchUserId: string, act: ActRecord): Promise<boolean>;
  /** The customer beside its user as Active, a Review ended; false when it is Archived. */
  activateCustomer(stytchUserId: string, customer: Omit<CustomerRecord, 'status'>): Promise<boolean>;
  /** No more tokens for this user; an Archived one stays, and one that is not there is not made. */
  parkCustomer(stytchUserId: string, unitCustomerId: string): Promise<void>;
  /** The tombstone; the first one's record stays. */
  buryUser(stytchUserId: string, act: ActRecord): Promise<void>;
  /** Notes a reset of the second factors on the user. */
  noteReset(stytchUserId: string, act: ActRecord): Promise<void>;
  removeFactor(stytchUserId: string, factorId: string): Promise<void>;
}

export function createOperatorTable(client: DynamoDBClient, store: Store, tableName: string): OperatorTable {
  const mappings = createIdMappings(store);
  const { readUser, readPointer, putCustomer } = mappings;
  return {
    readUser,
    readPointer,
    putCustomer,
    readPartition: (stytchUserId) => store.query(userPartition(stytchUserId)),

    async readClaim(unitCustomerId) {
      const item = await store.get(keys.claim(unitCustomerId));
      return item === null ? null : parseItem(claimItem, item);
    },

    readPointerItem: (unitApplicationId) => store.get(keys.pointer(unitApplicationId)),

    lockLinked: (stytchUserId, name, at) =>
      takeLock({ mappings }, { stytchUserId }, { name, applicationId: LINKED_LOCK, takenAt: at }).then(
        () => true,
        (error: unknown) => {
          if (error instanceof ServiceError && error.code === 'application_exists') return false;
          throw error;
        },
      ),

    claim: (unitCustomerId, stytchUserId, act) =>
      store.update(
        keys.claim(unitCustomerId),
        { set: { unitCustomerId, stytchUserId, ...linked(act) } },
        { expression: 'attribute_not_exists(pk) OR stytchUserId = :user', values: { ':user': stytchUserId } },
      ),

    transferClaim({ unitCustomerId, stytchUserId: from, generation }, stytchUserId, act) {
      const isAsRead =
        generation === undefined ? 'attribute_not_exists(generation)' : 'generation = :generation';
      return store.update(
        keys.claim(unitCustomerId),
        {
          set: {
            stytchUserId,
            generation: (generation ?? 1) + 1,
            transferredFrom: from,
            ...linked(act),
          },
        },
        {
          expression: `stytchUserId = :from AND ${isAsRead}`,
          values: { ':from': from, ...(generation === undefined ? {} : { ':generation': generation }) },
        },
      );
    },

    activateCustomer: (stytchUserId, customer) =>
      store.put(
        keys.customer(stytchUserId, customer.unitCustomerId),
        customerAttributes({ ...customer, status: 'Active' }),
        {
          expression: 'attribute_not_exists(pk) OR NOT #s = :archived',
          values: { ':archived': 'Archived' },
        },
      ),

    async parkCustomer(stytchUserId, unitCustomerId) {
      await store.update(
        keys.customer(stytchUserId, unitCustomerId),
        { set: { status: 'Review' } },
        {
          expression: 'attribute_exists(pk) AND NOT #s = :archived',
          values: { ':archived': 'Archived' },
        },
      );
    },

    async buryUser(stytchUserId, { by, reason, at }) {
      await store.update(
        keys.user(stytchUserId),
        { set: { deleted: true, deletedBy: by, deleteReason: reason, deletedAt: at } },
        { expression: 'attribute_not_exists(deleted) OR deleted = :no', values: { ':no': false } },
      );
    },

    async noteReset(stytchUserId, { by, reason, at }) {
      await store.update(
        keys.user(stytchUserId),
        { set: { factorsResetBy: by, factorsResetReason: reason, factorsResetAt: at } },
        {
          expression: 'attribute_not_exists(factorsResetAt) OR factorsResetAt <= :at',
          values: { ':at': at },
        },
      );
    },

    async removeFactor(stytchUserId, factorId) {
      const command = new DeleteItemCommand({
        TableName: tableName,
        Key: marshall(keys.factor(stytchUserId, factorId)),
        ConditionExpression: 'attribute_exists(pk)',
      });
      const [sent] = await Promise.allSettled([client.send(command)]);
      if (sent.status === 'fulfilled' || sent.reason instanceof ConditionalCheckFailedException) return;
      throw new ServiceError('temporarily_unavailable', {
        reason: 'store',
        upstream: {
          provider: 'aws',
          operation: 'delete_item',
          vendorCode: sent.reason instanceof Error ? sent.reason.name : 'unknown',
        },
      });
    },
  };
}

const linked = ({ by, reason, at }: ActRecord) => ({ linkedBy: by, linkReason: reason, linkedAt: at });
