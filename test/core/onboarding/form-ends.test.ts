import { describe, expect, it } from '@jest/globals';
import { FORM_MARGIN_SECONDS } from '../../../functions/core/onboarding/follow-form.ts';
import { readApplication } from '../../../functions/core/onboarding/read-application.ts';
import { letPass } from '../../support/core-apply.ts';
import { type FormApplicant, formApplicant, formIdOf } from '../../support/core-form.ts';
import { rowKey } from '../../support/core-mappings.ts';
import { applied, deliver, runReconcile } from '../../support/core-onboarding.ts';
import { sendForm } from '../../support/core-unit.ts';
import { DAY, HOUR, MINUTE, NOW, refusal, signal, USER } from '../../support/core-values.ts';

/** A form that nobody has sent, so many seconds after it was opened. */
async function opened(seconds = 0): Promise<FormApplicant> {
  const scene = formApplicant();
  await scene.open('key-1');
  letPass(scene, seconds);
  return scene;
}

const END = DAY + FORM_MARGIN_SECONDS;

describe('INV4 A form whose webhooks are lost', () => {
  it('is looked at every five minutes while it is new, and hourly after that', async () => {
    const scene = await opened(5 * MINUTE);
    expect(await runReconcile(scene.world)).toMatchObject({ checked: 1, settled: 0, givenUp: 0 });
    expect(scene.item('key-1')).toMatchObject({ nextCheckAt: NOW + 10 * MINUTE });
    letPass(scene, HOUR);
    expect(await runReconcile(scene.world)).toMatchObject({ checked: 1 });
    expect(scene.item('key-1')).toMatchObject({ nextCheckAt: NOW + 2 * HOUR + 5 * MINUTE });
  });

  it('is found by its tag once it was sent', async () => {
    const scene = await opened(5 * MINUTE);
    scene.world.unit.firstStatus = 'Approved';
    sendForm(scene.world.unit, '600001');
    expect(await runReconcile(scene.world)).toMatchObject({ settled: 1 });
    expect(scene.item('key-1')).toMatchObject({ status: 'Approved', unitCustomerId: '700001' });
    expect(scene.world.rows.claims.get('700001')).toMatchObject({ stytchUserId: USER });
  });

  it('is found when its user reads it', async () => {
    const { world, presented } = await opened();
    sendForm(world.unit, '600001');
    expect(await readApplication(world.ports, presented, formIdOf('key-1'), signal)).toMatchObject({
      status: 'Pending',
    });
  });
});

describe('A form while it is open', () => {
  it('shows its end to its user, and nothing secret', async () => {
    const { world, presented } = await opened();
    expect(await readApplication(world.ports, presented, formIdOf('key-1'), signal)).toEqual({
      applicationId: formIdOf('key-1'),
      type: 'individual',
      status: 'Submitting',
      formExpiresAt: '2027-01-16T08:00:00.000Z',
      documents: [],
    });
  });

  it('shows no end any more once it was sent', async () => {
    const { world, presented } = await opened();
    sendForm(world.unit, '600001');
    await deliver(world, applied('800001'));
    expect(await readApplication(world.ports, presented, formIdOf('key-1'), signal)).not.toHaveProperty(
      'formExpiresAt',
    );
  });
});

describe('A form that ended unsent', () => {
  it('is given up by its own end and a margin, not after an hour', async () => {
    const scene = await opened(END);
    expect(await runReconcile(scene.world)).toMatchObject({ checked: 1, givenUp: 0 });
    expect(scene.item('key-1')).toMatchObject({ nextCheckAt: NOW + END + 1 });
    letPass(scene, 1);
    expect(await runReconcile(scene.world)).toMatchObject({ givenUp: 1 });
    expect(scene.item('key-1')).toMatchObject({
      status: 'NotSubmitted',
      isRefused: false,
      nextCheckAt: null,
    });
    expect(await scene.apply('key-2')).toMatchObject({ application: { status: 'Pending' } });
  });

  it('makes room for the next request, though no reconcile has passed', async () => {
    const scene = await opened(END + 1);
    expect(await scene.open('key-2', { type: 'sole_proprietor' })).toMatchObject({
      form: { unitFormId: '600002' },
    });
    expect(scene.item('key-1')).toMatchObject({ status: 'NotSubmitted' });
    expect(scene.world.rows.locks.get(rowKey(USER, 'person'))).toMatchObject({
      applicationId: formIdOf('key-2'),
    });
  });

  it('costs Unit nothing for a request of the other kind', async () => {
    const scene = await opened(END + 1);
    await scene.open('key-2', { type: 'business' });
    expect(scene.world.callsOf('unit')).toEqual(['unit.openForm', 'unit.openForm']);
    expect(scene.item('key-1')).toMatchObject({ status: 'Submitting' });
  });

  it('makes no room within the margin', async () => {
    const scene = await opened(END);
    expect(await refusal(scene.apply('key-2'))).toMatchObject({ code: 'application_exists' });
    expect(scene.world.callsOf('unit')).toEqual(['unit.openForm']);
  });

  it('INV3 makes no room when it was sent after all', async () => {
    const scene = await opened(END + 1);
    sendForm(scene.world.unit, '600001');
    expect(await refusal(scene.apply('key-2'))).toMatchObject({
      code: 'application_exists',
      details: { applicationId: formIdOf('key-1') },
    });
    expect(scene.item('key-1')).toMatchObject({ status: 'Pending', unitApplicationId: '800001' });
    expect(scene.world.unit.submissions).toEqual([]);
  });

  it('INV3 makes no room when only the form itself tells that it was sent', async () => {
    const scene = await opened(END + 1);
    sendForm(scene.world.unit, '600001');
    scene.world.ports.onboarding.findApplication = async () => null;
    expect(await refusal(scene.apply('key-2'))).toMatchObject({ code: 'application_exists' });
    expect(scene.item('key-1')).toMatchObject({ status: 'Pending', unitApplicationId: '800001' });
  });

  it('INV3 nor while what came of it cannot be read', async () => {
    const scene = await opened(END + 1);
    sendForm(scene.world.unit, '600001');
    scene.world.ports.onboarding.findApplication = async () => null;
    scene.world.ports.onboarding.readApplication = async () => null;
    expect(await runReconcile(scene.world)).toMatchObject({ givenUp: 0 });
    expect(scene.item('key-1')).toMatchObject({ status: 'Submitting' });
  });

  it('INV3 waits for the end that Unit now gives it', async () => {
    const scene = await opened(END + 1);
    const held = scene.world.unit.forms.get('600001');
    if (held === undefined) throw new Error('no form');
    const formExpiresAt = scene.world.now + HOUR;
    const form = { ...held.form, expiresAt: formExpiresAt };
    scene.world.unit.forms.set('600001', { ...held, form });
    expect(await runReconcile(scene.world)).toMatchObject({ givenUp: 0 });
    expect(scene.item('key-1')).toMatchObject({ status: 'Submitting', formExpiresAt });
  });

  it('INV3 leaves to others what they changed while the form was read', async () => {
    const scene = await opened(END + 1);
    const held = scene.world.unit.forms.get('600001');
    if (held === undefined) throw new Error('no form');
    const form = { ...held.form, expiresAt: scene.world.now };
    scene.world.unit.forms.set('600001', { ...held, form });
    scene.world.ports.mappings.noteForm = async () => false;
    expect(await runReconcile(scene.world)).toMatchObject({ givenUp: 0, failed: 0 });
  });

  it('makes no room while the form cannot be read', async () => {
    const scene = await opened(END + 1);
    scene.world.fail('unit.readForm');
    expect(await refusal(scene.apply('key-2'))).toMatchObject({ code: 'temporarily_unavailable' });
    expect(scene.item('key-1')).toMatchObject({ status: 'Submitting' });
  });

  it('makes no room while Unit cannot be asked', async () => {
    const scene = await opened(END + 1);
    scene.world.fail('unit.findApplication');
    expect(await refusal(scene.apply('key-2'))).toMatchObject({ code: 'temporarily_unavailable' });
    expect(scene.world.rows.locks.get(rowKey(USER, 'person'))).toMatchObject({
      applicationId: formIdOf('key-1'),
    });
  });

  it('is not opened again by its key: that says what became of it', async () => {
    const scene = await opened(END + 1);
    for (const _ of [1, 2]) {
      expect(await scene.open('key-1')).toMatchObject({
        isSubmitted: true,
        application: { status: 'NotSubmitted' },
      });
    }
    expect(scene.world.unit.openings).toHaveLength(1);
  });

  it('nor where Unit gives links a shorter life than a day', async () => {
    const scene = await opened();
    const held = scene.world.unit.forms.get('600001');
    if (held === undefined) throw new Error('no form');
    const form = { ...held.form, expiresAt: NOW + HOUR };
    scene.world.unit.forms.set('600001', { ...held, form });
    await scene.open('key-1');
    letPass(scene, 2 * HOUR);
    expect(await scene.open('key-1')).toMatchObject({ application: { status: 'NotSubmitted' } });
    expect(await scene.open('key-1')).toMatchObject({ application: { status: 'NotSubmitted' } });
    expect(scene.world.unit.openings).toHaveLength(1);
    expect(await scene.open('key-2')).toMatchObject({ form: { unitFormId: '600002' } });
  });

  it('INV4 and an application that still comes of it moves it', async () => {
    const scene = await opened(END + 20 * MINUTE);
    await runReconcile(scene.world);
    sendForm(scene.world.unit, '600001');
    await deliver(scene.world, applied('800001'));
    expect(scene.item('key-1')).toMatchObject({ status: 'Pending', unitApplicationId: '800001' });
    expect(await refusal(scene.apply('key-2'))).toMatchObject({ code: 'application_exists' });
  });

  it('INV3 is not given up when its end was renewed while Unit was asked', async () => {
    const scene = await opened(END + 20 * MINUTE);
    scene.world.ports.onboarding.findApplication = async () => {
      const record = scene.item('key-1');
      if (record === undefined) throw new Error('no item');
      const { now } = scene.world;
      const renewed = { unitFormId: '600001', formExpiresAt: now + DAY, leaseUntil: now, nextCheckAt: now };
      await scene.world.ports.mappings.noteForm(record, renewed);
      return null;
    };
    expect(await runReconcile(scene.world)).toMatchObject({ givenUp: 0 });
    expect(scene.item('key-1')).toMatchObject({ status: 'Submitting' });
  });

  it('whose item was deleted while Unit was asked is left alone', async () => {
    const scene = await opened(END + 20 * MINUTE);
    scene.world.ports.onboarding.findApplication = async () => {
      scene.world.rows.applications.clear();
      return null;
    };
    expect(await runReconcile(scene.world)).toMatchObject({ checked: 1, givenUp: 0, failed: 0 });
    expect(scene.world.rows.applications.size).toBe(0);
  });

  it('INV3 two requests that meet it at once: one goes on', async () => {
    const scene = await opened(END + 1);
    const outcomes = await Promise.allSettled([scene.apply('key-2'), scene.open('key-3')]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(scene.world.unit.submissions.length + scene.world.unit.openings.length).toBe(2);
  });

  it('whose opening was never answered is given up after an hour, as an application is', async () => {
    const scene = formApplicant();
    scene.world.unit.reception = 'lost';
    await scene.open('key-1');
    letPass(scene, HOUR + 1);
    expect(await runReconcile(scene.world)).toMatchObject({ givenUp: 1 });
    scene.world.unit.reception = 'created';
    expect(await scene.open('key-1')).toMatchObject({ form: { unitFormId: '600001' } });
    expect(scene.world.unit.forms.size).toBe(1);
  });
});
