// A world over the prepared template, for tests over HTTP through the bundles.
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod/mini';
import { defaultLimits, type LimitName, type Limits } from '../../functions/core/limits.ts';
import { call } from '../../local/journey-client.ts';
import { startWorld, type World, type WorldOptions } from '../../local/world.ts';

const template = z.looseObject({
  Resources: z.record(
    z.string(),
    z.looseObject({ Type: z.string(), Properties: z.optional(z.record(z.string(), z.any())) }),
  ),
});
export type Template = z.infer<typeof template>;

const readTemplate = (name: string): Template =>
  template.parse(JSON.parse(readFileSync(`dist/test/${name}.json`, 'utf8')));

/** A fresh copy of the prepared template. */
export const readDevTemplate = (): Template => readTemplate('template');

/** The same of a stage that keeps sessions in a cookie; its pages are on `http://localhost:4400`. */
export const readCookieTemplate = (): Template => readTemplate('cookie-template');

/** Where worlds leave what their functions asked of AWS, for the proof of least privilege. */
export const AWS_CALLS = 'dist/test/aws-calls';

/** Windows are aligned to the clock: of an hour or a day one may turn in the middle of a test, of a year hardly. */
const NO_NEAR_EDGE_SECONDS = 365 * 86_400;

type Maxima = Readonly<Partial<Record<LimitName, number>>>;

/** Maxima that no test reaches: otherwise most answers of many requests would be 429. */
export const wideMaxima: Maxima = Object.fromEntries(
  Object.keys(defaultLimits).map((name) => [name, 10_000]),
);

/**
 * The prepared template, or another, with some maxima changed and windows that do not turn while a test runs; where
 * `doWindowsTurn` they are those of the deployment.
 */
export function withLimits(
  maxima: Maxima = {},
  { template = readDevTemplate(), doWindowsTurn = false } = {},
): Template {
  for (const { Properties } of Object.values(template.Resources)) {
    const variables = Properties?.['Environment']?.Variables;
    if (variables?.LIMITS === undefined) continue;
    const limits: Limits = JSON.parse(variables.LIMITS);
    const changed = Object.entries(limits).map(([name, { max, windowSeconds }]) => [
      name,
      {
        max: maxima[name as LimitName] ?? max,
        windowSeconds: doWindowsTurn ? windowSeconds : NO_NEAR_EDGE_SECONDS,
      },
    ]);
    variables.LIMITS = JSON.stringify(Object.fromEntries(changed));
  }
  return template;
}

/** Starts a world; a test may change the template first. */
export async function startTestWorld(options: WorldOptions = {}): Promise<World> {
  const world = await startWorld({ template: readDevTemplate(), ...options });
  return {
    ...world,
    async close() {
      mkdirSync(AWS_CALLS, { recursive: true });
      writeFileSync(`${AWS_CALLS}/${randomUUID()}.json`, JSON.stringify(world.awsCalls()));
      await world.close();
    },
  };
}

export interface SignedInUser {
  readonly userId: string;
  readonly email: string;
  readonly sessionId: string;
  readonly sessionToken: string;
  readonly sessionJwt: string;
}

type Factor = { readonly type: string; readonly deliveryMethod: string; readonly ageSeconds?: number };

export const emailFactor = { type: 'magic_link', deliveryMethod: 'email' } as const;
export const totpFactor = { type: 'totp', deliveryMethod: 'authenticator_app' } as const;

/** A user with an email and a TOTP, signed in at Stytch with these factors, as an app of its own would do. */
export async function signedInUser(
  { stytch }: World,
  factors: readonly Factor[] = [emailFactor, totpFactor],
): Promise<SignedInUser> {
  const email = `user.${randomUUID().slice(0, 8)}@example.com`;
  const { userId } = await stytch.controls.seedUser({ email, totp: true });
  const session = await stytch.controls.startSession({ userId, factors: [...factors] });
  return { userId, email, ...session };
}

export const person = {
  fullName: { first: 'Ada', last: 'Okafor' },
  dateOfBirth: '1991-04-23',
  phone: { countryCode: '1', number: '5555550142' },
  address: { street: '12 Juniper Way', city: 'Boise', state: 'ID', postalCode: '83702', country: 'US' },
} as const;

let nextSsn = 600_000_000;

/** The body of an application that Unit approves at once. */
export const individual = (email: string, changes: object = {}) => {
  nextSsn += 1;
  return { type: 'individual', ...person, email, ssn: String(nextSsn), ...changes };
};

/** Sends an application. */
export const apply = (world: World, user: SignedInUser, body: object, key: string = randomUUID()) =>
  call('POST', `${world.apiUrl}/v1/applications`, {
    bearer: user.sessionJwt,
    body,
    headers: { 'idempotency-key': key },
  });

/** The table, as somebody with it in hand has it. */
export async function onTable<T>(
  { tableUrl }: World,
  work: (client: DynamoDBClient) => Promise<T>,
): Promise<T> {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new DynamoDBClient({ endpoint: tableUrl, region: 'us-east-1', credentials });
  try {
    return await work(client);
  } finally {
    client.destroy();
  }
}

/** Sets attributes of an item, as if time had gone by or somebody had been at the table. */
export async function editItem(
  world: World,
  { pk, sk }: Readonly<Record<string, unknown>>,
  changes: Readonly<Record<string, string | number | boolean>>,
): Promise<void> {
  const entries = Object.entries(changes);
  if (entries.length === 0) return;
  await onTable(world, (client) =>
    client.send(
      new UpdateItemCommand({
        TableName: world.tableName,
        Key: marshall({ pk, sk }),
        UpdateExpression: `SET ${entries.map((_, i) => `#n${i} = :v${i}`).join(', ')}`,
        ExpressionAttributeNames: Object.fromEntries(entries.map(([name], i) => [`#n${i}`, name])),
        ExpressionAttributeValues: marshall(
          Object.fromEntries(entries.map(([, value], i) => [`:v${i}`, value])),
        ),
      }),
    ),
  );
}

/** Makes every unsettled application due now, as if its wait were over. */
export async function makeChecksDue(world: World): Promise<number> {
  const waiting = (await world.scanTable()).filter((item) => item['unsettledPk'] !== undefined);
  for (const item of waiting) await editItem(world, item, { nextCheckAt: 1 });
  return waiting.length;
}
