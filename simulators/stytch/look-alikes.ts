// JWTs that look like a session JWT and are none: other tokens of the same project, and forgeries.
import * as z from 'zod/mini';
import { type Draft, foreignJwk, type Seal, sealedJwt } from './jwt-seals.ts';
import { issuerOf, SESSION_CLAIM, sessionClaims } from './session-jwts.ts';
import { factorOf, type Session } from './sessions.ts';
import { newSession } from './sign-in.ts';
import { MINUTE_MS } from './timestamps.ts';
import type { Metadata, User } from './users.ts';
import type { World } from './world.ts';

const OTHER_PROJECT = 'project-test-0e0e0e0e-0e0e-4e0e-8e0e-0e0e0e0e0e0e';
const HOUR_SECONDS = 3_600;

interface Genuine {
  readonly header: Metadata;
  readonly claims: Metadata & { readonly iat: number };
  readonly world: World;
}

const without = (object: Metadata, ...names: readonly string[]): Metadata =>
  Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));

const hourLong = ({ claims }: Genuine): Metadata => ({ ...claims, exp: claims.iat + HOUR_SECONDS });

const withClaims =
  (change: (genuine: Genuine) => Metadata) =>
  (genuine: Genuine): Draft => ({ header: genuine.header, claims: change(genuine), seal: 'own' });

const withHeader =
  (change: (header: Metadata) => Metadata, seal: Seal = 'own') =>
  ({ header, claims }: Genuine): Draft => ({ header: change(header), claims, seal });

const CONNECTED_APP = 'connected-app-test-11111111-1111-4111-8111-111111111111';
const M2M_CLIENT = 'm2m-client-test-22222222-2222-4222-8222-222222222222';

const DRAFTS = {
  /** Not a look-alike at all: what the others differ from. */
  genuine: withClaims(({ claims }) => claims),
  connected_app_access_token: withClaims((genuine) => ({
    ...without(hourLong(genuine), SESSION_CLAIM),
    client_id: CONNECTED_APP,
    scope: 'openid profile full_access',
    jti: 'connected-app-token-1',
  })),
  connected_app_id_token: withClaims((genuine) => ({
    ...without(hourLong(genuine), SESSION_CLAIM),
    aud: CONNECTED_APP,
  })),
  m2m_token: withClaims((genuine) => ({
    ...without(hourLong(genuine), SESSION_CLAIM),
    sub: M2M_CLIENT,
    scope: 'read:users',
  })),
  session_with_client_id: withClaims((genuine) => ({
    ...hourLong(genuine),
    client_id: CONNECTED_APP,
    scope: 'openid',
  })),
  session_with_scope: withClaims(({ claims }) => ({ ...claims, scope: 'openid' })),
  without_session_claim: withClaims(({ claims }) => without(claims, SESSION_CLAIM)),
  without_exp: withClaims(({ claims }) => without(claims, 'exp')),
  without_sub: withClaims(({ claims }) => without(claims, 'sub')),
  without_aud: withClaims(({ claims }) => without(claims, 'aud')),
  without_iss: withClaims(({ claims }) => without(claims, 'iss')),
  without_iat: withClaims(({ claims }) => without(claims, 'iat')),
  without_nbf: withClaims(({ claims }) => without(claims, 'nbf')),
  empty_sub: withClaims(({ claims }) => ({ ...claims, sub: '' })),
  one_hour_life: withClaims(hourLong),
  expired: withClaims(({ claims }) => ({
    ...claims,
    iat: claims.iat - HOUR_SECONDS,
    nbf: claims.iat - HOUR_SECONDS,
    exp: claims.iat - HOUR_SECONDS + 300,
  })),
  not_yet_valid: withClaims(({ claims }) => ({
    ...claims,
    iat: claims.iat + HOUR_SECONDS,
    nbf: claims.iat + HOUR_SECONDS,
    exp: claims.iat + HOUR_SECONDS + 300,
  })),
  wrong_project: withClaims(({ claims }) => ({
    ...claims,
    iss: `stytch.com/${OTHER_PROJECT}`,
    aud: [OTHER_PROJECT],
  })),
  wrong_issuer: withClaims(({ claims }) => ({ ...claims, iss: `stytch.com/${OTHER_PROJECT}` })),
  issuer_with_scheme: withClaims(({ claims, world }) => ({ ...claims, iss: `https://${issuerOf(world)}` })),
  wrong_audience: withClaims(({ claims }) => ({ ...claims, aud: [OTHER_PROJECT] })),
  second_audience: withClaims(({ claims, world }) => ({ ...claims, aud: [world.projectId, OTHER_PROJECT] })),
  alg_none: withHeader((header) => ({ ...header, alg: 'none' }), 'none'),
  hs256_public_key: withHeader((header) => ({ ...header, alg: 'HS256' }), 'hs256'),
  ps256: withHeader((header) => ({ ...header, alg: 'PS256' }), 'ps256'),
  rs384: withHeader((header) => ({ ...header, alg: 'RS384' }), 'rs384'),
  unknown_kid: withHeader(
    (header) => ({ ...header, kid: 'jwk-test-00000000-0000-4000-8000-000000000000' }),
    'foreign',
  ),
  without_kid: withHeader((header) => without(header, 'kid')),
  forged_signature: withHeader((header) => header, 'foreign'),
  embedded_key: withHeader((header) => ({ ...header, jwk: foreignJwk() }), 'foreign'),
  key_url: withHeader((header) => ({ ...header, jku: 'https://attacker.example/jwks.json' }), 'foreign'),
  critical_header: withHeader((header) => ({ ...header, crit: ['bridge'], bridge: true })),
  wrong_typ: withHeader((header) => ({ ...header, typ: 'at+jwt' })),
  tampered_payload: withHeader((header) => header, 'tampered'),
} as const satisfies Record<string, (genuine: Genuine) => Draft>;

export type LookAlikeKind = keyof typeof DRAFTS;

const isKind = (value: string): value is LookAlikeKind => Object.hasOwn(DRAFTS, value);

/** Every kind of look-alike there is. */
export const lookAlikeKinds: readonly LookAlikeKind[] = Object.keys(DRAFTS).filter(isKind);

export const lookAlikeRequest = z.strictObject({
  kind: z.enum(lookAlikeKinds),
  userId: z.optional(z.string()),
  sessionId: z.optional(z.string()),
  /** Laid over the protected header before it is signed; null takes one out. */
  header: z.optional(z.record(z.string(), z.unknown())),
  /** Laid over the claims; null takes one out. */
  claims: z.optional(z.record(z.string(), z.unknown())),
  /** Laid over the session claim; null takes an entry out. */
  sessionClaim: z.optional(z.record(z.string(), z.unknown())),
});

export type LookAlikeRequest = z.infer<typeof lookAlikeRequest>;

/** A look-alike of a session's JWT, perfect but for the one thing its kind names. */
export async function mintLookAlike(
  world: World,
  session: Session,
  request: LookAlikeRequest,
): Promise<string> {
  const key = await world.keys.current();
  const plain = sessionClaims(world, session);
  const inner = laidOver({ ...asRecord(plain[SESSION_CLAIM]) }, request.sessionClaim ?? {});
  const claims = { ...plain, iat: Number(plain['iat']), [SESSION_CLAIM]: inner };
  const draft = DRAFTS[request.kind]({ header: { alg: 'RS256', kid: key.kid, typ: 'JWT' }, claims, world });
  const header = laidOver(draft.header, request.header ?? {});
  const jwt = sealedJwt({ ...draft, header, claims: laidOver(draft.claims, request.claims ?? {}) }, key);
  return world.witness.issued(jwt);
}

/** A two-factor session that is in no store, for look-alikes of a user without one. */
export function imaginarySession(world: World, user: User): Session {
  const now = world.now();
  const link = { type: 'magic_link', deliveryMethod: 'email', detail: {} };
  const totp = {
    type: 'totp',
    deliveryMethod: 'authenticator_app',
    detail: { authenticator_app_factor: { totp_id: user.totps[0]?.totpId ?? world.newId('totp') } },
  };
  return {
    ...newSession(world, user),
    expiresAt: now + 60 * MINUTE_MS,
    factors: [factorOf(link, now), factorOf(totp, now)],
  };
}

function laidOver(object: Metadata, changes: Metadata): Metadata {
  const merged = Object.entries({ ...object, ...changes });
  return Object.fromEntries(merged.filter(([, value]) => value !== null));
}

function asRecord(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}
