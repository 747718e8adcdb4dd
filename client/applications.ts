// Applications: a key kept while the same one is sent again, the documents it needs, and the wait for a decision.
import type { ApplicationAnswer, ApplicationFormAnswer } from './contract.ts';
import { ProblemError } from './problem.ts';
import { randomText } from './sign-up.ts';
import {
  type Answer,
  abortable,
  type Body,
  type CallOptions,
  type RoutesBy,
  type Send,
} from './transport.ts';

export interface KeyedOptions extends CallOptions {
  /** @default one made here, and kept while the same body is sent again */
  readonly idempotencyKey?: string;
}

export interface WaitOptions extends CallOptions {
  /** Told of every answer. */
  readonly onStatus?: (application: ApplicationAnswer) => void;
}

export interface UploadOptions extends CallOptions {
  /** @default front; only an `IdDocument` has a back */
  readonly side?: 'front' | 'back';
}

interface Pending {
  /** There while Unit has not answered. */
  readonly retryAfterSeconds?: number | undefined;
}

export type Application = ApplicationAnswer & Pending;
export type ApplicationForm = ApplicationFormAnswer & Pending;

/** Unit is read again at most once in ten seconds. */
const READ_EVERY_SECONDS = 10;

type Keyed = 'POST /v1/applications' | 'POST /v1/application-forms';

export function createApplications(send: Send<RoutesBy<'session'>>) {
  /** By route: what was sent last, in memory alone, and its key. */
  const sent = new Map<string, { readonly text: string; readonly key: string }>();

  /** The same body gets the same key until it is refused, or the form ended unsent, or an application is canceled. */
  const keyed =
    <Key extends Keyed>(route: Key) =>
    async (body: Body<Key>, options?: KeyedOptions): Promise<Answer<Key> & Pending> => {
      const text = JSON.stringify(body);
      const last = sent.get(route);
      const used = last?.text === text ? last : { text, key: randomText() };
      const forget = () => sent.get(route) === used && sent.delete(route);
      sent.set(route, used);
      try {
        const answer = await send(route, { idempotencyKey: used.key, ...options, body });
        if (answer.status === 'NotSubmitted') forget();
        return answer;
      } catch (error) {
        if (error instanceof ProblemError && [400, 409, 422].includes(error.status)) forget();
        throw error;
      }
    };

  const readApplication = (applicationId: string, options?: CallOptions): Promise<ApplicationAnswer> =>
    send('GET /v1/applications/{applicationId}', { ...options, params: { applicationId } });

  return {
    readApplication,

    /** Applies; sent again with the same body it is the same application. */
    apply: keyed('POST /v1/applications'),

    /** Opens Unit's own form; asked again with the same body it is the same form, with its present link. */
    openForm: keyed('POST /v1/application-forms'),

    /** Brings a document, or one side of it; the blob's type must be what its bytes are: see `prepareDocument`. */
    uploadDocument: (
      applicationId: string,
      documentId: string,
      body: Blob,
      { side, ...options }: UploadOptions = {},
    ): Promise<ApplicationAnswer> =>
      send(`PUT /v1/applications/{applicationId}/documents/{documentId}${side === 'back' ? '/back' : ''}`, {
        ...options,
        params: { applicationId, documentId },
        body,
      }),

    /** Cancels it; repeating that is safe, and whoever applies after it applies anew. */
    async cancelApplication(applicationId: string, options?: CallOptions): Promise<ApplicationAnswer> {
      const answer = await send('POST /v1/applications/{applicationId}/cancel', {
        ...options,
        params: { applicationId },
      });
      sent.clear();
      return answer;
    },

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
