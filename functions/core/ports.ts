// The roles that the rules need filled; adapters fill them. Times are seconds since the epoch unless a name says Ms.
import type { LimitName } from './limits.ts';
import type {
  ApplicationRecord,
  Claim,
  CustomerRecord,
  FactorRecord,
  Lock,
  LockName,
  Pointer,
  UserRecord,
} from './onboarding/records.ts';

export type * from './authentication-ports.ts';
export type * from './banking-ports.ts';

/** Seconds since the epoch. */
export type Clock = () => number;

/** The mapping between the two worlds. Every call throws `temporarily_unavailable` when the store is down. */
export interface IdMappings {
  /** Everything about a user, in one consistent read. */
  readUser(stytchUserId: string): Promise<UserRecord>;
  readClaim(unitCustomerId: string): Promise<Claim | null>;
  readPointer(unitApplicationId: string): Promise<Pointer | null>;
  readApplication(stytchUserId: string, applicationId: string): Promise<ApplicationRecord | null>;

  /** True when taken now or held by this application already. */
  takeLock(stytchUserId: string, lock: Lock): Promise<boolean>;
  readLock(stytchUserId: string, name: LockName): Promise<Lock | null>;
  /** Takes over the lock exactly as it was read; false when it has changed since. */
  takeOverLock(stytchUserId: string, lock: Lock, from: Lock): Promise<boolean>;

  /** False when the application exists. */
  createApplication(application: ApplicationRecord): Promise<boolean>;
  /** Back to `Submitting` under a new lease; false when somebody else changed status or lease first. */
  renewLease(application: ApplicationRecord, leaseUntil: number): Promise<boolean>;
  /** Notes Unit's form and ends the lease; false when somebody else changed status or lease first. */
  noteForm(
    application: ApplicationRecord,
    form: Readonly<{ unitFormId: string; formExpiresAt: number; leaseUntil: number; nextCheckAt: number }>,
  ): Promise<boolean>;
  /** Notes that Unit was asked in vain; moves the next check of an application that is not settled. */
  noteCheck(application: ApplicationRecord, checkedAt: number, nextCheckAt: number): Promise<void>;
  /** Writes Unit's word by the settle rule; false when what is there is newer or final. */
  settleApplication(application: ApplicationRecord): Promise<boolean>;

  putPointer(pointer: Pointer): Promise<void>;
  /** False when another user owns the customer. */
  putClaim(claim: Claim): Promise<boolean>;
  /** Archived stays, and so does Review until Archived. */
  putCustomer(stytchUserId: string, customer: CustomerRecord): Promise<void>;
  /** Keeps what is there, since the first sight of a factor is what counts; false when something was. */
  putFactor(stytchUserId: string, factor: FactorRecord): Promise<boolean>;
  /** The same, but replaces an enrolment that was begun here and never confirmed. */
  meetFactor(stytchUserId: string, factor: FactorRecord): Promise<boolean>;
  /** An enrolment on good ground, begun or done: replaces whatever record the factor had. */
  beginFactor(stytchUserId: string, factor: FactorRecord): Promise<void>;
  confirmFactor(stytchUserId: string, factorId: string, confirmedAt: number): Promise<void>;
  /** One at a time: false while another request changes this user's factors. */
  takeUserLease(stytchUserId: string, now: number, until: number): Promise<boolean>;
  endUserLease(stytchUserId: string): Promise<void>;

  readEvent(eventId: string): Promise<EventRecord | null>;
  recordEvent(eventId: string, outcome: string, at: number): Promise<void>;
  /** Applications whose next check is due, and how many items could not be read. */
  unsettled(
    now: number,
    limit: number,
  ): Promise<{ readonly due: readonly ApplicationRecord[]; readonly unreadable: number }>;
}

/** What became of an event, and when. */
export interface EventRecord {
  readonly outcome: string;
  readonly at: number;
}

/** Work of the reconcile that one run at a time does. */
export type TaskName = 'events' | 'webhooks' | 'archived';

/** How far a task came, kept between runs. */
export interface TaskProgress {
  /** Up to when events were read; null before the first. */
  readonly readUntil: number | null;
  /** The end of the window that is being read. */
  readonly windowUntil: number | null;
  /** Where the next page of a list begins. */
  readonly nextOffset: number;
}

/** The reconcile's memory. A lease is known by the time at which it ends. */
export interface Tasks {
  read(name: TaskName): Promise<TaskProgress | null>;
  /** Null when the task is not due, or another run's lease on it has not ended. */
  take(name: TaskName, now: number, leaseUntil: number): Promise<TaskProgress | null>;
  /** False when the lease has passed to another run. */
  note(name: TaskName, leaseUntil: number, progress: TaskProgress): Promise<boolean>;
  /** The same, and gives the lease back. */
  end(name: TaskName, leaseUntil: number, progress: TaskProgress, dueAt: number): Promise<boolean>;
}

/** Limits counted before the call that they limit. */
export interface Counters {
  /**
   * Windows begin at the clock's multiples, or at `windowFrom`.
   * @throws ServiceError `rate_limited` when the limit is reached, `temporarily_unavailable` when the store is down
   */
  take(limit: LimitName, subject: string, windowFrom?: number): Promise<void>;
  /** Sets a row of failures to zero; with a time, only if the last of them came before it. */
  reset(limit: LimitName, subject: string, before?: number): Promise<void>;
  /** Gives one try back: a success was not a failure. */
  giveBack(limit: LimitName, subject: string): Promise<void>;
}

/** Keyed and plain hashing, so that the rules hold no key and import no library. */
export interface Hashes {
  /** base32(sha256(parts)), 26 characters. */
  applicationId(parts: readonly string[]): string;
  /** A keyed HMAC with its key's version. */
  fingerprint(text: string): Promise<string>;
}

/** One line of the audit trail or of the log: codes, ids, times. */
export interface Log {
  record(code: string, fields: LogFields): void;
}

export type LogFields = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;
