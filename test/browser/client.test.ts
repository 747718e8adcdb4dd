// The client in Chromium, on an origin of the stage: PKCE, storage, a step-up across origins, and documents.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { TOTP } from 'otpauth';
import type { Browser, Page } from 'playwright-core';
import type { World } from '../../local/world.ts';
import { buildClient } from '../../scripts/client.ts';
import { describeInBrowser, launchChromium } from '../support/chromium.ts';
import { run, serveClient } from '../support/client-page.ts';
import { individual, startTestWorld } from '../support/world.ts';

/** One of the origins that stage `dev` allows. */
const ORIGIN = 'http://localhost:4400';

/** As docs/client.md has it: the session token in memory, the rest where another tab finds it. */
const setUp = (apiUrl: string) => `
  const { createClient, prepareDocument } = await import('/client.mjs');
  const memory = new Map();
  const tokenStore = {
    get: (key) => memory.get(key) ?? localStorage.getItem(key),
    set: (key, value) => (key === 'sessionToken' ? memory.set(key, value) : localStorage.setItem(key, value)),
    delete: (key) => memory.delete(key) || localStorage.removeItem(key),
  };
  window.challenges = [];
  window.client = createClient({
    baseUrl: '${apiUrl}',
    tokenStore,
    onStepUp: async (challenge) => {
      challenges.push(challenge);
      await client.stepUp({ factor: 'totp', code: await nextCode() });
    },
    // The body of a challenge is hidden, so that only the header can tell of it.
    fetch: async (...request) => {
      const answer = await fetch(...request);
      return window.isBodyHidden && answer.status === 401
        ? new Response('{}', { status: 401, headers: answer.headers })
        : answer;
    },
  });
  window.prepareDocument = prepareDocument;`;

describeInBrowser('the client in Chromium', () => {
  let world: World;
  let browser: Browser;
  let folder: string;
  let totp: TOTP;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'bridge-client-'));
    await buildClient(folder);
    world = await startTestWorld();
    world.stytch.controls.setSwitches({ rateLimit: 'off' });
    browser = await launchChromium();
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    await world.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(context: Awaited<ReturnType<Browser['newContext']>>): Promise<Page> {
    const page = await context.newPage();
    await serveClient(page, ORIGIN, folder);
    await page.exposeFunction('nextCode', () => totp.generate());
    await page.goto(`${ORIGIN}/`);
    await run(page, setUp(world.apiUrl));
    return page;
  }

  it('signs up by a link that another tab opens, and leaves no session in storage', async () => {
    const email = 'browser@example.com';
    const context = await browser.newContext();
    const first = await open(context);
    await run(first, `await client.signUp({ email: '${email}', redirectUrl: '${ORIGIN}/callback' });`);
    const page = await open(context);
    const { token } = world.stytch.controls.inbox(email).at(-1) ?? { token: '' };
    const signedIn = await run(page, `return client.completeSignUp('${token}');`);
    expect(signedIn).toMatchObject({ factors: [{ kind: 'email' }] });
    expect(await run(page, 'return Object.keys(localStorage).concat(Object.keys(sessionStorage));')).toEqual(
      [],
    );
    expect(await run(page, 'return document.cookie;')).toBe('');

    const enrolment = (await run(page, 'return client.enrolTotp();')) as { secret: string };
    totp = new TOTP({ secret: enrolment.secret });
    await run(page, `await client.confirmTotp({ code: '${totp.generate()}' });`);
    const applied = await run(page, `return client.apply(${JSON.stringify(individual(email))});`);
    expect(applied).toMatchObject({ status: 'Approved' });

    const { userId } = signedIn as { userId: string };
    for (const isRenamed of [false, true]) {
      world.gateway.renameAuthenticateHeader(isRenamed);
      world.stytch.controls.ageTotp({ userId, seconds: 86_400 });
      world.stytch.controls.ageCodes({ to: email, seconds: 86_400 });
      await run(
        page,
        `window.isBodyHidden = true; await client.signOut(); await client.signUp({ email: '${email}' });`,
      );
      const again = world.stytch.controls.inbox(email).at(-1)?.token;
      const exchanged = await run(
        page,
        `await client.completeSignUp('${again}'); return client.customerToken({ scopes: ['accounts'] });`,
      );
      expect(exchanged).toMatchObject({ tokenType: 'Bearer', scopes: ['accounts'] });
    }
    expect(await run(page, 'return challenges;')).toEqual(
      Array.from({ length: 2 }, () => ({
        acrValues: ['urn:stytch-unit-bridge:acr:stytch-mfa'],
        maxAgeSeconds: 43_200,
        acceptableFactors: [],
      })),
    );
    await context.close();
  }, 90_000);

  it('makes a large photograph a JPEG that fits, and keeps a small one as it is', async () => {
    const context = await browser.newContext();
    const page = await open(context);
    const made = await run(
      page,
      `const drawing = (width, height, paint) => {
        const canvas = new OffscreenCanvas(width, height);
        paint(canvas.getContext('2d'), width, height);
        return canvas.convertToBlob({ type: 'image/png' });
      };
      const noise = (context, width, height) => {
        const image = context.createImageData(width, height);
        for (let i = 0; i < image.data.length; i += 1) image.data[i] = (i % 4 === 3) ? 255 : (i * 2654435761) >>> (i % 23);
        context.putImageData(image, 0, 0);
        // Transparent, which must become paper, not black.
        context.clearRect(0, 0, 64, 64);
      };
      const corner = async (blob) => {
        const read = new OffscreenCanvas(10, 10).getContext('2d');
        read.drawImage(await createImageBitmap(blob), 0, 0);
        return [...read.getImageData(5, 5, 1, 1).data];
      };
      const large = await drawing(2600, 1950, noise);
      const fitted = await prepareDocument(large, { maxBytes: 1_500_000 });
      const { width, height } = await createImageBitmap(fitted);
      const small = await drawing(40, 30, noise);
      const kept = await prepareDocument(small);
      const refused = await prepareDocument(new Blob(['GIF89a, but no image'])).catch((error) => error.code);
      const head = new Uint8Array(await fitted.slice(0, 3).arrayBuffer());
      return { from: large.size, size: fitted.size, type: fitted.type, head: [...head], ratio: width / height,
        isKept: kept.size === small.size && kept.type === 'image/png', refused, corner: await corner(fitted) };`,
    );
    expect(made).toMatchObject({
      type: 'image/jpeg',
      head: [0xff, 0xd8, 0xff],
      isKept: true,
      corner: [255, 255, 255, 255],
      refused: 'unsupported_media_type',
    });
    const { from, size, ratio } = made as { from: number; size: number; ratio: number };
    expect(from).toBeGreaterThan(1_500_000);
    expect(size).toBeLessThanOrEqual(1_500_000);
    expect(ratio).toBeCloseTo(4 / 3, 2);
    await context.close();
  }, 60_000);
});
