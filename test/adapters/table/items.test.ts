import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createCounters } from '../../../functions/adapters/table/counters.ts';
import { createIdMappings } from '../../../functions/adapters/table/id-mappings.ts';
import { createStore } from '../../../functions/adapters/table/store.ts';
import { defaultLimits } from '../../../functions/core/limits.ts';
import { codeOf, everythingIn, refusalOf } from '../../support/adapters-errors.ts';
import { answering, startRawServer, unusedUrl } from '../../support/adapters-servers.ts';
import {
  applicationOf,
  newApplicationId,
  newUser,
  startTableBench,
  TABLE_NAME,
  type TableBench,
  tableClient,
} from '../../support/adapters-table.ts';

let bench: TableBench;
beforeAll(async () => {
  bench = await startTableBench();
});
afterAll(() => bench.close());

/** Changes an item behind the adapters' back, as another release or an operator may. */
const meddle = (pk: string, sk: string, name: string, value: Record<string, unknown>): Promise<unknown> =>
  bench.client.send(
    new UpdateItemCommand({
      TableName: TABLE_NAME,
      Key: { pk: { S: pk }, sk: { S: sk } },
      UpdateExpression: 'SET #n = :v',
      ExpressionAttributeNames: { '#n': name },
      ExpressionAttributeValues: { ':v': value as never },
    }),
  );

interface Planted {
  readonly sk: string;
  readonly pk: string;
  readonly read: () => Promise<unknown>;
}

/** One item of every kind, and the read that finds it. */
async function planted(): Promise<Record<string, Planted>> {
  const { mappings, store } = bench;
  const user = newUser();
  const record = applicationOf({ stytchUserId: user });
  const { applicationId } = record;
  const pk = `USER#${user}`;
  const unitId = String(800_000 + Math.floor(Math.random() * 100_000));
  await store.put({ pk, sk: 'USER' }, {});
  await mappings.createApplication(record);
  await mappings.takeLock(user, { name: 'person', applicationId, takenAt: 1000 });
  await mappings.putCustomer(user, { unitCustomerId: unitId, type: 'individual', status: 'Active' });
  await mappings.putClaim({ unitCustomerId: unitId, stytchUserId: user });
  await mappings.putPointer({ unitApplicationId: unitId, stytchUserId: user, applicationId });
  await mappings.putFactor(user, {
    factorId: 'totp-1',
    kind: 'totp',
    origin: 'seen',
    firstSeenAt: 1,
    confirmedAt: null,
  });
  const readUser = () => mappings.readUser(user);
  return {
    user: { pk, sk: 'USER', read: readUser },
    application: {
      pk,
      sk: `APPLICATION#${applicationId}`,
      read: () => mappings.readApplication(user, applicationId),
    },
    lock: { pk, sk: 'LOCK#person', read: () => mappings.readLock(user, 'person') },
    customer: { pk, sk: `CUSTOMER#${unitId}`, read: readUser },
    factor: { pk, sk: 'FACTOR#totp-1', read: readUser },
    claim: { pk: `CUSTOMER#${unitId}`, sk: 'OWNER', read: () => mappings.readClaim(unitId) },
    pointer: { pk: `UNIT_APPLICATION#${unitId}`, sk: 'OWNER', read: () => mappings.readPointer(unitId) },
  };
}

const kinds = ['user', 'application', 'lock', 'customer', 'factor', 'claim', 'pointer'] as const;

describe('an item of the table', () => {
  it.each(kinds)('carries the version that this release writes: %s', async (kind) => {
    const { [kind]: one } = await planted();
    expect(await bench.item(one?.pk ?? '', one?.sk ?? '')).toMatchObject({ v: 1 });
    await expect(one?.read()).resolves.not.toBeNull();
  });

  it.each(kinds)('decides nothing when its version is unknown: %s', async (kind) => {
    const { [kind]: one } = await planted();
    await meddle(one?.pk ?? '', one?.sk ?? '', 'v', { N: '2' });
    const refusal = await refusalOf(one?.read() ?? Promise.resolve());
    expect(refusal.code).toBe('server_error');
  });

  it.each(kinds)('is read all the same with attributes that a later release added: %s', async (kind) => {
    const { [kind]: one } = await planted();
    const before = await one?.read();
    await meddle(one?.pk ?? '', one?.sk ?? '', 'ofALaterRelease', { M: { deep: { BOOL: true } } });
    expect(await one?.read()).toMatchObject(Object(before));
  });

  it.each<[(typeof kinds)[number], string]>([
    ['application', 'status'],
    ['customer', 'status'],
    ['claim', 'stytchUserId'],
    ['lock', 'applicationId'],
    ['factor', 'firstSeenAt'],
    ['user', 'deleted'],
  ])('decides nothing when an attribute is not what it must be: %s, %s', async (kind, name) => {
    const { [kind]: one } = await planted();
    await meddle(one?.pk ?? '', one?.sk ?? '', name, { L: [] });
    const refusal = await refusalOf(one?.read() ?? Promise.resolve());
    expect(refusal.code).toBe('server_error');
  });

  it('INV5 takes no attribute but those of its kind, even from a record that carries more', async () => {
    const person = { ssn: '078051120', dateOfBirth: '1991-04-23', email: 'ada@customer.example' };
    const user = newUser();
    const record = { ...applicationOf({ stytchUserId: user }), ...person };
    const applicationId = newApplicationId();
    await bench.mappings.createApplication(record);
    await bench.mappings.settleApplication({ ...record, status: 'Pending', ...person });
    await bench.mappings.takeLock(user, { name: 'person', applicationId, takenAt: 1, ...person });
    await bench.mappings.putCustomer(user, {
      unitCustomerId: '1',
      type: 'individual',
      status: 'Active',
      ...person,
    });
    const claim = { unitCustomerId: '700', stytchUserId: user, ...person };
    await bench.mappings.putClaim(claim);
    const pointer = { unitApplicationId: '800', stytchUserId: user, applicationId, ...person };
    await bench.mappings.putPointer(pointer);
    const factor = {
      factorId: 'f',
      kind: 'totp',
      origin: 'seen',
      firstSeenAt: 1,
      confirmedAt: null,
    } as const;
    await bench.mappings.putFactor(user, { ...factor, ...person });
    const holding = (await bench.table.scan()).filter((item) =>
      Object.keys(item).some((name) => Object.hasOwn(person, name)),
    );
    expect(holding.map(({ sk }) => sk)).toEqual([]);
  });
});

describe('a store that is down', () => {
  const everyCall = (
    mappings: ReturnType<typeof createIdMappings>,
  ): Record<string, () => Promise<unknown>> => {
    const record = applicationOf();
    const lock = { name: 'person', applicationId: 'A', takenAt: 1 } as const;
    const factor = {
      factorId: 'f',
      kind: 'totp',
      origin: 'seen',
      firstSeenAt: 1,
      confirmedAt: null,
    } as const;
    return {
      readUser: () => mappings.readUser('u'),
      readClaim: () => mappings.readClaim('1'),
      readPointer: () => mappings.readPointer('1'),
      readApplication: () => mappings.readApplication('u', 'A'),
      takeLock: () => mappings.takeLock('u', lock),
      readLock: () => mappings.readLock('u', 'person'),
      takeOverLock: () => mappings.takeOverLock('u', lock, lock),
      createApplication: () => mappings.createApplication(record),
      renewLease: () => mappings.renewLease(record, 2),
      noteForm: () =>
        mappings.noteForm(record, { unitFormId: '1', formExpiresAt: 2, leaseUntil: 1, nextCheckAt: 2 }),
      noteCheck: () => mappings.noteCheck(record, 1, 2),
      settleApplication: () => mappings.settleApplication(record),
      putPointer: () =>
        mappings.putPointer({ unitApplicationId: '1', stytchUserId: 'u', applicationId: 'A' }),
      putClaim: () => mappings.putClaim({ unitCustomerId: '1', stytchUserId: 'u' }),
      putCustomer: () =>
        mappings.putCustomer('u', { unitCustomerId: '1', type: 'individual', status: 'Active' }),
      putFactor: () => mappings.putFactor('u', factor),
      meetFactor: () => mappings.meetFactor('u', factor),
      beginFactor: () => mappings.beginFactor('u', factor),
      confirmFactor: () => mappings.confirmFactor('u', 'f', 1),
      takeUserLease: () => mappings.takeUserLease('u', 1, 2),
      endUserLease: () => mappings.endUserLease('u'),
      readEvent: () => mappings.readEvent('1'),
      recordEvent: () => mappings.recordEvent('1', 'settled', 1),
      unsettled: () => mappings.unsettled(1, 10),
    };
  };

  it('makes every call say that the service is unavailable for a moment', async () => {
    const client = tableClient(await unusedUrl());
    const calls = everyCall(createIdMappings(createStore(client, TABLE_NAME)));
    expect(Object.keys(calls).toSorted()).toEqual(Object.keys(bench.mappings).toSorted());
    const codes = await Promise.all(
      Object.entries(calls).map(async ([name, call]) => [name, await codeOf(call())] as const),
    );
    client.destroy();
    expect(codes.filter(([, code]) => code !== 'temporarily_unavailable')).toEqual([]);
  });

  it('makes the limits refuse, since they could not be counted', async () => {
    const client = tableClient(await unusedUrl());
    const counters = createCounters(
      createStore(client, TABLE_NAME),
      defaultLimits,
      async (text) => text,
      () => 1,
    );
    expect(await codeOf(counters.take('sendsPerAddress', 'x'))).toBe('temporarily_unavailable');
    client.destroy();
  });

  it.each(['ProvisionedThroughputExceededException', 'AccessDeniedException', 'ResourceNotFoundException'])(
    'INV5 leaves of its error the name alone: %s',
    async (name) => {
      const message = 'User: arn:aws:sts::123456789012:assumed-role/x is not authorized on table/IdMapping';
      const server = await startRawServer(
        answering(400, { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message }),
      );
      const client = tableClient(server.url);
      const mappings = createIdMappings(createStore(client, TABLE_NAME));
      const refusal = await refusalOf(mappings.readClaim('700001'));
      const written = await refusalOf(mappings.putClaim({ unitCustomerId: '700001', stytchUserId: 'u' }));
      client.destroy();
      await server.close();
      expect([refusal.code, written.code]).toEqual(['temporarily_unavailable', 'temporarily_unavailable']);
      expect(refusal.details.upstream).toEqual({ provider: 'aws', operation: 'get_item', vendorCode: name });
      expect(refusal.details.retryAfterSeconds).toBeGreaterThan(0);
      expect(everythingIn([refusal, written])).not.toMatch(/123456789012|700001|assumed-role/);
    },
  );
});
