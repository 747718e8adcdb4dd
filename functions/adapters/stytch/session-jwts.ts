// The session JWT checked here and now: signature, issuer, audience, life, and that it is a session at all (J1-J3).
import { errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import * as z from 'zod/mini';
import { ServiceError } from '../../core/errors.ts';
import type { Clock, JwtVerdict, SessionJwts } from '../../core/ports.ts';
import type { Session } from '../../core/session/session.ts';
import type { KeySet } from '../jwks.ts';
import { stytchFactor, toFactor, toSeconds } from './factors.ts';

const SKEW_SECONDS = 5;
/** Stytch's session JWTs live five minutes, whatever the session does. */
const LONGEST_LIFE_SECONDS = 300;

const claims = z.looseObject({
  sub: z.string().check(z.minLength(1)),
  aud: z.array(z.string()),
  iat: z.number(),
  nbf: z.number(),
  exp: z.number(),
  'https://stytch.com/session': z.looseObject({
    id: z.string().check(z.minLength(1)),
    started_at: z.string(),
    expires_at: z.string(),
    authentication_factors: z.array(stytchFactor),
  }),
});

/** Verifies the JWTs of one Stytch project, from exactly these issuers (J1). */
export function createSessionJwts(
  { projectId, issuers }: { readonly projectId: string; readonly issuers: readonly string[] },
  keys: KeySet,
  clock: Clock,
): SessionJwts {
  const getKey: JWTVerifyGetKey = async (header, input) => {
    const key = typeof header.kid === 'string' ? await keys.keyFor(header.kid) : null;
    if (key === null) throw new errors.JWKSNoMatchingKey();
    return key(header, input);
  };
  const options = () => ({
    algorithms: ['RS256'],
    typ: 'JWT',
    issuer: [...issuers],
    audience: projectId,
    clockTolerance: SKEW_SECONDS,
    requiredClaims: ['sub', 'iat', 'nbf', 'exp'],
    currentDate: new Date(clock() * 1000),
  });
  const isLive = projectId.startsWith('project-live-');
  return {
    staleSeconds: () => keys.staleSeconds(),
    async verify(sessionJwt) {
      const [outcome] = await Promise.allSettled([jwtVerify(sessionJwt, getKey, options())]);
      if (outcome.status === 'fulfilled') {
        const verdict = readClaims(sessionJwt, outcome.value.payload, clock());
        return verdict.isGenuine && isLive && isSandboxUser(verdict.session)
          ? refused('sandbox_user')
          : verdict;
      }
      if (outcome.reason instanceof errors.JOSEError) return refused(outcome.reason.code.toLowerCase());
      if (outcome.reason instanceof ServiceError) throw outcome.reason;
      // A key of the set that is no key: Stytch's fault, not the caller's.
      throw new ServiceError('upstream_unavailable', {
        reason: 'key_unusable',
        upstream: { provider: 'stytch', operation: 'jwks' },
      });
    },
  };
}

/** Stytch publishes this user's codes and tokens; it has no place beside real money. */
const SANDBOX_USER = 'e3795c81-f849-4167-bfda-e4a6e9c280fd';

const isSandboxUser = ({ stytchUserId }: Session): boolean => stytchUserId.endsWith(SANDBOX_USER);

const refused = (reason: string): JwtVerdict => ({ isGenuine: false, reason });

function readClaims(sessionJwt: string, payload: unknown, now: number): JwtVerdict {
  const parsed = claims.safeParse(payload);
  if (!parsed.success) return refused('not_a_session');
  const { sub, iat, exp, ...rest } = parsed.data;
  // Connected App and M2M tokens share the keys and the audience of sessions.
  if ('client_id' in rest || 'scope' in rest) return refused('look_alike');
  if (exp - iat > LONGEST_LIFE_SECONDS) return refused('life_too_long');
  if (iat > now + SKEW_SECONDS) return refused('issued_ahead');
  const session = rest['https://stytch.com/session'];
  const startedAt = toSeconds(session.started_at);
  const expiresAt = toSeconds(session.expires_at);
  if (startedAt === null || expiresAt === null) return refused('session_times');
  if (expiresAt <= now) return refused('session_over');
  return {
    isGenuine: true,
    session: {
      stytchUserId: sub,
      sessionId: session.id,
      startedAt,
      expiresAt,
      factors: session.authentication_factors.map(toFactor),
      sessionJwt,
    },
  };
}
