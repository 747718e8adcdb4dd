// The open questions about Stytch, each with the answer that the simulator assumes until told otherwise.
import * as z from 'zod/mini';

/** The settings of a simulator, as a schema: the control API takes any part of them. */
export const switchesRequest = z.strictObject({
  /** Assumed: a session of another user passed with a proof is ignored. */
  foreignSession: z.optional(z.enum(['ignore', 'reject'])),
  /** Assumed: a TOTP or recovery code without a session may start one. */
  totpAlone: z.optional(z.enum(['allow', 'reject'])),
  /** Assumed: proving a factor again renews its entry instead of adding one. */
  factorRepeat: z.optional(z.enum(['update', 'append'])),
  /** Assumed: reserved names among custom claims are dropped without an error. */
  reservedClaims: z.optional(z.enum(['ignore', 'error'])),
  /** Assumed: a wrong or used TOTP code answers 401. */
  totpErrorStatus: z.optional(z.int().check(z.gte(400), z.lte(499))),
  /** The project's own domain: then `iss` is `https://<domain>`; null means `stytch.com/<project id>`. */
  issuerDomain: z.optional(z.nullable(z.string().check(z.regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/)))),
  /** Documented as one a second per address; assumed: no Retry-After comes with the refusal. */
  rateLimit: z.optional(z.enum(['on', 'on_with_retry_after', 'off'])),
  /** Newer projects send text messages to the US and Canada only. */
  smsCountries: z.optional(z.enum(['us_ca', 'all'])),
  /** A dashboard setting of 1 to 100. */
  lockAfterFailures: z.optional(z.int().check(z.gte(1), z.lte(100))),
  /** A dashboard setting of 5 minutes to 7 days. */
  lockMinutes: z.optional(z.int().check(z.gte(5), z.lte(10_080))),
});

export type SwitchesRequest = z.infer<typeof switchesRequest>;

export interface Switches {
  foreignSession: 'ignore' | 'reject';
  totpAlone: 'allow' | 'reject';
  factorRepeat: 'update' | 'append';
  reservedClaims: 'ignore' | 'error';
  totpErrorStatus: number;
  issuerDomain: string | null;
  rateLimit: 'on' | 'on_with_retry_after' | 'off';
  smsCountries: 'us_ca' | 'all';
  lockAfterFailures: number;
  lockMinutes: number;
}

/** The switches as a project has them before anyone turned one. */
export function defaultSwitches(): Switches {
  return {
    foreignSession: 'ignore',
    totpAlone: 'allow',
    factorRepeat: 'update',
    reservedClaims: 'ignore',
    totpErrorStatus: 401,
    issuerDomain: null,
    rateLimit: 'on',
    smsCountries: 'us_ca',
    lockAfterFailures: 10,
    lockMinutes: 60,
  };
}

/** Further readings that nobody has confirmed and no test needs to turn. */
export const ASSUMED = {
  /** An address that a user may leave unverified at a time; the next one is refused. */
  unverifiedAddresses: 1,
  /** How long a WebAuthn challenge stays good. */
  webauthnChallengeMinutes: 5,
  /** How long an impersonation token stays good before it is exchanged. */
  impersonationTokenMinutes: 5,
} as const;
