// One call to AWS, under a deadline that holds for all of it.
import { startDeadline, whenOver } from '../core/deadline.ts';

/** Two tries of a second each, and the wait between them. */
const CALL_MS = 2500;

/**
 * The SDK's own limits end where an answer begins, and it waits between tries for as long as a Retry-After asks.
 * @throws Error named `Deadline`, or what `send` throws
 */
export function callAws<T>(send: (options: { readonly abortSignal: AbortSignal }) => Promise<T>): Promise<T> {
  const { signal, done } = startDeadline(CALL_MS);
  const late = whenOver(signal).then((): never => {
    throw Object.assign(new Error('the call took too long'), { name: 'Deadline' });
  });
  return Promise.race([send({ abortSignal: signal }), late]).finally(done);
}
