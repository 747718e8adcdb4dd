// Stytch by bare calls on our own wire: those that may be repeated. Whoever makes no other loads no SDK.
import * as z from 'zod/mini';
import type { Log } from '../../core/ports.ts';
import { parseJson } from '../json.ts';
import { type OutboundRequest, type Reply, sendRepeatably } from '../outbound.ts';
import { type Secret, withSecret } from '../secrets.ts';
import { isRefusedCredential, type StytchOutcome } from './errors.ts';

const TIMEOUT_MS = 2500;
const TRIES = 2;

export interface StytchProject {
  readonly baseUrl: string;
  readonly projectId: string;
  readonly secret: Secret;
  readonly log: Log;
}

export interface StytchCall {
  readonly operation: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: Readonly<Record<string, string | number>>;
}

const errorAnswer = z.looseObject({
  request_id: z.optional(z.string()),
  error_type: z.optional(z.string()),
});

/**
 * Sends a call that changes nothing, or that comes to the same when it is done twice: once more after a passing failure,
 * and once more with a renewed secret. An answer is yet to be read by its schema.
 * @throws ServiceError `upstream_timeout`, `upstream_unavailable` when there is no answer
 */
export function callRepeatably(
  project: StytchProject,
  call: StytchCall,
  signal: AbortSignal,
): Promise<StytchOutcome<unknown>> {
  const attempt = async (secret: string) =>
    outcomeOf(await sendRepeatably(toRequest(project, secret, call, signal), TRIES));
  return withSecret(project.secret, attempt, isRefusedCredential);
}

function toRequest(
  { baseUrl, projectId, log }: StytchProject,
  secret: string,
  { operation, method, path, body }: StytchCall,
  signal: AbortSignal,
): OutboundRequest {
  return {
    provider: 'stytch',
    operation,
    url: `${baseUrl}${path}`,
    method,
    headers: {
      authorization: `Basic ${Buffer.from(`${projectId}:${secret}`).toString('base64')}`,
      'content-type': 'application/json',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    timeoutMs: TIMEOUT_MS,
    signal,
    log,
  };
}

function outcomeOf({ status, text, retryAfterSeconds }: Reply): StytchOutcome<unknown> {
  const answer = parseJson(text);
  if (status < 400) return { isAnswer: true, answer };
  const parsed = errorAnswer.safeParse(answer);
  const { error_type: errorType = '', request_id: requestId } = parsed.success ? parsed.data : {};
  return {
    isAnswer: false,
    refusal: {
      errorType,
      status,
      ...(requestId === undefined ? {} : { requestId }),
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    },
  };
}
