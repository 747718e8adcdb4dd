// Least privilege, proved: what the functions asked AWS for in all tests, against what their roles allow.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod/mini';
import { functionNames } from '../functions/contract/routes.ts';
import { stackName } from '../local/synthesize.ts';
import { readTemplate } from '../simulators/aws/template.ts';

const calls = z.array(z.object({ function: z.string(), action: z.string(), resource: z.string() }));

/** Not seen by the simulated services: Lambda writes logs and traces itself. */
const byLambda = /^(logs|xray):/;

const line = (name: string, action: string, resource: string): string =>
  `${name.padEnd(12)} ${action.padEnd(30)} ${resource}`;

async function recorded(folder: string): Promise<ReadonlySet<string>> {
  const files = await readdir(folder);
  const read = await Promise.all(files.map((file) => readFile(path.join(folder, file), 'utf8')));
  return new Set(
    read.flatMap((text) =>
      calls.parse(JSON.parse(text)).map((one) => line(one.function, one.action, one.resource)),
    ),
  );
}

async function allowed(): Promise<ReadonlySet<string>> {
  const template: unknown = JSON.parse(await readFile('dist/test/template.json', 'utf8'));
  const { functions } = readTemplate(template, { stackName, functionNames, apiUrl: 'http://127.0.0.1' });
  return new Set(
    functions.flatMap(({ name, statements }) =>
      statements.flatMap(({ actions, resources }) =>
        actions
          .filter((action) => !byLambda.test(action))
          .flatMap((action) => resources.map((resource) => line(name, action, resource))),
      ),
    ),
  );
}

const [used, granted] = await Promise.all([recorded('dist/test/aws-calls'), allowed()]);
const missing = [...used].filter((one) => !granted.has(one));
const extra = [...granted].filter((one) => !used.has(one));
for (const one of missing) process.stdout.write(`not allowed, but asked for: ${one}\n`);
for (const one of extra) process.stdout.write(`allowed, but never asked for: ${one}\n`);
process.stdout.write(`${granted.size} permissions, ${used.size} of them used in the tests\n`);
if (missing.length > 0 || extra.length > 0) process.exitCode = 1;
