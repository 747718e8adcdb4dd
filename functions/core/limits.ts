// How often: the limits of a stage, and what each of them counts.

/** At most `max` in a window of `windowSeconds`; windows are aligned to the clock, not rolling. */
export interface Limit {
  readonly max: number;
  readonly windowSeconds: number;
}

const HOUR = 3600;
const DAY = 86_400;

/** The limits of a stage that names none of its own. */
export const defaultLimits = {
  /** Messages to one address from one source address. */
  sendsPerAddressAndSource: { max: 5, windowSeconds: HOUR },
  /** Messages to one address from anywhere. */
  sendsPerAddress: { max: 20, windowSeconds: DAY },
  /** Messages asked for by one source address (IPv6: its /64). */
  sendsPerSource: { max: 30, windowSeconds: HOUR },
  /** Messages to one phone number. */
  sendsPerNumber: { max: 5, windowSeconds: DAY },
  /** Tries of one code that was sent; it lives ten minutes. */
  triesPerChallenge: { max: 5, windowSeconds: HOUR },
  /** Failed proofs of one user without a success between; below Stytch's own lock at 10. */
  failuresInARow: { max: 8, windowSeconds: 365 * DAY },
  /** Failed proofs of one user. */
  failuresPerDay: { max: 20, windowSeconds: DAY },
  /** Applications sent to Unit for one user, corrections too. */
  submissionsPerDay: { max: 10, windowSeconds: DAY },
  /** Documents handed on to Unit for one user. */
  uploadsPerDay: { max: 30, windowSeconds: DAY },
  /** Customer tokens with a sensitive scope in one session. */
  sensitiveExchanges: { max: 10, windowSeconds: 600 },
} as const satisfies Record<string, Limit>;

export type LimitName = keyof typeof defaultLimits;
export type Limits = Readonly<Record<LimitName, Limit>>;
