// The routes that a session token goes through, in the body or in a cookie as the stage has it: begin, keep, end.
import type * as z from 'zod/mini';
import type { routes } from '../contract/routes.ts';
import type { RefreshedAnswer } from '../contract/sessions.ts';
import type { SignedInAnswer } from '../contract/signup.ts';
import { type DecidingReason, hasReason, ServiceError } from '../core/errors.ts';
import type { Session } from '../core/session/session.ts';
import { authenticateBearer } from './authenticate.ts';
import { type Endpoint, noContent, ok } from './endpoint.ts';
import { parseBody } from './parse-body.ts';
import { clearedSessionCookie, readSessionCookie, sessionCookie } from './session-cookie.ts';

type BeginRoute = typeof routes.authenticate;

/**
 * Anyone may call; the answer's session token goes out in the body, or in a cookie alone. A session whose cookie that
 * replaces is ended where it can be (ASVS 5.0, 7.2.4).
 */
export const beginsSession = (
  route: BeginRoute,
  run: (body: z.output<BeginRoute['request']>, signal: AbortSignal) => Promise<SignedInAnswer>,
  end: (sessionToken: string, signal: AbortSignal) => Promise<void>,
): Endpoint => ({
  route,
  async serve(incoming, { sessionTransport }, signal) {
    const transport = sessionTransport();
    const answer = await run(parseBody(route, route.request, incoming), signal);
    if (transport === 'body') return ok(answer);
    const { sessionToken, ...shown } = answer;
    await Promise.allSettled([(async () => end(readSessionCookie(incoming), signal))()]);
    return { ...ok(shown), cookies: [sessionCookie(sessionToken, answer.sessionExpiresAt)] };
  },
});

/** Whoever brings a session token gets a fresh JWT; a cookie lives on with its session, or ends with it. */
export const keepsSession = (
  route: typeof routes.refresh,
  run: (sessionToken: string, signal: AbortSignal) => Promise<RefreshedAnswer>,
): Endpoint => ({
  route,
  async serve(incoming, { sessionTransport }, signal) {
    if (sessionTransport() === 'body') {
      return ok(await run(parseBody(route, route.request, incoming).sessionToken, signal));
    }
    parseBody(route, route.cookie.request, incoming);
    try {
      const sessionToken = readSessionCookie(incoming);
      const answer = await run(sessionToken, signal);
      return { ...ok(answer), cookies: [sessionCookie(sessionToken, answer.sessionExpiresAt)] };
    } catch (error) {
      const isOver =
        error instanceof ServiceError &&
        // One that brought no cookie may be late: what is there by now is another's.
        !hasReason(error, 'missing') &&
        route.cookie.endedBy.some((code) => code === error.code);
      if (!isOver) throw error;
      return { refused: error, cookies: [clearedSessionCookie] };
    }
  },
});

interface Ends {
  readonly one: (sessionToken: string, signal: AbortSignal) => Promise<void>;
  readonly all: (session: Session, signal: AbortSignal) => Promise<void>;
}

/** Ends the session of a token, or all of the user's for a genuine session JWT; a JWT is proved wherever one is sent. */
export const endsSession = (route: typeof routes.revoke, { one, all }: Ends): Endpoint => ({
  route,
  async serve(incoming, { jwts, sessionTransport }, signal) {
    const isSent = incoming.header('authorization') !== undefined;
    const session = isSent ? await authenticateBearer(await jwts(), incoming) : null;
    const isCookie = sessionTransport() === 'cookie';
    const body = parseBody(route, isCookie ? route.cookie.request : route.request, incoming);
    if ('all' in body) {
      if (session === null)
        throw new ServiceError('invalid_token', { reason: 'missing' satisfies DecidingReason });
      await all(session, signal);
    } else if ('sessionToken' in body) {
      await one(body.sessionToken, signal);
    } else {
      const sessionToken = readSessionCookie(incoming);
      const [ended] = await Promise.allSettled([one(sessionToken, signal)]);
      // Its user is out on this device, also where Stytch cannot be told.
      if (ended.status === 'rejected' && ended.reason instanceof ServiceError)
        return { refused: ended.reason, cookies: [clearedSessionCookie] };
      if (ended.status === 'rejected') throw ended.reason;
    }
    return isCookie ? { ...noContent, cookies: [clearedSessionCookie] } : noContent;
  },
});
