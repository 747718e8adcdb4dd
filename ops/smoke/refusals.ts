// Every refusal that needs no user: what a stranger gets, from the gateway and from each function behind it.
import { createHmac, randomBytes } from 'node:crypto';
import { routes } from '../../functions/contract/routes.ts';
import type { ErrorCode } from '../../functions/core/errors.ts';
import { authenticateHeader, type Check, faultsOfProblem, outcomeOf } from './check.ts';
import { json, type ProbeRequest } from './probe.ts';

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Of the right form and long over; its signature is noise. */
const expiredJwt = (): string =>
  [
    encode({ alg: 'RS256', kid: 'jwk-smoke', typ: 'JWT' }),
    encode({ sub: 'user-smoke', iss: 'stytch.com/smoke', aud: ['smoke'], iat: 1, nbf: 1, exp: 301 }),
    randomBytes(256).toString('base64url'),
  ].join('.');

const exchange = (headers: Readonly<Record<string, string>> = {}): ProbeRequest => ({
  method: 'POST',
  path: routes.exchangeToken.path,
  headers: { ...json, ...headers },
  body: JSON.stringify({ scopes: ['accounts'] }),
});

const signUp = (body: string, contentType = 'application/json'): ProbeRequest => ({
  method: 'POST',
  path: routes.signUp.path,
  headers: { 'content-type': contentType },
  body,
});

const NO_EVENTS = '{"data":[]}';
const webhook = (headers: Readonly<Record<string, string>> = {}): ProbeRequest => ({
  method: 'POST',
  path: routes.unitWebhook.path,
  headers: { ...json, ...headers },
  body: NO_EVENTS,
});
const forged = (): string => createHmac('sha1', randomBytes(32)).update(NO_EVENTS).digest('base64');

const refusal = (name: string, request: () => ProbeRequest, code: ErrorCode): Check => ({
  name,
  async run({ probe }) {
    const reply = await probe(request());
    return outcomeOf([reply], faultsOfProblem(reply, code), `${reply.status} ${code}`);
  },
});

const unrouted = (name: string, request: ProbeRequest): Check => ({
  name,
  async run({ probe }) {
    const reply = await probe(request);
    return outcomeOf(
      [reply],
      reply.status === 404 ? [] : [`${reply.status} in place of 404`],
      'by the gateway',
    );
  },
});

/** RFC 6750: without a token no error is named; with a bad one it is. */
const challenged = (name: string, request: () => ProbeRequest, header: string): Check => ({
  name,
  async run({ probe }) {
    const reply = await probe(request());
    const found = authenticateHeader(reply);
    const faults = [
      ...faultsOfProblem(reply, 'invalid_token'),
      ...(found.value === header ? [] : [found.name === null ? 'no WWW-Authenticate' : 'another challenge']),
    ];
    return outcomeOf([reply], faults, `401 invalid_token, ${found.name ?? ''}`);
  },
});

const BAD = 'Bearer error="invalid_token"';

export const refusalChecks: readonly Check[] = [
  challenged('token_without_jwt', exchange, 'Bearer'),
  challenged('token_with_garbage', () => exchange({ authorization: 'Bearer not-a-jwt' }), BAD),
  challenged('token_with_expired_jwt', () => exchange({ authorization: `Bearer ${expiredJwt()}` }), BAD),
  refusal('factors_without_jwt', () => ({ method: 'GET', path: routes.listFactors.path }), 'invalid_token'),
  refusal('application_without_jwt', () => ({ method: 'GET', path: '/v1/applications/1' }), 'invalid_token'),
  refusal('signup_bad_body', () => signUp('{"method":"email_otp","email":"nobody"}'), 'invalid_request'),
  refusal('signup_not_json', () => signUp('{'), 'invalid_request'),
  refusal('signup_wrong_type', () => signUp('{}', 'text/plain'), 'unsupported_media_type'),
  refusal('signup_too_large', () => signUp('x'.repeat(routes.signUp.maxBodyBytes + 1)), 'payload_too_large'),
  unrouted('unknown_path', { method: 'GET', path: '/v1/nothing-here' }),
  unrouted('unknown_method', { method: 'GET', path: routes.exchangeToken.path }),
  refusal('webhook_unsigned', () => webhook(), 'invalid_signature'),
  refusal('webhook_wrongly_signed', () => webhook({ 'x-unit-signature': forged() }), 'invalid_signature'),
];
