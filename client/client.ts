// The client: every route of the API as a method, with sign-in, refresh and step-up taken care of.
import { createApplications } from './applications.ts';
import type {
  ChallengeRequest,
  CookieRevokeRequest,
  PasskeyOptionsAnswer,
  RevokeRequest,
  RouteName,
  Routes,
  SentChallengeAnswer,
  SessionAnswer,
} from './contract.ts';
import { createCustomerToken, type Held } from './customer-tokens.ts';
import type { CryptoLike } from './digest.ts';
import { type Challenge, problemOf } from './problem.ts';
import { createSession, sessionOf, signInAgain, type TokenStore, unlessOver } from './session.ts';
import { createSignUp } from './sign-up.ts';
import {
  type Answer,
  type At,
  abortable,
  type Body,
  type CallOptions,
  createSend,
  type Path,
  type RoutesBy,
  type Send,
} from './transport.ts';

export interface ClientOptions {
  /** The API's URL, without a slash at the end. */
  readonly baseUrl: string;
  /** As the stage has it; with `cookie` the session outlives a reload, and no script sees its token. @default body */
  readonly sessionTransport?: 'body' | 'cookie';
  /** @default memory: a reload signs the user out, unless a cookie has the session */
  readonly tokenStore?: TokenStore;
  /**
   * Asks the user for a factor and calls `stepUp`; then the refused call is sent once more. Calls that need a step-up
   * meanwhile wait for this one, so make none in here. Reject to give up.
   */
  readonly onStepUp?: (challenge: Challenge) => Promise<unknown>;
  /** For apps that sign in by Stytch's own SDK: its present session JWT. */
  readonly sessionJwt?: () => string | Promise<string>;
  /** @default the global one */
  readonly fetch?: typeof globalThis.fetch;
  /** @default the global one */
  readonly crypto?: CryptoLike;
}

export type Client = ReturnType<typeof createClient>;

/** Signed-in routes that take no body, and those whose answer is a new JWT. */
type Asking = { [Key in SignedIn]: Body<Key> extends undefined ? Key : never }[SignedIn];
type Proving = { [Key in Posted]: Answer<Key> extends SessionAnswer ? Key : never }[Posted];
type Posted = RoutesBy<'session', 'POST'>;
type SignedIn = RoutesBy<'session'>;

/** A body and its answer: of a challenge the body decides which. */
interface Pair<Key extends Path> {
  readonly body: Body<Key>;
  readonly answer: Answer<Key>;
}
type Method<One extends { readonly body: unknown; readonly answer: unknown }> = (
  body: One['body'],
  options?: CallOptions,
) => Promise<One['answer']>;
interface SmsChallenge {
  readonly body: Extract<ChallengeRequest, { factor: 'sms' }>;
  readonly answer: SentChallengeAnswer;
}
interface PasskeyChallenge {
  readonly body: Extract<ChallengeRequest, { factor: 'passkey' }>;
  readonly answer: PasskeyOptionsAnswer;
}

export function createClient({
  baseUrl,
  onStepUp,
  sessionJwt,
  sessionTransport,
  tokenStore: store = new Map<string, string>(),
  fetch: reach = (url, init) => fetch(url, init),
  crypto = globalThis.crypto,
}: ClientOptions) {
  const tokens = new Map<string, Held>();
  const isCookie = sessionTransport === 'cookie';
  const send = createSend(baseUrl, reach, isCookie);
  const session = createSession(store, send, sessionJwt, isCookie, tokens);
  /** By session: a dialog that one user left open is not waited for by the next. */
  const stepUps: Record<string, Promise<unknown>> = {};

  /** Sends with the JWT of the given session, or the present one; one refusal is answered by another JWT, one by its own step-up. */
  const signedIn: Send<SignedIn> = async (path, input, first) => {
    let mayRepeat = true;
    let chances = /^.step-up/.test(path) ? 0 : 2;
    for (;;) {
      const bearer = await session.bearer(input);
      // Nothing is sent again, nor cached, for somebody else.
      const of = sessionOf(bearer);
      if (of !== sessionOf((first ||= bearer))) throw signInAgain();
      try {
        return await send(path, input, bearer);
      } catch (error) {
        const { code, challenge } = problemOf(error);
        if (
          mayRepeat &&
          // A refresh, or somebody's step-up, may have brought a better JWT meanwhile.
          (code === 'invalid_token' || (challenge && bearer !== (await session.bearer(input))))
        ) {
          mayRepeat = false;
          session.drop(bearer);
        } else if (challenge && onStepUp && chances) {
          // Somebody else's may be for less than this call needs: it leaves one more chance, and its own leaves none.
          chances = stepUps[of] ? chances - 1 : 0;
          // One at a time, for everybody who waits for one.
          await abortable((stepUps[of] ??= onStepUp(challenge).finally(() => delete stepUps[of])), input);
        } else {
          throw error;
        }
      }
    }
  };

  const ask =
    <Key extends Asking>(path: Key, method?: Routes[Key]['method']) =>
    (options?: CallOptions): Promise<Answer<Key>> =>
      signedIn(path, { ...options, method });
  const at: At<SignedIn> = (path, method) => (id, options) =>
    signedIn(path, { ...options, method, ids: [id] });
  const post =
    <Key extends Posted, One extends Pair<Key> = Pair<Key>, Other extends Pair<Key> = Pair<Key>>(
      path: Key,
    ): Method<One> & Method<Other> & Method<Pair<Key>> =>
    <Given extends Answer<Key>>(body: Body<Key>, options?: CallOptions): Promise<Given> =>
      signedIn(path, { ...options, body });
  const prove =
    <Key extends Proving>(path: Key) =>
    (body: Body<Key>, options?: CallOptions): Promise<Answer<Key>> =>
      post(path)(body, options).then(session.keeping());

  const revoke = async (body: RevokeRequest | CookieRevokeRequest, options?: CallOptions): Promise<void> =>
    send('/sessions/revoke', { ...options, body }, 'all' in body && (await session.bearer(options)));

  return {
    ...createSignUp(store, send, session.begin, crypto),
    refresh: session.refresh,
    revoke,
    /** Ends this session, here first and then at the API. */
    signOut: async (options?: CallOptions): Promise<void> => {
      const ended = session.end();
      // At once with a cookie: of two requests that carry it, the later one has what the earlier one left.
      const token = isCookie || (await ended);
      if (token) await revoke(session.bodyOf(token), options).catch(unlessOver);
    },

    listFactors: ask('/factors', 'GET'),
    removeFactor: at('/factors/{}', 'DELETE'),
    enrolTotp: ask('/factors/totp'),
    confirmTotp: prove('/factors/totp/confirm'),
    enrolSms: post('/factors/sms'),
    confirmSms: prove('/factors/sms/confirm'),
    enrolPasskey: ask('/factors/passkey'),
    confirmPasskey: prove('/factors/passkey/confirm'),
    challenge: post<'/step-up/challenge', SmsChallenge, PasskeyChallenge>('/step-up/challenge'),
    stepUp: prove('/step-up'),

    ...createApplications(signedIn, at, crypto),
    me: ask('/me', 'GET'),
    exchangeToken: post('/token'),
    customerToken: createCustomerToken(tokens, session.bearer, signedIn),
  } satisfies Record<Exclude<RouteName, 'uploadDocumentBack'>, unknown> & Record<string, unknown>;
}
