// The session: its token in the app's store or in a cookie, its JWT in memory, refreshed by one call at a time.
import { decode } from './base64url.ts';
import type { CookieRefreshRequest, RefreshRequest, SessionAnswer } from './contract.ts';
import { ProblemError, problemOf } from './problem.ts';
import {
  type Answer,
  abortable,
  type CallOptions,
  createQueue,
  now,
  parse,
  type RoutesBy,
  type Send,
} from './transport.ts';

/** Where the client keeps `sessionToken`, `codeVerifier` and `challengeId`; a `Map` is one. */
export interface TokenStore {
  get(key: string): string | null | undefined | Promise<string | null | undefined>;
  set(key: string, value: string): unknown;
  delete(key: string): unknown;
}

/** A new session; where a cookie has its token, the answer shows none. */
export type SignedIn = Answer<'/signup/authenticate'>;

/** What is known between one sign-in or sign-out and the next; what ends after that finds another one current. */
interface Generation {
  heldJwt?: string;
  heldUntil?: number;
  refreshing?: Promise<SessionAnswer>;
}

export function createSession(
  store: TokenStore,
  send: Send<RoutesBy<'none'>>,
  foreignJwt: (() => string | Promise<string>) | undefined,
  isCookie: boolean,
  tokens: Map<string, unknown>,
) {
  /** A session JWT lives five minutes; the rest is for slow networks. */
  const USE_FOR_MS = 240_000;
  const KEY = 'sessionToken';
  let current: Generation = {};
  /** Whoever comes next begins with nothing. */
  const startOver = (): void => {
    current = {};
    tokens.clear();
  };
  /** What the store is asked. */
  const inTurn = createQueue();
  /** The token; `true` where only the browser has it, or has none. */
  const read = () => inTurn(() => isCookie || store.get(KEY));
  const bodyOf = (token: string | true): RefreshRequest | CookieRefreshRequest =>
    token === true ? {} : { [KEY]: token };

  /** Holds the JWT that an answer will bring, for as long as nobody signs in or out from now on. */
  const keeping =
    (mine = current) =>
    <Given extends SessionAnswer>(answer: Given): Given => {
      mine.heldJwt = answer.sessionJwt;
      mine.heldUntil = now() + USE_FOR_MS;
      return answer;
    };

  /** Ends the session here, and answers its token. */
  const end = () => {
    startOver();
    return (
      isCookie ||
      inTurn(async () => {
        const token = await store.get(KEY);
        await store.delete(KEY);
        return token;
      })
    );
  };

  const exchange = async (mine: Generation): Promise<SessionAnswer> => {
    const before = mine.heldJwt;
    const token = await read();
    const answer = token && (await send('/sessions/refresh', { body: bodyOf(token) }).catch(unlessOver));
    if (token === (await read()) && mine === current) {
      if (!answer) await end();
      // A store or a cookie is shared: by now it may be somebody else's.
      else if (!before || sessionOf(before) === sessionOf(answer.sessionJwt))
        // A step-up may have brought a better JWT meanwhile.
        return mine.heldJwt === before ? keeping(mine)(answer) : answer;
    }
    throw signInAgain();
  };

  const refresh = (options?: CallOptions): Promise<SessionAnswer> => {
    const mine = current;
    mine.refreshing ??= exchange(mine).finally(() => delete mine.refreshing);
    return abortable(mine.refreshing, options);
  };

  return {
    keeping,
    end,
    bodyOf,
    refresh,
    /** Takes over a new session. */
    begin: async (answer: SignedIn): Promise<SignedIn> => {
      startOver();
      const keep = keeping();
      await inTurn(() => KEY in answer && store.set(KEY, answer[KEY]));
      return keep(answer);
    },
    /** Forgets a JWT that was refused, if it is still the one held. */
    drop: (sessionJwt: string): void => {
      if (current.heldJwt === sessionJwt) current.heldUntil = 0;
    },
    /** A JWT that is good for a while. @throws ProblemError `invalid_token`: sign in again */
    bearer: async (options?: CallOptions): Promise<string> => {
      const foreign = await foreignJwt?.();
      const { heldJwt, heldUntil = 0 } = current;
      // The app's SDK may be another user's by now; one of the same session may be older than a step-up here.
      return heldJwt && heldUntil > now() && (!foreignJwt || sessionOf(foreign) === sessionOf(heldJwt))
        ? heldJwt
        : (foreign ?? (await refresh(options)).sessionJwt);
    },
  };
}

/** Which session a JWT is of, only to compare: nothing is verified here. What cannot be read is a session of its own. */
export const sessionOf = <Given extends string | undefined>(sessionJwt: Given): string | Given =>
  parse(decode(sessionJwt?.split('.')[1]))?.['https://stytch.com/session']?.id ?? sessionJwt;

export const signInAgain = (): ProblemError => new ProblemError(401, { code: 'invalid_token' });

/** A session that is over needs no end, and gives nothing. */
export const unlessOver = (error: unknown): undefined => {
  if (!/^invalid_[gt]/.test(`${problemOf(error).code}`)) throw error;
};
