import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ServiceError } from '../../../functions/core/errors.ts';
import { type CallBudget, limitCalls, MOST_UNIT_CALLS } from '../../../functions/core/reconcile/budget.ts';
import { reconcile } from '../../../functions/core/reconcile/reconcile.ts';
import { createWorld, storeDown, type World } from '../../support/core-fakes.ts';
import { rowKey } from '../../support/core-mappings.ts';
import { type ReconcileScene, reconcileScene } from '../../support/core-reconcile.ts';
import { applicationRecord, NOW, refusal, signal, USER, unitApplication } from '../../support/core-values.ts';

let world: World;
let scene: ReconcileScene;

beforeEach(() => {
  world = createWorld();
  scene = reconcileScene(world);
});

const done = () => world.linesOf('reconcile.completed').at(-1);

/** Applications of which Unit has one and the same to say. */
function dueApplications(count: number): void {
  for (let i = 1; i <= count; i += 1) {
    const ids = { applicationId: `APPLICATION-${i}`, unitApplicationId: String(800_000 + i) };
    world.rows.applications.set(
      rowKey(USER, ids.applicationId),
      applicationRecord({ ...ids, nextCheckAt: NOW - 5 }),
    );
    world.unit.applications.set(ids.unitApplicationId, unitApplication({ ...ids, status: 'PendingReview' }));
  }
}

describe('A run of the reconcile', () => {
  it('works the unsettled index first, then events, the webhook and the sweep', async () => {
    dueApplications(1);
    await scene.run();
    expect(world.calls[0]).toBe('table.unsettled');
    expect([...new Set(scene.asked.map(({ list }) => list))]).toEqual(['events', 'webhooks', 'customers']);
  });

  it('says in numbers what it did and how far behind things are', async () => {
    dueApplications(1);
    const summary = await scene.run();
    expect(summary).toEqual({
      due: 1,
      checked: 1,
      settled: 1,
      givenUp: 0,
      failed: 0,
      oldestDueSeconds: 5,
      eventPages: 5,
      eventsApplied: 0,
      eventsUnreadable: 0,
      webhookFindings: 0,
      customersSwept: 0,
      customersArchived: 0,
      customersUnreadable: 0,
      cursorLagSeconds: 0,
      unitCalls: 8,
      failedSteps: 0,
    });
    expect(done()).toEqual(summary);
  });

  it.each([
    ['settle_due', () => world.fail('table.unsettled')],
    ['backfill_events', () => void scene.broken.set('lists.listEvents', storeDown())],
    ['check_webhooks', () => void scene.broken.set('lists.listWebhooks', storeDown())],
    ['sweep_archived', () => void scene.broken.set('lists.listArchivedCustomers', storeDown())],
  ])('goes on after %s has failed, and fails in the end', async (step, arrange) => {
    dueApplications(1);
    arrange();
    expect(await refusal(scene.run())).toMatchObject({
      code: 'temporarily_unavailable',
      details: { reason: step },
    });
    expect(world.linesOf('reconcile.step_failed')).toMatchObject([
      { step, errorCode: 'temporarily_unavailable' },
    ]);
    const numbers = ['checked', 'eventPages', 'webhookFindings', 'customersSwept'];
    expect(numbers.filter((name) => done()?.[name] !== undefined)).toHaveLength(3);
    expect(done()).toMatchObject({ failedSteps: 1 });
  });

  it('names all that failed, with where the vendor failed, and nothing of what it said', async () => {
    const unit = new ServiceError('upstream_unavailable', {
      upstream: { provider: 'unit', operation: 'list_events', status: 503, vendorRequestId: 'support-1' },
      cause: new Error('123-45-6789'),
    });
    scene.broken.set('lists.listEvents', unit);
    scene.broken.set('lists.listWebhooks', storeDown());
    const error = await refusal(scene.run());
    expect(error.details).toEqual({ reason: 'backfill_events check_webhooks' });
    expect(world.linesOf('reconcile.step_failed')[0]).toEqual({
      step: 'backfill_events',
      errorCode: 'upstream_unavailable',
      reason: null,
      provider: 'unit',
      operation: 'list_events',
      vendorStatus: 503,
      vendorRequestId: 'support-1',
    });
    expect(JSON.stringify(world.logged)).not.toContain('123-45-6789');
  });

  it.each([
    ['an error', new TypeError('nobody expected this'), 'TypeError'],
    ['anything', 'at all', 'unknown'],
  ])('throws %s that nobody expected as it is', async (_title, error, name) => {
    scene.broken.set('tasks.take', error);
    await expect(scene.run()).rejects.toBe(error);
    expect(world.linesOf('reconcile.step_failed')).toEqual(
      ['backfill_events', 'check_webhooks', 'sweep_archived'].map((step) => ({ step, error: name })),
    );
    expect(done()).toMatchObject({ checked: 0, failedSteps: 3 });
  });

  it('tells the lag of the cursor when the backfill fails, unless the store is down', async () => {
    scene.broken.set('lists.listEvents', storeDown());
    await refusal(scene.run());
    expect(done()).toMatchObject({ cursorLagSeconds: 86_400 });
    scene.broken.set('tasks.read', storeDown());
    world.now += 60;
    await refusal(scene.run());
    expect(done()).not.toHaveProperty('cursorLagSeconds');
  });

  it('INV6 gives each step its time, so that one that hangs leaves time to the others', async () => {
    jest.useFakeTimers();
    dueApplications(1);
    world.ports.onboarding.readApplication = (_id, within) =>
      new Promise((_, reject) =>
        within.addEventListener('abort', () => reject(new ServiceError('upstream_timeout'))),
      );
    const running = scene.run();
    await jest.advanceTimersByTimeAsync(20_000);
    jest.useRealTimers();
    expect(await running).toMatchObject({ failed: 1, eventPages: 5, customersSwept: 0, failedSteps: 0 });
  });

  it('INV6 ends with its own deadline', async () => {
    const over = new AbortController();
    const seen: boolean[] = [];
    over.abort();
    scene.ports.lists.listEvents = async (_window, _offset, within) => {
      seen.push(within.aborted);
      return { items: [], unreadable: 0, nextOffset: null };
    };
    await reconcile(scene.ports, over.signal);
    expect(seen).toEqual([true, true, true, true, true]);
  });
});

describe('A run asks Unit no more than 150 times', () => {
  it('whatever is due, and what is left over waits its turn', async () => {
    dueApplications(300);
    const summary = await scene.run();
    expect(summary).toMatchObject({ failed: 0, failedSteps: 0, eventPages: 5 });
    expect(summary['checked']).toBeGreaterThan(80);
    expect(summary['settled']).toBe(summary['checked']);
    expect(summary['unitCalls']).toBeLessThanOrEqual(MOST_UNIT_CALLS);
    expect(world.callsOf('unit').length + scene.asked.length).toBe(summary['unitCalls']);
  });

  it('nor when Unit fails, where a call that failed counts for the three that were sent', async () => {
    dueApplications(300);
    world.ports.onboarding.readApplication = async () => {
      throw new ServiceError('upstream_timeout');
    };
    await scene.run();
    expect(world.callsOf('unit').length).toBeLessThanOrEqual(34);
    expect(done()).toMatchObject({ eventPages: 5, failedSteps: 0 });
  });

  it('and a step leaves to later ones what is theirs', async () => {
    const budget: CallBudget = { left: 10 };
    const step = limitCalls(scene.ports, budget, 4);
    for (let i = 0; i < 4; i += 1) await step.onboarding.findApplication('APPLICATION-1', signal);
    expect(budget.left).toBe(6);
    expect(step.calls.isSpent()).toBe(true);
    expect(await refusal(step.onboarding.readCustomer('700001', signal))).toMatchObject({
      code: 'temporarily_unavailable',
      details: { reason: 'call_budget' },
    });
    expect(limitCalls(scene.ports, budget, 0).calls.isSpent()).toBe(false);
  });
});
