// The users calls on single factors: taking one off, and exchanging the primary one.
import * as z from 'zod/mini';
import { addAddress } from './addresses.ts';
import { type ErrorType, Refusal } from './errors.ts';
import { requireEnvironment } from './ids.ts';
import { fields, parseBody } from './inputs.ts';
import type { Route } from './router.ts';
import { userView } from './user-view.ts';
import type { AddressKind, User } from './users.ts';
import type { World } from './world.ts';

interface Removal {
  /** The path segment below `/v1/users/`. */
  readonly name: string;
  readonly missing: ErrorType;
  /** Takes the factor off the user; false when the user has no such factor. */
  readonly from: (user: User, id: string) => boolean;
}

const removals: readonly Removal[] = [
  { name: 'emails', missing: 'email_not_found', from: removeAddress('email') },
  { name: 'phone_numbers', missing: 'phone_number_not_found', from: removeAddress('phone') },
  {
    name: 'totps',
    missing: 'totp_not_found',
    from: (user, id) => {
      const before = user.totps;
      user.totps = before.filter((totp) => totp.totpId !== id);
      return user.totps.length < before.length;
    },
  },
  {
    name: 'webauthn_registrations',
    missing: 'webauthn_registration_not_found',
    from: (user, id) => {
      const before = user.registrations;
      user.registrations = before.filter((known) => known.registrationId !== id);
      return user.registrations.length < before.length;
    },
  },
  {
    name: 'passwords',
    missing: 'password_not_found',
    from: (user, id) => {
      if (user.password?.passwordId !== id) return false;
      user.password = undefined;
      return true;
    },
  },
  // These three kinds cannot be enrolled here, so there is never one to take off.
  { name: 'biometric_registrations', missing: 'biometric_registration_not_found', from: () => false },
  { name: 'crypto_wallets', missing: 'crypto_wallet_not_found', from: () => false },
  { name: 'oauth', missing: 'oauth_user_registration_not_found', from: () => false },
];

function removeAddress(kind: AddressKind): Removal['from'] {
  return (user, id) => {
    const before = user.addresses;
    user.addresses = before.filter((address) => address.kind !== kind || address.id !== id);
    return user.addresses.length < before.length;
  };
}

/**
 * Takes a factor off whichever user has it: the call names no owner, and Stytch asks for none. Assumed: sessions that
 * were opened with it live on and still list it.
 */
function remove(world: World, removal: Removal, id: string): Record<string, unknown> {
  requireEnvironment(id, world.environment);
  const user = world.users.all().find((candidate) => removal.from(candidate, id));
  if (user === undefined) throw new Refusal(removal.missing);
  return { user_id: user.userId, user: userView(user, world.now()) };
}

const exchangeRequest = z.strictObject({
  email_address: z.optional(fields.email),
  phone_number: z.optional(fields.phoneNumber),
});

/** Replaces the one address of a user by another, unproved, as an administrator may. */
function exchange(world: World, id: string, input: unknown): Record<string, unknown> {
  const body = parseBody(exchangeRequest, input);
  const user = world.users.get(id);
  const { email_address: email, phone_number: phone } = body;
  const value = email ?? phone;
  if (value === undefined || (email !== undefined && phone !== undefined)) {
    throw new Refusal('invalid_exchange_primary_factor_fields');
  }
  if (user.addresses.length !== 1) throw new Refusal('invalid_exchange_primary_factor_user');
  const kind = email === undefined ? 'phone' : 'email';
  if (world.users.owner(kind, value) !== undefined) {
    throw new Refusal(kind === 'email' ? 'duplicate_email' : 'duplicate_phone_number');
  }
  user.addresses = [];
  addAddress(world, user, { kind, value });
  return { user_id: user.userId, user: userView(user, world.now()) };
}

/** The calls on a user's factors. */
export const userFactorRoutes: readonly Route[] = [
  ...removals.map(
    (removal): Route => ({
      method: 'DELETE',
      path: `/v1/users/${removal.name}/{id}`,
      run: (world, { params }) => remove(world, removal, params['id'] ?? ''),
    }),
  ),
  {
    method: 'PUT',
    path: '/v1/users/{user_id}/exchange_primary_factor',
    run: (world, { params, body }) => exchange(world, params['user_id'] ?? '', body),
  },
];
