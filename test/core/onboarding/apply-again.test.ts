import { describe, expect, it } from '@jest/globals';
import { LEASE_SECONDS } from '../../../functions/core/onboarding/lock.ts';
import { ada, applicant, idOf, letPass } from '../../support/core-apply.ts';
import { rowKey } from '../../support/core-mappings.ts';
import { decide } from '../../support/core-unit.ts';
import { DAY, HOUR, NOW, refusal, USER } from '../../support/core-values.ts';

describe('I5 The same key again answers the present state of the same application', () => {
  it('without asking Unit, counting or writing', async () => {
    const { world, apply } = applicant();
    await apply('key-1');
    const before = world.calls.length;
    expect(await apply('key-1')).toMatchObject({
      isSubmitted: true,
      application: { applicationId: idOf('key-1'), status: 'Pending' },
    });
    expect(world.calls.slice(before)).toEqual(['stytch.readSession', 'table.readUser']);
    expect(world.unit.submissions).toHaveLength(1);
  });

  it('but one that Unit refused may be tried again for a day, and counts again', async () => {
    const scene = applicant();
    scene.world.unit.reception = { outcome: 'refused', pointers: ['/ssn'] };
    await refusal(scene.apply('key-1'));
    expect(await refusal(scene.apply('key-1'))).toMatchObject({ code: 'invalid_request' });
    expect(scene.world.used.get(`submissionsPerDay ${USER}`)).toBe(2);
    letPass(scene, DAY);
    scene.world.unit.reception = 'created';
    expect(await scene.apply('key-1')).toMatchObject({
      isSubmitted: true,
      application: { status: 'Pending' },
    });
    expect(scene.world.unit.submissions).toHaveLength(3);
  });

  it('and after a day only says that it was not submitted', async () => {
    const scene = applicant();
    scene.world.unit.reception = { outcome: 'refused', pointers: [] };
    await refusal(scene.apply('key-1'));
    letPass(scene, DAY + 1);
    expect(await scene.apply('key-1')).toMatchObject({ application: { status: 'NotSubmitted' } });
    expect(scene.world.unit.submissions).toHaveLength(1);
  });

  it('INV3 a refused one does not come back while another application is open', async () => {
    const { world, apply } = applicant();
    world.unit.reception = { outcome: 'refused', pointers: [] };
    await refusal(apply('key-1'));
    world.unit.reception = 'created';
    await apply('key-2');
    expect(await refusal(apply('key-1'))).toMatchObject({
      code: 'application_exists',
      details: { applicationId: idOf('key-2') },
    });
    expect(world.unit.submissions).toHaveLength(2);
  });

  it('with the members of the body in another order too', async () => {
    const { apply } = applicant();
    await apply('key-1');
    const turned = Object.fromEntries(Object.entries(ada).reverse()) as typeof ada;
    expect(await apply('key-1', turned)).toMatchObject({ isSubmitted: true });
  });

  it('I3 and with another body it is refused, whatever became of the first', async () => {
    const { world, apply } = applicant();
    await apply('key-1');
    const other = { ...ada, dateOfBirth: '1991-04-24' };
    expect(await refusal(apply('key-1', other))).toMatchObject({ code: 'idempotency_key_reused' });
    decide(world.unit, '800001', 'Denied');
    expect(await refusal(apply('key-1', other))).toMatchObject({ code: 'idempotency_key_reused' });
  });

  it('I3 and with another body while the first is in flight', async () => {
    const { world, apply } = applicant();
    world.unit.reception = 'unreached';
    await apply('key-1');
    expect(await refusal(apply('key-1', { ...ada, ssn: '078051121' }))).toMatchObject({
      code: 'idempotency_key_reused',
    });
  });
});

describe('I4, D2 Unit needs longer than we wait', () => {
  it('is no error: the item is kept, the lock is held, and nothing is known yet', async () => {
    const { world, apply, stored } = applicant();
    world.unit.reception = 'unreached';
    expect(await apply('key-1')).toMatchObject({ isSubmitted: false, application: { status: 'Submitting' } });
    expect(stored('key-1')).toMatchObject({
      status: 'Submitting',
      createdAt: NOW,
      leaseUntil: NOW + LEASE_SECONDS,
      nextCheckAt: NOW + LEASE_SECONDS,
    });
    expect(world.rows.locks.size).toBe(1);
  });

  it('the same key while the lease runs is told to come back, and Unit is left alone', async () => {
    const scene = applicant();
    scene.world.unit.reception = 'unreached';
    await scene.apply('key-1');
    letPass(scene, LEASE_SECONDS - 1);
    const before = scene.world.callsOf('unit').length;
    expect(await scene.apply('key-1')).toMatchObject({ isSubmitted: false });
    expect(scene.world.callsOf('unit')).toHaveLength(before);
  });

  it('once the lease is over, an application that Unit has is found by its tag and adopted', async () => {
    const scene = applicant();
    scene.world.unit.reception = 'lost';
    await scene.apply('key-1');
    letPass(scene, LEASE_SECONDS);
    expect(await scene.apply('key-1')).toMatchObject({
      isSubmitted: true,
      application: { status: 'Pending', unitApplicationId: '800001' },
    });
    expect(scene.world.unit.submissions).toHaveLength(1);
    expect(scene.stored('key-1')).toMatchObject({ status: 'Pending' });
  });

  it('I8 once the lease is over, an application that Unit has not is sent again with the same key', async () => {
    const scene = applicant();
    scene.world.unit.reception = 'unreached';
    await scene.apply('key-1');
    letPass(scene, LEASE_SECONDS);
    scene.world.unit.reception = 'created';
    expect(await scene.apply('key-1')).toMatchObject({
      isSubmitted: true,
      application: { status: 'Pending' },
    });
    expect(scene.world.unit.submissions.map(({ applicationId }) => applicationId)).toEqual([
      idOf('key-1'),
      idOf('key-1'),
    ]);
    expect(scene.world.callsOf('unit')).toEqual([
      'unit.submitApplication',
      'unit.findApplication',
      'unit.submitApplication',
    ]);
  });

  it('the lease is renewed first, so that the next repeat waits again', async () => {
    const scene = applicant();
    scene.world.unit.reception = 'unreached';
    await scene.apply('key-1');
    letPass(scene, LEASE_SECONDS);
    await scene.apply('key-1');
    const leaseUntil = NOW + 2 * LEASE_SECONDS;
    expect(scene.stored('key-1')).toMatchObject({ status: 'Submitting', createdAt: NOW, leaseUntil });
    letPass(scene, 1);
    await scene.apply('key-1');
    expect(scene.world.unit.submissions).toHaveLength(2);
  });

  it('a repeat that loses the race for the lease comes back later', async () => {
    const scene = applicant();
    scene.world.unit.reception = 'unreached';
    await scene.apply('key-1');
    letPass(scene, LEASE_SECONDS);
    scene.world.ports.mappings.renewLease = async () => false;
    expect(await scene.apply('key-1')).toMatchObject({ isSubmitted: false });
    expect(scene.world.unit.submissions).toHaveLength(1);
  });

  it.each([
    ['within 24 hours it is sent again', DAY, 2],
    ['a second later never again', DAY + 1, 1],
  ])('INV3 %s', async (_title, seconds, sent) => {
    const scene = applicant();
    scene.world.unit.reception = 'unreached';
    await scene.apply('key-1');
    letPass(scene, seconds);
    expect(await scene.apply('key-1')).toMatchObject({ isSubmitted: false });
    expect(scene.world.unit.submissions).toHaveLength(sent);
  });

  it('what Unit has is adopted even days later', async () => {
    const scene = applicant();
    scene.world.unit.reception = 'lost';
    await scene.apply('key-1');
    letPass(scene, 3 * DAY);
    expect(await scene.apply('key-1')).toMatchObject({
      isSubmitted: true,
      application: { status: 'Pending' },
    });
  });

  it('INV3 a refusal of the second try proves nothing: the first may still arrive', async () => {
    const scene = applicant();
    scene.world.unit.reception = 'unreached';
    await scene.apply('key-1');
    letPass(scene, LEASE_SECONDS);
    scene.world.unit.reception = { outcome: 'refused', pointers: [] };
    expect(await scene.apply('key-1')).toMatchObject({ isSubmitted: false });
    expect(scene.stored('key-1')).toMatchObject({ status: 'Submitting' });
    expect(await refusal(scene.apply('key-2'))).toMatchObject({ code: 'application_exists' });
  });

  it('INV3 a repeat whose lock has gone to another application sends nothing', async () => {
    const scene = applicant();
    scene.world.unit.reception = 'unreached';
    await scene.apply('key-1');
    letPass(scene, LEASE_SECONDS);
    const other = { name: 'person', applicationId: idOf('key-2'), takenAt: scene.world.now } as const;
    scene.world.rows.locks.set(rowKey(USER, 'person'), other);
    expect(await refusal(scene.apply('key-1'))).toMatchObject({ code: 'application_exists' });
    expect(scene.world.unit.submissions).toHaveLength(1);
  });

  it('what Unit has created but we could not write down is no error either', async () => {
    const { world, apply, stored } = applicant();
    world.fail('table.settleApplication');
    expect(await apply('key-1')).toMatchObject({ isSubmitted: false });
    expect(stored('key-1')).toMatchObject({ status: 'Submitting' });
  });
});

describe('I4 Another key while an application is open or approved', () => {
  it.each(['Pending', 'PendingReview', 'AwaitingDocuments', 'Approved'] as const)(
    '%s: it is refused, with the caller’s own application',
    async (status) => {
      const { world, apply } = applicant();
      world.unit.firstStatus = status;
      await apply('key-1');
      expect(await refusal(apply('key-2'))).toMatchObject({
        code: 'application_exists',
        details: { applicationId: idOf('key-1') },
      });
      expect(world.unit.submissions).toHaveLength(1);
    },
  );

  it('Submitting: it is refused too', async () => {
    const { world, apply } = applicant();
    world.unit.reception = 'unreached';
    await apply('key-1');
    expect(await refusal(apply('key-2'))).toMatchObject({
      code: 'application_exists',
      details: { applicationId: idOf('key-1') },
    });
  });

  it('a sole proprietorship counts as the person', async () => {
    const { apply } = applicant();
    await apply('key-1');
    expect(await refusal(apply('key-2', { ...ada, type: 'sole_proprietor' }))).toMatchObject({
      code: 'application_exists',
    });
  });

  it.each(['Denied', 'Canceled'] as const)('%s: another one may follow', async (status) => {
    const { world, apply } = applicant();
    world.unit.firstStatus = status;
    await apply('key-1');
    world.unit.firstStatus = 'Pending';
    expect(await apply('key-2')).toMatchObject({ application: { status: 'Pending' } });
    expect(world.rows.locks.get(rowKey(USER, 'person'))).toMatchObject({ applicationId: idOf('key-2') });
  });
});

describe('Two requests with one key at once', () => {
  it('the one that finds the item written by the other answers its state', async () => {
    const { world, apply } = applicant();
    const empty = await world.ports.mappings.readUser(USER);
    await apply('key-1');
    world.ports.mappings.readUser = async () => empty;
    expect(await apply('key-1')).toMatchObject({ isSubmitted: true, application: { status: 'Pending' } });
    expect(world.unit.submissions).toHaveLength(1);
  });

  it('an item that is neither writable nor readable is a failure of the store', async () => {
    const { world, apply } = applicant();
    world.ports.mappings.createApplication = async () => false;
    expect(await refusal(apply('key-1'))).toMatchObject({
      code: 'temporarily_unavailable',
      details: { reason: 'item_vanished' },
    });
  });

  it('INV3 however often a key is repeated, the age that ends it is the first attempt’s own', async () => {
    const scene = applicant();
    scene.world.unit.reception = 'unreached';
    await scene.apply('key-1');
    for (let hours = 0; hours < 26; hours += 1) {
      letPass(scene, HOUR);
      await scene.apply('key-1');
    }
    expect(scene.world.unit.submissions).toHaveLength(25);
  });
});
