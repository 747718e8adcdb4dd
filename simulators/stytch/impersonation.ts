// Support impersonation: an hour as the user, visible as such, and never extended.
import * as z from 'zod/mini';
import { Refusal } from './errors.ts';
import { fields, parseBody } from './inputs.ts';
import type { Route } from './router.ts';
import type { StartedSession } from './seeds.ts';
import { mintSessionJwt } from './session-jwts.ts';
import { factorOf, proofs, type Session } from './sessions.ts';
import { newSession, sessionAnswer } from './sign-in.ts';
import { ASSUMED } from './switches.ts';
import { MINUTE_MS } from './timestamps.ts';
import type { User } from './users.ts';
import type { World } from './world.ts';

const SESSION_MINUTES = 60;
const SUPPORTER = { id: 'impersonator-test-1', address: 'support@bank.example' } as const;

function startImpersonated(world: World, user: User): Session {
  const now = world.now();
  const session: Session = {
    ...newSession(world, user),
    isFixed: true,
    expiresAt: now + SESSION_MINUTES * MINUTE_MS,
    factors: [factorOf(proofs.impersonated(SUPPORTER.id, SUPPORTER.address), now)],
  };
  world.sessions.add(session, now);
  return session;
}

/** Starts an impersonated session. */
export async function impersonate(world: World, user: User): Promise<StartedSession> {
  const session = startImpersonated(world, user);
  return {
    sessionId: session.sessionId,
    sessionToken: session.token,
    sessionJwt: await mintSessionJwt(world, session),
  };
}

/** The token that Stytch's dashboard gives a supporter. */
export function newImpersonationToken(world: World, user: User): string {
  const token = world.newToken();
  const expiresAt = world.now() + ASSUMED.impersonationTokenMinutes * MINUTE_MS;
  world.impersonationTokens.set(token, { userId: user.userId, expiresAt });
  return token;
}

async function authenticate(world: World, input: unknown): Promise<Record<string, unknown>> {
  const { impersonation_token: token } = parseBody(
    z.strictObject({ impersonation_token: fields.token }),
    input,
  );
  const granted = world.impersonationTokens.get(token);
  world.impersonationTokens.delete(token);
  const user = world.users.byId(granted?.userId ?? '');
  if (user === undefined || granted === undefined || granted.expiresAt <= world.now()) {
    throw new Refusal('unable_to_auth_impersonation_token');
  }
  return { user_id: user.userId, ...(await sessionAnswer(world, startImpersonated(world, user), user)) };
}

/** The impersonation call. */
export const impersonationRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/impersonation/authenticate',
    run: (world, { body }) => authenticate(world, body),
  },
];
