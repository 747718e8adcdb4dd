// Bundles each function into its own folder: what is deployed is what runs offline and what the tests read.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build as bundle, type BuildOptions as EsbuildOptions, type Metafile } from 'esbuild';
import tokenPolicies from '../config/token-policy.json' with { type: 'json' };
import { type FunctionName, functionNames } from '../functions/contract/routes.ts';
import { checkPolicies } from '../lib/check-policy.ts';
import { readOptions } from './options.ts';
import { type SourceEdit, sourceEdits } from './source-edits.ts';

export interface Bundle {
  readonly name: FunctionName;
  /** The folder that Lambda gets: `index.mjs` and its chunks, nothing else. */
  readonly folder: string;
  readonly metafile: Metafile;
}

// The Stytch SDK is CommonJS and calls `require` for Node's own modules, which an ES module lacks.
const requireForCommonJs =
  "import{createRequire as makeRequire}from'node:module';const require=makeRequire(import.meta.url);";

/** One bundle of ES modules for Node. */
export const forNode = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  mainFields: ['module', 'main'],
  banner: { js: requireForCommonJs },
  logLevel: 'warning',
} as const satisfies EsbuildOptions;

/** How every function is bundled; the bench bundles what it compares with them in the same way. */
export const bundleOptions = {
  ...forNode,
  absWorkingDir: process.cwd(),
  outExtension: { '.js': '.mjs' },
  chunkNames: 'chunk-[hash]',
  splitting: true,
  minify: true,
  keepNames: false,
  legalComments: 'none',
  sourcemap: false,
  alias: { '@aws-sdk/credential-provider-node': path.resolve('functions/lambda-credentials.ts') },
  metafile: true,
} as const satisfies EsbuildOptions;

export interface BuildOptions {
  /** Gets `functions/<name>/` and `meta/<name>.json`. @default dist */
  readonly into?: string;
  /** @default all of them */
  readonly names?: readonly FunctionName[];
  /** @default none: the source as it is */
  readonly edits?: readonly SourceEdit[];
}

/**
 * Builds functions under the working directory, side by side.
 * @throws Error that names every fault of the token policy, which goes into the bundles
 */
export async function build(options: BuildOptions = {}): Promise<readonly Bundle[]> {
  const { into = 'dist', names = functionNames, edits = [] } = options;
  for (const warning of checkPolicies(tokenPolicies)) process.stderr.write(`warning: ${warning}\n`);
  await Promise.all([
    rm(path.resolve(into, 'functions'), { recursive: true, force: true }),
    rm(path.resolve(into, 'meta'), { recursive: true, force: true }),
  ]);
  await mkdir(path.resolve(into, 'meta'), { recursive: true });
  return Promise.all(names.map((name) => bundleFunction(name, into, edits)));
}

// One call per function: with `splitting`, a shared call would share chunks between their folders.
async function bundleFunction(
  name: FunctionName,
  into: string,
  edits: readonly SourceEdit[],
): Promise<Bundle> {
  const folder = path.resolve(into, 'functions', name);
  const { metafile } = await bundle({
    ...bundleOptions,
    entryPoints: [{ in: `functions/${name}.ts`, out: 'index' }],
    outdir: folder,
    plugins: edits.length === 0 ? [] : [sourceEdits(edits)],
  });
  // Beside the folders, not in them: a metafile in there would ship, and change the asset's hash.
  await writeFile(path.resolve(into, 'meta', `${name}.json`), JSON.stringify(metafile));
  return { name, folder, metafile };
}

const usage = `Usage: npm run build

Bundles each function into dist/functions/<name>, as it is deployed and as it runs offline.

  --help  this`;

if (process.argv[1] === path.resolve('scripts/build.ts')) {
  readOptions(usage, {});
  build().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
