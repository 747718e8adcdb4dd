// A deadline that holds: a timer of its own, since a signal that nothing refers to may be collected before it fires.

export interface Deadline {
  readonly signal: AbortSignal;
  /** Ends the timer; call it when the work is over. */
  done(): void;
}

/** Aborts after `ms`, or when the outer deadline does. */
export function startDeadline(ms: number, outer?: AbortSignal): Deadline {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  const timer = setTimeout(abort, ms);
  if (outer?.aborted === true) abort();
  outer?.addEventListener('abort', abort);
  return {
    signal: controller.signal,
    done() {
      clearTimeout(timer);
      outer?.removeEventListener('abort', abort);
    },
  };
}

/** Runs work under a deadline of its own, whose timer ends with the work. */
export function withDeadline<T>(
  ms: number,
  outer: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = startDeadline(ms, outer);
  return work(deadline.signal).finally(() => deadline.done());
}

/** Null once the signal has fired: for a race with work that does not listen to it. */
export const whenOver = (signal: AbortSignal): Promise<null> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(null);
    signal.addEventListener('abort', () => resolve(null));
  });

/**
 * What work comes to, or the end of its deadline, where work may not hear of that by itself.
 * @throws Error named `Deadline`, or what the work throws
 */
export const orLate = <T>(signal: AbortSignal, work: Promise<T>): Promise<T> =>
  Promise.race([
    work,
    whenOver(signal).then((): never => {
      throw Object.assign(new Error('the call took too long'), { name: 'Deadline' });
    }),
  ]);
