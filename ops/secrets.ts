// `npm run secrets`: fills the stage's secrets with values that their vendors have taken, and shows how they stand.
import { Option } from 'commander';
import * as z from 'zod/mini';
import type { SecretRecord } from './adapters/vault.ts';
import { type Answer, runAt } from './base/cli.ts';
import { checked, outputOf } from './base/place.ts';
import { createStageDesk, type StageDesk } from './base/stage-desk.ts';
import { misuse } from './base/stop.ts';
import { catalog, secretNames } from './secrets/catalog.ts';
import { endRotation } from './secrets/end-rotation.ts';
import { type Change, collect, planFill, requireGood, writeAll } from './secrets/fill.ts';
import { descriptors, generated, names } from './secrets/options.ts';
import { originRemedy, originStateOf } from './secrets/origin.ts';
import { isFault, isWorking, stateOf } from './secrets/state.ts';
import { endRotationCommand, fixCommand } from './secrets/stored.ts';

const shape = {
  check: z._default(z.boolean(), false),
  only: names,
  fd: descriptors,
  generate: generated,
  previous: z._default(z.boolean(), false),
  endRotation: z._default(z.boolean(), false),
  force: z._default(z.boolean(), false),
};
const shaped = z.object(shape);
type Options = z.infer<typeof shaped>;

async function secrets(desk: StageDesk, options: Options): Promise<Answer> {
  checked(desk.place);
  if (options.check) return check(desk, options);
  return options.endRotation ? endRotation(desk, options.force) : fill(desk, options);
}

const answers = { true: 'yes', false: 'NO', null: 'unknown' } as const;

async function check(desk: StageDesk, { only }: Options): Promise<Answer> {
  if (desk.isApplying) throw misuse('--check changes nothing: leave --apply out.');
  const { output, stage, stack, vault } = desk;
  output.step('asking both vendors ...');
  const states = await Promise.all((only ?? secretNames).map((name) => stateOf(desk, name)));
  const [hashKey, origin] = await Promise.all([
    vault.describe(outputOf(stage, stack.outputs, 'HashKeySecretArn')).then(toHashKeyState),
    originStateOf(desk),
  ]);
  const noteOf = ({ note, hasPrevious }: { readonly note: string; readonly hasPrevious: boolean }): string =>
    `${note}${hasPrevious ? '; the previous one still counts' : ''}`;
  const dateOf = (date: Date | null): string => date?.toISOString().slice(0, 16).replace('T', ' ') ?? '-';
  output.table(
    ['secret', 'changed (UTC)', 'works', 'note'],
    [
      ...states.map((state) => [
        state.name,
        dateOf(state.changedAt),
        answers[`${isWorking(state)}`],
        noteOf(state),
      ]),
      ...(origin === null
        ? []
        : [['origin', dateOf(origin.changedAt), origin.judgement === 'good' ? 'yes' : 'NO', noteOf(origin)]]),
      ['hash key', dateOf(hashKey.changedAt), answers[`${hashKey.works}`], hashKey.note],
    ],
  );
  const isOriginGood = origin === null || origin.judgement === 'good';
  if (!isOriginGood) output.say(`origin: ${originRemedy}`);
  const isWhole = !states.some(isFault) && hashKey.works && isOriginGood;
  return {
    outcome: isWhole ? 'done' : 'found_problems',
    secrets: states.map((state) => ({ ...state, works: isWorking(state) })),
    hashKey,
    originSecret: origin,
  };
}

/** As the others are told; nobody reads its value. */
const toHashKeyState = ({ isFilled, changedAt }: SecretRecord) => ({
  name: 'hash-key',
  judgement: isFilled ? 'good' : 'empty',
  note: isFilled ? 'generated: never change it' : 'its value is gone',
  changedAt: isFilled ? changedAt : null,
  hasPrevious: false,
  works: isFilled,
});

async function fill(desk: StageDesk, options: Options): Promise<Answer> {
  const { output, place } = desk;
  const values = await collect(options);
  output.step('asking the vendors what they make of each value ...');
  // Over more secrets --force may be meant for another of them.
  const isDroppingToken = options.force && !options.previous && options.only?.length === 1;
  const plan = await planFill(desk, values, isDroppingToken);
  output.table(
    ['secret', 'verdict', 'note', 'what happens'],
    plan.map(({ name, verdict, step }) => [name, verdict.judgement, verdict.note, step.replaceAll('_', ' ')]),
  );
  const secretsPlanned = plan.map(({ name, verdict, step }) => ({ name, ...verdict, step }));
  requireGood(plan, options.force, secretsPlanned);
  // The webhook last: a generated token is another the next time, and one that is written must be told to Unit.
  const changes = plan
    .filter(({ step }) => step !== 'unchanged')
    .toSorted((a, b) => Number(a.name === 'webhook') - Number(b.name === 'webhook'));
  const answer = { unitUrl: place.unitUrl, stytchProjectId: place.stytchProjectId, secrets: secretsPlanned };
  if (changes.length === 0) {
    output.say('Every secret has this value already: nothing to do.');
    return { outcome: 'nothing_to_do', ...answer };
  }
  const webhook = changes.find(({ name }) => name === 'webhook')?.step;
  if (webhook === 'replace_and_keep_previous')
    output.say('webhook: a rotation. The token of now goes on counting until --end-rotation.');
  if (webhook === 'replace')
    output.say(
      "webhook: the token of now goes: Unit's deliveries are refused until it signs with the new one.",
    );
  if (!desk.isApplying) {
    output.say('Dry run: nothing was written. --apply makes it happen.');
    return { outcome: 'planned', ...answer };
  }
  await desk.confirm(`Write ${changes.map(({ name }) => name).join(', ')} of stage ${desk.stage}?`);
  await writeAll(desk, changes);
  output.say('Done. Running functions pick the new values up within 15 minutes, new ones at once.');
  if (webhook !== undefined) output.say(nextAtUnit(webhook, desk.stage));
  return { outcome: 'done', operator: desk.operator(), ...answer };
}

/** Only what is still taken may go on for the while that running functions keep the old value. */
const nextAtUnit = (step: Change['step'], stage: string): string =>
  step === 'replace_and_keep_previous'
    ? `Hand Unit the new webhook token in 15 minutes: ${fixCommand(stage)} A day later: ${endRotationCommand(stage)}`
    : `Unit must sign with this webhook token, and what it signs otherwise is refused. Tell it at once: ${fixCommand(stage)}`;

await runAt(
  {
    name: 'secrets',
    description:
      "Fills the stage's secrets, each after its vendor has taken it: a Unit org token with exactly the scopes of its " +
      'job. The hash key is generated by the deploy and never touched.',
    isChanging: true,
    where: 'stage',
    needs: [],
    variables: secretNames.map((name) => [catalog[name].variable, catalog[name].title] as const),
    options: [
      new Option(
        '--check',
        'show which secrets are filled, since when, and whether they work; changes nothing',
      ),
      new Option(
        '--only <names>',
        `with commas and no blanks between them, some of ${secretNames.join(', ')}; all without it`,
      ),
      new Option('--fd <name=n...>', 'read the value of a secret from a file descriptor; may be repeated'),
      new Option('--generate <name>', 'make the value here, of 32 random bytes; for webhook alone'),
      new Option(
        '--previous',
        'keep the webhook token of now as the previous one: both count until --end-rotation; said or not, unless --force drops it',
      ),
      new Option('--end-rotation', 'let the previous webhook token go; asks for no value'),
      new Option(
        '--force',
        'also an exchange token that can do more than exchange, a token whose scopes Unit does not tell, and the end of a rotation that Unit may not have seen; with --only webhook: drop the token of now at once',
      ),
    ],
    shape,
    examples: [
      '--stage prod --check',
      '--stage prod --apply',
      '--stage prod --only stytch,unit-exchange --fd stytch=3 unit-exchange=4 --apply --yes 3< <(pass a) 4< <(pass b)',
      '--stage prod --only webhook --generate webhook --apply',
    ],
    run: secrets,
  },
  createStageDesk,
);
