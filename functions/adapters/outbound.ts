// Every vendor call: a deadline that holds for the whole answer, a size cap, no redirects (standards D1, O10).
import { startDeadline } from '../core/deadline.ts';
import { type DecidingReason, isUnanswered, ServiceError, type UpstreamFault } from '../core/errors.ts';
import type { Log } from '../core/ports.ts';
import { sendOverWire, type Wire, type WireReply } from './wire.ts';

export interface OutboundRequest {
  readonly provider: 'stytch' | 'unit';
  /** Names the call in errors and logs, such as `create_customer_token`. */
  readonly operation: string;
  readonly url: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly timeoutMs: number;
  /** The deadline of the request that this call serves. */
  readonly signal: AbortSignal;
  /** Told of the call when it is over. */
  readonly log: Log;
  /** @default HTTP on a kept connection */
  readonly wire?: Wire;
}

export interface Reply {
  readonly status: number;
  readonly text: string;
  readonly retryAfterSeconds: number | undefined;
}

const LARGEST_ANSWER_BYTES = 1024 * 1024;

/**
 * Sends one request.
 * @throws ServiceError `upstream_timeout` past the deadline, `upstream_unavailable` when there is no usable answer
 */
export async function send(request: OutboundRequest): Promise<Reply> {
  const { url, timeoutMs, wire = sendOverWire } = request;
  const deadline = startDeadline(timeoutMs, request.signal);
  const { signal } = deadline;
  const call = startCall(request);
  let status: number | null = null;
  try {
    const reply = await wire(url, { ...request, signal });
    status = reply.status;
    const text = await readCapped(request, reply);
    if (status >= 300 && status < 400) throw unusable(request, 'redirected');
    return { status, text, retryAfterSeconds: retryAfter(reply.retryAfter) };
  } catch (cause) {
    if (cause instanceof ServiceError) throw cause;
    throw new ServiceError(signal.aborted ? 'upstream_timeout' : 'upstream_unavailable', {
      reason: signal.aborted ? 'deadline' : ('no_answer' satisfies DecidingReason),
      upstream: faultOf(request),
      cause,
    });
  } finally {
    deadline.done();
    call.ended(status, signal.aborted);
  }
}

/** Times one call to a vendor, for the log and the metrics that are made of it. */
export function startCall({
  provider,
  operation,
  log,
}: Pick<OutboundRequest, 'provider' | 'operation' | 'log'>) {
  const startedAt = performance.now();
  return {
    /** `status` is null where there was no answer. */
    ended: (status: number | null, isTimedOut: boolean): void =>
      log.record('vendor.called', {
        provider,
        operation,
        vendorStatus: status,
        isTimedOut,
        durationMs: Math.round(performance.now() - startedAt),
      }),
  };
}

export const faultOf = (
  { provider, operation }: Pick<OutboundRequest, 'provider' | 'operation'>,
  rest: Omit<UpstreamFault, 'provider' | 'operation'> = {},
): UpstreamFault => ({ provider, operation, ...rest });

/** An answer that asking again would not make better. */
const unusable = (request: OutboundRequest, reason: string): ServiceError =>
  new ServiceError('upstream_unavailable', { reason, upstream: faultOf(request) });

async function readCapped(request: OutboundRequest, { chunks: body }: WireReply): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > LARGEST_ANSWER_BYTES) throw unusable(request, 'answer_too_large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Seconds of a Retry-After header in either of its forms (RFC 9110 section 10.2.3). */
function retryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,6}$/.test(header)) return Number(header);
  const seconds = header.endsWith(' GMT') ? (Date.parse(header) - Date.now()) / 1000 : Number.NaN;
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : undefined;
}

/** Statuses after which a call that may be repeated is repeated (standards D3). */
export const isPassing = (status: number): boolean => status === 408 || status === 429 || status >= 500;

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 1000;

/**
 * Sends a request that may be repeated: up to `tries` times on passing failures, with full jitter, never past the
 * deadline of the request it serves. The last answer is returned whatever it is.
 */
export async function sendRepeatably(request: OutboundRequest, tries: number): Promise<Reply> {
  for (let attempt = 1; ; attempt += 1) {
    const [outcome] = await Promise.allSettled([send(request)]);
    const isGood = outcome.status === 'fulfilled' && !isPassing(outcome.value.status);
    const asked = outcome.status === 'fulfilled' ? outcome.value.retryAfterSeconds : undefined;
    const isLast =
      attempt >= tries ||
      request.signal.aborted ||
      (asked ?? 0) * 1000 > LONGEST_WAIT_MS ||
      (outcome.status === 'rejected' && !isUnanswered(outcome.reason));
    if (isGood || isLast) {
      if (outcome.status === 'rejected') throw outcome.reason;
      return outcome.value;
    }
    await wait(asked === undefined ? backoffMs(attempt) : asked * 1000, request.signal);
  }
}

const backoffMs = (attempt: number): number =>
  Math.random() * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt);

/** Waits, or returns at once when the deadline passes. */
const wait = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
