// The users calls on the user as a whole: create, read, update, delete.
import * as z from 'zod/mini';
import { addAddress, createUser } from './addresses.ts';
import { Refusal } from './errors.ts';
import { fields, parseBody } from './inputs.ts';
import type { Route } from './router.ts';
import { emailViews, phoneViews, userView } from './user-view.ts';
import type { Metadata, User, UserName } from './users.ts';
import type { World } from './world.ts';

/** The two metadata parameters. */
export const metadataFields = {
  trusted_metadata: z.optional(fields.record),
  untrusted_metadata: z.optional(fields.record),
} as const;

const profileFields = {
  name: z.optional(fields.name),
  attributes: z.optional(fields.attributes),
  external_id: z.optional(fields.externalId),
  roles: z.optional(z.array(z.string())),
  ...metadataFields,
};

const createRequest = z.strictObject({
  email: z.optional(fields.email),
  phone_number: z.optional(fields.phoneNumber),
  create_user_as_pending: z.optional(fields.flag),
  ...profileFields,
});

const updateRequest = z.strictObject(profileFields);

const MAX_METADATA_KEYS = 20;
const MAX_METADATA_BYTES = 4_096;

/** A name with the given parts replaced. */
export function fullName(before: UserName, given: z.infer<typeof fields.name> | undefined): UserName {
  return {
    first_name: given?.first_name ?? before.first_name,
    middle_name: given?.middle_name ?? before.middle_name,
    last_name: given?.last_name ?? before.last_name,
  };
}

/** Metadata after an update: top-level keys replace, null deletes. */
export function mergedMetadata(before: Metadata, given: Metadata | undefined): Metadata {
  if (given === undefined) return before;
  const merged = Object.fromEntries(
    Object.entries({ ...before, ...given }).filter(([, value]) => value !== null),
  );
  if (Object.keys(merged).length > MAX_METADATA_KEYS) throw new Refusal('metadata_too_many_keys');
  if (Buffer.byteLength(JSON.stringify(merged)) > MAX_METADATA_BYTES) throw new Refusal('metadata_too_large');
  return merged;
}

function requireFreeExternalId(world: World, externalId: string | undefined, except?: User): void {
  if (externalId === undefined) return;
  const isTaken = world.users.all().some((user) => user !== except && user.externalId === externalId);
  if (isTaken) throw new Refusal('duplicate_user_external_id');
}

function create(world: World, input: unknown): Record<string, unknown> {
  const body = parseBody(createRequest, input);
  const { email, phone_number: phone } = body;
  if (email === undefined && phone === undefined) throw new Refusal('bad_request');
  if (email !== undefined && world.users.owner('email', email)) throw new Refusal('duplicate_email');
  if (phone !== undefined && world.users.owner('phone', phone)) throw new Refusal('duplicate_phone_number');
  requireFreeExternalId(world, body.external_id);
  const user = createUser(world, {
    status: body.create_user_as_pending === true ? 'pending' : 'active',
    name: fullName({ first_name: '', middle_name: '', last_name: '' }, body.name),
    externalId: body.external_id,
    trustedMetadata: mergedMetadata({}, body.trusted_metadata),
    untrustedMetadata: mergedMetadata({}, body.untrusted_metadata),
    ...(body.roles === undefined ? {} : { roles: ['stytch_user', ...body.roles] }),
  });
  const emailId = email === undefined ? '' : addAddress(world, user, { kind: 'email', value: email }).id;
  const phoneId = phone === undefined ? '' : addAddress(world, user, { kind: 'phone', value: phone }).id;
  return {
    user_id: user.userId,
    email_id: emailId,
    phone_id: phoneId,
    status: user.status,
    user: userView(user, world.now()),
  };
}

function update(world: World, id: string, input: unknown): Record<string, unknown> {
  const body = parseBody(updateRequest, input);
  const user = world.users.get(id);
  requireFreeExternalId(world, body.external_id, user);
  const trusted = mergedMetadata(user.trustedMetadata, body.trusted_metadata);
  const untrusted = mergedMetadata(user.untrustedMetadata, body.untrusted_metadata);
  user.trustedMetadata = trusted;
  user.untrustedMetadata = untrusted;
  user.name = fullName(user.name, body.name);
  user.externalId = body.external_id ?? user.externalId;
  if (body.roles !== undefined) user.roles = ['stytch_user', ...body.roles];
  return {
    user_id: user.userId,
    emails: emailViews(user),
    phone_numbers: phoneViews(user),
    crypto_wallets: [],
    user: userView(user, world.now()),
  };
}

function remove(world: World, id: string): Record<string, unknown> {
  const user = world.users.get(id);
  for (const session of world.sessions.ofUser(user.userId, world.now())) world.sessions.end(session);
  world.users.remove(user);
  return { user_id: user.userId };
}

function removeExternalId(world: World, id: string): Record<string, unknown> {
  const user = world.users.get(id);
  user.externalId = undefined;
  return { user_id: user.userId, user: userView(user, world.now()) };
}

/** The calls on users. */
export const userRoutes: readonly Route[] = [
  { method: 'POST', path: '/v1/users', run: (world, { body }) => create(world, body) },
  {
    method: 'GET',
    path: '/v1/users/{user_id}',
    // Stytch puts the user flat beside the envelope here, and nowhere else.
    run: (world, { params }) => userView(world.users.get(params['user_id'] ?? ''), world.now()),
  },
  {
    method: 'PUT',
    path: '/v1/users/{user_id}',
    run: (world, { params, body }) => update(world, params['user_id'] ?? '', body),
  },
  {
    method: 'DELETE',
    path: '/v1/users/{user_id}',
    run: (world, { params }) => remove(world, params['user_id'] ?? ''),
  },
  {
    method: 'DELETE',
    path: '/v1/users/{user_id}/external_id',
    run: (world, { params }) => removeExternalId(world, params['user_id'] ?? ''),
  },
];
