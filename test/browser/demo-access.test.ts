// The demo page for everybody: by keyboard alone, on a phone, in light and dark, and by the rules of axe.
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { type Demo, startDemo } from '../../local/demo/start-demo.ts';
import { describeInBrowser, launchChromium } from '../support/chromium.ts';
import { applyForAccount, arrows, expectCalm, signIn, type Visit, visit } from '../support/demo-page.ts';

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}

/** What axe finds now, rule by rule with the elements that break it. */
async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const found = (await page.evaluate('axe.run().then(({ violations }) => violations)')) as Violation[];
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
}

const FOCUSED =
  '(document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent ?? "").trim()';

/** Presses Tab until what has the focus is so called. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let presses = 0; presses < 40; presses += 1) {
    if (name.test(String(await page.evaluate(FOCUSED)))) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`no Tab leads to ${name}`);
}

/** Once the step has opened, which takes the focus to its heading. */
async function expectFocusOnStep(page: Page, id: string): Promise<void> {
  await page.locator(`#step-${id}:focus`).waitFor();
  expect(await page.evaluate('document.activeElement.id')).toBe(`step-${id}`);
}

/** Looks at the page in light and in dark. */
async function inBoth(page: Page, look: (colorScheme: 'light' | 'dark') => Promise<void>): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await look(colorScheme);
  }
}

describeInBrowser('the demo page for everybody', () => {
  let demo: Demo;
  let browser: Browser;
  let at: Visit | undefined;

  beforeAll(async () => {
    demo = await startDemo();
    browser = await launchChromium();
  }, 120_000);

  afterAll(async () => {
    await browser.close();
    await demo.close();
  }, 60_000);

  afterEach(() => at?.close());

  it('leads by keyboard alone from the address to the second factor, and shows what an arrow carried', async () => {
    at = await visit(browser, demo);
    const { page } = at;
    const press = async (name: RegExp): Promise<void> => {
      await tabTo(page, name);
      await page.keyboard.press('Enter');
    };
    await press(/^Send the mail$/);
    await expectFocusOnStep(page, 'inbox');
    await page.getByRole('link', { name: 'Open the link' }).waitFor();
    await press(/^Open the link$/);
    await expectFocusOnStep(page, 'factor');
    await press(/^Authenticator app$/);
    await page.getByLabel('Code that the app shows').waitFor();
    await press(/^Use a code of this machine$/);
    await page.locator('input.code:focus:valid').waitFor();
    await page.keyboard.press('Enter');
    await expectFocusOnStep(page, 'apply');

    await tabTo(page, /^API answers Browser: 200/);
    const newest = await page.evaluate(FOCUSED);
    await page.keyboard.press('Home');
    expect(await page.evaluate(FOCUSED)).toBe('Browser asks API: POST /v1/signup');
    await page.keyboard.press('ArrowDown');
    expect(await page.evaluate(FOCUSED)).toMatch(/^API asks /);
    await page.keyboard.press('End');
    expect(await page.evaluate(FOCUSED)).toBe(newest);
    await page.keyboard.press('Enter');
    await page.locator('#details h3').waitFor();
    expect(await page.evaluate(FOCUSED)).toBe('POST /v1/factors/totp/confirm');
    expect(await page.locator('#details').innerText()).toContain('sessionJwt');
    await page.keyboard.press('Escape');
    expect(await page.evaluate(FOCUSED)).toBe(newest);
    await expectCalm(at);
  }, 180_000);

  it('signs in by a code of six digits as well', async () => {
    at = await visit(browser, demo);
    await at.page.getByLabel('A code of six digits').check();
    await at.press('Send the mail');
    await at.press('Fill it in');
    await at.page.keyboard.press('Enter');
    await expectFocusOnStep(at.page, 'factor');
    await expectCalm(at);
  }, 120_000);

  it('says all of the diagram in a table, too', async () => {
    at = await visit(browser, demo);
    await signIn(at, 'table@example.com');
    await at.page.getByRole('button', { name: 'Authenticator app' }).waitFor();
    await at.page.locator('.arrow').first().waitFor();
    await at.press('As a table');
    const table = at.page.getByRole('table');
    await table.waitFor();
    const rows = await table.locator('tbody td button').allTextContents();
    expect(await table.innerText()).toContain('Where does this user stand?');
    expect(await violations(at.page)).toEqual([]);
    // Both are drawn from the same messages, the arrows a moment after the last of them.
    await at.press('As a table');
    await table.waitFor({ state: 'hidden' });
    expect((await arrows(at)).filter((label) => /^[A-Z]/.test(label))).toEqual(rows);
    await expectCalm(at);
  }, 120_000);

  it('breaks no rule of axe on the way to the card, light or dark', async () => {
    at = await visit(browser, demo);
    const { page, press, shoot } = at;
    const expectNoViolations = (name?: string): Promise<void> =>
      inBoth(page, async (colorScheme) => {
        expect([colorScheme, ...(await violations(page))]).toEqual([colorScheme]);
        if (name !== undefined) await shoot(`wide-${colorScheme}-${name}`);
      });
    await expectNoViolations('start');
    await press('Send the mail');
    await page.getByRole('link', { name: 'Open the link' }).waitFor();
    await expectNoViolations();
    await page.getByRole('link', { name: 'Open the link' }).click();
    await press('Authenticator app');
    await press('Use a code of this machine');
    await page.getByText('10 recovery codes').click();
    await expectNoViolations('factor');
    await press('Confirm the code');
    await page.getByRole('button', { name: 'Apply', exact: true }).waitFor();
    await expectNoViolations();
    await applyForAccount(at);
    await press('Ask for documents');
    await page.getByRole('button', { name: 'Send a sample' }).first().waitFor();
    await expectNoViolations();
    await press('Approve');
    await press('Make my factor a day old');
    await page.getByText('a day old now').waitFor();
    await press('Ask for a customer token');
    await page.getByRole('dialog').waitFor();
    await press('Confirm the code');
    await press('Use a code of this machine');
    await expectNoViolations();
    await press('Confirm the code');
    await page.getByText('Ends in').waitFor();
    await page.getByText('Break something').click();
    await press('Break it');
    await page.getByText('Broken on purpose.').waitFor();
    await expectNoViolations();
    await press('Heal all');
    await page.getByText('Broken on purpose.').waitFor({ state: 'hidden' });
    await press('Read the accounts at Unit');
    await press('Make a card');
    await press('Reveal the number');
    await page.getByText('That is the whole journey').waitFor();
    await page.locator('.arrow.answer').last().click();
    await page.locator('#details h3').waitFor();
    await expectNoViolations('end');
    await expectCalm(at);
  }, 240_000);

  it('fits a phone of 360 pixels at every step, light or dark', async () => {
    at = await visit(browser, demo, { viewport: { width: 360, height: 740 } });
    const { page, press, shoot } = at;
    const shootBoth = (name: string): Promise<void> =>
      inBoth(page, (colorScheme) => shoot(`phone-${colorScheme}-${name}`));
    await expectCalm(at);
    await shootBoth('start');
    await signIn(at);
    await press('Authenticator app');
    await page.getByText('10 recovery codes').click();
    await expectCalm(at);
    await shootBoth('factor');
    await press('Use a code of this machine');
    await press('Confirm the code');
    await page.getByRole('button', { name: 'Apply', exact: true }).waitFor();
    await expectCalm(at);
    await applyForAccount(at);
    await expectCalm(at);
    await press('Approve');
    await press('Ask for a customer token');
    await page.getByText('Ends in').waitFor();
    await expectCalm(at);
    await press('Read the accounts at Unit');
    await press('Make a card');
    await press('Reveal the number');
    await page.getByText('That is the whole journey').waitFor();
    await expectCalm(at);
    await shootBoth('card');
    await page.getByRole('link', { name: 'The diagram', exact: true }).click();
    await shootBoth('diagram');
    await page.locator('.arrow.answer').last().click();
    await page.locator('#details h3').waitFor();
    await expectCalm(at);
    await shootBoth('details');
    await press('Close');
    await press('As a table');
    await page.getByRole('table').waitFor();
    await expectCalm(at);
  }, 240_000);
});
