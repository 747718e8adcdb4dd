// What an exchange asks of the table: the same few calls, however many users there are.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createIdMappings } from '../../functions/adapters/table/id-mappings.ts';
import { createStore } from '../../functions/adapters/table/store.ts';
import { call } from '../../local/journey-client.ts';
import type { World } from '../../local/world.ts';
import { type SignedInUser, startTestWorld } from '../support/world.ts';
import { makeCustomer, sessionOf } from './matrix/asks.ts';
import { makePlace, type Place, piecesOf } from './matrix/place.ts';

let world: World;
let place: Place;
let customer: SignedInUser;

beforeAll(async () => {
  world = await startTestWorld();
  place = await makePlace(world, piecesOf(world), 'token', { areKeysOld: false });
  await place.start();
  customer = await makeCustomer(world);
});
afterAll(async () => {
  await place.close();
  await world.close();
});

/** The calls to the table that one exchange makes, without their order. */
async function callsOf(scope: string): Promise<readonly string[]> {
  const { sessionJwt } = await sessionOf(world, customer, true);
  const before = place.links.table.calls.length;
  const answer = await call('POST', `${place.apiUrl}/v1/token`, {
    bearer: sessionJwt,
    body: { scopes: [scope] },
  });
  expect(answer.status).toBe(201);
  return place.links.table.calls.slice(before).toSorted();
}

/** Other users' factors, customers and claims. */
async function addOthers(count: number): Promise<void> {
  const client = new DynamoDBClient({
    endpoint: world.tableUrl,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const mappings = createIdMappings(createStore(client, world.tableName));
  for (let i = 0; i < count; i += 1) {
    const stytchUserId = `user-test-other-${i}`;
    const unitCustomerId = String(8_000_000 + i);
    await mappings.putCustomer(stytchUserId, { unitCustomerId, type: 'individual', status: 'Active' });
    await mappings.putClaim({ unitCustomerId, stytchUserId });
  }
  client.destroy();
}

const read = ['POST GetItem', 'POST Query'];
const counted = [...read, 'POST UpdateItem'];

describe('an exchange', () => {
  it('asks the table for the user by one Query and for the claim by one GetItem, and counts a sensitive one', async () => {
    expect(await callsOf('accounts')).toEqual(read);
    expect(await callsOf('payments-write')).toEqual(counted);
  });

  it('asks no more of it with a hundred other users, and never by a Scan', async () => {
    await addOthers(100);
    expect(await callsOf('accounts')).toEqual(read);
    expect(await callsOf('payments-write')).toEqual(counted);
    expect(place.links.table.calls.filter((one) => /Scan|Batch|Transact/.test(one))).toEqual([]);
  });
});
