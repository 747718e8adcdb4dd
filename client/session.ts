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

export function createSession(
  store: TokenStore,
  send: Send<RoutesBy<'none'>>,
  foreignJwt: (() => string | Promise<string>) | undefined,
) {
  /** A session JWT lives five minutes; the rest is for slow networks. */
  const USE_FOR_MS = 240_000;
  let held: { readonly sessionJwt: string; readonly until: number } | undefined;
  let refreshing: Promise<SessionAnswer> | undefined;

  /** Holds the JWT that an answer hands out. */
  function keep<Answer extends SessionAnswer>(answer: Answer): Answer {
    held = { sessionJwt: answer.sessionJwt, until: Date.now() + USE_FOR_MS };
    return answer;
  }

  async function end(): Promise<void> {
    held = undefined;
    await store.delete('sessionToken');
  }

  async function exchange(): Promise<SessionAnswer> {
    const before = held;
    const sessionToken = await store.get('sessionToken');
    const isCurrent = async () => sessionToken === (await store.get('sessionToken'));
    if (!sessionToken) throw signInAgain();
    try {
      const answer = await send('POST /v1/sessions/refresh', { body: { sessionToken } });
      // A step-up may have brought a better JWT meanwhile, or a sign-out ended it all.
      return held === before && (await isCurrent()) ? keep(answer) : answer;
    } catch (error) {
      if (!(error instanceof ProblemError) || !/^invalid_(grant|token)$/.test(error.code)) throw error;
      if (await isCurrent()) await end();
      throw signInAgain();
    }
  }

  function refresh(options?: CallOptions): Promise<SessionAnswer> {
    refreshing ??= exchange().finally(() => {
      refreshing = undefined;
    });
    return abortable(refreshing, options?.signal);
  }

  return {
    keep,
    end,
    refresh,
    /** Takes over a new session. */
    async begin(answer: SignedInAnswer): Promise<SignedInAnswer> {
      await store.set('sessionToken', answer.sessionToken);
      return keep(answer);
    },
    /** Forgets a JWT that was refused, if it is still the one held. */
    drop: (sessionJwt: string): void => {
      if (held?.sessionJwt === sessionJwt) held = undefined;
    },
    /** A JWT that is good for a while. @throws ProblemError `invalid_token`: sign in again */
    async bearer(signal: AbortSignal | undefined): Promise<string> {
      if (held && held.until > Date.now()) return held.sessionJwt;
      return foreignJwt ? foreignJwt() : (await refresh({ signal })).sessionJwt;
    },
  };
}

const signInAgain = (): ProblemError => new ProblemError(401, { code: 'invalid_token' });
