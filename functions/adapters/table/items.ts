// The items' keys and shapes. What an item holds is parsed on the way in; unknown attributes are left alone.
import * as z from 'zod/mini';
import { applicationStatuses, applicationTypes } from '../../contract/application-states.ts';
import { ServiceError } from '../../core/errors.ts';
import type {
  ApplicationRecord,
  Claim,
  CustomerRecord,
  FactorRecord,
  Lock,
  Pointer,
} from '../../core/onboarding/records.ts';
import type { EventRecord, TaskName, TaskProgress } from '../../core/ports.ts';
import { parseJson } from '../json.ts';
import type { Item, Key, StoredItem } from './store.ts';

export const userPartition = (stytchUserId: string): string => `USER#${stytchUserId}`;

const inUser = (stytchUserId: string, sk: string): Key => ({ pk: userPartition(stytchUserId), sk });

const taskSortKeys = {
  events: 'CURSOR',
  webhooks: 'WEBHOOKS',
  archived: 'ARCHIVED',
} as const satisfies Record<TaskName, string>;

export const keys = {
  user: (stytchUserId: string) => inUser(stytchUserId, 'USER'),
  factor: (stytchUserId: string, factorId: string) => inUser(stytchUserId, `FACTOR#${factorId}`),
  lock: (stytchUserId: string, name: Lock['name']) => inUser(stytchUserId, `LOCK#${name}`),
  application: (stytchUserId: string, applicationId: string) =>
    inUser(stytchUserId, `APPLICATION#${applicationId}`),
  customer: (stytchUserId: string, unitCustomerId: string) =>
    inUser(stytchUserId, `CUSTOMER#${unitCustomerId}`),
  pointer: (unitApplicationId: string): Key => ({ pk: `UNIT_APPLICATION#${unitApplicationId}`, sk: 'OWNER' }),
  claim: (unitCustomerId: string): Key => ({ pk: `CUSTOMER#${unitCustomerId}`, sk: 'OWNER' }),
  event: (eventId: string): Key => ({ pk: `EVENT#${eventId}`, sk: 'EVENT' }),
  task: (name: TaskName): Key => ({ pk: 'RECONCILE', sk: taskSortKeys[name] }),
};

/** The version that this release reads; a change of meaning raises it over two releases. */
const v = z.literal(1);
const nullable = <T extends z.ZodMiniType>(type: T) => z._default(z.nullable(type), null);

export const userItem = z.looseObject({
  v,
  deleted: z._default(z.boolean(), false),
  lockedUntil: nullable(z.number()),
});

const factorItem = z.looseObject({
  v,
  factorId: z.string(),
  kind: z.string(),
  origin: z.enum(['enrolled', 'seen', 'seen_late', 'recovered']),
  firstSeenAt: z.number(),
  confirmedAt: nullable(z.number()),
});

const lockItem = z.looseObject({
  v,
  name: z.enum(['person', 'business']),
  applicationId: z.string(),
  takenAt: z.number(),
});

/** A list is kept as one text: nothing ever looks inside it in the table. */
const listOf = <Schema extends z.ZodMiniType>(schema: Schema) =>
  z._default(z.pipe(z.pipe(z.string(), z.transform(parseJson)), z.array(schema)), []);

const applicationItem = z.looseObject({
  v,
  stytchUserId: z.string(),
  applicationId: z.string(),
  type: z.enum(applicationTypes),
  via: z._default(z.enum(['json', 'form']), 'json'),
  status: z.enum(applicationStatuses),
  fingerprint: z.string(),
  createdAt: z.number(),
  leaseUntil: z.number(),
  emailFingerprints: listOf(z.string()),
  unitFormId: nullable(z.string()),
  formExpiresAt: nullable(z.number()),
  unitApplicationId: nullable(z.string()),
  unitCustomerId: nullable(z.string()),
  unitUpdatedAt: nullable(z.string()),
  isRefused: z._default(z.boolean(), false),
  documents: listOf(z.object({ documentId: z.string(), documentType: z.string(), status: z.string() })),
  checkedAt: nullable(z.number()),
  nextCheckAt: nullable(z.number()),
});

const customerItem = z.looseObject({
  v,
  unitCustomerId: z.string(),
  type: z.enum(['individual', 'business']),
  status: z.enum(['Active', 'Archived', 'Review']),
});

const pointerItem = z.looseObject({
  v,
  unitApplicationId: z.string(),
  stytchUserId: z.string(),
  applicationId: z.string(),
});

const claimItem = z.looseObject({ v, unitCustomerId: z.string(), stytchUserId: z.string() });

/** One that we cannot read is looked at again: its event is none of the known outcomes. */
const eventItem = z.object({ outcome: z.catch(z.string(), ''), at: z.catch(z.number(), 0) });

const taskItem = z.object({
  v,
  readUntil: nullable(z.number()),
  windowUntil: nullable(z.number()),
  nextOffset: z._default(z.int().check(z.minimum(0)), 0),
});

/** Parses an item, or fails closed: an item that we cannot read decides nothing. */
export function parseItem<Schema extends z.ZodMiniType>(schema: Schema, item: StoredItem): z.output<Schema> {
  const parsed = schema.safeParse(item);
  if (parsed.success) return parsed.data;
  throw new ServiceError('server_error', { reason: 'item_unreadable' });
}

export const toFactorRecord = (item: StoredItem): FactorRecord => parseItem(factorItem, item);
export const toLock = (item: StoredItem): Lock => parseItem(lockItem, item);
export const toApplicationRecord = (item: StoredItem): ApplicationRecord => parseItem(applicationItem, item);
/** Null for an item that this release cannot read. */
export function readableApplication(item: StoredItem): ApplicationRecord | null {
  const parsed = applicationItem.safeParse(item);
  return parsed.success ? parsed.data : null;
}

export const toCustomerRecord = (item: StoredItem): CustomerRecord => parseItem(customerItem, item);
export const toPointer = (item: StoredItem): Pointer => parseItem(pointerItem, item);
export const toEventRecord = (item: StoredItem): EventRecord => parseItem(eventItem, item);
export function toTaskProgress(item: StoredItem): TaskProgress {
  const { readUntil, windowUntil, nextOffset } = parseItem(taskItem, item);
  return { readUntil, windowUntil, nextOffset };
}
export const toClaim = (item: StoredItem): Claim => parseItem(claimItem, item);

interface Shaped {
  readonly shape: Readonly<Record<string, unknown>>;
}

/**
 * The attributes of a record: those of its kind and no others (INV5). What is null is left out, so that conditions on
 * its absence hold; lists are text.
 */
const toItem =
  ({ shape }: Shaped) =>
  (record: object): Item =>
    Object.fromEntries(
      Object.entries(record)
        .filter(([name, value]) => Object.hasOwn(shape, name) && value !== null && value !== undefined)
        .map(([name, value]) => [name, Array.isArray(value) ? JSON.stringify(value) : value]),
    );

export const factorAttributes = toItem(factorItem);
export const lockAttributes = toItem(lockItem);
export const applicationAttributes = toItem(applicationItem);
export const customerAttributes = toItem(customerItem);
export const pointerAttributes = toItem(pointerItem);
export const taskAttributes = toItem(taskItem);

const SHARDS = 4;

export const unsettledShards: readonly string[] = Array.from({ length: SHARDS }, (_, i) => `UNSETTLED#${i}`);

/** Spreads the unsettled applications over the shards by their ids. */
export function shardOf(applicationId: string): string {
  const sum = [...applicationId].reduce((total, letter) => total + letter.charCodeAt(0), 0);
  return `UNSETTLED#${sum % SHARDS}`;
}
