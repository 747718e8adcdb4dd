// What Stytch's answer to a proof means: right, wrong, or a failure that is not the caller's.
import type { ProofOutcome } from '../../core/ports.ts';
import {
  failure,
  isLock,
  isOurCredentials,
  type StytchOutcome,
  type StytchRefusal,
  unreadable,
} from './errors.ts';
import type { StytchSdk } from './sdk-client.ts';
import { sessionAnswer, toConfirmed } from './session-reader.ts';

export const CALL_MS = 2500;
export const SEND_MS = 5000;

export type SdkClient = Parameters<Parameters<StytchSdk['call']>[1]>[0];

/** A proof that is wrong, used, expired or unknown: one answer for all of them. */
const wrongProof: ReadonlySet<string> = new Set([
  'unable_to_auth_magic_link',
  'magic_link_not_found',
  'pkce_mismatch',
  'pkce_expected_code_verifier',
  'pkce_did_not_expect_code_verifier',
  'invalid_code_verifier',
  'otp_code_not_found',
  'unable_to_auth_otp_code',
  'invalid_method_id',
  'method_id_not_found',
  'email_not_found',
  'phone_number_not_found',
  'unable_to_authenticate_totp',
  'invalid_totp_code',
  'totp_code_already_authenticated',
  'recovery_code_used_as_totp_code',
  'totp_code_used_as_recovery_code',
  'expired_totp',
  'unable_to_authenticate_recovery_code',
  'invalid_recovery_code',
]);

/** Passkey refusals are many and little documented: every 4xx about the credential is one (assumed). */
const isPasskeyRefusal = ({ errorType, status }: StytchRefusal): boolean =>
  status >= 400 &&
  status < 500 &&
  !isOurCredentials(errorType) &&
  /webauthn|public_key_credential|passkey/.test(errorType);

const notEnrolled: ReadonlySet<string> = new Set(['totp_not_found', 'totps_not_found_for_user']);

/** Reads the answer to an `authenticate`. */
export function proofOutcome(
  operation: string,
  outcome: StytchOutcome<unknown>,
  isSignIn = false,
): ProofOutcome {
  if (outcome.isAnswer) {
    const parsed = sessionAnswer.safeParse(outcome.answer);
    if (parsed.success) {
      const factorId = parsed.data.webauthn_registration_id ?? null;
      return { isProved: true, confirmed: toConfirmed(parsed.data), factorId };
    }
    throw unreadable(operation);
  }
  const { refusal } = outcome;
  // A lock is told to a genuine session alone; before sign-in it reads like a wrong proof.
  const isHiddenLock = isSignIn && isLock(refusal.errorType);
  if (wrongProof.has(refusal.errorType) || isPasskeyRefusal(refusal) || isHiddenLock) {
    return { isProved: false, reason: refusal.errorType };
  }
  if (notEnrolled.has(refusal.errorType)) return { isProved: false, reason: 'not_enrolled' };
  throw failure(operation, refusal);
}
