// One call to AWS, under a deadline that holds for all of it.
import { orLate, startDeadline } from '../core/deadline.ts';

/** Two tries of a second each, and the wait between them. */
export const AWS_CALL_MS = 2500;

/**
 * The SDK's own limits end where an answer begins, and it waits between tries for as long as a Retry-After asks.
 * @throws Error named `Deadline`, or what `send` throws
 */
export function callAws<T>(send: (options: { readonly abortSignal: AbortSignal }) => Promise<T>): Promise<T> {
  const { signal, done } = startDeadline(AWS_CALL_MS);
  return orLate(signal, send({ abortSignal: signal })).finally(done);
}
