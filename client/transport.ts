// One request, one answer: the path filled in, JSON or bytes sent, a refusal thrown as a ProblemError.
import type { Routes } from './contract.ts';
import { ProblemError, retryAfter } from './problem.ts';

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

export type RouteKey = keyof Routes;
export type Answer<Key extends RouteKey> = Routes[Key]['answer'];
export type Body<Key extends RouteKey> = Routes[Key]['body'];

/** The routes with one kind of authentication. */
export type RoutesBy<Kind> = {
  [Key in RouteKey]: Routes[Key]['authentication'] extends Kind ? Key : never;
}[RouteKey];

export interface Input<Key extends RouteKey> extends CallOptions {
  /** What stands for the braces of the path, in their order. */
  readonly ids?: readonly string[];
  readonly body?: Body<Key>;
  readonly idempotencyKey?: string;
}

export type Send<Keys extends RouteKey> = <Key extends Keys>(
  route: Key,
  input: Input<Key>,
  bearer?: string,
) => Promise<Answer<Key>>;

/**
 * A `Retry-After` shows as `retryAfterSeconds` of the answer.
 * @throws ProblemError for every answer that is no success; what `fetch` throws where there is no answer
 */
export const createSend =
  (baseUrl: string, fetch: typeof globalThis.fetch): Send<RouteKey> =>
  async (route, { ids = [], body, idempotencyKey, signal = null }, bearer) => {
    const [method = '', path = ''] = route.split(' ');
    const headers: Record<string, string> = {};
    // A Blob brings its own content type.
    const sent = body instanceof Blob ? body : body && JSON.stringify(body);
    if (sent !== body) headers['content-type'] = 'application/json';
    if (bearer) headers['authorization'] = `Bearer ${bearer}`;
    if (idempotencyKey) headers['idempotency-key'] = idempotencyKey;
    let nth = 0;
    const url = baseUrl + path.replace(/\{\w+\}/g, () => encodeURIComponent(ids[nth++] ?? ''));
    const response = await fetch(url, {
      method,
      headers,
      signal,
      body: sent ?? null,
      // The API redirects nowhere: a body, or a secret in it, must not follow a proxy that does.
      redirect: 'error',
    });
    const answer = parse(await response.text());
    if (!response.ok) throw new ProblemError(response.status, answer ?? {}, response.headers);
    const retryAfterSeconds = retryAfter(response.headers);
    return retryAfterSeconds ? { ...answer, retryAfterSeconds } : answer;
  };

/** JSON, or nothing. */
function parse(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The promise, but no longer than the signal lets it; the work itself goes on for whoever else waits. */
export const abortable = <T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> =>
  signal
    ? new Promise((resolve, reject) => {
        const stop = (): void => reject(signal.reason);
        if (signal.aborted) stop();
        signal.addEventListener('abort', stop);
        work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
      })
    : work;
