// What attacks on requests need beside the frame: users of several kinds, raw requests, Stytch behind our back, the table.
import { randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { expect } from '@jest/globals';
import type { LimitName } from '../../functions/core/limits.ts';
import { stages } from '../../lib/stages.ts';
import { call, type Exchange } from '../../local/journey-client.ts';
import type { World } from '../../local/world.ts';
import {
  emailFactor,
  onTable,
  readDevTemplate,
  type SignedInUser,
  startTestWorld,
  withLimits,
} from './world.ts';

/** A world on the bundles that are attacked, with other limits where the attack is on something else; `added`: to every function's environment. */
export function startSecurityWorld(
  maxima: Partial<Record<LimitName, number>> = {},
  added: Readonly<Record<string, string>> = {},
  template = readDevTemplate(),
): Promise<World> {
  withLimits(maxima, { template });
  for (const { Properties } of Object.values(template.Resources)) {
    const variables = Properties?.['Environment']?.Variables;
    if (variables !== undefined) Object.assign(variables, added);
  }
  const bundles = process.env['ATTACKED_BUNDLES'];
  return startTestWorld(bundles === undefined ? { template } : { template, bundles });
}

/** One call to our API. */
export const api = (
  world: World,
  method: string,
  path: string,
  bearer?: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Exchange> =>
  call(method, `${world.apiUrl}${path}`, {
    ...(bearer === undefined ? {} : { bearer }),
    ...(body === undefined ? {} : { body }),
    headers,
  });

/** A member of the body as text. */
export const field = (exchange: Exchange, name: string): string =>
  String((exchange.body as Record<string, unknown> | null)?.[name]);

/** Someone with an email alone. */
export async function newcomer(world: World): Promise<SignedInUser> {
  const email = `new.${randomUUID().slice(0, 8)}@example.com`;
  const { userId } = await world.stytch.controls.seedUser({ email });
  return { userId, email, ...(await signInAgain(world, { userId })) };
}

/** One more session of a user, proved by the inbox alone. */
export const signInAgain = (world: World, { userId }: { readonly userId: string }, ageSeconds = 0) =>
  world.stytch.controls.startSession({ userId, factors: [{ ...emailFactor, ageSeconds }] });

export const lastCode = (world: World, to: string): string =>
  world.stytch.controls.outbox(to).at(-1)?.code ?? '';

let numbers = 1000;
export const newNumber = (): string => {
  numbers += 1;
  return `+1415555${numbers}`;
};

/** Enrols a number over our API: the stepped-up JWT and the factor's id. */
export async function enrolSms(world: World, { sessionJwt }: { sessionJwt: string }, phoneNumber: string) {
  const begun = await api(world, 'POST', '/v1/factors/sms', sessionJwt, { phoneNumber });
  expect(begun.status).toBe(202);
  const confirmed = await api(world, 'POST', '/v1/factors/sms/confirm', sessionJwt, {
    challengeId: field(begun, 'challengeId'),
    code: lastCode(world, phoneNumber),
  });
  expect(confirmed.status).toBe(200);
  return {
    sessionJwt: field(confirmed, 'sessionJwt'),
    factorId: await factorIdOf(world, field(confirmed, 'sessionJwt'), 'sms'),
  };
}

interface ListedFactor {
  readonly kind: string;
  readonly factorId: string;
  readonly counts: boolean;
}

export async function listFactors(world: World, sessionJwt: string): Promise<readonly ListedFactor[]> {
  const { body } = await api(world, 'GET', '/v1/factors', sessionJwt);
  return (body as { factors: ListedFactor[] }).factors;
}

export async function factorIdOf(world: World, sessionJwt: string, kind: string): Promise<string> {
  const factors = await listFactors(world, sessionJwt);
  return factors.find((factor) => factor.kind === kind)?.factorId ?? '';
}

/** A call to Stytch that does not go through us: an app of its own SDK, or somebody at the dashboard. */
export async function askStytch(
  { stytch, secrets }: World,
  method: string,
  path: string,
  body?: object,
): Promise<Record<string, unknown>> {
  const credentials = `${stages.dev.stytchProjectId}:${secrets.seeded.stytch}`;
  const response = await fetch(`${stytch.url}${path}`, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
      'content-type': 'application/json',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return (await response.json()) as Record<string, unknown>;
}

/** Attaches and proves a number at Stytch, past us; the JWT that Stytch then gives. */
export async function proveNumberAtStytch(
  world: World,
  { userId, sessionJwt }: { readonly userId: string; readonly sessionJwt: string },
  phoneNumber: string,
): Promise<string> {
  const sent = await askStytch(world, 'POST', '/v1/otps/sms/send', {
    user_id: userId,
    phone_number: phoneNumber,
  });
  return proveCodeAtStytch(world, sessionJwt, String(sent['phone_id']), lastCode(world, phoneNumber));
}

export async function proveCodeAtStytch(world: World, sessionJwt: string, methodId: string, code: string) {
  const body = { method_id: methodId, code, session_jwt: sessionJwt };
  return String((await askStytch(world, 'POST', '/v1/otps/authenticate', body))['session_jwt']);
}

export async function recoveryCodesOf(world: World, userId: string): Promise<readonly string[]> {
  const { totps } = await askStytch(world, 'POST', '/v1/totps/recovery_codes', { user_id: userId });
  return (totps as { recovery_codes: string[] }[])[0]?.recovery_codes ?? [];
}

/** Writes an item as somebody with the table in hand would. */
export async function putItem(world: World, item: Record<string, unknown>): Promise<void> {
  const command = new PutItemCommand({ TableName: world.tableName, Item: marshall({ v: 1, ...item }) });
  await onTable(world, (client) => client.send(command));
}

/** Sends exactly these headers, repeated ones too, and exactly these bytes. */
export function sendRaw(
  world: World,
  method: string,
  path: string,
  headers: readonly (readonly [string, string])[],
  body: string | Uint8Array = '',
): Promise<Exchange> {
  const { hostname, port } = new URL(world.apiUrl);
  const bytes = Buffer.from(body);
  const lines = [...headers, ['content-length', String(bytes.length)], ['host', hostname]] as const;
  return new Promise((resolve, reject) => {
    const sending = httpRequest({ hostname, port, method, path, headers: lines.flat() }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({
          method,
          url: `${world.apiUrl}${path}`,
          status: answer.statusCode ?? 0,
          headers: new Headers(Object.entries(answer.headers).map(([name, value]) => [name, String(value)])),
          body: text === '' ? null : JSON.parse(text),
        });
      });
    });
    sending.on('error', reject);
    sending.end(bytes);
  });
}

export const jsonHeaders = (bearer?: string): [string, string][] => [
  ['content-type', 'application/json'],
  ...(bearer === undefined ? [] : [['authorization', `Bearer ${bearer}`] as [string, string]]),
];

/** An answer but for what names the request itself: two that differ in nothing else tell nothing apart. */
export const withoutRequestId = ({ status, headers, body }: Exchange) => ({
  status,
  type: headers.get('content-type'),
  body: JSON.stringify(body).replace(/urn:request-id:[^"]+/, ''),
  length: headers.get('content-length'),
});

/** One that opens nothing and breaks out of nothing, as an id in a path. */
export const oddIds = (mine: string): readonly string[] => [
  '*',
  '%',
  '.',
  '..',
  '../../x',
  `../${mine}`,
  `..%2f${mine}`,
  '%2e%2e',
  '%252e%252e%252f',
  `${mine}/..`,
  `${mine} `,
  ` ${mine}`,
  `${mine}#x`,
  `${mine}?x`,
  `${mine};x=y`,
  `${mine}\u0000`,
  `${mine}\u2028`,
  `\uff0e\uff0e\uff0f`,
  '\\',
  '$ne',
  "' OR '1'='1",
  'constructor',
  '__proto__',
  'null',
  'x'.repeat(3000),
];
