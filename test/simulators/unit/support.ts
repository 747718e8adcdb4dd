// What the tests of the Unit simulator share: a simulator with a clock, a caller, sample applicants, session JWTs.
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { type Listening, listen } from '../../../simulators/server.ts';
import {
  createUnitSimulator,
  type UnitControls,
  type UnitSimulator,
  type UnitSimulatorOptions,
} from '../../../simulators/unit/simulator.ts';

export const ORG = 'org-token-of-the-tests';
const scopes =
  'applications applications-write customers customers-write customer-token-write cards cards-write accounts ' +
  'webhooks webhooks-write events events-write api-tokens-write';

export interface Reply {
  readonly status: number;
  readonly json: unknown;
  readonly headers: Headers;
}

export interface CallOptions {
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

export interface Unit {
  readonly simulator: UnitSimulator;
  readonly controls: UnitControls;
  readonly clock: { now: number };
  readonly call: (method: string, path: string, options?: CallOptions) => Promise<Reply>;
}

/** A simulator whose clock stands still until a test moves it. */
export function unit(options: Partial<UnitSimulatorOptions> = {}): Unit {
  const clock = { now: Date.parse('2026-02-03T04:05:06.789Z') };
  const simulator = createUnitSimulator({
    orgTokens: [{ token: ORG, scopes: scopes.split(' ') }],
    now: () => clock.now,
    ...options,
  });
  return {
    simulator,
    controls: simulator.controls,
    clock,
    call: (method, path, { token = ORG, body, headers } = {}) =>
      reply(
        simulator.handle(
          new Request(`http://unit.simulator${path}`, {
            method,
            headers: {
              ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
              ...(body === undefined ? {} : { 'content-type': 'application/vnd.api+json' }),
              ...headers,
            },
            ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
          }),
        ),
      ),
  };
}

async function reply(pending: Promise<Response>): Promise<Reply> {
  const response = await pending;
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  const json: unknown = isJson ? JSON.parse(text) : text;
  return { status: response.status, json, headers: response.headers };
}

/** The value at a path of keys; a missing one is undefined. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let found = value;
  for (const key of path) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = Reflect.get(found, key);
  }
  return found;
}

/** The same, as the text that it must be. */
export function textAt(value: unknown, ...path: readonly (string | number)[]): string {
  const found = at(value, ...path);
  if (typeof found !== 'string') throw new Error(`no text at ${path.join('.')} of ${JSON.stringify(value)}`);
  return found;
}

export const SUBJECT = 'user-test-0f2c';
export const TAG = 'NJZ3YTEYBNFOW57B4M6LHFHDHY';

/** Attributes of an individual who is approved. */
export const ada = {
  fullName: { first: 'Ada', last: 'Okafor' },
  dateOfBirth: '1991-04-23',
  ssn: '078051120',
  email: 'ada.okafor@example.com',
  phone: { countryCode: '1', number: '5555550142' },
  address: { street: '12 Juniper Way', city: 'Boise', state: 'ID', postalCode: '83702', country: 'US' },
  occupation: 'ScientistOrTechnologist',
  annualIncome: 'Between50kAnd100k',
  sourceOfIncome: 'EmploymentOrPayrollIncome',
  ip: '203.0.113.7',
  jwtSubject: SUBJECT,
  tags: { bridgeApplicationId: TAG },
};

const { occupation, fullName, email, phone, address, dateOfBirth } = ada;

/** Attributes of a business that is approved. */
export const acme = {
  name: 'Acme Tools',
  ein: '123456789',
  entityType: 'LLC',
  stateOfIncorporation: 'DE',
  phone,
  address,
  contact: { fullName, email, phone, jwtSubject: SUBJECT },
  officer: { fullName, email, phone, address, dateOfBirth, occupation, ssn: '123123123' },
  beneficialOwners: [
    { fullName, email, phone, address, dateOfBirth, ssn: '321321321', percentage: 60 },
    { fullName, email, phone, address, dateOfBirth, ssn: '321321322', percentage: 10 },
  ],
  tags: { bridgeApplicationId: TAG },
};

export const individual = (attributes: object = {}): object => ({
  data: { type: 'individualApplication', attributes: { ...ada, ...attributes } },
});

export const business = (attributes: object = {}): object => ({
  data: { type: 'businessApplication', attributes: { ...acme, ...attributes } },
});

/** Applies and returns the id of the customer. */
export async function customerOf(bank: Unit, body: object = individual()): Promise<string> {
  const { json } = await bank.call('POST', '/applications', { body });
  return textAt(json, 'data', 'relationships', 'customer', 'data', 'id');
}

/** The body of the token call. */
export const tokenBody = (attributes: object): object => ({ data: { type: 'customerToken', attributes } });

export interface IdentityProvider {
  readonly jwksUrl: () => string;
  readonly keys: { kid: string }[];
  readonly fetches: () => number;
  readonly outage: { isOn: boolean };
  readonly jwt: (claims?: object, header?: object) => string;
  readonly server: Listening;
}

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const strangers = generateKeyPairSync('rsa', { modulusLength: 2048 });
const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Signs claims with the key of the tests, or with a stranger's. */
export function signJwt(claims: object, header: object = {}, key: 'own' | 'stranger' = 'own'): string {
  const signed = `${encoded({ alg: 'RS256', kid: 'key-1', ...header })}.${encoded(claims)}`;
  const { privateKey } = key === 'own' ? pair : strangers;
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), privateKey).toString('base64url')}`;
}

/** An HMAC over the public key's text, as in a confusion of algorithms. */
export function hmacJwt(claims: object): string {
  const signed = `${encoded({ alg: 'HS256', kid: 'key-1' })}.${encoded(claims)}`;
  const secret = pair.publicKey.export({ type: 'spki', format: 'pem' });
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

/** A JWKS over HTTP, with claims that suit `ada` at the clock of the tests. */
export async function identityProvider(): Promise<IdentityProvider> {
  const keys = [{ ...pair.publicKey.export({ format: 'jwk' }), kid: 'key-1', use: 'sig', alg: 'RS256' }];
  const outage = { isOn: false };
  let fetches = 0;
  const server = await listen(async () => {
    fetches += 1;
    return outage.isOn ? new Response('down', { status: 503 }) : Response.json({ keys });
  }, 0);
  return {
    jwksUrl: () => `${server.url}/v1/sessions/jwks/project-test-1`,
    keys,
    fetches: () => fetches,
    outage,
    jwt: (claims = {}, header = {}) =>
      signJwt({ sub: SUBJECT, exp: Date.parse('2026-02-03T04:10:00Z') / 1000, ...claims }, header),
    server,
  };
}

export interface Receiver {
  readonly url: string;
  readonly deliveries: { readonly body: string; readonly headers: Headers; readonly types: string[] }[];
  /** Answers for the next deliveries; 200 when there is none left. */
  readonly statuses: number[];
  readonly server: Listening;
}

/** Something that takes webhooks. */
export async function receiver(): Promise<Receiver> {
  const deliveries: Receiver['deliveries'] = [];
  const statuses: number[] = [];
  const server = await listen(async (request) => {
    const body = await request.text();
    const data = at(JSON.parse(body), 'data');
    const types = Array.isArray(data) ? data.map((event: unknown) => textAt(event, 'type')) : [];
    deliveries.push({ body, headers: request.headers, types });
    return new Response(null, { status: statuses.shift() ?? 200 });
  }, 0);
  return { url: `${server.url}/unit`, deliveries, statuses, server };
}

/** The body that registers a webhook. */
export const webhookBody = (url: string, attributes: object = {}): object => ({
  data: {
    type: 'webhook',
    attributes: {
      label: 'bridge',
      url,
      token: 'unit-webhook-demo-secret',
      contentType: 'JsonAPI',
      deliveryMode: 'AtLeastOnce',
      includeResources: false,
      subscriptionType: 'All',
      ...attributes,
    },
  },
});
