// Everything about Unit that is not certain, or that a test wants otherwise, in one place with its default.
import * as z from 'zod/mini';
import { defaultTwoFactorScopes } from './scopes.ts';

const count = z.int().check(z.gte(0));

/** The switches as the control API takes them. */
export const switchesSchema = z.strictObject({
  /** Every application starts in `Pending`. */
  startPending: z.boolean(),
  /** A pending application resolves by itself after so long; 0: only when told to. */
  pendingSeconds: count,
  /** Whether the JWT is verified for scopes without two factors. */
  jwtCheck: z.enum(['lenient', 'strict']),
  issuerCheck: z.boolean(),
  issuer: z.nullable(z.string()),
  clockSkewSeconds: count,
  jwksCacheSeconds: count,
  jwksRefetchOnUnknownKid: z.boolean(),
  twoFactorScopes: z.array(z.string()),
  /** Status and code when a JWT is refused. */
  failureStatus: z.int().check(z.gte(400), z.lte(599)),
  failureCode: z.string(),
  preventDuplicateIndividualApplications: z.boolean(),
  /** Whether a person who is a customer already becomes another one by a second application, or stays the same. */
  approvesInto: z.enum(['newCustomer', 'sameCustomer']),
  /** The answer to the same key and body: the first resource, or an error that names it. */
  idempotentRepeat: z.enum(['first', 'error']),
  /** `000001` passes as a code, in sandbox only. */
  otp000001: z.boolean(),
  duplicateDelivery: z.boolean(),
  shuffleDelivery: z.boolean(),
  /** Which event of an approval is stored and sent first. */
  eventOrder: z.enum(['applicationFirst', 'customerFirst']),
  /** Whether delivered bodies spell characters as `\u` escapes. */
  unicodeEscapes: z.union([z.boolean(), z.literal('sometimes')]),
  webhookTimeoutMs: z.int().check(z.gte(1)),
  /** One step of the Fibonacci waits. */
  webhookRetryUnitMs: count,
  autoDisableAfterSeconds: count,
  /** Calls a minute and address; 0: no limit. */
  rateLimitPerMinute: count,
  /** `Retry-After` of a 429; null: no such header. */
  retryAfter: z.nullable(z.string()),
  showSensitiveDataForPhysicalCards: z.boolean(),
});

/** The switches of a simulator; tests assign to them. */
export type Switches = z.infer<typeof switchesSchema>;

const DAY_SECONDS = 86_400;

/** The defaults. All are assumed but the limit of calls, the code `000001` and the days to auto-disable. */
export const defaultSwitches = (environment: 'sandbox' | 'live'): Switches => ({
  startPending: false,
  pendingSeconds: 0,
  jwtCheck: 'lenient',
  issuerCheck: false,
  issuer: null,
  clockSkewSeconds: 0,
  jwksCacheSeconds: 300,
  jwksRefetchOnUnknownKid: true,
  twoFactorScopes: [...defaultTwoFactorScopes],
  failureStatus: 400,
  failureCode: 'invalid_value',
  preventDuplicateIndividualApplications: true,
  approvesInto: 'newCustomer',
  idempotentRepeat: 'first',
  otp000001: true,
  duplicateDelivery: false,
  shuffleDelivery: false,
  eventOrder: 'applicationFirst',
  unicodeEscapes: 'sometimes',
  webhookTimeoutMs: 5_000,
  webhookRetryUnitMs: 1_000,
  autoDisableAfterSeconds: environment === 'live' ? 7 * DAY_SECONDS : 2 * DAY_SECONDS,
  rateLimitPerMinute: 1_000,
  retryAfter: null,
  showSensitiveDataForPhysicalCards: false,
});
