// Sign-up and sign-in are one: a link or a code to the inbox, and the proof becomes a session.
import type {
  AuthenticateRequest,
  SignedInAnswer,
  SignUpAnswer,
  SignUpRequest,
} from '../../contract/signup.ts';
import { ServiceError } from '../errors.ts';
import type {
  AuthenticationProvider,
  Challenges,
  Clock,
  Counters,
  Log,
  ProofOutcome,
  SentTo,
  SessionJwts,
} from '../ports.ts';
import { sessionAnswer } from './answers.ts';
import { openChallenge, RESEND_AFTER_SECONDS } from './challenges.ts';
import { refuseUnfit, verifyReturned } from './confirm-session.ts';

export interface SignUpPorts {
  readonly provider: AuthenticationProvider;
  readonly counters: Counters;
  readonly challenges: Challenges;
  readonly jwts: SessionJwts;
  readonly clock: Clock;
  readonly log: Log;
  readonly pause: (ms: number) => Promise<void>;
  /** Exact redirect URLs of the stage; the first is the default. */
  readonly redirectUrls: readonly string[];
  readonly session: { readonly idleSeconds: number; readonly maxSeconds: number };
}

/** No answer leaves sooner, so that time does not tell known addresses from unknown ones. */
export const ANSWER_FLOOR_MS = 600;

/**
 * Sends a sign-in link or code. Every address gets the same answer after the same floor of time.
 * @param source the network that the caller comes from
 * @throws ServiceError `invalid_request` for a redirect that is not listed, `rate_limited`, or a vendor outage
 */
export async function signUp(
  ports: SignUpPorts,
  request: SignUpRequest,
  source: string,
  signal: AbortSignal,
): Promise<SignUpAnswer> {
  const send = sender(ports, request, signal);
  const address = request.email.toLowerCase();
  await ports.counters.take('sendsPerSource', source);
  await ports.counters.take('sendsPerAddressAndSource', `${address} ${source}`);
  await ports.counters.take('sendsPerAddress', address);

  const [sent] = await Promise.allSettled([send(), ports.pause(ANSWER_FLOOR_MS)]);
  if (sent.status === 'rejected') throw sent.reason;
  const { note, methodId, stytchUserId } = sent.value;
  ports.log.record('sign_up.sent', { method: request.method, note });
  return {
    challengeId: await ports.challenges.seal({ purpose: request.method, methodId, stytchUserId }),
    retryAfterSeconds: RESEND_AFTER_SECONDS,
  };
}

function sender(ports: SignUpPorts, request: SignUpRequest, signal: AbortSignal): () => Promise<SentTo> {
  if (request.method === 'email_otp') return () => ports.provider.sendEmailOtp(request.email, signal);
  const { email, codeChallenge } = request;
  const redirectUrl = request.redirectUrl ?? ports.redirectUrls[0];
  if (redirectUrl === undefined || !ports.redirectUrls.includes(redirectUrl)) {
    throw new ServiceError('invalid_request', {
      errors: [{ pointer: '/redirectUrl', reason: 'This redirect URL is not registered.' }],
    });
  }
  return () => ports.provider.sendMagicLink({ email, redirectUrl, codeChallenge }, signal);
}

/**
 * Turns a link's token or a code into a session.
 * @throws ServiceError `invalid_grant` for any proof that does not fit, `rate_limited`, `user_locked`
 */
export async function authenticate(
  ports: SignUpPorts,
  request: AuthenticateRequest,
  signal: AbortSignal,
): Promise<SignedInAnswer> {
  const { idleSeconds, maxSeconds } = ports.session;
  const durationMinutes = Math.floor(Math.min(idleSeconds, maxSeconds) / 60);
  const outcome = await prove(ports, request, durationMinutes, signal);
  if (!outcome.isProved) {
    ports.log.record('sign_in.refused', { method: request.method, reason: outcome.reason });
    throw new ServiceError('invalid_grant', { reason: outcome.reason });
  }
  const { confirmed } = outcome;
  const session = await verifyReturned(ports.jwts, confirmed.sessionJwt);
  refuseUnfit(confirmed.user);
  if (session.stytchUserId !== confirmed.user.stytchUserId || confirmed.sessionToken === '') {
    throw new ServiceError('upstream_unavailable', { reason: 'session_incomplete' });
  }
  // The proof is used up: a store that fails now must not turn the success into an error.
  await Promise.allSettled([
    ports.counters.reset('failuresInARow', session.stytchUserId),
    ports.counters.reset('failuresInARow', beforeSignIn(session.stytchUserId)),
    ...(request.method === 'email_otp'
      ? [ports.counters.giveBack('failuresPerDay', beforeSignIn(session.stytchUserId))]
      : []),
  ]);
  ports.log.record('sign_in.completed', {
    method: request.method,
    stytchUserId: session.stytchUserId,
    sessionId: session.sessionId,
    stytchRequestId: confirmed.requestId,
  });
  return {
    ...sessionAnswer(session),
    userId: session.stytchUserId,
    sessionToken: confirmed.sessionToken,
  };
}

/** Counted apart from step-ups: strangers can fail at the inbox, and must not use up what is the user's own. */
const beforeSignIn = (stytchUserId: string): string => `email ${stytchUserId}`;

/** A link cannot be guessed and is never blocked; a code can, and each try is counted before Stytch is asked. */
async function prove(
  ports: SignUpPorts,
  request: AuthenticateRequest,
  durationMinutes: number,
  signal: AbortSignal,
): Promise<ProofOutcome> {
  if (request.method === 'email_magic_link') {
    const { token, codeVerifier } = request;
    return ports.provider.authenticateMagicLink({ token, codeVerifier, durationMinutes }, signal);
  }
  const { methodId, stytchUserId } = await openChallenge(ports, request.challengeId, 'email_otp');
  await ports.counters.take('failuresInARow', beforeSignIn(stytchUserId));
  await ports.counters.take('failuresPerDay', beforeSignIn(stytchUserId));
  return ports.provider.authenticateOtp({ methodId, code: request.code, durationMinutes }, signal);
}
