// The rules of the tree, each a list of what breaks it.
import { functionNames } from '../../functions/contract/routes.ts';
import type { Import, SourceFile } from './source-tree.ts';

const under = (target: string | null, ...folders: readonly string[]): boolean =>
  target !== null && folders.some((folder) => target.startsWith(folder));

const broken = (
  files: readonly SourceFile[],
  folder: string,
  isForbidden: (one: Import, file: SourceFile) => boolean,
): readonly string[] =>
  files
    .filter(({ name }) => name.startsWith(folder))
    .flatMap((file) =>
      file.imports
        .filter((one) => isForbidden(one, file))
        .map(({ specifier }) => `${file.name} imports ${specifier}`),
    );

type Rule = (files: readonly SourceFile[]) => readonly string[];

const naming =
  (isBroken: (file: SourceFile) => boolean, folder = ''): Rule =>
  (files) =>
    files.filter((file) => file.name.startsWith(folder) && isBroken(file)).map(({ name }) => name);

const entries: ReadonlySet<string> = new Set(functionNames.map((name) => `functions/${name}.ts`));

/** The only one that tells loopback hosts from the vendors' own, when it reads the settings. */
const SETTINGS = 'functions/config.ts';

/** Where a stage's name and its vendors' environment may be read, and what for. */
const readersOfStage: Readonly<Record<string, readonly string[]>> = {
  STAGE: [
    // The list of the settings' names.
    'functions/contract/settings.ts',
    // Read, and named in every line of the log.
    SETTINGS,
  ],
  VENDOR_ENVIRONMENT: [
    'functions/contract/settings.ts',
    SETTINGS,
    // Stytch's ids of nobody have the environment in them.
    'functions/deps/authentication.ts',
  ],
};

const says =
  (word: RegExp) =>
  ({ words }: SourceFile): boolean =>
    words.some((one) => word.test(one));

/** By the sentence that says what holds. */
export const rules: Readonly<Record<string, Rule>> = {
  'the core imports the core alone, and types of the contract': (files) =>
    broken(
      files,
      'functions/core/',
      ({ target, isTypeOnly }) =>
        !under(target, 'functions/core/') && !(isTypeOnly && under(target, 'functions/contract/')),
    ),
  'adapters know nothing of HTTP, of the wiring and of the settings': (files) =>
    broken(files, 'functions/adapters/', ({ target }) =>
      under(target, 'functions/http/', 'functions/config.ts', 'functions/deps/'),
    ),
  'HTTP knows nothing of adapters, of the wiring and of the settings': (files) =>
    broken(files, 'functions/http/', ({ target }) =>
      under(target, 'functions/adapters/', 'functions/config.ts', 'functions/deps/'),
    ),
  'the contract knows nothing of HTTP and of adapters': (files) =>
    broken(files, 'functions/contract/', ({ target }) =>
      under(target, 'functions/http/', 'functions/adapters/', 'functions/config.ts', 'functions/deps/'),
    ),
  'nothing outside of functions/ ships but the token policy': (files) =>
    broken(
      files,
      'functions/',
      ({ target }) =>
        target !== null && !under(target, 'functions/') && target !== 'config/token-policy.json',
    ),
  'what ships imports no module of AWS infrastructure, tests or tools': (files) =>
    broken(files, 'functions/', ({ specifier }) =>
      /^(aws-cdk-lib|constructs|cdk-nag|dynalite|jest|@jest\/|fast-check|esbuild|tsx)/.test(specifier),
    ),
  'vendor SDKs are named by adapters and the wiring alone': (files) =>
    broken(
      files,
      'functions/',
      ({ specifier, isTypeOnly }, { name }) =>
        /^(stytch$|@aws-sdk\/)/.test(specifier) &&
        !isTypeOnly &&
        !name.startsWith('functions/adapters/') &&
        !name.startsWith('functions/deps/'),
    ),
  'the environment is read in one file': naming(
    ({ name, readsEnvironment }) => readsEnvironment && name !== 'functions/config.ts',
    'functions/',
  ),
  'E1 a run on this machine is told by its hosts alone, in one file': naming(
    (file) =>
      file.name !== SETTINGS && says(/loopback|localhost|127\.0|::1|0\.0\.0\.0|simulat|is_?local/i)(file),
    'functions/',
  ),
  "E1 a stage's name and its vendors' environment decide nothing but where they are named": naming(
    (file) =>
      Object.entries(readersOfStage).some(
        ([name, readers]) => !readers.includes(file.name) && says(new RegExp(`\\b${name}\\b`))(file),
      ),
    'functions/',
  ),
  'HTTP without TLS is loaded by one file': (files) =>
    broken(
      files,
      'functions/',
      ({ specifier, isTypeOnly }, { name }) =>
        /^(node:)?http2?$/.test(specifier) && !isTypeOnly && name !== 'functions/adapters/wire.ts',
    ),
  'nothing is of type any': naming(({ hasAny }) => hasAny),
  'no type is asserted but by `as const`': naming(
    ({ nodes }) =>
      nodes.has('TsAsExpression') || nodes.has('TsTypeAssertion') || nodes.has('TsNonNullExpression'),
  ),
  'no check of the compiler is switched off': naming(({ text }) =>
    /@ts-(ignore|nocheck|expect-error)/.test(text),
  ),
  'the reason of an error is asked by `hasReason`, whose words are a closed set': naming(
    ({ name, text }) => /details\.reason [!=]==/.test(text) && name !== 'functions/core/errors.ts',
    'functions/',
  ),
  'a file that ships has at most 200 lines': naming(({ lines }) => lines > 200, 'functions/'),
  'an entry file has at most 50 lines': naming(({ name, lines }) => entries.has(name) && lines > 50),
};
