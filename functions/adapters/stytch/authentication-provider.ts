// Stytch as the rules need it: links, TOTP, factors. Sends and proofs are never repeated (standards D5).
import { ServiceError } from '../../core/errors.ts';
import type { AuthenticationProvider, ProofOutcome } from '../../core/ports.ts';
import type { UserFactor } from '../../core/session/session.ts';
import { faultOf } from '../outbound.ts';
import { toServiceError } from './errors.ts';
import type { StytchOutcome, StytchRefusal, StytchSdk } from './sdk-client.ts';
import { sessionAnswer, toConfirmed } from './session-reader.ts';

const CALL_MS = 2500;
const SEND_MS = 5000;

/** A proof that is wrong, used, expired or unknown: one answer for all of them. */
const wrongProof: ReadonlySet<string> = new Set([
  'unable_to_auth_magic_link',
  'magic_link_not_found',
  'pkce_mismatch',
  'pkce_expected_code_verifier',
  'invalid_code_verifier',
  'unable_to_authenticate_totp',
  'invalid_totp_code',
  'totp_code_already_authenticated',
  'recovery_code_used_as_totp_code',
  'expired_totp',
]);

const notEnrolled: ReadonlySet<string> = new Set(['totp_not_found', 'totps_not_found_for_user']);

/** Refusals of a send that are about our own settings; every other 4xx is about the address, and is told to nobody. */
const aboutUs: ReadonlySet<string> = new Set([
  'unauthorized_credentials',
  'no_match_for_provided_magic_link_url',
  'captcha_required',
  'endpoint_not_authorized_for_sdk',
  'use_https',
]);

const isAboutTheUser = ({ errorType, status }: StytchRefusal): boolean =>
  status < 500 && status !== 408 && !aboutUs.has(errorType);

/** A link is good for as long as an out-of-band code may be (ASVS A6.5.5). */
const LINK_MINUTES = 10;

/** The adapter over the official SDK. */
export function createAuthenticationProvider(sdk: StytchSdk): AuthenticationProvider {
  return {
    async sendMagicLink({ email, redirectUrl, codeChallenge }, signal) {
      const operation = 'magic_links.email.login_or_create';
      const outcome = await sdk.call(
        operation,
        (client) =>
          client.magicLinks.email.loginOrCreate({
            email,
            login_magic_link_url: redirectUrl,
            signup_magic_link_url: redirectUrl,
            login_expiration_minutes: LINK_MINUTES,
            signup_expiration_minutes: LINK_MINUTES,
            code_challenge: codeChallenge,
            create_user_as_pending: true,
          }),
        { timeoutMs: SEND_MS, signal },
      );
      if (outcome.isAnswer) return { note: 'sent' };
      if (isAboutTheUser(outcome.refusal)) return { note: outcome.refusal.errorType };
      throw failure(operation, outcome.refusal);
    },

    async authenticateMagicLink({ token, codeVerifier, durationMinutes }, signal) {
      const operation = 'magic_links.authenticate';
      const outcome = await sdk.call(
        operation,
        (client) =>
          client.magicLinks.authenticate({
            token,
            code_verifier: codeVerifier,
            session_duration_minutes: durationMinutes,
          }),
        { timeoutMs: CALL_MS, signal },
      );
      return proofOutcome(operation, outcome);
    },

    async createTotp(stytchUserId, expirationMinutes, signal) {
      const operation = 'totps.create';
      const outcome = await sdk.call(
        operation,
        (client) => client.totps.create({ user_id: stytchUserId, expiration_minutes: expirationMinutes }),
        { timeoutMs: CALL_MS, signal },
      );
      if (!outcome.isAnswer) {
        const { errorType } = outcome.refusal;
        const isThere = errorType === 'active_totp_exists' || errorType === 'pending_totp_exists';
        throw isThere
          ? new ServiceError('conflict', { reason: errorType })
          : failure(operation, outcome.refusal);
      }
      const { totp_id: factorId, secret, qr_code: qrCode, recovery_codes: recoveryCodes } = outcome.answer;
      return { factorId, secret, qrCode, recoveryCodes };
    },

    async authenticateTotp({ stytchUserId, code, sessionJwt }, signal) {
      const operation = 'totps.authenticate';
      const outcome = await sdk.call(
        operation,
        (client) =>
          client.totps.authenticate({ user_id: stytchUserId, totp_code: code, session_jwt: sessionJwt }),
        { timeoutMs: CALL_MS, signal },
      );
      return proofOutcome(operation, outcome);
    },

    async deleteFactor(factor, signal) {
      const operation = 'users.delete_factor';
      const outcome = await sdk.call(operation, (client) => deletion(client, factor), {
        timeoutMs: CALL_MS,
        signal,
      });
      if (!outcome.isAnswer && outcome.refusal.status !== 404) throw failure(operation, outcome.refusal);
    },
  };
}

type SdkClient = Parameters<Parameters<StytchSdk['call']>[1]>[0];

/** Stytch deletes by the factor's id alone; the caller made sure that it is the user's own. */
function deletion(client: SdkClient, { kind, factorId }: UserFactor): Promise<unknown> {
  if (kind === 'totp' && factorId !== null && factorId !== '') {
    return client.users.deleteTOTP({ totp_id: factorId });
  }
  throw new Error(`no deletion of a factor of kind ${kind}`);
}

function proofOutcome(operation: string, outcome: StytchOutcome<unknown>): ProofOutcome {
  if (outcome.isAnswer) {
    const parsed = sessionAnswer.safeParse(outcome.answer);
    if (parsed.success) return { isProved: true, confirmed: toConfirmed(parsed.data) };
    throw new ServiceError('upstream_unavailable', {
      reason: 'unreadable_answer',
      upstream: faultOf({ provider: 'stytch', operation }),
    });
  }
  const { errorType } = outcome.refusal;
  if (wrongProof.has(errorType)) return { isProved: false, reason: errorType };
  if (notEnrolled.has(errorType)) return { isProved: false, reason: 'not_enrolled' };
  throw failure(operation, outcome.refusal);
}

const failure = (operation: string, { errorType, status, requestId }: StytchRefusal): ServiceError =>
  toServiceError(
    errorType,
    faultOf({ provider: 'stytch', operation }, { status, vendorCode: errorType, vendorRequestId: requestId }),
  );
