import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ApplicationFormRequest } from '../../../functions/contract/application-form.ts';
import type { FormOpening } from '../../../functions/core/ports.ts';
import type { FaultKind } from '../../../simulators/faults.ts';
import { everythingIn, refusalOf, timed } from '../../support/adapters-errors.ts';
import { unusedUrl } from '../../support/adapters-servers.ts';
import { ada, adaptersFor, deadlineUnder, startUnit, type UnitBench } from '../../support/adapters-unit.ts';
import { formFields, postForm } from '../../support/hosted-form.ts';

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

let count = 0;
const opening = (request: ApplicationFormRequest = { type: 'individual' }): FormOpening => {
  count += 1;
  return {
    applicationId: `FORM${String(count).padStart(22, 'A')}`,
    stytchUserId: 'user-test-0f2c',
    request,
  };
};

const open = (sent = opening(), within = signal) => unit.forms.openForm(sent, within);

/** The form that must have been opened. */
async function opened(sent = opening()) {
  const outcome = await open(sent);
  if (outcome.outcome !== 'opened') throw new Error(outcome.outcome);
  if (outcome.form.unitApplicationId !== null) throw new Error('sent already');
  return outcome.form;
}

const armed = (method: string, path: string, fault: FaultKind, times = 1): void =>
  unit.controls.arm({ method, path, times, fault });

const requests: readonly ApplicationFormRequest[] = [
  { type: 'individual', redirectUrl: 'https://app.example.com/done' },
  { type: 'sole_proprietor', prefill: { fullName: ada.fullName, email: ada.email, phone: ada.phone } },
  {
    type: 'business',
    prefill: {
      name: 'Okafor Woodworks',
      phone: ada.phone,
      address: ada.address,
      website: 'https://okafor.example.com',
      contact: { fullName: ada.fullName, email: ada.email },
    },
  },
];

describe("a form of Unit's", () => {
  it.each(requests)('is opened with a link, a token and their end: %j', async (request) => {
    expect(await open(opening(request))).toEqual({
      outcome: 'opened',
      form: {
        unitFormId: expect.stringMatching(/^\d+$/),
        url: expect.stringContaining(`${unit.server.url}/hosted-forms/`),
        token: expect.stringMatching(/^form-/),
        expiresAt: expect.any(Number),
        unitApplicationId: null,
      },
    });
  });

  it.each(requests)('becomes an application with our tag, subject and kind: %j', async (request) => {
    const sent = opening(request);
    const form = await opened(sent);
    const response = await postForm(form.url, formFields(request.type, ada.email, '600000001'));
    expect(response.status).toBe(request.redirectUrl === undefined ? 200 : 303);
    expect(await unit.onboarding.findApplication(sent.applicationId, signal)).toMatchObject({
      type: request.type,
      status: 'Approved',
      jwtSubject: sent.stytchUserId,
      applicationId: sent.applicationId,
      applicantEmail: ada.email,
    });
    expect(await unit.forms.readForm(form.unitFormId, sent.applicationId, signal)).toMatchObject({
      unitApplicationId: unit.controls.applications()[0]?.id,
    });
  });

  it('INV3 is the same one when the same key comes with the same body', async () => {
    const sent = opening();
    const first = await opened(sent);
    expect(await opened(sent)).toEqual(first);
    expect(await unit.forms.readForm(first.unitFormId, sent.applicationId, signal)).toEqual(first);
  });

  it('INV3 is the same one also when Unit only names what the key has made', async () => {
    unit.controls.switches.idempotentRepeat = 'error';
    const sent = opening();
    const first = await opened(sent);
    expect(await opened(sent)).toEqual(first);
    armed('GET', '/application-forms/*', { kind: 'status', status: 503 }, 9);
    expect(await open(sent)).toMatchObject({ outcome: 'unknown' });
  });

  it('INV2 is not taken for ours under another tag', async () => {
    const { unitFormId } = await opened();
    expect(await refusalOf(unit.forms.readForm(unitFormId, 'ANOTHER', signal))).toMatchObject({
      code: 'upstream_unavailable',
    });
  });

  it('P4 is refused with the fields that Unit does not take, in the words of the caller', async () => {
    const address = { ...ada.address, state: '' };
    const sent = opening({ type: 'individual', redirectUrl: 'nowhere', prefill: { address } });
    const outcome = await open(sent);
    expect(outcome).toMatchObject({ outcome: 'refused' });
    expect(outcome.outcome === 'refused' && outcome.pointers).toEqual(
      expect.arrayContaining(['/redirectUrl', '/prefill/address/state']),
    );
  });

  it.each([401, 403, 429])('is refused for reasons of our own after a %i', async (status) => {
    armed('POST', '/application-forms', { kind: 'status', status });
    expect(await open()).toMatchObject({
      outcome: 'refused',
      failure: { code: 'upstream_unavailable', details: { upstream: { provider: 'unit', status } } },
    });
  });

  it.each<[string, FaultKind]>([
    ['the time is over after the work was done', { kind: 'hang_after' }],
    ['the connection is cut after the work was done', { kind: 'cut' }],
    ['half of the answer is missing', { kind: 'truncated' }],
    ['the answer is JSON of somebody else', { kind: 'json', status: 201, body: { ok: true } }],
    ['Unit answers 500', { kind: 'status', status: 500 }],
    ['Unit answers 409', { kind: 'status', status: 409 }],
  ])('D2 is unknown, and asked for once only, when %s', async (_, fault) => {
    armed('POST', '/application-forms', fault);
    const { ms, outcome } = await timed(open(opening(), deadlineUnder(fault, unit)));
    expect(outcome).toMatchObject({ status: 'fulfilled', value: { outcome: 'unknown' } });
    expect(ms).toBeLessThan(10_000);
    expect(unit.calls()).toEqual(['POST /application-forms']);
  });

  it('D2 is unknown when Unit cannot be reached at all', async () => {
    const { forms } = adaptersFor(await unusedUrl());
    expect(await forms.openForm(opening(), signal)).toMatchObject({ outcome: 'unknown' });
  });

  it('E5 is no unknown outcome when our own token is missing', async () => {
    const failing = adaptersFor(unit.server.url, '').forms.openForm(opening(), signal);
    expect(await failing).toMatchObject({ outcome: 'refused', failure: { code: 'upstream_unavailable' } });
  });

  it('D8 is null where Unit has none', async () => {
    expect(await unit.forms.readForm('999999', 'A', signal)).toBeNull();
  });

  it('D3 is read three times in all', async () => {
    const sent = opening();
    const form = await opened(sent);
    armed('GET', '/application-forms/*', { kind: 'status', status: 503 }, 2);
    expect(await unit.forms.readForm(form.unitFormId, sent.applicationId, signal)).toEqual(form);
    armed('GET', '/application-forms/*', { kind: 'status', status: 403 });
    expect(await refusalOf(unit.forms.readForm(form.unitFormId, sent.applicationId, signal))).toMatchObject({
      code: 'upstream_unavailable',
    });
  });

  it.each(['javascript:alert(1)', 'nowhere', ''])('O10 hands on no link that is none: %s', async (href) => {
    const sent = opening();
    const body = {
      data: {
        type: 'applicationFormV2',
        id: '600001',
        attributes: {
          tags: { bridgeApplicationId: sent.applicationId },
          applicationFormToken: { token: 't', expiration: '2027-01-15T08:00:00.000Z' },
        },
        links: { related: { type: 'text/html', href } },
      },
    };
    armed('POST', '/application-forms', { kind: 'json', status: 201, body });
    expect(await open(sent)).toEqual({ outcome: 'unknown', reason: 'unreadable_answer' });
    const good = { ...body.data, links: { related: { href: 'https://forms.unit.example/x' } } };
    armed('POST', '/application-forms', { kind: 'json', status: 201, body: { data: good } });
    expect(await open(sent)).toMatchObject({ outcome: 'opened' });
  });

  it('INV3 that was sent is read by its application, whatever is left of token and link', async () => {
    const sent = opening();
    const data = {
      type: 'applicationForm',
      id: '600001',
      attributes: { tags: { bridgeApplicationId: sent.applicationId } },
      relationships: { application: { data: { type: 'individualApplication', id: '800001' } } },
    };
    armed('GET', '/application-forms/*', { kind: 'json', status: 200, body: { data } });
    expect(await unit.forms.readForm('600001', sent.applicationId, signal)).toEqual({
      unitFormId: '600001',
      unitApplicationId: '800001',
    });
  });

  it('INV5 leaves no link and nothing of the person in a failure', async () => {
    const sent = opening({ type: 'individual', prefill: { email: ada.email } });
    const { unitFormId } = await opened(sent);
    const refusal = await refusalOf(unit.forms.readForm(unitFormId, 'ANOTHER', signal));
    expect(everythingIn([refusal])).not.toMatch(/hosted-forms|form-[\w-]{20}|example\.com|org-token/);
  });
});
