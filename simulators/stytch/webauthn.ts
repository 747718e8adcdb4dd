// Passkeys: the calls that hand out challenges, and those that take the credential made or used with one.
import { randomBytes } from 'node:crypto';
import * as z from 'zod/mini';
import { Refusal } from './errors.ts';
import { fields, parseBody, sessionFields } from './inputs.ts';
import { failedProof } from './locks.ts';
import type { Route } from './router.ts';
import { proofs } from './sessions.ts';
import { joinableSession, passedSession, signIn } from './sign-in.ts';
import { ASSUMED } from './switches.ts';
import { MINUTE_MS } from './timestamps.ts';
import type { User } from './users.ts';
import {
  readAssertion,
  readAttestation,
  verifyAssertion,
  verifyAttestation,
} from './webauthn-credentials.ts';
import { creationOptions, requestOptions } from './webauthn-options.ts';
import type { World } from './world.ts';

export interface WebauthnChallenge {
  readonly challenge: string;
  readonly purpose: 'register' | 'authenticate';
  /** Absent where any passkey of the domain may answer. */
  readonly userId: string | undefined;
  readonly domain: string;
  readonly userAgent: string;
  readonly authenticatorType: string;
  readonly expiresAt: number;
}

const domain = z.string().check(z.regex(/^(localhost|[a-z0-9-]+(\.[a-z0-9-]+)+)$/));

const registerStartRequest = z.strictObject({
  user_id: fields.id,
  domain,
  user_agent: z.optional(fields.text),
  authenticator_type: z.optional(z.enum(['platform', 'cross-platform'])),
  return_passkey_credential_options: z.optional(fields.flag),
  override_id: z.optional(fields.text),
  override_name: z.optional(fields.text),
  override_display_name: z.optional(fields.text),
  use_base64_url_encoding: z.optional(fields.flag),
});

const registerRequest = z.strictObject({
  user_id: fields.id,
  public_key_credential: fields.text,
  ...sessionFields,
});

const authenticateStartRequest = z.strictObject({
  domain,
  user_id: z.optional(fields.id),
  return_passkey_credential_options: z.optional(fields.flag),
  use_base64_url_encoding: z.optional(fields.flag),
});

const authenticateRequest = z.strictObject({ public_key_credential: fields.text, ...sessionFields });

type Answer = Record<string, unknown>;

function newChallenge(
  world: World,
  details: Omit<WebauthnChallenge, 'challenge' | 'expiresAt'>,
): WebauthnChallenge {
  const challenge: WebauthnChallenge = {
    ...details,
    challenge: randomBytes(32).toString('base64url'),
    expiresAt: world.now() + ASSUMED.webauthnChallengeMinutes * MINUTE_MS,
  };
  world.webauthnChallenges.set(challenge.challenge, challenge);
  return challenge;
}

/** The challenge that a credential answers. Assumed: any answer, good or bad, uses it up. */
function takeChallenge(
  world: World,
  challenge: string,
  purpose: WebauthnChallenge['purpose'],
): WebauthnChallenge | undefined {
  const known = world.webauthnChallenges.get(challenge);
  if (known === undefined || known.purpose !== purpose) return undefined;
  world.webauthnChallenges.delete(challenge);
  return known.expiresAt > world.now() ? known : undefined;
}

function activeUser(world: World, userId: string): User {
  const user = world.users.get(userId);
  if (user.status !== 'active') throw new Refusal('cannot_use_webauthn_with_pending_user');
  return user;
}

function registerStart(world: World, input: unknown): Answer {
  const body = parseBody(registerStartRequest, input);
  const user = activeUser(world, body.user_id);
  const challenge = newChallenge(world, {
    purpose: 'register',
    userId: user.userId,
    domain: body.domain,
    userAgent: body.user_agent ?? '',
    authenticatorType: body.authenticator_type ?? '',
  });
  const options = creationOptions(user, challenge, body);
  return { user_id: user.userId, public_key_credential_creation_options: JSON.stringify(options) };
}

async function register(world: World, input: unknown): Promise<Answer> {
  const body = parseBody(registerRequest, input);
  const credential = readAttestation(body.public_key_credential);
  const passed = await passedSession(world, body);
  const user = activeUser(world, body.user_id);
  const session = joinableSession(world, user, passed, body);
  const challenge = takeChallenge(world, credential.clientData.challenge, 'register');
  if (challenge?.userId !== user.userId) throw new Refusal('no_pending_webauthn_registration');
  const made = await verifyAttestation(credential, challenge);
  if (made === undefined) throw new Refusal('unable_to_register_webauthn_registration');
  const isKnown = world.users
    .all()
    .some((other) => other.registrations.some((known) => known.credentialId === made.credentialId));
  if (isKnown) throw new Refusal('duplicate_webauthn_registration');
  const registration = {
    registrationId: world.newId('webauthn-registration'),
    domain: challenge.domain,
    userAgent: challenge.userAgent,
    authenticatorType: challenge.authenticatorType,
    name: '',
    ...made,
  };
  user.registrations.push(registration);
  const answer = await signIn(world, { user, proof: proofs.webauthn(registration), session, args: body });
  return { ...answer, webauthn_registration_id: registration.registrationId };
}

function authenticateStart(world: World, input: unknown): Answer {
  const body = parseBody(authenticateStartRequest, input);
  const user = body.user_id === undefined ? undefined : activeUser(world, body.user_id);
  const allowed = user?.registrations.filter((known) => known.domain === body.domain);
  if (allowed?.length === 0) throw new Refusal('no_active_webauthn_registrations');
  const challenge = newChallenge(world, {
    purpose: 'authenticate',
    userId: user?.userId,
    domain: body.domain,
    userAgent: '',
    authenticatorType: '',
  });
  const options = requestOptions(allowed ?? [], challenge, body);
  return { user_id: user?.userId ?? '', public_key_credential_request_options: JSON.stringify(options) };
}

async function authenticate(world: World, input: unknown): Promise<Answer> {
  const body = parseBody(authenticateRequest, input);
  const credential = readAssertion(body.public_key_credential);
  const passed = await passedSession(world, body);
  const challenge = takeChallenge(world, credential.clientData.challenge, 'authenticate');
  const user = world.users
    .all()
    .find((candidate) => candidate.registrations.some((known) => known.credentialId === credential.json.id));
  const registration = user?.registrations.find((known) => known.credentialId === credential.json.id);
  if (user === undefined || registration === undefined) throw new Refusal('webauthn_registration_not_found');
  const session = joinableSession(world, user, passed, body);
  const isMeant = challenge !== undefined && (challenge.userId ?? user.userId) === user.userId;
  const counter = isMeant ? await verifyAssertion(credential, challenge, registration) : undefined;
  if (counter === undefined) {
    throw failedProof(world, user, new Refusal('unable_to_auth_webauthn_registration'));
  }
  registration.counter = counter;
  const answer = await signIn(world, { user, proof: proofs.webauthn(registration), session, args: body });
  return { ...answer, webauthn_registration_id: registration.registrationId };
}

/** The calls that enrol and use passkeys. */
export const webauthnRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/webauthn/register/start',
    run: (world, { body }) => registerStart(world, body),
  },
  { method: 'POST', path: '/v1/webauthn/register', run: (world, { body }) => register(world, body) },
  {
    method: 'POST',
    path: '/v1/webauthn/authenticate/start',
    run: (world, { body }) => authenticateStart(world, body),
  },
  { method: 'POST', path: '/v1/webauthn/authenticate', run: (world, { body }) => authenticate(world, body) },
];
