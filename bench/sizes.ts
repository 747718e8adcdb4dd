// How large the bundles are, what they consist of, and which of them are over their budget.
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Metafile } from 'esbuild';

/** Bytes of all files of a folder, or of some files. */
export const folderBytes = (folder: string): number =>
  filesBytes(readdirSync(folder).map((file) => path.join(folder, file)));

export const filesBytes = (files: readonly string[]): number =>
  files.reduce((sum, file) => sum + statSync(file).size, 0);

/** A package, or a folder of ours. */
export function contributorOf(input: string): string {
  const inPackage = [...input.matchAll(/node_modules\/((?:@[^/]+\/)?[^/]+)/g)].at(-1)?.[1];
  return inPackage ?? path.dirname(input.slice(Math.max(0, input.search(/(functions|config|bench)\//))));
}

/** Bytes by contributor, largest first; `files` narrows to some outputs of the bundle. */
export function contributors(
  { outputs }: Metafile,
  files?: ReadonlySet<string>,
): readonly (readonly [name: string, bytes: number])[] {
  const sums = new Map<string, number>();
  for (const [file, { inputs }] of Object.entries(outputs)) {
    if (files !== undefined && !files.has(path.basename(file))) continue;
    for (const [input, { bytesInOutput }] of Object.entries(inputs)) {
      const name = contributorOf(input);
      sums.set(name, (sums.get(name) ?? 0) + bytesInOutput);
    }
  }
  return [...sums].filter(([, bytes]) => bytes > 0).toSorted(([, a], [, b]) => b - a);
}

export const listed = (metafile: Metafile, files?: ReadonlySet<string>): string =>
  contributors(metafile, files)
    .slice(0, 10)
    .map(([name, bytes]) => `    ${String(bytes).padStart(8)}  ${name}`)
    .join('\n');
