// Writes the JSON Schema of the token policy, which editors pick up by the file's `$schema`.
import { writeFile } from 'node:fs/promises';
import { policyFileSchema } from '../functions/contract/token-policy.ts';
import { readOptions } from './options.ts';

readOptions(
  `Usage: npm run policy-schema

Writes config/token-policy.schema.json, the JSON Schema of the token policy, which editors pick up.

  --help  this`,
  {},
);

await writeFile('config/token-policy.schema.json', `${JSON.stringify(policyFileSchema(), null, 2)}\n`);
