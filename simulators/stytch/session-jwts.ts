// Session JWTs: made with exactly Stytch's claims, and read back when a client presents one.
import { compactVerify, SignJWT } from 'jose';
import * as z from 'zod/mini';
import { Refusal } from './errors.ts';
import { factorView, type Session } from './sessions.ts';
import { SECOND_MS, timestamp } from './timestamps.ts';
import type { World } from './world.ts';

/** The claim that makes a JWT a session JWT. */
export const SESSION_CLAIM = 'https://stytch.com/session';

/** A session JWT lives five minutes, however long its session does. */
export const SESSION_JWT_SECONDS = 300;

/** The claims of the session's JWT as of now. */
export function sessionClaims(world: World, session: Session): Record<string, unknown> {
  const issuedAt = Math.floor(world.now() / SECOND_MS);
  return {
    ...session.customClaims,
    iss: issuerOf(world),
    aud: [world.projectId],
    sub: session.userId,
    iat: issuedAt,
    nbf: issuedAt,
    exp: issuedAt + SESSION_JWT_SECONDS,
    [SESSION_CLAIM]: {
      id: session.sessionId,
      started_at: timestamp(session.startedAt),
      last_accessed_at: timestamp(session.lastAccessedAt),
      expires_at: timestamp(session.expiresAt),
      attributes: session.attributes,
      authentication_factors: session.factors.map(factorView),
      roles: session.roles,
    },
  };
}

/** The project's own domain if it has one, else Stytch's name without a scheme. */
export function issuerOf(world: World): string {
  const domain = world.switches.issuerDomain;
  return domain === null ? `stytch.com/${world.projectId}` : `https://${domain}`;
}

/** A fresh JWT of a session, signed with the current key. */
export async function mintSessionJwt(world: World, session: Session): Promise<string> {
  const claims = sessionClaims(world, session);
  const key = await world.keys.current();
  const jwt = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'RS256', kid: key.kid, typ: 'JWT' })
    .sign(key.privateKey);
  return world.witness.issued(jwt);
}

const claimsShape = z.object({
  aud: z.array(z.string()),
  sub: z.string(),
  iat: z.number(),
  nbf: z.number(),
  exp: z.number(),
  [SESSION_CLAIM]: z.object({ id: z.string() }),
});

/**
 * The session id in a genuine JWT of this project. Its `exp` does not matter: Stytch takes an expired one while the
 * session lives. Assumed: whatever is not genuine cannot be parsed, in Stytch's words.
 * @throws Refusal `unable_to_parse_session_jwt`
 */
export async function readSessionJwt(world: World, jwt: string): Promise<string> {
  const served = await world.keys.served(world.now());
  const verified = await compactVerify(
    jwt,
    ({ kid }) => {
      const key = served.find((candidate) => candidate.kid === kid);
      if (key === undefined) throw new Refusal('unable_to_parse_session_jwt');
      return key.publicKey;
    },
    { algorithms: ['RS256'] },
  ).catch(() => {
    throw new Refusal('unable_to_parse_session_jwt');
  });
  const claims = z.safeParse(claimsShape, parseJson(new TextDecoder().decode(verified.payload)));
  const isOurs =
    claims.success &&
    claims.data.aud.length === 1 &&
    claims.data.aud[0] === world.projectId &&
    claims.data.exp - claims.data.iat === SESSION_JWT_SECONDS;
  if (!isOurs) throw new Refusal('unable_to_parse_session_jwt');
  return claims.data[SESSION_CLAIM].id;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
