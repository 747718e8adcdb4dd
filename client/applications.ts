// Applications: a key kept while the same one is sent again, the documents it needs, and the wait for a decision.
import type { ApplicationAnswer, ApplicationFormAnswer } from './contract.ts';
import { ProblemError } from './problem.ts';
import { randomText, sha256 } from './sign-up.ts';
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

export interface Unanswered {
  /** There while Unit has not answered. */
  readonly retryAfterSeconds?: number | undefined;
}

export type Application = ApplicationAnswer & Unanswered;
export type ApplicationForm = ApplicationFormAnswer & Unanswered;

type Keyed = 'POST /v1/applications' | 'POST /v1/application-forms';

export function createApplications(send: Send<RoutesBy<'session'>>) {
  /** The key of each body, in memory alone, by a hash of its route and text: an SSN does not stay. */
  const keys = new Map<string, string>();

  /** The same body gets the same key until it is refused, or the form ended unsent, or an application is canceled. */
  const keyed =
    <Key extends Keyed>(route: Key) =>
    async (body: Body<Key>, options?: KeyedOptions): Promise<Answer<Key> & Unanswered> => {
      const sent = await sha256(route + JSON.stringify(body));
      const idempotencyKey = keys.get(sent) ?? randomText();
      keys.set(sent, idempotencyKey);
      try {
        const answer = await send(route, { idempotencyKey, ...options, body });
        if (answer.status === 'NotSubmitted') keys.delete(sent);
        return answer;
      } catch (error) {
        if (error instanceof ProblemError && [400, 409, 422].includes(error.status)) keys.delete(sent);
        throw error;
      }
    };

  const readApplication = (applicationId: string, options?: CallOptions): Promise<ApplicationAnswer> =>
    send('GET /v1/applications/{applicationId}', { ...options, ids: [applicationId] });

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
      options?: UploadOptions,
    ): Promise<ApplicationAnswer> =>
      send(
        `PUT /v1/applications/{applicationId}/documents/{documentId}${options?.side === 'back' ? '/back' : ''}`,
        {
          ...options,
          ids: [applicationId, documentId],
          body,
        },
      ),

    /** Cancels it; repeating that is safe, and whoever applies after it applies anew. */
    cancelApplication: (applicationId: string, options?: CallOptions): Promise<ApplicationAnswer> =>
      send('POST /v1/applications/{applicationId}/cancel', { ...options, ids: [applicationId] }).then(
        (answer) => {
          keys.clear();
          return answer;
        },
      ),

    /** Reads the application until Unit has decided, or wants documents. */
    async waitForApplication(
      from: Pick<Application, 'applicationId' | 'retryAfterSeconds'>,
      { onStatus, signal }: WaitOptions = {},
    ): Promise<ApplicationAnswer> {
      /** Unit is read again at most once in ten seconds. */
      const READ_EVERY_SECONDS = 10;
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
          pause = (error instanceof ProblemError && error.retryAfterSeconds) || 0;
          if (pause === 0) throw error;
        }
      }
    },
  };
}
