// The operators' own writes, one by one: each holds to what was read, and each is safe to repeat.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createOperatorTable, type OperatorTable } from '../../ops/adapters/operator-table.ts';
import { newUser, startTableBench, TABLE_NAME, type TableBench } from '../support/adapters-table.ts';

let bench: TableBench;
let table: OperatorTable;
beforeAll(async () => {
  bench = await startTableBench();
  table = createOperatorTable(bench.client, bench.store, TABLE_NAME);
});
afterAll(() => bench.close());

const act = { by: 'ada', reason: 'ticket 1', at: 1000 };

let ids = 800_000;
const newId = (): string => {
  ids += 1;
  return String(ids);
};

async function claimed() {
  const [customerId, owner] = [newId(), newUser()];
  expect(await table.claim(customerId, owner, act)).toBe(true);
  const claim = await table.readClaim(customerId);
  if (claim === null) throw new Error('no claim');
  return { customerId, owner, claim };
}

describe('a claim', () => {
  it('INV2 that another user holds is not taken by claiming', async () => {
    const { customerId, owner } = await claimed();
    expect(await table.claim(customerId, newUser(), act)).toBe(false);
    expect(await table.readClaim(customerId)).toMatchObject({ stytchUserId: owner });
  });

  it('INV2 moves to exactly one of ten operators who read the same one', async () => {
    const { customerId, claim } = await claimed();
    const users = Array.from({ length: 10 }, newUser);
    const won = await Promise.all(users.map((user) => table.transferClaim(claim, user, act)));
    expect(won.filter(Boolean)).toHaveLength(1);
    const after = await table.readClaim(customerId);
    expect(after).toMatchObject({ stytchUserId: users[won.indexOf(true)], generation: 2 });
  });

  it('INV2 that went away and came back is another one: the old reading moves nothing', async () => {
    const { customerId, owner, claim } = await claimed();
    await table.transferClaim(claim, newUser(), act);
    const second = await table.readClaim(customerId);
    if (second === null) throw new Error('no claim');
    expect(await table.transferClaim(second, owner, act)).toBe(true);
    expect(await table.transferClaim(claim, newUser(), act)).toBe(false);
    expect(await table.transferClaim(second, newUser(), act)).toBe(false);
    expect(await table.readClaim(customerId)).toMatchObject({ stytchUserId: owner, generation: 3 });
  });

  it('keeps its record when onboarding claims it again for the same user', async () => {
    const { customerId, owner, claim } = await claimed();
    await bench.mappings.putClaim({ unitCustomerId: customerId, stytchUserId: owner });
    expect(await table.readClaim(customerId)).toEqual({ ...claim, writeId: expect.any(String) });
  });
});

describe('a customer', () => {
  it('that is Archived is neither activated nor parked', async () => {
    const [user, unitCustomerId] = [newUser(), newId()];
    await bench.mappings.putCustomer(user, { unitCustomerId, type: 'individual', status: 'Archived' });
    expect(await table.activateCustomer(user, { unitCustomerId, type: 'individual' })).toBe(false);
    await table.parkCustomer(user, unitCustomerId);
    expect((await table.readUser(user)).customers).toMatchObject([{ unitCustomerId, status: 'Archived' }]);
  });

  it('in Review is activated, which a webhook cannot do', async () => {
    const [user, unitCustomerId] = [newUser(), newId()];
    await bench.mappings.putCustomer(user, { unitCustomerId, type: 'business', status: 'Active' });
    await table.parkCustomer(user, unitCustomerId);
    await bench.mappings.putCustomer(user, { unitCustomerId, type: 'business', status: 'Active' });
    expect((await table.readUser(user)).customers).toMatchObject([{ status: 'Review' }]);
    expect(await table.activateCustomer(user, { unitCustomerId, type: 'business' })).toBe(true);
    expect((await table.readUser(user)).customers).toMatchObject([{ status: 'Active', type: 'business' }]);
  });

  it('that is not there is not made by parking it', async () => {
    const user = newUser();
    await table.parkCustomer(user, newId());
    expect(await table.readPartition(user)).toEqual([]);
  });
});

describe('a user', () => {
  it('is buried once: the first record stays, and the lease of a removal under way does too', async () => {
    const user = newUser();
    await bench.mappings.takeUserLease(user, 1, 100);
    await table.buryUser(user, act);
    await table.buryUser(user, { by: 'bo', reason: 'again', at: 2000 });
    expect(await table.readPartition(user)).toMatchObject([
      { deleted: true, deletedBy: 'ada', deleteReason: 'ticket 1', deletedAt: 1000, leaseUntil: 100 },
    ]);
    expect(await table.readUser(user)).toMatchObject({ isDeleted: true });
  });

  it('loses a factor record once, and no error where there is none', async () => {
    const user = newUser();
    const factor = { kind: 'totp', origin: 'enrolled', firstSeenAt: 1, confirmedAt: 2 } as const;
    await bench.mappings.putFactor(user, { ...factor, factorId: 'totp-1' });
    await bench.mappings.putFactor(user, { ...factor, factorId: 'totp-2' });
    await table.removeFactor(user, 'totp-1');
    await table.removeFactor(user, 'totp-1');
    expect((await table.readUser(user)).factors.map(({ factorId }) => factorId)).toEqual(['totp-2']);
  });
});
