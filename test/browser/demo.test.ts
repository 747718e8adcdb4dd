// The demo page in Chromium: the journey by an authenticator app and by a passkey, and where it goes another way.
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { type Demo, startDemo } from '../../local/demo/start-demo.ts';
import { addAuthenticator, describeInBrowser, launchChromium } from '../support/chromium.ts';
import {
  applyForAccount,
  arrows,
  becomeCustomer,
  enrolTotp,
  expectCalm,
  signIn,
  stateOf,
  type Visit,
  visit,
} from '../support/demo-page.ts';

describeInBrowser('the demo page', () => {
  let demo: Demo;
  let browser: Browser;
  let at: Visit;

  beforeAll(async () => {
    demo = await startDemo();
    browser = await launchChromium();
  }, 120_000);

  afterAll(async () => {
    await browser.close();
    await demo.close();
  }, 60_000);

  beforeEach(async () => {
    at = await visit(browser, demo);
  });

  afterEach(async () => {
    await demo.faults.heal();
    await at.close();
  });

  /** Steps 6 and 7. */
  async function revealCard(): Promise<string> {
    await at.press('Read the accounts at Unit');
    await at.press('Make a card');
    await at.press('Reveal the number');
    await at.page.getByText('That is the whole journey').waitFor();
    return at.page.locator('.pan').innerText();
  }

  it('leads from an address to a card, by TOTP, and the card number never passes the API', async () => {
    await becomeCustomer(at);
    await at.press('Ask for a customer token');
    await at.page.getByText('Ends in').waitFor();
    const pan = (await revealCard()).replaceAll(' ', '');
    const { unit } = demo.world;
    const customers = unit.controls.customers();
    const cards = customers.flatMap(({ id }) => unit.controls.cards(id));
    expect(cards.map((card) => card.pan)).toContain(pan);
    await at.shoot('journey');
    const seen = demo.trace.messages();
    expect(JSON.stringify(seen)).not.toContain(pan);
    const revealing = seen.filter(({ title }) => title.endsWith('/secure-data'));
    expect(revealing.map(({ from, to }) => [from, to])).toEqual([
      ['browser', 'unit'],
      ['unit', 'browser'],
    ]);
    const shown = await arrows(at);
    expect(shown).toEqual(
      expect.arrayContaining(['POST /v1/signup', 'POST /v1/token', 'POST /webhooks/unit']),
    );
    await expectCalm(at);
  }, 180_000);

  it('takes a passkey for the second factor and for the step-up', async () => {
    await addAuthenticator(at.page);
    await signIn(at);
    await at.press('Passkey');
    await at.step('factor').getByText('The session carries email and passkey.').waitFor();
    await applyForAccount(at);
    await at.press('Approve');
    await at.press('Make my factor a day old');
    await at.page.getByText('a day old now').waitFor();
    await at.press('Ask for a customer token');
    await at.press('Use the passkey');
    await at.page.getByText('Ends in').waitFor();
    await revealCard();
    await expectCalm(at);
  }, 180_000);

  it('says that Unit has said no, and lets the user apply again', async () => {
    await signIn(at);
    await enrolTotp(at);
    await applyForAccount(at);
    await at.press('Deny');
    await at.page.getByText('Unit has said no.').waitFor();
    await at.shoot('denied');
    await at.press('Apply again');
    await applyForAccount(at);
    await at.press('Approve');
    await at.step('step-up').getByRole('button', { name: 'Ask for a customer token' }).waitFor();
    await expectCalm(at);
  }, 180_000);

  it('sends the user to Unit’s own form, so that no SSN passes the API, and goes on from there', async () => {
    await signIn(at);
    await enrolTotp(at);
    await at.press('On Unit’s own form instead');
    await at.page.getByRole('link', { name: 'Open Unit’s form' }).waitFor();
    await at.page.reload();
    const [form] = await Promise.all([
      at.page.waitForEvent('popup'),
      at.page.getByRole('link', { name: 'Open Unit’s form' }).click(),
    ]);
    await form.getByLabel('Date of birth').fill('1991-04-23');
    await form.getByLabel('Social security number').fill('000000004');
    await form.getByLabel('Occupation').selectOption({ index: 1 });
    await form.getByRole('button').last().click();
    await form.getByText('Your application was received.').waitFor();
    await at.page.getByText('PendingReview').waitFor();
    expect(await at.page.getByRole('link', { name: 'Open Unit’s form' }).count()).toBe(0);
    const bodies = demo.trace.messages().filter(({ title }) => title === 'POST /v1/application-forms');
    expect(bodies.length).toBeGreaterThan(0);
    expect(JSON.stringify(bodies)).not.toContain('ssn');
    await at.press('Approve');
    await at.step('step-up').getByRole('button', { name: 'Ask for a customer token' }).waitFor();
    await expectCalm(at);
  }, 180_000);

  it('brings the documents that Unit asks for', async () => {
    await signIn(at);
    await enrolTotp(at);
    await applyForAccount(at);
    await at.press('Ask for documents');
    const sample = at.page.getByRole('button', { name: 'Send a sample' }).first();
    await sample.waitFor();
    await at.shoot('documents');
    const wanted = await at.page.locator('.upload').count();
    for (let left = wanted; left > 0; left -= 1) {
      await sample.click();
      await at.page
        .locator('.upload')
        .nth(left - 1)
        .waitFor({ state: 'detached' });
    }
    expect(wanted).toBeGreaterThan(0);
    await at.page.getByText('PendingReview').waitFor();
    await at.press('Approve');
    await at.step('step-up').getByRole('button', { name: 'Ask for a customer token' }).waitFor();
    await expectCalm(at);
  }, 180_000);

  it('steps up by itself when the factor went stale: one refusal, a dialog, the same call again', async () => {
    await becomeCustomer(at);
    await at.press('Make my factor a day old');
    await at.page.getByText('a day old now').waitFor();
    await at.press('Ask for a customer token');
    const dialog = at.page.getByRole('dialog', { name: 'Prove it is you' });
    await dialog.waitFor();
    await dialog.getByLabel('Code of your authenticator app').fill('000000');
    await dialog.getByRole('button', { name: 'Confirm the code' }).click();
    await dialog.getByText('invalid_grant').waitFor();
    await dialog.getByRole('button', { name: 'Use a code of this machine' }).click();
    await at.shoot('step-up');
    await dialog.getByRole('button', { name: 'Confirm the code' }).click();
    await at.page.getByText('Ends in').waitFor();
    const labels = await arrows(at);
    const refusal = labels.findIndex((label) => label.startsWith('401 insufficient_user_authentication'));
    expect(refusal).toBeGreaterThan(0);
    expect(labels.slice(0, refusal)).toContain('POST /v1/token');
    expect(labels.slice(refusal)).toEqual(expect.arrayContaining(['POST /v1/step-up', 'POST /v1/token']));
    await expectCalm(at);
  }, 180_000);

  it('gives up a step-up by Escape, and says nothing more of it', async () => {
    await becomeCustomer(at);
    await at.press('Make my factor a day old');
    await at.page.getByText('a day old now').waitFor();
    await at.press('Ask for a customer token');
    await at.page.getByRole('dialog').waitFor();
    await at.page.keyboard.press('Escape');
    await at.page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await stateOf(at.step('step-up'))).toBe('open');
    expect(await at.step('step-up').locator('.problem').count()).toBe(0);
    await at.press('Ask for a customer token');
    await at.page.getByRole('dialog').waitFor();
    await expectCalm(at);
  }, 180_000);

  it('shows what a vendor outage looks like, and goes on once it is healed', async () => {
    await becomeCustomer(at);
    await at.page.getByText('Break something').click();
    await at.page.getByLabel('What breaks').selectOption('unit');
    await at.page.getByLabel('How').selectOption('503');
    await at.press('Break it');
    await at.page.getByText('Broken on purpose.').waitFor();
    await at.press('Ask for a customer token');
    const problem = at.step('step-up').locator('.problem');
    await problem.getByText('upstream_unavailable').waitFor();
    await at.shoot('outage');
    const meaning = problem.getByRole('link', { name: 'what it means' });
    expect(await meaning.getAttribute('href')).toBe('/docs/problems/upstream-unavailable');
    await problem.getByRole('button', { name: 'Heal all' }).click();
    await at.page.getByText('Broken on purpose.').waitFor({ state: 'hidden' });
    expect(demo.faults.menu().armed).toEqual([]);
    await at.page.getByLabel('What breaks').selectOption('dynamodb');
    await at.page.getByLabel('How').selectOption('500');
    await at.page.getByLabel('Only the next call').check();
    await at.press('Break it');
    await at.page.getByText('Broken on purpose.').waitFor();
    await at.press('Ask for a customer token');
    await at.page.getByText('Ends in').waitFor();
    // The bridge has met it by a repeat, and the page has noticed.
    await at.page.getByText('Broken on purpose.').waitFor({ state: 'hidden' });
    await expectCalm(at);
  }, 180_000);

  it('offers of what breaks only what can be had', async () => {
    const [what, how, once] = ['What breaks', 'How', 'Only the next call'].map((label) =>
      at.page.getByLabel(label),
    );
    const kinds = async () =>
      how?.locator('option').evaluateAll((options) => options.map((one) => one.getAttribute('value')));
    await at.page.getByText('Break something').click();
    await once?.check();
    await how?.selectOption('refused');
    expect([await once?.isEnabled(), await once?.isChecked()]).toEqual([false, false]);
    await what?.selectOption('stytch-jwks');
    expect(await kinds()).not.toContain('refused');
    expect(await once?.isEnabled()).toBe(true);
    await what?.selectOption('dynamodb');
    expect(await kinds()).toContain('refused');
  }, 60_000);

  it('takes a mailed link in another tab, which knows whose application it is', async () => {
    const email = 'other.tab@example.com';
    await at.page.getByLabel('Email', { exact: true }).fill(email);
    await at.press('Send the mail');
    const link = await at.page.getByRole('link', { name: 'Open the link' }).getAttribute('href');
    const page = await at.page.context().newPage();
    await page.goto(link ?? '');
    const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
    const there = { ...at, page, press };
    await enrolTotp(there);
    await applyForAccount(there);
    const applicants = demo.world.unit.controls.applications().map(({ applicant }) => applicant.attributes);
    expect(applicants).toContainEqual(expect.objectContaining({ email }));
  }, 180_000);

  it('begins anew in any case: no late answer moves it, and a session that Stytch could not end is told', async () => {
    await becomeCustomer(at);
    let release = (): void => {};
    const released = new Promise<void>((resolve) => (release = resolve));
    await at.page.route('**/v1/token', async (route) => {
      await released;
      await route.continue();
    });
    const late = at.page.waitForResponse('**/v1/token');
    await at.press('Ask for a customer token');
    await demo.faults.arm({ vendor: 'stytch', kind: '503' });
    await at.press('Start over');
    const problem = at.step('sign-in').locator('.problem');
    await problem.getByText('upstream_unavailable').waitFor();
    expect(await at.page.locator('#sign-out').isVisible()).toBe(false);
    await demo.faults.heal();
    release();
    await (await late).finished();
    await at.page.waitForTimeout(500);
    expect(await stateOf(at.step('sign-in'))).toBe('open');
    expect(await stateOf(at.step('step-up'))).toBe('ahead');
    await at.page.unrouteAll();
    await signIn(at);
    await at.page.getByRole('button', { name: 'Authenticator app' }).waitFor();
    await demo.faults.arm({ vendor: 'stytch', kind: '503' });
    await at.press('Sign out');
    await problem.getByText('upstream_unavailable').waitFor();
    expect(await at.page.locator('#sign-out').isVisible()).toBe(false);
    await expectCalm(at);
  }, 180_000);

  it('knows who comes back: a reload goes on, and a new session proves the factor that is there', async () => {
    const email = 'back@example.com';
    await signIn(at, email);
    await enrolTotp(at);
    await at.page.getByRole('button', { name: 'Apply', exact: true }).waitFor();
    await at.page.reload();
    await at.page.getByRole('button', { name: 'Apply', exact: true }).waitFor();
    await at.press('Sign out');
    await at.page.locator('#sign-out').waitFor({ state: 'hidden' });
    demo.world.stytch.controls.ageCodes({ to: email, seconds: 60 });
    await signIn(at, email);
    await at.press('Prove it');
    await at.press('Use a code of this machine');
    await at.press('Confirm the code');
    await at.page.getByRole('button', { name: 'Apply', exact: true }).waitFor();
    await at.press('Start over');
    await at.page.getByRole('button', { name: 'Send the mail' }).waitFor();
    expect(await arrows(at)).toEqual([]);
    expect(await at.page.locator('#sign-out').isVisible()).toBe(false);
    expect(await at.page.evaluate('sessionStorage.getItem("client.sessionToken")')).toBeNull();
    await expectCalm(at);
  }, 180_000);
});
