// The client brings an application to its end: Unit's form and its key, documents as Blobs, and cancelling.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type IndividualRequest, ProblemError, prepareDocument } from '../../client/index.ts';
import type { World } from '../../local/world.ts';
import { enrolled, type User, wire } from '../support/client.ts';
import { randomFile, ssns } from '../support/documents.ts';
import { formFields, postForm } from '../support/hosted-form.ts';
import { individual, startTestWorld } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startTestWorld();
  // Stytch takes one mail a second to an address; these users sign in again sooner.
  world.stytch.controls.setSwitches({ rateLimit: 'off' });
  // The sandbox's SSNs are few, and here several people have the same.
  world.unit.controls.switches.preventDuplicateIndividualApplications = false;
});
afterAll(() => world.close());
afterEach(() => world.unit.controls.heal());

const account = (email: string, ssn: string) => individual(email, { ssn }) as IndividualRequest;

/** The keys that a route was sent. */
const keys = ({ wire: { sent, headers } }: User, route: string): readonly (string | null)[] =>
  headers.filter((_, i) => sent[i] === route).map((one) => one.get('idempotency-key'));

const atUnit = ({ email }: User) =>
  world.unit.controls
    .applications()
    .find(({ applicant: { attributes } }) => 'email' in attributes && attributes.email === email);

describe('Unit’s form', () => {
  it('is followed from its link until a customer exists', async () => {
    const user = await enrolled(world);
    const form = await user.client.openForm({ type: 'individual', prefill: { email: user.email } });
    expect(form).toMatchObject({ status: 'Submitting', token: expect.any(String) });
    expect((await user.client.me()).next).toBe('complete_form');
    const { formExpiresAt } = await user.client.readApplication(form.applicationId);
    expect(formExpiresAt).toBe(form.expiresAt);

    const page = await postForm(form.url ?? '', formFields('individual', user.email, '710000001'));
    expect(page.status).toBe(200);
    await world.unit.controls.flushWebhooks();
    expect(await user.client.waitForApplication(form)).toMatchObject({
      status: 'Approved',
      customerId: expect.any(String),
    });
    expect(await user.client.customerToken({ scopes: ['accounts'] })).toMatchObject({ tokenType: 'Bearer' });
  });

  it('INV3 is the same form with the same key after a lost answer, and an application has a key of its own', async () => {
    let isLost = false;
    const through = wire((response, path) => {
      if (path !== '/v1/application-forms' || isLost) return response;
      isLost = true;
      throw new TypeError('fetch failed');
    });
    const user = await enrolled(world, {}, through);
    await expect(user.client.openForm({ type: 'individual' })).rejects.toThrow('fetch failed');
    const form = await user.client.openForm({ type: 'individual' });
    await expect(user.client.apply(account(user.email, ssns.review))).rejects.toMatchObject({
      code: 'application_exists',
    });
    expect(await user.client.openForm({ type: 'individual' })).toMatchObject({
      applicationId: form.applicationId,
    });
    const used = keys(user, 'POST /v1/application-forms');
    expect([used.length, new Set(used).size]).toEqual([3, 1]);
    expect(used).not.toContain(keys(user, 'POST /v1/applications')[0]);
  });

  it('gets a new key after a refusal, and the app’s own key where it brings one', async () => {
    const user = await enrolled(world);
    const wrong = { type: 'individual', redirectUrl: 'https://evil.example.com/' } as const;
    for (let i = 0; i < 2; i += 1) {
      await expect(user.client.openForm(wrong)).rejects.toMatchObject({
        fieldErrors: [{ pointer: '/redirectUrl', reason: 'This redirect URL is not registered.' }],
      });
    }
    const idempotencyKey = 'a-key-that-the-app-keeps';
    await user.client.openForm({ type: 'individual' }, { idempotencyKey });
    const used = keys(user, 'POST /v1/application-forms');
    expect([new Set(used).size, used.at(-1)]).toEqual([3, idempotencyKey]);
  });

  it('that ended unsent is followed by another one, for the same body', async () => {
    let isEnded = false;
    const through = wire(async (response, path) => {
      if (path !== '/v1/application-forms' || isEnded) return response;
      isEnded = true;
      const body = { ...((await response.json()) as object), status: 'NotSubmitted' };
      return new Response(JSON.stringify(body), { status: response.status });
    });
    const user = await enrolled(world, {}, through);
    expect(await user.client.openForm({ type: 'individual' })).toMatchObject({ status: 'NotSubmitted' });
    await user.client.openForm({ type: 'individual' }).catch(() => undefined);
    expect(new Set(keys(user, 'POST /v1/application-forms')).size).toBe(2);
  });
});

describe('documents', () => {
  it('go to Unit as Blobs, side by side, byte by byte', async () => {
    const user = await enrolled(world);
    const { applicationId, documents } = await user.client.apply(account(user.email, ssns.wantsIdDocument));
    const [{ documentId, missing } = { documentId: '', missing: [] }] = documents;
    expect(missing).toEqual(['front', 'back']);
    const [front, back] = [randomFile('image/png', 100_000), randomFile('application/pdf')];

    const half = await user.client.uploadDocument(
      applicationId,
      documentId,
      await prepareDocument(new Blob([front])),
    );
    expect(half.documents).toMatchObject([{ status: 'ReceivedFront', missing: ['back'] }]);
    const whole = await user.client.uploadDocument(
      applicationId,
      documentId,
      new Blob([back], { type: 'application/pdf' }),
      { side: 'back' },
    );
    expect(whole).toMatchObject({ status: 'PendingReview', documents: [{ missing: [] }] });
    expect(atUnit(user)?.documents[0]).toMatchObject({
      front: { mediaType: 'image/png', bytes: front },
      back: { mediaType: 'application/pdf', bytes: back },
    });
  });

  it('that are none are refused as problems, and a signal ends an upload', async () => {
    const user = await enrolled(world);
    const { applicationId, documents } = await user.client.apply(account(user.email, ssns.wantsAddress));
    const id = documents[0]?.documentId ?? '';
    const html = new Blob(['<html>'], { type: 'image/png' });
    await expect(user.client.uploadDocument(applicationId, id, html)).rejects.toMatchObject({
      code: 'unsupported_media_type',
    });
    const png = new Blob([randomFile('image/png')], { type: 'image/png' });
    const back = user.client.uploadDocument(applicationId, id, png, { side: 'back' });
    await expect(back).rejects.toBeInstanceOf(ProblemError);
    const reason = new Error('left the page');
    const signal = AbortSignal.abort(reason);
    await expect(user.client.uploadDocument(applicationId, id, png, { signal })).rejects.toBe(reason);
  });
});

describe('cancelling', () => {
  it('is safe to repeat, and the same body applies anew', async () => {
    const user = await enrolled(world);
    const body = account(user.email, ssns.review);
    const first = await user.client.apply(body);
    expect(await user.client.cancelApplication(first.applicationId)).toMatchObject({ status: 'Canceled' });
    expect(await user.client.cancelApplication(first.applicationId)).toMatchObject({ status: 'Canceled' });
    const second = await user.client.apply(body);
    expect(second).toMatchObject({ status: 'PendingReview' });
    expect(second.applicationId).not.toBe(first.applicationId);
  });
});
