import { describe, expect, it } from '@jest/globals';
import { chooseCustomer, requireClaim } from '../../../functions/core/exchange/choose-customer.ts';
import type { CustomerRecord, UserRecord } from '../../../functions/core/onboarding/records.ts';
import { createWorld } from '../../support/core-fakes.ts';
import {
  applicationRecord,
  customerRecord,
  refusal,
  STRANGER,
  USER,
  userRecord,
} from '../../support/core-values.ts';

const one = customerRecord();
const two = customerRecord({ unitCustomerId: '700002' });
const archived = customerRecord({ unitCustomerId: '700003', status: 'Archived' });
const parked = customerRecord({ unitCustomerId: '700004', status: 'Review' });

const owner = (...customers: readonly CustomerRecord[]): UserRecord => userRecord({ customers });

describe('INV2 The customer of a token is one of the caller’s own', () => {
  it.each([
    ['the only one', owner(one), undefined, one],
    ['the only one, named', owner(one), '700001', one],
    ['the only one that is not archived', owner(archived, one), undefined, one],
    ['the one named of several', owner(one, two), '700002', two],
    ['the one named beside a parked one', owner(one, parked), '700001', one],
  ])('%s', (_title, known, customerId, expected) => {
    expect(chooseCustomer(known, customerId)).toEqual(expected);
  });

  it.each([
    ['an id that nobody has', owner(one), '799999'],
    ['an id of somebody else', owner(one), '700002'],
    ['an id, by a user without customers', userRecord(), '700001'],
    ['an id that only looks alike', owner(one), '0700001'],
  ])('%s is not found', async (_title, known, customerId) => {
    expect(await refusal(() => chooseCustomer(known, customerId))).toMatchObject({
      code: 'not_found',
      details: { reason: 'customer_not_own' },
    });
  });

  it('of several and none named, the caller is shown their own that live', async () => {
    expect(await refusal(() => chooseCustomer(owner(one, archived, two), undefined))).toMatchObject({
      code: 'customer_ambiguous',
      details: { customerIds: ['700001', '700002'] },
    });
  });

  it.each([
    ['an archived customer, named', owner(one, archived), '700003', 'customer_archived'],
    ['archived customers alone', owner(archived), undefined, 'customer_archived'],
    ['a parked customer, named', owner(one, parked), '700004', 'customer_in_review'],
    ['a parked customer alone', owner(parked), undefined, 'customer_in_review'],
  ])('%s gives no token', async (_title, known, customerId, code) => {
    expect(await refusal(() => chooseCustomer(known, customerId))).toMatchObject({ code });
  });
});

describe('A user without a living customer is told where they stand', () => {
  const approved = { status: 'Approved', unitCustomerId: '700001', nextCheckAt: null } as const;
  it.each([
    ['nothing yet', userRecord(), 'no_customer'],
    [
      'Submitting',
      userRecord({ applications: [applicationRecord({ status: 'Submitting' })] }),
      'application_pending',
    ],
    ['Pending', userRecord({ applications: [applicationRecord()] }), 'application_pending'],
    [
      'PendingReview',
      userRecord({ applications: [applicationRecord({ status: 'PendingReview' })] }),
      'application_pending',
    ],
    [
      'AwaitingDocuments',
      userRecord({ applications: [applicationRecord({ status: 'AwaitingDocuments' })] }),
      'application_pending',
    ],
    [
      'Approved, not mapped yet',
      userRecord({ applications: [applicationRecord({ status: 'Approved' })] }),
      'application_pending',
    ],
    [
      'Approved, mapped, its customer not shown yet',
      userRecord({ applications: [applicationRecord(approved)] }),
      'application_pending',
    ],
    ['Denied', userRecord({ applications: [applicationRecord({ status: 'Denied' })] }), 'application_denied'],
    ['Canceled', userRecord({ applications: [applicationRecord({ status: 'Canceled' })] }), 'no_customer'],
    [
      'NotSubmitted',
      userRecord({ applications: [applicationRecord({ status: 'NotSubmitted' })] }),
      'no_customer',
    ],
    [
      'Denied, and again Pending',
      userRecord({
        applications: [applicationRecord({ status: 'Denied' }), applicationRecord({ applicationId: 'B' })],
      }),
      'application_pending',
    ],
    [
      'archived, and again Pending',
      userRecord({
        applications: [applicationRecord(approved), applicationRecord({ applicationId: 'B' })],
        customers: [archived],
      }),
      'application_pending',
    ],
    [
      'archived after an approval',
      userRecord({ applications: [applicationRecord(approved)], customers: [archived] }),
      'customer_archived',
    ],
    [
      'archived, and since Denied',
      userRecord({ applications: [applicationRecord({ status: 'Denied' })], customers: [archived] }),
      'customer_archived',
    ],
  ])('%s', async (_title, known, code) => {
    expect(await refusal(() => chooseCustomer(known, undefined))).toMatchObject({ code });
  });
});

describe('INV2 The claim alone has authority', () => {
  const held = (stytchUserId: string | null) => {
    const world = createWorld();
    if (stytchUserId !== null) world.rows.claims.set('700001', { unitCustomerId: '700001', stytchUserId });
    return requireClaim(world.ports.mappings, USER, one);
  };

  it('lets its own user pass', async () => {
    await expect(held(USER)).resolves.toBeUndefined();
  });

  it.each([
    ['missing', null, 'unclaimed'],
    ['of another user', STRANGER, 'claimed_by_another'],
  ])('a claim that is %s reads as not found', async (_title, stytchUserId, reason) => {
    expect(await refusal(held(stytchUserId))).toMatchObject({ code: 'not_found', details: { reason } });
  });
});
