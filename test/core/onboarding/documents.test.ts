import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { routes } from '../../../functions/contract/routes.ts';
import { ServiceError } from '../../../functions/core/errors.ts';
import { type Upload, uploadDocument } from '../../../functions/core/onboarding/documents.ts';
import { notAdmitted, type Waiting, waiting } from '../../support/core-documents.ts';
import { storeDown, stytchDown } from '../../support/core-fakes.ts';
import { NOW, refusal, STRANGER, signal, USER, unitApplication } from '../../support/core-values.ts';

const SECRET_OF_THE_FILE = 'passport number X1234567';
const file = { mediaType: 'image/png', bytes: new Uint8Array(Buffer.from(SECRET_OF_THE_FILE)) } as const;
const front: Upload = { applicationId: 'APPLICATION-1', documentId: '1', side: 'front', file };

const upload = ({ world, presented }: Waiting, changes: Partial<Upload> = {}) =>
  uploadDocument(world.ports, presented, { ...front, ...changes }, signal);

/** What Unit shows of the ID document from now on. */
const showing = ({ world }: Waiting, status: string, changes: object = {}): void => {
  const before = world.unit.applications.get('800001') ?? unitApplication();
  const [id, ...others] = before.documents;
  world.unit.applications.set('800001', {
    ...before,
    documents: id === undefined ? [] : [{ ...id, status }, ...others],
    updatedAt: '2027-01-15T08:00:01.000Z',
    ...changes,
  });
};

const refused = (status = 400) => ({
  outcome: 'refused' as const,
  failure: new ServiceError('upstream_unavailable', {
    upstream: { provider: 'unit', operation: 'upload_document', status },
  }),
});

describe('A user uploads a side of a document', () => {
  it('and it goes to Unit as it came, is counted before, and the application is read again and settled', async () => {
    const scene = waiting();
    showing(scene, 'ReceivedFront');
    expect(await upload(scene)).toEqual({
      applicationId: 'APPLICATION-1',
      type: 'individual',
      status: 'AwaitingDocuments',
      documents: [
        { documentId: '1', documentType: 'IdDocument', status: 'ReceivedFront', missing: ['back'] },
        { documentId: '2', documentType: 'AddressVerification', status: 'Required', missing: ['front'] },
      ],
    });
    expect(scene.world.unit.uploads).toEqual([
      { unitApplicationId: '800001', documentId: '1', side: 'front', file },
    ]);
    expect(scene.stored()?.documents[0]).toMatchObject({ status: 'ReceivedFront' });
    const order = scene.world.calls.filter((call) => /^(limit|unit)\./.test(call));
    expect(order).toEqual(['limit.take', 'unit.uploadDocument', 'unit.readApplication']);
  });

  it.each([
    ['Pending', true],
    ['PendingReview', true],
    ['AwaitingDocuments', true],
    ['Approved', false],
    ['Denied', false],
    ['Canceled', false],
    ['Submitting', false],
    ['NotSubmitted', false],
  ] as const)('of an application that is %s: taken %s', async (status, isTaken) => {
    const scene = waiting({ status });
    const [outcome] = await Promise.allSettled([upload(scene)]);
    expect(scene.world.unit.uploads).toHaveLength(isTaken ? 1 : 0);
    expect(outcome).toMatchObject(
      isTaken ? { status: 'fulfilled' } : { status: 'rejected', reason: { code: 'conflict' } },
    );
  });

  it('of one that Unit is not known to have: a conflict', async () => {
    const scene = waiting({ unitApplicationId: null });
    expect(await refusal(upload(scene))).toMatchObject({
      code: 'conflict',
      details: { reason: 'application_not_at_unit' },
    });
  });

  it.each([
    ['the back of an ID document', '1', 'back', true],
    ['the front of another document', '2', 'front', true],
    ['the back of another document', '2', 'back', false],
  ] as const)('%s (document %s, %s): taken %s', async (_title, documentId, side, isTaken) => {
    const scene = waiting();
    const [outcome] = await Promise.allSettled([upload(scene, { documentId, side })]);
    expect(outcome.status).toBe(isTaken ? 'fulfilled' : 'rejected');
    expect(scene.world.unit.uploads).toHaveLength(isTaken ? 1 : 0);
  });

  it.each([
    ['front', 'ReceivedFront'],
    ['back', 'ReceivedBack'],
    ['front', 'PendingReview'],
    ['back', 'Approved'],
  ] as const)('the %s of an ID document that is %s is not wanted', async (side, status) => {
    const scene = waiting({ documents: [{ documentId: '1', documentType: 'IdDocument', status }] });
    expect(await refusal(upload(scene, { side }))).toMatchObject({
      code: 'conflict',
      details: { reason: 'document_not_wanted' },
    });
    expect(scene.world.callsOf('unit')).toEqual([]);
    expect(scene.world.used.size).toBe(0);
  });
});

describe('O1 Nobody sends to what is not theirs', () => {
  it.each([
    ['an application that nobody has', {}, { applicationId: 'APPLICATION-9' }, 'application_not_own'],
    ['an application of another user', { stytchUserId: STRANGER }, {}, 'application_not_own'],
    ['a document that is not there', {}, { documentId: '3' }, 'document_unknown'],
    ['no document', {}, { documentId: '' }, 'document_unknown'],
  ])('%s is not found, and nothing is sent', async (_title, record, changes, reason) => {
    const scene = waiting(record);
    const error = await refusal(upload(scene, changes));
    expect([error.code, error.details]).toEqual(['not_found', { reason }]);
    expect(scene.world.callsOf('unit')).toEqual([]);
    expect(scene.world.used.size).toBe(0);
  });
});

describe('INV1 Documents are evidence of who the applicant is, so they take the factors of applying', () => {
  it.each(notAdmitted)('%s is refused before anything is sent', async (_title, signedIn, code) => {
    const scene = waiting({}, signedIn);
    expect(await refusal(upload(scene))).toMatchObject({ code });
    expect(routes.uploadDocument.problems).toContain(code);
    expect(scene.world.callsOf('unit')).toEqual([]);
    expect(scene.world.used.size).toBe(0);
  });

  it.each([
    ['deleted', { isDeleted: true, lockedUntil: null }, 'invalid_token'],
    ['locked', { isDeleted: false, lockedUntil: NOW + 1 }, 'user_locked'],
  ])('a user whom we %s is refused', async (_title, row, code) => {
    const scene = waiting();
    scene.world.rows.users.set(USER, row);
    expect(await refusal(upload(scene))).toMatchObject({ code });
    expect(scene.world.callsOf('unit')).toEqual([]);
  });

  it('a session that Stytch cannot confirm sends nothing', async () => {
    const scene = waiting();
    scene.world.fail('stytch.readSession', stytchDown());
    expect(await refusal(upload(scene))).toMatchObject({ code: 'upstream_timeout' });
    expect(scene.world.callsOf('unit')).toEqual([]);
  });
});

describe('O6 Uploads are limited, by user', () => {
  it('before anything is sent', async () => {
    const scene = waiting();
    scene.world.limits.set('uploadsPerDay', 1);
    await upload(scene);
    expect(await refusal(upload(scene, { documentId: '2' }))).toMatchObject({ code: 'rate_limited' });
    expect(scene.world.unit.uploads).toHaveLength(1);
    expect(scene.world.used).toEqual(new Map([[`uploadsPerDay ${USER}`, 1]]));
  });

  it('and none is sent while they cannot be counted', async () => {
    const scene = waiting();
    scene.world.fail('limit.take');
    expect(await refusal(upload(scene))).toMatchObject({ code: 'temporarily_unavailable' });
    expect(scene.world.unit.uploads).toEqual([]);
  });
});

describe('What Unit has taken stays taken', () => {
  it.each([
    ['when Unit cannot be read then', (scene: Waiting) => scene.world.fail('unit.readApplication')],
    ['when Unit does not show it', (scene: Waiting) => scene.world.unit.applications.clear()],
    ['when it cannot be written down', (scene: Waiting) => scene.world.fail('table.settleApplication')],
  ])('%s: the answer is our item with Unit’s word on the document', async (_title, arrange) => {
    const scene = waiting();
    arrange(scene);
    expect(await upload(scene, { side: 'back' })).toMatchObject({
      status: 'AwaitingDocuments',
      documents: [
        { documentId: '1', status: 'PendingReview', missing: [] },
        { documentId: '2', status: 'Required', missing: ['front'] },
      ],
    });
    expect(scene.stored()?.documents[0]).toMatchObject({ status: 'Required' });
  });

  it('and without such a word the answer is our item as it is', async () => {
    const scene = waiting();
    scene.world.unit.uploadOutcome = { outcome: 'received', documentStatus: null };
    scene.world.fail('unit.readApplication');
    expect(await upload(scene)).toMatchObject({
      documents: [{ status: 'Required' }, { status: 'Required' }],
    });
  });
});

describe('Unit does not take a file', () => {
  it('that it has no use for any more: a conflict, and what it shows is written down', async () => {
    const scene = waiting();
    scene.world.unit.uploadOutcome = refused();
    showing(scene, 'PendingReview');
    expect(await refusal(upload(scene))).toMatchObject({ code: 'conflict' });
    expect(scene.stored()?.documents[0]).toMatchObject({ status: 'PendingReview' });
  });

  it('since the application was decided in between: a conflict', async () => {
    const scene = waiting();
    scene.world.unit.uploadOutcome = refused();
    showing(scene, 'Required', { status: 'Denied' });
    expect(await refusal(upload(scene))).toMatchObject({
      code: 'conflict',
      details: { reason: 'application_final' },
    });
    expect(scene.stored()).toMatchObject({ status: 'Denied', nextCheckAt: null });
  });

  it('since the document is gone: it is not found', async () => {
    const scene = waiting();
    scene.world.unit.uploadOutcome = refused();
    showing(scene, 'Required', { documents: [] });
    expect(await refusal(upload(scene))).toMatchObject({ code: 'not_found' });
  });

  it('though it still waits for one: the file is at fault', async () => {
    const scene = waiting();
    scene.world.unit.uploadOutcome = refused();
    expect(await refusal(upload(scene))).toMatchObject({
      code: 'invalid_request',
      details: { reason: 'refused_by_unit', upstream: { operation: 'upload_document', status: 400 } },
    });
  });

  it('and cannot be asked why: the failure is Unit’s', async () => {
    const scene = waiting();
    const outcome = refused();
    scene.world.unit.uploadOutcome = outcome;
    scene.world.fail('unit.readApplication');
    expect(await refusal(upload(scene))).toBe(outcome.failure);
  });

  it('D2 in time, or at all: the failure says what is safe, and nothing is tried twice', async () => {
    const scene = waiting();
    scene.world.fail('unit.uploadDocument', new ServiceError('upstream_timeout', { reason: 'deadline' }));
    expect(await refusal(upload(scene))).toMatchObject({
      code: 'upstream_timeout',
      details: { detail: 'Sending the same bytes again is safe.', reason: 'deadline' },
    });
    const down = new ServiceError('upstream_unavailable');
    scene.world.fail('unit.uploadDocument', down, 'after');
    expect(await refusal(upload(scene))).toBe(down);
    scene.world.fail('unit.uploadDocument', 'no error at all');
    await expect(upload(scene)).rejects.toBe('no error at all');
    expect(scene.world.callsOf('unit.uploadDocument')).toHaveLength(3);
    expect(scene.world.callsOf('unit.readApplication')).toEqual([]);
  });
});

describe('INV6 An upload is answered in time', () => {
  afterEach(() => {
    jest.useRealTimers();
  });

  const never = new Promise<never>(() => {});

  it('D1 when Unit never answers: sending ends after 26 s in all', async () => {
    jest.useFakeTimers();
    const scene = waiting();
    const timeout = new ServiceError('upstream_timeout');
    scene.world.ports.openApplications.uploadDocument = (_upload, sendBy) =>
      new Promise((_, reject) => {
        sendBy.addEventListener('abort', () => reject(timeout));
      });
    const refusedAt = refusal(upload(scene)).then(({ code }) => [code, jest.now()]);
    const startedAt = jest.now();
    await jest.advanceTimersByTimeAsync(28_000);
    expect(await refusedAt).toEqual(['upstream_timeout', startedAt + 26_000]);
  });

  it.each([
    ['Unit', 'onboarding', 'readApplication'],
    ['the table', 'mappings', 'settleApplication'],
  ] as const)('and as what it is, when afterwards %s never answers', async (_title, port, method) => {
    jest.useFakeTimers();
    const scene = waiting();
    Object.assign(scene.world.ports[port], { [method]: () => never });
    const startedAt = jest.now();
    const answered = upload(scene).then(({ documents }) => [documents[0]?.status, jest.now()]);
    await jest.advanceTimersByTimeAsync(28_000);
    expect(await answered).toEqual(['PendingReview', startedAt + 4000]);
  });

  it('and leaves no timer behind', async () => {
    jest.useFakeTimers();
    await upload(waiting());
    expect(jest.getTimerCount()).toBe(0);
  });
});

describe('INV5 Nothing of the file stays', () => {
  it('in the table or the log', async () => {
    const scene = waiting();
    await upload(scene);
    scene.world.unit.uploadOutcome = refused();
    await refusal(upload(scene, { side: 'back' }));
    const kept = JSON.stringify([scene.world.logged, [...scene.world.rows.applications.values()]]);
    expect(scene.world.linesOf('document.sent')).toEqual([
      {
        stytchUserId: USER,
        applicationId: 'APPLICATION-1',
        documentId: '1',
        side: 'front',
        outcome: 'received',
      },
      {
        stytchUserId: USER,
        applicationId: 'APPLICATION-1',
        documentId: '1',
        side: 'back',
        outcome: 'refused',
      },
    ]);
    expect(kept).not.toMatch(/X1234567|image\/png/);
    expect(kept).not.toContain(Buffer.from(SECRET_OF_THE_FILE).toString('base64').slice(4, 24));
  });
});

describe('A store that is down', () => {
  it('sends nothing', async () => {
    const scene = waiting();
    scene.world.fail('table.readUser', storeDown());
    expect(await refusal(upload(scene))).toMatchObject({ code: 'temporarily_unavailable' });
    expect(scene.world.callsOf('unit')).toEqual([]);
  });
});
