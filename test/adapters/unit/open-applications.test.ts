import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DocumentUpload } from '../../../functions/core/ports.ts';
import type { FaultKind } from '../../../simulators/faults.ts';
import { everythingIn, refusalOf, timed } from '../../support/adapters-errors.ts';
import {
  adaptersFor,
  deadlineUnder,
  startUnit,
  submission,
  type UnitBench,
} from '../../support/adapters-unit.ts';

let unit: UnitBench;
const signal = AbortSignal.timeout(60_000);

beforeAll(async () => {
  unit = await startUnit();
});
afterAll(() => unit.close());
beforeEach(() => {
  unit.controls.reset();
  unit.forgetCalls();
});

const armed = (method: string, path: string, fault: FaultKind, times = 1): void =>
  unit.controls.arm({ method, path, times, fault });

/** An application by its SSN, which decides what Unit makes of it; the calls so far are forgotten. */
async function applied(ssn: string): Promise<{ unitApplicationId: string; documentId: string }> {
  const outcome = await unit.onboarding.submitApplication(submission({ ssn }), signal);
  if (outcome.outcome !== 'created') throw new Error(outcome.outcome);
  unit.forgetCalls();
  const { unitApplicationId, documents } = outcome.application;
  return { unitApplicationId, documentId: documents[0]?.documentId ?? '' };
}

const ID_DOCUMENT = '000000003';
const ADDRESS = '000000002';
const REVIEW = '000000004';
const APPROVED = '078051120';

/** Every byte there is, under a name that no log may hold. */
const bytes = new Uint8Array([0x89, ...Buffer.from('SECRET-OF-THE-FILE'), ...Array(256).keys()]);
const png = { mediaType: 'image/png', bytes } as const;

const upload = (
  to: Pick<DocumentUpload, 'unitApplicationId' | 'documentId'>,
  changes: Partial<DocumentUpload> = {},
  within: AbortSignal = signal,
) => unit.openApplications.uploadDocument({ ...to, side: 'front', file: png, ...changes }, within);

const PATH = '/applications/*/documents/*';

/** The shorter one of the two calls below: what ends sooner was ended by the request's. */
const OWN_DEADLINE_MS = 10_000;

describe('a document handed on to Unit', () => {
  it('arrives byte by byte under its own media type, front and back', async () => {
    const to = await applied(ID_DOCUMENT);
    const back = { mediaType: 'application/pdf', bytes: new Uint8Array([0, 255, 10, 13]) } as const;
    expect(await upload(to)).toEqual({ outcome: 'received', documentStatus: 'ReceivedFront' });
    expect(await upload(to, { side: 'back', file: back })).toEqual({
      outcome: 'received',
      documentStatus: 'PendingReview',
    });
    const [application] = unit.controls.applications();
    expect(application).toMatchObject({ status: 'PendingReview' });
    expect(application?.documents[0]).toMatchObject({ front: png, back });
    const path = `PUT /applications/${to.unitApplicationId}/documents/${to.documentId}`;
    expect(unit.calls()).toEqual([path, `${path}/back`]);
  });

  it('arrives alone when it lies in the middle of a larger buffer, as small ones do', async () => {
    const pooled = Buffer.from(`before${Buffer.from(bytes).toString('latin1')}after`, 'latin1');
    const middle = new Uint8Array(pooled.buffer, pooled.byteOffset + 6, bytes.length);
    await upload(await applied(ADDRESS), { file: { mediaType: 'image/jpeg', bytes: middle } });
    expect(unit.controls.applications()[0]?.documents[0]?.front).toEqual({ mediaType: 'image/jpeg', bytes });
  });

  it.each([
    ['no such document', { documentId: '999' }],
    ['no such application', { unitApplicationId: '999999' }],
    ['a back that it does not have', { side: 'back' }],
    ['an empty file', { file: { mediaType: 'image/png', bytes: new Uint8Array() } }],
  ] as const)('is refused: %s', async (_title, changes) => {
    const to = await applied(ADDRESS);
    expect(await upload({ ...to, ...changes }, changes)).toMatchObject({
      outcome: 'refused',
      failure: { code: 'upstream_unavailable', details: { upstream: { operation: 'upload_document' } } },
    });
  });

  it('is refused when it was sent before', async () => {
    const to = await applied(ADDRESS);
    await upload(to);
    expect(await upload(to)).toMatchObject({ outcome: 'refused' });
  });

  it.each<[number, FaultKind]>([
    [401, { kind: 'status', status: 401 }],
    [403, { kind: 'status', status: 403 }],
    [408, { kind: 'status', status: 408 }],
    [429, { kind: 'status', status: 429 }],
    [500, { kind: 'status', status: 500 }],
    [502, { kind: 'html', status: 502 }],
  ])('a %i is no word on the file, and is not tried again', async (status, fault) => {
    const to = await applied(ADDRESS);
    armed('PUT', PATH, fault);
    expect(await refusalOf(upload(to))).toMatchObject({
      code: 'upstream_unavailable',
      details: { upstream: { provider: 'unit', operation: 'upload_document', status } },
    });
    expect(unit.calls()).toHaveLength(1);
  });

  it.each<FaultKind>([
    { kind: 'malformed' },
    { kind: 'truncated' },
    { kind: 'html', status: 200 },
    { kind: 'json', status: 200, body: {} },
    { kind: 'json', status: 201, body: { data: { attributes: {} } } },
  ])('is received when the answer is good but cannot be read: %j', async (fault) => {
    const to = await applied(ADDRESS);
    armed('PUT', PATH, fault);
    expect(await upload(to)).toEqual({ outcome: 'received', documentStatus: null });
  });

  it.each<[FaultKind, string]>([
    [{ kind: 'hang' }, 'upstream_timeout'],
    [{ kind: 'hang_after' }, 'upstream_timeout'],
    [{ kind: 'cut' }, 'upstream_unavailable'],
    [{ kind: 'reset' }, 'upstream_unavailable'],
  ])('D2 without an answer it fails in time, and is sent once: %j', async (fault, code) => {
    const to = await applied(ADDRESS);
    armed('PUT', PATH, fault);
    const { ms, outcome } = await timed(upload(to, {}, deadlineUnder(fault, unit)));
    expect(outcome).toMatchObject({ status: 'rejected', reason: { code } });
    expect(ms).toBeLessThan(OWN_DEADLINE_MS);
    expect(unit.calls()).toHaveLength(1);
  });

  it('O1 keeps an id that is no id from becoming another path', async () => {
    await upload({ unitApplicationId: '1/../2', documentId: '3/back' });
    expect(unit.calls()).toEqual(['PUT /applications/1%2F..%2F2/documents/3%2Fback']);
  });

  it('INV5 leaves nothing of the file or the token in any outcome or failure', async () => {
    const to = await applied(ADDRESS);
    armed('PUT', PATH, { kind: 'status', status: 500 });
    const failures = [await refusalOf(upload(to))];
    armed('PUT', PATH, { kind: 'cut' });
    failures.push(await refusalOf(upload(to)));
    expect(everythingIn([failures, await upload(to)])).not.toMatch(
      /SECRET-OF|53 45 43 52|83, 69, 67|org-token/,
    );
  });
});

describe('cancelling at Unit', () => {
  it.each([ID_DOCUMENT, REVIEW])('gives the application as it is then (SSN %s)', async (ssn) => {
    const { unitApplicationId } = await applied(ssn);
    expect(await unit.openApplications.cancelApplication(unitApplicationId, signal)).toMatchObject({
      unitApplicationId,
      status: 'Canceled',
      unitCustomerId: null,
    });
    expect(unit.calls()).toEqual([`POST /applications/${unitApplicationId}/cancel`]);
    expect(unit.controls.applications()[0]).toMatchObject({ status: 'Canceled' });
  });

  it('fails where Unit does not allow it any more', async () => {
    const { unitApplicationId } = await applied(APPROVED);
    const refused = unit.openApplications.cancelApplication(unitApplicationId, signal);
    expect(await refusalOf(refused)).toMatchObject({
      code: 'upstream_unavailable',
      details: { upstream: { operation: 'cancel_application', status: 400 } },
    });
  });

  it.each<[FaultKind, string]>([
    [{ kind: 'hang_after' }, 'upstream_timeout'],
    [{ kind: 'cut' }, 'upstream_unavailable'],
    [{ kind: 'malformed' }, 'upstream_unavailable'],
    [{ kind: 'truncated' }, 'upstream_unavailable'],
    [{ kind: 'json', status: 201, body: {} }, 'upstream_unavailable'],
    [{ kind: 'status', status: 500 }, 'upstream_unavailable'],
    [{ kind: 'status', status: 429 }, 'upstream_unavailable'],
  ])('D5 fails without a clear answer, and is sent once: %j', async (fault, code) => {
    const { unitApplicationId } = await applied(REVIEW);
    armed('POST', '/applications/*/cancel', fault);
    const within = deadlineUnder(fault, unit);
    const canceling = unit.openApplications.cancelApplication(unitApplicationId, within);
    expect(await refusalOf(canceling)).toMatchObject({ code });
    expect(unit.calls()).toHaveLength(1);
  });

  it('fails when Unit says yes and shows it open', async () => {
    const { unitApplicationId } = await applied(REVIEW);
    const shown = await fetch(`${unit.server.url}/applications/${unitApplicationId}`, {
      headers: { authorization: 'Bearer org-token-of-the-tests' },
    });
    armed('POST', '/applications/*/cancel', { kind: 'json', status: 201, body: await shown.json() });
    const refused = unit.openApplications.cancelApplication(unitApplicationId, signal);
    expect(await refusalOf(refused)).toMatchObject({ details: { reason: 'unreadable_answer' } });
  });

  it('E3 with a token that Unit does not know fails as ours', async () => {
    const { unitApplicationId } = await applied(REVIEW);
    const { openApplications } = adaptersFor(unit.server.url, 'another');
    expect(await refusalOf(openApplications.cancelApplication(unitApplicationId, signal))).toMatchObject({
      details: { upstream: { status: 401 } },
    });
  });
});
