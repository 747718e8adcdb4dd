// `npm run docs -- --stage <stage> --out <folder>`: the reference and the problem pages as files, for any static host.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Stage, stages } from '../../lib/stages.ts';
import { misused, readOptions } from '../../scripts/options.ts';
import { createDocs } from './pages.ts';

const usage = `Usage: npm run docs -- --stage <stage> --out <folder>

Writes the reference and the problem pages as files, for any static host.

  --stage <stage>  whose problemTypeBaseUrl says where the pages will be; it must end with /problems/
  --out <folder>   where the files go: served from the address above that one
  --help           this`;

const ending = '/problems/';

/** @throws Error where the problems' address does not end as it must */
export async function writeDocs(out: string, problemTypeBaseUrl: string): Promise<number> {
  if (!problemTypeBaseUrl.endsWith(ending))
    throw new Error(
      `${problemTypeBaseUrl} does not end with ${ending}: the reference has no place beside it`,
    );
  const base = new URL(problemTypeBaseUrl).pathname.slice(0, -ending.length);
  const { pages, notFound } = await createDocs({ base, problemTypeBaseUrl });
  for (const [place, { text, mediaType }] of [...pages, ['404.html', notFound] as const]) {
    // A page is the index of a folder of its name: every static host serves it at the name itself.
    const isFolder = mediaType === 'text/html' && !place.endsWith('.html');
    const file = path.join(out, place, isFolder ? 'index.html' : '');
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  return pages.size + 1;
}

async function main(): Promise<void> {
  const { values } = readOptions(usage, { options: { stage: { type: 'string' }, out: { type: 'string' } } });
  const all: readonly Stage[] = Object.values(stages);
  const stage = all.find(({ name }) => name === values.stage);
  if (values.out === undefined) return misused('--out is missing');
  if (stage === undefined) return misused(`--stage is one of ${all.map(({ name }) => name).join(', ')}`);
  const count = await writeDocs(path.resolve(values.out), stage.problemTypeBaseUrl);
  process.stdout.write(
    `${count} files in ${values.out}, for ${stage.problemTypeBaseUrl} and the address above it\n`,
  );
}

if (process.argv[1] === path.resolve('local/docs/write.ts')) {
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
