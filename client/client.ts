// The client: every route of the API as a method, with sign-in, refresh and step-up taken care of.
import { createApplications } from './applications.ts';
import type { RevokeRequest, RouteName, SessionAnswer } from './contract.ts';
import { createCustomerTokens } from './customer-tokens.ts';
import { type Challenge, ProblemError } from './problem.ts';
import { createSession, sessionOf, signInAgain, type TokenStore } from './session.ts';
import { createSignUp } from './sign-up.ts';
import {
  type Answer,
  abortable,
  type Body,
  type CallOptions,
  createSend,
  type RoutesBy,
  type Send,
} from './transport.ts';

export interface ClientOptions {
  /** The API's URL, without a slash at the end. */
  readonly baseUrl: string;
  /** @default memory: a reload signs the user out */
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
}

export type Client = ReturnType<typeof createClient>;

/** Signed-in routes that take no body, and those whose answer is a new JWT. */
type Asking = { [Key in SignedIn]: Body<Key> extends undefined ? Key : never }[SignedIn];
type Proving = { [Key in SignedIn]: Answer<Key> extends SessionAnswer ? Key : never }[SignedIn];
type SignedIn = RoutesBy<'session'>;

export function createClient({ baseUrl, onStepUp, ...given }: ClientOptions) {
  const store = given.tokenStore ?? new Map<string, string>();
  const send = createSend(baseUrl, given.fetch ?? ((...request) => fetch(...request)));
  const session = createSession(store, send, given.sessionJwt);
  /** By session: a dialog that one user left open is not waited for by the next. */
  const stepUps = new Map<string, Promise<unknown>>();

  /** Sends with the JWT of the given session, or the present one; one refusal is answered by a refresh, one by a step-up. */
  const signedIn: Send<SignedIn> = async (route, input, first) => {
    let mayRefresh = true;
    let stepUp = route.startsWith('POST /v1/step-up') ? undefined : onStepUp;
    for (;;) {
      const bearer = await session.bearer(input.signal);
      // Nothing is sent again, nor cached, for somebody else.
      const of = sessionOf(bearer);
      if (of !== sessionOf((first ??= bearer))) throw signInAgain();
      try {
        return await send(route, input, bearer);
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error;
        if (error.code === 'invalid_token' && mayRefresh) {
          mayRefresh = false;
          session.drop(bearer);
        } else if (error.challenge && stepUp) {
          // One at a time, for everybody who waits for one.
          const steppingUp = stepUps.get(of) ?? stepUp(error.challenge).finally(() => stepUps.delete(of));
          stepUps.set(of, steppingUp);
          stepUp = undefined;
          await abortable(steppingUp, input.signal);
        } else {
          throw error;
        }
      }
    }
  };

  const get =
    <Key extends Asking>(route: Key) =>
    (options?: CallOptions): Promise<Answer<Key>> =>
      signedIn(route, { ...options });
  const post =
    <Key extends SignedIn>(route: Key) =>
    (body: Body<Key>, options?: CallOptions): Promise<Answer<Key>> =>
      signedIn(route, { ...options, body });
  const prove =
    <Key extends Proving>(route: Key) =>
    (body: Body<Key>, options?: CallOptions): Promise<Answer<Key>> =>
      post(route)(body, options).then(session.keeping());

  const revoke = async (body: RevokeRequest, options?: CallOptions): Promise<void> => {
    const bearer = 'all' in body ? await session.bearer(options?.signal) : undefined;
    await send('POST /v1/sessions/revoke', { ...options, body }, bearer);
  };
  const exchangeToken = post('POST /v1/token');
  const { customerToken, forget } = createCustomerTokens(session.bearer, (body, sessionJwt) =>
    signedIn('POST /v1/token', { body }, sessionJwt),
  );

  return {
    ...createSignUp(store, send, (answer) => session.begin(answer).finally(forget)),
    refresh: session.refresh,
    revoke,
    /** Ends this session, here first and then at the API. */
    async signOut(options?: CallOptions): Promise<void> {
      forget();
      const sessionToken = await session.end().finally(forget);
      if (sessionToken) await revoke({ sessionToken }, options);
    },

    listFactors: get('GET /v1/factors'),
    removeFactor: (factorId: string, options?: CallOptions) =>
      signedIn('DELETE /v1/factors/{factorId}', { ...options, ids: [factorId] }),
    enrolTotp: get('POST /v1/factors/totp'),
    confirmTotp: prove('POST /v1/factors/totp/confirm'),
    enrolSms: post('POST /v1/factors/sms'),
    confirmSms: prove('POST /v1/factors/sms/confirm'),
    enrolPasskey: get('POST /v1/factors/passkey'),
    confirmPasskey: prove('POST /v1/factors/passkey/confirm'),
    challenge: post('POST /v1/step-up/challenge'),
    stepUp: prove('POST /v1/step-up'),

    ...createApplications(signedIn),
    me: get('GET /v1/me'),
    exchangeToken,
    customerToken,
  } satisfies Record<Exclude<RouteName, 'uploadDocumentBack'>, unknown> & Record<string, unknown>;
}
