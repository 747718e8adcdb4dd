// Email magic links: send, log in or create, invite, authenticate; and links that the caller embeds itself.
import * as z from 'zod/mini';
import { type Owned, ownerOrAttached, ownerOrNew, verifyAddress } from './addresses.ts';
import { embeddedLinkRoute } from './embedded-links.ts';
import { Refusal } from './errors.ts';
import { fields, parseBody, sessionFields } from './inputs.ts';
import { liveLink, MAILED_LINKS, mailLink, registeredUrl, requireMatch, requireVerifier } from './links.ts';
import { endPasswordSessions } from './password-resets.ts';
import type { Route } from './router.ts';
import { proofs } from './sessions.ts';
import { joinableSession, passedSession, signIn } from './sign-in.ts';
import { fullName, metadataFields } from './user-calls.ts';
import type { World } from './world.ts';

const sendFields = {
  email: fields.email,
  login_magic_link_url: z.optional(fields.text),
  signup_magic_link_url: z.optional(fields.text),
  login_expiration_minutes: z.optional(fields.linkMinutes),
  signup_expiration_minutes: z.optional(fields.linkMinutes),
  login_template_id: z.optional(fields.text),
  signup_template_id: z.optional(fields.text),
  attributes: z.optional(fields.attributes),
  code_challenge: z.optional(fields.codeChallenge),
  locale: z.optional(fields.mailLocale),
};

const loginOrCreateRequest = z.strictObject({
  ...sendFields,
  create_user_as_pending: z.optional(fields.flag),
});

const sendRequest = z.strictObject({
  ...sendFields,
  user_id: z.optional(fields.id),
  session_token: z.optional(fields.text),
  session_jwt: z.optional(fields.text),
});

const inviteRequest = z.strictObject({
  email: fields.email,
  invite_magic_link_url: z.optional(fields.text),
  invite_expiration_minutes: z.optional(fields.linkMinutes),
  invite_template_id: z.optional(fields.text),
  attributes: z.optional(fields.attributes),
  name: z.optional(fields.name),
  locale: z.optional(fields.mailLocale),
  ...metadataFields,
});

const authenticateRequest = z.strictObject({
  token: fields.token,
  attributes: z.optional(fields.attributes),
  options: z.optional(fields.matchOptions),
  code_verifier: z.optional(fields.codeVerifier),
  ...sessionFields,
});

type SendRequest = z.infer<typeof sendRequest>;

const DEFAULT_LOGIN_MINUTES = 60;
const DEFAULT_SIGNUP_MINUTES = 7 * 24 * 60;

/** The three sending calls share one mail a second per address. */
function takeSend(world: World, email: string): void {
  const rule = { name: MAILED_LINKS, field: email.toLowerCase(), limit: 1, seconds: 1 };
  world.rateLimits.take(rule, world.now(), world.switches.rateLimit);
}

function requireUrls(
  world: World,
  body: Pick<SendRequest, 'login_magic_link_url' | 'signup_magic_link_url'>,
): void {
  registeredUrl(world, body.login_magic_link_url);
  registeredUrl(world, body.signup_magic_link_url);
}

function mail(
  world: World,
  { user, address }: Owned,
  body: Omit<SendRequest, 'user_id'>,
  isLogin: boolean,
): void {
  mailLink(world, {
    kind: isLogin ? 'login' : 'signup',
    user,
    address,
    redirectUrl: isLogin ? body.login_magic_link_url : body.signup_magic_link_url,
    minutes: isLogin
      ? (body.login_expiration_minutes ?? DEFAULT_LOGIN_MINUTES)
      : (body.signup_expiration_minutes ?? DEFAULT_SIGNUP_MINUTES),
    codeChallenge: body.code_challenge,
    attributes: body.attributes,
  });
}

function loginOrCreate(world: World, input: unknown): Record<string, unknown> {
  const body = parseBody(loginOrCreateRequest, input);
  requireUrls(world, body);
  takeSend(world, body.email);
  const owned = ownerOrNew(world, 'email', body.email, body.create_user_as_pending ?? false);
  // Assumed: a user who never got in is still signing up.
  mail(world, owned, body, !owned.isNew && owned.user.status === 'active');
  return { user_id: owned.user.userId, email_id: owned.address.id, user_created: owned.isNew };
}

async function send(world: World, input: unknown): Promise<Record<string, unknown>> {
  const body = parseBody(sendRequest, input);
  requireUrls(world, body);
  takeSend(world, body.email);
  const owned = await ownerOrAttached(world, 'email', body.email, body);
  mail(world, owned, body, owned.user.status === 'active');
  return { user_id: owned.user.userId, email_id: owned.address.id };
}

function invite(world: World, input: unknown): Record<string, unknown> {
  const body = parseBody(inviteRequest, input);
  const redirectUrl = registeredUrl(world, body.invite_magic_link_url);
  takeSend(world, body.email);
  const owned = ownerOrNew(world, 'email', body.email, true);
  // Assumed: only someone who never got in can be invited.
  if (owned.user.status === 'active') throw new Refusal('duplicate_email');
  owned.user.name = fullName(owned.user.name, body.name);
  owned.user.trustedMetadata = body.trusted_metadata ?? owned.user.trustedMetadata;
  owned.user.untrustedMetadata = body.untrusted_metadata ?? owned.user.untrustedMetadata;
  const minutes = body.invite_expiration_minutes ?? DEFAULT_LOGIN_MINUTES;
  mailLink(world, { kind: 'invite', ...owned, redirectUrl, minutes, attributes: body.attributes });
  return { user_id: owned.user.userId, email_id: owned.address.id };
}

function revokeInvite(world: World, input: unknown): Record<string, unknown> {
  const { email } = parseBody(z.strictObject({ email: fields.email }), input);
  const owner = world.users.owner('email', email);
  if (owner === undefined) throw new Refusal('email_not_found');
  world.deliveries.removeLinks((link) => link.kind === 'invite' && link.addressId === owner.address.id);
  if (owner.user.status === 'pending') world.users.remove(owner.user);
  return {};
}

async function authenticate(world: World, input: unknown): Promise<Record<string, unknown>> {
  const body = parseBody(authenticateRequest, input);
  const passed = await passedSession(world, body);
  const link = liveLink(world, body.token, { isReset: false, refusal: 'unable_to_auth_magic_link' });
  requireVerifier(link.codeChallenge, body.code_verifier);
  requireMatch(link.attributes, body.attributes, body.options);
  const user = world.users.byId(link.userId);
  const address = user?.addresses.find((candidate) => candidate.id === link.addressId);
  // Assumed: a link to an address that has gone from its user reads as expired.
  if (user === undefined || (link.addressId !== undefined && address === undefined)) {
    throw new Refusal('unable_to_auth_magic_link');
  }
  const session = joinableSession(world, user, passed, body);
  link.isUsed = true;
  const mustReset = address !== undefined && endPasswordSessions(world, user, address, session);
  if (address !== undefined) verifyAddress(address);
  const proof =
    address === undefined ? proofs.embeddedLink(link.embeddedId ?? '') : proofs.email('magic_link', address);
  const answer = await signIn(world, { user, proof, session, args: body, attributes: body.attributes });
  return { ...answer, method_id: link.addressId ?? link.embeddedId, reset_sessions: mustReset };
}

/** The magic-link calls. */
export const magicLinkRoutes: readonly Route[] = [
  { method: 'POST', path: '/v1/magic_links/email/send', run: (world, { body }) => send(world, body) },
  {
    method: 'POST',
    path: '/v1/magic_links/email/login_or_create',
    run: (world, { body }) => loginOrCreate(world, body),
  },
  { method: 'POST', path: '/v1/magic_links/email/invite', run: (world, { body }) => invite(world, body) },
  {
    method: 'POST',
    path: '/v1/magic_links/email/revoke_invite',
    run: (world, { body }) => revokeInvite(world, body),
  },
  {
    method: 'POST',
    path: '/v1/magic_links/authenticate',
    run: (world, { body }) => authenticate(world, body),
  },
  embeddedLinkRoute,
];
