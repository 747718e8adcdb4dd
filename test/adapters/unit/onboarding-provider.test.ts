import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { FaultKind } from '../../../simulators/faults.ts';
import { everythingIn, refusalOf, timed } from '../../support/adapters-errors.ts';
import { answering, startRawServer, unusedUrl } from '../../support/adapters-servers.ts';
import {
  adaptersFor,
  deadlineUnder,
  startUnit,
  submission,
  type UnitBench,
} from '../../support/adapters-unit.ts';
import errorFields from './fixtures/error-fields.json' with { type: 'json' };

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

const submit = (sent = submission(), within: AbortSignal = signal) =>
  unit.onboarding.submitApplication(sent, within);

const armed = (method: string, path: string, fault: FaultKind, times = 1): void =>
  unit.controls.arm({ method, path, times, fault });

describe('an application sent to Unit', () => {
  it('is created with our tag and subject, and may be approved at once', async () => {
    const sent = submission();
    expect(await submit(sent)).toEqual({
      outcome: 'created',
      application: {
        unitApplicationId: expect.stringMatching(/^\d+$/),
        type: 'individual',
        status: 'Approved',
        updatedAt: expect.stringMatching(/Z$/),
        unitCustomerId: expect.stringMatching(/^\d+$/),
        jwtSubject: sent.stytchUserId,
        applicationId: sent.applicationId,
        documents: [],
        applicantEmail: sent.request.email,
      },
    });
  });

  it('is created as sole proprietor, and by passport', async () => {
    const { ssn: _, ...rest } = submission({ type: 'sole_proprietor', dba: 'Ada Tools' }).request;
    const request = { ...rest, passport: 'X1234567', nationality: 'NG' };
    expect(await submit({ ...submission(), request })).toMatchObject({ outcome: 'created' });
  });

  it('is created with the documents that Unit wants, and may be denied or held for review', async () => {
    const documents = [{ documentId: expect.any(String), documentType: 'IdDocument', status: 'Required' }];
    expect(await submit(submission({ ssn: '000000003' }))).toMatchObject({
      application: { status: 'AwaitingDocuments', unitCustomerId: null, documents },
    });
    expect(await submit(submission({ ssn: '000000001' }))).toMatchObject({
      application: { status: 'Denied' },
    });
    expect(await submit(submission({ ssn: '000000004' }))).toMatchObject({
      application: { status: 'PendingReview' },
    });
  });

  it('INV3 is the same one when the same key comes with the same body', async () => {
    const sent = submission();
    const first = await submit(sent);
    expect(await submit(sent)).toEqual(first);
    expect(unit.controls.applications()).toHaveLength(1);
  });

  it('P4 is refused with the fields that Unit does not take, in the words of the caller', async () => {
    expect(await submit(submission({ dateOfBirth: '2999-01-01' }))).toEqual({
      outcome: 'refused',
      pointers: ['/dateOfBirth'],
    });
    const server = await startRawServer(answering(400, errorFields));
    const outcome = await adaptersFor(server.url).onboarding.submitApplication(submission(), signal);
    await server.close();
    expect(outcome).toEqual({ outcome: 'refused', pointers: ['/dateOfBirth', '/address/postalCode'] });
  });

  it('is refused without any field for a person who has applied before, so that nobody learns that', async () => {
    await submit();
    const outcome = await submit();
    expect(outcome).toEqual({ outcome: 'refused', pointers: [] });
    expect(unit.controls.applications()).toHaveLength(1);
  });

  it.each<[number, FaultKind]>([
    [429, { kind: 'status', status: 429, retryAfter: '7' }],
    [401, { kind: 'status', status: 401 }],
    [403, { kind: 'status', status: 403 }],
  ])('is refused for reasons of our own after a %i, and nothing was created', async (status, fault) => {
    armed('POST', '/applications', fault);
    const outcome = await submit();
    expect(outcome).toMatchObject({
      outcome: 'refused',
      pointers: [],
      failure: { code: 'upstream_unavailable', details: { upstream: { provider: 'unit', status } } },
    });
    expect(unit.controls.applications()).toHaveLength(0);
  });

  it.each<[string, FaultKind, number]>([
    ['the time is over after the work was done', { kind: 'hang_after' }, 1],
    ['the connection is cut after the work was done', { kind: 'cut' }, 1],
    ['half of the answer is missing', { kind: 'truncated' }, 1],
    ['the answer is no JSON', { kind: 'malformed' }, 0],
    ['the answer is JSON of somebody else', { kind: 'json', status: 201, body: { ok: true } }, 0],
    ['the connection is cut before', { kind: 'reset' }, 0],
    ['Unit answers 500', { kind: 'status', status: 500 }, 0],
    ['Unit answers 503', { kind: 'status', status: 503 }, 0],
    ['Unit answers 408', { kind: 'status', status: 408 }, 0],
    ['Unit answers 409', { kind: 'status', status: 409 }, 0],
    ['a proxy answers HTML', { kind: 'html', status: 502 }, 0],
  ])('D2 is unknown, and sent once only, when %s', async (_, fault, created) => {
    armed('POST', '/applications', fault);
    const sent = submission();
    const { ms, outcome } = await timed(submit(sent, deadlineUnder(fault, unit)));
    expect(outcome).toMatchObject({ status: 'fulfilled', value: { outcome: 'unknown' } });
    expect(ms).toBeLessThan(10_000);
    expect(unit.calls()).toEqual(['POST /applications']);
    const found = await unit.onboarding.findApplication(sent.applicationId, signal);
    expect(found === null ? 0 : 1).toBe(created);
  });

  it('D2 is unknown when Unit cannot be reached at all', async () => {
    const { onboarding } = adaptersFor(await unusedUrl());
    expect(await onboarding.submitApplication(submission(), signal)).toMatchObject({ outcome: 'unknown' });
  });

  it('INV5 leaves nothing of the person in any outcome or failure', async () => {
    armed('POST', '/applications', { kind: 'cut' });
    const outcomes = [
      await submit(),
      await submit(),
      await submit(submission({ dateOfBirth: '2999-01-01' })),
    ];
    armed('POST', '/applications', { kind: 'status', status: 403 });
    outcomes.push(await submit(submission({ ssn: '000000002' })));
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['unknown', 'refused', 'refused', 'refused']);
    expect(everythingIn(outcomes)).not.toMatch(
      /078051120|000000002|1991-04-23|Okafor|example\.com|org-token/,
    );
  });
});

describe('finding an application by our tag', () => {
  it('INV4 finds the one that carries it, among others', async () => {
    const sent = submission();
    await submit(submission({ ssn: '123456780' }));
    await submit(sent);
    await submit(submission({ ssn: '123456781' }));
    const found = await unit.onboarding.findApplication(sent.applicationId, signal);
    expect(found).toMatchObject({ applicationId: sent.applicationId, status: 'Approved' });
    expect(await unit.onboarding.findApplication('NOBODYHASTHISAPPLICATIONID', signal)).toBeNull();
  });

  interface Entry {
    readonly attributes: object;
  }

  /** What is found in the list as Unit shows it, each entry changed. */
  async function foundIn(applicationId: string, change: (entry: Entry) => object) {
    const list = await fetch(`${unit.server.url}/applications`, {
      headers: { authorization: 'Bearer org-token-of-the-tests' },
    });
    const { data } = JSON.parse(await list.text());
    const server = await startRawServer(answering(200, JSON.stringify({ data: data.map(change) })));
    const [outcome] = await Promise.allSettled([
      adaptersFor(server.url).onboarding.findApplication(applicationId, signal),
    ]);
    await server.close();
    return { count: data.length, outcome };
  }

  const unreadable = {
    status: 'rejected',
    reason: {
      code: 'upstream_unavailable',
      details: { reason: 'unreadable_answer', upstream: { operation: 'find_application' } },
    },
  };

  it('INV2, INV3 takes none of another tag, and concludes nothing, should Unit ignore the filter', async () => {
    await submit();
    const { count, outcome } = await foundIn('SOMEBODYELSE', (entry) => entry);
    expect(count).toBe(1);
    expect(outcome).toMatchObject(unreadable);
  });

  it('INV3 does not call missing what it cannot read, and finds ours beside it', async () => {
    const sent = submission();
    await submit(sent);
    await submit(submission({ ssn: '123456782' }));
    const reimagined = ({ attributes, ...entry }: Entry) => ({
      ...entry,
      attributes: { ...attributes, status: 'Reimagined' },
    });
    expect((await foundIn(sent.applicationId, reimagined)).outcome).toMatchObject(unreadable);
    const others = (entry: Entry) =>
      JSON.stringify(entry).includes(sent.applicationId) ? entry : reimagined(entry);
    expect((await foundIn(sent.applicationId, others)).outcome).toMatchObject({
      value: { applicationId: sent.applicationId },
    });
  });

  it('D3 is tried three times in all, and is then a fault of the vendor', async () => {
    armed('GET', '/applications', { kind: 'status', status: 503 }, 2);
    expect(await unit.onboarding.findApplication('NOBODY', signal)).toBeNull();
    armed('GET', '/applications', { kind: 'status', status: 503 }, 9);
    expect(await refusalOf(unit.onboarding.findApplication('NOBODY', signal))).toMatchObject({
      code: 'upstream_unavailable',
    });
    expect(unit.calls()).toEqual(Array(6).fill('GET /applications'));
  });
});

describe('reading an application or a customer', () => {
  it('gives the present state, with the documents that are wanted', async () => {
    const outcome = await submit(submission({ ssn: '000000002' }));
    const id = outcome.outcome === 'created' ? outcome.application.unitApplicationId : '';
    expect(await unit.onboarding.readApplication(id, signal)).toMatchObject({
      status: 'AwaitingDocuments',
      documents: [{ documentType: 'AddressVerification', status: 'Required' }],
    });
    unit.controls.decide(id, 'approve');
    const approved = await unit.onboarding.readApplication(id, signal);
    expect(approved).toMatchObject({ status: 'Approved', unitCustomerId: expect.any(String) });
    const customer = await unit.onboarding.readCustomer(approved?.unitCustomerId ?? '', signal);
    expect(customer).toEqual({
      unitCustomerId: approved?.unitCustomerId,
      type: 'individual',
      status: 'Active',
      jwtSubjects: ['user-test-0f2c'],
      unitApplicationId: id,
    });
    unit.controls.archiveCustomer(approved?.unitCustomerId ?? '');
    expect(await unit.onboarding.readCustomer(approved?.unitCustomerId ?? '', signal)).toMatchObject({
      status: 'Archived',
    });
  });

  it('D8 is null where Unit has none, which Unit says by a 400', async () => {
    expect(await unit.onboarding.readApplication('999999', signal)).toBeNull();
    expect(await unit.onboarding.readCustomer('999999', signal)).toBeNull();
  });

  it('O1 keeps an id that is no id from becoming another path', async () => {
    await refusalOf(unit.onboarding.readCustomer('1/../../applications', signal)).catch(() => null);
    expect(unit.calls()).toEqual(['GET /customers/1%2F..%2F..%2Fapplications']);
  });

  it.each<FaultKind>([
    { kind: 'malformed' },
    { kind: 'html', status: 200 },
    { kind: 'json', status: 200, body: {} },
    { kind: 'json', status: 200, body: { data: { id: '1', type: 'x', attributes: { status: 'Frozen' } } } },
    { kind: 'json', status: 400, body: { message: 'not_found' } },
    { kind: 'status', status: 403 },
  ])('O10 is a fault of the vendor when the answer is not as documented: %j', async (fault) => {
    armed('GET', '/customers/*', fault);
    armed('GET', '/applications/*', fault);
    expect(await refusalOf(unit.onboarding.readCustomer('1', signal))).toMatchObject({
      code: 'upstream_unavailable',
    });
    expect(await refusalOf(unit.onboarding.readApplication('1', signal))).toMatchObject({
      code: 'upstream_unavailable',
    });
  });

  it('D1 ends on the deadline of the request it serves', async () => {
    armed('GET', '/customers/*', { kind: 'hang' }, 5);
    const { ms, outcome } = await timed(unit.onboarding.readCustomer('1', AbortSignal.timeout(150)));
    expect(outcome).toMatchObject({ reason: { code: 'upstream_timeout' } });
    expect(ms).toBeLessThan(1500);
  });
});
