import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod/mini';
import { functionNames } from '../../functions/contract/routes.ts';

const metafile = z.object({
  inputs: z.record(z.string(), z.unknown()),
  outputs: z.record(
    z.string(),
    z.object({
      imports: z.array(z.object({ path: z.string(), kind: z.string(), external: z.optional(z.boolean()) })),
      inputs: z.record(z.string(), z.unknown()),
    }),
  ),
});
type Metafile = z.infer<typeof metafile>;

const root = process.cwd();
let folder: string;

// In a folder of its own, since other tests run the bundles of the repository at the same time.
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'bundles-'));
  for (const name of ['functions', 'config', 'scripts', 'node_modules', 'package.json', 'tsconfig.json']) {
    symlinkSync(path.join(root, name), path.join(folder, name));
  }
  await promisify(execFile)(process.execPath, ['--import', 'tsx', 'scripts/build.ts'], { cwd: folder });
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const metafileOf = (name: string): Metafile =>
  metafile.parse(JSON.parse(readFileSync(path.join(folder, 'dist/meta', `${name}.json`), 'utf8')));

/** A path of the metafile from the root of the repository. */
const fromRoot = (input: string): string => path.relative(root, path.resolve(folder, input));

/** The modules of the entry chunk, and of every chunk that it loads at once; those it loads later on request. */
function modulesOf({ outputs }: Metafile, withLater: boolean): ReadonlySet<string> {
  const waiting = Object.keys(outputs).filter((name) => path.basename(name) === 'index.mjs');
  const seen = new Set<string>();
  const modules = new Set<string>();
  for (let chunk = waiting.pop(); chunk !== undefined; chunk = waiting.pop()) {
    const output = outputs[chunk];
    if (seen.has(chunk) || output === undefined) continue;
    seen.add(chunk);
    for (const input of Object.keys(output.inputs)) modules.add(fromRoot(input));
    for (const { path: next, kind } of output.imports) {
      if (withLater || kind !== 'dynamic-import') waiting.push(next);
    }
  }
  return modules;
}

const of = (modules: ReadonlySet<string>, name: string): boolean =>
  [...modules].some((module) => module.startsWith(`node_modules/${name}/`));

describe('the bundle of a function', () => {
  it.each(functionNames)('A15.2.3 holds what ships and the libraries, and nothing else: %s', (name) => {
    const inputs = Object.keys(metafileOf(name).inputs).map(fromRoot);
    const foreign = inputs.filter(
      (input) => !/^(functions|node_modules)\//.test(input) && input !== 'config/token-policy.json',
    );
    expect(foreign).toEqual([]);
    expect(inputs).toContain(`functions/${name}.ts`);
    expect(
      inputs.filter((input) => /(^|\/)(simulators|test|lib|local|ops|bench)\/[^/]*\.ts$/.test(input)),
    ).toEqual([]);
  });

  it.each(functionNames)('A15.2.3 holds no library of tests, tools or infrastructure: %s', (name) => {
    const modules = modulesOf(metafileOf(name), true);
    const tools = [
      'aws-cdk-lib',
      'constructs',
      'dynalite',
      'jest',
      'fast-check',
      'esbuild',
      '@simplewebauthn/server',
      'otpauth',
      'qrcode',
    ];
    expect(tools.filter((tool) => of(modules, tool))).toEqual([]);
  });

  it.each(functionNames)('is a folder with its entry and its chunks, and nothing beside them: %s', (name) => {
    const files = readdirSync(path.join(folder, 'dist/functions', name));
    expect(files).toContain('index.mjs');
    expect(files.filter((file) => !/^(index|chunk-[A-Z0-9]+|[\w-]+-[A-Z0-9]{8})\.mjs$/.test(file))).toEqual(
      [],
    );
  });

  it.each(functionNames)('needs nothing at run time but Node itself: %s', (name) => {
    const outside = Object.values(metafileOf(name).outputs).flatMap(({ imports }) =>
      imports.filter(({ external }) => external === true).map((one) => one.path),
    );
    expect(outside.filter((specifier) => !isBuiltin(specifier))).toEqual([]);
  });

  it('of the exchange holds no Stytch SDK, now or later', () => {
    const token = metafileOf('token');
    expect(of(modulesOf(token, true), 'stytch')).toBe(false);
    expect(of(modulesOf(token, true), 'jose')).toBe(true);
  });

  it.each(functionNames)('holds none of the credential providers that Lambda has no use for: %s', (name) => {
    const modules = modulesOf(metafileOf(name), true);
    const providers = ['ini', 'sso', 'process', 'web-identity', 'node'];
    expect(providers.filter((one) => of(modules, `@aws-sdk/credential-provider-${one}`))).toEqual([]);
  });

  it('of the sign-up holds the Stytch SDK, so that the check above can fail', () => {
    expect(of(modulesOf(metafileOf('signup'), true), 'stytch')).toBe(true);
  });

  it.each(functionNames)('E1 holds no secret and no flag of a local run: %s', (name) => {
    const texts = readdirSync(path.join(folder, 'dist/functions', name)).map((file) =>
      readFileSync(path.join(folder, 'dist/functions', name, file), 'utf8'),
    );
    expect(texts.join('')).not.toMatch(
      /secret-(test|live)-\w{8}|org-token-of|IS_LOCAL|unit-webhook-demo-secret/,
    );
  });
});
