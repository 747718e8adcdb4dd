// Signing up and in, with PKCE made here: the verifier waits in the store until the link is opened.
import type { AuthenticateRequest, SignUpAnswer, SignUpRequest } from './contract.ts';
import { type CryptoLike, randomText, sha256 } from './digest.ts';
import { ProblemError } from './problem.ts';
import type { SignedIn, TokenStore } from './session.ts';
import type { CallOptions, RoutesBy, Send } from './transport.ts';

export interface SignUpInput {
  /** @default email_magic_link */
  readonly method?: SignUpRequest['method'];
  readonly email: string;
  /** Links only; one of the stage's list. */
  readonly redirectUrl?: string;
}

const LINK = 'email_magic_link';
const CODE = 'email_otp';
/** Also what the store knows it by. */
const CHALLENGE = 'challengeId';
const VERIFIER = 'codeVerifier';

export function createSignUp(
  store: TokenStore,
  send: Send<RoutesBy<'none'>>,
  begin: (answer: SignedIn) => Promise<SignedIn>,
  crypto: CryptoLike,
) {
  const authenticate = (body: AuthenticateRequest, options?: CallOptions): Promise<SignedIn> =>
    send('/signup/authenticate', { ...options, body }).then(begin);

  return {
    authenticate,

    /** Sends a magic link or a passcode. A repeat is a resend, and the earlier link still works. */
    signUp: async (
      { method = LINK, ...input }: SignUpInput,
      options?: CallOptions,
    ): Promise<SignUpAnswer> => {
      const ask = (body: SignUpRequest) => send('/signup', { ...options, body });
      if (method === CODE) {
        const sent = await ask({ method, email: input.email });
        await store.set(CHALLENGE, sent[CHALLENGE]);
        return sent;
      }
      const codeVerifier = (await store.get(VERIFIER)) || randomText(crypto);
      await store.set(VERIFIER, codeVerifier);
      return ask({ method, ...input, codeChallenge: await sha256(crypto, codeVerifier) });
    },

    /**
     * Finishes with the token of the link, or with the six digits.
     * @throws ProblemError `invalid_grant`, also when sign-up began in another browser
     */
    completeSignUp: async (proof: string, options?: CallOptions): Promise<SignedIn> => {
      const isCode = /^\d{6}$/.test(proof);
      const key = isCode ? CHALLENGE : VERIFIER;
      const kept = await store.get(key);
      if (!kept) throw new ProblemError(400, { code: 'invalid_grant' });
      const answer = await authenticate(
        isCode
          ? { method: CODE, [CHALLENGE]: kept, code: proof }
          : { method: LINK, token: proof, [VERIFIER]: kept },
        options,
      );
      await store.delete(key);
      return answer;
    },
  };
}
