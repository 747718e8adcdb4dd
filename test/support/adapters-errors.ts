// What a call of an adapter failed with, everything that the failure holds or hides, and deadlines for calls that hang.
import { inspect } from 'node:util';
import { type ErrorCode, ServiceError } from '../../functions/core/errors.ts';

/**
 * The ServiceError that a call ends with.
 * @throws Error when the call succeeds, or fails with anything else
 */
export async function refusalOf(call: Promise<unknown>): Promise<ServiceError> {
  const [outcome] = await Promise.allSettled([call]);
  if (outcome.status === 'fulfilled') throw new Error(`the call succeeded: ${inspect(outcome.value)}`);
  if (outcome.reason instanceof ServiceError) return outcome.reason;
  throw new Error(`no ServiceError: ${inspect(outcome.reason)}`, { cause: outcome.reason });
}

export const codeOf = async (call: Promise<unknown>): Promise<ErrorCode> => (await refusalOf(call)).code;

/** Every property of a value, hidden ones and causes too, as one text to search for secrets. */
export const everythingIn = (value: unknown): string =>
  inspect(value, {
    depth: Number.POSITIVE_INFINITY,
    showHidden: true,
    getters: true,
    maxStringLength: Number.POSITIVE_INFINITY,
    maxArrayLength: Number.POSITIVE_INFINITY,
    breakLength: Number.POSITIVE_INFINITY,
  });

/** How long a piece of work took, and how it ended. */
export async function timed<T>(work: Promise<T>): Promise<{ ms: number; outcome: PromiseSettledResult<T> }> {
  const startedAt = performance.now();
  const [outcome] = await Promise.allSettled([work]);
  return { ms: performance.now() - startedAt, outcome };
}

/** A deadline that ends as soon as something has happened: on a busy machine no sooner. */
export function endingOnce(hasHappened: () => boolean): AbortSignal {
  const controller = new AbortController();
  const timer = setInterval(() => {
    if (!hasHappened()) return;
    clearInterval(timer);
    controller.abort();
  }, 10);
  timer.unref();
  return controller.signal;
}
