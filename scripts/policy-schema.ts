// Writes the JSON Schema of the token policy, which editors pick up by the file's `$schema`.
import { writeFile } from 'node:fs/promises';
import { policyFileSchema } from '../functions/contract/token-policy.ts';

await writeFile('config/token-policy.schema.json', `${JSON.stringify(policyFileSchema(), null, 2)}\n`);
