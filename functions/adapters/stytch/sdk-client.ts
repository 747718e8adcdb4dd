// The official SDK with deadlines that hold: its own `timeout` option does nothing, and it follows redirects.
import { Client, RequestError, StytchError } from 'stytch';
import { type Deadline, orLate, startDeadline } from '../../core/deadline.ts';
import { ServiceError } from '../../core/errors.ts';
import type { Log } from '../../core/ports.ts';
import { faultOf, startCall } from '../outbound.ts';
import { withSecret } from '../secrets.ts';
import { isRefusedCredential, type StytchOutcome, type StytchRefusal } from './errors.ts';
import type { StytchProject } from './transport.ts';

/**
 * The SDK spreads `fetchConfig` into every `fetch`, so a signal there reaches the call that is being started. It takes the
 * host from there, too: by its option `env` it writes a warning to stderr, and `custom_base_url` refuses HTTP without TLS.
 */
class DeadlineClient extends Client {
  // Without a call of ours around it the SDK gets an ended signal: no call goes out without a deadline.
  #signal: AbortSignal = AbortSignal.abort();

  constructor(baseUrl: string, config: ConstructorParameters<typeof Client>[0]) {
    super(config);
    Object.defineProperty(this.fetchConfig, 'baseURL', { enumerable: true, value: baseUrl });
    Object.defineProperty(this.fetchConfig, 'signal', { enumerable: true, get: () => this.#signal });
    Object.defineProperty(this.fetchConfig, 'redirect', { enumerable: true, value: 'error' });
  }

  /** Starts a call under a signal; the SDK reads it before its first await. */
  under<T>(signal: AbortSignal, call: (client: Client) => Promise<T>): Promise<T> {
    this.#signal = signal;
    const started = call(this);
    this.#signal = AbortSignal.abort();
    return started;
  }
}

export interface StytchSdk {
  /**
   * One call, never repeated but after a renewed secret.
   * @throws ServiceError `upstream_timeout`, `upstream_unavailable`
   */
  call<T>(
    operation: string,
    run: (client: Client) => Promise<T>,
    options: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<StytchOutcome<T>>;
}

/** The SDK for one project; a renewed secret makes a new client. */
export function createStytchSdk({ baseUrl, projectId, secret, log }: StytchProject): StytchSdk {
  let made: { readonly value: string; readonly client: DeadlineClient } | undefined;
  const clientFor = (value: string): DeadlineClient => {
    if (made?.value !== value) {
      made = { value, client: new DeadlineClient(baseUrl, { project_id: projectId, secret: value }) };
    }
    return made.client;
  };
  return {
    async call(operation, run, { timeoutMs, signal }) {
      const attempt = (value: string) =>
        outcomeOf({ operation, log }, clientFor(value), run, startDeadline(timeoutMs, signal));
      return withSecret(secret, attempt, isRefusedCredential);
    },
  };
}

async function outcomeOf<T>(
  { operation, log }: { readonly operation: string; readonly log: Log },
  client: DeadlineClient,
  run: (client: Client) => Promise<T>,
  deadline: Deadline,
): Promise<StytchOutcome<T>> {
  const { signal } = deadline;
  const call = startCall({ provider: 'stytch', operation, log });
  let status: number | null = null;
  try {
    // Node: after a garbage collection, `fetch` may no longer hear of its signal (nodejs/node#55428).
    const answer = await orLate(signal, client.under(signal, run));
    status = 200;
    return { isAnswer: true, answer };
  } catch (error) {
    const refusal = toRefusal(error);
    status = refusal?.status ?? null;
    if (refusal !== null) return { isAnswer: false, refusal };
    // A RequestError carries the whole request, codes and tokens too: it goes no further, not even as a cause.
    throw new ServiceError(signal.aborted ? 'upstream_timeout' : 'upstream_unavailable', {
      reason: signal.aborted ? 'deadline' : error instanceof RequestError ? 'no_answer' : 'unreadable_answer',
      upstream: faultOf({ provider: 'stytch', operation }),
    });
  } finally {
    deadline.done();
    call.ended(status, signal.aborted);
  }
}

/** Null for anything that is not an error answer in Stytch's own form. */
function toRefusal(error: unknown): StytchRefusal | null {
  if (!(error instanceof StytchError)) return null;
  const { error_type: errorType, status_code: status, request_id: requestId } = error;
  const isTheirs =
    typeof errorType === 'string' && typeof status === 'number' && typeof requestId === 'string';
  return isTheirs ? { errorType, status, requestId } : null;
}
