// What the rules need of an authentication provider: sessions, sign-ins and second factors.
import type { Challenge } from './session/challenges.ts';
import type { ConfirmedSession, Session, UserFactor } from './session/session.ts';

export type JwtVerdict =
  | { readonly isGenuine: true; readonly session: Session }
  | { readonly isGenuine: false; readonly reason: string };

/** Checks a Stytch session JWT by the cached JWKS, without a call to Stytch. */
export interface SessionJwts {
  verify(sessionJwt: string): Promise<JwtVerdict>;
  /** Seconds by which the keys have outlived their hour because Stytch gives no new ones; else 0. */
  staleSeconds(): number;
}

export interface TotpEnrolment {
  readonly factorId: string;
  readonly secret: string;
  readonly qrCode: string;
  readonly recoveryCodes: readonly string[];
}

/** Stytch's answer to a proof: right, or wrong in a way that is told to nobody. */
export type ProofOutcome =
  | {
      readonly isProved: true;
      readonly confirmed: ConfirmedSession;
      /** The passkey that the call registered or proved; null for every other proof. */
      readonly factorId: string | null;
    }
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

/** The one call that the exchange needs; kept apart so that the exchange loads nothing else of Stytch. */
export interface SessionReader {
  /** @throws ServiceError `invalid_token` when Stytch no longer knows the session, `user_locked` */
  readSession(sessionJwt: string, signal: AbortSignal): Promise<ConfirmedSession>;
}
