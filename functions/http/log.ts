// The one way to write a log line: a code and allow-listed fields, under the id of the request that is being served.
import { AsyncLocalStorage } from 'node:async_hooks';
import { Logger } from '@aws-lambda-powertools/logger';
import type { Log } from '../core/ports.ts';
import type { Session } from '../core/session/session.ts';

interface Served {
  readonly requestId: string;
  stytchUserId?: string;
  sessionId?: string;
}

const requests = new AsyncLocalStorage<Served>();

/** Runs `work` so that its log lines carry the request id. */
export const withRequestId = <T>(requestId: string, work: () => Promise<T>): Promise<T> =>
  requests.run({ requestId }, work);

/** From here on the request's log lines say whose session it is: every refusal has its subject (standards A16.3). */
export function nameCaller({ stytchUserId, sessionId }: Pick<Session, 'stytchUserId' | 'sessionId'>): void {
  const served = requests.getStore();
  if (served !== undefined) Object.assign(served, { stytchUserId, sessionId });
}

const logger = new Logger({ serviceName: 'stytch-unit-bridge', logLevel: 'INFO' });

/** Writes JSON lines; the fields' type admits ids, codes and numbers, and no objects that could hide a secret. */
export const log: Log = {
  record(code, fields) {
    // Code and request last, so that no field takes their place.
    logger.info(code, { ...fields, requestId: null, ...requests.getStore(), code });
  },
};

/** What may be said of an unexpected error: its name and where it was thrown, never its message. */
export function traceOf(error: unknown): { error: string; trace: readonly string[] } {
  if (!(error instanceof Error)) return { error: typeof error, trace: [] };
  // The message stands in the stack too, and may look like a place in it.
  const places = (error.stack ?? '').replace(error.message, '');
  const frames = places.split('\n').filter((line) => /^\s+at .+:\d+:\d+\)?$/.test(line));
  return { error: error.name, trace: frames.slice(0, 8).map((line) => line.trim()) };
}
