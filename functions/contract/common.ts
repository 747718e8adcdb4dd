// Pieces that several nouns share: identifiers, emails, and a factor as we show it.
import * as z from 'zod/mini';

export const email = z.string().check(z.maxLength(254), z.email());

/** Unit's ids are digits without a leading zero. */
export const unitId = z.string().check(z.regex(/^[1-9]\d{0,18}$/));

/** Base64url of a SHA-256 (PKCE S256, RFC 7636 section 4.2). */
export const codeChallenge = z.string().check(z.regex(/^[A-Za-z0-9_-]{43}$/));

/** RFC 7636 section 4.1. */
export const codeVerifier = z.string().check(z.regex(/^[A-Za-z0-9._~-]{43,128}$/));

export const sixDigits = z.string().check(z.regex(/^\d{6}$/));

/** Text that people type: bounded, and free of control characters. */
export const text = (max: number) =>
  // oxlint-disable-next-line no-control-regex
  z.string().check(z.minLength(1), z.maxLength(max), z.regex(/^[^\u0000-\u001f\u007f]*$/));

export const timestamp = z.iso.datetime();

export const factorKind = z.enum([
  'email',
  'oauth',
  'password',
  'sms',
  'whatsapp',
  'totp',
  'passkey',
  'biometric',
  'recovery_code',
  'other',
]);

/** One proved factor of the session. */
export const sessionFactor = z.object({
  kind: factorKind,
  lastAuthenticatedAt: z.nullable(timestamp),
});

/** A session as every route hands it out that gives a new JWT. */
export const sessionAnswer = z.object({
  sessionJwt: z.string(),
  sessionExpiresAt: timestamp,
  factors: z.array(sessionFactor),
});
