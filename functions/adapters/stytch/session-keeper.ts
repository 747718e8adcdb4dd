// Sessions at Stytch by their token or id: read and extend, end, list.
import * as z from 'zod/mini';
import { ServiceError } from '../../core/errors.ts';
import type { SessionKeeper } from '../../core/ports.ts';
import { CALL_MS, failure, readAnswer } from './proofs.ts';
import type { StytchSdk } from './sdk-client.ts';
import { sessionAnswer, toConfirmed } from './session-reader.ts';

const sessionList = z.looseObject({ sessions: z.array(z.looseObject({ session_id: z.string() })) });

/** The adapter over the official SDK. */
export const createSessionKeeper = (sdk: StytchSdk): SessionKeeper => ({
  async readByToken(sessionToken, durationMinutes, signal) {
    const operation = 'sessions.authenticate';
    const duration = durationMinutes === null ? {} : { session_duration_minutes: durationMinutes };
    const outcome = await sdk.call(
      operation,
      (client) => client.sessions.authenticate({ session_token: sessionToken, ...duration }),
      { timeoutMs: CALL_MS, signal },
    );
    if (!outcome.isAnswer) {
      const { errorType, status } = outcome.refusal;
      // A token that is malformed, or of a session that is over: one answer.
      const isTheirs = status === 404 || (status === 400 && errorType !== 'too_many_session_arguments');
      if (isTheirs) throw new ServiceError('invalid_grant', { reason: errorType });
      throw failure(operation, outcome.refusal);
    }
    return toConfirmed(readAnswer(operation, sessionAnswer, outcome.answer));
  },

  async revoke(session, signal) {
    const operation = 'sessions.revoke';
    const named =
      'sessionToken' in session ? { session_token: session.sessionToken } : { session_id: session.sessionId };
    const outcome = await sdk.call(operation, (client) => client.sessions.revoke(named), {
      timeoutMs: CALL_MS,
      signal,
    });
    if (outcome.isAnswer || outcome.refusal.status === 404) return;
    throw failure(operation, outcome.refusal);
  },

  async listSessions(stytchUserId, signal) {
    const operation = 'sessions.get';
    const outcome = await sdk.call(operation, (client) => client.sessions.get({ user_id: stytchUserId }), {
      timeoutMs: CALL_MS,
      signal,
    });
    if (!outcome.isAnswer) throw failure(operation, outcome.refusal);
    const { sessions } = readAnswer(operation, sessionList, outcome.answer);
    return sessions.map(({ session_id: sessionId }) => sessionId);
  },
});
