import { beforeEach, describe, expect, it } from '@jest/globals';
import { createWorld, storeDown, type World } from '../../support/core-fakes.ts';
import { rowKey } from '../../support/core-mappings.ts';
import { type ReconcileScene, reconcileScene } from '../../support/core-reconcile.ts';
import {
  customerRecord,
  DAY,
  MINUTE,
  NOW,
  refusal,
  STRANGER,
  USER,
  unitCustomer,
} from '../../support/core-values.ts';

let world: World;
let scene: ReconcileScene;

beforeEach(() => {
  world = createWorld();
  scene = reconcileScene(world);
});

/** A customer of ours of whose end at Unit we never heard. */
function archived(i = 1, changes: Parameters<typeof unitCustomer>[0] = {}): string {
  const unitCustomerId = String(700_000 + i);
  world.unit.customers.set(unitCustomerId, unitCustomer({ unitCustomerId, status: 'Archived', ...changes }));
  world.rows.claims.set(unitCustomerId, { unitCustomerId, stytchUserId: USER });
  world.rows.customers.set(rowKey(USER, unitCustomerId), customerRecord({ unitCustomerId }));
  return unitCustomerId;
}

const statuses = () => [...world.rows.customers.values()].map(({ status }) => status);
const sweeps = () => scene.asked.filter(({ list }) => list === 'customers').map(({ offset }) => offset);

describe('INV4 Once a day the reconcile looks for archived customers', () => {
  it('and writes down those of ours that we took for active', async () => {
    archived(1);
    archived(2);
    expect(await scene.run()).toMatchObject({ customersSwept: 2, customersArchived: 2 });
    expect(statuses()).toEqual(['Archived', 'Archived']);
  });

  it('also one that we had not written down at all', async () => {
    const id = archived();
    world.rows.customers.clear();
    expect(await scene.run()).toMatchObject({ customersArchived: 1 });
    expect(world.rows.customers.get(rowKey(USER, id))).toMatchObject({ status: 'Archived' });
  });

  it('also one whose subject at Unit is no longer our user', async () => {
    archived(1, { jwtSubjects: [STRANGER] });
    await scene.run();
    expect(statuses()).toEqual(['Archived']);
  });

  it('not again before a day is over', async () => {
    archived();
    await scene.run();
    world.now += DAY - 1;
    archived(2);
    expect(await scene.run()).toMatchObject({ customersSwept: 0 });
    world.now += 1;
    expect(await scene.run()).toMatchObject({ customersSwept: 2, customersArchived: 1 });
    expect(sweeps()).toEqual([0, 0]);
  });

  it('INV2 and touches nobody whom it should not: unclaimed, known, or shown although active', async () => {
    const known = archived(1);
    world.rows.customers.set(
      rowKey(USER, known),
      customerRecord({ unitCustomerId: known, status: 'Archived' }),
    );
    const active = archived(2);
    world.unit.customers.set(active, unitCustomer({ unitCustomerId: active }));
    const foreign = archived(3);
    world.rows.claims.delete(foreign);
    world.rows.customers.delete(rowKey(USER, foreign));
    const before = structuredClone(world.rows);
    expect(await scene.run()).toMatchObject({ customersSwept: 3, customersArchived: 0 });
    expect(world.rows).toEqual(before);
    expect(world.callsOf('table.putCustomer')).toEqual([]);
  });

  it('eight pages a run, and the next run goes on', async () => {
    scene.pageSize = 1;
    for (let i = 1; i <= 10; i += 1) archived(i);
    expect(await scene.run()).toMatchObject({ customersArchived: 8 });
    world.now += MINUTE;
    expect(await scene.run()).toMatchObject({ customersArchived: 2 });
    expect(sweeps()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(scene.tasks.get('archived')).toMatchObject({ nextOffset: 0, dueAt: NOW + MINUTE + DAY });
  });

  it('and counts what it could not read', async () => {
    scene.unreadable = 3;
    expect(await scene.run()).toMatchObject({ customersUnreadable: 3 });
  });
});

describe('INV4 A sweep that does not come to its end goes on from where it came to', () => {
  const failingFrom = (failing: number): void => {
    const { listArchivedCustomers } = scene.ports.lists;
    scene.ports.lists.listArchivedCustomers = async (offset, within) => {
      if (offset >= failing) throw storeDown();
      return listArchivedCustomers(offset, within);
    };
  };

  it('when a later page fails', async () => {
    scene.pageSize = 1;
    for (const i of [1, 2, 3]) archived(i);
    failingFrom(2);
    expect(await refusal(scene.run())).toMatchObject({ details: { reason: 'sweep_archived' } });
    expect(scene.tasks.get('archived')).toMatchObject({ nextOffset: 2, leaseUntil: 0, dueAt: NOW });
  });

  it('when its run dies: each page is noted before the next is asked for', async () => {
    scene.pageSize = 1;
    for (const i of [1, 2]) archived(i);
    const seen: (number | undefined)[] = [];
    const { listArchivedCustomers } = scene.ports.lists;
    scene.ports.lists.listArchivedCustomers = async (offset, within) => {
      seen.push(scene.tasks.get('archived')?.nextOffset);
      return listArchivedCustomers(offset, within);
    };
    await scene.run();
    expect(seen).toEqual([0, 1]);
  });

  it('and a run whose lease has passed to another asks for no more', async () => {
    scene.pageSize = 1;
    for (const i of [1, 2]) archived(i);
    scene.ports.tasks.note = async (name) => name !== 'archived';
    expect(await scene.run()).toMatchObject({ customersSwept: 1 });
    expect(sweeps()).toEqual([0]);
  });
});

describe('A customer that cannot be written down fails the run', () => {
  it('and its page is read again when the store was down', async () => {
    archived(1);
    archived(2);
    world.fail('table.putCustomer', storeDown());
    expect(await refusal(scene.run())).toMatchObject({ details: { reason: 'sweep_archived' } });
    expect(statuses().toSorted()).toEqual(['Active', 'Archived']);
    world.now += MINUTE;
    expect(await scene.run()).toMatchObject({ customersArchived: 1 });
    expect(statuses()).toEqual(['Archived', 'Archived']);
  });

  it('but does not hold up the others when the fault is its own', async () => {
    scene.pageSize = 1;
    archived(1);
    archived(2);
    world.fail('table.readClaim', new TypeError('unreadable'));
    await refusal(scene.run());
    expect(statuses()).toEqual(['Active', 'Archived']);
    expect(scene.tasks.get('archived')).toMatchObject({ nextOffset: 0, dueAt: NOW + DAY });
  });

  it('and when Unit does not answer, the next run tries again', async () => {
    archived();
    scene.broken.set('lists.listArchivedCustomers', storeDown());
    await refusal(scene.run());
    scene.broken.clear();
    world.now += MINUTE;
    expect(await scene.run()).toMatchObject({ customersArchived: 1 });
  });
});
