// Unit's hosted form over HTTP, through the built bundles: from the link to a customer token, and what may go wrong between.
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod/mini';
import { call, type Exchange } from '../../local/journey-client.ts';
import type { World } from '../../local/world.ts';
import { formFields, postForm } from '../support/hosted-form.ts';
import {
  apply,
  editItem,
  individual,
  makeChecksDue,
  type SignedInUser,
  signedInUser,
  startTestWorld,
} from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startTestWorld();
});
afterAll(() => world.close());
afterEach(() => {
  world.unit.controls.heal();
  world.unit.controls.resumeWebhooks();
});

type Kind = 'individual' | 'sole_proprietor' | 'business';

const link = z.object({
  applicationId: z.string(),
  type: z.string(),
  status: z.literal('Submitting'),
  url: z.url(),
  token: z.string(),
  expiresAt: z.iso.datetime(),
});

const openForm = (user: SignedInUser, body: object, key: string = randomUUID()): Promise<Exchange> =>
  call('POST', `${world.apiUrl}/v1/application-forms`, {
    bearer: user.sessionJwt,
    body,
    headers: { 'idempotency-key': key },
  });

/** The link that must have come. */
async function linkFor(user: SignedInUser, type: Kind = 'individual', key?: string) {
  const opened = await openForm(user, { type }, key);
  expect(opened.status).toBe(201);
  return link.parse(opened.body);
}

let nextSsn = 700_000_000;
const fieldsOf = (email: string, type: Kind = 'individual'): Record<string, string> => {
  nextSsn += 1;
  return formFields(type, email, String(nextSsn));
};

const read = (user: SignedInUser, path: string): Promise<Exchange> =>
  call('GET', `${world.apiUrl}${path}`, { bearer: user.sessionJwt });

const exchange = (user: SignedInUser): Promise<Exchange> =>
  call('POST', `${world.apiUrl}/v1/token`, {
    bearer: user.sessionJwt,
    // A scope that makes Unit check the JWT's subject.
    body: { scopes: ['accounts', 'cards-write'] },
  });

const standing = async (user: SignedInUser): Promise<unknown> =>
  Reflect.get(Object((await read(user, '/v1/me')).body), 'next');

const applicationsOf = ({ userId }: SignedInUser) =>
  world.unit.controls.applications().filter(({ applicant }) => JSON.stringify(applicant).includes(userId));

/** Changes the user's application items behind the functions' back, as time does. */
async function change({ userId }: SignedInUser, name: string, value: number): Promise<void> {
  for (const item of await world.scanTable()) {
    const { pk, sk } = item;
    if (pk === `USER#${userId}` && String(sk).startsWith('APPLICATION#'))
      await editItem(world, item, { [name]: value });
  }
}

describe('an application on Unit’s own page', () => {
  it.each(['individual', 'sole_proprietor', 'business'] as const)(
    'of kind %s goes from the form to a customer token, and no secret passes through us',
    async (type) => {
      const user = await signedInUser(world);
      const form = await linkFor(user, type);
      expect(await standing(user)).toBe('complete_form');
      const path = `/v1/applications/${form.applicationId}`;
      const open = await read(user, path);
      expect(open.body).toEqual({
        applicationId: form.applicationId,
        type,
        status: 'Submitting',
        formExpiresAt: form.expiresAt,
        documents: [],
      });
      const sent = await postForm(form.url, fieldsOf(user.email, type));
      expect(sent.status).toBe(200);
      await world.unit.controls.flushWebhooks();
      expect(await read(user, path)).toMatchObject({
        body: { type, status: 'Approved', customerId: expect.any(String) },
      });
      expect(await standing(user)).toBe('exchange_token');
      expect(await exchange(user)).toMatchObject({ status: 201, body: { tokenType: 'Bearer' } });
      expect(applicationsOf(user)).toHaveLength(1);
    },
  );

  it('shows what the caller knows already, and leads back to a URL of the stage', async () => {
    const user = await signedInUser(world);
    const opened = await openForm(user, {
      type: 'business',
      redirectUrl: 'http://localhost:4400/callback',
      prefill: { name: 'Okafor & Daughters', phone: { countryCode: '1', number: '5555550177' } },
    });
    const { url } = link.parse(opened.body);
    const page = await (await fetch(url)).text();
    expect(page).toContain('Okafor &#38; Daughters');
    expect(page).toContain('5555550177');
    expect(page).toContain(user.email);
    const sent = await postForm(url, fieldsOf(user.email, 'business'));
    expect([sent.status, sent.headers.get('location')]).toEqual([303, 'http://localhost:4400/callback']);
  });

  it('INV4 is found by the reconcile when every webhook is lost', async () => {
    const user = await signedInUser(world);
    const form = await linkFor(user);
    world.unit.controls.dropNextWebhooks(10);
    await postForm(form.url, fieldsOf(user.email));
    await makeChecksDue(world);
    expect(await world.runReconcile()).toMatchObject({ kind: 'ok' });
    expect(await exchange(user)).toMatchObject({ status: 201 });
    world.unit.controls.dropNextWebhooks(0);
  });
});

describe('INV2 the applicant is the user', () => {
  it.each([
    ['the email of somebody else', (): string => `victim.${randomUUID().slice(0, 8)}@example.com`],
    ['an email that only contains theirs', ({ email }: SignedInUser): string => `x${email}`],
  ])('%s parks the customer: no token, and an operator is told why', async (_title, emailFor) => {
    const user = await signedInUser(world);
    const form = await linkFor(user);
    const email = emailFor(user);
    await postForm(form.url, fieldsOf(email));
    await world.unit.controls.flushWebhooks();
    expect(await read(user, '/v1/me')).toMatchObject({
      body: { customers: [{ status: 'Review' }], next: 'contact_support' },
    });
    expect(await exchange(user)).toMatchObject({ status: 409, body: { code: 'customer_in_review' } });
    const lines = world.logs().map(({ line }) => line);
    const parked = lines.filter((line) => line.includes('customer.parked') && line.includes(user.userId));
    expect(parked.join('')).toContain('other_email');
    expect(lines.join('')).not.toContain(email);
    expect(JSON.stringify(await world.scanTable())).not.toContain(email);
  });

  it('their email in other letters is theirs', async () => {
    const user = await signedInUser(world);
    const form = await linkFor(user);
    await postForm(form.url, fieldsOf(user.email.toUpperCase()));
    await world.unit.controls.flushWebhooks();
    expect(await exchange(user)).toMatchObject({ status: 201 });
  });
});

describe('I5 the same key again', () => {
  it('answers the same link, and then what came of it', async () => {
    const user = await signedInUser(world);
    const key = randomUUID();
    const first = await linkFor(user, 'individual', key);
    expect(await linkFor(user, 'individual', key)).toEqual(first);
    world.unit.controls.pauseWebhooks();
    await postForm(first.url, fieldsOf(user.email));
    const again = await openForm(user, { type: 'individual' }, key);
    expect(again.status).toBe(201);
    expect(again.headers.get('location')).toBe(`/v1/applications/${first.applicationId}`);
    expect(again.body).toEqual({
      applicationId: first.applicationId,
      type: 'individual',
      status: 'Approved',
    });
    expect(await openForm(user, { type: 'business' }, key)).toMatchObject({
      status: 422,
      body: { code: 'idempotency_key_reused' },
    });
  });

  it('I4, D2 gets the one form that Unit opened when its answer was lost', async () => {
    const user = await signedInUser(world);
    const key = randomUUID();
    world.unit.controls.arm({ method: 'POST', path: '/application-forms', times: 1, fault: { kind: 'cut' } });
    const lost = await openForm(user, { type: 'individual' }, key);
    expect(lost).toMatchObject({ status: 202, body: { status: 'Submitting' } });
    expect(lost.body).not.toHaveProperty('url');
    expect([lost.headers.get('retry-after'), lost.headers.get('location')]).toEqual([
      '30',
      expect.stringMatching(/^\/v1\/applications\/[A-Z2-7]{26}$/),
    ]);
    expect(await openForm(user, { type: 'individual' }, key)).toMatchObject({ status: 202 });
    await change(user, 'leaseUntil', 1);
    const form = await linkFor(user, 'individual', key);
    const posts = world.unit.controls
      .requests()
      .filter(({ method, path }) => method === 'POST' && path === '/application-forms')
      .filter(({ body }) => JSON.stringify(body).includes(form.applicationId));
    expect(posts).toHaveLength(2);
    await postForm(form.url, fieldsOf(user.email));
    expect(applicationsOf(user)).toHaveLength(1);
  });

  it('says that the form ended unsent, and another key may apply at once', async () => {
    const user = await signedInUser(world);
    const key = randomUUID();
    const form = await linkFor(user, 'individual', key);
    world.unit.controls.ageForms(2 * 86_400);
    const ended = await openForm(user, { type: 'individual' }, key);
    expect(ended).toMatchObject({ status: 201, body: { status: 'Submitting' } });
    expect(ended.body).not.toHaveProperty('url');
    expect(await standing(user)).toBe('wait_for_decision');
    expect(await openForm(user, { type: 'individual' }, key)).toMatchObject({
      status: 201,
      body: { applicationId: form.applicationId, status: 'NotSubmitted' },
    });
    expect(await standing(user)).toBe('apply');
    expect(await apply(world, user, individual(user.email))).toMatchObject({ status: 201 });
  });

  it('INV4 the reconcile gives up a form that ended, and an application that comes of it late still counts', async () => {
    const user = await signedInUser(world);
    const form = await linkFor(user);
    await change(user, 'formExpiresAt', 1);
    world.unit.controls.ageForms(2 * 86_400);
    await makeChecksDue(world);
    await world.runReconcile();
    expect(await read(user, `/v1/applications/${form.applicationId}`)).toMatchObject({
      body: { status: 'NotSubmitted' },
    });
    // Unit took it after all.
    world.unit.controls.ageForms(-2 * 86_400);
    await postForm(form.url, fieldsOf(user.email));
    await world.unit.controls.flushWebhooks();
    expect(await exchange(user)).toMatchObject({ status: 201 });
    expect(await openForm(user, { type: 'individual' })).toMatchObject({ status: 409 });
  });
});

describe('INV3 one open application or form of a kind', () => {
  it('an open form stands in the way of an application, but not of a business', async () => {
    const user = await signedInUser(world);
    const { applicationId } = await linkFor(user);
    expect(await apply(world, user, individual(user.email))).toMatchObject({
      status: 409,
      body: {
        code: 'application_exists',
        applicationId,
        applicationUrl: `/v1/applications/${applicationId}`,
      },
    });
    await linkFor(user, 'business');
  });

  it('an application stands in the way of a form', async () => {
    const user = await signedInUser(world);
    await apply(world, user, individual(user.email));
    expect(await openForm(user, { type: 'sole_proprietor' })).toMatchObject({
      status: 409,
      body: { code: 'application_exists' },
    });
  });

  it('of eight tabs, half with forms and half with applications, one goes on', async () => {
    const user = await signedInUser(world);
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        i % 2 === 0
          ? openForm(user, { type: 'individual' })
          : apply(world, user, individual(user.email, { ssn: String(800_000_000 + i) })),
      ),
    );
    // A tab that comes after the form gets that very form.
    const made = answers.filter(({ status }) => status === 201);
    expect(new Set(made.map(({ body }) => Object(body).applicationId)).size).toBe(1);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201, 409]));
  }, 20_000);
});

describe('a request for a form is refused', () => {
  it.each<[string, object, number, string, string]>([
    [
      'with an email of another user',
      { type: 'individual', prefill: { email: 'eve@example.com' } },
      422,
      'email_not_verified',
      '/prefill/email',
    ],
    [
      'with an SSN',
      { type: 'individual', prefill: { ssn: '078051120' } },
      400,
      'invalid_request',
      '/prefill/ssn',
    ],
    [
      'with a birth date',
      { type: 'individual', prefill: { dateOfBirth: '1991-04-23' } },
      400,
      'invalid_request',
      '/prefill/dateOfBirth',
    ],
    [
      'with an EIN',
      { type: 'business', prefill: { ein: '123456789' } },
      400,
      'invalid_request',
      '/prefill/ein',
    ],
    [
      'with a redirect that is not of the stage',
      { type: 'individual', redirectUrl: 'https://evil.example.com/' },
      400,
      'invalid_request',
      '/redirectUrl',
    ],
    ['with a subject', { type: 'individual', jwtSubject: 'x' }, 400, 'invalid_request', '/jwtSubject'],
  ])('%s', async (_title, body, status, code, pointer) => {
    const user = await signedInUser(world);
    const refused = await openForm(user, body);
    expect(refused).toMatchObject({ status, body: { code, errors: [{ pointer }] } });
    expect(JSON.stringify(refused.body)).not.toMatch(/078051120|1991-04-23|123456789|evil|eve@/);
    expect(await standing(user)).toBe('apply');
  });

  it('without a key', async () => {
    const user = await signedInUser(world);
    const refused = await call('POST', `${world.apiUrl}/v1/application-forms`, {
      bearer: user.sessionJwt,
      body: { type: 'individual' },
    });
    expect(refused).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
  });

  it('INV1 with one factor', async () => {
    const user = await signedInUser(world, [{ type: 'magic_link', deliveryMethod: 'email' }]);
    expect(await openForm(user, { type: 'individual' })).toMatchObject({
      status: 401,
      body: { code: 'insufficient_user_authentication' },
    });
  });
});

describe('INV5 the link to a form', () => {
  it('stands in no item and no log line, though many have gone out', async () => {
    const { formTokens } = world.unit.controls.received();
    expect(formTokens.length).toBeGreaterThan(10);
    const kept = `${JSON.stringify(await world.scanTable())}${world
      .logs()
      .map(({ line }) => line)
      .join('\n')}`;
    expect(formTokens.filter((token) => kept.includes(token))).toEqual([]);
    expect(kept).not.toContain('/hosted-forms/');
  });
});
