// From an email address or phone number to a user: known, made on the spot, or attached to a user on trial.
import { Refusal } from './errors.ts';
import { passedSession, type SessionArguments } from './sign-in.ts';
import { ASSUMED } from './switches.ts';
import { MINUTE_MS } from './timestamps.ts';
import type { Address, AddressKind, User } from './users.ts';
import type { World } from './world.ts';

/** How long an attached address may stay unproven. */
const ATTACH_MS = 5 * MINUTE_MS;

export interface Owned {
  readonly user: User;
  readonly address: Address;
}

/** A new user without anything on it, already in the project. */
export function createUser(world: World, details: Partial<User> = {}): User {
  const user: User = {
    userId: world.newId('user'),
    createdAt: world.now(),
    status: 'active',
    externalId: undefined,
    name: { first_name: '', middle_name: '', last_name: '' },
    addresses: [],
    totps: [],
    registrations: [],
    password: undefined,
    trustedMetadata: {},
    untrustedMetadata: {},
    roles: ['stytch_user'],
    lock: undefined,
    failures: 0,
    ...details,
  };
  world.users.add(user);
  return user;
}

/** Puts an address on a user. */
export function addAddress(
  world: World,
  user: User,
  added: { readonly kind: AddressKind; readonly value: string; readonly attachedUntil?: number },
): Address {
  const address: Address = {
    id: world.newId(added.kind === 'email' ? 'email' : 'phone-number'),
    kind: added.kind,
    value: added.value,
    verified: false,
    attachedUntil: added.attachedUntil,
  };
  user.addresses = [...user.addresses, address];
  return address;
}

/** The owner of an address; a new user, pending if asked, where there is none. */
export function ownerOrNew(
  world: World,
  kind: AddressKind,
  value: string,
  isPending: boolean,
): Owned & { readonly isNew: boolean } {
  const owner = world.users.owner(kind, value);
  if (owner !== undefined) return { ...owner, isNew: false };
  const user = createUser(world, { status: isPending ? 'pending' : 'active' });
  return { user, address: addAddress(world, user, { kind, value }), isNew: true };
}

/**
 * The user whom a `send` call means: the owner of the address, or the user it names, who then gets the address on trial.
 * @throws Refusal
 */
export async function ownerOrAttached(
  world: World,
  kind: AddressKind,
  value: string,
  args: SessionArguments & { readonly user_id?: string | undefined },
): Promise<Owned> {
  const hasSession = args.session_token !== undefined || args.session_jwt !== undefined;
  if (args.user_id !== undefined && hasSession) throw new Refusal('too_many_user_selection_arguments');
  const session = await passedSession(world, args);
  const userId = args.user_id ?? session?.userId;
  const owner = world.users.owner(kind, value);
  if (userId === undefined) {
    if (owner !== undefined) return owner;
    throw new Refusal(kind === 'email' ? 'email_not_found' : 'phone_number_not_found');
  }
  const user = world.users.get(userId);
  const attachedUntil = world.now() + ATTACH_MS;
  if (owner !== undefined) {
    if (owner.user !== user)
      throw new Refusal(kind === 'email' ? 'duplicate_email' : 'duplicate_phone_number');
    if (owner.address.attachedUntil !== undefined) owner.address.attachedUntil = attachedUntil;
    return owner;
  }
  const unverified = user.addresses.filter((address) => !address.verified).length;
  if (unverified >= ASSUMED.unverifiedAddresses) throw new Refusal('too_many_unverified_factors');
  return { user, address: addAddress(world, user, { kind, value, attachedUntil }) };
}

/** Marks an address as proved, which keeps it for good. */
export function verifyAddress(address: Address): void {
  address.verified = true;
  address.attachedUntil = undefined;
}
