import { describe, expect, it } from '@jest/globals';
import { routes } from '../../../functions/contract/routes.ts';
import type { ErrorCode } from '../../../functions/core/errors.ts';
import { readApplication } from '../../../functions/core/onboarding/read-application.ts';
import type { ApplicationRecord } from '../../../functions/core/onboarding/records.ts';
import type { Session } from '../../../functions/core/session/session.ts';
import { createWorld, signIn, stytchDown, type World } from '../../support/core-fakes.ts';
import { rowKey } from '../../support/core-mappings.ts';
import {
  applicationRecord,
  factor,
  NOW,
  refusal,
  STRANGER,
  signal,
  USER,
  unitApplication,
  unitCustomer,
} from '../../support/core-values.ts';

const documents = [{ documentId: '1', documentType: 'IdDocument', status: 'Required' }];

interface Scene {
  readonly world: World;
  readonly presented: Session;
}

function reader(record: ApplicationRecord = applicationRecord()): Scene {
  const world = createWorld();
  const presented = signIn(world, { factors: [factor('email')] });
  world.rows.applications.set(rowKey(record.stytchUserId, record.applicationId), record);
  return { world, presented };
}

const read = ({ world, presented }: Scene, applicationId = 'APPLICATION-1') =>
  readApplication(world.ports, presented, applicationId, signal);

describe('A user reads where their application stands', () => {
  it('from Unit while it is not final, and that is settled', async () => {
    const scene = reader();
    scene.world.unit.applications.set('800001', unitApplication({ status: 'AwaitingDocuments', documents }));
    expect(await read(scene)).toEqual({
      applicationId: 'APPLICATION-1',
      type: 'individual',
      status: 'AwaitingDocuments',
      documents: [{ ...documents[0], missing: ['front', 'back'] }],
    });
    expect(scene.world.rows.applications.get(rowKey(USER, 'APPLICATION-1'))).toMatchObject({
      status: 'AwaitingDocuments',
    });
  });

  it('with the customer, once there is one', async () => {
    const scene = reader();
    scene.world.unit.applications.set(
      '800001',
      unitApplication({ status: 'Approved', unitCustomerId: '700001' }),
    );
    scene.world.unit.customers.set('700001', unitCustomer());
    expect(await read(scene)).toMatchObject({ status: 'Approved', customerId: '700001' });
  });

  it.each(['Approved', 'Denied', 'Canceled', 'NotSubmitted'] as const)(
    'from our item alone, once it is %s and settled',
    async (status) => {
      const scene = reader(applicationRecord({ status, nextCheckAt: null }));
      expect(await read(scene)).toMatchObject({ status });
      expect(scene.world.callsOf('unit')).toEqual([]);
    },
  );

  it('INV4 from Unit again, when it is approved and its customer is not mapped', async () => {
    const scene = reader(applicationRecord({ status: 'Approved', nextCheckAt: NOW + 60 }));
    scene.world.unit.applications.set(
      '800001',
      unitApplication({ status: 'Approved', unitCustomerId: '700001' }),
    );
    scene.world.unit.customers.set('700001', unitCustomer());
    expect(await read(scene)).toMatchObject({ customerId: '700001' });
  });

  it('by our tag, while it is Submitting', async () => {
    const scene = reader(
      applicationRecord({ status: 'Submitting', unitApplicationId: null, unitUpdatedAt: null }),
    );
    expect(await read(scene)).toMatchObject({ status: 'Submitting' });
    scene.world.now += 10;
    const documents = [{ documentId: '1', documentType: 'Passport', status: 'Required' }];
    scene.world.unit.applications.set('800001', unitApplication({ documents }));
    // The list tells no documents, so the application is read by its id as well.
    expect(await read(scene)).toMatchObject({ status: 'Pending', documents });
    expect(scene.world.callsOf('unit')).toEqual([
      'unit.findApplication',
      'unit.findApplication',
      'unit.readApplication',
    ]);
  });

  it('from our item, when Unit does not show it', async () => {
    expect(await read(reader())).toEqual({
      applicationId: 'APPLICATION-1',
      type: 'individual',
      status: 'Pending',
      documents: [],
    });
  });

  it('and Unit is asked at most once in 10 s', async () => {
    const scene = reader();
    scene.world.unit.applications.set('800001', unitApplication({ documents }));
    await read(scene);
    scene.world.now += 9;
    expect(await read(scene)).toMatchObject({ status: 'Pending', documents });
    expect(scene.world.callsOf('unit')).toHaveLength(1);
    scene.world.now += 1;
    await read(scene);
    expect(scene.world.callsOf('unit')).toHaveLength(2);
  });
});

describe('Unit is asked at most once in 10 s', () => {
  it('also when it does not show the application', async () => {
    const scene = reader();
    await read(scene);
    scene.world.now += 9.9;
    await read(scene);
    expect(scene.world.callsOf('unit')).toHaveLength(1);
    expect(scene.world.rows.applications.get(rowKey(USER, 'APPLICATION-1'))).toMatchObject({
      checkedAt: NOW,
      nextCheckAt: NOW + 60,
    });
  });

  it('and when the reconcile has just asked', async () => {
    const scene = reader(applicationRecord({ checkedAt: NOW - 9 }));
    await read(scene);
    expect(scene.world.callsOf('unit')).toEqual([]);
  });
});

describe('O1 Nobody reads what is not theirs', () => {
  it.each([
    ['an id that nobody has', 'APPLICATION-9'],
    ['an id of another user', 'APPLICATION-1'],
    ['an empty id', ''],
  ])('%s is not found, alike', async (_title, applicationId) => {
    const scene = reader(applicationRecord({ stytchUserId: STRANGER }));
    const error = await refusal(read(scene, applicationId));
    expect([error.code, error.details]).toEqual(['not_found', { reason: 'application_not_own' }]);
    expect(scene.world.callsOf('unit')).toEqual([]);
  });
});

const notGood: readonly (readonly [string, ErrorCode, (world: World) => void])[] = [
  ['revoked', 'invalid_token', (world) => world.stytch.live.clear()],
  [
    'of a user whom we deleted',
    'invalid_token',
    (world) => void world.rows.users.set(USER, { isDeleted: true, lockedUntil: null }),
  ],
  [
    'of a user whom we locked',
    'user_locked',
    (world) => void world.rows.users.set(USER, { isDeleted: false, lockedUntil: NOW + 1 }),
  ],
  [
    'that Stytch cannot confirm now',
    'upstream_timeout',
    (world) => world.fail('stytch.readSession', stytchDown()),
  ],
];

describe('A session that is not good any more reads nothing', () => {
  it.each(notGood)('one %s: %s', async (_title, code, arrange) => {
    const scene = reader();
    arrange(scene.world);
    expect(await refusal(read(scene))).toMatchObject({ code });
    expect(routes.readApplication.problems).toContain(code);
    expect(scene.world.callsOf('unit')).toEqual([]);
  });
});
