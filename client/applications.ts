// Applications: a key kept while the same one is sent again, the documents it needs, and the wait for a decision.
import type { ApplicationAnswer, ApplicationFormAnswer } from './contract.ts';
import { type CryptoLike, randomText, sha256 } from './digest.ts';
import { problemOf } from './problem.ts';
import {
  type Answer,
  type At,
  abortable,
  type Body,
  type CallOptions,
  type RoutesBy,
  type Send,
  stringify,
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

type Keyed = '/applications' | '/application-forms';

export function createApplications(
  send: Send<RoutesBy<'session'>>,
  at: At<RoutesBy<'session'>>,
  crypto: CryptoLike,
) {
  /** The key of each body, in memory alone, by a hash of its route and text: an SSN does not stay. */
  const keys = new Map<string, string>();

  /** The same body gets the same key until it is refused, or the form ended unsent, or an application is canceled. */
  const keyed =
    <Key extends Keyed>(path: Key) =>
    async (body: Body<Key>, options?: KeyedOptions): Promise<Answer<Key> & Unanswered> => {
      const sent = await sha256(crypto, path + stringify(body));
      const idempotencyKey = keys.get(sent) ?? randomText(crypto);
      keys.set(sent, idempotencyKey);
      const forgetIfEnded = <Given extends { readonly status?: string | number }>(given: Given): Given => {
        if (/NotSub|400|409|422/.test(`${given.status}`)) keys.delete(sent);
        return given;
      };
      try {
        return forgetIfEnded(await send(path, { idempotencyKey, ...options, body }));
      } catch (error) {
        forgetIfEnded(problemOf(error));
        throw error;
      }
    };

  const readApplication = at('/applications/{}', 'GET');

  return {
    readApplication,

    /** Applies; sent again with the same body it is the same application. */
    apply: keyed('/applications'),

    /** Opens Unit's own form; asked again with the same body it is the same form, with its present link. */
    openForm: keyed('/application-forms'),

    /** Brings a document, or one side of it; the blob's type must be what its bytes are: see `prepareDocument`. */
    uploadDocument: (
      applicationId: string,
      documentId: string,
      body: Blob,
      options?: UploadOptions,
    ): Promise<ApplicationAnswer> =>
      send(`/applications/{}/documents/{}${options?.side === 'back' ? '/back' : ''}`, {
        ...options,
        method: 'PUT',
        ids: [applicationId, documentId],
        body,
      }),

    /** Cancels it; repeating that is safe, and whoever applies after it applies anew. */
    cancelApplication: (applicationId: string, options?: CallOptions): Promise<ApplicationAnswer> =>
      at('/applications/{}/cancel')(applicationId, options).then((answer) => {
        keys.clear();
        return answer;
      }),

    /** Reads the application until Unit has decided, or wants documents. */
    waitForApplication: async (
      from: Pick<Application, 'applicationId' | 'retryAfterSeconds'>,
      options?: WaitOptions,
    ): Promise<ApplicationAnswer> => {
      /** Unit is read again at most once in ten seconds. */
      const READ_EVERY_SECONDS = 10;
      let pause = from.retryAfterSeconds ?? 0;
      for (;;) {
        await abortable(new Promise((resolve) => setTimeout(resolve, pause * 1000)), options);
        pause = READ_EVERY_SECONDS;
        try {
          const application = await readApplication(from.applicationId, options);
          options?.onStatus?.(application);
          if (!/^(Subm|Pend)/.test(application.status)) return application;
        } catch (error) {
          pause = problemOf(error).retryAfterSeconds ?? 0;
          if (!pause) throw error;
        }
      }
    },
  };
}
