// Unit's own form: where it leads, who may have its link, and who fills it in.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stages } from '../../lib/stages.ts';
import type { Exchange } from '../../local/journey-client.ts';
import type { World } from '../../local/world.ts';
import { attack, exchange, expectToken, vendorCallsFrom } from '../support/attacks.ts';
import { formFields, postForm } from '../support/hosted-form.ts';
import { expectProblem } from '../support/problems.ts';
import { api, field, startSecurityWorld } from '../support/security.ts';
import { apply, individual, person, type SignedInUser, signedInUser } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startSecurityWorld({ submissionsPerDay: 1000 });
});
afterAll(() => world.close());

const openForm = (jwt: string, body: object): Promise<Exchange> =>
  api(world, 'POST', '/v1/application-forms', jwt, body, { 'idempotency-key': randomUUID() });

const myEmail = ({ email }: SignedInUser) => email;

describe('where the page leads', () => {
  const [registered] = stages.dev.redirectUrls;
  const tricks = [
    'https://evil.example/',
    'http://localhost:4400@evil.example/callback',
    'http://user:pass@localhost:4400/callback',
    'http://localhost:4400.evil.example/callback',
    'http://localhost:4400/callback/',
    'http://localhost:4400/callback/deeper',
    'http://localhost:4400/callback/../../evil',
    'http://localhost:4400/callback?next=https://evil.example',
    'http://localhost:4400/callback#evil',
    'http://localhost:4400/Callback',
    'HTTP://LOCALHOST:4400/callback',
    'http://localhost.:4400/callback',
    'http://localhost:4400//callback',
    'http:\\\\localhost:4400\\callback',
    'http://localhost:4400/%63allback',
    'http://localhost/callback',
    'https://localhost:4400/callback',
    'http://127.0.0.1:4400/callback',
    '//localhost:4400/callback',
    '/callback',
    ` ${registered}`,
    `${registered}\n`,
    `${registered}\u0000`,
    `${registered}\u200b`,
    'http://loc\u0430lhost:4400/callback',
    'javascript:alert(1)//http://localhost:4400/callback',
    'data:text/html,<script>alert(1)</script>',
    'myapp://callback',
    '',
  ];

  attack(
    'O7 a redirect URL that is not on the list but looks like one',
    { stoppedBy: 'redirect-urls' },
    async () => {
      const user = await signedInUser(world);
      const calls = vendorCallsFrom(world);
      for (const redirectUrl of tricks) {
        const refused = await openForm(user.sessionJwt, { type: 'individual', redirectUrl });
        expectProblem(refused, 'invalid_request', redirectUrl);
        expect(refused.body).toMatchObject({ errors: [{ pointer: '/redirectUrl' }] });
        expect(JSON.stringify(refused.body)).not.toMatch(/evil|alert/);
      }
      expect(calls()).toMatchObject({ stytch: [], unit: [] });
      const opened = await openForm(user.sessionJwt, { type: 'individual', redirectUrl: registered });
      expect(opened.status).toBe(201);
    },
  );

  attack('O7 a magic link to any of them', { stoppedBy: 'redirect-urls' }, async () => {
    const calls = vendorCallsFrom(world);
    const email = `${randomUUID()}@example.com`;
    const signUp = (redirectUrl: string) =>
      api(world, 'POST', '/v1/signup', undefined, {
        method: 'email_magic_link',
        email,
        redirectUrl,
        codeChallenge: 'c'.repeat(43),
      });
    for (const redirectUrl of tricks) {
      const refused = await signUp(redirectUrl);
      expectProblem(refused, 'invalid_request', redirectUrl);
      expect(JSON.stringify(refused.body)).not.toMatch(/evil|alert/);
    }
    expect(calls()).toMatchObject({ stytch: [], unit: [] });
    expect((await signUp(registered)).status).toBe(202);
  });
});

describe('whose email goes out', () => {
  const foreign: readonly (readonly [string, (user: SignedInUser) => string])[] = [
    ['of a stranger', () => `victim.${randomUUID().slice(0, 8)}@example.com`],
    ['that ends like theirs', (user) => `x${myEmail(user)}`],
    ['with a plus in it', (user) => myEmail(user).replace('@', '+x@')],
    ['that begins like theirs', (user) => `${myEmail(user)}.evil.example`],
  ];

  attack(
    'INV2 a form, and an application, with an email that is not the user’s',
    { stoppedBy: 'own-email' },
    async () => {
      for (const [what, of] of foreign) {
        const user = await signedInUser(world);
        const email = of(user);
        const calls = vendorCallsFrom(world);
        const refusals = [
          await openForm(user.sessionJwt, { type: 'individual', prefill: { email } }),
          await openForm(user.sessionJwt, { type: 'sole_proprietor', prefill: { email } }),
          await openForm(user.sessionJwt, { type: 'business', prefill: { contact: { email } } }),
          await apply(world, user, individual(email)),
        ];
        for (const refused of refusals) {
          expectProblem(refused, 'email_not_verified', what);
          expect(JSON.stringify(refused.body)).not.toContain(email);
        }
        expect(calls().unit).toEqual([]);
      }
    },
  );
});

let nextSsn = 710_000_000;
const ssn = (): string => {
  nextSsn += 1;
  return String(nextSsn);
};

/** A customer who got no token, since who applied is not who signed in. */
async function expectParked(user: SignedInUser, reason: string): Promise<void> {
  await world.unit.controls.flushWebhooks();
  const calls = vendorCallsFrom(world);
  for (const scopes of [['accounts'], ['cards-write']]) {
    expectProblem(await exchange(world, user.sessionJwt, { scopes }), 'customer_in_review', scopes[0]);
  }
  expect(calls().unit).toEqual([]);
  const lines = world.logs().map(({ line }) => line);
  const parked = lines.filter((line) => line.includes('customer.parked') && line.includes(user.userId));
  expect(parked.join('')).toContain(reason);
}

describe('who fills the form in', () => {
  it('the control: the user, whose customer it is then', async () => {
    const user = await signedInUser(world);
    const opened = await openForm(user.sessionJwt, { type: 'individual' });
    await postForm(field(opened, 'url'), formFields('individual', user.email, ssn()));
    await world.unit.controls.flushWebhooks();
    expectToken(await exchange(world, user.sessionJwt));
  });

  attack(
    'INV2 a victim is sent the thief’s link and fills it in: the customer is nobody’s',
    { stoppedBy: 'form-applicant' },
    async () => {
      const [thief, victim] = [await signedInUser(world), await signedInUser(world)];
      const opened = await openForm(thief.sessionJwt, { type: 'individual' });
      expect(opened.status).toBe(201);
      await postForm(field(opened, 'url'), formFields('individual', victim.email, ssn()));
      await expectParked(thief, 'other_email');
      const stranger = await exchange(world, victim.sessionJwt);
      expectProblem(stranger, 'no_customer');
    },
  );

  attack(
    'INV2 an application of another kind under the tag of a form',
    { stoppedBy: 'form-kind' },
    async () => {
      const user = await signedInUser(world);
      const opened = await openForm(user.sessionJwt, { type: 'individual' });
      const tags = { bridgeApplicationId: field(opened, 'applicationId') };
      const attributes = { ...person, email: user.email, ssn: ssn(), jwtSubject: user.userId, tags };
      world.unit.controls.seedApplication({
        data: {
          type: 'individualApplication',
          attributes: { ...attributes, soleProprietorship: true, occupation: 'ScientistOrTechnologist' },
        },
      });
      await expectParked(user, 'other_type');
    },
  );
});
