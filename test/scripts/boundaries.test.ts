import { describe, expect, it } from '@jest/globals';
import { functionNames } from '../../functions/contract/routes.ts';
import { rules } from './rules.ts';
import { parseSource, readTree, type SourceFile } from './source-tree.ts';

const shipped = readTree('functions');
const all = [...shipped, ...readTree('lib')];

/** What a rule says of one planted file. */
const judged = (rule: string, name: string, text: string): readonly string[] =>
  rules[rule]?.([parseSource(name, text)]) ?? [];

describe('the source tree', () => {
  it('is read whole, with every entry file and every import', () => {
    const names = new Set(shipped.map(({ name }) => name));
    expect(functionNames.filter((name) => !names.has(`functions/${name}.ts`))).toEqual([]);
    const missing = shipped.flatMap(({ imports }: SourceFile) =>
      imports.flatMap(({ target }) =>
        target === null || target.endsWith('.json') || names.has(target) ? [] : [target],
      ),
    );
    expect(missing).toEqual([]);
    expect(shipped.flatMap(({ imports }) => imports).length).toBeGreaterThan(150);
  });

  it.each(Object.keys(rules))('%s', (rule) => {
    expect(rules[rule]?.(all)).toEqual([]);
  });
});

const planted: readonly (readonly [string, string, string])[] = [
  [
    'the core imports the core alone, and types of the contract',
    'functions/core/x.ts',
    "import { routes } from '../contract/routes.ts'; export { routes };",
  ],
  [
    'the core imports the core alone, and types of the contract',
    'functions/core/session/x.ts',
    "import { createHash } from 'node:crypto'; export { createHash };",
  ],
  [
    'adapters know nothing of HTTP, of the wiring and of the settings',
    'functions/adapters/x.ts',
    "export { log } from '../http/log.ts';",
  ],
  [
    'HTTP knows nothing of adapters, of the wiring and of the settings',
    'functions/http/x.ts',
    "export const x = () => import('../adapters/json.ts');",
  ],
  [
    'the contract knows nothing of HTTP and of adapters',
    'functions/contract/x.ts',
    "import type { Secret } from '../adapters/secrets.ts'; export type X = Secret;",
  ],
  [
    'nothing outside of functions/ ships but the token policy',
    'functions/x.ts',
    "import '../simulators/server.ts';",
  ],
  [
    'nothing outside of functions/ ships but the token policy',
    'functions/core/x.ts',
    "import '../../lib/stages.ts';",
  ],
  [
    'what ships imports no module of AWS infrastructure, tests or tools',
    'functions/x.ts',
    "import { App } from 'aws-cdk-lib'; export { App };",
  ],
  [
    'vendor SDKs are named by adapters and the wiring alone',
    'functions/http/x.ts',
    "import { Client } from 'stytch'; export { Client };",
  ],
  ['the environment is read in one file', 'functions/x.ts', 'export const x = process.env.STAGE;'],
  [
    'E1 a run on this machine is told by its hosts alone, in one file',
    'functions/core/x.ts',
    "export const isHere = (url: string) => url.startsWith('http://127.0.0.1');",
  ],
  [
    'E1 a run on this machine is told by its hosts alone, in one file',
    'functions/http/x.ts',
    'export const x = (host: string) => /^localhost:/.test(host);',
  ],
  [
    'E1 a run on this machine is told by its hosts alone, in one file',
    'functions/core/x.ts',
    'export const x = (isLocal: boolean) => isLocal;',
  ],
  [
    "E1 a stage's name and its vendors' environment decide nothing but where they are named",
    'functions/deps/authentication.ts',
    "export const x = (get: (name: string) => string) => get('STAGE') === 'dev';",
  ],
  [
    "E1 a stage's name and its vendors' environment decide nothing but where they are named",
    'functions/deps/exchange.ts',
    'export const x = ({ VENDOR_ENVIRONMENT }: { VENDOR_ENVIRONMENT: string }) => VENDOR_ENVIRONMENT;',
  ],
  [
    'HTTP without TLS is loaded by one file',
    'functions/adapters/x.ts',
    "export const x = () => import('node:http');",
  ],
  ['nothing is of type any', 'lib/x.ts', 'export const x = (y: any) => y;'],
  ['no type is asserted but by `as const`', 'functions/x.ts', 'export const x = JSON.parse("1") as number;'],
  ['no type is asserted but by `as const`', 'functions/x.ts', 'export const x = <number>JSON.parse("1");'],
  ['no type is asserted but by `as const`', 'lib/x.ts', 'export const x = (y: string[]) => y[0]!;'],
  ['no check of the compiler is switched off', 'lib/x.ts', '// @ts-expect-error\nexport const x = 1;'],
  [
    'the reason of an error is asked by `hasReason`, whose words are a closed set',
    'functions/http/x.ts',
    "export const x = error.details.reason !== 'missing';",
  ],
  ['a file that ships has at most 200 lines', 'functions/x.ts', 'export {};\n'.repeat(201)],
  ['an entry file has at most 50 lines', 'functions/token.ts', 'export {};\n'.repeat(51)],
];

const harmless: readonly (readonly [string, string, string])[] = [
  [
    'the core imports the core alone, and types of the contract',
    'functions/core/x.ts',
    "import type { Route } from '../contract/routes.ts'; import { type FunctionName } from '../contract/routes.ts'; export type X = Route | FunctionName;",
  ],
  [
    'no type is asserted but by `as const`',
    'functions/x.ts',
    '// seen as text\nexport const x = { a: "as any" } as const satisfies object;',
  ],
  [
    'E1 a run on this machine is told by its hosts alone, in one file',
    'functions/x.ts',
    '// Loopback and localhost are for tests.\nexport const local = 1;',
  ],
  [
    'HTTP without TLS is loaded by one file',
    'functions/x.ts',
    "import type { IncomingMessage } from 'node:http'; export type X = IncomingMessage;",
  ],
  ['nothing is of type any', 'functions/x.ts', "export const any = 'any'; // of any kind"],
  ['the environment is read in one file', 'functions/config.ts', 'export const x = process.env.STAGE;'],
];

describe('the rules of the tree', () => {
  it.each(planted)('find what breaks them: %s (%s)', (rule, name, text) => {
    expect(judged(rule, name, text)).toHaveLength(1);
  });

  it.each(harmless)('let pass what does not: %s (%s)', (rule, name, text) => {
    expect(judged(rule, name, text)).toEqual([]);
  });

  it('have each been seen to fail', () => {
    const seen = new Set(planted.map(([rule]) => rule));
    expect(Object.keys(rules).filter((rule) => !seen.has(rule))).toEqual([]);
  });
});
