// Builds the bundles, the template of stage `dev` and the operators' commands once, for all tests that run them.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { build as bundle } from 'esbuild';
import { synthesize } from '../../local/synthesize.ts';
import { build } from '../../scripts/build.ts';

await build();
await rm('dist/test', { recursive: true, force: true });
await mkdir('dist/test', { recursive: true });
await writeFile('dist/test/template.json', JSON.stringify(await synthesize('dist/functions')));

// Tests start a command some two hundred times, and most of its time is reading the sources of its packages.
await bundle({
  entryPoints: ['ops/*.ts'],
  outdir: 'dist/test/ops',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  mainFields: ['module', 'main'],
  banner: {
    js: "import{createRequire as makeRequire}from'node:module';const require=makeRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
