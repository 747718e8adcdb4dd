// What every authenticate call does with a good proof: find the session, add the factor, answer with fresh tokens.
import { mergedClaims } from './custom-claims.ts';
import type { SentAttributes } from './deliveries.ts';
import { Refusal } from './errors.ts';
import { requireUnlocked } from './locks.ts';
import { mintSessionJwt, readSessionJwt } from './session-jwts.ts';
import { addFactor, type Proof, type Session, sessionView } from './sessions.ts';
import { MINUTE_MS } from './timestamps.ts';
import { userView } from './user-view.ts';
import type { User } from './users.ts';
import type { World } from './world.ts';

export interface SessionArguments {
  readonly session_token?: string | undefined;
  readonly session_jwt?: string | undefined;
  readonly session_duration_minutes?: number | undefined;
  readonly session_custom_claims?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * The session that a call passes along, if it passes one.
 * @throws Refusal when it passes two, or one that is not live
 */
export async function passedSession(world: World, args: SessionArguments): Promise<Session | undefined> {
  const { session_token: token, session_jwt: jwt } = args;
  if (token !== undefined && jwt !== undefined) throw new Refusal('too_many_session_arguments');
  if (token === undefined && jwt === undefined) return undefined;
  const session =
    token === undefined
      ? world.sessions.byId(await readSessionJwt(world, jwt ?? ''), world.now())
      : world.sessions.byToken(token, world.now());
  if (session === undefined) throw new Refusal('session_not_found');
  return session;
}

/**
 * Everything about the user and the passed session that may stop a sign-in, to be asked before the proof is used up.
 * @returns the session that the factor joins, if any
 * @throws Refusal
 */
export function joinableSession(
  world: World,
  user: User,
  session: Session | undefined,
  args: SessionArguments,
): Session | undefined {
  requireUnlocked(world, user);
  if (args.session_duration_minutes !== undefined) {
    mergedClaims(world, session?.customClaims ?? {}, args.session_custom_claims ?? {});
  }
  if (session === undefined) return undefined;
  if (session.userId !== user.userId) {
    if (world.switches.foreignSession === 'reject') throw new Refusal('user_id_mismatch');
    return undefined;
  }
  if (session.isFixed) throw new Refusal('session_not_mutable');
  return session;
}

export interface SignIn {
  readonly user: User;
  readonly proof: Proof;
  readonly session: Session | undefined;
  readonly args: SessionArguments;
  readonly attributes?: SentAttributes | undefined;
}

/** Takes a good proof: by the four rows of Stytch's session table, and with empty tokens where there is no session. */
export async function signIn(world: World, taken: SignIn): Promise<Record<string, unknown>> {
  const { user, proof, args } = taken;
  const now = world.now();
  user.failures = 0;
  user.status = 'active';
  const minutes = args.session_duration_minutes;
  if (minutes === undefined && taken.session === undefined) {
    return {
      user_id: user.userId,
      session_token: '',
      session_jwt: '',
      session: null,
      user: userView(user, now),
    };
  }
  const claims =
    minutes === undefined
      ? taken.session?.customClaims
      : mergedClaims(world, taken.session?.customClaims ?? {}, args.session_custom_claims ?? {});
  const session = taken.session ?? newSession(world, user, taken.attributes);
  addFactor(session, proof, { now, repeat: world.switches.factorRepeat });
  session.customClaims = claims ?? {};
  session.lastAccessedAt = now;
  if (minutes !== undefined) session.expiresAt = now + minutes * MINUTE_MS;
  if (taken.session === undefined) world.sessions.add(session, now);
  return { user_id: user.userId, ...(await sessionAnswer(world, session, user)) };
}

/** The session part of an answer, with a fresh JWT. */
export async function sessionAnswer(
  world: World,
  session: Session,
  user: User,
): Promise<Record<string, unknown>> {
  return {
    session_token: session.token,
    session_jwt: await mintSessionJwt(world, session),
    session: sessionView(session),
    user: userView(user, world.now()),
  };
}

/** A session without factors that is not stored yet. */
export function newSession(world: World, user: User, attributes: SentAttributes = {}): Session {
  const now = world.now();
  return {
    sessionId: world.newId('session'),
    userId: user.userId,
    token: world.newToken(),
    attributes: { ip_address: attributes.ip_address ?? '', user_agent: attributes.user_agent ?? '' },
    roles: user.roles,
    isFixed: false,
    startedAt: now,
    lastAccessedAt: now,
    expiresAt: now,
    factors: [],
    customClaims: {},
  };
}
