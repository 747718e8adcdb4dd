import { describe, expect, it } from '@jest/globals';
import { type Applicant, applicant, letPass } from '../../support/core-apply.ts';
import { applied, deliver, runReconcile, stateOf } from '../../support/core-onboarding.ts';

/** Unit approves at once, so that every write of a settle happens. */
function approving(): Applicant {
  const scene = applicant();
  scene.world.unit.firstStatus = 'Approved';
  return scene;
}

const undisturbed = async () => {
  const scene = approving();
  await scene.apply('key-1');
  return stateOf(scene.world);
};

const crash = new Error('the container is gone');

const afterTheItem = [
  ['before the answer of Unit came', 'unit.submitApplication', 'after'],
  ['before the pointer', 'table.putPointer', 'before'],
  ['after the pointer', 'table.putPointer', 'after'],
  ['before the customer was read', 'unit.readCustomer', 'before'],
  ['after the customer was read', 'unit.readCustomer', 'after'],
  ['before the claim', 'table.putClaim', 'before'],
  ['after the claim', 'table.putClaim', 'after'],
  ['before the customer', 'table.putCustomer', 'before'],
  ['after the customer', 'table.putCustomer', 'after'],
  ['before the application', 'table.settleApplication', 'before'],
  ['after the application', 'table.settleApplication', 'after'],
] as const;

const beforeTheItem = [
  ['after the limit', 'limit.take', 'after'],
  ['before the lock', 'table.takeLock', 'before'],
  ['after the lock', 'table.takeLock', 'after'],
  ['before the item', 'table.createApplication', 'before'],
  ['after the item', 'table.createApplication', 'after'],
  ['before Unit was reached', 'unit.submitApplication', 'before'],
] as const;

async function crashed(operation: string, when: 'before' | 'after'): Promise<Applicant> {
  const scene = approving();
  scene.world.fail(operation, crash, when);
  // Once Unit has it, what could not be written down is no error; before that it is.
  await Promise.allSettled([scene.apply('key-1')]);
  return scene;
}

describe('INV4 A crash while Unit’s word is written ends in the same state', () => {
  it.each(afterTheItem)('%s, by the reconcile', async (_title, operation, when) => {
    const scene = await crashed(operation, when);
    scene.world.now += 151;
    await runReconcile(scene.world);
    expect(stateOf(scene.world)).toEqual(await undisturbed());
  });

  it.each(afterTheItem)('%s, by the webhook', async (_title, operation, when) => {
    const scene = await crashed(operation, when);
    await deliver(scene.world, applied('800001'));
    expect(stateOf(scene.world)).toEqual(await undisturbed());
  });

  it.each([...beforeTheItem, ...afterTheItem])(
    'INV3 %s, by the caller’s repeat, and Unit has one application',
    async (_title, operation, when) => {
      const scene = await crashed(operation, when);
      letPass(scene, 151);
      await scene.apply('key-1');
      expect(stateOf(scene.world)).toEqual(await undisturbed());
      expect(scene.world.unit.applications.size).toBe(1);
    },
  );

  it.each(afterTheItem)(
    '%s, and again in the reconcile, by the next one',
    async (_title, operation, when) => {
      const scene = await crashed(operation, when);
      scene.world.now += 151;
      scene.world.fail('table.putClaim', crash, 'after');
      await runReconcile(scene.world);
      scene.world.now += 61;
      await runReconcile(scene.world);
      expect(stateOf(scene.world)).toEqual(await undisturbed());
    },
  );
});

describe('INV4 A crash while a refusal is written ends in the same state', () => {
  it.each(['before', 'after'] as const)(
    '%s the item says so: once the reconcile has passed, another key may apply',
    async (when) => {
      const scene = applicant();
      scene.world.unit.reception = { outcome: 'refused', pointers: [] };
      scene.world.fail('table.settleApplication', crash, when);
      await expect(scene.apply('key-1')).rejects.toBe(crash);
      letPass(scene, 3700);
      await runReconcile(scene.world);
      expect(scene.stored('key-1')).toMatchObject({ status: 'NotSubmitted', nextCheckAt: null });
      scene.world.unit.reception = 'created';
      expect(await scene.apply('key-2')).toMatchObject({ application: { status: 'Pending' } });
      expect(scene.world.unit.applications.size).toBe(1);
    },
  );
});
