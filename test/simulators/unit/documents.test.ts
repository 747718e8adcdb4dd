import { beforeEach, describe, expect, it } from '@jest/globals';
import { at, individual, ORG, type Reply, type Unit, unit } from './support.ts';

let bank: Unit;

beforeEach(() => {
  bank = unit();
});

const PNG = 'image/png';

async function put(
  path: string,
  type = PNG,
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array([1, 2, 3]),
): Promise<Reply> {
  const response = await bank.simulator.handle(
    new Request(`http://unit.simulator/applications/800001/documents/${path}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${ORG}`, 'content-type': type },
      body: bytes,
    }),
  );
  const json: unknown = await response.json();
  return { status: response.status, json, headers: response.headers };
}

const apply = (ssn: string) => bank.call('POST', '/applications', { body: individual({ ssn }) });
const statusOf = ({ json }: Reply): unknown => at(json, 'data', 'attributes', 'status');
const applicationStatus = (): string | undefined => bank.controls.applications()[0]?.status;
const lastEvent = (): string | undefined => bank.controls.events().at(-1)?.type;

describe('a document', () => {
  it('with one side is received by one upload, and then the application is reviewed', async () => {
    await apply('000000002');
    const reply = await put('1');
    expect([reply.status, statusOf(reply)]).toEqual([200, 'PendingReview']);
    expect(applicationStatus()).toBe('PendingReview');
    expect(lastEvent()).toBe('application.pendingReview');
  });

  it('with two sides waits for both, in either order', async () => {
    await apply('000000003');
    expect(statusOf(await put('1/back', 'image/jpeg'))).toBe('ReceivedBack');
    expect(applicationStatus()).toBe('AwaitingDocuments');
    expect(statusOf(await put('1', 'application/pdf'))).toBe('PendingReview');
    expect(applicationStatus()).toBe('PendingReview');
  });

  it.each([
    ['a type that is no image or PDF', '1', 'image/gif', new Uint8Array([1]), 415],
    ['JSON', '1', 'application/vnd.api+json', new Uint8Array([1]), 415],
    ['no bytes', '1', PNG, new Uint8Array(0), 400],
    ['a back where there is none', '1/back', PNG, new Uint8Array([1]), 400],
    ['an unknown document', '9', PNG, new Uint8Array([1]), 400],
    ['over 20 MB', '1', PNG, new Uint8Array(20 * 1024 * 1024 + 1), 413],
  ])('is refused with %s', async (_fault, path, type, bytes, status) => {
    await apply('000000002');
    expect((await put(path, type, bytes)).status).toBe(status);
    expect(applicationStatus()).toBe('AwaitingDocuments');
  });

  it('is not taken twice, nor after the decision', async () => {
    await apply('000000002');
    await put('1');
    expect((await put('1')).status).toBe(400);
    bank.controls.decide('800001', 'awaitingDocuments');
    bank.controls.decide('800001', 'deny');
    expect((await put('2')).status).toBe(400);
  });

  it('is given back as it came', async () => {
    await apply('000000002');
    await put('1', 'application/pdf', new Uint8Array([37, 80, 68, 70]));
    const response = await bank.simulator.handle(
      new Request('http://unit.simulator/applications/800001/documents/1/download', {
        headers: { authorization: `Bearer ${ORG}` },
      }),
    );
    expect(response.headers.get('content-type')).toBe('application/pdf');
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(new Uint8Array([37, 80, 68, 70]));
    expect((await bank.call('GET', '/applications/800001/documents/1/download/back')).status).toBe(400);
  });

  it('may come as a form', async () => {
    await apply('000000002');
    const body = new FormData();
    body.set('file', new File([new Uint8Array([1])], 'proof.png', { type: PNG }));
    body.set('fileType', PNG);
    const response = await bank.simulator.handle(
      new Request('http://unit.simulator/applications/800001/documents/1/multipart', {
        method: 'PUT',
        headers: { authorization: `Bearer ${ORG}` },
        body,
      }),
    );
    expect(response.status).toBe(200);
    expect(applicationStatus()).toBe('PendingReview');
  });

  it('may be asked for in addition, and is listed', async () => {
    await apply('000000002');
    const reply = await bank.call('POST', '/applications/800001/documents');
    expect([reply.status, at(reply.json, 'data', 'attributes', 'documentType')]).toEqual([
      201,
      'ClientRequested',
    ]);
    await put('1');
    expect(applicationStatus()).toBe('AwaitingDocuments');
    const { json } = await bank.call('GET', '/applications/800001/documents');
    expect(at(json, 'data')).toHaveLength(2);
  });

  it('of a selfie is verified by its job, by either method', async () => {
    await apply('000000002');
    const body = { data: { type: 'document', attributes: { documentType: 'SelfieVerification' } } };
    await bank.call('POST', '/applications/800001/documents', { body });
    const verify = (method: string) =>
      bank.call(method, '/applications/800001/documents/2/verify', {
        body: { data: { type: 'selfieVerification', attributes: { jobId: 'job-1' } } },
      });
    expect(statusOf(await verify('PUT'))).toBe('PendingReview');
    expect((await verify('POST')).status).toBe(400);
  });
});

describe('the sandbox', () => {
  const decide = (decision: 'approve' | 'deny', type: string) =>
    bank.call('POST', `/sandbox/applications/800001/${decision}`, {
      body: { data: { type, attributes: { reason: 'sandbox' } } },
    });
  const judge = (verdict: 'approve' | 'reject', body?: object) =>
    bank.call(
      'POST',
      `/sandbox/applications/800001/documents/1/${verdict}`,
      body === undefined ? {} : { body },
    );
  const rejection = {
    data: { type: 'documentReject', attributes: { reason: 'blurred', reasonCode: 'PoorQuality' } },
  };

  it.each(['000000002', '000000004'])(
    'approves an application with SSN %s and makes its customer',
    async (ssn) => {
      await apply(ssn);
      const { status, json } = await decide('approve', 'applicationApprove');
      expect([status, at(json, 'data', 'relationships', 'customer', 'data', 'id')]).toEqual([200, '700001']);
      expect(lastEvent()).toBe('customer.created');
    },
  );

  it('denies an application', async () => {
    await apply('000000004');
    expect(statusOf(await decide('deny', 'applicationDeny'))).toBe('Denied');
    expect(lastEvent()).toBe('application.denied');
  });

  it('decides nothing that is pending or final, and asks for the right type', async () => {
    bank.controls.switches.startPending = true;
    await apply('000000004');
    expect((await decide('approve', 'applicationApprove')).status).toBe(400);
    bank.controls.decide('800001', 'pendingReview');
    expect((await decide('approve', 'applicationDeny')).status).toBe(400);
    await decide('deny', 'applicationDeny');
    expect((await decide('approve', 'applicationApprove')).status).toBe(400);
  });

  it('approves a document that is there, and leaves the application in review', async () => {
    await apply('000000002');
    expect((await judge('approve')).status).toBe(400);
    await put('1');
    expect(statusOf(await judge('approve'))).toBe('Approved');
    expect(bank.controls.events().at(-1)).toMatchObject({
      type: 'document.approved',
      relationships: {
        document: { data: { type: 'document', id: '1' } },
        application: { data: { type: 'individualApplication', id: '800001' } },
      },
    });
    expect(applicationStatus()).toBe('PendingReview');
  });

  it('rejects a document, whose application then waits for another one', async () => {
    await apply('000000002');
    await put('1');
    expect(statusOf(await judge('reject', rejection))).toBe('Invalid');
    expect(bank.controls.events().at(-2)).toMatchObject({
      type: 'document.rejected',
      attributes: { reason: 'blurred', reasonCode: 'PoorQuality' },
    });
    expect(applicationStatus()).toBe('AwaitingDocuments');
    expect(statusOf(await put('1'))).toBe('PendingReview');
    expect(applicationStatus()).toBe('PendingReview');
  });

  it('is closed in live mode', async () => {
    bank = unit({ environment: 'live' });
    await apply('000000002');
    expect((await decide('approve', 'applicationApprove')).status).toBe(403);
    expect((await judge('approve')).status).toBe(403);
    expect((await bank.call('POST', '/sandbox/cards/410001/activate')).status).toBe(403);
  });
});
