// The mapping in memory, with the conditions that the table puts on every write.
import {
  type ApplicationRecord,
  type Claim,
  type CustomerRecord,
  type FactorRecord,
  isFinal,
  type Lock,
  type LockName,
  type Pointer,
  type UserRecord,
} from '../../functions/core/onboarding/records.ts';
import type { IdMappings } from '../../functions/core/ports.ts';

/** What is stored; tests read it and set the scene by it. */
export interface Rows {
  readonly users: Map<string, { isDeleted: boolean; lockedUntil: number | null }>;
  /** When the lease on a user's factors ends. */
  readonly leases: Map<string, number>;
  /** By user and factor. */
  readonly factors: Map<string, FactorRecord>;
  /** By user and name. */
  readonly locks: Map<string, Lock>;
  /** By user and application. */
  readonly applications: Map<string, ApplicationRecord>;
  /** By user and customer. */
  readonly customers: Map<string, CustomerRecord>;
  readonly pointers: Map<string, Pointer>;
  readonly claims: Map<string, Claim>;
  readonly events: Map<string, { outcome: string; at: number }>;
}

export const emptyRows = (): Rows => ({
  users: new Map(),
  leases: new Map(),
  factors: new Map(),
  locks: new Map(),
  applications: new Map(),
  customers: new Map(),
  pointers: new Map(),
  claims: new Map(),
  events: new Map(),
});

export const rowKey = (stytchUserId: string, id: string): string => `${stytchUserId} ${id}`;

const ofUser = <T>(rows: ReadonlyMap<string, T>, stytchUserId: string): readonly T[] =>
  [...rows].filter(([key]) => key.startsWith(`${stytchUserId} `)).map(([, row]) => row);

export function createRowMappings(rows: Rows): IdMappings {
  return { ...userRows(rows), ...lockRows(rows), ...applicationRows(rows), ...sharedRows(rows) };
}

type UserRows = Pick<
  IdMappings,
  | 'readUser'
  | 'putCustomer'
  | 'putFactor'
  | 'meetFactor'
  | 'beginFactor'
  | 'confirmFactor'
  | 'takeUserLease'
  | 'endUserLease'
>;

const userRows = (rows: Rows): UserRows => ({
  async readUser(stytchUserId): Promise<UserRecord> {
    const { isDeleted, lockedUntil } = rows.users.get(stytchUserId) ?? {
      isDeleted: false,
      lockedUntil: null,
    };
    return {
      stytchUserId,
      isDeleted,
      lockedUntil,
      factors: ofUser(rows.factors, stytchUserId),
      locks: ofUser(rows.locks, stytchUserId),
      applications: ofUser(rows.applications, stytchUserId),
      customers: ofUser(rows.customers, stytchUserId),
    };
  },
  async putCustomer(stytchUserId, customer) {
    const key = rowKey(stytchUserId, customer.unitCustomerId);
    const before = rows.customers.get(key)?.status ?? 'Active';
    const isOpen = before === 'Active' || before === customer.status || customer.status === 'Archived';
    if (isOpen) rows.customers.set(key, customer);
  },
  async putFactor(stytchUserId, factor) {
    const key = rowKey(stytchUserId, factor.factorId);
    if (rows.factors.has(key)) return false;
    rows.factors.set(key, factor);
    return true;
  },
  async meetFactor(stytchUserId, factor) {
    const key = rowKey(stytchUserId, factor.factorId);
    const before = rows.factors.get(key);
    if (before !== undefined && !(before.origin === 'enrolled' && before.confirmedAt === null)) return false;
    rows.factors.set(key, factor);
    return true;
  },
  async beginFactor(stytchUserId, factor) {
    rows.factors.set(rowKey(stytchUserId, factor.factorId), factor);
  },
  async confirmFactor(stytchUserId, factorId, confirmedAt) {
    const key = rowKey(stytchUserId, factorId);
    const before = rows.factors.get(key);
    if (before?.confirmedAt === null) rows.factors.set(key, { ...before, confirmedAt });
  },
  async takeUserLease(stytchUserId, now, until) {
    const held = rows.leases.get(stytchUserId);
    if (held !== undefined && held >= now) return false;
    rows.leases.set(stytchUserId, until);
    return true;
  },
  async endUserLease(stytchUserId) {
    rows.leases.set(stytchUserId, 0);
  },
});

type LockRows = Pick<IdMappings, 'takeLock' | 'readLock' | 'takeOverLock'>;

const lockRows = ({ locks }: Rows): LockRows => ({
  async takeLock(stytchUserId, lock) {
    const key = rowKey(stytchUserId, lock.name);
    const holder = locks.get(key);
    if (holder !== undefined && holder.applicationId !== lock.applicationId) return false;
    locks.set(key, lock);
    return true;
  },
  readLock: async (stytchUserId, name: LockName) => locks.get(rowKey(stytchUserId, name)) ?? null,
  async takeOverLock(stytchUserId, lock, from) {
    const key = rowKey(stytchUserId, lock.name);
    const holder = locks.get(key);
    if (holder?.applicationId !== from.applicationId || holder.takenAt !== from.takenAt) return false;
    locks.set(key, lock);
    return true;
  },
});

type ApplicationRows = Pick<
  IdMappings,
  | 'readApplication'
  | 'createApplication'
  | 'renewLease'
  | 'noteForm'
  | 'noteCheck'
  | 'settleApplication'
  | 'unsettled'
>;

const applicationKey = ({ stytchUserId, applicationId }: ApplicationRecord): string =>
  rowKey(stytchUserId, applicationId);

const applicationRows = ({ applications }: Rows): ApplicationRows => ({
  readApplication: async (stytchUserId, applicationId) =>
    applications.get(rowKey(stytchUserId, applicationId)) ?? null,
  async createApplication(record) {
    if (applications.has(applicationKey(record))) return false;
    applications.set(applicationKey(record), record);
    return true;
  },
  async renewLease(record, leaseUntil) {
    const before = applications.get(applicationKey(record));
    if (before === undefined || !isUnchanged(before, record)) return false;
    const renewed = { ...before, status: 'Submitting', leaseUntil, nextCheckAt: leaseUntil } as const;
    applications.set(applicationKey(record), renewed);
    return true;
  },
  async noteForm(record, form) {
    const before = applications.get(applicationKey(record));
    if (before === undefined || !isUnchanged(before, record)) return false;
    applications.set(applicationKey(record), { ...before, ...form });
    return true;
  },
  async noteCheck(record, checkedAt, nextCheckAt) {
    const before = applications.get(applicationKey(record));
    if (before === undefined || before.nextCheckAt === null || before.status !== record.status) return;
    applications.set(applicationKey(record), { ...before, checkedAt, nextCheckAt });
  },
  async settleApplication(record) {
    const before = applications.get(applicationKey(record));
    if (before === undefined || !maySettle(before, record)) return false;
    const { status, isRefused, unitApplicationId, unitCustomerId, unitUpdatedAt } = record;
    const { documents, checkedAt, nextCheckAt } = record;
    applications.set(applicationKey(record), {
      ...before,
      status,
      isRefused,
      unitApplicationId: unitApplicationId ?? before.unitApplicationId,
      unitCustomerId: unitCustomerId ?? before.unitCustomerId,
      unitUpdatedAt: unitUpdatedAt ?? before.unitUpdatedAt,
      documents,
      checkedAt: checkedAt ?? before.checkedAt,
      nextCheckAt,
    });
    return true;
  },
  unsettled: async (now, limit) => ({
    due: [...applications.values()]
      .filter(({ nextCheckAt }) => nextCheckAt !== null && nextCheckAt <= now)
      .sort((a, b) => (a.nextCheckAt ?? 0) - (b.nextCheckAt ?? 0))
      .slice(0, limit),
    unreadable: 0,
  }),
});

const isUnchanged = (before: ApplicationRecord, read: ApplicationRecord): boolean =>
  before.status === read.status && before.leaseUntil === read.leaseUntil && before.unitApplicationId === null;

/** The settle rule, as the table's condition has it. */
function maySettle(before: ApplicationRecord, next: ApplicationRecord): boolean {
  if (next.status === 'NotSubmitted') {
    return (
      before.status === 'Submitting' &&
      before.unitApplicationId === null &&
      before.leaseUntil === next.leaseUntil
    );
  }
  const isNotOlder = before.unitUpdatedAt === null || before.unitUpdatedAt <= (next.unitUpdatedAt ?? '');
  return isNotOlder && (!isFinal(before.status) || before.status === next.status);
}

type SharedRows = Pick<
  IdMappings,
  'readClaim' | 'readPointer' | 'putPointer' | 'putClaim' | 'readEvent' | 'recordEvent'
>;

const sharedRows = ({ pointers, claims, events }: Rows): SharedRows => ({
  readClaim: async (unitCustomerId) => claims.get(unitCustomerId) ?? null,
  readPointer: async (unitApplicationId) => pointers.get(unitApplicationId) ?? null,
  async putPointer(pointer) {
    const before = pointers.get(pointer.unitApplicationId);
    if (before === undefined || before.applicationId === pointer.applicationId) {
      pointers.set(pointer.unitApplicationId, pointer);
    }
  },
  async putClaim(claim) {
    const before = claims.get(claim.unitCustomerId);
    if (before !== undefined && before.stytchUserId !== claim.stytchUserId) return false;
    claims.set(claim.unitCustomerId, claim);
    return true;
  },
  readEvent: async (eventId) => events.get(eventId) ?? null,
  async recordEvent(eventId, outcome, at) {
    events.set(eventId, { outcome, at });
  },
});
