// `npm run delete-user`: the user goes from Stytch for good; what the bank relation rests on stays, under a tombstone.
import { Option } from 'commander';
import * as z from 'zod/mini';
import type { UserRecord } from '../functions/core/onboarding/records.ts';
import type { StytchUsers, StytchUserView } from './adapters/stytch-users.ts';
import { runCommand } from './base/cli.ts';
import type { Desk } from './base/desk.ts';
import { stytchUserId } from './base/ids.ts';
import { reasonText } from './base/reason.ts';
import { misuse, refusal } from './base/stop.ts';

const shape = {
  user: stytchUserId,
  reason: z.optional(reasonText),
  force: z._default(z.boolean(), false),
};
const shaped = z.object(shape);

async function deleteUser(desk: Desk, { user, reason, force }: z.infer<typeof shaped>) {
  if (force && reason === undefined) throw misuse('--force needs a --reason.');
  const stytch = await desk.stytch();
  const [known, atStytch, items] = await Promise.all([
    desk.table.readUser(user),
    stytch.read(user),
    desk.table.readPartition(user),
  ]);
  if (items.length === 0 && atStytch === null) {
    throw refusal('user_unknown', 'Neither Stytch nor the table knows this user.');
  }
  const open = openApplications(known);
  if (open.length > 0 && !force) {
    throw refusal('application_open', 'An application is open at Unit: let it end first, or use --force.', {
      applications: open,
    });
  }
  const answer = {
    userId: user,
    reason: reason ?? null,
    ...whatHappens(known, atStytch),
    openApplications: open,
  };
  show(desk, known, atStytch);
  if (known.isDeleted && atStytch === null && known.factors.length === 0) {
    desk.output.say('Deleted already: nothing to do.');
    return { outcome: 'nothing_to_do', ...answer } as const;
  }
  if (!desk.isApplying) {
    desk.output.say('Dry run: nothing was changed. --apply makes it happen.');
    return { outcome: 'planned', ...answer } as const;
  }
  await desk.confirm(`Delete ${user}? There is no way back.`);
  await apply(desk, stytch, known, reason ?? 'none given');
  desk.output.say(`Done: ${user} is deleted.`);
  return { outcome: 'done', operator: desk.operator(), ...answer } as const;
}

const undecided: ReadonlySet<string> = new Set([
  'Submitting',
  'Pending',
  'PendingReview',
  'AwaitingDocuments',
]);

/** Those that Unit may still decide, and one that it has approved while its customer is not mapped yet. */
const openApplications = ({ applications }: UserRecord) =>
  applications
    .filter(
      ({ status, unitCustomerId }) =>
        undecided.has(status) || (status === 'Approved' && unitCustomerId === null),
    )
    .map(({ applicationId, status }) => ({ applicationId, status }));

/** The tombstone first: from then on nothing is handed out, whatever fails after. */
async function apply(desk: Desk, stytch: StytchUsers, known: UserRecord, reason: string): Promise<void> {
  const { output, table } = desk;
  output.step('tombstone ...');
  await table.buryUser(known.stytchUserId, { by: desk.operator(), reason, at: desk.clock() });
  output.step('Stytch user ...');
  // Stytch finds users by their external ids, too: whoever has this id as such is somebody else.
  if ((await stytch.read(known.stytchUserId)) === null)
    output.say('Stytch has no user of this id: nothing was deleted there.');
  else await stytch.deleteUser(known.stytchUserId);
  output.step('factor records ...');
  // Read again: an exchange in between may have met a factor.
  const { factors } = await table.readUser(known.stytchUserId);
  for (const { factorId } of factors) await table.removeFactor(known.stytchUserId, factorId);
}

const whatHappens = (
  { isDeleted, factors, locks, applications, customers }: UserRecord,
  atStytch: StytchUserView | null,
) => ({
  isDeletedHere: isDeleted,
  isAtStytch: atStytch !== null,
  removes: { stytchUser: atStytch !== null, factorRecords: factors.length },
  keeps: {
    applications: applications.map(({ applicationId }) => applicationId),
    customers: customers.map(({ unitCustomerId, status }) => ({ customerId: unitCustomerId, status })),
    locks: locks.length,
  },
});

function show({ output }: Desk, known: UserRecord, atStytch: StytchUserView | null): void {
  const { applications, customers, locks, factors, isDeleted } = known;
  output.table(
    ['what', 'now', 'then'],
    [
      ['user at Stytch, with addresses, factors, sessions', atStytch === null ? 'gone' : 'there', 'deleted'],
      ['tombstone', isDeleted ? 'there' : 'none', 'stays for good: every exchange reads it'],
      ['factor records', String(factors.length), 'removed'],
      [
        'applications, pointers, locks',
        String(applications.length + locks.length),
        'stay: records of the bank',
      ],
      ['customers and their claims', String(customers.length), 'stay: nobody else may claim them'],
    ],
  );
  for (const { unitCustomerId, status } of customers) {
    if (status !== 'Archived')
      output.say(`Customer ${unitCustomerId} stays ${status}: close it at Unit if it is to end.`);
  }
}

await runCommand({
  name: 'delete-user',
  description:
    'Deletes a user: from Stytch with all factors and sessions, and here by a tombstone that every exchange reads. ' +
    'Claims, customers, applications and pointers stay: they say whose money it is, and the law keeps them for years. ' +
    'Nothing changes at Unit: a customer there stays open until it is archived there.',
  isChanging: true,
  needs: ['stytch'],
  options: [
    new Option('--user <id>', 'the Stytch user'),
    new Option('--reason <text>', 'why, for the record'),
    new Option('--force', 'also while an application is open; needs a --reason'),
  ],
  shape,
  examples: [
    '--stage prod --user user-live-...',
    '--stage prod --user user-live-... --reason "ticket 4711" --apply',
  ],
  run: deleteUser,
});
