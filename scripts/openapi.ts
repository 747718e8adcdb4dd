// Writes openapi.yaml and the client's types from the contract; `test/contract` fails when either is out of date.
import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod/mini';
import { clientTypes } from './openapi/client-types.ts';
import { openApiDocument } from './openapi/document.ts';
import { toYaml } from './openapi/yaml.ts';
import { readOptions } from './options.ts';

readOptions(
  `Usage: npm run openapi

Writes openapi.yaml and client/contract.ts, both from functions/contract.

  --help  this`,
  {},
);

const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(await readFile('package.json', 'utf8')));
await writeFile('openapi.yaml', toYaml(openApiDocument(version)));
await writeFile('client/contract.ts', clientTypes());
execFileSync(path.join('node_modules', '.bin', 'biome'), ['format', '--write', 'client/contract.ts'], {
  stdio: 'inherit',
});
