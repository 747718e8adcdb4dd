// Passwords: a factor that the product's own routes do not offer, but that users of Stytch's frontend SDKs bring along.
import * as z from 'zod/mini';
import { addAddress, createUser } from './addresses.ts';
import { Refusal } from './errors.ts';
import { fields, parseBody, sessionFields } from './inputs.ts';
import { failedProof, requireUnlocked } from './locks.ts';
import { hashPassword, isPassword } from './password-hashes.ts';
import { requireAcceptable, strength } from './password-strength.ts';
import type { Route } from './router.ts';
import { proofs } from './sessions.ts';
import { joinableSession, passedSession, signIn } from './sign-in.ts';
import { fullName, mergedMetadata, metadataFields } from './user-calls.ts';
import type { User } from './users.ts';
import type { World } from './world.ts';

const createRequest = z.strictObject({
  email: fields.email,
  password: fields.text,
  session_duration_minutes: sessionFields.session_duration_minutes,
  session_custom_claims: sessionFields.session_custom_claims,
  telemetry_id: sessionFields.telemetry_id,
  name: z.optional(fields.name),
  ...metadataFields,
});

const authenticateRequest = z.strictObject({
  email: fields.email,
  password: fields.text,
  ...sessionFields,
});

const existingResetRequest = z.strictObject({
  email: fields.email,
  existing_password: fields.text,
  new_password: fields.text,
  ...sessionFields,
});

const strengthRequest = z.strictObject({ password: fields.text, email: z.optional(fields.email) });

type Answer = Record<string, unknown>;

/** Gives a user a password, in place of one it may have had. */
export async function setPassword(world: World, user: User, password: string): Promise<void> {
  const passwordId = user.password?.passwordId ?? world.newId('password');
  user.password = { passwordId, requiresReset: false, ...(await hashPassword(password)) };
}

async function create(world: World, input: unknown): Promise<Answer> {
  const body = parseBody(createRequest, input);
  requireAcceptable(body.password);
  const hash = await hashPassword(body.password);
  if (world.users.owner('email', body.email) !== undefined) throw new Refusal('duplicate_email');
  const user = createUser(world, {
    name: fullName({ first_name: '', middle_name: '', last_name: '' }, body.name),
    trustedMetadata: mergedMetadata({}, body.trusted_metadata),
    untrustedMetadata: mergedMetadata({}, body.untrusted_metadata),
    password: { passwordId: world.newId('password'), requiresReset: false, ...hash },
  });
  const address = addAddress(world, user, { kind: 'email', value: body.email });
  const answer = await signIn(world, { user, proof: proofs.password(), session: undefined, args: body });
  return { ...answer, email_id: address.id };
}

/**
 * The user with this email, if this is the password.
 * @throws Refusal
 */
async function provenUser(world: World, email: string, password: string): Promise<User> {
  const owner = world.users.owner('email', email);
  if (owner === undefined) throw new Refusal('email_not_found');
  const { user } = owner;
  requireUnlocked(world, user);
  if (user.password === undefined) throw new Refusal('no_user_password');
  if (!(await isPassword(password, user.password))) {
    throw failedProof(world, user, new Refusal('unauthorized_credentials'));
  }
  return user;
}

async function authenticate(world: World, input: unknown): Promise<Answer> {
  const body = parseBody(authenticateRequest, input);
  const passed = await passedSession(world, body);
  const user = await provenUser(world, body.email, body.password);
  if (user.password?.requiresReset === true || strength(body.password).breached_password) {
    throw new Refusal('reset_password');
  }
  const session = joinableSession(world, user, passed, body);
  return signIn(world, { user, proof: proofs.password(), session, args: body });
}

async function resetByExisting(world: World, input: unknown): Promise<Answer> {
  const body = parseBody(existingResetRequest, input);
  requireAcceptable(body.new_password);
  const passed = await passedSession(world, body);
  const user = await provenUser(world, body.email, body.existing_password);
  const session = joinableSession(world, user, passed, body);
  await setPassword(world, user, body.new_password);
  endOtherSessions(world, user, session?.sessionId);
  return signIn(world, { user, proof: proofs.password(), session, args: body });
}

/** A changed password ends the user's sessions, but for the one in use. */
export function endOtherSessions(world: World, user: User, keptSessionId: string | undefined): void {
  for (const session of world.sessions.ofUser(user.userId, world.now())) {
    if (session.sessionId !== keptSessionId) world.sessions.end(session);
  }
}

/** The calls that set and prove a password. */
export const passwordRoutes: readonly Route[] = [
  { method: 'POST', path: '/v1/passwords', run: (world, { body }) => create(world, body) },
  { method: 'POST', path: '/v1/passwords/authenticate', run: (world, { body }) => authenticate(world, body) },
  {
    method: 'POST',
    path: '/v1/passwords/existing_password/reset',
    run: (world, { body }) => resetByExisting(world, body),
  },
  {
    method: 'POST',
    path: '/v1/passwords/strength_check',
    run: (_world, { body }) => strength(parseBody(strengthRequest, body).password),
  },
];
