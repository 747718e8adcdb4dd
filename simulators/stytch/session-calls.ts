// The sessions calls: authenticate (which is also the refresh), list, revoke.
import * as z from 'zod/mini';
import { mergedClaims } from './custom-claims.ts';
import { Refusal } from './errors.ts';
import { fields, parseBody } from './inputs.ts';
import type { Route } from './router.ts';
import { sessionView } from './sessions.ts';
import { passedSession, sessionAnswer } from './sign-in.ts';
import { MINUTE_MS } from './timestamps.ts';
import type { World } from './world.ts';

const authenticateRequest = z.strictObject({
  session_token: z.optional(fields.text),
  session_jwt: z.optional(fields.text),
  session_duration_minutes: z.optional(fields.sessionMinutes),
  session_custom_claims: z.optional(fields.record),
  authorization_check: z.optional(z.strictObject({ resource_id: fields.text, action: fields.text })),
});

const revokeRequest = z.strictObject({
  session_id: z.optional(fields.text),
  session_token: z.optional(fields.text),
  session_jwt: z.optional(fields.text),
});

async function authenticate(world: World, input: unknown): Promise<Record<string, unknown>> {
  const body = parseBody(authenticateRequest, input);
  const session = await passedSession(world, body);
  if (session === undefined) throw new Refusal('no_session_arguments');
  const user = world.users.byId(session.userId);
  if (user === undefined) throw new Refusal('session_not_found');
  // The project has no access policy, so nothing is granted.
  if (body.authorization_check !== undefined) throw new Refusal('consumer_session_authorization_error');
  const minutes = body.session_duration_minutes;
  const now = world.now();
  if (minutes !== undefined) {
    if (session.isFixed) throw new Refusal('session_not_mutable');
    session.customClaims = mergedClaims(world, session.customClaims, body.session_custom_claims ?? {});
    session.expiresAt = now + minutes * MINUTE_MS;
  }
  session.lastAccessedAt = now;
  return sessionAnswer(world, session, user);
}

async function revoke(world: World, input: unknown): Promise<Record<string, unknown>> {
  const body = parseBody(revokeRequest, input);
  const given = [body.session_id, body.session_token, body.session_jwt].filter(
    (value) => value !== undefined,
  );
  if (given.length === 0) throw new Refusal('no_session_arguments');
  if (given.length > 1) throw new Refusal('too_many_session_arguments');
  const session =
    body.session_id === undefined
      ? await passedSession(world, body)
      : world.sessions.byId(body.session_id, world.now());
  if (session === undefined) throw new Refusal('session_not_found');
  world.sessions.end(session);
  return {};
}

function list(world: World, userId: string | null): Record<string, unknown> {
  const user = world.users.get(userId ?? '');
  return { sessions: world.sessions.ofUser(user.userId, world.now()).map(sessionView) };
}

async function jwks(world: World, projectId: string): Promise<Record<string, unknown>> {
  if (projectId !== world.projectId) throw new Refusal('project_not_found');
  return { keys: (await world.keys.served(world.now())).map((key) => key.jwk) };
}

/** The B2B form is left out: it exists for B2B projects only. */
const JWKS_PATHS = [
  '/v1/sessions/jwks/{project_id}',
  '/v1/public/{project_id}/.well-known/jwks.json',
] as const;

/** Whether a path asks for public keys, in any of its forms. */
export function isJwksPath(path: string): boolean {
  return /^\/v1\/(b2b\/)?sessions\/jwks\/|\/\.well-known\/jwks\.json$/.test(path);
}

/** The sessions calls and the public keys. */
export const sessionRoutes: readonly Route[] = [
  { method: 'POST', path: '/v1/sessions/authenticate', run: (world, { body }) => authenticate(world, body) },
  { method: 'POST', path: '/v1/sessions/revoke', run: (world, { body }) => revoke(world, body) },
  { method: 'GET', path: '/v1/sessions', run: (world, { query }) => list(world, query.get('user_id')) },
  ...JWKS_PATHS.map(
    (path): Route => ({
      method: 'GET',
      path,
      isPublic: true,
      run: (world, { params }) => jwks(world, params['project_id'] ?? ''),
    }),
  ),
  {
    method: 'GET',
    path: '/.well-known/jwks.json',
    isPublic: true,
    run: (world) => jwks(world, world.projectId),
  },
];
