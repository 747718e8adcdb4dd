// Stytch's word on a session, by one bare call: the exchange needs no other, and so loads no SDK.
import * as z from 'zod/mini';
import { ServiceError } from '../../core/errors.ts';
import type { Log, SessionReader } from '../../core/ports.ts';
import type { ConfirmedSession } from '../../core/session/session.ts';
import { parseJson } from '../json.ts';
import { faultOf, type OutboundRequest, type Reply, sendRepeatably } from '../outbound.ts';
import { type Secret, withSecret } from '../secrets.ts';
import { isOurCredentials, toServiceError } from './errors.ts';
import { stytchUser, toUser } from './factors.ts';

const TIMEOUT_MS = 2500;
const TRIES = 2;

export const sessionAnswer = z.looseObject({
  request_id: z.string(),
  session_jwt: z.string().check(z.minLength(1)),
  session_token: z.optional(z.string()),
  webauthn_registration_id: z.optional(z.string()),
  user: stytchUser,
});

const errorAnswer = z.looseObject({
  request_id: z.optional(z.string()),
  error_type: z.optional(z.string()),
});

export interface StytchProject {
  readonly baseUrl: string;
  readonly projectId: string;
  readonly secret: Secret;
  readonly log: Log;
}

/** An answer of Stytch that holds a session, in our words. */
export const toConfirmed = (answer: z.infer<typeof sessionAnswer>): ConfirmedSession => ({
  sessionJwt: answer.session_jwt,
  sessionToken: answer.session_token ?? '',
  user: toUser(answer.user),
  requestId: answer.request_id,
});

/** `POST /v1/sessions/authenticate` without a duration: it changes nothing, and may be repeated. */
export function createSessionReader(project: StytchProject): SessionReader {
  const call = (sessionJwt: string, signal: AbortSignal) => (value: string) =>
    sendRepeatably(request(project, value, sessionJwt, signal), TRIES);
  return {
    async readSession(sessionJwt, signal) {
      const reply = await withSecret(project.secret, call(sessionJwt, signal), (outcome) =>
        isOurCredentials(errorType(outcome)),
      );
      return read(reply);
    },
  };
}

function request(
  { baseUrl, projectId, log }: StytchProject,
  secret: string,
  sessionJwt: string,
  signal: AbortSignal,
): OutboundRequest {
  return {
    provider: 'stytch',
    operation: 'sessions.authenticate',
    url: `${baseUrl}/v1/sessions/authenticate`,
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${projectId}:${secret}`).toString('base64')}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ session_jwt: sessionJwt }),
    timeoutMs: TIMEOUT_MS,
    signal,
    log,
  };
}

const errorType = ({ text }: Reply): string => {
  const parsed = errorAnswer.safeParse(parseJson(text));
  return parsed.success ? (parsed.data.error_type ?? '') : '';
};

const operation = { provider: 'stytch', operation: 'sessions.authenticate' } as const;

function read({ status, text, retryAfterSeconds }: Reply): ConfirmedSession {
  const body = parseJson(text);
  if (status >= 400) {
    const parsed = errorAnswer.safeParse(body);
    const { error_type: type = '', request_id: requestId } = parsed.success ? parsed.data : {};
    const fault = faultOf(operation, {
      status,
      vendorCode: type,
      ...(requestId === undefined ? {} : { vendorRequestId: requestId }),
    });
    throw toServiceError(type, fault, retryAfterSeconds);
  }
  const parsed = sessionAnswer.safeParse(body);
  if (parsed.success) return toConfirmed(parsed.data);
  throw new ServiceError('upstream_unavailable', {
    reason: 'unreadable_answer',
    upstream: faultOf(operation, { status }),
  });
}
