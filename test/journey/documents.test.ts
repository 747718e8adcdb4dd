// Documents over HTTP: from the applicant's bytes to Unit's, and whatever else is sent or goes wrong on the way.
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { call, eventually } from '../../local/journey-client.ts';
import type { World } from '../../local/world.ts';
import {
  type Applicant,
  applicant,
  changesAtUnit,
  documentPath,
  put,
  randomFile,
  ssns,
} from '../support/documents.ts';
import { expectProblem } from '../support/problems.ts';
import { emailFactor, startTestWorld, withLimits } from '../support/world.ts';

const MB = 1024 * 1024;

// Many requests in a test, through processes that other tests share the machine with.
jest.setTimeout(30_000);

let world: World;
beforeAll(async () => {
  world = await startTestWorld({ template: withLimits({ uploadsPerDay: 3 }) });
  // The sandbox's SSNs are few, and here many people have the same.
  world.unit.controls.switches.preventDuplicateIndividualApplications = false;
});
afterAll(() => world.close());
afterEach(() => world.unit.controls.heal());

const upload = (
  one: Applicant,
  type: Parameters<typeof randomFile>[0] = 'image/png',
  side: 'front' | 'back' = 'front',
  bytes = randomFile(type),
) => put(world, documentPath(one, side), one.user.sessionJwt, type, bytes);

const get = ({ user }: Applicant, path: string) =>
  call('GET', `${world.apiUrl}${path}`, { bearer: user.sessionJwt });

/** Waits until the user is told what comes next: a webhook that failed under load comes again a second later. */
const untilNextIs = (one: Applicant, next: string) =>
  eventually(`next: ${next}`, 15, async () => {
    const { body } = await get(one, '/v1/me');
    return (body as { next?: string }).next === next ? true : undefined;
  });

const atUnit = ({ unitApplicationId }: Applicant) =>
  world.unit.controls.applications().find(({ id }) => id === unitApplicationId);

/** Unit turns the document down, as its sandbox lets one do. */
const reject = ({ unitApplicationId, documentId }: Applicant) =>
  call('POST', `${world.unit.url}/sandbox/applications/${unitApplicationId}/documents/${documentId}/reject`, {
    bearer: world.secrets.seeded.unitOnboarding,
    headers: { 'content-type': 'application/vnd.api+json' },
    body: { data: { type: 'documentReject', attributes: { reasonCode: 'PoorQuality' } } },
  });

describe('an applicant of whom Unit wants an ID document', () => {
  it('brings front and back, and Unit has every byte of them', async () => {
    const one = await applicant(world, ssns.wantsIdDocument);
    expect(await get(one, `/v1/applications/${one.applicationId}`)).toMatchObject({
      body: { documents: [{ documentType: 'IdDocument', status: 'Required', missing: ['front', 'back'] }] },
    });
    expect(await get(one, '/v1/me')).toMatchObject({ body: { next: 'upload_documents' } });

    const front = randomFile('image/png', 200_000);
    expect(await upload(one, 'image/png', 'front', front)).toMatchObject({
      status: 200,
      body: {
        applicationId: one.applicationId,
        status: 'AwaitingDocuments',
        documents: [{ documentId: one.documentId, status: 'ReceivedFront', missing: ['back'] }],
      },
    });
    expect(await get(one, '/v1/me')).toMatchObject({ body: { next: 'upload_documents' } });

    const back = randomFile('application/pdf', 100_000);
    expect(await upload(one, 'application/pdf', 'back', back)).toMatchObject({
      status: 200,
      body: { status: 'PendingReview', documents: [{ status: 'PendingReview', missing: [] }] },
    });
    expect(await get(one, '/v1/me')).toMatchObject({ body: { next: 'wait_for_decision' } });
    expect(atUnit(one)?.documents[0]).toMatchObject({
      front: { mediaType: 'image/png', bytes: front },
      back: { mediaType: 'application/pdf', bytes: back },
    });
  });

  it('may begin with the back', async () => {
    const one = await applicant(world, ssns.wantsIdDocument);
    expect(await upload(one, 'image/jpeg', 'back')).toMatchObject({
      body: { documents: [{ status: 'ReceivedBack', missing: ['front'] }] },
    });
    expect(await upload(one, 'image/jpeg')).toMatchObject({ body: { status: 'PendingReview' } });
  });

  it('is asked again for what Unit turned down, and is approved in the end', async () => {
    const one = await applicant(world, ssns.wantsAddress);
    expect(await upload(one, 'application/pdf')).toMatchObject({ body: { status: 'PendingReview' } });
    expect((await reject(one)).status).toBe(200);
    await untilNextIs(one, 'upload_documents');
    expect(await upload(one, 'application/pdf')).toMatchObject({
      status: 200,
      body: { status: 'PendingReview' },
    });
    world.unit.controls.decide(one.unitApplicationId, 'approve');
    await untilNextIs(one, 'exchange_token');
    expectProblem(await upload(one), 'conflict');
  });

  it('O6 is limited by the day, and what cannot go to Unit does not count', async () => {
    const one = await applicant(world, ssns.wantsAddress);
    for (let i = 0; i < 3; i += 1) {
      expect(await upload(one)).toMatchObject({ status: 200 });
      expectProblem(await upload(one), 'conflict');
      await reject(one);
      await untilNextIs(one, 'upload_documents');
    }
    const before = changesAtUnit(world);
    const limited = await upload(one);
    expectProblem(limited, 'rate_limited');
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(changesAtUnit(world)).toBe(before);
  });
});

describe('a document that is not wanted', () => {
  it.each([
    ['a side that has come', ssns.wantsIdDocument, 'front'],
    ['the back of what has none', ssns.wantsAddress, 'back'],
  ] as const)('%s: a conflict, and nothing is sent', async (_title, ssn, side) => {
    const one = await applicant(world, ssn);
    if (side === 'front') await upload(one);
    const before = changesAtUnit(world);
    expectProblem(await upload(one, 'image/png', side), 'conflict');
    expect(changesAtUnit(world)).toBe(before);
  });
});

describe('O1 what is not the caller’s own', () => {
  it('is not found, whoever’s it is, and nothing is sent', async () => {
    const [one, other] = await Promise.all([
      applicant(world, ssns.wantsIdDocument),
      applicant(world, ssns.wantsIdDocument),
    ]);
    const before = changesAtUnit(world);
    const { user, applicationId, documentId } = one;
    for (const target of [
      { ...other, user },
      { ...one, applicationId: other.applicationId },
      { ...one, documentId: other.documentId },
      { ...one, documentId: '999999' },
      { ...one, applicationId: one.unitApplicationId },
    ]) {
      for (const side of ['front', 'back'] as const) {
        expectProblem(await upload(target, 'image/png', side), 'not_found');
      }
    }
    // The gateway decodes the path before it looks for the route.
    for (const traversal of [`${documentId}%2F..%2F${other.documentId}`, `..%2F..%2F${applicationId}`]) {
      expect(await upload({ ...one, documentId: traversal })).toMatchObject({ status: 404 });
    }
    expect(changesAtUnit(world)).toBe(before);
  });
});

describe('INV1 one factor is not enough to prove who the applicant is', () => {
  it('and the step-up is asked for before anything is sent', async () => {
    const one = await applicant(world, ssns.wantsIdDocument);
    const { userId } = one.user;
    const weak = await world.stytch.controls.startSession({ userId, factors: [emailFactor] });
    const before = changesAtUnit(world);
    const refused = await upload({ ...one, user: { ...one.user, ...weak } });
    expectProblem(refused, 'insufficient_user_authentication');
    expect(refused.headers.get('www-authenticate')).toContain('max_age="3600"');
    expectProblem(await upload({ ...one, user: { ...one.user, sessionJwt: 'a.b.c' } }), 'invalid_token');
    expect(changesAtUnit(world)).toBe(before);
  });
});

describe('what is no document', () => {
  const html = new TextEncoder().encode('<!doctype html><script>alert(1)</script>');
  const svg = new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"/>');

  it.each([
    ['HTML as a PNG', 'image/png', html, 'unsupported_media_type'],
    ['a PNG as a PDF', 'application/pdf', randomFile('image/png'), 'unsupported_media_type'],
    ['an SVG', 'image/svg+xml', svg, 'unsupported_media_type'],
    ['HTML as HTML', 'text/html', html, 'unsupported_media_type'],
    ['a PNG as JSON', 'application/json', randomFile('image/png'), 'unsupported_media_type'],
    ['a PNG as a form', 'multipart/form-data; boundary=x', randomFile('image/png'), 'unsupported_media_type'],
    ['nothing', 'image/png', new Uint8Array(), 'invalid_request'],
  ] as const)('is refused without a vendor call: %s', async (_title, type, bytes, code) => {
    const one = await applicant(world, ssns.wantsIdDocument);
    const calls = () => world.stytch.controls.requests().length + world.unit.controls.requests().length;
    await world.unit.controls.flushWebhooks();
    const before = calls();
    expectProblem(await put(world, documentPath(one), one.user.sessionJwt, type, bytes), code);
    expect(calls()).toBe(before);
  });

  it('O4 of 4 MB passes whole, of a byte more is too large, and far above it ends at the gateway', async () => {
    const one = await applicant(world, ssns.wantsIdDocument);
    const largest = randomFile('image/jpeg', 4 * MB);
    expectProblem(
      await upload(one, 'image/jpeg', 'front', randomFile('image/jpeg', 4 * MB + 1)),
      'payload_too_large',
    );
    expect(await upload(one, 'image/jpeg', 'front', largest)).toMatchObject({ status: 200 });
    const received = atUnit(one)?.documents[0]?.front?.bytes ?? new Uint8Array();
    expect(Buffer.from(received).equals(largest)).toBe(true);
    expect(await upload(one, 'image/jpeg', 'back', randomFile('image/jpeg', 5 * MB))).toMatchObject({
      status: 413,
      body: { message: 'Request Entity Too Large' },
    });
  });
});

describe('when Unit fails', () => {
  const path = '/applications/*/documents/*';

  it('D2 a lost answer is told as such, nothing is repeated for the caller, and sending the same again is safe', async () => {
    const one = await applicant(world, ssns.wantsIdDocument);
    const bytes = randomFile('image/png');
    world.unit.controls.arm({ method: 'PUT', path, times: 1, fault: { kind: 'cut' } });
    const before = changesAtUnit(world);
    expectProblem(await upload(one, 'image/png', 'front', bytes), 'upstream_unavailable');
    expect(changesAtUnit(world)).toBe(before + 1);
    expect(await upload(one, 'image/png', 'front', bytes)).toMatchObject({
      status: 200,
      body: { documents: [{ status: 'ReceivedFront', missing: ['back'] }] },
    });
  });

  it('INV4 a repeat after the only side has come is told so', async () => {
    const one = await applicant(world, ssns.wantsAddress);
    world.unit.controls.pauseWebhooks();
    world.unit.controls.arm({ method: 'PUT', path, times: 1, fault: { kind: 'cut' } });
    expectProblem(await upload(one), 'upstream_unavailable');
    expectProblem(await upload(one), 'conflict');
    world.unit.controls.resumeWebhooks();
    expect(await get(one, '/v1/me')).toMatchObject({ body: { next: 'wait_for_decision' } });
  });

  it.each([
    ['500', { kind: 'status', status: 500 }],
    ['403', { kind: 'status', status: 403 }],
    ['an HTML page', { kind: 'html', status: 502 }],
  ] as const)('D7 %s is told in our own words', async (_title, fault) => {
    const one = await applicant(world, ssns.wantsIdDocument);
    world.unit.controls.arm({ method: 'PUT', path, times: 1, fault });
    expectProblem(await upload(one), 'upstream_unavailable');
  });

  it('to be read after it took the document: the upload stays a success', async () => {
    const one = await applicant(world, ssns.wantsIdDocument);
    await world.unit.controls.flushWebhooks();
    const fault = { kind: 'status', status: 500 } as const;
    world.unit.controls.arm({ method: 'GET', path: '/applications/*', times: 9, fault });
    expect(await upload(one)).toMatchObject({
      status: 200,
      body: { status: 'AwaitingDocuments', documents: [{ status: 'ReceivedFront', missing: ['back'] }] },
    });
  });
});

describe('INV5 of a file', () => {
  it('nothing stands in any log line or item afterwards', async () => {
    const one = await applicant(world, ssns.wantsIdDocument);
    const marked = (text: string) => {
      const bytes = randomFile('image/png');
      bytes.set(new TextEncoder().encode(text), 100);
      return bytes;
    };
    const front = marked('MARK-OF-THE-FRONT');
    const back = marked('MARK-OF-THE-BACK');
    await upload(one, 'image/png', 'front', front);
    world.unit.controls.arm({
      method: 'PUT',
      path: '/applications/*/documents/*/back',
      times: 1,
      fault: { kind: 'status', status: 400 },
    });
    expectProblem(await upload(one, 'image/png', 'back', back), 'invalid_request');
    await put(world, documentPath(one), one.user.sessionJwt, 'image/jpeg', front);
    const kept = [...world.logs().map(({ line }) => line), JSON.stringify(await world.scanTable())].join(
      '\n',
    );
    expect(kept).toContain('document.sent');
    for (const bytes of [front, back].map((one) => Buffer.from(one))) {
      expect(kept).not.toMatch(/MARK-OF-THE/);
      for (const encoding of ['base64', 'hex', 'latin1'] as const) {
        expect(kept).not.toContain(bytes.subarray(99, 129).toString(encoding));
      }
    }
  });
});
