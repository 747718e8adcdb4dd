// Second factors at Stytch: numbers, TOTP and passkeys, always of the session's own user.
import * as z from 'zod/mini';
import { ServiceError } from '../../core/errors.ts';
import type { AuthenticationProvider } from '../../core/ports.ts';
import { CODE_MINUTES } from '../../core/session/challenges.ts';
import type { UserFactor } from '../../core/session/session.ts';
import { parseJson } from '../json.ts';
import { failure, readAnswer, type StytchOutcome, unreadable } from './errors.ts';
import { CALL_MS, proofOutcome, type SdkClient, SEND_MS } from './proofs.ts';
import type { StytchSdk } from './sdk-client.ts';

type SecondFactors = Omit<
  AuthenticationProvider,
  'sendMagicLink' | 'sendEmailOtp' | 'authenticateMagicLink' | 'authenticateOtp'
>;

const jsonObject = z.record(z.string(), z.unknown());
const text = z.string().check(z.minLength(1));
const sentAnswer = z.looseObject({ phone_id: text });
const totpAnswer = z.looseObject({
  totp_id: text,
  secret: text,
  qr_code: text,
  recovery_codes: z.array(text),
});

/** `passkeyDomain`: the relying party of the stage. */
export function createSecondFactors(sdk: StytchSdk, passkeyDomain: string): SecondFactors {
  const call = <T>(
    operation: string,
    signal: AbortSignal,
    run: (client: SdkClient) => Promise<T>,
    timeoutMs: number = CALL_MS,
  ): Promise<StytchOutcome<T>> => sdk.call(operation, run, { timeoutMs, signal });

  const prove = async (
    operation: string,
    signal: AbortSignal,
    run: (client: SdkClient) => Promise<unknown>,
  ) => proofOutcome(operation, await call(operation, signal, run));

  return {
    async sendSms({ stytchUserId, phoneNumber }, signal) {
      const operation = 'otps.sms.send';
      const outcome = await call(
        operation,
        signal,
        (client) =>
          client.otps.sms.send({
            user_id: stytchUserId,
            phone_number: phoneNumber,
            expiration_minutes: CODE_MINUTES,
          }),
        SEND_MS,
      );
      if (outcome.isAnswer) {
        return { methodId: readAnswer(operation, sentAnswer, outcome.answer).phone_id };
      }
      const { errorType, status } = outcome.refusal;
      if (/phone_number/.test(errorType) && status < 500) {
        // Of another user, of a country that is not served, or no number at all: one answer.
        throw new ServiceError('factor_not_allowed', { reason: errorType });
      }
      if (errorType === 'too_many_unverified_factors') {
        throw new ServiceError('conflict', {
          detail: 'Another number is not confirmed yet; it lapses after five minutes.',
          reason: errorType,
        });
      }
      throw failure(operation, outcome.refusal);
    },

    async createTotp(stytchUserId, expirationMinutes, signal) {
      const operation = 'totps.create';
      const outcome = await call(operation, signal, (client) =>
        client.totps.create({ user_id: stytchUserId, expiration_minutes: expirationMinutes }),
      );
      if (!outcome.isAnswer) {
        const { errorType } = outcome.refusal;
        const isThere = errorType === 'active_totp_exists' || errorType === 'pending_totp_exists';
        throw isThere
          ? new ServiceError('conflict', { reason: errorType })
          : failure(operation, outcome.refusal);
      }
      const made = readAnswer(operation, totpAnswer, outcome.answer);
      return {
        factorId: made.totp_id,
        secret: made.secret,
        qrCode: made.qr_code,
        recoveryCodes: made.recovery_codes,
      };
    },

    authenticateTotp: ({ stytchUserId, code, sessionJwt }, signal) =>
      prove('totps.authenticate', signal, (client) =>
        client.totps.authenticate({ user_id: stytchUserId, totp_code: code, session_jwt: sessionJwt }),
      ),

    recoverTotp: ({ stytchUserId, recoveryCode, sessionJwt }, signal) =>
      prove('totps.recover', signal, (client) =>
        client.totps.recover({
          user_id: stytchUserId,
          recovery_code: recoveryCode,
          session_jwt: sessionJwt,
        }),
      ),

    async startPasskeyEnrolment(stytchUserId, signal) {
      const operation = 'webauthn.register_start';
      const outcome = await call(operation, signal, (client) =>
        client.webauthn.registerStart({
          user_id: stytchUserId,
          domain: passkeyDomain,
          return_passkey_credential_options: true,
          use_base64_url_encoding: true,
        }),
      );
      if (!outcome.isAnswer) throw failure(operation, outcome.refusal);
      return optionsIn(operation, outcome.answer.public_key_credential_creation_options);
    },

    registerPasskey: ({ stytchUserId, credential, sessionJwt }, signal) =>
      prove('webauthn.register', signal, (client) =>
        client.webauthn.register({
          user_id: stytchUserId,
          public_key_credential: JSON.stringify(credential),
          session_jwt: sessionJwt,
        }),
      ),

    async startPasskeyProof(stytchUserId, signal) {
      const operation = 'webauthn.authenticate_start';
      const outcome = await call(operation, signal, (client) =>
        client.webauthn.authenticateStart({
          user_id: stytchUserId,
          domain: passkeyDomain,
          return_passkey_credential_options: true,
          use_base64_url_encoding: true,
        }),
      );
      if (!outcome.isAnswer) throw failure(operation, outcome.refusal);
      return optionsIn(operation, outcome.answer.public_key_credential_request_options);
    },

    authenticatePasskey: ({ credential, sessionJwt }, signal) =>
      prove('webauthn.authenticate', signal, (client) =>
        client.webauthn.authenticate({
          public_key_credential: JSON.stringify(credential),
          session_jwt: sessionJwt,
        }),
      ),

    async deleteFactor(factor, signal) {
      const operation = 'users.delete_factor';
      const outcome = await call<unknown>(operation, signal, (client) => deletion(client, factor));
      if (!outcome.isAnswer && outcome.refusal.status !== 404) throw failure(operation, outcome.refusal);
    },
  };
}

/** Stytch gives WebAuthn options as text. */
function optionsIn(operation: string, text: string): Record<string, unknown> {
  const parsed = jsonObject.safeParse(parseJson(text));
  if (!parsed.success) throw unreadable(operation);
  const inner = jsonObject.safeParse(parsed.data['publicKey']);
  return inner.success ? inner.data : parsed.data;
}

/** Stytch deletes by the factor's id alone; the caller made sure that it is the user's own. */
function deletion(client: SdkClient, { kind, factorId }: UserFactor): Promise<unknown> {
  if (factorId === null || factorId === '') throw new Error('a factor without an id');
  switch (kind) {
    case 'totp':
      return client.users.deleteTOTP({ totp_id: factorId });
    case 'sms':
    case 'whatsapp':
      return client.users.deletePhoneNumber({ phone_id: factorId });
    case 'passkey':
      return client.users.deleteWebAuthnRegistration({ webauthn_registration_id: factorId });
    default:
      throw new Error(`no deletion of a factor of kind ${kind}`);
  }
}
