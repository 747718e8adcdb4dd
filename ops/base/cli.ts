// The frame of every command: options, help, one way to end, one exit code for each kind of end.
import { Command, CommanderError, Option } from 'commander';
import * as z from 'zod/mini';
import { createDesk, type Desk } from './desk.ts';
import { toStop } from './failure.ts';
import { createOutput, type Output } from './output.ts';
import { placeOptions } from './place.ts';
import { operatorName } from './reason.ts';
import { exitCodes, misuse, type StopKind } from './stop.ts';

const descriptor = z.pipe(
  z.string().check(z.regex(/^([03-9]|[1-9]\d{1,3})$/, { error: 'takes the number of a file descriptor' })),
  z.transform(Number),
);

const sharedOptions = {
  ...placeOptions,
  json: z._default(z.boolean(), false),
  stytchSecretFd: z.optional(descriptor),
  unitTokenFd: z.optional(descriptor),
  /** Of commands that change something. */
  apply: z._default(z.boolean(), false),
  yes: z._default(z.boolean(), false),
  operator: z.optional(operatorName),
};
export type SharedOptions = z.infer<z.ZodMiniObject<typeof sharedOptions>>;

export interface CommandFrame<Shape extends z.core.$ZodLooseShape, At = Desk> {
  /** As in `npm run <name>`. */
  readonly name: string;
  readonly description: string;
  /** Whether it changes anything: then it is a dry run without --apply. */
  readonly isChanging: boolean;
  readonly needs: readonly ('stytch' | 'unit')[];
  /** A stage alone where it works on a deployment, not on users. @default - a stage, or a place by its parts */
  readonly where?: 'stage';
  /** More variables that bring credentials, and what each is. */
  readonly variables?: readonly (readonly [string, string])[];
  readonly options: readonly Option[];
  /** How the command's own options are read, by their names in camelCase. */
  readonly shape: Shape;
  /** Shown under the help, after `npm run <name> -- `, or after Node itself where they use file descriptors. */
  readonly examples: readonly string[];
  /** What it decides and does; its answer is the JSON document. */
  readonly run: (desk: At, options: z.output<z.ZodMiniObject<Shape>>) => Promise<Answer>;
}

export interface Answer {
  /** `found_problems` ends with exit code 1. */
  readonly outcome: 'planned' | 'done' | 'nothing_to_do' | 'found_problems';
  readonly [name: string]: unknown;
}

const stdout = (text: string): void => void process.stdout.write(`${text}\n`);
const stderr = (text: string): void => void process.stderr.write(`${text}\n`);

/** Runs a command on users by the process's own arguments and sets its exit code. */
export const runCommand = <Shape extends z.core.$ZodLooseShape>(frame: CommandFrame<Shape>): Promise<void> =>
  runAt(frame, createDesk);

/** The same for a command that works at another desk. */
export async function runAt<Shape extends z.core.$ZodLooseShape, At>(
  frame: CommandFrame<Shape, At>,
  makeDesk: (options: SharedOptions, output: Output) => Promise<At>,
): Promise<void> {
  const argv = process.argv.slice(2);
  // Which Node is old is said once, by package.json; here the notice would stand between an operator and the answer.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  const isJson = argv.includes('--json');
  const { columns } = isJson ? process.stderr : process.stdout;
  const output = createOutput(isJson, stdout, stderr, columns || undefined);
  try {
    const given = parse(frame, argv);
    if (given === null) return;
    const shared = read(z.object(sharedOptions), given);
    const own = read(z.object(frame.shape), given);
    const { outcome, ...rest } = await frame.run(await makeDesk(shared, output), own);
    output.document({ command: frame.name, stage: shared.stage ?? null, outcome, ...rest });
    if (outcome === 'found_problems') process.exitCode = exitCodes.refused;
  } catch (error) {
    const { kind, code, message, details } = toStop(error);
    stderr(`${titles[kind]}: ${message}`);
    if (kind === 'usage') stderr(`See npm run ${frame.name} -- --help`);
    output.document({ command: frame.name, outcome: kind, code, message, ...details });
    process.exitCode = exitCodes[kind];
  }
}

const titles = {
  refused: 'Refused',
  usage: 'Usage',
  failed: 'Failed',
} as const satisfies Record<StopKind, string>;

type AnyFrame = Omit<CommandFrame<z.core.$ZodLooseShape>, 'run' | 'shape'>;

/** The options as typed, or null when only help was asked for. */
function parse(frame: AnyFrame, argv: readonly string[]): unknown {
  const command = makeCommand(frame);
  try {
    command.parse([...argv], { from: 'user' });
    return command.opts();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return null;
    // A value that stands behind an unknown option may be a secret.
    throw misuse(error.message.replace(/^error: /, '').replaceAll(/(--[\w-]+)=[^']*/g, '$1'));
  }
}

function read<Shape extends z.core.$ZodLooseShape>(
  schema: z.ZodMiniObject<Shape>,
  given: unknown,
): z.output<z.ZodMiniObject<Shape>> {
  const parsed = z.safeParse(schema, given);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(
    ({ path, message }) =>
      `--${toKebab(String(path[0]))} ${message === 'Invalid input' ? 'is missing' : message}`,
  );
  throw misuse(`${faults.join('; ')}.`);
}

const toKebab = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

function makeCommand(frame: AnyFrame): Command {
  const command = new Command(`npm run ${frame.name} --`)
    .usage('[options]')
    .description(frame.description)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => stdout(text.trimEnd()),
      writeErr: () => {},
      outputError: () => {},
    })
    .configureHelp({ helpWidth: Math.min(process.stdout.columns || WIDEST_HELP, WIDEST_HELP) })
    .helpOption('--help', 'this text');
  for (const option of frame.options) command.addOption(option);
  const parts = [
    new Option('--table <name>', 'without a stage: the table').env('BRIDGE_TABLE'),
    new Option('--stytch-url <url>', "without a stage: Stytch's host").env('BRIDGE_STYTCH_URL'),
    new Option('--stytch-project <id>', 'without a stage: the Stytch project').env('BRIDGE_STYTCH_PROJECT'),
    new Option('--unit-url <url>', "without a stage: Unit's host").env('BRIDGE_UNIT_URL'),
  ];
  const all = [
    new Option('--stage <name>', 'a deployed stage: where everything is comes from its stack'),
    ...(frame.where === 'stage' ? [] : parts),
    ...(frame.needs.includes('stytch')
      ? [new Option('--stytch-secret-fd <n>', 'read the Stytch secret from this file descriptor')]
      : []),
    ...(frame.needs.includes('unit')
      ? [new Option('--unit-token-fd <n>', 'read the Unit org token from this file descriptor')]
      : []),
    ...(frame.isChanging
      ? [
          new Option('--apply', 'make it happen; without it this is a dry run'),
          new Option('--yes', 'with --apply: do not ask for confirmation'),
          new Option(
            '--operator <name>',
            "who does it, for the record (with --stage beside AWS's caller)",
          ).env('BRIDGE_OPERATOR'),
        ]
      : []),
    new Option(
      '--json',
      'one JSON document on stdout, everything else on stderr; with `npm run -s`, since npm writes there too',
    ),
  ];
  for (const option of all) command.addOption(option);
  return command.addHelpText('after', () => `\n${helpAfter(frame, command)}`);
}

const WIDEST_HELP = 110;

function helpAfter({ name, needs, variables = [], examples }: AnyFrame, command: Command): string {
  const help = command.createHelp();
  const { helpWidth = WIDEST_HELP } = help;
  const credentials: readonly (readonly [string, string])[] = [
    ...(needs.includes('stytch') ? [['STYTCH_SECRET', 'secret of the Stytch project'] as const] : []),
    ...(needs.includes('unit') ? [['UNIT_TOKEN', 'your own Unit org token'] as const] : []),
    ['AWS', "the SDK's default chain"],
    ...variables,
  ];
  const longest = Math.max(...credentials.map(([variable]) => variable.length));
  return [
    help.boxWrap(
      'Credentials (from the environment, a prompt, or a file descriptor, which npm does not hand on; never from the command line):',
      helpWidth,
    ),
    ...credentials.map(([variable, what]) => help.formatItem(variable, longest, what, help)),
    '',
    help.boxWrap(
      'Exit codes: 0 done, 1 refused or found problems, 2 wrong usage, 3 a vendor or AWS failed.',
      helpWidth,
    ),
    '',
    'Examples:',
    ...examples.map((example) => `  ${startOf(name, example)} ${example}`),
  ].join('\n');
}

/** npm hands no file descriptor above 2 on to what it runs, and says on stdout what it runs unless told not to. */
const startOf = (name: string, example: string): string =>
  / \d</.test(example)
    ? `node --import tsx ops/${name}.ts`
    : `npm run ${/ --json\b/.test(example) ? '-s ' : ''}${name} --`;
