// The lock file serves every platform: no download addresses, exact pins, and an entry for each optional binary it names.
import { readFile } from 'node:fs/promises';
import * as z from 'zod/mini';

const names = z.optional(z.record(z.string(), z.string()));
const lock = z.object({
  packages: z.record(
    z.string(),
    z.looseObject({
      resolved: z.optional(z.string()),
      link: z.optional(z.boolean()),
      optionalDependencies: names,
      dependencies: names,
      devDependencies: names,
    }),
  ),
});

const { packages } = lock.parse(JSON.parse(await readFile('package-lock.json', 'utf8')));
const faults: string[] = [];

const { dependencies = {}, devDependencies = {} } = packages[''] ?? {};
for (const [name, range] of Object.entries({ ...dependencies, ...devDependencies })) {
  if (!/^\d+\.\d+\.\d+$/.test(range)) faults.push(`${name} is not pinned exactly: ${range}`);
}

/** Node's way up: a package beside the one that asks, or in any folder above. */
function isLocked(from: string, name: string): boolean {
  const parts = from.split('/node_modules/');
  return (
    parts.some((_, i) => {
      const base = parts.slice(0, parts.length - i).join('/node_modules/');
      return Object.hasOwn(packages, `${base}/node_modules/${name}`);
    }) || Object.hasOwn(packages, `node_modules/${name}`)
  );
}

for (const [place, entry] of Object.entries(packages)) {
  if (entry.resolved !== undefined) faults.push(`${place} names a download address`);
  for (const name of Object.keys(entry.optionalDependencies ?? {})) {
    if (!isLocked(place, name)) faults.push(`${place} names ${name}, which has no entry`);
  }
}

for (const fault of faults) process.stderr.write(`package-lock.json: ${fault}\n`);
process.exitCode = faults.length === 0 ? 0 : 1;
