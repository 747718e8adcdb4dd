// `npm run link`: binds a customer that exists at Unit to a Stytch user, once it is proved that they are one person.
import { Option } from 'commander';
import * as z from 'zod/mini';
import { runCommand } from './base/cli.ts';
import type { Desk } from './base/desk.ts';
import { stytchUserId, unitId } from './base/ids.ts';
import { maskEmail, maskPhone } from './base/output.ts';
import { reasonText } from './base/reason.ts';
import { misuse } from './base/stop.ts';
import { applyLink } from './link/apply.ts';
import { type Comparison, choosePerson, compare } from './link/evidence.ts';
import { type FitFacts, planLink, requireFit } from './link/plan.ts';

const shape = {
  user: stytchUserId,
  customer: unitId,
  person: z.optional(
    z
      .string()
      .check(z.regex(/^(customer|contact|authorized-user-\d{1,3})$/, { error: 'takes a name of the table' })),
  ),
  evidence: z.optional(reasonText),
  transfer: z._default(z.boolean(), false),
  reason: z.optional(reasonText),
};
const shaped = z.object(shape);

async function link(desk: Desk, options: z.infer<typeof shaped>) {
  const { user, customer, person, evidence, transfer: isTransfer, reason } = options;
  if (reason !== undefined && !isTransfer) throw misuse('--reason goes with --transfer.');
  const stytch = await desk.stytch();
  const unit = await desk.unit();
  const [known, atStytch, atUnit, claim] = await Promise.all([
    desk.table.readUser(user),
    stytch.read(user),
    unit.read(customer),
    desk.table.readClaim(customer),
  ]);
  const facts = requireFit({ known, atStytch, atUnit, claim });
  const comparisons = compare(facts.atStytch, facts.atUnit);
  show(desk, facts, comparisons);
  const plan = planLink(facts, choosePerson(comparisons, user, person), { evidence, isTransfer, reason });
  const answer = {
    secondFactors: broughtAlong(facts),
    userId: user,
    customerId: customer,
    person: plan.person.name,
    reason: plan.reason,
    previousOwner: plan.previousOwner,
    steps: plan.steps,
    evidence: comparisons.map(({ person: { name }, emailAgrees, phoneAgrees }) => ({
      name,
      emailAgrees,
      phoneAgrees,
    })),
  };
  if (plan.steps.length === 0) {
    desk.output.say('Linked already: nothing to do.');
    return { outcome: 'nothing_to_do', ...answer } as const;
  }
  desk.output.say(`Steps: ${plan.steps.join(', ')}. For the record: ${plan.reason}.`);
  if (!desk.isApplying) {
    desk.output.say('Dry run: nothing was changed. --apply makes it happen.');
    return { outcome: 'planned', ...answer } as const;
  }
  await desk.confirm(`Link customer ${customer} to ${user}?`);
  await applyLink(desk, { stytch, unit }, facts, plan);
  desk.output.say(`Done: customer ${customer} belongs to ${user}.`);
  return { outcome: 'done', operator: desk.operator(), ...answer } as const;
}

/** What was enrolled while there was nothing to steal goes on counting: the operator must know of it. */
const broughtAlong = ({ atStytch: { secondFactors } }: FitFacts): readonly string[] =>
  secondFactors.filter(({ isVerified }) => isVerified).map(({ kind }) => kind);

/** Side by side and masked: what agrees is what matters. */
function show({ output }: Desk, facts: FitFacts, comparisons: readonly Comparison[]): void {
  const { atStytch, known } = facts;
  const { user, verifiedPhones } = atStytch;
  output.say(
    `Stytch has proved: ${[...user.verifiedEmails.map(maskEmail), ...verifiedPhones.map(maskPhone)].join(', ')}`,
  );
  output.table(
    ['Unit', 'email', 'agrees', 'phone', 'agrees', 'jwtSubject'],
    comparisons.map(({ person: { name, email, phone, jwtSubject }, emailAgrees, phoneAgrees }) => [
      name,
      email === '' ? '-' : maskEmail(email),
      emailAgrees ? 'yes' : 'no',
      phone === '' ? '-' : maskPhone(phone),
      phoneAgrees ? 'yes' : 'no',
      jwtSubject === null ? '-' : jwtSubject === known.stytchUserId ? 'this user' : 'another user',
    ]),
  );
  const factors = broughtAlong(facts);
  if (factors.length > 0) output.say(`The user brings second factors along: ${factors.join(', ')}.`);
}

await runCommand({
  name: 'link',
  description: 'Binds an existing Unit customer to a Stytch user, and ends a Review.',
  isChanging: true,
  needs: ['stytch', 'unit'],
  options: [
    new Option('--user <id>', 'the Stytch user'),
    new Option('--customer <id>', 'the Unit customer'),
    new Option('--person <name>', 'who of the customer the user is, by the name in the table this prints'),
    new Option(
      '--evidence <text>',
      'how identity was proved out of band, where email and phone do not both agree',
    ),
    new Option('--transfer', 'take the customer away from the user who holds it'),
    new Option('--reason <text>', 'why it is transferred'),
  ],
  shape,
  examples: [
    '--stage prod --user user-live-... --customer 700001',
    '--stage prod --user user-live-... --customer 700001 --evidence "ticket 4711, video call" --apply',
  ],
  run: link,
});
