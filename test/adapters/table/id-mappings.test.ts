import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CustomerRecord, FactorRecord } from '../../../functions/core/onboarding/records.ts';
import { applicationOf, newUser, startTableBench, type TableBench } from '../../support/adapters-table.ts';

let bench: TableBench;
beforeAll(async () => {
  bench = await startTableBench();
});
afterAll(() => bench.close());

let ids = 700_000;
const newId = (): string => {
  ids += 1;
  return String(ids);
};

const factorOf = (changes: Partial<FactorRecord> = {}): FactorRecord => ({
  factorId: `totp-test-${newId()}`,
  kind: 'totp',
  origin: 'enrolled',
  firstSeenAt: 1000,
  confirmedAt: null,
  ...changes,
});

describe('the claim on a customer', () => {
  it('INV2 belongs to the first user who makes it, and to nobody else', async () => {
    const [unitCustomerId, stytchUserId] = [newId(), newUser()];
    expect(await bench.mappings.readClaim(unitCustomerId)).toBeNull();
    expect(await bench.mappings.putClaim({ unitCustomerId, stytchUserId })).toBe(true);
    expect(await bench.mappings.putClaim({ unitCustomerId, stytchUserId })).toBe(true);
    expect(await bench.mappings.putClaim({ unitCustomerId, stytchUserId: newUser() })).toBe(false);
    expect(await bench.mappings.readClaim(unitCustomerId)).toMatchObject({ unitCustomerId, stytchUserId });
  });

  it('INV2 has exactly one winner of twenty users who race for it', async () => {
    const unitCustomerId = newId();
    const users = Array.from({ length: 20 }, newUser);
    const won = await Promise.all(
      users.map((stytchUserId) => bench.mappings.putClaim({ unitCustomerId, stytchUserId })),
    );
    expect(won.filter(Boolean)).toHaveLength(1);
    const claim = await bench.mappings.readClaim(unitCustomerId);
    expect(claim?.stytchUserId).toBe(users[won.indexOf(true)]);
  });
});

describe("the pointer from Unit's application to ours", () => {
  it('INV4 is written once, again by the same application, and never turned to another', async () => {
    const unitApplicationId = newId();
    const pointer = { unitApplicationId, stytchUserId: newUser(), applicationId: 'MINE' };
    expect(await bench.mappings.readPointer(unitApplicationId)).toBeNull();
    await bench.mappings.putPointer(pointer);
    await bench.mappings.putPointer(pointer);
    await bench.mappings.putPointer({ ...pointer, stytchUserId: newUser(), applicationId: 'THEIRS' });
    expect(await bench.mappings.readPointer(unitApplicationId)).toMatchObject(pointer);
  });
});

describe('a customer beside its user', () => {
  type Status = CustomerRecord['status'];
  it.each<[Status | 'nothing', Status, Status]>([
    ['nothing', 'Active', 'Active'],
    ['nothing', 'Archived', 'Archived'],
    ['nothing', 'Review', 'Review'],
    ['Active', 'Active', 'Active'],
    ['Active', 'Archived', 'Archived'],
    ['Active', 'Review', 'Review'],
    ['Archived', 'Active', 'Archived'],
    ['Archived', 'Archived', 'Archived'],
    ['Archived', 'Review', 'Archived'],
    ['Review', 'Active', 'Review'],
    ['Review', 'Review', 'Review'],
    ['Review', 'Archived', 'Archived'],
  ])('INV4 goes from %s by %s to %s', async (there, comes, ends) => {
    const user = newUser();
    const customer = { unitCustomerId: newId(), type: 'individual' } as const;
    if (there !== 'nothing') await bench.mappings.putCustomer(user, { ...customer, status: there });
    await bench.mappings.putCustomer(user, { ...customer, status: comes });
    expect((await bench.mappings.readUser(user)).customers).toMatchObject([{ ...customer, status: ends }]);
  });
});

describe('a factor record', () => {
  it('keeps how and when the factor was first seen', async () => {
    const user = newUser();
    const factor = factorOf();
    expect(await bench.mappings.putFactor(user, factor)).toBe(true);
    expect(await bench.mappings.putFactor(user, { ...factor, origin: 'seen', firstSeenAt: 1 })).toBe(false);
    expect((await bench.mappings.readUser(user)).factors).toMatchObject([{ ...factor }]);
  });

  it('A7.5.1 of an enrolment never confirmed here gives way when the factor is met; every other stays', async () => {
    const met = { ...factorOf(), origin: 'seen_late', firstSeenAt: 5000 } as const;
    const begun = { ...met, origin: 'enrolled', firstSeenAt: 1000, confirmedAt: null } as const;
    const meet = async (before: FactorRecord, confirmedAt: number | null) => {
      const user = newUser();
      await bench.mappings.beginFactor(user, before);
      if (confirmedAt !== null) await bench.mappings.confirmFactor(user, before.factorId, confirmedAt);
      const isMet = await bench.mappings.meetFactor(user, met);
      const [record] = (await bench.mappings.readUser(user)).factors;
      return [isMet, record?.origin];
    };
    expect(await meet(begun, null)).toEqual([true, 'seen_late']);
    expect(await meet(begun, 1100)).toEqual([false, 'enrolled']);
    expect(await meet({ ...met, firstSeenAt: 1 }, null)).toEqual([false, 'seen_late']);
    expect(await bench.mappings.meetFactor(newUser(), met)).toBe(true);
  });

  it('is confirmed once, and its first confirmation stays', async () => {
    const user = newUser();
    const factor = factorOf();
    await bench.mappings.putFactor(user, factor);
    await bench.mappings.confirmFactor(user, factor.factorId, 1100);
    await bench.mappings.confirmFactor(user, factor.factorId, 2200);
    expect((await bench.mappings.readUser(user)).factors).toMatchObject([{ confirmedAt: 1100 }]);
  });

  it('is not made by a confirmation', async () => {
    const user = newUser();
    await bench.mappings.confirmFactor(user, 'totp-test-none', 1100);
    expect((await bench.mappings.readUser(user)).factors).toEqual([]);
  });
});

describe('a webhook event', () => {
  it('W5 is known once it is recorded, and goes by itself after 30 days', async () => {
    const id = newId();
    expect(await bench.mappings.readEvent(id)).toBeNull();
    await bench.mappings.recordEvent(id, 'settled', 1000.5);
    expect(await bench.mappings.readEvent(id)).toEqual({ outcome: 'settled', at: 1000.5 });
    expect(await bench.item(`EVENT#${id}`, 'EVENT')).toMatchObject({
      outcome: 'settled',
      at: 1000.5,
      expiresAt: 1001 + 30 * 86_400,
    });
  });

  it('W5 may be recorded again', async () => {
    const id = newId();
    await bench.mappings.recordEvent(id, 'failed', 1000);
    await bench.mappings.recordEvent(id, 'settled', 2000);
    expect(await bench.mappings.readEvent(id)).toMatchObject({ outcome: 'settled', at: 2000 });
  });
});

describe('everything about a user', () => {
  it('is one read: locks, applications, customers, factors, and nothing of anybody else', async () => {
    const [user, stranger] = [newUser(), newUser()];
    for (const who of [user, stranger]) {
      const record = applicationOf({ stytchUserId: who });
      const { applicationId } = record;
      await bench.mappings.takeLock(who, { name: 'person', applicationId, takenAt: 1000 });
      await bench.mappings.createApplication(record);
      await bench.mappings.putCustomer(who, { unitCustomerId: newId(), type: 'business', status: 'Active' });
      await bench.mappings.putFactor(who, factorOf());
    }
    const record = await bench.mappings.readUser(user);
    expect(record).toMatchObject({
      stytchUserId: user,
      isDeleted: false,
      lockedUntil: null,
      locks: [{ name: 'person' }],
      applications: [{ stytchUserId: user }],
      customers: [{ type: 'business' }],
      factors: [{ kind: 'totp' }],
    });
  });

  it('is empty for a user whom we have never seen', async () => {
    const user = newUser();
    expect(await bench.mappings.readUser(user)).toEqual({
      stytchUserId: user,
      isDeleted: false,
      lockedUntil: null,
      factors: [],
      locks: [],
      applications: [],
      customers: [],
    });
  });

  it('says that the user was deleted or is locked by us', async () => {
    const user = newUser();
    await bench.store.put({ pk: `USER#${user}`, sk: 'USER' }, { deleted: true, lockedUntil: 5000 });
    expect(await bench.mappings.readUser(user)).toMatchObject({ isDeleted: true, lockedUntil: 5000 });
  });

  it('is whole also when it is more than one page of the table', async () => {
    const user = newUser();
    const records = Array.from({ length: 12 }, () =>
      applicationOf({ stytchUserId: user, fingerprint: 'f'.repeat(100_000) }),
    );
    await Promise.all(records.map((record) => bench.mappings.createApplication(record)));
    expect((await bench.mappings.readUser(user)).applications).toHaveLength(12);
  });
});

describe('one change of a user at a time', () => {
  it('INV3 gives the lease of one user to one of twenty, and to the next when it has ended or lapsed', async () => {
    const user = 'user-test-lease';
    const take = (now: number): Promise<boolean> => bench.mappings.takeUserLease(user, now, now + 15);
    const taken = await Promise.all(Array.from({ length: 20 }, () => take(1000)));
    expect(taken.filter(Boolean)).toHaveLength(1);
    expect(await take(1014)).toBe(false);
    expect(await take(1016)).toBe(true);
    await bench.mappings.endUserLease(user);
    expect(await take(1017)).toBe(true);
    expect(await bench.mappings.readUser(user)).toMatchObject({ isDeleted: false, lockedUntil: null });
  });
});
