// The process that stands for everything outside: a whole world of simulators behind the replay, and one user with a
// customer, for whom exchanges are asked over IPC.
import { randomUUID } from 'node:crypto';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import { call } from '../../local/journey-client.ts';
import { startWorld, type World } from '../../local/world.ts';
import type { Side } from './replay.ts';
import { type Replay, startReplay } from './replay.ts';

const delays = z.object({ stytch: z.number(), table: z.number(), unit: z.number(), secrets: z.number() });

/** What the bench asks of this process. */
const order = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('event') }),
  z.object({ kind: z.literal('bare') }),
  z.object({ kind: z.literal('delays'), delays }),
  z.object({ kind: z.literal('connections') }),
]);

const factors = [
  { type: 'magic_link', deliveryMethod: 'email' },
  { type: 'totp', deliveryMethod: 'authenticator_app' },
];

const applicant = (email: string) => ({
  type: 'individual',
  fullName: { first: 'Ada', last: 'Okafor' },
  dateOfBirth: '1991-04-23',
  phone: { countryCode: '1', number: '5555550142' },
  address: { street: '12 Juniper Way', city: 'Boise', state: 'ID', postalCode: '83702', country: 'US' },
  email,
  ssn: '600000001',
});

/** A user whose application Unit has approved. */
async function seedCustomer(world: World): Promise<string> {
  const email = 'bench@example.com';
  const { userId } = await world.stytch.controls.seedUser({ email, totp: true });
  const { sessionJwt } = await world.stytch.controls.startSession({ userId, factors });
  const { status, body } = await call('POST', `${world.apiUrl}/v1/applications`, {
    bearer: sessionJwt,
    body: applicant(email),
    headers: { 'idempotency-key': randomUUID() },
  });
  const { customerId } = z.object({ customerId: z.string() }).parse(body);
  if (status !== 201) throw new Error(`the application answered ${status}`);
  const client = new DynamoDBClient({
    endpoint: world.tableUrl,
    region: 'us-east-1',
    credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
  });
  // The baseline's own mapping: one item.
  await client.send(
    new PutItemCommand({
      TableName: world.tableName,
      Item: { pk: { S: `BASELINE#${userId}` }, sk: { S: 'CUSTOMER' }, unitCustomerId: { S: customerId } },
    }),
  );
  client.destroy();
  return userId;
}

/** The environment of the deployed token function, with the vendors' own hosts, and AWS's. */
function environmentOf(world: World, port: number): Record<string, string> {
  const found = world.functions().find(({ name }) => name === 'token');
  if (found === undefined) throw new Error('no function token');
  const own = Object.entries(found.environment).filter(([name]) => !name.startsWith('AWS_ENDPOINT_URL'));
  return {
    ...Object.fromEntries(own),
    STYTCH_BASE_URL: 'https://test.stytch.com',
    UNIT_BASE_URL: 'https://api.s.unit.sh',
    BENCH_VENDORS_PORT: String(port),
  };
}

/** One exchange for a sensitive scope, by a session of its own: Query, GetItem and the limit's UpdateItem. */
async function newEvent(world: World, userId: string): Promise<object> {
  const { sessionJwt } = await world.stytch.controls.startSession({ userId, factors });
  return {
    version: '2.0',
    routeKey: 'POST /v1/token',
    rawPath: '/v1/token',
    rawQueryString: '',
    headers: { authorization: `Bearer ${sessionJwt}`, 'content-type': 'application/json' },
    requestContext: {
      requestId: randomUUID(),
      http: { method: 'POST', path: '/v1/token', sourceIp: '203.0.113.7' },
    },
    body: JSON.stringify({ scopes: ['cards-write'] }),
    isBase64Encoded: false,
  };
}

/** The same outside calls as ours was seen to make last, for the bare subjects. */
function bareEvent(replay: Replay): object {
  const last = (side: Side, isIt: (one: { url: string; action: string; body: string }) => boolean) => {
    const found = replay.requests().findLast((one) => one.side === side && isIt(one));
    if (found === undefined) throw new Error(`ours made no such request of ${side}`);
    const { url, method, body, headers } = found;
    const { 'content-length': _length, connection: _connection, ...sent } = headers;
    return { url, method, body, headers: sent };
  };
  const input = (action: string): unknown =>
    JSON.parse(last('table', (one) => one.action === action && !one.body.includes('BASELINE#')).body);
  return {
    body: JSON.stringify({
      stytch: last('stytch', ({ url }) => url.endsWith('/sessions/authenticate')),
      unit: last('unit', ({ url }) => url.endsWith('/token')),
      query: input('Query'),
      get: input('GetItem'),
      update: input('UpdateItem'),
    }),
  };
}

const world = await startWorld({ concurrency: 1 });
const userId = await seedCustomer(world);
const replay = await startReplay({
  stytch: world.stytch.url,
  unit: world.unit.url,
  table: world.tableUrl,
  secrets: world.secretsUrl,
});

const obey = async (message: z.infer<typeof order>): Promise<object> => {
  switch (message.kind) {
    case 'event':
      return newEvent(world, userId);
    case 'bare':
      return bareEvent(replay);
    case 'delays':
      replay.setDelays(message.delays);
      return {};
    case 'connections':
      return replay.takeConnections();
  }
};

process.on('message', (message) => {
  void obey(order.parse(message)).then(
    (answer) => process.send?.({ answer }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.on('disconnect', () => void world.close().finally(() => process.exit(0)));
process.send?.({ answer: { environment: environmentOf(world, replay.port) } });
