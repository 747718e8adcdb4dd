// Second factors: enrol one, and step the session up with it.
import * as z from 'zod/mini';
import { sessionAnswer, sixDigits } from './common.ts';

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

export const stepUpRequest = z.strictObject({ factor: z.literal('totp'), code: sixDigits });
export type StepUpRequest = z.infer<typeof stepUpRequest>;

/** The session's new JWT, which carries the proved factor. */
export const steppedUpAnswer = sessionAnswer;
export type SteppedUpAnswer = z.infer<typeof steppedUpAnswer>;
