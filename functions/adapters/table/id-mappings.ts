// The ID mapping in the table: a user's partition, claims, pointers, factors and events.
import type { UserRecord } from '../../core/onboarding/records.ts';
import type { IdMappings } from '../../core/ports.ts';
import { createApplications } from './applications.ts';
import {
  customerAttributes,
  factorAttributes,
  keys,
  parseItem,
  pointerAttributes,
  toApplicationRecord,
  toClaim,
  toCustomerRecord,
  toEventRecord,
  toFactorRecord,
  toLock,
  toPointer,
  userItem,
  userPartition,
} from './items.ts';
import { createLocks } from './locks.ts';
import type { Store, StoredItem } from './store.ts';

const EVENT_LIFE_SECONDS = 30 * 86_400;

const absent = { expression: 'attribute_not_exists(pk)' } as const;

/** The port over one table. */
export function createIdMappings(store: Store): IdMappings {
  return {
    ...createLocks(store),
    ...createApplications(store),

    readUser: async (stytchUserId) =>
      toUserRecord(stytchUserId, await store.query(userPartition(stytchUserId))),

    async readClaim(unitCustomerId) {
      const item = await store.get(keys.claim(unitCustomerId));
      return item === null ? null : toClaim(item);
    },

    async readPointer(unitApplicationId) {
      const item = await store.get(keys.pointer(unitApplicationId));
      return item === null ? null : toPointer(item);
    },

    async putPointer(pointer) {
      await store.put(keys.pointer(pointer.unitApplicationId), pointerAttributes(pointer), {
        expression: 'attribute_not_exists(pk) OR applicationId = :applicationId',
        values: { ':applicationId': pointer.applicationId },
      });
    },

    putClaim: ({ unitCustomerId, stytchUserId }) =>
      store.update(
        keys.claim(unitCustomerId),
        { set: { unitCustomerId, stytchUserId } },
        {
          expression: 'attribute_not_exists(pk) OR stytchUserId = :user',
          values: { ':user': stytchUserId },
        },
      ),

    async putCustomer(stytchUserId, customer) {
      await store.put(keys.customer(stytchUserId, customer.unitCustomerId), customerAttributes(customer), {
        // Archived is Unit's last word, and only an operator or Unit's archive ends a Review.
        expression:
          customer.status === 'Archived'
            ? 'attribute_not_exists(pk) OR NOT #s = :same'
            : 'attribute_not_exists(pk) OR #s IN (:active, :same)',
        values:
          customer.status === 'Archived'
            ? { ':same': 'Archived' }
            : { ':active': 'Active', ':same': customer.status },
      });
    },

    putFactor: (stytchUserId, factor) =>
      store.put(keys.factor(stytchUserId, factor.factorId), factorAttributes(factor), absent),

    meetFactor: (stytchUserId, factor) =>
      store.put(keys.factor(stytchUserId, factor.factorId), factorAttributes(factor), {
        expression: 'attribute_not_exists(pk) OR (attribute_not_exists(confirmedAt) AND origin = :enrolled)',
        values: { ':enrolled': 'enrolled' },
      }),

    async beginFactor(stytchUserId, factor) {
      await store.put(keys.factor(stytchUserId, factor.factorId), factorAttributes(factor));
    },

    takeUserLease: (stytchUserId, now, until) =>
      store.update(
        keys.user(stytchUserId),
        { set: { leaseUntil: until } },
        { expression: 'attribute_not_exists(leaseUntil) OR leaseUntil < :now', values: { ':now': now } },
      ),

    async endUserLease(stytchUserId) {
      await store.update(keys.user(stytchUserId), { set: { leaseUntil: 0 } });
    },

    async confirmFactor(stytchUserId, factorId, confirmedAt) {
      await store.update(
        keys.factor(stytchUserId, factorId),
        { set: { confirmedAt } },
        { expression: 'attribute_exists(pk) AND attribute_not_exists(confirmedAt)' },
      );
    },

    async readEvent(eventId) {
      const item = await store.get(keys.event(eventId));
      return item === null ? null : toEventRecord(item);
    },

    async recordEvent(eventId, outcome, at) {
      await store.put(keys.event(eventId), { outcome, at, expiresAt: Math.ceil(at) + EVENT_LIFE_SECONDS });
    },
  };
}

function toUserRecord(stytchUserId: string, items: readonly StoredItem[]): UserRecord {
  const under = (prefix: string): readonly StoredItem[] =>
    items.filter((item) => String(item['sk']).startsWith(prefix));
  const [user] = items.filter((item) => item['sk'] === 'USER');
  const { deleted, lockedUntil } =
    user === undefined ? { deleted: false, lockedUntil: null } : parseItem(userItem, user);
  return {
    stytchUserId,
    isDeleted: deleted,
    lockedUntil,
    factors: under('FACTOR#').map(toFactorRecord),
    locks: under('LOCK#').map(toLock),
    applications: under('APPLICATION#').map(toApplicationRecord),
    customers: under('CUSTOMER#').map(toCustomerRecord),
  };
}
