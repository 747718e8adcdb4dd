// Setting a new password by mail or from a fresh session, and Stytch's guard against passwords set by a stranger first.
import * as z from 'zod/mini';
import { verifyAddress } from './addresses.ts';
import { Refusal } from './errors.ts';
import { fields, parseBody, sessionFields } from './inputs.ts';
import { liveLink, mailLink, registeredUrl, requireMatch, requireVerifier } from './links.ts';
import { requireAcceptable } from './password-strength.ts';
import { endOtherSessions, setPassword } from './passwords.ts';
import type { Route } from './router.ts';
import { proofs, type Session } from './sessions.ts';
import { joinableSession, passedSession, signIn } from './sign-in.ts';
import { MINUTE_MS } from './timestamps.ts';
import type { Address, User } from './users.ts';
import type { World } from './world.ts';

const startRequest = z.strictObject({
  email: fields.email,
  reset_password_redirect_url: z.optional(fields.text),
  reset_password_expiration_minutes: z.optional(fields.linkMinutes),
  reset_password_template_id: z.optional(fields.text),
  login_redirect_url: z.optional(fields.text),
  code_challenge: z.optional(fields.codeChallenge),
  attributes: z.optional(fields.attributes),
  locale: z.optional(fields.mailLocale),
});

const resetRequest = z.strictObject({
  token: fields.token,
  password: fields.text,
  code_verifier: z.optional(fields.codeVerifier),
  attributes: z.optional(fields.attributes),
  options: z.optional(fields.matchOptions),
  ...sessionFields,
});

const sessionResetRequest = z.strictObject({ password: fields.text, ...sessionFields });

/** Assumed: Stytch states the range and no default. */
const DEFAULT_MINUTES = 30;
const FRESH_MS = 5 * MINUTE_MS;

type Answer = Record<string, unknown>;

function start(world: World, input: unknown): Answer {
  const body = parseBody(startRequest, input);
  const redirectUrl = registeredUrl(world, body.reset_password_redirect_url);
  const owner = world.users.owner('email', body.email);
  if (owner === undefined) throw new Refusal('email_not_found');
  mailLink(world, {
    kind: 'reset_password',
    ...owner,
    redirectUrl,
    minutes: body.reset_password_expiration_minutes ?? DEFAULT_MINUTES,
    codeChallenge: body.code_challenge,
    attributes: body.attributes,
  });
  return { user_id: owner.user.userId, email_id: owner.address.id };
}

async function resetByMail(world: World, input: unknown): Promise<Answer> {
  const body = parseBody(resetRequest, input);
  requireAcceptable(body.password);
  const passed = await passedSession(world, body);
  const link = liveLink(world, body.token, { isReset: true, refusal: 'unable_to_auth_password_reset_token' });
  requireVerifier(link.codeChallenge, body.code_verifier);
  requireMatch(link.attributes, body.attributes, body.options);
  const owner = world.users.ownerOfId(link.addressId ?? '');
  if (owner === undefined) throw new Refusal('unable_to_auth_password_reset_token');
  const session = joinableSession(world, owner.user, passed, body);
  link.isUsed = true;
  await setPassword(world, owner.user, body.password);
  verifyAddress(owner.address);
  endOtherSessions(world, owner.user, session?.sessionId);
  return signIn(world, { user: owner.user, proof: proofs.password(), session, args: body });
}

async function resetBySession(world: World, input: unknown): Promise<Answer> {
  const body = parseBody(sessionResetRequest, input);
  requireAcceptable(body.password);
  const passed = await passedSession(world, body);
  if (passed === undefined) throw new Refusal('no_session_arguments');
  const user = world.users.get(passed.userId);
  const session = joinableSession(world, user, passed, body);
  const isFresh = passed.factors.some(
    (factor) =>
      (factor.type === 'password' || factor.deliveryMethod === 'email') &&
      world.now() - factor.lastAuthenticatedAt <= FRESH_MS,
  );
  if (!isFresh) throw new Refusal('session_too_old_to_reset_password');
  await setPassword(world, user, body.password);
  endOtherSessions(world, user, passed.sessionId);
  return signIn(world, { user, proof: proofs.password(), session, args: body });
}

/**
 * When the owner of a never-proved address first proves it without the password, the password must be reset and the
 * sessions that it opened end. Assumed: not if the proof joins one of the user's own sessions.
 * @returns whether the sessions were ended
 */
export function endPasswordSessions(
  world: World,
  user: User,
  address: Address,
  joined: Session | undefined,
): boolean {
  if (address.verified || user.password === undefined || joined !== undefined) return false;
  user.password.requiresReset = true;
  endOtherSessions(world, user, undefined);
  return true;
}

/** The calls that replace a password. */
export const passwordResetRoutes: readonly Route[] = [
  { method: 'POST', path: '/v1/passwords/email/reset/start', run: (world, { body }) => start(world, body) },
  { method: 'POST', path: '/v1/passwords/email/reset', run: (world, { body }) => resetByMail(world, body) },
  {
    method: 'POST',
    path: '/v1/passwords/session/reset',
    run: (world, { body }) => resetBySession(world, body),
  },
];
