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
