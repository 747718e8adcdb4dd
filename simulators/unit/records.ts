// What the simulator remembers of each Unit resource.

import type * as z from 'zod/mini';
import type { Applicant, BusinessAttributes, IndividualAttributes } from './application-schemas.ts';
import type { authorizedUser } from './common-schemas.ts';
import type { DocumentDetails } from './document-details.ts';

/** Every status that Unit knows. */
export const applicationStatuses = [
  'Pending',
  'AwaitingDocuments',
  'PendingReview',
  'Approved',
  'Denied',
  'Canceled',
] as const;

/** One of the statuses. */
export type ApplicationStatus = (typeof applicationStatuses)[number];

/** Tags of a resource. */
export type Tags = Record<string, string>;

/** A person who may act for a customer. */
export type AuthorizedUser = z.infer<typeof authorizedUser>;

/** A document that Unit wants of an applicant, with the bytes received. */
export interface ApplicationDocument {
  readonly id: string;
  readonly documentType: string;
  readonly name: string;
  readonly description: string;
  readonly details: DocumentDetails;
  status: 'Required' | 'ReceivedFront' | 'ReceivedBack' | 'PendingReview' | 'Approved' | 'Invalid';
  reason?: string;
  reasonCode?: string;
  front?: StoredFile;
  back?: StoredFile;
}

/** One side of a document as it came. */
export interface StoredFile {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** An owner of a business that applies, with the id under which it may be changed. */
export interface BeneficialOwner {
  readonly id: string;
  attributes: BusinessAttributes['beneficialOwners'][number];
}

/** An application with all that hangs on it. */
export interface Application {
  readonly id: string;
  readonly createdAt: string;
  updatedAt: string;
  readonly applicant: Applicant;
  readonly tags: Tags;
  readonly documents: ApplicationDocument[];
  readonly beneficialOwners: BeneficialOwner[];
  readonly formId?: string;
  status: ApplicationStatus;
  message: string;
  decisionMethod?: 'Manually' | 'Automatically';
  archived: boolean;
  customerId?: string;
}

/** Who a customer is, by its type. */
export type CustomerPerson =
  | {
      readonly type: 'individualCustomer';
      attributes: Pick<
        IndividualAttributes,
        'fullName' | 'email' | 'phone' | 'address' | 'dateOfBirth' | 'ssn' | 'passport' | 'nationality'
      > & {
        jwtSubject?: string | null | undefined;
        dba?: string | undefined;
        readonly ein?: string | undefined;
        readonly soleProprietorship?: boolean | undefined;
      };
    }
  | {
      readonly type: 'businessCustomer';
      attributes: Pick<
        BusinessAttributes,
        'name' | 'address' | 'phone' | 'stateOfIncorporation' | 'ein' | 'entityType' | 'contact' | 'dba'
      >;
    };

/** A customer, born of an approved application. */
export interface Customer {
  readonly id: string;
  readonly createdAt: string;
  readonly applicationId: string;
  readonly person: CustomerPerson;
  readonly tags: Tags;
  authorizedUsers: AuthorizedUser[];
  status: 'Active' | 'Archived';
  archiveReason?: string;
}

/** A deposit account. */
export interface Account {
  readonly id: string;
  readonly createdAt: string;
  readonly customerId: string;
  readonly holderName: string;
  readonly balanceCents: number;
}

/** A card with its secret numbers. */
export interface Card {
  readonly id: string;
  readonly createdAt: string;
  readonly customerId: string;
  readonly accountId: string;
  readonly type: string;
  readonly isPhysical: boolean;
  readonly pan: string;
  readonly cvv2: string;
  /** `YYYY-MM` */
  readonly expirationDate: string;
  readonly tags: Tags;
  status: 'Active' | 'Inactive' | 'Frozen';
}

/** A narrowing of a customer token to some accounts or cards. */
export interface TokenResource {
  readonly type: 'account' | 'card';
  readonly ids: readonly string[];
}

/** What a customer token may do, and until when. */
export interface CustomerToken {
  readonly token: string;
  readonly customerId: string;
  readonly scopes: readonly string[];
  readonly upgradableScopes: readonly string[];
  readonly resources: readonly TokenResource[];
  expiresAt: number;
}

/** What an org token may do, until when and from where. */
export interface OrgToken {
  readonly token: string;
  readonly scopes: readonly string[];
  readonly expiresAt?: number;
  readonly sourceIp?: string;
  /** How it was made, where a call made it. */
  readonly made?: MadeToken;
}

/** What is told of an org token after it was made; the token itself is told once. */
export interface MadeToken {
  readonly id: string;
  readonly userId: string;
  readonly createdAt: string;
  readonly description: string;
  readonly expiration: string;
}

/** One run of Unit's own one-time passcode; tests read the code from the outbox. */
export interface Verification {
  readonly token: string;
  readonly customerId: string;
  readonly channel: 'sms' | 'call';
  readonly phone: string;
  readonly code: string;
  startedAt: number;
  tries: number;
  used: boolean;
}

/** A call as the request log keeps it: secrets are masked. */
export interface LoggedRequest {
  readonly at: string;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly clientIp: string;
  readonly status: number;
  readonly body: unknown;
}
