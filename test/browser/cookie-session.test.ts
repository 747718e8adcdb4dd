// A session in a cookie, in Chromium: it outlives a reload, no script reads its token, and no page of another origin uses it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { World } from '../../local/world.ts';
import { buildClient } from '../../scripts/client.ts';
import { describeInBrowser, launchChromium } from '../support/chromium.ts';
import { run, serveClient } from '../support/client-page.ts';
import { readCookieTemplate, startTestWorld } from '../support/world.ts';

/** The page of the stage; the API is another port of the same host, and so of the same site. */
const ORIGIN = 'http://localhost:4400';
const EVIL = 'http://evil.example';

describeInBrowser('a session in a cookie, in Chromium', () => {
  let world: World;
  let browser: Browser;
  let folder: string;
  let apiUrl: string;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'bridge-client-'));
    await buildClient(folder);
    world = await startTestWorld({ template: readCookieTemplate() });
    world.stytch.controls.setSwitches({ rateLimit: 'off' });
    // Cookies know no ports, but 127.0.0.1 and localhost are two sites.
    apiUrl = world.apiUrl.replace('127.0.0.1', 'localhost');
    browser = await launchChromium();
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    await world.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A page at an origin, with the client loaded. */
  async function open(context: BrowserContext, origin = ORIGIN): Promise<Page> {
    const page = await context.newPage();
    await serveClient(page, origin, folder);
    await page.goto(`${origin}/`);
    await load(page);
    return page;
  }

  const load = (page: Page) =>
    run(
      page,
      `const { createClient } = await import('/client.mjs');
      window.client = createClient({ baseUrl: '${apiUrl}', sessionTransport: 'cookie' });
      window.codeOf = (work) => work.then(() => 'no refusal', (error) => error.code ?? error.name);`,
    );

  async function signIn(page: Page, email: string): Promise<{ readonly userId: string }> {
    world.stytch.controls.ageCodes({ to: email, seconds: 60 });
    await run(page, `await client.signUp({ email: '${email}', redirectUrl: '${ORIGIN}/callback' });`);
    const { token } = world.stytch.controls.inbox(email).at(-1) ?? { token: '' };
    return (await run(page, `return client.completeSignUp('${token}');`)) as { userId: string };
  }

  const session = async (context: BrowserContext) =>
    (await context.cookies(apiUrl)).find(({ name }) => name === '__Host-session');

  it('A3.3.1, A3.3.4 is kept as the browser keeps it, out of every script’s reach', async () => {
    const context = await browser.newContext();
    const page = await open(context);
    const answer = await signIn(page, 'cookie@example.com');
    const cookie = await session(context);
    expect(cookie).toMatchObject({
      domain: 'localhost',
      path: '/',
      httpOnly: true,
      secure: true,
      sameSite: 'Strict',
    });
    expect(cookie?.value).toMatch(/^[\w=-]{20,}$/);
    expect((cookie?.expires ?? 0) - Date.now() / 1000).toBeGreaterThan(3000);
    expect((cookie?.expires ?? 0) - Date.now() / 1000).toBeLessThanOrEqual(3600);

    // All that an injected script could look into.
    const found = await run(
      page,
      `const answer = await (await fetch('${apiUrl}/v1/sessions/refresh', { method: 'POST', credentials: 'include',
         headers: { 'content-type': 'application/json' }, body: '{}' })).text();
       return JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }, answer,
         await cookieStore?.getAll?.() ?? [], Object.keys(window)]);`,
    );
    expect(found).toContain('sessionJwt');
    expect(found).not.toContain(cookie?.value);
    expect(JSON.stringify(answer)).not.toContain(cookie?.value);
    await context.close();
  }, 60_000);

  it('outlives a reload and a second tab, and ends with a sign-out in either', async () => {
    const context = await browser.newContext();
    const page = await open(context);
    const { userId } = await signIn(page, 'reload@example.com');
    await page.reload();
    await load(page);
    expect(await run(page, 'await client.refresh(); return client.me();')).toMatchObject({ userId });
    const tab = await open(context);
    expect(await run(tab, 'return client.me();')).toMatchObject({ userId });
    await run(tab, 'await client.signOut();');
    expect(await session(context)).toBeUndefined();
    await page.reload();
    await load(page);
    expect(await run(page, 'return codeOf(client.me());')).toBe('invalid_token');
    await context.close();
  }, 60_000);

  it('is no use to a page of another site, nor to one of another origin of this site', async () => {
    const context = await browser.newContext();
    const page = await open(context);
    await signIn(page, 'victim@example.com');
    const before = await session(context);
    for (const origin of [EVIL, 'http://localhost:4499']) {
      const evil = await open(context, origin);
      // Fetched with everything a script can add; and as a form, which needs no permission.
      const seen = await run(
        evil,
        `const send = (init) => fetch('${apiUrl}/v1/sessions/refresh', { method: 'POST', credentials: 'include', ...init })
           .then(async (answer) => answer.status + await answer.text(), (error) => error.name);
         return [
           await send({ headers: { 'content-type': 'application/json' }, body: '{}' }),
           await send({ mode: 'no-cors', body: '{}' }),
           await send({ headers: { 'content-type': 'application/json', origin: '${ORIGIN}' }, body: '{}' }),
         ];`,
      );
      // Nothing can be read: the first and the last fail at CORS, the second is opaque.
      expect(seen).toEqual(['TypeError', '0', 'TypeError']);
      const landed = evil.waitForResponse(`${apiUrl}/v1/sessions/revoke`);
      await run(
        evil,
        `const form = document.createElement('form');
         form.method = 'POST'; form.enctype = 'text/plain'; form.action = '${apiUrl}/v1/sessions/revoke';
         const field = document.createElement('input'); field.name = '{"a":"'; field.value = '"}';
         form.append(field); document.body.append(form); form.submit();`,
      );
      expect((await landed).status()).toBe(403);
      // A page that is closed in the middle of a navigation can keep the browser waiting for ever.
      await evil.waitForURL(`${apiUrl}/v1/sessions/revoke`);
      await evil.close();
    }
    // What was sent was refused by us as well, or never left the browser.
    const refused = world
      .logs()
      .filter(({ line }) => line.includes('origin_not_allowed'))
      .map(({ line }) => (JSON.parse(line) as { reason?: string }).reason);
    expect(refused.length).toBeGreaterThanOrEqual(4);
    expect(await session(context)).toEqual(before);
    expect(await run(page, 'await client.refresh(); return codeOf(client.me());')).toBe('no refusal');
    await context.close();
  }, 60_000);
});
