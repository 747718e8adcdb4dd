// Who may change anything where a cookie brings the session: pages of the stage's own origins, and nobody else.
import { ServiceError } from '../core/errors.ts';
import type { IncomingRequest } from './event.ts';

/**
 * Requires what a browser says of the page that calls (Fetch Standard; ASVS A3.5.1). It names the origin with every POST,
 * PUT and DELETE, and no script can set or drop that; a caller that is no browser sends no cookie of somebody else's.
 * @throws ServiceError `origin_not_allowed`
 */
export function requireOwnOrigin({ header }: IncomingRequest, allowedOrigins: readonly string[]): void {
  const origin = header('origin');
  if (origin === undefined) throw refusal('missing');
  if (!allowedOrigins.includes(origin)) throw refusal('foreign');
  // Older browsers do not send it.
  const site = header('sec-fetch-site') ?? 'same-site';
  if (site !== 'same-origin' && site !== 'same-site') throw refusal('cross_site');
}

const refusal = (reason: string): ServiceError => new ServiceError('origin_not_allowed', { reason });
