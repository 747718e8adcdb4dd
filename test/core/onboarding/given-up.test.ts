import { describe, expect, it } from '@jest/globals';
import { LEASE_SECONDS } from '../../../functions/core/onboarding/lock.ts';
import { type Applicant, applicant, idOf, letPass } from '../../support/core-apply.ts';
import { rowKey } from '../../support/core-mappings.ts';
import { applied, deliver, runReconcile } from '../../support/core-onboarding.ts';
import { decide } from '../../support/core-unit.ts';
import { HOUR, refusal, USER, unitApplication } from '../../support/core-values.ts';

/** Application A, whose outcome nobody knew, and which the reconcile has given up. */
async function givenUp(): Promise<Applicant> {
  const scene = applicant();
  scene.world.unit.reception = 'unreached';
  await scene.apply('key-A');
  letPass(scene, 2 * HOUR);
  expect(await runReconcile(scene.world)).toMatchObject({ givenUp: 1 });
  scene.world.unit.reception = 'created';
  return scene;
}

const denyB = async ({ world }: Applicant): Promise<void> => {
  decide(world.unit, '800001', 'Denied');
  await deliver(world, applied('800001'));
};

const reviveA = async ({ world }: Applicant): Promise<void> => {
  world.unit.applications.set(
    '800002',
    unitApplication({ unitApplicationId: '800002', applicationId: idOf('key-A') }),
  );
  await deliver(world, applied('800002'));
};

const lockHolder = ({ world }: Applicant) => world.rows.locks.get(rowKey(USER, 'person'))?.applicationId;

describe('INV3 An application that lives after it was given up stands in the way of every other', () => {
  it('takes the lock over from one that is over by then', async () => {
    const scene = await givenUp();
    expect(await scene.apply('key-B')).toMatchObject({ application: { status: 'Pending' } });
    expect(lockHolder(scene)).toBe(idOf('key-B'));
    await denyB(scene);
    await reviveA(scene);
    expect(scene.stored('key-A')).toMatchObject({ status: 'Pending', unitApplicationId: '800002' });
    expect(lockHolder(scene)).toBe(idOf('key-A'));
    expect(scene.world.linesOf('application.second_open')).toEqual([]);

    expect(await refusal(scene.apply('key-C'))).toMatchObject({
      code: 'application_exists',
      details: { applicationId: idOf('key-A') },
    });
    expect(scene.world.unit.submissions).toHaveLength(2);
  });

  it('also where it could not take it, once the one that has it is over', async () => {
    const scene = await givenUp();
    await scene.apply('key-B');
    await reviveA(scene);
    expect(scene.world.linesOf('application.second_open')).toMatchObject([{ applicationId: idOf('key-A') }]);
    await denyB(scene);
    expect(lockHolder(scene)).toBe(idOf('key-B'));
    expect(await refusal(scene.apply('key-C'))).toMatchObject({
      code: 'application_exists',
      details: { applicationId: idOf('key-A') },
    });
    expect(scene.world.unit.submissions).toHaveLength(2);
  });
});

describe('INV3 Sent again after an unknown outcome, a refusal concludes nothing', () => {
  const refused = { outcome: 'refused', pointers: [] } as const;

  it('after it was given up', async () => {
    const scene = await givenUp();
    expect(scene.stored('key-A')).toMatchObject({ status: 'NotSubmitted', isRefused: false });
    scene.world.unit.reception = refused;
    expect(await scene.apply('key-A')).toMatchObject({ isSubmitted: false });
    expect(scene.stored('key-A')).toMatchObject({ status: 'Submitting', isRefused: false });
    expect(await refusal(scene.apply('key-B'))).toMatchObject({ code: 'application_exists' });
    expect(scene.world.linesOf('application.submitted')).toMatchObject([
      { isFirstAttempt: true },
      { isFirstAttempt: false, outcome: 'refused' },
    ]);
  });

  it('while a refusal of the first attempt does, and so does the next one after it', async () => {
    const scene = applicant();
    scene.world.unit.reception = refused;
    await refusal(scene.apply('key-A'));
    expect(scene.stored('key-A')).toMatchObject({ status: 'NotSubmitted', isRefused: true });
    expect(await refusal(scene.apply('key-A'))).toMatchObject({ code: 'application_refused' });
    expect(scene.stored('key-A')).toMatchObject({ status: 'NotSubmitted', isRefused: true });
  });

  // apply.ts passes `record.isRefused` also for a `Submitting` item, and `renewLease` leaves the flag as it was.
  it('nor when a refusal came before the unknown outcome', async () => {
    const scene = applicant();
    scene.world.unit.reception = refused;
    await refusal(scene.apply('key-A'));
    scene.world.unit.reception = 'unreached';
    expect(await scene.apply('key-A')).toMatchObject({ isSubmitted: false });
    letPass(scene, LEASE_SECONDS);
    scene.world.unit.reception = refused;
    expect(await scene.apply('key-A')).toMatchObject({ isSubmitted: false });
    expect(scene.stored('key-A')).toMatchObject({ status: 'Submitting' });
  });
});
