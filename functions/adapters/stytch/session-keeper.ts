// Sessions at Stytch by their token or id: read and extend, end, list. All of it may be repeated.
import * as z from 'zod/mini';
import { ServiceError } from '../../core/errors.ts';
import type { SessionKeeper } from '../../core/ports.ts';
import { failure, readAnswer, type StytchRefusal } from './errors.ts';
import { authenticateSession, readSessionOutcome } from './session-reader.ts';
import { callRepeatably, type StytchProject } from './transport.ts';

const revokedAnswer = z.looseObject({ request_id: z.string() });
const sessionList = z.looseObject({ sessions: z.array(z.looseObject({ session_id: z.string() })) });

/** In Stytch's own words: a proxy's 404 says nothing about a session. */
const isUnknown = ({ errorType, status }: StytchRefusal): boolean => status === 404 && errorType !== '';

/** A token that is malformed, or of a session that is over: one answer. */
const isWrongToken = (refusal: StytchRefusal): boolean =>
  isUnknown(refusal) ||
  (refusal.status === 400 && !['', 'too_many_session_arguments'].includes(refusal.errorType));

export const createSessionKeeper = (project: StytchProject): SessionKeeper => ({
  async readByToken(sessionToken, durationMinutes, signal) {
    const duration = durationMinutes === null ? {} : { session_duration_minutes: durationMinutes };
    const outcome = await authenticateSession(project, { session_token: sessionToken, ...duration }, signal);
    if (!outcome.isAnswer && isWrongToken(outcome.refusal)) {
      throw new ServiceError('invalid_grant', { reason: outcome.refusal.errorType });
    }
    return readSessionOutcome(outcome);
  },

  async revoke(session, signal) {
    const operation = 'sessions.revoke';
    const body =
      'sessionToken' in session ? { session_token: session.sessionToken } : { session_id: session.sessionId };
    const outcome = await callRepeatably(
      project,
      { operation, method: 'POST', path: '/v1/sessions/revoke', body },
      signal,
    );
    if (outcome.isAnswer) readAnswer(operation, revokedAnswer, outcome.answer);
    else if (!isUnknown(outcome.refusal)) throw failure(operation, outcome.refusal);
  },

  async listSessions(stytchUserId, signal) {
    const operation = 'sessions.get';
    const path = `/v1/sessions?user_id=${encodeURIComponent(stytchUserId)}`;
    const outcome = await callRepeatably(project, { operation, method: 'GET', path }, signal);
    if (!outcome.isAnswer) throw failure(operation, outcome.refusal);
    const { sessions } = readAnswer(operation, sessionList, outcome.answer);
    return sessions.map(({ session_id: sessionId }) => sessionId);
  },
});
