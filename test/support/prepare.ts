// Builds the bundles, the template of stage `dev`, the same as a cookie stage, and the operators' commands once, for all
// tests that run them.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { build as bundle } from 'esbuild';
import { stages } from '../../lib/stages.ts';
import { synthesize } from '../../local/synthesize.ts';
import { build, forNode } from '../../scripts/build.ts';

await build();
await rm('dist/test', { recursive: true, force: true });
await mkdir('dist/test', { recursive: true });
await writeFile('dist/test/template.json', JSON.stringify(await synthesize('dist/functions')));
const inCookies = await synthesize('dist/functions', {
  ...stages.dev,
  sessionTransport: 'cookie',
  allowedOrigins: ['http://localhost:4400', 'https://app.bank.example'],
  customDomain: {
    name: 'api.bank.example',
    certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/6f2c1d4e-9b7a-4c55-8f3e-1a2b3c4d5e6f',
  },
});
await writeFile('dist/test/cookie-template.json', JSON.stringify(inCookies));

// Tests start a command some two hundred times, and most of its time is reading the sources of its packages.
await bundle({
  ...forNode,
  entryPoints: ['ops/*.ts'],
  outdir: 'dist/test/ops',
  outExtension: { '.js': '.mjs' },
  splitting: true,
});
