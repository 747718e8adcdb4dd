// Users and sessions that a test starts from, made without walking through the calls.
import * as z from 'zod/mini';
import { addAddress, createUser, verifyAddress } from './addresses.ts';
import { ControlError } from './control-error.ts';
import { isId } from './ids.ts';
import { fields } from './inputs.ts';
import { hashPassword } from './password-hashes.ts';
import { mintSessionJwt } from './session-jwts.ts';
import { factorOf, type Proof, proofs } from './sessions.ts';
import { newSession } from './sign-in.ts';
import { MINUTE_MS, SECOND_MS } from './timestamps.ts';
import { addTotp } from './totps.ts';
import { fullName } from './user-calls.ts';
import type { User } from './users.ts';
import type { World } from './world.ts';

export const seedUserRequest = z.strictObject({
  userId: z.optional(z.string()),
  status: z.optional(z.enum(['active', 'pending'])),
  email: z.optional(fields.email),
  emailVerified: z.optional(z.boolean()),
  phoneNumber: z.optional(fields.phoneNumber),
  phoneVerified: z.optional(z.boolean()),
  /** A confirmed TOTP with a random secret. */
  totp: z.optional(z.boolean()),
  /** A confirmed TOTP with this secret. */
  totpSecret: z.optional(z.string().check(z.regex(/^[A-Z2-7]{32}$/))),
  /** A registered passkey whose private key nobody has. */
  passkeyDomain: z.optional(z.string()),
  password: z.optional(z.string()),
  externalId: z.optional(fields.externalId),
  name: z.optional(fields.name),
  trustedMetadata: z.optional(fields.record),
  roles: z.optional(z.array(z.string())),
});

export type SeedUserRequest = z.infer<typeof seedUserRequest>;

export interface SeededUser {
  readonly userId: string;
  readonly emailId: string | undefined;
  readonly phoneId: string | undefined;
  readonly totpId: string | undefined;
  readonly totpSecret: string | undefined;
  readonly recoveryCodes: readonly string[];
  readonly webauthnRegistrationId: string | undefined;
  readonly passwordId: string | undefined;
}

/**
 * Makes a user; addresses are verified unless told otherwise.
 * @throws ControlError when an id or address is taken
 */
export async function seedUser(world: World, seed: SeedUserRequest): Promise<SeededUser> {
  requireFree(world, seed);
  const password =
    seed.password === undefined
      ? undefined
      : { passwordId: world.newId('password'), requiresReset: false, ...(await hashPassword(seed.password)) };
  if (seed.password !== undefined) world.witness.issued(seed.password);
  const user = createUser(world, {
    ...(seed.userId === undefined ? {} : { userId: seed.userId }),
    status: seed.status ?? 'active',
    externalId: seed.externalId,
    name: fullName({ first_name: '', middle_name: '', last_name: '' }, seed.name),
    trustedMetadata: seed.trustedMetadata ?? {},
    roles: seed.roles ?? ['stytch_user'],
    password,
  });
  const email = seedAddress(world, user, 'email', seed.email, seed.emailVerified);
  const phone = seedAddress(world, user, 'phone', seed.phoneNumber, seed.phoneVerified);
  const hasTotp = seed.totp === true || seed.totpSecret !== undefined;
  const totp = hasTotp ? addTotp(world, user, undefined, seed.totpSecret) : undefined;
  if (totp !== undefined) totp.verified = true;
  if (seed.passkeyDomain !== undefined) {
    user.registrations.push({
      registrationId: world.newId('webauthn-registration'),
      domain: seed.passkeyDomain,
      userAgent: '',
      authenticatorType: '',
      name: '',
      credentialId: world.newToken(),
      publicKey: new Uint8Array(),
      counter: 0,
    });
  }
  return {
    userId: user.userId,
    emailId: email,
    phoneId: phone,
    totpId: totp?.totpId,
    totpSecret: totp?.secret,
    recoveryCodes: totp?.recoveryCodes.map(({ code }) => code) ?? [],
    webauthnRegistrationId: user.registrations[0]?.registrationId,
    passwordId: password?.passwordId,
  };
}

function requireFree(world: World, seed: SeedUserRequest): void {
  const { userId, email, phoneNumber } = seed;
  if (userId !== undefined && !isId('user', userId)) throw new ControlError(`not a user id: ${userId}`);
  if (userId !== undefined && world.users.byId(userId)) throw new ControlError(`user id is taken: ${userId}`);
  if (email !== undefined && world.users.owner('email', email))
    throw new ControlError(`email is taken: ${email}`);
  if (phoneNumber !== undefined && world.users.owner('phone', phoneNumber)) {
    throw new ControlError(`phone number is taken: ${phoneNumber}`);
  }
}

function seedAddress(
  world: World,
  user: User,
  kind: 'email' | 'phone',
  value: string | undefined,
  isVerified = true,
): string | undefined {
  if (value === undefined) return undefined;
  const address = addAddress(world, user, { kind, value: world.witness.issued(value) });
  if (isVerified) verifyAddress(address);
  return address.id;
}

export const startSessionRequest = z.strictObject({
  userId: z.string(),
  /** @default one magic link, just now */
  factors: z.optional(
    z.array(
      z.strictObject({
        type: z.string(),
        deliveryMethod: z.string(),
        /** The sub-object; left out, the user's own factor of that kind. */
        detail: z.optional(fields.record),
        ageSeconds: z.optional(z.number()),
      }),
    ),
  ),
  minutes: z.optional(z.number()),
  ageSeconds: z.optional(z.number()),
  customClaims: z.optional(fields.record),
});

export type StartSessionRequest = z.infer<typeof startSessionRequest>;

export interface StartedSession {
  readonly sessionId: string;
  readonly sessionToken: string;
  readonly sessionJwt: string;
}

/**
 * Starts a session with any factors of any age.
 * @throws ControlError when the user lacks a factor that the session should have
 */
export async function startSession(
  world: World,
  user: User,
  request: StartSessionRequest,
): Promise<StartedSession> {
  const now = world.now();
  const factors = (request.factors ?? [{ type: 'magic_link', deliveryMethod: 'email' }]).map((wanted) => {
    const { type, deliveryMethod, detail, ageSeconds = 0 } = wanted;
    const proof =
      detail === undefined ? ownProof(user, type, deliveryMethod) : { type, deliveryMethod, detail };
    return factorOf(proof, now - ageSeconds * SECOND_MS);
  });
  const session = newSession(world, user);
  session.startedAt = now - (request.ageSeconds ?? 0) * SECOND_MS;
  session.expiresAt = now + (request.minutes ?? 60) * MINUTE_MS;
  session.factors = factors;
  session.customClaims = request.customClaims ?? {};
  world.sessions.add(session, now);
  return {
    sessionId: session.sessionId,
    sessionToken: session.token,
    sessionJwt: await mintSessionJwt(world, session),
  };
}

function ownProof(user: User, type: string, deliveryMethod: string): Proof {
  const email = user.addresses.find((address) => address.kind === 'email');
  const phone = user.addresses.find((address) => address.kind === 'phone');
  const [totp] = user.totps;
  const [registration] = user.registrations;
  const pair = `${type}/${deliveryMethod}`;
  if (pair === 'magic_link/email' && email) return proofs.email('magic_link', email);
  if (pair === 'otp/email' && email) return proofs.email('otp', email);
  if (pair === 'otp/sms' && phone) return proofs.phone('sms', phone);
  if (pair === 'otp/whatsapp' && phone) return proofs.phone('whatsapp', phone);
  if (pair === 'totp/authenticator_app' && totp) return proofs.totp(totp);
  if (pair === 'webauthn/webauthn_registration' && registration) return proofs.webauthn(registration);
  if (pair === 'password/knowledge') return proofs.password();
  throw new ControlError(`the user has no factor ${pair}; give its detail`);
}
