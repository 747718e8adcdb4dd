// Sign-up, which signs in too: an email proves the address, and the proof becomes a Stytch session.
import * as z from 'zod/mini';
import { codeChallenge, codeVerifier, email, sessionAnswer, sixDigits } from './common.ts';

export const signUpRequest = z.discriminatedUnion('method', [
  z.strictObject({
    method: z.literal('email_magic_link'),
    email,
    redirectUrl: z.optional(z.string().check(z.maxLength(2048))),
    codeChallenge,
  }),
  z.strictObject({ method: z.literal('email_otp'), email }),
]);
export type SignUpRequest = z.infer<typeof signUpRequest>;

/** The same for every address, whether it has a user or not. */
export const signUpAnswer = z.object({
  challengeId: z.string(),
  retryAfterSeconds: z.int(),
});
export type SignUpAnswer = z.infer<typeof signUpAnswer>;

export const authenticateRequest = z.discriminatedUnion('method', [
  z.strictObject({
    method: z.literal('email_magic_link'),
    token: z.string().check(z.minLength(1), z.maxLength(512)),
    codeVerifier,
  }),
  z.strictObject({
    method: z.literal('email_otp'),
    challengeId: z.string().check(z.regex(/^[\w-]{1,1024}$/)),
    code: sixDigits,
  }),
]);
export type AuthenticateRequest = z.infer<typeof authenticateRequest>;

/** Where a cookie takes the session token, no script sees it. */
export const cookieSignedInAnswer = z.extend(sessionAnswer, { userId: z.string() });

export const signedInAnswer = z.extend(cookieSignedInAnswer, { sessionToken: z.string() });
export type SignedInAnswer = z.infer<typeof signedInAnswer>;
