// One container that serves one request: every call that leaves it waits for the driver, and a dead one goes no further.
import { ServiceError } from '../../../functions/core/errors.ts';
import { type Fate, inWords } from './fates.ts';
import type { VirtualTime } from './virtual-time.ts';

/** A call on its way out. */
export interface OutsideCall {
  readonly what: string;
  /** Sends it to its end with this fate. */
  meet(fate: Fate): Promise<void>;
  /** Does now what it does, and keeps the answer on the way: time is about to pass. */
  deliver(): Promise<void>;
}

export type Outcome =
  | { readonly kind: 'answered'; readonly value: unknown }
  | { readonly kind: 'refused'; readonly error: unknown }
  | { readonly kind: 'died' };

export interface Container {
  readonly name: string;
  readonly title: string;
  /** Whose request it serves; empty for those of nobody. */
  user: string;
  /** Whether anything went wrong with its calls or with time. */
  isDisturbed: boolean;
  isDead: boolean;
  /** Its code has come to an end, whatever was answered before. */
  isOver: boolean;
  readonly waiting: OutsideCall[];
  /** What the caller was told. */
  outcome: Outcome | undefined;
  /** Called once when the caller is told, or the container dies. */
  onOutcome: (outcome: Outcome) => void;
}

export const isAlive = ({ isDead, isOver }: Container): boolean => !isDead && !isOver;

export function conclude(container: Container, outcome: Outcome): void {
  if (container.outcome !== undefined) return;
  container.outcome = outcome;
  container.onOutcome(outcome);
}

export function die(container: Container): void {
  container.isDead = true;
  container.isDisturbed = true;
  container.waiting.length = 0;
  conclude(container, { kind: 'died' });
}

const never = <T>(): Promise<T> => new Promise(() => {});

/** How the far end of a call fails, in the words of its client. */
export interface FarEnd<T> {
  readonly what: string;
  /** Does it. */
  readonly perform: () => Promise<T>;
  /** What the client throws when there is no answer. */
  readonly failure: () => unknown;
  /** Whether silence ends at the client's own deadline; else it is a failure at once. */
  readonly hasOwnDeadline: boolean;
  /** An answer of the far end with such a status, where it has statuses. */
  readonly refuse?: (status: number) => T;
  readonly garble?: () => T;
  readonly performStale?: () => Promise<T>;
  /** What the client makes of two answers to what it sent twice. */
  readonly ofTwo: (first: T, second: T) => T;
  /** The longest time after which a call may still work. */
  readonly latestSeconds: number;
}

export const storeFailure = (): ServiceError =>
  new ServiceError('temporarily_unavailable', { reason: 'store', retryAfterSeconds: 2 });

/** Sends a call out of a container; it waits there until the driver lets it meet its fate. */
export function outside<T>(
  container: Container,
  time: VirtualTime,
  end: FarEnd<T>,
  note: (line: string, fate: Fate) => void,
  signal?: AbortSignal,
): Promise<T> {
  if (container.isDead) return never();
  return new Promise<T>((resolve, reject) => {
    let delivered: Promise<PromiseSettledResult<T>> | undefined;
    const perform = async (how = end.perform): Promise<PromiseSettledResult<T>> => {
      delivered ??= Promise.allSettled([how()]).then(([outcome]) => outcome);
      return delivered;
    };
    const answer = async (how = end.perform): Promise<void> => {
      const outcome = await perform(how);
      if (container.isDead) return;
      if (outcome.status === 'fulfilled') resolve(outcome.value);
      else reject(outcome.reason);
    };
    const fail = (): void => reject(end.failure());
    const leave = (): void => {
      const at = container.waiting.indexOf(call);
      if (at !== -1) container.waiting.splice(at, 1);
    };
    const abort = (): void => {
      leave();
      if (!container.isDead) fail();
    };
    const call: OutsideCall = {
      what: end.what,
      deliver: async () => void (await perform()),
      async meet(fate) {
        leave();
        note(`${container.name}: ${end.what} ${inWords(fate)}`, fate);
        if (fate.fate !== 'ok') container.isDisturbed = true;
        switch (fate.fate) {
          case 'ok':
            return answer();
          case 'stale':
            return answer(end.performStale);
          case 'sent_twice':
            if (end.hasOwnDeadline) return answer();
            return answer(async () => {
              const first = await end.perform();
              return end.ofTwo(first, await end.perform());
            });
          case 'fails':
            return fail();
          case 'answer_lost':
            await perform();
            return fail();
          case 'silent':
            if (!end.hasOwnDeadline) fail();
            return;
          case 'silent_after':
            await perform();
            if (!end.hasOwnDeadline) fail();
            return;
          case 'late':
            time.later(Math.min(fate.seconds, end.latestSeconds) * 1000, () => void perform());
            if (!end.hasOwnDeadline) fail();
            return;
          case 'status':
            // What has been done already is not refused any more.
            if (delivered !== undefined) return answer();
            if (end.refuse === undefined) return fail();
            return resolve(end.refuse(fate.status));
          case 'status_after':
            await perform();
            if (end.refuse === undefined) return fail();
            return resolve(end.refuse(fate.status));
          case 'malformed':
            await perform();
            if (end.garble === undefined) return answer();
            return resolve(end.garble());
          case 'dies':
            return die(container);
          case 'dies_after':
            await perform();
            return die(container);
        }
      },
    };
    signal?.addEventListener('abort', abort);
    if (signal?.aborted === true) fail();
    else container.waiting.push(call);
  });
}
