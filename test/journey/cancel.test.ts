// Cancelling over HTTP, in every state of an application and whatever becomes of Unit's answer.
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { problemBody } from '../../functions/contract/problems.ts';
import { call } from '../../local/journey-client.ts';
import type { World } from '../../local/world.ts';
import { type Applicant, applicant, cancel, changesAtUnit, ssns } from '../support/documents.ts';
import { expectProblem } from '../support/problems.ts';
import { apply, emailFactor, individual, signedInUser, startTestWorld } from '../support/world.ts';

// Many requests in a test, through processes that other tests share the machine with.
jest.setTimeout(30_000);

let world: World;
beforeAll(async () => {
  world = await startTestWorld();
  world.unit.controls.switches.preventDuplicateIndividualApplications = false;
});
afterAll(() => world.close());
afterEach(() => {
  world.unit.controls.heal();
  world.unit.controls.resumeWebhooks();
  world.unit.controls.switches.startPending = false;
});

const cancelOwn = ({ user, applicationId }: Applicant) => cancel(world, user, applicationId);

const statusAtUnit = ({ unitApplicationId }: Applicant) =>
  world.unit.controls.applications().find(({ id }) => id === unitApplicationId)?.status;

describe('an open application', () => {
  it.each([
    ['AwaitingDocuments', ssns.wantsIdDocument],
    ['PendingReview', ssns.review],
    ['Pending', undefined],
  ] as const)('that is %s is canceled, twice alike, and another may follow', async (status, ssn) => {
    world.unit.controls.switches.startPending = status === 'Pending';
    const one = await applicant(world, ssn);
    expect(statusAtUnit(one)).toBe(status);
    const before = changesAtUnit(world);
    const canceled = await cancelOwn(one);
    expect(canceled).toMatchObject({ status: 200, body: { status: 'Canceled' } });
    expect((await cancelOwn(one)).body).toEqual(canceled.body);
    expect(changesAtUnit(world)).toBe(before + 1);
    expect(statusAtUnit(one)).toBe('Canceled');
    expect(await apply(world, one.user, individual(one.user.email))).toMatchObject({ status: 201 });
  });

  it('is canceled by two tabs at once', async () => {
    const one = await applicant(world, ssns.review);
    const answers = await Promise.all([cancelOwn(one), cancelOwn(one), cancelOwn(one)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(statusAtUnit(one)).toBe('Canceled');
  });
});

describe('an application that is not open', () => {
  it.each([
    ['Approved', undefined],
    ['Denied', ssns.denied],
  ] as const)('since it is %s: a conflict, and Unit is not asked', async (status, ssn) => {
    const one = await applicant(world, ssn);
    expect(statusAtUnit(one)).toBe(status);
    const before = changesAtUnit(world);
    expectProblem(await cancelOwn(one), 'conflict');
    expect(changesAtUnit(world)).toBe(before);
  });

  it('since Unit is not known to have it: a conflict', async () => {
    const user = await signedInUser(world);
    world.unit.controls.arm({ method: 'POST', path: '/applications', times: 1, fault: { kind: 'reset' } });
    const submitting = await apply(world, user, individual(user.email));
    expect(submitting).toMatchObject({ status: 202, body: { status: 'Submitting' } });
    const { applicationId } = submitting.body as { applicationId: string };
    expectProblem(await cancel(world, user, applicationId), 'conflict');

    const other = await signedInUser(world);
    expectProblem(
      await apply(world, other, individual(other.email, { dateOfBirth: '2999-01-01' })),
      'invalid_request',
    );
    const me = await call('GET', `${world.apiUrl}/v1/me`, { bearer: other.sessionJwt });
    const { applications } = me.body as { applications: { applicationId: string; status: string }[] };
    expect(applications).toMatchObject([{ status: 'NotSubmitted' }]);
    expectProblem(await cancel(world, other, applications[0]?.applicationId ?? ''), 'conflict');
  });

  it('since it was approved a moment ago: a conflict, and the customer is theirs', async () => {
    const one = await applicant(world, ssns.review);
    await world.unit.controls.flushWebhooks();
    world.unit.controls.pauseWebhooks();
    world.unit.controls.decide(one.unitApplicationId, 'approve');
    expectProblem(await cancelOwn(one), 'conflict');
    const { sessionJwt: bearer } = one.user;
    const read = await call('GET', `${world.apiUrl}/v1/applications/${one.applicationId}`, { bearer });
    expect(read).toMatchObject({ body: { status: 'Approved', customerId: expect.any(String) } });
  });
});

describe('O1, INV1 only its own user, with both factors, cancels it', () => {
  it('another finds nothing, and one factor is not enough', async () => {
    const one = await applicant(world, ssns.review);
    const stranger = await signedInUser(world);
    const { userId } = one.user;
    const weak = await world.stytch.controls.startSession({ userId, factors: [emailFactor] });
    const before = changesAtUnit(world);
    expectProblem(await cancel(world, stranger, one.applicationId), 'not_found');
    expectProblem(await cancel(world, one.user, one.unitApplicationId), 'not_found');
    expectProblem(
      await cancel(world, { ...one.user, ...weak }, one.applicationId),
      'insufficient_user_authentication',
    );
    expect([changesAtUnit(world) - before, statusAtUnit(one)]).toEqual([0, 'PendingReview']);
  });
});

describe('D5 when Unit fails', () => {
  const path = '/applications/*/cancel';

  it('after it has canceled: what it shows is the answer, and it is not told twice', async () => {
    const one = await applicant(world, ssns.review);
    const before = changesAtUnit(world);
    world.unit.controls.arm({ method: 'POST', path, times: 1, fault: { kind: 'cut' } });
    expect(await cancelOwn(one)).toMatchObject({ status: 200, body: { status: 'Canceled' } });
    expect(changesAtUnit(world)).toBe(before + 1);
  });

  it('before it: the failure is told, and cancelling again works', async () => {
    const one = await applicant(world, ssns.review);
    world.unit.controls.arm({ method: 'POST', path, times: 1, fault: { kind: 'status', status: 500 } });
    expectProblem(await cancelOwn(one), 'upstream_unavailable');
    expect(statusAtUnit(one)).toBe('PendingReview');
    expect(await cancelOwn(one)).toMatchObject({ status: 200, body: { status: 'Canceled' } });
  });

  it('D1 to answer at all: the deadline of 10 s holds', async () => {
    const one = await applicant(world, ssns.review);
    world.unit.controls.arm({ method: 'POST', path, times: 1, fault: { kind: 'hang' } });
    const startedAt = performance.now();
    const late = await cancelOwn(one);
    expectProblem(late, 'upstream_timeout');
    expect(problemBody.parse(late.body).detail).toBe('Cancelling again is safe.');
    expect((performance.now() - startedAt) / 1000).toBeLessThan(13);
  });
});
