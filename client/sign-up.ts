// Signing up and in, with PKCE made here: the verifier waits in the store until the link is opened.
import type { AuthenticateRequest, SignedInAnswer, SignUpAnswer, SignUpRequest } from './contract.ts';
import { ProblemError } from './problem.ts';
import type { TokenStore } from './session.ts';
import type { CallOptions, RoutesBy, Send } from './transport.ts';

export interface SignUpInput {
  /** @default email_magic_link */
  readonly method?: SignUpRequest['method'];
  readonly email: string;
  /** Links only; one of the stage's list. */
  readonly redirectUrl?: string;
}

export function createSignUp(
  store: TokenStore,
  send: Send<RoutesBy<'none'>>,
  begin: (answer: SignedInAnswer) => Promise<SignedInAnswer>,
) {
  const authenticate = (body: AuthenticateRequest, options?: CallOptions): Promise<SignedInAnswer> =>
    send('POST /v1/signup/authenticate', { ...options, body }).then(begin);

  return {
    authenticate,

    /** Sends a magic link or a passcode. A repeat is a resend, and the earlier link still works. */
    async signUp(
      { method = 'email_magic_link', ...input }: SignUpInput,
      options?: CallOptions,
    ): Promise<SignUpAnswer> {
      const isCode = method === 'email_otp';
      const codeVerifier = (await store.get('codeVerifier')) || randomText();
      if (!isCode) await store.set('codeVerifier', codeVerifier);
      const sent = await send('POST /v1/signup', {
        ...options,
        body: isCode
          ? { method, email: input.email }
          : { method, ...input, codeChallenge: await sha256(codeVerifier) },
      });
      if (isCode) await store.set('challengeId', sent.challengeId);
      return sent;
    },

    /**
     * Finishes with the token of the link, or with the six digits.
     * @throws ProblemError `invalid_grant`, also when sign-up began in another browser
     */
    async completeSignUp(proof: string, options?: CallOptions): Promise<SignedInAnswer> {
      const isCode = /^\d{6}$/.test(proof);
      const key = isCode ? 'challengeId' : 'codeVerifier';
      const kept = await store.get(key);
      if (!kept) throw new ProblemError(400, { code: 'invalid_grant', title: 'Sign-up began elsewhere.' });
      const answer = await authenticate(
        isCode
          ? { method: 'email_otp', challengeId: kept, code: proof }
          : { method: 'email_magic_link', token: proof, codeVerifier: kept },
        options,
      );
      await store.delete(key);
      return answer;
    },
  };
}

/** In base64url; of a verifier it is the challenge of PKCE S256 (RFC 7636 section 4.2). */
export async function sha256(text: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return base64url(new Uint8Array(hash));
}

/** 256 random bits. */
export const randomText = (): string => base64url(crypto.getRandomValues(new Uint8Array(32)));

const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes)).replace(/[+/=]/g, (one) =>
    one === '+' ? '-' : one === '/' ? '_' : '',
  );
