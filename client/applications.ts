// Applications: a key kept while the same application is sent again, and the wait for a decision.
import type { ApplicationAnswer, ApplicationRequest } from './contract.ts';
import { ProblemError } from './problem.ts';
import { randomText } from './sign-up.ts';
import { abortable, type CallOptions, type RoutesBy, type Send } from './transport.ts';

export interface KeyedOptions extends CallOptions {
  /** @default one made here, and kept while the same body is sent again */
  readonly idempotencyKey?: string;
}

export interface WaitOptions extends CallOptions {
  /** Told of every answer. */
  readonly onStatus?: (application: ApplicationAnswer) => void;
}

export type Application = ApplicationAnswer & {
  /** There while Unit has not answered. */
  readonly retryAfterSeconds?: number | undefined;
};

/** Unit is read again at most once in ten seconds. */
const READ_EVERY_SECONDS = 10;

/** Runs a keyed call: the same body gets the same key until it is refused. Bodies stay in memory. */
export function createKeys() {
  let last: { readonly text: string; readonly key: string } | undefined;
  return <T>(body: unknown, run: (key: string) => Promise<T>): Promise<T> => {
    const text = JSON.stringify(body);
    const used = last?.text === text ? last : { text, key: randomText() };
    last = used;
    return run(used.key).catch((error: unknown) => {
      const isRefused = error instanceof ProblemError && [400, 409, 422].includes(error.status);
      if (isRefused && last === used) last = undefined;
      throw error;
    });
  };
}

export function createApplications(send: Send<RoutesBy<'session'>>) {
  const withKey = createKeys();
  const readApplication = (applicationId: string, options?: CallOptions): Promise<ApplicationAnswer> =>
    send('GET /v1/applications/{applicationId}', { ...options, params: { applicationId } });

  return {
    readApplication,

    /** Applies; sent again with the same body it is the same application. */
    apply: (body: ApplicationRequest, options?: KeyedOptions): Promise<Application> =>
      withKey(body, (idempotencyKey) => send('POST /v1/applications', { idempotencyKey, ...options, body })),

    /** Reads the application until Unit has decided, or wants documents. */
    async waitForApplication(
      from: Pick<Application, 'applicationId' | 'retryAfterSeconds'>,
      { onStatus, signal }: WaitOptions = {},
    ): Promise<ApplicationAnswer> {
      let pause = from.retryAfterSeconds ?? 0;
      for (;;) {
        const seconds = pause;
        await abortable(new Promise((resolve) => setTimeout(resolve, seconds * 1000)), signal);
        pause = READ_EVERY_SECONDS;
        try {
          const application = await readApplication(from.applicationId, { signal });
          onStatus?.(application);
          if (!/^(Submitting|Pending)/.test(application.status)) return application;
        } catch (error) {
          if (!(error instanceof ProblemError && error.retryAfterSeconds)) throw error;
          pause = error.retryAfterSeconds;
        }
      }
    },
  };
}
