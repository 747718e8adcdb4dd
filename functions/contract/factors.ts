// Second factors: list, enrol, confirm, remove, and step the session up with one.
import * as z from 'zod/mini';
import { factorKind, sessionAnswer, sixDigits, text, timestamp } from './common.ts';

/** E.164. */
const phoneNumber = z.string().check(z.regex(/^\+[1-9]\d{6,14}$/));
const challengeId = z.string().check(z.regex(/^[\w-]{1,1024}$/));
const factorId = z.string().check(z.regex(/^[\w-]{1,128}$/));

/** A WebAuthn credential in its JSON form (`PublicKeyCredential.toJSON`); Stytch verifies what is inside. */
const credential = z.looseObject({
  id: text(1024),
  rawId: text(1024),
  type: z.literal('public-key'),
  response: z.record(z.string(), z.unknown()),
});

export const factorsAnswer = z.object({
  factors: z.array(
    z.object({
      factorId: z.string(),
      kind: factorKind,
      /** Masked: the last digits of a number, never more. */
      label: z.nullable(z.string()),
      isVerified: z.boolean(),
      /** Whether it counts now; if not, from when. */
      counts: z.boolean(),
      countsFrom: z.nullable(timestamp),
    }),
  ),
  requirements: z.array(
    z.object({
      for: z.string(),
      preset: z.string(),
      maxFactorAgeSeconds: z.int(),
    }),
  ),
});
export type FactorsAnswer = z.infer<typeof factorsAnswer>;

/** Begins a TOTP enrolment; the secret and the recovery codes are shown this once. */
export const totpEnrolmentAnswer = z.object({
  factorId: z.string(),
  secret: z.string(),
  qrCode: z.string(),
  recoveryCodes: z.array(z.string()),
});
export type TotpEnrolmentAnswer = z.infer<typeof totpEnrolmentAnswer>;

export const confirmTotpRequest = z.strictObject({ code: sixDigits });
export type ConfirmTotpRequest = z.infer<typeof confirmTotpRequest>;

export const enrolSmsRequest = z.strictObject({ phoneNumber });
export type EnrolSmsRequest = z.infer<typeof enrolSmsRequest>;

/** A code is on its way; `challengeId` binds the proof to it. */
export const sentChallengeAnswer = z.object({ challengeId: z.string(), retryAfterSeconds: z.int() });
export type SentChallengeAnswer = z.infer<typeof sentChallengeAnswer>;

export const confirmSmsRequest = z.strictObject({ challengeId, code: sixDigits });
export type ConfirmSmsRequest = z.infer<typeof confirmSmsRequest>;

/** Options in the WebAuthn JSON form, for `parseCreationOptionsFromJSON` and `parseRequestOptionsFromJSON`. */
export const passkeyOptionsAnswer = z.object({ options: z.record(z.string(), z.unknown()) });
export type PasskeyOptionsAnswer = z.infer<typeof passkeyOptionsAnswer>;

export const confirmPasskeyRequest = z.strictObject({ credential });
export type ConfirmPasskeyRequest = z.infer<typeof confirmPasskeyRequest>;

export const challengeRequest = z.discriminatedUnion('factor', [
  z.strictObject({ factor: z.literal('sms'), factorId }),
  z.strictObject({ factor: z.literal('passkey') }),
]);
export type ChallengeRequest = z.infer<typeof challengeRequest>;

export const challengeAnswer = z.union([sentChallengeAnswer, passkeyOptionsAnswer]);

export const stepUpRequest = z.discriminatedUnion('factor', [
  z.strictObject({ factor: z.literal('totp'), code: sixDigits }),
  z.strictObject({ factor: z.literal('sms'), challengeId, code: sixDigits }),
  z.strictObject({ factor: z.literal('passkey'), credential }),
  z.strictObject({
    factor: z.literal('recovery_code'),
    recoveryCode: z.string().check(z.regex(/^[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4}$/)),
  }),
]);
export type StepUpRequest = z.infer<typeof stepUpRequest>;

/** The session's new JWT, which carries the proved factor. */
export const steppedUpAnswer = sessionAnswer;
export type SteppedUpAnswer = z.infer<typeof steppedUpAnswer>;
