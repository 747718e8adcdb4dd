// What the table holds of a user, in our words: ids, statuses and times only.
import type { ApplicationStatus, ApplicationType } from '../../contract/application.ts';

/** `person`: individual or sole proprietor. `business`: a business. One open or approved application of each. */
export type LockName = 'person' | 'business';

export interface Lock {
  readonly name: LockName;
  readonly applicationId: string;
  readonly takenAt: number;
}

export interface ApplicationDocument {
  readonly documentId: string;
  readonly documentType: string;
  readonly status: string;
}

export interface ApplicationRecord {
  readonly stytchUserId: string;
  readonly applicationId: string;
  readonly type: ApplicationType;
  /** How the applicant tells Unit who they are: through us, or on Unit's own page. */
  readonly via: 'json' | 'form';
  readonly status: ApplicationStatus;
  /** Keyed HMAC of the caller's canonical body. */
  readonly fingerprint: string;
  readonly createdAt: number;
  /** While it runs, one request is talking to Unit. */
  readonly leaseUntil: number;
  /** By form: keyed HMACs of the emails that the user had verified when asking for it. */
  readonly emailFingerprints: readonly string[];
  readonly unitFormId: string | null;
  /** When the link to the form ends. */
  readonly formExpiresAt: number | null;
  readonly unitApplicationId: string | null;
  readonly unitCustomerId: string | null;
  /** Unit's own time of change, RFC 3339; orders what we learn. */
  readonly unitUpdatedAt: string | null;
  /** `NotSubmitted` by Unit's own refusal, and not because nothing was found of it. */
  readonly isRefused: boolean;
  /** The documents that Unit asked for, as it last told. */
  readonly documents: readonly ApplicationDocument[];
  /** When Unit was last asked. */
  readonly checkedAt: number | null;
  /** When to look again; null once settled. */
  readonly nextCheckAt: number | null;
}

export interface CustomerRecord {
  readonly unitCustomerId: string;
  readonly type: 'individual' | 'business';
  /** `Review`: parked until an operator decides; no tokens. */
  readonly status: 'Active' | 'Archived' | 'Review';
}

/** How we came to know a factor; `seen_late` counts only after a wait. */
export type FactorOrigin = 'enrolled' | 'seen' | 'seen_late' | 'recovered';

export interface FactorRecord {
  readonly factorId: string;
  readonly kind: string;
  readonly origin: FactorOrigin;
  readonly firstSeenAt: number;
  readonly confirmedAt: number | null;
}

/** The authority on whose customer it is. */
export interface Claim {
  readonly unitCustomerId: string;
  readonly stytchUserId: string;
}

/** From Unit's application id to ours. */
export interface Pointer {
  readonly unitApplicationId: string;
  readonly stytchUserId: string;
  readonly applicationId: string;
}

export interface UserRecord {
  readonly stytchUserId: string;
  readonly isDeleted: boolean;
  readonly lockedUntil: number | null;
  readonly factors: readonly FactorRecord[];
  readonly locks: readonly Lock[];
  readonly applications: readonly ApplicationRecord[];
  readonly customers: readonly CustomerRecord[];
}

/** Which lock an application takes, by its type. */
export const lockNames = {
  individual: 'person',
  sole_proprietor: 'person',
  business: 'business',
} as const satisfies Record<ApplicationRecord['type'], LockName>;

const released: ReadonlySet<ApplicationStatus> = new Set(['NotSubmitted', 'Denied', 'Canceled']);

/** An application in one of these no longer stands in the way of another. */
export const isReleased = (status: ApplicationStatus): boolean => released.has(status);

const finals: ReadonlySet<ApplicationStatus> = new Set(['Approved', 'Denied', 'Canceled']);

/** Unit never leaves these. `NotSubmitted` is ours, and a late webhook may still move it. */
export const isFinal = (status: ApplicationStatus): boolean => finals.has(status);

export type OpenForm = ApplicationRecord & { readonly unitFormId: string; readonly formExpiresAt: number };

/** A form of Unit's that was opened, and of which no application is known yet. */
export const isOpenForm = (record: ApplicationRecord): record is OpenForm =>
  record.status === 'Submitting' && record.unitFormId !== null && record.formExpiresAt !== null;
