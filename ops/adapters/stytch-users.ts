// A user at Stytch as operators need one: read whole, sessions ended, second factors and the user itself deleted.
import * as z from 'zod/mini';
import { failure, readAnswer, type StytchOutcome } from '../../functions/adapters/stytch/errors.ts';
import { stytchUser, toUser } from '../../functions/adapters/stytch/factors.ts';
import { CALL_MS, type SdkClient } from '../../functions/adapters/stytch/proofs.ts';
import { createStytchSdk } from '../../functions/adapters/stytch/sdk-client.ts';
import { createSessionKeeper } from '../../functions/adapters/stytch/session-keeper.ts';
import type { StytchProject } from '../../functions/adapters/stytch/transport.ts';
import type { User } from '../../functions/core/session/session.ts';
import { readRepeatably } from './repeat.ts';

export type SecondFactorKind = 'sms' | 'totp' | 'passkey' | 'biometric';

/** A phone number stands for SMS and WhatsApp alike. */
export interface SecondFactor {
  readonly kind: SecondFactorKind;
  readonly factorId: string;
  readonly isVerified: boolean;
}

export interface StytchUserView {
  readonly user: User;
  readonly verifiedPhones: readonly string[];
  readonly secondFactors: readonly SecondFactor[];
  /** All that Stytch tells of the user, for the export. */
  readonly exported: Readonly<Record<string, unknown>>;
}

export interface StytchUsers {
  /** Null when Stytch has no such user. */
  read(stytchUserId: string): Promise<StytchUserView | null>;
  sessionIds(stytchUserId: string): Promise<readonly string[]>;
  endSession(sessionId: string): Promise<void>;
  /** One that is gone is no error. */
  deleteFactor(factor: SecondFactor): Promise<void>;
  /** With it go its addresses, factors and sessions. One that is gone is no error. */
  deleteUser(stytchUserId: string): Promise<void>;
}

const registrations = z.looseObject({
  biometric_registrations: z.optional(
    z.nullable(z.array(z.looseObject({ biometric_registration_id: z.string(), verified: z.boolean() }))),
  ),
});

const noUser: ReadonlySet<string> = new Set(['user_not_found', 'invalid_user_id']);

/** Over the official SDK, in one project. */
export function createStytchUsers(project: StytchProject): StytchUsers {
  const sdk = createStytchSdk(project);
  const keeper = createSessionKeeper(project);
  // Each call has its own deadline; nothing around it has another.
  const { signal } = new AbortController();
  const call = <T>(operation: string, run: (client: SdkClient) => Promise<T>): Promise<StytchOutcome<T>> =>
    sdk.call(operation, run, { timeoutMs: CALL_MS, signal });
  const remove = async (operation: string, run: (client: SdkClient) => Promise<unknown>): Promise<void> => {
    const outcome = await call(operation, run);
    if (outcome.isAnswer || outcome.refusal.status === 404 || noUser.has(outcome.refusal.errorType)) return;
    throw failure(operation, outcome.refusal);
  };
  return {
    async read(stytchUserId) {
      const operation = 'users.get';
      const outcome = await readRepeatably(async () => {
        const answer = await call(operation, (client) => client.users.get({ user_id: stytchUserId }));
        if (!answer.isAnswer && !noUser.has(answer.refusal.errorType))
          throw failure(operation, answer.refusal);
        return answer;
      });
      if (!outcome.isAnswer) return null;
      const view = toView(operation, outcome.answer);
      // Stytch finds users by their external ids, too.
      return view.user.stytchUserId === stytchUserId ? view : null;
    },
    sessionIds: (stytchUserId) => readRepeatably(() => keeper.listSessions(stytchUserId, signal)),
    endSession: (sessionId) => keeper.revoke({ sessionId }, signal),
    deleteFactor: (factor) => remove('users.delete_factor', (client) => deletion(client, factor)),
    deleteUser: (stytchUserId) =>
      remove('users.delete', (client) => client.users.delete({ user_id: stytchUserId })),
  };
}

function toView(operation: string, answer: unknown): StytchUserView {
  const parsed = readAnswer(operation, stytchUser, answer);
  const { biometric_registrations: biometrics } = readAnswer(operation, registrations, answer);
  const phones = parsed.phone_numbers ?? [];
  const { request_id: _, status_code: __, ...exported } = parsed;
  return {
    user: toUser(parsed),
    verifiedPhones: phones.filter(({ verified }) => verified).map(({ phone_number: number }) => number),
    secondFactors: [
      ...phones.map(({ phone_id: id, verified }) => second('sms', id, verified)),
      ...(parsed.totps ?? []).map(({ totp_id: id, verified }) => second('totp', id, verified)),
      ...(parsed.webauthn_registrations ?? []).map(({ webauthn_registration_id: id, verified }) =>
        second('passkey', id, verified),
      ),
      ...(biometrics ?? []).map(({ biometric_registration_id: id, verified }) =>
        second('biometric', id, verified),
      ),
    ],
    exported,
  };
}

const second = (kind: SecondFactorKind, factorId: string, isVerified: boolean): SecondFactor => ({
  kind,
  factorId,
  isVerified,
});

/** Stytch deletes by the factor's id alone, and an empty one would name another path. */
function deletion(client: SdkClient, { kind, factorId }: SecondFactor): Promise<unknown> {
  if (factorId === '') throw new Error('a factor without an id');
  switch (kind) {
    case 'sms':
      return client.users.deletePhoneNumber({ phone_id: factorId });
    case 'totp':
      return client.users.deleteTOTP({ totp_id: factorId });
    case 'passkey':
      return client.users.deleteWebAuthnRegistration({ webauthn_registration_id: factorId });
    case 'biometric':
      return client.users.deleteBiometricRegistration({ biometric_registration_id: factorId });
  }
}
