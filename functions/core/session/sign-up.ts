// Sign-up and sign-in are one: a link to the inbox, and its token becomes a session.
import type {
  AuthenticateRequest,
  SignedInAnswer,
  SignUpAnswer,
  SignUpRequest,
} from '../../contract/signup.ts';
import { ServiceError } from '../errors.ts';
import type { AuthenticationProvider, Counters, Log, SessionJwts } from '../ports.ts';
import { sessionAnswer } from './answers.ts';
import { refuseUnfit, verifyReturned } from './confirm-session.ts';

export interface SignUpPorts {
  readonly provider: AuthenticationProvider;
  readonly counters: Counters;
  readonly jwts: SessionJwts;
  readonly log: Log;
  /** Seals what a later proof must be bound to; opaque to the client. */
  readonly sealChallenge: (method: SignUpRequest['method']) => Promise<string>;
  readonly pause: (ms: number) => Promise<void>;
  /** Exact redirect URLs of the stage; the first is the default. */
  readonly redirectUrls: readonly string[];
  readonly session: { readonly idleSeconds: number; readonly maxSeconds: number };
}

/** No answer leaves sooner, so that time does not tell known addresses from unknown ones. */
export const ANSWER_FLOOR_MS = 600;

const RESEND_AFTER_SECONDS = 30;

/**
 * Sends a sign-in link. Every address gets the same answer after the same floor of time.
 * @param source the network that the caller comes from
 * @throws ServiceError `invalid_request` for a redirect that is not listed, `rate_limited`, or a vendor outage
 */
export async function signUp(
  ports: SignUpPorts,
  request: SignUpRequest,
  source: string,
  signal: AbortSignal,
): Promise<SignUpAnswer> {
  const redirectUrl = request.redirectUrl ?? ports.redirectUrls[0];
  if (redirectUrl === undefined || !ports.redirectUrls.includes(redirectUrl)) {
    throw new ServiceError('invalid_request', {
      errors: [{ pointer: '/redirectUrl', reason: 'This redirect URL is not registered.' }],
    });
  }
  const address = request.email.toLowerCase();
  await ports.counters.take('sendsPerSource', source);
  await ports.counters.take('sendsPerAddressAndSource', `${address} ${source}`);
  await ports.counters.take('sendsPerAddress', address);

  const link = { email: request.email, redirectUrl, codeChallenge: request.codeChallenge };
  const [sent] = await Promise.allSettled([
    ports.provider.sendMagicLink(link, signal),
    ports.pause(ANSWER_FLOOR_MS),
  ]);
  if (sent.status === 'rejected') throw sent.reason;
  ports.log.record('sign_up.sent', { note: sent.value.note });
  return {
    challengeId: await ports.sealChallenge(request.method),
    retryAfterSeconds: RESEND_AFTER_SECONDS,
  };
}

/**
 * Turns a link's token into a session.
 * @throws ServiceError `invalid_grant` for any token or verifier that does not fit, `user_locked`
 */
export async function authenticate(
  ports: SignUpPorts,
  request: AuthenticateRequest,
  signal: AbortSignal,
): Promise<SignedInAnswer> {
  const { token, codeVerifier } = request;
  const { idleSeconds, maxSeconds } = ports.session;
  const durationMinutes = Math.floor(Math.min(idleSeconds, maxSeconds) / 60);
  const outcome = await ports.provider.authenticateMagicLink(
    { token, codeVerifier, durationMinutes },
    signal,
  );
  if (!outcome.isProved) {
    ports.log.record('sign_in.refused', { reason: outcome.reason });
    throw new ServiceError('invalid_grant', { reason: outcome.reason });
  }
  const session = await verifyReturned(ports.jwts, outcome.confirmed.sessionJwt);
  refuseUnfit(outcome.confirmed.user);
  if (session.stytchUserId !== outcome.confirmed.user.stytchUserId || outcome.confirmed.sessionToken === '') {
    throw new ServiceError('upstream_unavailable', { reason: 'session_incomplete' });
  }
  // A link cannot be guessed, so it ends a row of failures (assumed to end Stytch's own too).
  await Promise.allSettled([ports.counters.reset('failuresInARow', session.stytchUserId)]);
  ports.log.record('sign_in.completed', {
    stytchUserId: session.stytchUserId,
    sessionId: session.sessionId,
    stytchRequestId: outcome.confirmed.requestId,
  });
  return {
    ...sessionAnswer(session),
    userId: session.stytchUserId,
    sessionToken: outcome.confirmed.sessionToken,
  };
}
