import { beforeEach, describe, expect, it } from '@jest/globals';
import { ServiceError } from '../../../functions/core/errors.ts';
import type { UnitEvent } from '../../../functions/core/onboarding/apply-events.ts';
import type { SettlePorts } from '../../../functions/core/onboarding/settle.ts';
import { createWorld, type World } from '../../support/core-fakes.ts';
import { rowKey } from '../../support/core-mappings.ts';
import { applied, event, ofCustomer } from '../../support/core-onboarding.ts';
import { type ReconcileScene, reconcileScene } from '../../support/core-reconcile.ts';
import {
  applicationRecord,
  DAY,
  HOUR,
  MINUTE,
  NOW,
  refusal,
  USER,
  unitApplication,
  unitCustomer,
} from '../../support/core-values.ts';
import * as fc from '../../support/properties.ts';

let world: World;
let scene: ReconcileScene;

beforeEach(() => {
  world = createWorld();
  scene = reconcileScene(world);
});

/** An application of ours that Unit approved, and of which no webhook told us; not due for a look of our own. */
function approve(i = 1): UnitEvent {
  const ids = { unitApplicationId: String(800_000 + i), applicationId: `APPLICATION-${i}` };
  const unitCustomerId = String(700_000 + i);
  world.rows.applications.set(
    rowKey(USER, ids.applicationId),
    applicationRecord({ ...ids, nextCheckAt: NOW + DAY }),
  );
  world.unit.applications.set(
    ids.unitApplicationId,
    unitApplication({ ...ids, status: 'Approved', unitCustomerId }),
  );
  world.unit.customers.set(
    unitCustomerId,
    unitCustomer({ unitCustomerId, unitApplicationId: ids.unitApplicationId }),
  );
  return applied(ids.unitApplicationId);
}

const happened = (at: number, one: UnitEvent): void => void scene.events.push({ event: one, at });
const windows = () =>
  scene.asked
    .filter(({ list }) => list === 'events')
    .map(({ since, until, offset }) => ({ since, until, offset }));
const cursor = () => scene.tasks.get('events');
const claimed = (): number => world.rows.claims.size;

/** As a run that came to this time leaves it. */
const readUntil = (time: number): void =>
  void scene.tasks.set('events', {
    readUntil: time,
    windowUntil: null,
    nextOffset: 0,
    leaseUntil: 0,
    dueAt: 0,
  });

describe('W8 The reconcile reads Unit’s own events in overlapping windows', () => {
  it('from ten minutes before the cursor until now', async () => {
    readUntil(NOW - MINUTE);
    await scene.run();
    expect(windows()).toEqual([{ since: NOW - 11 * MINUTE, until: NOW, offset: 0 }]);
    expect(cursor()).toMatchObject({ readUntil: NOW, windowUntil: null, nextOffset: 0, leaseUntil: 0 });
  });

  it('from a day ago in a new deployment, in windows of six hours', async () => {
    await scene.run();
    const starts = [0, 1, 2, 3, 4].map((i) => NOW - DAY - 10 * MINUTE + i * (6 * HOUR - 10 * MINUTE));
    expect(windows()).toEqual(
      starts.map((since) => ({ since, until: Math.min(NOW, since + 6 * HOUR), offset: 0 })),
    );
    expect(cursor()).toMatchObject({ readUntil: NOW });
  });

  it('INV4 from where its first run began, though Unit denied the list to it for days', async () => {
    scene.broken.set('lists.listEvents', new ServiceError('upstream_unavailable'));
    expect(await refusal(scene.run())).toMatchObject({ code: 'temporarily_unavailable' });
    happened(NOW - 30, approve());
    world.now += 3 * DAY;
    scene.broken.clear();
    scene.asked.length = 0;
    await scene.run();
    expect(windows()[0]).toMatchObject({ since: NOW - DAY - 10 * MINUTE });
    expect(world.rows.claims.get('700001')).toMatchObject({ stytchUserId: USER });
  });

  it('INV4 so that a lost word of an approval is made good', async () => {
    readUntil(NOW - MINUTE);
    happened(NOW - 30, approve());
    expect(await scene.run()).toMatchObject({ eventsApplied: 1, eventPages: 1, checked: 0 });
    expect(world.rows.claims.get('700001')).toMatchObject({ stytchUserId: USER });
  });

  it('INV4 and a lost word of an archived customer', async () => {
    readUntil(NOW - MINUTE);
    world.rows.claims.set('700001', { unitCustomerId: '700001', stytchUserId: USER });
    world.unit.customers.set('700001', unitCustomer({ status: 'Archived' }));
    // So that the sweep does not find it first.
    scene.tasks.set('archived', {
      readUntil: null,
      windowUntil: null,
      nextOffset: 0,
      leaseUntil: 0,
      dueAt: NOW + 1,
    });
    happened(NOW - 30, ofCustomer('700001'));
    await scene.run();
    expect(world.rows.customers.get(rowKey(USER, '700001'))).toMatchObject({ status: 'Archived' });
  });

  it('and what a second run meets again costs no call to Unit and no write', async () => {
    readUntil(NOW - MINUTE);
    happened(NOW - 30, approve());
    happened(NOW - 20, event({ type: 'customer.updated', unitCustomerId: '799999' }));
    await scene.run();
    const before = structuredClone(world.rows);
    world.calls.length = 0;
    world.now += MINUTE;
    expect(await scene.run()).toMatchObject({ eventsApplied: 0, eventPages: 1, unitCalls: 1 });
    expect(world.callsOf('unit')).toEqual([]);
    expect(world.rows).toEqual(before);
  });

  it('but what Unit did not have gets another chance after five minutes', async () => {
    readUntil(NOW - MINUTE);
    const early = approve();
    const customer = world.unit.applications.get('800001');
    world.unit.applications.delete('800001');
    happened(NOW - 30, early);
    await scene.run();
    expect(world.rows.events.get(early.eventId)).toMatchObject({ outcome: 'missing' });
    if (customer !== undefined) world.unit.applications.set('800001', customer);
    world.now += 5 * MINUTE - 1;
    expect(await scene.run()).toMatchObject({ eventsApplied: 0 });
    world.now += 1;
    expect(await scene.run()).toMatchObject({ eventsApplied: 1 });
    expect(claimed()).toBe(1);
  });

  const refuse = (): void =>
    world.fail(
      'unit.readApplication',
      new ServiceError('upstream_unavailable', {
        upstream: { provider: 'unit', operation: 'read_application', status: 400 },
      }),
    );

  it('INV4 and what Unit refused to tell gets another chance after five minutes', async () => {
    readUntil(NOW - MINUTE);
    const refused = approve();
    happened(NOW - 30, refused);
    refuse();
    await scene.run();
    expect(world.rows.events.get(refused.eventId)).toMatchObject({ outcome: 'failed: upstream_unavailable' });
    for (const seconds of [MINUTE, 4 * MINUTE - 1]) {
      world.now += seconds;
      expect(await scene.run()).toMatchObject({ eventsApplied: 0 });
    }
    world.now += 1;
    expect(await scene.run()).toMatchObject({ eventsApplied: 1 });
    expect(claimed()).toBe(1);
  });

  it('INV4 or at once, where no later run reads it again', async () => {
    readUntil(NOW - HOUR);
    happened(NOW - HOUR, approve());
    refuse();
    await scene.run();
    expect(claimed()).toBe(1);
    expect(cursor()).toMatchObject({ readUntil: NOW });
  });

  it('W6 but refusals hold up nothing, however many come and however far behind it is', async () => {
    readUntil(NOW - HOUR);
    world.ports.onboarding.readApplication = async () => {
      throw new ServiceError('upstream_unavailable', {
        upstream: { provider: 'unit', operation: 'read_application', status: 400 },
      });
    };
    Object.assign(scene.ports.onboarding, { readApplication: world.ports.onboarding.readApplication });
    for (let minute = 0; minute < 30; minute += 1) {
      happened(world.now - 20, approve(minute + 1));
      expect(await scene.run()).toMatchObject({ failedSteps: 0, cursorLagSeconds: 0 });
      world.now += MINUTE;
    }
  });

  it('INV4 so is one that the webhook could not finish, without a run that fails', async () => {
    readUntil(NOW - HOUR);
    const refused = approve();
    happened(NOW - HOUR, refused);
    world.rows.events.set(refused.eventId, { outcome: 'failed: upstream_unavailable', at: NOW - 10 });
    await scene.run();
    expect(claimed()).toBe(1);
    expect(cursor()).toMatchObject({ readUntil: NOW });
  });

  it('and counts what it could not read', async () => {
    readUntil(NOW - MINUTE);
    scene.unreadable = 2;
    expect(await scene.run()).toMatchObject({ eventsUnreadable: 2 });
  });
});

describe('W8 The cursor passes nothing that is not done', () => {
  const unitDown = new ServiceError('upstream_timeout');

  it('an event that cannot be finished holds it, and fails the run; those beside it are applied', async () => {
    readUntil(NOW - MINUTE);
    happened(NOW - 30, approve(1));
    happened(NOW - 20, approve(2));
    world.fail('unit.readApplication', unitDown);
    expect(await refusal(scene.run())).toMatchObject({
      code: 'temporarily_unavailable',
      details: { reason: 'backfill_events' },
    });
    expect(claimed()).toBe(1);
    expect(cursor()).toMatchObject({ readUntil: NOW - MINUTE, leaseUntil: 0 });
    expect(world.linesOf('reconcile.completed')).toMatchObject([{ failedSteps: 1, cursorLagSeconds: 60 }]);
    world.now += MINUTE;
    await scene.run();
    expect(claimed()).toBe(2);
    expect(cursor()).toMatchObject({ readUntil: NOW + MINUTE });
  });

  it('nor does a list that fails move it; its lease ends by itself', async () => {
    readUntil(NOW - MINUTE);
    scene.broken.set('lists.listEvents', unitDown);
    await refusal(scene.run());
    expect(cursor()).toMatchObject({ readUntil: NOW - MINUTE, leaseUntil: NOW + 40 });
    scene.broken.clear();
    world.now += MINUTE;
    await scene.run();
    expect(cursor()).toMatchObject({ readUntil: NOW + MINUTE, leaseUntil: 0 });
  });

  it('what comes after a held window is read and applied all the same, every time', async () => {
    readUntil(NOW - 13 * HOUR);
    happened(NOW - 12 * HOUR, approve(1));
    happened(NOW - 30, approve(2));
    world.fail('unit.readApplication', unitDown);
    await refusal(scene.run());
    expect(windows()).toHaveLength(3);
    expect(claimed()).toBe(1);
    expect(cursor()).toMatchObject({ readUntil: NOW - 13 * HOUR });
  });

  it('W6 two resources of which Unit never tells hold it for their hour each, and neither revives the other', async () => {
    readUntil(NOW - MINUTE);
    const { onboarding } = scene.ports;
    let asked = 0;
    const sick: SettlePorts['onboarding'] = {
      ...onboarding,
      async readApplication() {
        asked += 1;
        throw new ServiceError('upstream_unavailable', {
          upstream: { provider: 'unit', operation: 'read_application', status: 500 },
        });
      },
    };
    Object.assign(scene.ports, { onboarding: sick });
    const lags: (number | undefined)[] = [];
    for (let minute = 0; minute < 180; minute += 1) {
      if (minute === 0 || minute === 10) happened(world.now - 20, approve(minute + 1));
      const [run] = await Promise.allSettled([scene.run()]);
      lags.push(run.status === 'fulfilled' ? run.value['cursorLagSeconds'] : undefined);
      world.now += MINUTE;
    }
    // While one is tried the run fails, which an alarm hears.
    expect(lags.slice(0, 61)).toEqual(Array.from({ length: 61 }));
    expect(lags.slice(-100)).toEqual(Array.from({ length: 100 }, () => 0));
    expect(asked).toBeLessThan(150);
  });

  it('a window of many pages is read on by later runs, none of them longer than twenty pages', async () => {
    readUntil(NOW - MINUTE);
    scene.pageSize = 1;
    for (let i = 1; i <= 30; i += 1) happened(NOW - 40 + i, approve(i));
    expect(await scene.run()).toMatchObject({ eventPages: 20, eventsApplied: 20 });
    expect(cursor()).toMatchObject({ readUntil: NOW - MINUTE, windowUntil: NOW, nextOffset: 20 });
    world.now += MINUTE;
    // Ten that were left, one beyond the window, and no more than the twenty pages in all.
    happened(NOW + 30, approve(31));
    expect(await scene.run()).toMatchObject({ eventPages: 20, eventsApplied: 11 });
    expect(claimed()).toBe(31);
    for (let runs = 0; runs < 2; runs += 1) await scene.run();
    expect(cursor()).toMatchObject({ readUntil: world.now, nextOffset: 0 });
  });

  it('a run that is out of calls goes on in the next, and that is no failure', async () => {
    readUntil(NOW - HOUR);
    for (let i = 1; i <= 90; i += 1) happened(NOW - 30, approve(i));
    const first = await scene.run();
    expect(first).toMatchObject({ failedSteps: 0, cursorLagSeconds: 3600 });
    expect(first['unitCalls']).toBeLessThanOrEqual(150);
    expect(claimed()).toBeGreaterThan(50);
    expect(claimed()).toBeLessThan(90);
    world.now += MINUTE;
    expect(await scene.run()).toMatchObject({ cursorLagSeconds: 0 });
    expect(claimed()).toBe(90);
  });

  it('INV4 whatever fails, how often, and however many pages: in the end every event is applied', async () => {
    const failure = fc.record({
      run: fc.nat(5),
      call: fc.constantFrom(
        'unit.readApplication',
        'unit.readCustomer',
        'table.readEvent',
        'table.settleApplication',
        'table.recordEvent',
      ),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 20 * HOUR }), { minLength: 1, maxLength: 25 }),
        fc.integer({ min: 1, max: 7 }),
        fc.array(failure, { maxLength: 6 }),
        async (ages, pageSize, failures) => {
          world = createWorld();
          scene = reconcileScene(world);
          scene.pageSize = pageSize;
          ages.forEach((age, i) => happened(NOW - age, approve(i + 1)));
          for (let run = 0; run < 6; run += 1) {
            for (const { call } of failures.filter((one) => one.run === run)) world.fail(call, unitDown);
            await Promise.allSettled([scene.run()]);
            world.now += MINUTE;
          }
          await scene.run();
          expect(claimed()).toBe(ages.length);
          expect(cursor()).toMatchObject({ readUntil: world.now });
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('Of overlapping runs one reads events at a time', () => {
  it('the other finds the lease and does its other work', async () => {
    readUntil(NOW - MINUTE);
    happened(NOW - 30, approve());
    const [one, two] = await Promise.all([scene.run(), scene.run()]);
    expect(windows()).toHaveLength(1);
    expect([one, two].map((summary) => summary['eventsApplied'])).toEqual(expect.arrayContaining([0, 1]));
    expect(world.callsOf('unit.readApplication')).toHaveLength(1);
  });

  it('a run that died leaves a lease that is over before the next run', async () => {
    readUntil(NOW - MINUTE);
    await scene.ports.tasks.take('events', NOW, NOW + 40);
    world.now = NOW + 30;
    await scene.run();
    expect(windows()).toEqual([]);
    world.now = NOW + MINUTE;
    await scene.run();
    expect(windows()).toHaveLength(1);
  });

  it('a run whose lease has passed to another stops, and moves nothing', async () => {
    readUntil(NOW - 12 * HOUR);
    const { listEvents } = scene.ports.lists;
    let isFirst = true;
    const lists = {
      ...scene.ports.lists,
      listEvents: async (...asked: Parameters<typeof listEvents>) => {
        if (isFirst) {
          isFirst = false;
          world.now += 41;
          await scene.run();
        }
        return listEvents(...asked);
      },
    };
    const slow = reconcileScene(world);
    Object.assign(slow.ports, { tasks: scene.ports.tasks, lists });
    await slow.run();
    expect(windows()).toHaveLength(4);
    expect(cursor()).toMatchObject({ readUntil: NOW + 41, leaseUntil: 0 });
  });
});
