import { describe, expect, it } from '@jest/globals';
import { meAnswer } from '../../../functions/contract/me.ts';
import { routes } from '../../../functions/contract/routes.ts';
import type { ErrorCode } from '../../../functions/core/errors.ts';
import { whereUserStands } from '../../../functions/core/exchange/where-user-stands.ts';
import type { ApplicationRecord, CustomerRecord } from '../../../functions/core/onboarding/records.ts';
import { holder, recordOf, type Scene } from '../../support/core-factors.ts';
import { changeLive, type SignIn, stytchDown } from '../../support/core-fakes.ts';
import { rowKey } from '../../support/core-mappings.ts';
import {
  applicationRecord,
  customerRecord,
  factor,
  factorRecord,
  HOUR,
  NOW,
  onUser,
  refusal,
  STRANGER,
  signal,
  USER,
} from '../../support/core-values.ts';

interface Standing {
  readonly scene?: Partial<SignIn>;
  readonly applications?: readonly ApplicationRecord['status'][];
  readonly customers?: readonly CustomerRecord['status'][];
}

const stepped = { factors: [factor('email', 60), factor('totp', 30)] };

function standing({ scene = stepped, applications = [], customers = [] }: Standing): Scene {
  const one = holder(scene);
  for (const [i, status] of applications.entries()) {
    const applicationId = `APPLICATION-${i + 1}`;
    one.world.rows.applications.set(
      rowKey(USER, applicationId),
      applicationRecord({ applicationId, status }),
    );
  }
  for (const [i, status] of customers.entries()) {
    const unitCustomerId = String(700_001 + i);
    one.world.rows.customers.set(rowKey(USER, unitCustomerId), customerRecord({ unitCustomerId, status }));
  }
  return one;
}

const me = ({ world, presented }: Scene) => whereUserStands(world.ports, presented, signal);

describe('What comes next for a user', () => {
  const email = { factors: [factor('email', 60)], onUser: [onUser('email')] };
  const late = [factorRecord('totp', { origin: 'seen_late', firstSeenAt: NOW - HOUR })];

  it.each<[string, Standing, string]>([
    ['nothing enrolled', { scene: email }, 'enroll_factor'],
    ['nothing enrolled, and a customer', { scene: email, customers: ['Active'] }, 'enroll_factor'],
    ['a factor that still waits', { scene: { ...stepped, records: late } }, 'enroll_factor'],
    [
      'a factor that was not verified',
      { scene: { onUser: [onUser('email'), onUser('totp', false)] } },
      'enroll_factor',
    ],
    ['a factor that this session has not proved', { scene: {} }, 'step_up'],
    [
      'one proved more than an hour ago',
      { scene: { factors: [factor('email'), factor('totp', HOUR + 1)] } },
      'step_up',
    ],
    ['one not proved, and a customer', { scene: {}, customers: ['Active'] }, 'step_up'],
    ['both factors, and nothing else', {}, 'apply'],
    ['a denied application', { applications: ['Denied'] }, 'apply'],
    ['a cancelled application', { applications: ['Canceled'] }, 'apply'],
    ['an application that never reached Unit', { applications: ['NotSubmitted'] }, 'apply'],
    ['an application on its way', { applications: ['Submitting'] }, 'wait_for_decision'],
    ['an application that Unit looks at', { applications: ['Pending'] }, 'wait_for_decision'],
    [
      'one that was approved, whose customer is not here yet',
      { applications: ['Approved'] },
      'wait_for_decision',
    ],
    ['one that lacks documents', { applications: ['AwaitingDocuments'] }, 'upload_documents'],
    ['a denied and a new one', { applications: ['Denied', 'AwaitingDocuments'] }, 'upload_documents'],
    ['a customer', { applications: ['Approved'], customers: ['Active'] }, 'exchange_token'],
    ['a customer that is parked', { applications: ['Approved'], customers: ['Review'] }, 'contact_support'],
    ['a customer that was archived', { customers: ['Archived'] }, 'contact_support'],
    ['an archived and an active customer', { customers: ['Archived', 'Active'] }, 'exchange_token'],
  ])('with %s', async (_title, state, next) => {
    const answer = await me(standing(state));
    expect(answer.next).toBe(next);
    expect(meAnswer.parse(answer)).toEqual(answer);
  });

  const form = { via: 'form', status: 'Submitting', unitApplicationId: null } as const;
  const open = { ...form, unitFormId: '600001', formExpiresAt: NOW + HOUR } as const;
  const pending = { applicationId: 'B', status: 'Pending' } as const;
  const business = { applicationId: 'B', type: 'business' } as const;

  it.each<[string, readonly Partial<ApplicationRecord>[], string]>([
    ['an open form', [open], 'complete_form'],
    ['a form whose link has not come yet', [form], 'complete_form'],
    ['a form whose link has ended', [{ ...open, formExpiresAt: NOW }], 'wait_for_decision'],
    ['a form that was sent', [{ ...open, status: 'Pending' }], 'wait_for_decision'],
    ['a form that ended unsent', [{ ...open, status: 'NotSubmitted' }], 'apply'],
    ['one that Unit looks at, and an open form', [pending, open], 'complete_form'],
    [
      'an open form, and a business that lacks documents',
      [open, { ...business, status: 'AwaitingDocuments' }],
      'upload_documents',
    ],
  ])('with %s', async (_title, records, next) => {
    const scene = standing({});
    for (const record of records.map(applicationRecord)) {
      scene.world.rows.applications.set(rowKey(USER, record.applicationId), record);
    }
    expect((await me(scene)).next).toBe(next);
  });

  it('every answer of the contract is among these', () => {
    expect(meAnswer.shape.next.options).toEqual([
      'enroll_factor',
      'step_up',
      'apply',
      'complete_form',
      'upload_documents',
      'wait_for_decision',
      'exchange_token',
      'contact_support',
    ]);
  });
});

describe('Documents are asked for', () => {
  const front = { documentId: '1', documentType: 'IdDocument', status: 'ReceivedFront' };
  const came = { documentId: '2', documentType: 'Passport', status: 'PendingReview' };
  it.each([
    ['while none is known', [], 'upload_documents'],
    ['while a side is missing', [came, front], 'upload_documents'],
    ['until all have come, even if Unit has not moved on', [came], 'wait_for_decision'],
  ] as const)('%s', async (_title, documents, next) => {
    const scene = standing({ applications: ['AwaitingDocuments'] });
    const [key = ''] = scene.world.rows.applications.keys();
    const record = applicationRecord({ status: 'AwaitingDocuments', documents });
    scene.world.rows.applications.set(key, record);
    expect(await me(scene)).toMatchObject({ next });
  });
});

describe('Where a user stands', () => {
  it('is told by the session’s factors, the applications and the customers, in Unit’s words', async () => {
    expect(await me(standing({ applications: ['Approved'], customers: ['Active'] }))).toEqual({
      userId: USER,
      factors: [
        { kind: 'email', lastAuthenticatedAt: '2027-01-15T07:59:00.000Z' },
        { kind: 'totp', lastAuthenticatedAt: '2027-01-15T07:59:30.000Z' },
      ],
      applications: [{ applicationId: 'APPLICATION-1', type: 'individual', status: 'Approved' }],
      customers: [{ customerId: '700001', type: 'individual', status: 'Active' }],
      next: 'exchange_token',
    });
  });

  it('is read from our table and Stytch, and costs Unit nothing', async () => {
    const scene = standing({ customers: ['Active'] });
    await me(scene);
    expect(scene.world.calls).toEqual(['stytch.readSession', 'table.readUser']);
  });

  it('meets factors that it sees first: late ones count for nothing today', async () => {
    const scene = standing({ scene: { ...stepped, records: [] }, customers: ['Active'] });
    expect(await me(scene)).toMatchObject({ next: 'enroll_factor' });
    expect(recordOf(scene, 'totp-1')).toMatchObject({ origin: 'seen_late' });
  });

  it.each<[string, ErrorCode, (scene: Scene) => void]>([
    [
      'a user whom we deleted',
      'invalid_token',
      ({ world }) => void world.rows.users.set(USER, { isDeleted: true, lockedUntil: null }),
    ],
    [
      'a user whom we locked',
      'user_locked',
      ({ world }) => void world.rows.users.set(USER, { isDeleted: false, lockedUntil: NOW + 1 }),
    ],
    ['a session that is over', 'invalid_token', ({ world }) => world.stytch.live.clear()],
    [
      'another user’s session',
      'invalid_token',
      ({ world, presented }) => changeLive(world, presented, { stytchUserId: STRANGER }),
    ],
    ['a store that is down', 'temporarily_unavailable', ({ world }) => world.fail('table.readUser')],
    ['an outage', 'upstream_timeout', ({ world }) => world.fail('stytch.readSession', stytchDown())],
  ])('is not told to %s: %s', async (_title, code, arrange) => {
    const scene = standing({});
    arrange(scene);
    expect(await refusal(me(scene))).toMatchObject({ code });
    expect(routes.me.problems).toContain(code);
  });
});
