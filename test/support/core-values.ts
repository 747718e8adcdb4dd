// Users, sessions, factors and records for the tests of the core: plain values around one fixed instant.
import { ServiceError } from '../../functions/core/errors.ts';
import type { ScopePolicy, TokenPolicy } from '../../functions/core/factors/policy.ts';
import type {
  ApplicationRecord,
  CustomerRecord,
  FactorRecord,
  UserRecord,
} from '../../functions/core/onboarding/records.ts';
import type { UnitApplication, UnitCustomer } from '../../functions/core/ports.ts';
import type { CurrentSession } from '../../functions/core/session/confirm-session.ts';
import type {
  AuthenticationFactor,
  FactorKind,
  Session,
  User,
  UserFactor,
} from '../../functions/core/session/session.ts';

/** Seconds since the epoch at which every world begins. */
export const NOW = 1_800_000_000;
export const MINUTE = 60;
export const HOUR = 3600;
export const DAY = 86_400;

export const USER = 'user-test-ada';
export const STRANGER = 'user-test-mallory';
export const SESSION = 'session-test-1';
export const EMAIL = 'ada.okafor@example.com';

/** An id for each kind of factor as Stytch gives one: a number serves SMS and WhatsApp, a password has none. */
const factorIds: Readonly<Record<FactorKind, string | null>> = {
  email: 'email-1',
  oauth: null,
  password: null,
  sms: 'phone-1',
  whatsapp: 'phone-1',
  totp: 'totp-1',
  passkey: 'passkey-1',
  biometric: 'biometric-1',
  recovery_code: null,
  other: null,
  impersonated: null,
};

/** A factor that was proved `ageSeconds` ago. */
export const factor = (
  kind: FactorKind,
  ageSeconds = 0,
  factorId: string | null = factorIds[kind],
): AuthenticationFactor => ({ kind, factorId, lastAuthenticatedAt: NOW - ageSeconds });

/** A factor without a time that could be read. */
export const neverProved = (kind: FactorKind): AuthenticationFactor => ({
  ...factor(kind),
  lastAuthenticatedAt: null,
});

/** A factor on the user, verified unless told otherwise. */
export const onUser = (
  kind: FactorKind,
  isVerified = true,
  factorId: string | null = factorIds[kind],
): UserFactor => ({ kind, factorId, isVerified });

export const user = (factors: readonly UserFactor[], overrides: Partial<User> = {}): User => ({
  stytchUserId: USER,
  isActive: true,
  isLocked: false,
  factors,
  verifiedEmails: [EMAIL],
  ...overrides,
});

export const session = (
  factors: readonly AuthenticationFactor[],
  overrides: Partial<Session> = {},
): Session => ({
  stytchUserId: USER,
  sessionId: SESSION,
  startedAt: NOW - HOUR,
  expiresAt: NOW + HOUR,
  factors,
  sessionJwt: 'presented.jwt.1',
  ...overrides,
});

export const current = (
  factors: readonly AuthenticationFactor[],
  userFactors: readonly UserFactor[],
): CurrentSession => ({
  session: session(factors),
  user: user(userFactors),
  stytchRequestId: 'stytch-request-1',
});

export const factorRecord = (kind: FactorKind, overrides: Partial<FactorRecord> = {}): FactorRecord => ({
  factorId: factorIds[kind] ?? `${kind}-1`,
  kind,
  origin: 'seen',
  firstSeenAt: NOW - 30 * DAY,
  confirmedAt: null,
  ...overrides,
});

export const applicationRecord = (overrides: Partial<ApplicationRecord> = {}): ApplicationRecord => ({
  stytchUserId: USER,
  applicationId: 'APPLICATION-1',
  type: 'individual',
  via: 'json',
  status: 'Pending',
  fingerprint: 'fingerprint-1',
  createdAt: NOW - HOUR,
  leaseUntil: NOW - HOUR + 150,
  emailFingerprints: [],
  unitFormId: null,
  formExpiresAt: null,
  unitApplicationId: '800001',
  unitCustomerId: null,
  unitUpdatedAt: '2027-01-15T07:00:00.000Z',
  isRefused: false,
  documents: [],
  checkedAt: null,
  nextCheckAt: NOW + MINUTE,
  ...overrides,
});

export const customerRecord = (overrides: Partial<CustomerRecord> = {}): CustomerRecord => ({
  unitCustomerId: '700001',
  type: 'individual',
  status: 'Active',
  ...overrides,
});

export const userRecord = (overrides: Partial<UserRecord> = {}): UserRecord => ({
  stytchUserId: USER,
  isDeleted: false,
  lockedUntil: null,
  factors: [],
  locks: [],
  applications: [],
  customers: [],
  ...overrides,
});

/** What Unit says of the user's application. */
export const unitApplication = (overrides: Partial<UnitApplication> = {}): UnitApplication => ({
  unitApplicationId: '800001',
  type: 'individual',
  status: 'Pending',
  updatedAt: '2027-01-15T08:00:00.000Z',
  unitCustomerId: null,
  jwtSubject: USER,
  applicationId: 'APPLICATION-1',
  documents: [],
  applicantEmail: EMAIL,
  ...overrides,
});

export const unitCustomer = (overrides: Partial<UnitCustomer> = {}): UnitCustomer => ({
  unitCustomerId: '700001',
  type: 'individual',
  status: 'Active',
  jwtSubjects: [USER],
  unitApplicationId: '800001',
  ...overrides,
});

const scope = (overrides: Partial<ScopePolicy>): ScopePolicy => ({
  preset: 'stytch-mfa',
  maxFactorAgeSeconds: 12 * HOUR,
  maxTokenSeconds: HOUR,
  isSensitive: false,
  ...overrides,
});

/** A policy with one scope for each thing that a scope can ask for. */
export const policy: TokenPolicy = {
  name: 'default',
  version: 'policy-version-1',
  apply: { preset: 'stytch-mfa', maxFactorAgeSeconds: HOUR },
  isUserVerificationProved: false,
  scopes: {
    'branch-locations': scope({ preset: 'any-session', maxFactorAgeSeconds: 12 * HOUR }),
    accounts: scope({}),
    customers: scope({ maxFactorAgeSeconds: HOUR }),
    'cards-write': scope({ maxFactorAgeSeconds: 600, maxTokenSeconds: 600, isSensitive: true }),
    'cards-sensitive': scope({
      maxFactorAgeSeconds: 300,
      maxTokenSeconds: 300,
      resourceType: 'card',
      isSensitive: true,
    }),
    statements: scope({ resourceType: 'account' }),
    'payments-write': scope({ preset: 'aal2', maxFactorAgeSeconds: 600, isSensitive: true }),
    'wire-payments-write': scope({ preset: 'phishing-resistant', isSensitive: true }),
  },
};

/** The refusal of an attempt; anything but a `ServiceError` fails the test that asked. */
export async function refusal(attempt: Promise<unknown> | (() => unknown)): Promise<ServiceError> {
  const running = typeof attempt === 'function' ? Promise.resolve().then(attempt) : attempt;
  const [outcome] = await Promise.allSettled([running]);
  if (outcome.status === 'fulfilled') throw new Error('nothing was refused');
  if (!(outcome.reason instanceof ServiceError)) throw outcome.reason;
  return outcome.reason;
}

/** A request's signal that never fires. */
export const signal = new AbortController().signal;
