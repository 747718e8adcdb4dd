// What the rules need of a bank: applications, customers, and tokens for them.
import type { ApplicationRequest, ApplicationType, DocumentSide } from '../contract/application.ts';
import type { ApplicationFormRequest } from '../contract/application-form.ts';
import type { MediaType } from '../contract/route.ts';
import type { ServiceError } from './errors.ts';
import type { UnitEvent } from './onboarding/apply-events.ts';
import type { ApplicationRecord } from './onboarding/records.ts';

/** What Unit knows of a customer that a factor may be held against. */
export interface ContactProvider {
  /** The customer's phone number in E.164: to compare, never to store or show. */
  readPhoneNumber(unitCustomerId: string, signal: AbortSignal): Promise<string | null>;
}

/** Unit's view of an application, in our words. */
export interface UnitApplication {
  readonly unitApplicationId: string;
  readonly type: ApplicationType;
  readonly status: Exclude<ApplicationRecord['status'], 'Submitting' | 'NotSubmitted'>;
  readonly updatedAt: string;
  readonly unitCustomerId: string | null;
  readonly jwtSubject: string | null;
  /** Our `applicationId`, from the tag. */
  readonly applicationId: string | null;
  readonly documents: ApplicationRecord['documents'];
  /** Of the person, or of the business's contact: to compare, never to store or show. */
  readonly applicantEmail: string | null;
}

export interface UnitCustomer {
  readonly unitCustomerId: string;
  readonly type: 'individual' | 'business';
  readonly status: 'Active' | 'Archived';
  /** Every subject that may act for this customer. */
  readonly jwtSubjects: readonly string[];
  readonly unitApplicationId: string | null;
}

/** `refused`: Unit said no and nothing was created. `unknown`: it may or may not have been. */
export type NotMade =
  | {
      readonly outcome: 'refused';
      /** Into the caller's own request. */
      readonly pointers: readonly string[];
      /** Set when the refusal was about us (credentials, rate) and not about the application. */
      readonly failure?: ServiceError;
    }
  | { readonly outcome: 'unknown'; readonly reason: string };

export type SubmissionOutcome =
  | { readonly outcome: 'created'; readonly application: UnitApplication }
  | NotMade;

export interface Submission {
  readonly applicationId: string;
  readonly stytchUserId: string;
  readonly sourceIp: string;
  readonly request: ApplicationRequest;
}

/** Unit, as the onboarding needs it. */
export interface OnboardingProvider {
  /** Waits 20 s at most and never retries. */
  submitApplication(submission: Submission, signal: AbortSignal): Promise<SubmissionOutcome>;
  findApplication(applicationId: string, signal: AbortSignal): Promise<UnitApplication | null>;
  readApplication(unitApplicationId: string, signal: AbortSignal): Promise<UnitApplication | null>;
  readCustomer(unitCustomerId: string, signal: AbortSignal): Promise<UnitCustomer | null>;
}

/** A webhook as it is registered at Unit, without its token. */
export interface UnitWebhook {
  readonly webhookId: string;
  /** As in its URL, with a port that is not the scheme's own. */
  readonly host: string;
  readonly path: string;
  readonly status: string;
  readonly isEnabled: boolean;
  /** Sent again until it is taken. */
  readonly isRepeated: boolean;
  /** Whole resources, SSNs and all, come with the events. */
  readonly hasResources: boolean;
  readonly hasOurEvents: boolean;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Entries that could not be read. */
  readonly unreadable: number;
  /** Null after the last page. */
  readonly nextOffset: number | null;
}

/** Unit's lists, as the reconcile needs them; no order is promised. */
export interface UnitLists {
  /** Events of applications, documents and customers from a window of time. */
  listEvents(
    window: { readonly since: number; readonly until: number },
    offset: number,
    signal: AbortSignal,
  ): Promise<Page<UnitEvent>>;
  listArchivedCustomers(offset: number, signal: AbortSignal): Promise<Page<UnitCustomer>>;
  listWebhooks(offset: number, signal: AbortSignal): Promise<Page<UnitWebhook>>;
}

/** A page of Unit's for one applicant. The link and its token open it: to hand on, never to store or log. */
export interface UnsentForm {
  readonly unitFormId: string;
  readonly url: string;
  readonly token: string;
  /** Seconds since the epoch. */
  readonly expiresAt: number;
  readonly unitApplicationId: null;
}

/** Once it was sent, what came of it is all that counts. */
export interface SentForm {
  readonly unitFormId: string;
  readonly unitApplicationId: string;
}

export type UnitForm = UnsentForm | SentForm;

export type FormOutcome = { readonly outcome: 'opened'; readonly form: UnitForm } | NotMade;

export interface FormOpening {
  readonly applicationId: string;
  readonly stytchUserId: string;
  readonly request: ApplicationFormRequest;
}

/** Unit's hosted forms. */
export interface FormProvider {
  /** Waits 20 s at most and never retries. */
  openForm(opening: FormOpening, signal: AbortSignal): Promise<FormOutcome>;
  /** The form with this id, if it is the one of our application. */
  readForm(unitFormId: string, applicationId: string, signal: AbortSignal): Promise<UnitForm | null>;
}

/** A file on its way through: never stored, never logged. */
export interface DocumentFile {
  readonly mediaType: MediaType;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface DocumentUpload {
  readonly unitApplicationId: string;
  readonly documentId: string;
  readonly side: DocumentSide;
  readonly file: DocumentFile;
}

/** `refused`: Unit did not take this file, or not any more; `failure` serves where nothing better is known. */
export type UploadOutcome =
  | {
      readonly outcome: 'received';
      /** Unit's word on the document after the upload, if its answer has one. */
      readonly documentStatus: string | null;
    }
  | { readonly outcome: 'refused'; readonly failure: ServiceError };

/** Unit, as far as an application that is open there can be changed. */
export interface OpenApplicationProvider {
  /** Waits 25 s at most and never retries; the same bytes may be sent again. */
  uploadDocument(upload: DocumentUpload, signal: AbortSignal): Promise<UploadOutcome>;
  /**
   * Waits 10 s at most and never retries.
   * @returns the application, canceled
   * @throws ServiceError when it is not certain that Unit has canceled it
   */
  cancelApplication(unitApplicationId: string, signal: AbortSignal): Promise<UnitApplication>;
}

export interface CustomerTokenRequest {
  readonly unitCustomerId: string;
  readonly scopes: readonly string[];
  readonly sessionJwt: string;
  readonly expiresInSeconds: number;
  readonly resources: readonly { type: 'card' | 'account'; ids: readonly string[] }[];
}

/** Unit, as the exchange needs it. */
export interface TokenProvider {
  createCustomerToken(
    request: CustomerTokenRequest,
    signal: AbortSignal,
  ): Promise<{ readonly customerToken: string; readonly expiresInSeconds: number }>;
}
