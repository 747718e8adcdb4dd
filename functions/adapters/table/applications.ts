// Application items: created once, leased, and settled by Unit's own clock; in the unsettled index until they are.
import { type ApplicationRecord, isFinal } from '../../core/onboarding/records.ts';
import type { IdMappings } from '../../core/ports.ts';
import {
  applicationAttributes,
  keys,
  readableApplication,
  shardOf,
  toApplicationRecord,
  unsettledShards,
} from './items.ts';
import type { Condition, Item, Store } from './store.ts';

type ApplicationPort = Pick<
  IdMappings,
  | 'readApplication'
  | 'createApplication'
  | 'renewLease'
  | 'noteForm'
  | 'noteCheck'
  | 'settleApplication'
  | 'unsettled'
>;

export const createApplications = (store: Store): ApplicationPort => ({
  async readApplication(stytchUserId, applicationId) {
    const item = await store.get(keys.application(stytchUserId, applicationId));
    return item === null ? null : toApplicationRecord(item);
  },

  createApplication: (record) =>
    store.put(
      keyOf(record),
      { ...applicationAttributes(record), ...indexed(record) },
      { expression: 'attribute_not_exists(pk)' },
    ),

  renewLease: (record, leaseUntil) =>
    store.update(
      keyOf(record),
      {
        set: {
          status: 'Submitting',
          isRefused: false,
          leaseUntil,
          nextCheckAt: leaseUntil,
          unsettledPk: shardOf(record.applicationId),
        },
      },
      unchanged(record),
    ),

  noteForm: (record, form) => store.update(keyOf(record), { set: { ...form } }, unchanged(record)),

  async noteCheck(record, checkedAt, nextCheckAt) {
    await store.update(
      keyOf(record),
      { set: { checkedAt, nextCheckAt } },
      // Still in the index: a settle in between has taken it out, and it must stay out.
      { expression: 'attribute_exists(unsettledPk) AND #s = :status', values: { ':status': record.status } },
    );
  },

  settleApplication(record) {
    const { status, isRefused, unitApplicationId, unitCustomerId, unitUpdatedAt } = record;
    const { documents, checkedAt, nextCheckAt } = record;
    const set = {
      ...applicationAttributes({
        status,
        isRefused,
        unitApplicationId,
        unitCustomerId,
        unitUpdatedAt,
        documents,
        checkedAt,
      }),
      ...indexed(record),
    };
    const remove = nextCheckAt === null ? ['unsettledPk', 'nextCheckAt'] : [];
    return store.update(keyOf(record), { set, remove }, settleRule(record));
  },

  async unsettled(now, limit) {
    const perShard = Math.ceil(limit / unsettledShards.length);
    const found = await Promise.all(
      unsettledShards.map((shard) => store.queryUnsettled(shard, now, perShard)),
    );
    // One by one: an item that this release cannot read must not hold up the others.
    const items = found.flat();
    const due = items.flatMap((item) => readableApplication(item) ?? []);
    return { due, unreadable: items.length - due.length };
  },
});

const keyOf = ({ stytchUserId, applicationId }: ApplicationRecord) =>
  keys.application(stytchUserId, applicationId);

const indexed = ({ applicationId, nextCheckAt }: ApplicationRecord): Item =>
  nextCheckAt === null ? {} : { unsettledPk: shardOf(applicationId), nextCheckAt };

/** Nobody has taken the application's lease since it was read, and Unit's word on it has not come. */
const unchanged = ({ status, leaseUntil }: ApplicationRecord): Condition => ({
  expression: '#s = :status AND leaseUntil = :before AND attribute_not_exists(unitApplicationId)',
  values: { ':status': status, ':before': leaseUntil },
});

/**
 * The settle rule: Unit's word counts if its own `updatedAt` is not older than what is there, and a final status
 * stays. `NotSubmitted` is our word, and holds only while nobody has found the application or renewed its lease.
 */
function settleRule({ status, unitUpdatedAt, leaseUntil }: ApplicationRecord): Condition {
  if (status === 'NotSubmitted') {
    return {
      expression: '#s = :submitting AND attribute_not_exists(unitApplicationId) AND leaseUntil = :lease',
      values: { ':submitting': 'Submitting', ':lease': leaseUntil },
    };
  }
  const notOlder = '(attribute_not_exists(unitUpdatedAt) OR unitUpdatedAt <= :updatedAt)';
  const values = { ':updatedAt': unitUpdatedAt ?? '' };
  return isFinal(status)
    ? {
        expression: `attribute_exists(pk) AND ${notOlder} AND (NOT #s IN (:a, :d, :c) OR #s = :same)`,
        values: { ...values, ':a': 'Approved', ':d': 'Denied', ':c': 'Canceled', ':same': status },
      }
    : {
        expression: `attribute_exists(pk) AND ${notOlder} AND NOT #s IN (:a, :d, :c)`,
        values: { ...values, ':a': 'Approved', ':d': 'Denied', ':c': 'Canceled' },
      };
}
