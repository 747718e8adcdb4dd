// `npm run docs -- --out <folder>`: the reference and the problem pages as files, for any static host.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createDocs } from './pages.ts';

const usage = `npm run docs -- --out <folder> [--url https://app.bank.example/docs]

  --out  where the files go; they are served from the path of --url
  --url  where the pages will be; the stage's problemTypeBaseUrl is this and /problems/ (default http://localhost:4400/docs)`;

/** @throws Error that names what is wrong with the options */
export async function writeDocs(out: string, url: string): Promise<number> {
  const { href, pathname } = new URL(url.replace(/\/$/, ''));
  const base = pathname.replace(/\/$/, '');
  const { pages, notFound } = await createDocs({
    base,
    problemTypeBaseUrl: `${href.replace(/\/$/, '')}/problems/`,
  });
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
  const { values } = parseArgs({
    options: { out: { type: 'string' }, url: { type: 'string', default: 'http://localhost:4400/docs' } },
  });
  if (values.out === undefined) throw new Error('--out is missing');
  if (!URL.canParse(values.url)) throw new Error('--url is no address');
  const count = await writeDocs(path.resolve(values.out), values.url);
  process.stdout.write(`${count} files in ${values.out}\n`);
}

if (process.argv[1] === path.resolve('local/docs/write.ts')) {
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}\n`);
    process.exitCode = 1;
  });
}
