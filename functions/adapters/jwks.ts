// The Stytch JWKS: one hour in memory, one fetch at a time, kept through an outage, and safe from invented key ids.
import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import * as z from 'zod/mini';
import { ServiceError } from '../core/errors.ts';
import { parseJson } from './json.ts';
import { type OutboundRequest, send } from './outbound.ts';

const FRESH_SECONDS = 3600;
/** How long old keys serve while Stytch's key endpoint is down. */
const STALE_SECONDS = 3600;
/** However many unknown key ids arrive, they cause one fetch in this time (standards K4). */
const FORCED_EVERY_SECONDS = 30;
const TIMEOUT_MS = 2000;

const jwksAnswer = z.object({
  keys: z.array(z.looseObject({ kid: z.string(), kty: z.string() })),
});

export interface KeySet {
  /** Resolves the key of a JWT's header. @throws ServiceError `upstream_unavailable`; null for an unknown `kid` */
  keyFor(kid: string): Promise<JWTVerifyGetKey | null>;
  /** Fetches ahead of need. */
  warm(): Promise<void>;
}

interface Keys {
  readonly kids: ReadonlySet<string>;
  readonly get: JWTVerifyGetKey;
  readonly fetchedAt: number;
}

/** Keys of one project, from a host that is fixed at deploy (standards K1). `clock` gives seconds. */
export function createKeySet(url: string, clock: () => number): KeySet {
  let keys: Keys | undefined;
  let fetching: Promise<Keys> | undefined;
  let forcedAt = Number.NEGATIVE_INFINITY;

  const refresh = (): Promise<Keys> => {
    fetching ??= fetchKeys(url, clock)
      .then((fetched) => {
        keys = fetched;
        return fetched;
      })
      .finally(() => {
        fetching = undefined;
      });
    return fetching;
  };

  const current = async (): Promise<Keys> => {
    if (keys === undefined) return refresh();
    const age = clock() - keys.fetchedAt;
    if (age < FRESH_SECONDS) return keys;
    const stale = keys;
    return refresh().catch((error: unknown) => {
      if (age < FRESH_SECONDS + STALE_SECONDS) return stale;
      throw error;
    });
  };

  const forced = async (): Promise<Keys | undefined> => {
    if (clock() - forcedAt < FORCED_EVERY_SECONDS) return fetching?.catch(() => undefined);
    forcedAt = clock();
    return refresh().catch(() => undefined);
  };

  return {
    async keyFor(kid) {
      const known = await current();
      if (known.kids.has(kid)) return known.get;
      const renewed = await forced();
      return renewed?.kids.has(kid) === true ? renewed.get : null;
    },
    async warm() {
      await current();
    },
  };
}

async function fetchKeys(url: string, clock: () => number): Promise<Keys> {
  const request: OutboundRequest = {
    provider: 'stytch',
    operation: 'jwks',
    url,
    method: 'GET',
    headers: { accept: 'application/json' },
    timeoutMs: TIMEOUT_MS,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  };
  const { status, text } = await send(request);
  const parsed = status === 200 ? jwksAnswer.safeParse(parseJson(text)) : undefined;
  if (parsed?.success !== true || parsed.data.keys.length === 0) {
    throw new ServiceError('upstream_unavailable', {
      reason: 'jwks_unusable',
      upstream: { provider: 'stytch', operation: 'jwks', status },
    });
  }
  const jwks: JSONWebKeySet = { keys: parsed.data.keys.filter(({ kty }) => kty === 'RSA') };
  return {
    kids: new Set(parsed.data.keys.map(({ kid }) => kid)),
    get: createLocalJWKSet(jwks),
    fetchedAt: clock(),
  };
}
