// The roles that the rules need filled; adapters fill them. Times are seconds since the epoch unless a name says Ms.
import type { ApplicationRequest } from '../contract/application.ts';
import type { ServiceError } from './errors.ts';
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
import type { Challenge } from './session/challenges.ts';
import type { ConfirmedSession, Session, UserFactor } from './session/session.ts';

/** Seconds since the epoch. */
export type Clock = () => number;

export type JwtVerdict =
  | { readonly isGenuine: true; readonly session: Session }
  | { readonly isGenuine: false; readonly reason: string };

/** Checks a Stytch session JWT by the cached JWKS, without a call to Stytch. */
export interface SessionJwts {
  verify(sessionJwt: string): Promise<JwtVerdict>;
}

export interface TotpEnrolment {
  readonly factorId: string;
  readonly secret: string;
  readonly qrCode: string;
  readonly recoveryCodes: readonly string[];
}

/** Stytch's answer to a proof: right, or wrong in a way that is told to nobody. */
export type ProofOutcome =
  | { readonly isProved: true; readonly confirmed: ConfirmedSession }
  | { readonly isProved: false; readonly reason: string };

/** Where a sign-in message went: ids to seal, and a word for our log. For an address that got none, ids of nobody. */
export interface SentTo {
  readonly note: string;
  readonly methodId: string;
  readonly stytchUserId: string;
}

/** What a proof is for: a new session of so many minutes, or the session of a JWT, whose end does not move. */
export type ProofTarget = { readonly durationMinutes: number } | { readonly sessionJwt: string };

export type JsonObject = Readonly<Record<string, unknown>>;

/** Who the user is and what they proved. Every call throws `upstream_unavailable` or `upstream_timeout`. */
export interface AuthenticationProvider {
  /** Sends a sign-in link; whatever depends on the user (locked, bounced) is swallowed and said in `note`. */
  sendMagicLink(
    request: { email: string; redirectUrl: string; codeChallenge: string },
    signal: AbortSignal,
  ): Promise<SentTo>;
  sendEmailOtp(email: string, signal: AbortSignal): Promise<SentTo>;
  authenticateMagicLink(
    request: { token: string; codeVerifier: string; durationMinutes: number },
    signal: AbortSignal,
  ): Promise<ProofOutcome>;
  authenticateOtp(
    request: { methodId: string; code: string } & ProofTarget,
    signal: AbortSignal,
  ): Promise<ProofOutcome>;
  /** Sends a code to a number of this user, which it becomes if it is none yet. */
  sendSms(
    request: { stytchUserId: string; phoneNumber: string },
    signal: AbortSignal,
  ): Promise<{ readonly methodId: string }>;
  createTotp(stytchUserId: string, expirationMinutes: number, signal: AbortSignal): Promise<TotpEnrolment>;
  authenticateTotp(
    request: { stytchUserId: string; code: string; sessionJwt: string },
    signal: AbortSignal,
  ): Promise<ProofOutcome>;
  recoverTotp(
    request: { stytchUserId: string; recoveryCode: string; sessionJwt: string },
    signal: AbortSignal,
  ): Promise<ProofOutcome>;
  startPasskeyEnrolment(stytchUserId: string, signal: AbortSignal): Promise<Record<string, unknown>>;
  registerPasskey(
    request: { stytchUserId: string; credential: JsonObject; sessionJwt: string },
    signal: AbortSignal,
  ): Promise<ProofOutcome>;
  startPasskeyProof(stytchUserId: string, signal: AbortSignal): Promise<Record<string, unknown>>;
  authenticatePasskey(
    request: { credential: JsonObject; sessionJwt: string },
    signal: AbortSignal,
  ): Promise<ProofOutcome>;
  deleteFactor(factor: UserFactor, signal: AbortSignal): Promise<void>;
}

/** Sessions by their token or id. */
export interface SessionKeeper {
  /**
   * With minutes, moves the session's end to so long from now.
   * @throws ServiceError `invalid_grant` for a token of no live session
   */
  readByToken(
    sessionToken: string,
    durationMinutes: number | null,
    signal: AbortSignal,
  ): Promise<ConfirmedSession>;
  /** A session that is over already is no error. */
  revoke(
    session: { readonly sessionToken: string } | { readonly sessionId: string },
    signal: AbortSignal,
  ): Promise<void>;
  listSessions(stytchUserId: string, signal: AbortSignal): Promise<readonly string[]>;
}

/** Seals what a sent code is bound to. */
export interface Challenges {
  seal(challenge: Pick<Challenge, 'purpose' | 'methodId' | 'stytchUserId'>): Promise<string>;
  /** Null for a text that we have not sealed. */
  open(sealed: string): Promise<Challenge | null>;
}

/** What Unit knows of a customer that a factor may be held against. */
export interface ContactProvider {
  /** The customer's phone number in E.164: to compare, never to store or show. */
  readPhoneNumber(unitCustomerId: string, signal: AbortSignal): Promise<string | null>;
}

/** The one call that the exchange needs; kept apart so that the exchange loads nothing else of Stytch. */
export interface SessionReader {
  /** @throws ServiceError `invalid_token` when Stytch no longer knows the session, `user_locked` */
  readSession(sessionJwt: string, signal: AbortSignal): Promise<ConfirmedSession>;
}

/** Unit's view of an application, in our words. */
export interface UnitApplication {
  readonly unitApplicationId: string;
  readonly status: Exclude<ApplicationRecord['status'], 'Submitting' | 'NotSubmitted'>;
  readonly updatedAt: string;
  readonly unitCustomerId: string | null;
  readonly jwtSubject: string | null;
  /** Our `applicationId`, from the tag. */
  readonly applicationId: string | null;
  readonly documents: ApplicationRecord['documents'];
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
export type SubmissionOutcome =
  | { readonly outcome: 'created'; readonly application: UnitApplication }
  | {
      readonly outcome: 'refused';
      /** Into the caller's own request. */
      readonly pointers: readonly string[];
      /** Set when the refusal was about us (credentials, rate) and not about the application. */
      readonly failure?: ServiceError;
    }
  | { readonly outcome: 'unknown'; readonly reason: string };

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
  confirmFactor(stytchUserId: string, factorId: string, confirmedAt: number): Promise<void>;

  /** What became of an event, or null. */
  readEvent(eventId: string): Promise<string | null>;
  recordEvent(eventId: string, outcome: string, at: number): Promise<void>;
  /** Applications whose next check is due, and how many items could not be read. */
  unsettled(
    now: number,
    limit: number,
  ): Promise<{ readonly due: readonly ApplicationRecord[]; readonly unreadable: number }>;
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
