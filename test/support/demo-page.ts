// The demo page in Chromium: a tab that watches for console errors, and the steps of the journey as a person takes them.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { expect } from '@jest/globals';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import type { Demo } from '../../local/demo/start-demo.ts';

export const WAIT_MS = 60_000;
const screenshots = 'dist/screenshots';

export interface Visit {
  readonly page: Page;
  /** What the console said that is no refusal of ours: a browser reports every answer of 400 and above. */
  readonly complaints: readonly string[];
  /** Leaves `dist/screenshots/<name>.png`. */
  shoot(name: string): Promise<void>;
  step(id: string): Locator;
  press(name: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens the page in a browser of its own, as a stranger would. */
export async function visit(
  browser: Browser,
  demo: Demo,
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT_MS);
  const complaints: string[] = [];
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('console', (message) => {
    const isRefusal = /^Failed to load resource: the server responded with a status of [45]\d\d/.test(
      message.text(),
    );
    if (['error', 'warning'].includes(message.type()) && !isRefusal) complaints.push(message.text());
  });
  await page.goto(demo.pageUrl);
  const step = (id: string): Locator => page.locator(`[data-step="${id}"]`);
  await step('sign-in').getByRole('button', { name: 'Send the mail' }).waitFor();
  return {
    page,
    complaints,
    step,
    async shoot(name) {
      mkdirSync(screenshots, { recursive: true });
      await page.screenshot({ path: path.join(screenshots, `${name}.png`) });
    },
    press: (name) => page.getByRole('button', { name, exact: true }).click(),
    close: () => context.close(),
  };
}

/** Steps 1 and 2, by the mailed link. */
export async function signIn({ page, press }: Visit, email?: string): Promise<void> {
  if (email !== undefined) await page.getByLabel('Email', { exact: true }).fill(email);
  await press('Send the mail');
  await page.getByRole('link', { name: 'Open the link' }).click();
}

/** Step 3, by the codes of this machine. */
export async function enrolTotp({ press }: Visit): Promise<void> {
  await press('Authenticator app');
  await press('Use a code of this machine');
  await press('Confirm the code');
}

/** Step 4, up to where Unit's staff decides. */
export async function applyForAccount({ page, press }: Visit): Promise<void> {
  await press('Apply');
  await page.getByText('PendingReview').waitFor();
}

/** Steps 1 to 4. */
export async function becomeCustomer(at: Visit): Promise<void> {
  await signIn(at);
  await enrolTotp(at);
  await applyForAccount(at);
  await at.press('Approve');
  await at.step('step-up').getByRole('button', { name: 'Ask for a customer token' }).waitFor();
}

export const stateOf = (step: Locator): Promise<string | null> => step.getAttribute('data-state');

/** The labels of the arrows, oldest first. */
export const arrows = ({ page }: Visit): Promise<string[]> => page.locator('.arrow .label').allTextContents();

/** That nothing was wider than the window, and the console had nothing to say. */
export async function expectCalm({ page, complaints }: Visit): Promise<void> {
  const overflow = await page.evaluate(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  );
  expect(overflow).toBe(0);
  expect(complaints).toEqual([]);
}
