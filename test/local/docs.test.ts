// The reference and the problem pages: whole, linked, and the same as files.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import * as z from 'zod/mini';
import { problemSlug, problemTypes } from '../../functions/contract/problems.ts';
import { errorCodes } from '../../functions/core/errors.ts';
import { createDocs, type Docs } from '../../local/docs/pages.ts';
import { createDocsHandle } from '../../local/docs/serve.ts';
import { writeDocs } from '../../local/docs/write.ts';

const problemTypeBaseUrl = 'https://app.bank.example/docs/problems/';

describe('the docs', () => {
  let docs: Docs;
  let reference = '';
  beforeAll(async () => {
    docs = await createDocs({ base: '/docs', problemTypeBaseUrl });
    reference = docs.pages.get('')?.text ?? '';
  });

  it('show every operation, status and named schema of openapi.yaml', async () => {
    const document = z
      .object({
        paths: z.record(
          z.string(),
          z.record(
            z.string(),
            z.object({ operationId: z.string(), responses: z.record(z.string(), z.unknown()) }),
          ),
        ),
        components: z.object({ schemas: z.record(z.string(), z.unknown()) }),
      })
      .parse(parse(await readFile('openapi.yaml', 'utf8')));
    let count = 0;
    for (const [place, operations] of Object.entries(document.paths)) {
      for (const [method, { operationId, responses }] of Object.entries(operations)) {
        count += 1;
        const [, section = ''] = reference.split(`<section aria-labelledby="${operationId}">`);
        const [own = ''] = section.split('</section>');
        expect(own).toContain(`<span class="method">${method.toUpperCase()}</span> <code>${place}</code>`);
        for (const status of Object.keys(responses)) expect(own).toContain(`<th scope="row">${status}</th>`);
      }
    }
    expect(count).toBeGreaterThan(20);
    const types = Object.keys(document.components.schemas).filter((name) => !name.endsWith('Problem'));
    for (const name of types) expect(reference).toContain(`<h3 id="${name}">`);
  });

  it('show every member of every named object, of each of its forms in a table of its own', async () => {
    const form = z.object({ properties: z.optional(z.record(z.string(), z.unknown())) });
    const forms = z.optional(z.array(form));
    const schema = z.extend(form, { oneOf: forms, anyOf: forms });
    const { components } = z
      .object({ components: z.object({ schemas: z.record(z.string(), schema) }) })
      .parse(parse(await readFile('openapi.yaml', 'utf8')));
    const titles: Record<string, readonly string[]> = {};
    for (const [name, { properties, oneOf = [], anyOf = [] }] of Object.entries(components.schemas)) {
      if (name.endsWith('Problem')) continue;
      const [own = ''] = (reference.split(`<h3 id="${name}">`)[1] ?? '').split('<h3 ');
      const inline = properties === undefined ? [...oneOf, ...anyOf].filter((one) => one.properties) : [];
      const parts = inline.length === 0 ? [own] : own.split('<h4>').slice(1);
      for (const [i, one] of (inline.length === 0 ? [{ properties }] : inline).entries()) {
        const shown = [...(parts[i] ?? '').matchAll(/<th scope="row"><code>(\w+)<\/code>/g)];
        expect([name, ...shown.map(([, key]) => key)]).toEqual([name, ...Object.keys(one.properties ?? {})]);
      }
      if (inline.length > 0)
        titles[name] = parts.map((part) => part.replace(/<\/h4>[^]*$/, '').replace(/<\/?code>|&quot;/g, ''));
    }
    expect(titles).toEqual({
      ApplicationFormRequest: ['type: individual or sole_proprietor', 'type: business'],
      AuthenticateRequest: ['method: email_magic_link', 'method: email_otp'],
      ChallengeRequest: ['factor: sms', 'factor: passkey'],
      RevokeRequest: ['sessionToken', 'all: true'],
      SignUpRequest: ['method: email_magic_link', 'method: email_otp'],
      StepUpRequest: ['factor: totp', 'factor: sms', 'factor: passkey', 'factor: recovery_code'],
    });
    expect(reference).not.toContain('object or object');
  });

  it.each(errorCodes)('have a page for %s: title, status, advice, example, routes', (code) => {
    const page = docs.pages.get(`problems/${problemSlug(code)}`)?.text ?? '';
    const { status, title } = problemTypes[code];
    expect(page).toContain(`<h1>${title}</h1>`);
    expect(page).toContain(`status ${status}`);
    expect(page).toContain('<h2>What to do</h2>');
    expect(page).toContain(`${problemTypeBaseUrl}${problemSlug(code)}&quot;`);
    expect(docs.pages.get('problems/')?.text).toContain(`href="/docs/problems/${problemSlug(code)}"`);
  });

  it('lead nowhere that is not there', () => {
    const links = [...docs.pages].flatMap(([place, { text }]) =>
      [...text.matchAll(/(?:href|src)="(?!data:)([^"]+)"/g)].map(([, href = '']) => {
        const [target = '', anchor] = href.split('#');
        return { from: place, href, to: target === '' ? place : target.replace(/^\/docs\/?/, ''), anchor };
      }),
    );
    expect(links.length).toBeGreaterThan(500);
    const dead = links.filter(
      ({ to, anchor }) => !docs.pages.has(to) || (anchor !== undefined && !idsOf(to).has(anchor)),
    );
    expect(dead).toEqual([]);
  });

  const idsOf = (place: string): ReadonlySet<string | undefined> =>
    new Set([...(docs.pages.get(place)?.text ?? '').matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));

  it('need no script and no other host, and escape what stands in them', () => {
    for (const { text, mediaType } of docs.pages.values()) {
      if (mediaType !== 'text/html') continue;
      expect(text).not.toMatch(/<script|<style|style="|https?:\/\/(?!app\.bank\.example|localhost)[^"&]*"/);
    }
    expect(docs.pages.get('')?.text).toContain('{&quot;message&quot;: &quot;...&quot;}');
  });

  it('are served with and without a slash at the end, and say so when there is none', async () => {
    const handle = createDocsHandle(docs);
    const get = async (place: string) => {
      const response = await handle(new Request(`http://localhost:4400${place}`));
      return [response.status, response.headers.get('content-type')];
    };
    const page = [200, 'text/html; charset=utf-8'];
    for (const place of [
      '/docs',
      '/docs/',
      '/docs/problems',
      '/docs/problems/',
      '/docs/problems/invalid-token',
    ])
      expect([place, ...(await get(place))]).toEqual([place, ...page]);
    expect(await get('/docs/style.css')).toEqual([200, 'text/css; charset=utf-8']);
    expect(await get('/docs/problems/invented')).toEqual([404, 'text/html; charset=utf-8']);
    const posted = await handle(new Request('http://localhost:4400/docs', { method: 'POST' }));
    expect(posted.status).toBe(405);
  });

  it('are written as files for the address that they will have', async () => {
    await expect(writeDocs('unused', 'https://app.bank.example/errors/')).rejects.toThrow(
      'does not end with',
    );
    const folder = await mkdtemp(path.join(tmpdir(), 'bridge-docs-'));
    try {
      const count = await writeDocs(folder, 'https://app.bank.example/help/api/problems/');
      expect(count).toBe(docs.pages.size + 1);
      expect((await readdir(path.join(folder, 'problems'))).length).toBe(errorCodes.length + 1);
      const page = await readFile(path.join(folder, 'problems/invalid-token/index.html'), 'utf8');
      expect(page).toContain('href="/help/api/style.css"');
      expect(page).toContain('https://app.bank.example/help/api/problems/invalid-token');
      expect(await readFile(path.join(folder, 'openapi.yaml'), 'utf8')).toBe(
        await readFile('openapi.yaml', 'utf8'),
      );
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
