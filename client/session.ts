// The session: its token in the app's store, its JWT in memory, refreshed by one call at a time.
import type { SessionAnswer, SignedInAnswer } from './contract.ts';
import { ProblemError } from './problem.ts';
import { abortable, type CallOptions, type RoutesBy, type Send } from './transport.ts';

/** Where the client keeps `sessionToken`, `codeVerifier` and `challengeId`; a `Map` is one. */
export interface TokenStore {
  get(key: string): string | null | undefined | Promise<string | null | undefined>;
  set(key: string, value: string): unknown;
  delete(key: string): unknown;
}

/** What is known between one sign-in or sign-out and the next; what ends after that finds another one current. */
interface Generation {
  held?: { readonly sessionJwt: string; readonly until: number } | undefined;
  refreshing?: Promise<SessionAnswer> | undefined;
}

export function createSession(
  store: TokenStore,
  send: Send<RoutesBy<'none'>>,
  foreignJwt: (() => string | Promise<string>) | undefined,
) {
  /** A session JWT lives five minutes; the rest is for slow networks. */
  const USE_FOR_MS = 240_000;
  const KEY = 'sessionToken';
  let current: Generation = {};
  let last: Promise<unknown> = Promise.resolve();

  /** The store is asked for one thing after the other, however slow it is. */
  function inTurn<T>(work: () => T | Promise<T>): Promise<T> {
    const done = last.then(work, work);
    last = done;
    return done;
  }
  const read = () => inTurn(() => store.get(KEY));

  /** Holds the JWT that an answer will bring, for as long as nobody signs in or out from now on. */
  const keeping = (mine = current) =>
    function keep<Answer extends SessionAnswer>(answer: Answer): Answer {
      mine.held = { sessionJwt: answer.sessionJwt, until: Date.now() + USE_FOR_MS };
      return answer;
    };

  /** Ends the session here, and answers its token. */
  function end() {
    current = {};
    const token = read();
    return inTurn(() => store.delete(KEY)).then(() => token);
  }

  async function exchange(mine: Generation): Promise<SessionAnswer> {
    const before = mine.held;
    const sessionToken = await read();
    const answer =
      sessionToken &&
      (await send('POST /v1/sessions/refresh', { body: { sessionToken } }).catch((error) => {
        if (!(error instanceof ProblemError) || !/^invalid_(grant|token)$/.test(error.code)) throw error;
      }));
    // Still this session, here and for whoever shares the store.
    if (sessionToken === (await read()) && mine === current) {
      // A step-up may have brought a better JWT meanwhile.
      if (answer) return mine.held === before ? keeping(mine)(answer) : answer;
      if (sessionToken) await end();
    }
    throw signInAgain();
  }

  function refresh(options?: CallOptions): Promise<SessionAnswer> {
    const mine = current;
    mine.refreshing ??= exchange(mine).finally(() => {
      mine.refreshing = undefined;
    });
    return abortable(mine.refreshing, options?.signal);
  }

  return {
    keeping,
    end,
    refresh,
    /** Takes over a new session. */
    async begin(answer: SignedInAnswer): Promise<SignedInAnswer> {
      current = {};
      const keep = keeping();
      await inTurn(() => store.set(KEY, answer.sessionToken));
      return keep(answer);
    },
    /** Forgets a JWT that was refused, if it is still the one held. */
    drop: (sessionJwt: string): void => {
      if (current.held?.sessionJwt === sessionJwt) current.held = undefined;
    },
    /** A JWT that is good for a while. @throws ProblemError `invalid_token`: sign in again */
    async bearer(signal: AbortSignal | undefined): Promise<string> {
      const foreign = await foreignJwt?.();
      const { held } = current;
      // The app's SDK may be another user's by now; one of the same session may be older than a step-up here.
      if (
        held &&
        held.until > Date.now() &&
        (!foreignJwt || sessionOf(foreign) === sessionOf(held.sessionJwt))
      )
        return held.sessionJwt;
      return foreign ?? (await refresh({ signal })).sessionJwt;
    },
  };
}

/** Which session a JWT is of, only to compare: nothing is verified here. What cannot be read is a session of its own. */
export function sessionOf(sessionJwt = ''): string {
  try {
    const payload = sessionJwt.split('.')[1] ?? '';
    return JSON.parse(atob(payload.replace(/-/g, '+').replace(/_/g, '/')))['https://stytch.com/session'].id;
  } catch {
    return sessionJwt;
  }
}

export const signInAgain = (): ProblemError => new ProblemError(401, { code: 'invalid_token' });
