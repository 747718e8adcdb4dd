import { describe, expect, it } from '@jest/globals';
import type { UnitEvent } from '../../../functions/core/onboarding/apply-events.ts';
import { type Applicant, applicant, idOf, letPass } from '../../support/core-apply.ts';
import { applied, deliver, ofCustomer, runReconcile, stateOf } from '../../support/core-onboarding.ts';
import { decide } from '../../support/core-unit.ts';
import { USER } from '../../support/core-values.ts';
import * as fc from '../../support/properties.ts';

/** What Unit does to the one application, in its own order; each step sends an event. */
const history = [
  ({ world }: Applicant) => void decide(world.unit, '800001', 'AwaitingDocuments'),
  ({ world }: Applicant) => void decide(world.unit, '800001', 'PendingReview'),
  ({ world }: Applicant) => void decide(world.unit, '800001', 'Approved'),
  ({ world }: Applicant) => {
    const customer = world.unit.customers.get('700001');
    if (customer !== undefined) world.unit.customers.set('700001', { ...customer, status: 'Archived' });
  },
] as const;

const eventsOf = (): readonly UnitEvent[] => [
  applied('800001'),
  applied('800001'),
  applied('800001'),
  ofCustomer('700001'),
  ofCustomer('700001'),
];

const settled = {
  applications: [
    {
      applicationId: idOf('key-1'),
      status: 'Approved',
      unitApplicationId: '800001',
      unitCustomerId: '700001',
      unitUpdatedAt: '2027-01-15T08:00:04.000Z',
      isSettled: true,
    },
  ],
  locks: [{ name: 'person', applicationId: idOf('key-1') }],
  pointers: [{ unitApplicationId: '800001', stytchUserId: USER, applicationId: idOf('key-1') }],
  claims: [{ unitCustomerId: '700001', stytchUserId: USER }],
  customers: [{ unitCustomerId: '700001', type: 'individual', status: 'Archived' }],
};

/** Runs the reconcile as its schedule does, until nothing is due. */
async function reconcileForHours(scene: Applicant): Promise<void> {
  for (let runs = 0; runs < 12; runs += 1) {
    scene.world.now += 901;
    await runReconcile(scene.world);
  }
}

describe('INV4 Events may be lost, repeated, late or in any order', () => {
  const anyDelivery = fc
    .shuffledSubarray([0, 1, 2, 3, 4], { minLength: 0 })
    .chain((order) =>
      fc.tuple(fc.constant(order), fc.array(fc.constantFrom(0, 1, 2, 3, 4), { maxLength: 4 })),
    );

  it('any order of all of them, repeated at will, ends in the same state', async () => {
    const anyOrder = fc.tuple(
      fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 }),
      fc.array(fc.nat(4), { maxLength: 5 }),
    );
    await fc.assert(
      fc.asyncProperty(anyOrder, fc.boolean(), async ([order, repeats], isOneBatch) => {
        const scene = applicant();
        await scene.apply('key-1');
        for (const step of history) step(scene);
        const all = eventsOf();
        const batch = [...order, ...repeats].flatMap((i) => all[i] ?? []);
        if (isOneBatch) await deliver(scene.world, ...batch);
        else for (const one of batch) await deliver(scene.world, one);
        expect(stateOf(scene.world)).toEqual(settled);
      }),
      { numRuns: 60 },
    );
  });

  it('whatever is delivered while Unit goes on, the reconcile ends in the same state', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyDelivery,
        fc.array(fc.nat(4), { minLength: 4, maxLength: 4 }),
        fc.boolean(),
        async ([order, repeats], pace, isAnswerLost) => {
          const scene = applicant();
          scene.world.unit.reception = isAnswerLost ? 'lost' : 'created';
          await scene.apply('key-1');
          const all = eventsOf();
          const queue = [...order, ...repeats].flatMap((i) => all[i] ?? []);
          for (const [i, step] of history.entries()) {
            step(scene);
            await deliver(scene.world, ...queue.splice(0, pace[i]));
          }
          await deliver(scene.world, ...queue);
          await reconcileForHours(scene);
          // Without any word about the customer, its archiving is the daily sweep's to find.
          const known = { ...stateOf(scene.world), customers: settled.customers };
          expect(known).toEqual(settled);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('reads that overtake each other never bring an older word back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (s) => {
        let isRacing = false;
        const turn = async (operation: string): Promise<void> => {
          if (isRacing) await s.schedule(Promise.resolve(), operation);
        };
        const scene = applicant({}, { turn, isTicking: true });
        await scene.apply('key-1');
        isRacing = true;
        const deliveries = eventsOf().map((one) => deliver(scene.world, one));
        const unit = s.scheduleSequence(
          history.map((step, i) => ({ label: `unit ${i}`, builder: async () => step(scene) })),
        );
        await s.waitFor(Promise.all([...deliveries, unit.task]));
        isRacing = false;
        await deliver(scene.world, applied('800001'), ofCustomer('700001'));
        await reconcileForHours(scene);
        expect(stateOf(scene.world)).toEqual(settled);
      }),
      { numRuns: 100 },
    );
  });

  it.each(['Denied', 'Canceled'] as const)(
    'a late word about a %s application frees the lock once',
    async (status) => {
      const scene = applicant();
      await scene.apply('key-1');
      decide(scene.world.unit, '800001', status);
      const late = applied('800001');
      await deliver(scene.world, applied('800001'));
      expect(await scene.apply('key-2')).toMatchObject({ application: { status: 'Pending' } });
      await deliver(scene.world, late);
      expect([...scene.world.rows.locks.values()]).toMatchObject([{ applicationId: idOf('key-2') }]);
    },
  );
});

describe('INV3 Requests that race send one application', () => {
  const keys = fc.array(fc.constantFrom('key-1', 'key-2', 'key-3'), { minLength: 2, maxLength: 5 });

  /** Runs all requests at once, with every call of every one in an order that the scheduler chooses. */
  async function race(
    s: fc.Scheduler,
    requests: readonly string[],
    setUp?: (scene: Applicant) => Promise<void>,
    beside?: (scene: Applicant) => Promise<unknown>,
  ) {
    let isRacing = false;
    const turn = async (operation: string): Promise<void> => {
      if (isRacing) await s.schedule(Promise.resolve(), operation);
    };
    const scene = applicant({}, { turn, isTicking: true });
    await setUp?.(scene);
    isRacing = true;
    const applying = requests.map((key) => scene.apply(key));
    const outcomes = await s.waitFor(Promise.allSettled([...applying, beside?.(scene)]));
    isRacing = false;
    return { scene, outcomes };
  }

  it('whatever their keys: one application at Unit, one holder of the lock', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), keys, async (s, requests) => {
        const { scene, outcomes } = await race(s, requests);
        expect(scene.world.unit.submissions).toHaveLength(1);
        const [winner] = scene.world.unit.submissions;
        expect([...scene.world.rows.locks.values()]).toMatchObject([
          { applicationId: winner?.applicationId },
        ]);
        const refused = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
        for (const reason of refused) expect(reason).toMatchObject({ code: 'application_exists' });
        expect(scene.world.rows.applications.size).toBe(1);
      }),
      { numRuns: 150 },
    );
  });

  it('after a crash that left an orphaned lock: one application at Unit', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), keys, async (s, requests) => {
        const { scene } = await race(s, requests, async (crashed) => {
          crashed.world.fail('table.createApplication');
          await crashed.apply('key-0').catch(() => undefined);
          letPass(crashed, 151);
        });
        expect(scene.world.unit.submissions).toHaveLength(1);
        expect(scene.world.rows.locks.size).toBe(1);
      }),
      { numRuns: 100 },
    );
  });

  it('after an answer that was lost: repeats, other keys and the reconcile leave one application', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), keys, fc.boolean(), async (s, requests, isAtUnit) => {
        const { scene } = await race(s, requests, async (lost) => {
          lost.world.unit.reception = isAtUnit ? 'lost' : 'unreached';
          await lost.apply('key-1');
          lost.world.unit.reception = 'created';
          letPass(lost, 151);
        });
        const created = [...scene.world.unit.applications.values()];
        expect(created.length).toBeLessThanOrEqual(1);
        letPass(scene, 4000);
        await runReconcile(scene.world);
        const open = [...scene.world.rows.applications.values()].filter(
          ({ status }) => status !== 'NotSubmitted',
        );
        expect(open.map(({ unitApplicationId }) => unitApplicationId)).toEqual(
          created.map(({ unitApplicationId }) => unitApplicationId),
        );
      }),
      { numRuns: 100 },
    );
  });

  it('after a refusal: the same key and other keys at once send one application', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), keys, async (s, requests) => {
        const { scene } = await race(s, requests, async (refused) => {
          refused.world.unit.reception = { outcome: 'refused', pointers: [] };
          await refused.apply('key-1').catch(() => undefined);
          refused.world.unit.reception = 'created';
        });
        expect(scene.world.unit.applications.size).toBeLessThanOrEqual(1);
      }),
      { numRuns: 200 },
    );
  });

  it('a refused key that comes back, and another key between its lock and its lease: one application', async () => {
    const { world, apply } = applicant();
    world.unit.reception = { outcome: 'refused', pointers: [] };
    await apply('key-1').catch(() => undefined);
    world.unit.reception = 'created';
    const { renewLease } = world.ports.mappings;
    world.ports.mappings.renewLease = async (...args) => {
      await apply('key-2').catch(() => undefined);
      return renewLease(...args);
    };
    await Promise.allSettled([apply('key-1')]);
    expect(world.unit.applications.size).toBe(1);
  });

  it('when the reconcile gives up meanwhile: still one application', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), keys, async (s, requests) => {
        const { scene } = await race(
          s,
          requests,
          async (lost) => {
            lost.world.unit.reception = 'unreached';
            await lost.apply('key-1');
            lost.world.unit.reception = 'created';
            letPass(lost, 4000);
          },
          (lost) => runReconcile(lost.world),
        );
        expect(scene.world.unit.applications.size).toBeLessThanOrEqual(1);
      }),
      { numRuns: 200 },
    );
  });
});
