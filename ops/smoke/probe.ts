// One request to the deployed API, as any client would send it, timed.

import { parseJson } from '../../functions/adapters/json.ts';
import { type DecidingReason, ServiceError } from '../../functions/core/errors.ts';

export interface ProbeRequest {
  readonly method: 'GET' | 'POST' | 'OPTIONS';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Reply {
  readonly status: number;
  /** Null where there is no such header. */
  header(name: string): string | null;
  /** Undefined where the body is no JSON. */
  readonly json: unknown;
  readonly ms: number;
}

export type Probe = (request: ProbeRequest) => Promise<Reply>;

/** Longer than a cold start and the gateway's own limit together. */
const LONGEST_MS = 35_000;

/**
 * Calls one API; nothing is repeated.
 * @param origin the page that a POST comes from, which a stage that keeps sessions in a cookie asks for
 * @throws ServiceError `upstream_unavailable` where there is no answer
 */
export const createProbe =
  (apiUrl: string, origin: string | null): Probe =>
  async ({ method, path, headers = {}, body }) => {
    const startedAt = performance.now();
    const answer = await fetch(`${apiUrl}${path}`, {
      method,
      headers: { ...(origin !== null && method === 'POST' && { origin }), ...headers },
      redirect: 'manual',
      signal: AbortSignal.timeout(LONGEST_MS),
      ...(body === undefined ? {} : { body }),
    }).then(
      async (response) => ({ response, text: await response.text() }),
      () =>
        Promise.reject(
          new ServiceError('upstream_unavailable', { reason: 'no_answer' satisfies DecidingReason }),
        ),
    );
    const { response, text } = answer;
    return {
      status: response.status,
      header: (name) => response.headers.get(name),
      json: parseJson(text),
      ms: Math.round(performance.now() - startedAt),
    };
  };

export const json = { 'content-type': 'application/json' } as const;
