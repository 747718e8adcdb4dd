// One request, one answer: the path filled in, JSON or bytes sent, a refusal thrown as a ProblemError.
import type { Routes } from './contract.ts';
import { ProblemError, retryAfter } from './problem.ts';

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

export type Path = keyof Routes;
export type Answer<Key extends Path> = Routes[Key]['answer'];
export type Body<Key extends Path> = Routes[Key]['body'];

/** The routes with one kind of authentication, and one of method. */
export type RoutesBy<Kind, Method = string> = {
  [Key in Path]: Routes[Key] extends { authentication: Kind; method: Method } ? Key : never;
}[Path];

export interface Input<Key extends Path> extends CallOptions {
  /** @default POST */
  readonly method?: Routes[Key]['method'] | undefined;
  /** What stands for the braces of the path, in their order. */
  readonly ids?: readonly string[];
  readonly body?: Body<Key>;
  readonly idempotencyKey?: string;
}

/** `Given`: where the body decides between the answers of a route, the one that it gets. */
export type Send<Paths extends Path> = <Key extends Paths, Given extends Answer<Key> = Answer<Key>>(
  path: Key,
  input: Input<Key>,
  bearer?: string | false,
) => Promise<Given>;

/** A method of the client for one path with an id. */
export type At<Paths extends Path> = <Key extends Paths>(
  path: Key,
  method?: Routes[Key]['method'],
) => (id: string, options?: CallOptions) => Promise<Answer<Key>>;

/**
 * A `Retry-After` shows as `retryAfterSeconds` of the answer.
 * @throws ProblemError for every answer that is no success; what `fetch` throws where there is no answer
 */
export const createSend = (
  baseUrl: string,
  fetch: typeof globalThis.fetch,
  isCookie: boolean,
): Send<Path> => {
  const inTurn = createQueue();
  return async (path, { method = 'POST', ids = [], body = null, idempotencyKey, signal }, bearer) => {
    // Sign-in, refresh and revoke: everything else goes by the JWT alone.
    const carriesCookie = isCookie && /auth|sess/.test(path);
    const sent = body instanceof Blob ? body : body && stringify(body);
    let nth = 0;
    const ask = () =>
      fetch(`${baseUrl}/v1${path.replace(/{}/g, () => encodeURIComponent(ids[nth++] ?? ''))}`, {
        method,
        headers: {
          // A Blob brings its own content type.
          ...(sent !== body && { 'content-type': 'application/json' }),
          ...(bearer && { authorization: `Bearer ${bearer}` }),
          ...(idempotencyKey && { 'idempotency-key': idempotencyKey }),
        },
        // A call that hangs must not hold up those that share it, or wait behind it: the caller's own signal ends that of the
        // queue only before it is sent. React Native may have no `timeout`.
        signal: ((!carriesCookie || signal?.aborted) && signal) || AbortSignal.timeout?.(60_000),
        body: sent,
        // The API redirects nowhere: a body, or a secret in it, must not follow a proxy that does.
        redirect: 'error',
        ...(carriesCookie && { credentials: 'include' }),
      });
    // One at a time: a late answer must not put its cookie in the place of a newer one.
    const response = await (carriesCookie ? abortable(inTurn(ask), { signal }) : ask());
    const answer = parse(await response.text());
    if (!response.ok) throw new ProblemError(response.status, answer, response.headers);
    const retryAfterSeconds = retryAfter(response.headers);
    return retryAfterSeconds ? { ...answer, retryAfterSeconds } : answer;
  };
};

/** Does one thing after the other, however slow they are. */
export const createQueue = () => {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(work: () => T | Promise<T>): Promise<T> => (last = last.then(work, work));
};

export const now = (): number => Date.now();
export const stringify: (value: unknown) => string = JSON.stringify;

/** JSON, or nothing. */
export const parse = (text: string) => {
  try {
    return JSON.parse(text);
  } catch {}
};

/** The promise, but no longer than the signal lets it; the work itself goes on for whoever else waits. */
export const abortable = <T>(work: Promise<T>, { signal }: CallOptions = {}): Promise<T> =>
  signal
    ? new Promise((resolve, reject) => {
        const stop = (): void => reject(signal.reason);
        if (signal.aborted) stop();
        signal.addEventListener('abort', stop);
        work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
      })
    : work;
