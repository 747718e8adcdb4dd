// `npm run reset-factors`: support's answer to a lost phone, after it was proved who is asking.
import { Option } from 'commander';
import * as z from 'zod/mini';
import type { UserRecord } from '../functions/core/onboarding/records.ts';
import type { StytchUsers, StytchUserView } from './adapters/stytch-users.ts';
import { runCommand } from './base/cli.ts';
import type { Desk } from './base/desk.ts';
import { stytchUserId } from './base/ids.ts';
import { reasonText } from './base/reason.ts';
import { refusal, Stop } from './base/stop.ts';

const shape = { user: stytchUserId, reason: reasonText, force: z._default(z.boolean(), false) };
const shaped = z.object(shape);

async function resetFactors(desk: Desk, { user, reason, force }: z.infer<typeof shaped>) {
  const stytch = await desk.stytch();
  const [known, atStytch] = await Promise.all([desk.table.readUser(user), stytch.read(user)]);
  if (known.isDeleted) throw refusal('user_deleted', 'This user was deleted here.');
  if (atStytch === null) throw refusal('user_unknown', 'Stytch has no such user.');
  const sessions = await stytch.sessionIds(user);
  const enrolment = enrolmentAfter(known, atStytch);
  const answer = {
    userId: user,
    reason,
    sessions: sessions.length,
    factors: atStytch.secondFactors,
    factorRecords: known.factors.length,
    enrolment,
  };
  show(desk, known, atStytch, sessions.length);
  if (isStranded[enrolment] && !force) {
    throw refusal(`stranded_${enrolment}`, `${afterwards[enrolment]} --force resets all the same.`, answer);
  }
  if (sessions.length + atStytch.secondFactors.length + known.factors.length === 0) {
    desk.output.say('No session and no second factor: nothing to do.');
    return { outcome: 'nothing_to_do', ...answer } as const;
  }
  desk.output.say(afterwards[enrolment]);
  if (!desk.isApplying) {
    desk.output.say('Dry run: nothing was changed. --apply makes it happen.');
    return { outcome: 'planned', ...answer } as const;
  }
  await desk.confirm(`Reset the second factors of ${user}?`);
  await apply(desk, stytch, known.stytchUserId, reason);
  desk.output.say('Done.');
  return { outcome: 'done', operator: desk.operator(), ...answer } as const;
}

type Enrolment = 'freely' | 'sms_to_unit_number' | 'without_customer' | 'without_sign_in';

const afterwards = {
  freely: 'The user has not applied, and may enrol any factor after signing in.',
  sms_to_unit_number: 'The user may then enrol only by SMS to the phone number that Unit holds.',
  without_customer:
    'The user has applied and has no active customer, so nobody could enrol a factor until there is one.',
  without_sign_in:
    'The user has no email, password or social log-in, so nothing would be left to sign in with.',
} as const satisfies Record<Enrolment, string>;

const isStranded: Readonly<Record<Enrolment, boolean>> = {
  freely: false,
  sms_to_unit_number: false,
  without_customer: true,
  without_sign_in: true,
};

const signIns: ReadonlySet<string> = new Set(['email', 'password', 'oauth']);

/** What the enrolment rules will let the user do once the factors are gone. */
function enrolmentAfter({ applications, customers }: UserRecord, { user }: StytchUserView): Enrolment {
  if (!user.factors.some(({ kind, isVerified }) => signIns.has(kind) && isVerified)) return 'without_sign_in';
  if (applications.length === 0 && customers.length === 0) return 'freely';
  return customers.some(({ status }) => status === 'Active') ? 'sms_to_unit_number' : 'without_customer';
}

/**
 * Factors at Stytch before our records of them: a factor without a record would count as one newly seen. Sessions
 * first, so that none of them enrols another one, and once more at the end for those begun in between.
 */
async function apply(desk: Desk, stytch: StytchUsers, user: string, reason: string): Promise<void> {
  const { output, table } = desk;
  await table.noteReset(user, { by: desk.operator(), reason, at: desk.clock() });
  output.step('sessions ...');
  await endSessions(stytch, user);
  output.step('factors at Stytch ...');
  const before = await stytch.read(user);
  for (const factor of before?.secondFactors ?? []) await stytch.deleteFactor(factor);
  output.step('factor records ...');
  const { factors } = await table.readUser(user);
  for (const { factorId } of factors) await table.removeFactor(user, factorId);
  await endSessions(stytch, user);
  const after = await stytch.read(user);
  const left = after?.secondFactors.length ?? 0;
  if (left > 0) {
    throw new Stop('refused', 'changed_meanwhile', `${left} factors came in between: run the command again.`);
  }
}

async function endSessions(stytch: StytchUsers, user: string): Promise<void> {
  for (const sessionId of await stytch.sessionIds(user)) await stytch.endSession(sessionId);
}

function show(
  { output }: Desk,
  known: UserRecord,
  { secondFactors }: StytchUserView,
  sessions: number,
): void {
  const recorded = new Set(known.factors.map(({ factorId }) => factorId));
  output.table(
    ['factor', 'id', 'verified', 'recorded here'],
    secondFactors.map(({ kind, factorId, isVerified }) => [
      kind,
      factorId,
      isVerified ? 'yes' : 'no',
      recorded.has(factorId) ? 'yes' : 'no',
    ]),
  );
  output.say(`Live sessions: ${sessions}. Factor records here: ${known.factors.length}.`);
}

await runCommand({
  name: 'reset-factors',
  description:
    'Ends all sessions of a user and takes every second factor away, at Stytch and here. Prove first who is asking. ' +
    'A customer then enrols afresh only by SMS to the phone number that Unit holds. Addresses, passwords and ' +
    'social log-ins stay: where the inbox itself is lost, this is not the remedy.',
  isChanging: true,
  needs: ['stytch'],
  options: [
    new Option('--user <id>', 'the Stytch user'),
    new Option('--reason <text>', 'how identity was proved, for the record'),
    new Option('--force', 'also for a user who could not enrol afresh'),
  ],
  shape,
  examples: ['--stage prod --user user-live-... --reason "ticket 4711, video call" --apply'],
  run: resetFactors,
});
