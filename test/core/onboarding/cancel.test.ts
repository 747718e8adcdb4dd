import { describe, expect, it } from '@jest/globals';
import { routes } from '../../../functions/contract/routes.ts';
import { ServiceError } from '../../../functions/core/errors.ts';
import { apply } from '../../../functions/core/onboarding/apply.ts';
import { cancelApplication } from '../../../functions/core/onboarding/cancel.ts';
import { ada } from '../../support/core-apply.ts';
import { notAdmitted, type Waiting, waiting } from '../../support/core-documents.ts';
import { decide } from '../../support/core-unit.ts';
import { NOW, refusal, STRANGER, signal, USER } from '../../support/core-values.ts';

const cancel = ({ world, presented }: Waiting, applicationId = 'APPLICATION-1') =>
  cancelApplication(world.ports, presented, applicationId, signal);

const lost = () => new ServiceError('upstream_timeout', { reason: 'deadline' });
const no = () =>
  new ServiceError('upstream_unavailable', {
    upstream: { provider: 'unit', operation: 'cancel_application', status: 400 },
  });

describe('A user cancels an application', () => {
  it.each(['Pending', 'PendingReview', 'AwaitingDocuments'] as const)(
    'that is %s: Unit is told, and it is settled',
    async (status) => {
      const scene = waiting({ status });
      expect(await cancel(scene)).toMatchObject({ applicationId: 'APPLICATION-1', status: 'Canceled' });
      expect(scene.world.callsOf('unit')).toEqual(['unit.cancelApplication']);
      expect(scene.stored()).toMatchObject({ status: 'Canceled', nextCheckAt: null });
      expect(scene.world.linesOf('application.cancel_sent')).toEqual([
        { stytchUserId: USER, applicationId: 'APPLICATION-1', isConfirmed: true },
      ]);
    },
  );

  it('that is canceled already: the present state, and Unit is not asked', async () => {
    const scene = waiting();
    await cancel(scene);
    expect(await cancel(scene)).toMatchObject({ status: 'Canceled' });
    expect(scene.world.callsOf('unit')).toHaveLength(1);
  });

  it.each([
    ['Approved', 'application_final'],
    ['Denied', 'application_final'],
    ['Submitting', 'application_not_at_unit'],
    ['NotSubmitted', 'application_not_at_unit'],
  ] as const)('that is %s: a conflict', async (status, reason) => {
    const scene = waiting({ status });
    expect(await refusal(cancel(scene))).toMatchObject({ code: 'conflict', details: { reason } });
    expect(scene.world.callsOf('unit')).toEqual([]);
  });

  it('INV3 and may then apply anew', async () => {
    const scene = waiting();
    scene.world.rows.locks.set(`${USER} person`, {
      name: 'person',
      applicationId: 'APPLICATION-1',
      takenAt: NOW - 3600,
    });
    const asked = { idempotencyKey: 'key-1', route: 'r', sourceIp: '203.0.113.7', request: ada };
    const again = () => apply(scene.world.ports, scene.presented, asked, signal);
    expect(await refusal(again())).toMatchObject({ code: 'application_exists' });
    await cancel(scene);
    expect(await again()).toMatchObject({ isSubmitted: true, application: { status: 'Pending' } });
  });
});

describe('O1 Nobody cancels what is not theirs', () => {
  it.each([
    ['an id that nobody has', {}, 'APPLICATION-9'],
    ['an id of another user', { stytchUserId: STRANGER }, 'APPLICATION-1'],
    ['an empty id', {}, ''],
  ])('%s is not found, alike', async (_title, record, applicationId) => {
    const scene = waiting(record);
    const error = await refusal(cancel(scene, applicationId));
    expect([error.code, error.details]).toEqual(['not_found', { reason: 'application_not_own' }]);
    expect(scene.world.callsOf('unit')).toEqual([]);
  });
});

describe('INV1 Cancelling takes the factors of applying', () => {
  it.each(notAdmitted)('%s is refused, and Unit is not asked', async (_title, signedIn, code) => {
    const scene = waiting({}, signedIn);
    expect(await refusal(cancel(scene))).toMatchObject({ code });
    expect(routes.cancelApplication.problems).toContain(code);
    expect(scene.world.callsOf('unit')).toEqual([]);
  });
});

describe('Without a clear answer, what Unit shows then decides', () => {
  it.each([
    ['the answer was lost', lost],
    ['Unit refused', no],
  ])('%s, and it is canceled: done', async (_title, failure) => {
    const scene = waiting();
    scene.world.fail('unit.cancelApplication', failure(), 'after');
    expect(await cancel(scene)).toMatchObject({ status: 'Canceled' });
    expect(scene.stored()).toMatchObject({ status: 'Canceled', nextCheckAt: null });
    expect(scene.world.callsOf('unit')).toEqual(['unit.cancelApplication', 'unit.readApplication']);
  });

  it.each(['Approved', 'Denied'] as const)('%s by now: a conflict, and that is settled', async (status) => {
    const scene = waiting();
    decide(scene.world.unit, '800001', status);
    scene.world.fail('unit.cancelApplication', no());
    expect(await refusal(cancel(scene))).toMatchObject({
      code: 'conflict',
      details: { reason: 'application_final' },
    });
    expect(scene.stored()).toMatchObject({ status, nextCheckAt: null });
  });

  it('and that it is decided is told even if it cannot be written down', async () => {
    const scene = waiting();
    decide(scene.world.unit, '800001', 'Denied');
    scene.world.fail('unit.cancelApplication', no());
    scene.world.fail('table.settleApplication');
    expect(await refusal(cancel(scene))).toMatchObject({ code: 'conflict' });
    expect(scene.stored()).toMatchObject({ status: 'AwaitingDocuments' });
  });

  it('D5 it is open as before: the failure as it was, and nothing is told to Unit twice', async () => {
    const scene = waiting();
    scene.world.fail('unit.cancelApplication', lost());
    expect(await refusal(cancel(scene))).toMatchObject({
      code: 'upstream_timeout',
      details: { detail: 'Cancelling again is safe.' },
    });
    const refused = no();
    scene.world.fail('unit.cancelApplication', refused);
    expect(await refusal(cancel(scene))).toBe(refused);
    expect(scene.world.callsOf('unit.cancelApplication')).toHaveLength(2);
    expect(scene.stored()).toMatchObject({ status: 'AwaitingDocuments' });
  });

  it.each([
    ['cannot be read', (scene: Waiting) => scene.world.fail('unit.readApplication')],
    ['is not shown', (scene: Waiting) => scene.world.unit.applications.clear()],
  ])('when it %s: the failure as it was', async (_title, arrange) => {
    const scene = waiting();
    arrange(scene);
    const refused = no();
    scene.world.fail('unit.cancelApplication', refused);
    expect(await refusal(cancel(scene))).toBe(refused);
  });

  it('INV4 canceled at Unit but not written down: a repeat finishes it', async () => {
    const scene = waiting();
    scene.world.fail('table.settleApplication');
    expect(await refusal(cancel(scene))).toMatchObject({ code: 'temporarily_unavailable' });
    expect(scene.stored()).toMatchObject({ status: 'AwaitingDocuments' });
    scene.world.fail('unit.cancelApplication', no());
    expect(await cancel(scene)).toMatchObject({ status: 'Canceled' });
  });
});
