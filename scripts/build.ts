// Bundles each function into its own folder: what is deployed is what runs offline and what the tests read.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build as bundle, type Metafile } from 'esbuild';
import { type FunctionName, functionNames } from '../functions/contract/routes.ts';

export interface Bundle {
  readonly name: FunctionName;
  /** The folder that Lambda gets: `index.mjs` and its chunks, nothing else. */
  readonly folder: string;
  readonly metafile: Metafile;
}

// The Stytch SDK is CommonJS and calls `require` for Node's own modules, which an ES module lacks.
const requireForCommonJs =
  "import{createRequire as makeRequire}from'node:module';const require=makeRequire(import.meta.url);";

/** Builds every function into `dist/functions/<name>/` under the working directory, side by side. */
export async function build(): Promise<readonly Bundle[]> {
  await Promise.all([
    rm(path.resolve('dist/functions'), { recursive: true, force: true }),
    rm(path.resolve('dist/meta'), { recursive: true, force: true }),
  ]);
  await mkdir(path.resolve('dist/meta'), { recursive: true });
  return Promise.all(functionNames.map(bundleFunction));
}

// One call per function: with `splitting`, a shared call would share chunks between their folders.
async function bundleFunction(name: FunctionName): Promise<Bundle> {
  const folder = path.resolve('dist/functions', name);
  const { metafile } = await bundle({
    absWorkingDir: process.cwd(),
    entryPoints: [{ in: `functions/${name}.ts`, out: 'index' }],
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunk-[hash]',
    bundle: true,
    format: 'esm',
    splitting: true,
    minify: true,
    keepNames: false,
    legalComments: 'none',
    sourcemap: false,
    platform: 'node',
    target: 'node20',
    mainFields: ['module', 'main'],
    banner: { js: requireForCommonJs },
    metafile: true,
    logLevel: 'warning',
  });
  // Beside the folders, not in them: a metafile in there would ship, and change the asset's hash.
  await writeFile(path.resolve('dist/meta', `${name}.json`), JSON.stringify(metafile));
  return { name, folder, metafile };
}

if (process.argv[1] === path.resolve('scripts/build.ts')) {
  build().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
