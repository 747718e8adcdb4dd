// What the demo page and its server say to each other: types, and the lists that both need.

export const parties = ['browser', 'api', 'stytch', 'dynamodb', 'secrets_manager', 'unit'] as const;
export type Party = (typeof parties)[number];

/** One arrow of the sequence diagram. A call is two messages with one `callId`: its request, then its answer. */
export interface TraceMessage {
  /** Rises by one, and from run to run; also the id of the server-sent event. */
  readonly id: number;
  readonly callId: string;
  /** The `callId` of the call to our API (by the browser, or by Unit's webhook) that caused this one; that call's own id too. Null: none did. */
  readonly exchange: string | null;
  readonly from: Party;
  readonly to: Party;
  readonly direction: 'request' | 'answer';
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Of answers alone: since the request. */
  readonly durationMs?: number;
  /** `POST /v1/token`, `Query`, `GetSecretValue`, `POST /v1/sessions/authenticate`; the same on both messages of a call. */
  readonly title: string;
  /** Of answers alone; `cut` when the connection ended without one. */
  readonly status?: number | 'cut';
  /** A few that matter, lower-case names, masked. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Parsed JSON, masked; text that is no JSON is described, never shown. */
  readonly body?: unknown;
  /** The Lambda function that a call of the API's went to, or that made this one: `token`. */
  readonly function?: string;
}

/** `GET /demo/events`: each server-sent event's `data` is one TraceMessage; the last ones are replayed first. */
export const keptMessages = 500;

/** `GET /demo/state` */
export interface DemoState {
  /** The page's own origin. */
  readonly apiUrl: string;
  readonly stytchControlUrl: string;
  /** Where the browser calls Unit itself. */
  readonly unitUrl: string;
  readonly unitControlUrl: string;
  readonly armed: readonly ArmedFault[];
}

export interface Delivery {
  /** RFC 3339. */
  readonly at: string;
  readonly kind: 'magic_link' | 'otp' | 'sms';
  readonly to: string;
  /** Of a magic link: the link as it stands in the mail. */
  readonly url?: string;
  /** Of a passcode. */
  readonly code?: string;
}

/** `GET /demo/inbox?email=`: newest first; text messages to the numbers of the email's user are in it. */
export interface Inbox {
  readonly deliveries: readonly Delivery[];
}

export const outcomes = ['approve', 'deny', 'documents', 'review'] as const;
export type Outcome = (typeof outcomes)[number];

/** `POST /demo/outcome`: what Unit's staff would decide. */
export interface OutcomeRequest {
  readonly outcome: Outcome;
  readonly applicationId: string;
}
export interface OutcomeAnswer {
  readonly unitApplicationId: string;
  /** Unit's status now. */
  readonly status: string;
}

/** What Unit's sandbox decides at once by the applicant's SSN, as its docs list them. */
export const sandboxSsns = {
  approve: '721074426',
  deny: '000000001',
  documents: '000000003',
  review: '000000004',
} as const satisfies Record<Outcome, string>;

/** `POST /demo/cards`: as the bank's back office would. */
export interface CardRequest {
  readonly customerId: string;
}
export interface CardAnswer {
  readonly cardId: string;
}

/**
 * `GET {unitUrl}/cards/{cardId}/secure-data` with `Authorization: Bearer <customer token>`, by the browser itself. The real
 * number travels through a vault in the client; this stands for it.
 */
export interface CardSecureData {
  readonly data: {
    readonly type: 'cardSecureData';
    readonly attributes: { readonly pan: string; readonly cvv2: string; readonly expirationDate: string };
  };
}

/** `POST /demo/age`: makes the factors of the user's live sessions older. */
export interface AgeRequest {
  readonly email: string;
  /** `second`: all but those that an email proved. @default 'all' */
  readonly factor?: 'all' | 'second';
  readonly seconds: number;
}
export interface AgeAnswer {
  /** How many factors. */
  readonly aged: number;
}

export const faultVendors = ['stytch', 'stytch-jwks', 'unit', 'dynamodb', 'secrets'] as const;
export type FaultVendor = (typeof faultVendors)[number];

export const faultKinds = [
  'timeout',
  'slow',
  'refused',
  'reset',
  '429',
  '500',
  '503',
  'html',
  'malformed',
  'truncated',
] as const;
export type DemoFaultKind = (typeof faultKinds)[number];

/** `POST /demo/faults`; without `times` until healed. A vendor has one fault at a time: another takes its place. */
export interface FaultRequest {
  readonly vendor: FaultVendor;
  readonly kind: DemoFaultKind;
  readonly times?: number;
}
/** `times`: the calls left; null: until healed. */
export interface ArmedFault {
  readonly vendor: FaultVendor;
  readonly kind: DemoFaultKind;
  readonly times: number | null;
}

/** `GET /demo/faults`, and the answer to its `POST` and `DELETE` (which heals all, or `{vendor}` alone). */
export interface FaultMenu {
  readonly vendors: readonly {
    readonly vendor: FaultVendor;
    readonly label: string;
    /** Those that it can have. */
    readonly kinds: readonly DemoFaultKind[];
  }[];
  readonly kinds: readonly { readonly kind: DemoFaultKind; readonly label: string }[];
  readonly armed: readonly ArmedFault[];
}
