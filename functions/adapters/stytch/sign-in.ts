// Signing in at Stytch: links and codes to an inbox. Sends and proofs are never repeated (standards D5).
import * as z from 'zod/mini';
import type { AuthenticationProvider, SentTo } from '../../core/ports.ts';
import { CODE_MINUTES } from '../../core/session/challenges.ts';
import { failure, readAnswer, type StytchOutcome, type StytchRefusal } from './errors.ts';
import { CALL_MS, proofOutcome, SEND_MS } from './proofs.ts';
import type { StytchSdk } from './sdk-client.ts';

type SignIn = Pick<
  AuthenticationProvider,
  'sendMagicLink' | 'sendEmailOtp' | 'authenticateMagicLink' | 'authenticateOtp'
>;

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

const id = z.string().check(z.minLength(1));
const sentAnswer = z.looseObject({ email_id: id, user_id: id });

/**
 * An address that got nothing has ids like every other, and always the same: `environment` stands in Stytch's ids, and
 * `uuidOf` is a keyed hash.
 */
export function createSignIn(
  sdk: StytchSdk,
  environment: 'test' | 'live',
  uuidOf: (text: string) => Promise<string>,
): SignIn {
  const nobody = async (note: string, address: string): Promise<SentTo> => {
    const uuid = await uuidOf(address.toLowerCase());
    return { note, methodId: `email-${environment}-${uuid}`, stytchUserId: `user-${environment}-${uuid}` };
  };
  const sent = async (
    operation: string,
    outcome: StytchOutcome<unknown>,
    address: string,
  ): Promise<SentTo> => {
    if (outcome.isAnswer) {
      const { email_id: methodId, user_id: stytchUserId } = readAnswer(operation, sentAnswer, outcome.answer);
      return { note: 'sent', methodId, stytchUserId };
    }
    if (isAboutTheUser(outcome.refusal)) return nobody(outcome.refusal.errorType, address);
    throw failure(operation, outcome.refusal);
  };

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
            login_expiration_minutes: CODE_MINUTES,
            signup_expiration_minutes: CODE_MINUTES,
            code_challenge: codeChallenge,
            create_user_as_pending: true,
          }),
        { timeoutMs: SEND_MS, signal },
      );
      return sent(operation, outcome, email);
    },

    async sendEmailOtp(email, signal) {
      const operation = 'otps.email.login_or_create';
      const outcome = await sdk.call(
        operation,
        (client) =>
          client.otps.email.loginOrCreate({
            email,
            expiration_minutes: CODE_MINUTES,
            create_user_as_pending: true,
          }),
        { timeoutMs: SEND_MS, signal },
      );
      return sent(operation, outcome, email);
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
      return proofOutcome(operation, outcome, true);
    },

    async authenticateOtp({ methodId, code, ...target }, signal) {
      const operation = 'otps.authenticate';
      const session =
        'sessionJwt' in target
          ? { session_jwt: target.sessionJwt }
          : { session_duration_minutes: target.durationMinutes };
      const outcome = await sdk.call(
        operation,
        (client) => client.otps.authenticate({ method_id: methodId, code, ...session }),
        { timeoutMs: CALL_MS, signal },
      );
      return proofOutcome(operation, outcome, 'durationMinutes' in target);
    },
  };
}
