// Builds the bundles and synthesizes the template of stage `dev` once, for all tests that run them.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { synthesize } from '../../local/synthesize.ts';
import { build } from '../../scripts/build.ts';

await build();
await rm('dist/test', { recursive: true, force: true });
await mkdir('dist/test', { recursive: true });
await writeFile('dist/test/template.json', JSON.stringify(await synthesize('dist/functions')));
