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
  /** What stands in braces in the path. */
  readonly params?: Readonly<Record<string, string>>;
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
  async (route, { params = {}, body, idempotencyKey, signal = null }, bearer) => {
    const [method = '', path = ''] = route.split(' ');
    const headers = new Headers();
    const isBytes = body instanceof Blob;
    if (body) headers.set('content-type', isBytes ? body.type : 'application/json');
    if (bearer) headers.set('authorization', `Bearer ${bearer}`);
    if (idempotencyKey) headers.set('idempotency-key', idempotencyKey);
    const response = await fetch(
      baseUrl + path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? '')),
      { method, headers, signal, body: isBytes ? body : body ? JSON.stringify(body) : null },
    );
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
