// What a verified Stytch session is to the rules: a user, a session, and the factors with their times.

/** Kinds of authentication factor; `other` counts for nothing, `impersonated` refuses everything. */
export type FactorKind =
  | 'email'
  | 'oauth'
  | 'password'
  | 'sms'
  | 'whatsapp'
  | 'totp'
  | 'passkey'
  | 'biometric'
  | 'recovery_code'
  | 'other'
  | 'impersonated';

/** One factor of a session. Times are seconds since the epoch. */
export interface AuthenticationFactor {
  readonly kind: FactorKind;
  /** The inbox, number, device or account that proved it; null where Stytch names none (a password). */
  readonly factorId: string | null;
  /** Null when missing or unparseable: such a factor was never proved. */
  readonly lastAuthenticatedAt: number | null;
}

export interface Session {
  readonly stytchUserId: string;
  readonly sessionId: string;
  readonly startedAt: number;
  readonly expiresAt: number;
  readonly factors: readonly AuthenticationFactor[];
  /** The string that was verified, and that Unit may be given. */
  readonly sessionJwt: string;
}

/** A factor as it stands on the user now, whether or not this session proved it. */
export interface UserFactor {
  readonly kind: FactorKind;
  readonly factorId: string | null;
  readonly isVerified: boolean;
  /** A phone's number in E.164, to send to; shown masked, never stored. */
  readonly phoneNumber?: string;
}

export interface User {
  readonly stytchUserId: string;
  readonly isActive: boolean;
  readonly isLocked: boolean;
  readonly factors: readonly UserFactor[];
  /** Lower-cased, proved addresses. */
  readonly verifiedEmails: readonly string[];
}

/** Stytch's own word on a session: the JWT it returned, not yet verified by us, and the user as of now. */
export interface ConfirmedSession {
  readonly sessionJwt: string;
  /** Empty where the call was made with a JWT and no token is to go out. */
  readonly sessionToken: string;
  readonly user: User;
  readonly requestId: string;
}
