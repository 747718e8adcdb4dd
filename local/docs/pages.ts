// Every page of the docs by its path under the base: what the demo serves, and what operators publish.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod/mini';
import { problemSlug } from '../../functions/contract/problems.ts';
import { errorCodes } from '../../functions/core/errors.ts';
import { openApiDocument } from '../../scripts/openapi/document.ts';
import { toYaml } from '../../scripts/openapi/yaml.ts';
import { readDocument } from './document.ts';
import { notFoundPage, problemIndex, problemPage, type Site } from './problem-pages.ts';
import { referencePage } from './reference.ts';

export interface Page {
  readonly mediaType: 'text/html' | 'text/css' | 'application/yaml';
  readonly text: string;
}

export interface Docs {
  /** Under the base: ``, `problems/`, `problems/invalid-token`, `style.css`, `openapi.yaml`. */
  readonly pages: ReadonlyMap<string, Page>;
  readonly notFound: Page;
}

const html = (text: string): Page => ({ mediaType: 'text/html', text });

export async function createDocs(site: Site): Promise<Docs> {
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(await readFile('package.json', 'utf8')));
  const document = openApiDocument(version);
  const problems = errorCodes.map((code): [string, Page] => [
    `problems/${problemSlug(code)}`,
    html(problemPage(site, code)),
  ]);
  return {
    pages: new Map<string, Page>([
      ['', html(referencePage(site.base, readDocument(document)))],
      ['problems/', html(problemIndex(site))],
      ...problems,
      [
        'style.css',
        { mediaType: 'text/css', text: await readFile(path.resolve('local/docs/style.css'), 'utf8') },
      ],
      ['openapi.yaml', { mediaType: 'application/yaml', text: toYaml(document) }],
    ]),
    notFound: html(notFoundPage(site)),
  };
}
