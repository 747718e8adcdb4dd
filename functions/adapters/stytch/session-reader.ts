// Stytch's word on a session, asked for by its JWT or its token.
import * as z from 'zod/mini';
import type { SessionReader } from '../../core/ports.ts';
import type { ConfirmedSession } from '../../core/session/session.ts';
import { failure, readAnswer, type StytchOutcome } from './errors.ts';
import { stytchUser, toUser } from './factors.ts';
import { callRepeatably, type StytchProject } from './transport.ts';

export const sessionAnswer = z.looseObject({
  request_id: z.string(),
  session_jwt: z.string().check(z.minLength(1)),
  session_token: z.optional(z.string()),
  webauthn_registration_id: z.optional(z.string()),
  user: stytchUser,
});

/** An answer of Stytch that holds a session, in our words. */
export const toConfirmed = (answer: z.infer<typeof sessionAnswer>): ConfirmedSession => ({
  sessionJwt: answer.session_jwt,
  sessionToken: answer.session_token ?? '',
  user: toUser(answer.user),
  requestId: answer.request_id,
});

/** What names a session; with minutes, its end moves to so long from now. */
export type NamedSession =
  | { readonly session_jwt: string }
  | { readonly session_token: string; readonly session_duration_minutes?: number };

const operation = 'sessions.authenticate';

/** `POST /v1/sessions/authenticate`. A duration sent twice moves the end to the same time, so it is repeated too. */
export const authenticateSession = (
  project: StytchProject,
  named: NamedSession,
  signal: AbortSignal,
): Promise<StytchOutcome<unknown>> =>
  callRepeatably(
    project,
    { operation, method: 'POST', path: '/v1/sessions/authenticate', body: named },
    signal,
  );

/** @throws ServiceError `invalid_token` for a session that Stytch does not know, `user_locked`, `upstream_unavailable` */
export function readSessionOutcome(outcome: StytchOutcome<unknown>): ConfirmedSession {
  if (!outcome.isAnswer) throw failure(operation, outcome.refusal);
  return toConfirmed(readAnswer(operation, sessionAnswer, outcome.answer));
}

/** By the JWT alone, and so without moving the session's end. */
export const createSessionReader = (project: StytchProject): SessionReader => ({
  readSession: async (sessionJwt, signal) =>
    readSessionOutcome(await authenticateSession(project, { session_jwt: sessionJwt }, signal)),
});
