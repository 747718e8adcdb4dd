import { describe, expect, it } from '@jest/globals';
import { applicant, idOf, letPass } from '../../support/core-apply.ts';
import { runReconcile } from '../../support/core-onboarding.ts';

/** The next write of the item takes so long that the container wakes in another time. */
function sleepWhileCreating(scene: ReturnType<typeof applicant>, seconds: number): void {
  const { mappings } = scene.world.ports;
  const { createApplication } = mappings;
  mappings.createApplication = async (record) => {
    mappings.createApplication = createApplication;
    const isCreated = await createApplication(record);
    letPass(scene, seconds);
    return isCreated;
  };
}

describe('INV3 A request that wakes late', () => {
  it('sends while the lease outlasts the slowest answer of Unit', async () => {
    const scene = applicant();
    sleepWhileCreating(scene, 29);
    expect(await scene.apply('key-1')).toMatchObject({ isSubmitted: true });
  });

  it('sends nothing once it does not: the outcome is unknown, and the reconcile ends it', async () => {
    const scene = applicant();
    sleepWhileCreating(scene, 31);
    expect(await scene.apply('key-1')).toMatchObject({
      isSubmitted: false,
      application: { applicationId: idOf('key-1'), status: 'Submitting' },
    });
    expect(scene.world.unit.submissions).toEqual([]);
    letPass(scene, 3700);
    await runReconcile(scene.world);
    expect(scene.stored('key-1')).toMatchObject({ status: 'NotSubmitted' });
  });
});
