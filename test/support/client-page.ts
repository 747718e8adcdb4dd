// The built client in a page of an app, at an origin that only the browser knows.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';

/** An empty page at each address of the origin, and the client from `folder` at `/client.mjs`. */
export const serveClient = (page: Page, origin: string, folder: string): Promise<unknown> =>
  page.route(`${origin}/**`, (route) =>
    route.request().url().endsWith('/client.mjs')
      ? route.fulfill({
          contentType: 'text/javascript',
          body: readFileSync(path.join(folder, 'index.mjs'), 'utf8'),
        })
      : route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>app</title>' }),
  );

/** Runs a script in the page; text, since the page knows other types than the test. */
export const run = (page: Page, script: string): Promise<unknown> =>
  page.evaluate(`(async () => {${script}})()`);
