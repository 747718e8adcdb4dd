// Builds the client as it is published: dist/client holds one module, its types and a manifest, and needs nothing else.
import { execFileSync } from 'node:child_process';
import { copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type BuildOptions, build as bundle } from 'esbuild';
import * as z from 'zod/mini';
import { readOptions } from './options.ts';

/** For every engine with `fetch` and ES2022: the fields of a class need no declaration, since its constructor sets them. */
export const clientBuild = {
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  platform: 'neutral',
  legalComments: 'none',
  /** Names that no app sees. */
  mangleProps:
    /^(heldJwt|heldUntil|refreshing|keeping|begin|end|bodyOf|drop|bearer|forget|promise|until|ids)$/,
  tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
  logLevel: 'warning',
} as const satisfies BuildOptions;

/** Builds into a folder; tsc checks the source against browsers' types alone, so that nothing of Node slips in. */
export async function buildClient(into = 'dist/client'): Promise<void> {
  await rm(into, { recursive: true, force: true });
  await bundle({ ...clientBuild, entryPoints: ['client/index.ts'], outfile: path.join(into, 'index.mjs') });
  execFileSync(path.join('node_modules', '.bin', 'tsc'), ['-p', 'client/tsconfig.json', '--outDir', into], {
    stdio: 'inherit',
  });
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(await readFile('package.json', 'utf8')));
  const manifest = {
    name: 'stytch-unit-bridge-client',
    version,
    license: 'MIT',
    type: 'module',
    sideEffects: false,
    exports: { '.': { types: './index.d.ts', default: './index.mjs' } },
  };
  await writeFile(path.join(into, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  await copyFile('LICENSE', path.join(into, 'LICENSE'));
}

const usage = `Usage: npm run client

Builds the client into dist/client, as it is published: one module, its types and a manifest.

  --help  this`;

if (process.argv[1] === path.resolve('scripts/client.ts')) {
  readOptions(usage, {});
  buildClient().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
