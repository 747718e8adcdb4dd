// What a failure over an event means: whether another delivery may cure it, or it is the event's own.
import { hasReason, ServiceError } from '../errors.ts';
import type { EventRecord } from '../ports.ts';

/** How the outcome of an event begins that failed for good. */
export const FAILED = 'failed: ';
export type Failed = `${typeof FAILED}${string}`;

/** Unit has failed over its resource since the time beside it, and it is tried again for an hour. */
export const FAILING = 'failing';

/** What was given up once gets no second hour: another failure puts it aside again. */
export const failingSinceOf = ({ outcome, at }: EventRecord): number | null =>
  outcome === FAILING ? at : outcome.startsWith(FAILED) ? 0 : null;

/**
 * A 5xx, half an answer, or none in time over this one read. A missing connection is about all of Unit, and an answer
 * that is whole but refused by our schema will be the same the next time.
 */
export const isUnitsOwn = (error: unknown): error is ServiceError =>
  error instanceof ServiceError &&
  error.details.upstream?.provider === 'unit' &&
  (error.code === 'upstream_timeout' || isBroken(error, error.details.upstream.status ?? 0));

const isBroken = (error: ServiceError, status: number): boolean =>
  status >= 500 || (status >= 200 && status < 300 && !hasReason(error, 'unreadable_answer'));

/** What another delivery may cure passes on; every other failure is the event's own and is written down. */
export function ownFailure(error: unknown): Failed {
  if (!(error instanceof ServiceError)) return `${FAILED}${error instanceof Error ? error.name : 'unknown'}`;
  if (isPassing(error)) throw error;
  return `${FAILED}${error.details.reason ?? error.code}`;
}

/** Our token, its scopes, our rate: mended by an operator or by time, and then every event must still come. */
const aboutUs: readonly number[] = [401, 403, 408, 429];

function isPassing(error: ServiceError): boolean {
  switch (error.code) {
    case 'temporarily_unavailable':
    case 'upstream_timeout':
    case 'not_configured':
      return true;
    case 'upstream_unavailable': {
      const status = error.details.upstream?.status;
      const isPassingStatus = status !== undefined && (status >= 500 || aboutUs.includes(status));
      return hasReason(error, 'no_answer') || isPassingStatus;
    }
    default:
      return false;
  }
}
