// Passkeys in a real browser: Chromium's virtual authenticator, our options, Stytch's verification.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { call } from '../../local/journey-client.ts';
import type { World } from '../../local/world.ts';
import { addAuthenticator, describeInBrowser, launchChromium } from '../support/chromium.ts';
import { emailFactor, startTestWorld } from '../support/world.ts';

describeInBrowser('a passkey in Chromium', () => {
  let world: World;
  let browser: Browser;
  let page: Page;
  let site: Server;

  beforeAll(async () => {
    world = await startTestWorld();
    site = createServer((_, answer) =>
      answer.setHeader('content-type', 'text/html').end('<title>app</title>'),
    );
    site.listen(0, '127.0.0.1');
    await once(site, 'listening');
    browser = await launchChromium();
    page = await browser.newPage();
    await page.goto(`http://localhost:${(site.address() as AddressInfo).port}/`);
    await addAuthenticator(page);
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    site.close();
    await world.close();
  });

  /** Runs a WebAuthn ceremony in the page, by the JSON forms alone; as text, since the page knows other types. */
  const ceremony = (kind: 'create' | 'get', options: unknown): Promise<unknown> => {
    const parse = kind === 'create' ? 'parseCreationOptionsFromJSON' : 'parseRequestOptionsFromJSON';
    const publicKey = `PublicKeyCredential.${parse}(${JSON.stringify(options)})`;
    return page.evaluate(
      `navigator.credentials.${kind}({ publicKey: ${publicKey} }).then((made) => made.toJSON())`,
    );
  };

  it('enrols by parseCreationOptionsFromJSON and toJSON, and steps a later session up', async () => {
    const email = 'passkey@example.com';
    const { userId } = await world.stytch.controls.seedUser({ email });
    const session = async () =>
      (await world.stytch.controls.startSession({ userId, factors: [emailFactor] })).sessionJwt;
    const api = (path: string, bearer: string, body?: unknown) =>
      call('POST', `${world.apiUrl}${path}`, { bearer, ...(body === undefined ? {} : { body }) });

    const first = await session();
    const begun = await api('/v1/factors/passkey', first);
    const credential = await ceremony('create', (begun.body as { options: unknown }).options);
    const confirmed = await api('/v1/factors/passkey/confirm', first, { credential });
    expect(confirmed).toMatchObject({
      status: 200,
      body: { factors: [{ kind: 'email' }, { kind: 'passkey' }] },
    });

    const later = await session();
    const challenge = await api('/v1/step-up/challenge', later, { factor: 'passkey' });
    const assertion = await ceremony('get', (challenge.body as { options: unknown }).options);
    const steppedUp = await api('/v1/step-up', later, { factor: 'passkey', credential: assertion });
    expect(steppedUp).toMatchObject({
      status: 200,
      body: { factors: [{ kind: 'email' }, { kind: 'passkey' }] },
    });
  }, 60_000);
});
