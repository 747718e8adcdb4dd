// The session token as a cookie: out of every script's reach, sent by pages of our own site alone, and over TLS.
import { type DecidingReason, ServiceError } from '../core/errors.ts';
import type { IncomingRequest } from './event.ts';

/** The prefix makes browsers insist on `Secure`, `Path=/` and no `Domain`: no other host can set it (RFC 6265bis 4.1.3.2). */
const NAME = '__Host-session';
const attributes = 'Path=/; Secure; HttpOnly; SameSite=Strict';

/** Nothing that a cookie's value could not hold, and no dot: no JWT passes for a session token. */
const form = /^[\w~+/=-]{1,512}$/;

/**
 * The session token of a request.
 * @throws ServiceError `invalid_token` where there is none or it is malformed, `invalid_request` where there are several
 */
export function readSessionCookie({ cookies }: IncomingRequest): string {
  // Plain spaces alone: what browsers take for part of the name would escape the prefix if it were trimmed here.
  const [value, ...others] = cookies
    .map((one) => one.replace(/^ +/, ''))
    .filter((one) => one.startsWith(`${NAME}=`))
    .map((one) => one.slice(NAME.length + 1));
  if (value === undefined)
    throw new ServiceError('invalid_token', { reason: 'missing' satisfies DecidingReason });
  if (others.length > 0) {
    throw new ServiceError('invalid_request', {
      detail: `Send one ${NAME} cookie.`,
      reason: 'session_cookies',
    });
  }
  if (!form.test(value)) throw new ServiceError('invalid_token', { reason: 'session_cookie' });
  return value;
}

/**
 * Keeps the token for as long as its session lives.
 * @param expiresAt RFC 3339
 * @throws ServiceError `upstream_unavailable` for a token that no cookie could hold
 */
export function sessionCookie(sessionToken: string, expiresAt: string): string {
  if (!form.test(sessionToken)) {
    throw new ServiceError('upstream_unavailable', { reason: 'session_token_form' });
  }
  const seconds = Math.max(0, Math.floor((Date.parse(expiresAt) - Date.now()) / 1000));
  return `${NAME}=${sessionToken}; Max-Age=${seconds}; ${attributes}`;
}

export const clearedSessionCookie = `${NAME}=; Max-Age=0; ${attributes}`;
