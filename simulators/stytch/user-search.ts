// The search for users: filters joined by AND or OR, in pages, at most 150 calls a minute.
import * as z from 'zod/mini';
import { Refusal } from './errors.ts';
import { parseBody } from './inputs.ts';
import type { Route } from './router.ts';
import { userView } from './user-view.ts';
import { type AddressKind, sameAddress, type User } from './users.ts';
import type { World } from './world.ts';

const searchRequest = z.strictObject({
  cursor: z.optional(z.string()),
  limit: z.optional(z.int().check(z.gte(1), z.lte(1_000))),
  query: z.optional(
    z.strictObject({
      operator: z.enum(['AND', 'OR']),
      operands: z.array(z.strictObject({ filter_name: z.string(), filter_value: z.unknown() })),
    }),
  ),
});

const DEFAULT_LIMIT = 100;
const CALLS_A_MINUTE = 150;

type Test = (user: User) => boolean;

const texts = z.array(z.string());

const oneOf =
  (valuesOf: (user: User) => readonly string[]) =>
  (value: unknown): Test => {
    const wanted = parseBody(texts, value);
    return (user) => valuesOf(user).some((known) => wanted.includes(known));
  };

const address =
  (kind: AddressKind) =>
  (value: unknown): Test => {
    const wanted = parseBody(texts, value);
    return (user) =>
      user.addresses.some(
        (known) => known.kind === kind && wanted.some((asked) => sameAddress(kind, known.value, asked)),
      );
  };

const fuzzy =
  (textsOf: (user: User) => readonly string[]) =>
  (value: unknown): Test => {
    const part = parseBody(z.string().check(z.minLength(3)), value).toLowerCase();
    return (user) => textsOf(user).some((known) => known.toLowerCase().includes(part));
  };

const isTrue =
  (fact: Test) =>
  (value: unknown): Test => {
    const wanted = parseBody(z.boolean(), value);
    return (user) => fact(user) === wanted;
  };

const created =
  (compare: (createdAt: number, bound: number) => boolean) =>
  (value: unknown): Test => {
    const bound = Date.parse(parseBody(z.string(), value));
    return (user) => compare(user.createdAt, bound);
  };

const valuesOf = (kind: AddressKind) => (user: User) =>
  user.addresses.filter((known) => known.kind === kind).map(({ value }) => value);
const idsOf = (kind: AddressKind) => (user: User) =>
  user.addresses.filter((known) => known.kind === kind).map(({ id }) => id);
const hasVerified = (kind: AddressKind) => (user: User) =>
  user.addresses.some((known) => known.kind === kind && known.verified);

const FILTERS: Readonly<Record<string, (value: unknown) => Test>> = {
  user_id: oneOf((user) => [user.userId, ...(user.externalId === undefined ? [] : [user.externalId])]),
  status: (value) => {
    const wanted = parseBody(z.enum(['active', 'pending']), value);
    return (user) => user.status === wanted;
  },
  email_address: address('email'),
  email_address_fuzzy: fuzzy(valuesOf('email')),
  email_id: oneOf(idsOf('email')),
  email_verified: isTrue(hasVerified('email')),
  phone_number: address('phone'),
  phone_number_fuzzy: fuzzy(valuesOf('phone')),
  phone_id: oneOf(idsOf('phone')),
  phone_verified: isTrue(hasVerified('phone')),
  totp_id: oneOf((user) => user.totps.map(({ totpId }) => totpId)),
  totp_verified: isTrue((user) => user.totps.some(({ verified }) => verified)),
  webauthn_registration_id: oneOf((user) => user.registrations.map(({ registrationId }) => registrationId)),
  webauthn_registration_verified: isTrue((user) => user.registrations.length > 0),
  password_exists: isTrue((user) => user.password !== undefined),
  full_name_fuzzy: fuzzy(({ name }) => [`${name.first_name} ${name.middle_name} ${name.last_name}`]),
  created_at_greater_than: created((at, bound) => at > bound),
  created_at_less_than: created((at, bound) => at < bound),
};

function search(world: World, input: unknown): Record<string, unknown> {
  const body = parseBody(searchRequest, input);
  const rule = { name: 'users.search', field: world.projectId, limit: CALLS_A_MINUTE, seconds: 60 };
  world.rateLimits.take(rule, world.now(), world.switches.rateLimit);
  const tests = (body.query?.operands ?? []).map(({ filter_name: name, filter_value: value }) => {
    const filter = Object.hasOwn(FILTERS, name) ? FILTERS[name] : undefined;
    if (filter === undefined) throw new Refusal('user_search_filter_name_not_recognized');
    return filter(value);
  });
  const isAny = body.query?.operator === 'OR' && tests.length > 0;
  const found = world.users
    .all()
    .filter((user) => (isAny ? tests.some((test) => test(user)) : tests.every((test) => test(user))));
  const from = offsetOf(body.cursor);
  const to = from + (body.limit ?? DEFAULT_LIMIT);
  return {
    results: found.slice(from, to).map((user) => userView(user, world.now())),
    results_metadata: { total: found.length, next_cursor: to < found.length ? cursorOf(to) : null },
  };
}

function cursorOf(offset: number): string {
  return Buffer.from(`offset:${offset}`).toString('base64url');
}

function offsetOf(cursor: string | undefined): number {
  if (cursor === undefined || cursor === '') return 0;
  const offset = /^offset:(\d{1,9})$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1];
  if (offset === undefined) throw new Refusal('user_search_invalid_cursor');
  return Number(offset);
}

/** The search call. */
export const userSearchRoutes: readonly Route[] = [
  { method: 'POST', path: '/v1/users/search', run: (world, { body }) => search(world, body) },
];
