// `npm run export-user`: everything that the table holds about one user, as JSON, for the user's own request or an examiner's.
import { Option } from 'commander';
import * as z from 'zod/mini';
import type { StoredItem } from '../functions/adapters/table/store.ts';
import { runCommand } from './base/cli.ts';
import type { Desk } from './base/desk.ts';
import { stytchUserId, unitId } from './base/ids.ts';
import { misuse, refusal } from './base/stop.ts';

const shape = {
  user: z.optional(stytchUserId),
  customer: z.optional(unitId),
  application: z.optional(unitId),
  withVendors: z._default(z.boolean(), false),
};
const shaped = z.object(shape);

async function exportUser(desk: Desk, options: z.infer<typeof shaped>) {
  const { table, output } = desk;
  const user = await findUser(desk, options);
  const items = await table.readPartition(user);
  const ids = unitIdsIn(items);
  const [claims, pointers] = await Promise.all([
    Promise.all(ids.customers.map((id) => table.readClaim(id))),
    Promise.all(ids.applications.map((id) => table.readPointerItem(id))),
  ]);
  // What has passed to somebody else is theirs: this user's export tells nothing of it.
  const isOwn = (item: Readonly<Record<string, unknown>>): boolean => item['stytchUserId'] === user;
  const ownClaims = claims.filter(isThere).filter(isOwn);
  const owned = new Set(ownClaims.map((claim) => claim['unitCustomerId']));
  const ownIds = { ...ids, customers: ids.customers.filter((id) => owned.has(id)) };
  const vendors = options.withVendors ? await askVendors(desk, user, ownIds) : null;
  if (items.length === 0 && (vendors === null || vendors.stytch === null)) {
    throw refusal('user_unknown', 'The table holds nothing about this user.');
  }
  const exported = { items, claims: ownClaims, pointers: pointers.filter(isThere).filter(isOwn) };
  output.table(['item', 'key', 'status'], [...items, ...exported.claims, ...exported.pointers].map(rowOf));
  if (vendors !== null) {
    output.say(`At Stytch: ${vendors.stytch === null ? 'gone' : String(vendors.stytch['status'])}`);
    output.table(
      ['at Unit', 'id', 'status'],
      [
        ...vendors.unit.applications.map(({ unitApplicationId: id, status }) => ['application', id, status]),
        ...vendors.unit.customers.map(({ unitCustomerId: id, status }) => ['customer', id, status]),
      ],
    );
  }
  output.say('--json prints the export itself.');
  return {
    outcome: 'done',
    userId: user,
    exportedAt: new Date(desk.clock() * 1000).toISOString(),
    table: exported,
    ...(vendors === null ? {} : { vendors }),
  } as const;
}

/** @throws Stop `not_mapped`, or wrong usage */
async function findUser(
  { table }: Desk,
  { user, customer, application }: z.infer<typeof shaped>,
): Promise<string> {
  const given = [user, customer, application].filter((id) => id !== undefined);
  if (given.length !== 1) throw misuse('Name one of --user, --customer and --application.');
  if (user !== undefined) return user;
  const owner =
    customer === undefined ? await table.readPointer(application ?? '') : await table.readClaim(customer);
  if (owner === null) throw refusal('not_mapped', 'The table knows nobody who holds it.');
  return owner.stytchUserId;
}

interface UnitIds {
  readonly applications: readonly string[];
  readonly customers: readonly string[];
}

/** From the items as they are: one that this release cannot read is exported all the same. */
function unitIdsIn(items: readonly StoredItem[]): UnitIds {
  const named = (name: string): readonly string[] => [
    ...new Set(items.map((item) => item[name]).filter((id) => typeof id === 'string')),
  ];
  return { applications: named('unitApplicationId'), customers: named('unitCustomerId') };
}

const isThere = <T>(found: T | null): found is T => found !== null;

async function askVendors(desk: Desk, user: string, ids: UnitIds) {
  const stytch = await desk.stytch();
  const unit = await desk.unit();
  const [atStytch, applications, customers] = await Promise.all([
    stytch.read(user),
    Promise.all(
      ids.applications.map(async (id) => statusOf(id, await unit.readApplication(id, unit.signal))),
    ),
    Promise.all(
      ids.customers.map(async (id) => ({ unitCustomerId: id, ...shownCustomer(await unit.read(id)) })),
    ),
  ]);
  return { stytch: atStytch?.exported ?? null, unit: { applications, customers } };
}

const statusOf = (
  unitApplicationId: string,
  found: { readonly status: string; readonly updatedAt: string } | null,
) => ({
  unitApplicationId,
  status: found?.status ?? 'missing',
  updatedAt: found?.updatedAt ?? null,
});

/** Status and subjects alone: what else Unit has, SSN and all, is Unit's own to export. */
const shownCustomer = (
  view: {
    readonly status: string;
    readonly persons: readonly { readonly jwtSubject: string | null }[];
  } | null,
) => ({
  status: view?.status ?? 'missing',
  jwtSubjects: (view?.persons ?? []).flatMap(({ jwtSubject }) => jwtSubject ?? []),
});

function rowOf({ pk, sk, status }: StoredItem): readonly string[] {
  const [kind = '', ...rest] = String(String(sk) === 'OWNER' ? pk : sk).split('#');
  return [
    String(sk) === 'OWNER' ? (kind === 'CUSTOMER' ? 'claim' : 'pointer') : kind.toLowerCase(),
    rest.join('#'),
    typeof status === 'string' ? status : '',
  ];
}

await runCommand({
  name: 'export-user',
  description:
    'Shows everything that the table holds about a user; --json is the export itself. Changes nothing. ' +
    'What limits count by is a keyed hash of an address, and cannot be found again from the user.',
  isChanging: false,
  needs: ['stytch', 'unit'],
  options: [
    new Option('--user <id>', 'the Stytch user'),
    new Option('--customer <id>', 'or the user who holds this Unit customer'),
    new Option('--application <id>', 'or the user of this Unit application'),
    new Option(
      '--with-vendors',
      "also Stytch's user object, and what Unit says of applications and customers",
    ),
  ],
  shape,
  examples: [
    '--stage prod --customer 700001',
    '--stage prod --user user-live-... --with-vendors --json > user.json',
  ],
  run: exportUser,
});
