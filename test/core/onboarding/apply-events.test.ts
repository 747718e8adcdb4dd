import { describe, expect, it } from '@jest/globals';
import { ServiceError } from '../../../functions/core/errors.ts';
import { createWorld, storeDown, type World } from '../../support/core-fakes.ts';
import { rowKey } from '../../support/core-mappings.ts';
import { applied, deliver, event, ofCustomer } from '../../support/core-onboarding.ts';
import {
  applicationRecord,
  NOW,
  refusal,
  STRANGER,
  USER,
  unitApplication,
  unitCustomer,
} from '../../support/core-values.ts';

/** Two users' applications at Unit, both ours and both approved since we last looked. */
function approved(): World {
  const world = createWorld();
  for (const [i, owner] of [USER, STRANGER].entries()) {
    const [unitApplicationId, unitCustomerId] = [`80000${i + 1}`, `70000${i + 1}`];
    const applicationId = `APPLICATION-${i + 1}`;
    const ids = { stytchUserId: owner, applicationId, unitApplicationId };
    world.rows.applications.set(rowKey(owner, applicationId), applicationRecord(ids));
    const atUnit = { unitApplicationId, applicationId, jwtSubject: owner, unitCustomerId };
    world.unit.applications.set(unitApplicationId, unitApplication({ ...atUnit, status: 'Approved' }));
    world.unit.customers.set(
      unitCustomerId,
      unitCustomer({ unitCustomerId, unitApplicationId, jwtSubjects: [owner] }),
    );
  }
  return world;
}

const outcomes = ({ rows }: World): readonly string[] =>
  [...rows.events.values()].map(({ outcome }) => outcome);
const statuses = ({ rows }: World): readonly string[] =>
  [...rows.applications.values()].map(({ status }) => status);

describe('INV4, W6 An event only names a resource, which is read again and settled', () => {
  it('an application', async () => {
    const world = approved();
    await deliver(world, applied('800001'));
    expect(statuses(world)).toEqual(['Approved', 'Pending']);
    expect(world.rows.claims.get('700001')).toMatchObject({ stytchUserId: USER });
    expect(outcomes(world)).toEqual(['settled']);
  });

  it('a customer that is claimed', async () => {
    const world = approved();
    world.rows.claims.set('700001', { unitCustomerId: '700001', stytchUserId: USER });
    world.unit.customers.set('700001', unitCustomer({ status: 'Archived' }));
    await deliver(world, ofCustomer('700001'));
    expect(world.rows.customers.get(rowKey(USER, '700001'))).toMatchObject({ status: 'Archived' });
    expect(world.callsOf('unit')).toEqual(['unit.readCustomer']);
  });

  it('a customer that is not claimed yet, by its application', async () => {
    const world = approved();
    await deliver(world, ofCustomer('700001'));
    expect(world.rows.claims.get('700001')).toMatchObject({ stytchUserId: USER });
    expect(statuses(world)).toEqual(['Approved', 'Pending']);
  });

  it.each([
    ['an application that Unit does not have', () => applied('899999'), 'missing'],
    ['a customer that Unit does not have', () => ofCustomer('799999'), 'missing'],
  ])('%s is recorded as such', async (_title, make, outcome) => {
    const world = approved();
    await deliver(world, make());
    expect(outcomes(world)).toEqual([outcome]);
    expect(statuses(world)).toEqual(['Pending', 'Pending']);
  });

  it.each([
    ['of a card', { type: 'card.created', unitCustomerId: '700001' }],
    ['of a payment', { type: 'payment.sent', unitApplicationId: '800001' }],
    ['of a type that nobody knows', { type: 'moon.phaseChanged' }],
    [
      'of a type that only begins like ours',
      { type: 'applicationForm.created', unitApplicationId: '800001' },
    ],
    ['about an application that it does not name', { type: 'application.created' }],
  ])('W7 an event %s is accepted and counted, and costs nothing', async (_title, about) => {
    const world = approved();
    await deliver(world, event(about));
    expect([...world.callsOf('unit'), ...world.callsOf('table.recordEvent')]).toEqual([]);
    expect(statuses(world)).toEqual(['Pending', 'Pending']);
    const isOurs = about.type === 'application.created';
    expect(world.linesOf('unit_webhook.sorted')).toEqual([{ ours: isOurs ? 1 : 0, others: isOurs ? 0 : 1 }]);
  });

  it('a document, by its application', async () => {
    const world = approved();
    await deliver(
      world,
      event({ type: 'document.approved', unitApplicationId: '800001', unitCustomerId: '700001' }),
    );
    expect(statuses(world)).toEqual(['Approved', 'Pending']);
  });

  it('INV2 a customer that Unit no longer gives to its user is parked', async () => {
    const world = approved();
    world.rows.claims.set('700001', { unitCustomerId: '700001', stytchUserId: USER });
    world.unit.customers.set('700001', unitCustomer({ jwtSubjects: [STRANGER] }));
    await deliver(world, ofCustomer('700001'));
    expect(world.rows.customers.get(rowKey(USER, '700001'))).toMatchObject({ status: 'Review' });
    expect(world.linesOf('customer.parked')).toHaveLength(1);
  });

  it.each([
    ['has no subject', { jwtSubject: null }, 'foreign'],
    ['has no tag of ours', { applicationId: null }, 'unlinked'],
    ['has no tag and no customer', { applicationId: null, unitCustomerId: null }, 'unlinked'],
    ['has a tag that no item of that user has', { applicationId: 'APPLICATION-9' }, 'unlinked'],
    ['names a user who never applied with that tag', { jwtSubject: 'user-test-eve' }, 'unlinked'],
  ])('an application that %s is mapped to nobody', async (_title, changes, outcome) => {
    const world = approved();
    world.unit.applications.set(
      '800001',
      unitApplication({ status: 'Approved', unitCustomerId: '700001', ...changes }),
    );
    await deliver(world, applied('800001'));
    expect(outcomes(world)).toEqual([outcome]);
    expect(world.rows.claims.size + world.rows.pointers.size).toBe(0);
  });

  it('an application past us whose customer an operator has bound rings no alarm', async () => {
    const world = approved();
    world.rows.claims.set('700001', { unitCustomerId: '700001', stytchUserId: USER });
    world.unit.applications.set(
      '800001',
      unitApplication({ status: 'Approved', unitCustomerId: '700001', applicationId: null }),
    );
    await deliver(world, applied('800001'));
    expect(outcomes(world)).toEqual(['foreign']);
  });

  it('a customer without an application and without a claim is foreign', async () => {
    const world = approved();
    world.unit.customers.set('700009', unitCustomer({ unitCustomerId: '700009', unitApplicationId: null }));
    await deliver(world, ofCustomer('700009'));
    expect(outcomes(world)).toEqual(['foreign']);
  });
});

describe('W5 Events are skipped by their ids', () => {
  it('those that are known are not looked at again', async () => {
    const world = approved();
    const one = applied('800001');
    await deliver(world, one);
    const before = world.callsOf('unit').length;
    await deliver(world, one);
    expect(world.callsOf('unit')).toHaveLength(before);
    expect(world.rows.events.size).toBe(1);
  });

  it('the same event twice in one batch is recorded once', async () => {
    const world = approved();
    const one = applied('800001');
    await deliver(world, one, one);
    expect(world.callsOf('table.recordEvent')).toHaveLength(1);
    expect(world.callsOf('unit.readApplication')).toHaveLength(1);
  });

  it('several events about one resource read it once, and all are recorded', async () => {
    const world = approved();
    await deliver(world, applied('800001'), applied('800001'), applied('800001'), applied('800002'));
    expect(world.callsOf('unit.readApplication')).toHaveLength(2);
    expect(outcomes(world)).toEqual(['settled', 'settled', 'settled', 'settled']);
  });

  it('an event is recorded only after its resource is settled, with the time', async () => {
    const world = approved();
    const one = applied('800001');
    await deliver(world, one);
    expect(world.calls.indexOf('table.recordEvent')).toBeGreaterThan(
      world.calls.indexOf('table.settleApplication'),
    );
    expect(world.rows.events.get(one.eventId)).toEqual({ outcome: 'settled', at: NOW });
    expect(world.linesOf('unit_webhook.applied')).toEqual([
      { eventId: one.eventId, type: one.type, outcome: 'settled', resourceId: '800001' },
    ]);
  });

  it('an empty batch is done', async () => {
    const world = approved();
    await expect(deliver(world)).resolves.toBeUndefined();
    expect(world.calls).toEqual([]);
  });
});

describe('W4, W7 One bad event does not hold up the rest', () => {
  const unitFault = (status: number): ServiceError =>
    new ServiceError('upstream_unavailable', {
      upstream: { provider: 'unit', operation: 'read_application', status },
    });

  it.each([
    [
      'Unit cannot be reached',
      'unit.readApplication',
      new ServiceError('upstream_unavailable', { reason: 'no_answer' }),
    ],
    ['Unit does not answer in time', 'unit.readApplication', new ServiceError('upstream_timeout')],
    ['Unit is out of order', 'unit.readApplication', unitFault(500)],
    ['Unit is maintained', 'unit.readApplication', unitFault(503)],
    ['half of Unit’s answer came', 'unit.readApplication', unitFault(200)],
    ['Unit has had enough of us', 'unit.readApplication', unitFault(429)],
    ['Unit waited for us too long', 'unit.readApplication', unitFault(408)],
    ['Unit refuses our token', 'unit.readApplication', unitFault(401)],
    ['Unit refuses what our token may do', 'unit.readApplication', unitFault(403)],
    ['our token is not there yet', 'unit.readApplication', new ServiceError('not_configured')],
    ['the store fails while settling', 'table.putPointer', storeDown()],
    ['the store fails while looking the event up', 'table.readEvent', storeDown()],
  ])('when %s, the others are applied and Unit sends again', async (_title, operation, error) => {
    const world = approved();
    world.fail(operation, error);
    const batch = [applied('800001'), applied('800002')];
    expect(await refusal(deliver(world, ...batch))).toMatchObject({
      code: 'temporarily_unavailable',
      details: { reason: 'batch_unfinished' },
    });
    expect(statuses(world)).toEqual(['Pending', 'Approved']);
    // What still fails is written down for its time only.
    expect(outcomes(world).filter((one) => one !== 'failing')).toEqual(['settled']);

    await deliver(world, ...batch);
    expect(statuses(world)).toEqual(['Approved', 'Approved']);
    expect(world.rows.events.size).toBe(2);
  });

  it('when the event itself cannot be written down, Unit sends again, and that changes nothing', async () => {
    const world = approved();
    world.fail('table.recordEvent');
    const one = applied('800001');
    expect(await refusal(deliver(world, one))).toMatchObject({ code: 'temporarily_unavailable' });
    await deliver(world, one);
    expect(statuses(world)).toEqual(['Approved', 'Pending']);
    expect(outcomes(world)).toEqual(['settled']);
  });
});

describe('W8 An event that fails for its own reasons counts as done', () => {
  const unreadable = new ServiceError('server_error', { reason: 'item_unreadable' });

  it.each([
    ['an item that cannot be read', 'table.readApplication', unreadable, 'item_unreadable'],
    [
      'an answer that cannot be read',
      'unit.readApplication',
      new ServiceError('upstream_unavailable', {
        reason: 'unreadable_answer',
        upstream: { provider: 'unit', operation: 'read_application', status: 200 },
      }),
      'unreadable_answer',
    ],
    [
      'something unexpected',
      'unit.readApplication',
      new TypeError('undefined is not a function'),
      'TypeError',
    ],
    ['something that is no error', 'unit.readApplication', 'a text', 'unknown'],
    ['a refusal without a reason', 'unit.readApplication', new ServiceError('server_error'), 'server_error'],
  ])(
    '%s: it is recorded with its reason, and the others are applied',
    async (_title, operation, error, reason) => {
      const world = approved();
      world.fail(operation, error);
      await expect(deliver(world, applied('800001'), applied('800002'))).resolves.toBeUndefined();
      expect(outcomes(world).toSorted()).toEqual([`failed: ${reason}`, 'settled']);
    },
  );

  it('and its reason is recorded with it', async () => {
    const world = approved();
    world.fail('table.readApplication', unreadable);
    await deliver(world, applied('800001'));
    expect(JSON.stringify([...world.rows.events.values(), ...world.logged])).toContain('item_unreadable');
  });

  it.each([
    ['failed: item_unreadable', (world: World) => world.fail('table.readApplication', unreadable)],
    ['missing', (world: World) => void world.unit.applications.delete('800001')],
    [
      'unlinked',
      (world: World) => void world.unit.applications.set('800001', unitApplication({ applicationId: null })),
    ],
  ])('one that was %s is tried again when Unit sends it again', async (outcome, arrange) => {
    const world = approved();
    const before = world.unit.applications.get('800001');
    const one = applied('800001');
    arrange(world);
    await deliver(world, one);
    expect(outcomes(world)).toEqual([outcome]);
    if (before !== undefined) world.unit.applications.set('800001', before);
    await deliver(world, one);
    expect(outcomes(world)).toEqual(['settled']);
    expect(statuses(world)).toEqual(['Approved', 'Pending']);
  });

  it('INV2 an application whose item names another application is mapped to nobody', async () => {
    const world = approved();
    world.ports.mappings.readApplication = async () => applicationRecord({ applicationId: 'APPLICATION-9' });
    await deliver(world, applied('800001'));
    expect(outcomes(world)).toEqual(['unlinked']);
    expect(world.rows.claims.size + world.rows.pointers.size).toBe(0);
  });
});

describe('W6 A resource over which Unit always fails', () => {
  const unitFails = () =>
    new ServiceError('upstream_unavailable', {
      upstream: { provider: 'unit', operation: 'read_application', status: 500 },
    });

  it('is tried again for an hour, then put aside as failed, and holds up nothing any more', async () => {
    const world = createWorld();
    const failing = applied('800001');
    const attempt = async (): Promise<void> => {
      world.fail('unit.readApplication', unitFails());
      await deliver(world, failing);
    };
    const begun = world.now;
    expect(await refusal(attempt())).toMatchObject({ code: 'temporarily_unavailable' });
    world.now += 3600;
    expect(await refusal(attempt())).toMatchObject({ code: 'temporarily_unavailable' });
    expect(world.rows.events.get(failing.eventId)).toEqual({ outcome: 'failing', at: begun });
    world.now += 1;
    await attempt();
    expect(world.rows.events.get(failing.eventId)).toMatchObject({ outcome: 'failed: upstream_unavailable' });
  });

  it('is settled when Unit tells of it within the hour', async () => {
    const world = createWorld();
    const failing = applied('800001');
    world.fail('unit.readApplication', unitFails());
    await refusal(deliver(world, failing));
    await deliver(world, failing);
    expect(world.rows.events.get(failing.eventId)).toMatchObject({ outcome: 'missing' });
  });
});
