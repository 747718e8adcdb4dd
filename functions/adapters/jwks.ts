// The Stytch JWKS: one hour in memory, one fetch at a time, kept through an outage, and safe from invented key ids.
import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import * as z from 'zod/mini';
import { ServiceError } from '../core/errors.ts';
import type { Log } from '../core/ports.ts';
import { parseJson } from './json.ts';
import { keepValue } from './kept-value.ts';
import { type OutboundRequest, send } from './outbound.ts';

/** However many unknown key ids arrive, they cause one fetch in this time (standards K4). */
const FORCED_EVERY_SECONDS = 30;
/** After a fetch that failed, so that a moment's outage during a rotation does not last half a minute. */
const FORCED_AFTER_FAILURE_SECONDS = 1;
/** Old keys serve for a day while Stytch's key endpoint is down (standards K3). */
const ages = { freshSeconds: 3600, staleSeconds: 86_400, pauseSeconds: 30 } as const;
const TIMEOUT_MS = 2000;

const jwksAnswer = z.object({
  keys: z.array(z.looseObject({ kid: z.string(), kty: z.string() })),
});

export interface KeySet {
  /** Resolves the key of a JWT's header. @throws ServiceError `upstream_unavailable`; null for an unknown `kid` */
  keyFor(kid: string): Promise<JWTVerifyGetKey | null>;
  /** Seconds by which the keys have outlived their hour; 0 while Stytch renews them. */
  staleSeconds(): number;
  /** Fetches ahead of need. */
  warm(): Promise<void>;
}

interface Keys {
  readonly kids: ReadonlySet<string>;
  readonly get: JWTVerifyGetKey;
}

/** Keys of one project, from a host that is fixed at deploy (standards K1). `clock` gives seconds. */
export function createKeySet(url: string, clock: () => number, log: Log): KeySet {
  const kept = keepValue(() => fetchKeys(url, log), TIMEOUT_MS, clock);
  let forcedAt = Number.NEGATIVE_INFINITY;

  const current = (): Promise<Keys> => kept.current(ages);

  /** Keys fetched because of an unknown `kid`; undefined when they were fetched a moment ago. */
  const forced = async (): Promise<Keys | undefined> => {
    if (kept.isUnderWay()) return kept.fetch();
    const failure = kept.failure();
    const pause = failure === undefined ? FORCED_EVERY_SECONDS : FORCED_AFTER_FAILURE_SECONDS;
    if (clock() - forcedAt < pause) {
      // While Stytch cannot be asked, an unknown key id is no proof of a forgery.
      if (failure !== undefined) throw failure.error;
      return undefined;
    }
    forcedAt = clock();
    return kept.fetch();
  };

  return {
    async keyFor(kid) {
      const known = await current();
      if (known.kids.has(kid)) return known.get;
      const renewed = await forced();
      return renewed?.kids.has(kid) === true ? renewed.get : null;
    },
    staleSeconds() {
      const held = kept.value();
      return held === undefined ? 0 : Math.max(0, clock() - held.askedAt - ages.freshSeconds);
    },
    async warm() {
      await current();
    },
  };
}

async function fetchKeys(url: string, log: Log): Promise<Keys> {
  const request: OutboundRequest = {
    provider: 'stytch',
    operation: 'jwks',
    url,
    method: 'GET',
    headers: { accept: 'application/json' },
    timeoutMs: TIMEOUT_MS,
    // Fetched for every request that waits, so that no one request's deadline ends it.
    signal: new AbortController().signal,
    log,
  };
  const { status, text, retryAfterSeconds } = await send(request);
  const parsed = status === 200 ? jwksAnswer.safeParse(parseJson(text)) : undefined;
  if (parsed?.success !== true || parsed.data.keys.length === 0) {
    throw new ServiceError('upstream_unavailable', {
      reason: 'jwks_unusable',
      upstream: { provider: 'stytch', operation: 'jwks', status },
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    });
  }
  const jwks: JSONWebKeySet = { keys: parsed.data.keys.filter(({ kty }) => kty === 'RSA') };
  return {
    kids: new Set(parsed.data.keys.map(({ kid }) => kid)),
    get: createLocalJWKSet(jwks),
  };
}
