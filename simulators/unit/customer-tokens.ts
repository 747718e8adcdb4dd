// The call that the bridge exists for: a customer token for scopes, after two factors where a scope needs them.
import { randomBytes } from 'node:crypto';
import * as z from 'zod/mini';
import { CUSTOMER_TOKEN_SECONDS } from './assumptions.ts';
import { writableCustomerOf } from './customers.ts';
import { forbidden, invalidValue, notFound } from './errors.ts';
import { answer, envelope, idPattern, parse } from './jsonapi.ts';
import type { Jwks } from './jwks.ts';
import { requireJwtShape, verifyJwt } from './jwt-verification.ts';
import { passOtp } from './otp.ts';
import type { Customer, CustomerToken, TokenResource } from './records.ts';
import type { Call, Route } from './route.ts';
import { isCardScope, isForCustomers, splitScopes } from './scopes.ts';
import type { World } from './world.ts';

const resources = z
  .array(
    z.strictObject({
      type: z.enum(['account', 'card']),
      ids: z.array(z.string().check(z.regex(idPattern))).check(z.minLength(1)),
    }),
  )
  .check(z.minLength(1));

const expiresIn = z.int().check(z.gte(1), z.lte(CUSTOMER_TOKEN_SECONDS));

const tokenRequest = envelope(
  'customerToken',
  z.strictObject({
    scope: z.string(),
    upgradableScope: z.optional(z.string()),
    jwtToken: z.optional(z.string()),
    verificationToken: z.optional(z.string()),
    verificationCode: z.optional(z.string()),
    expiresIn: z.optional(expiresIn),
    resources: z.optional(resources),
  }),
);

type TokenRequest = z.infer<typeof tokenRequest>['data']['attributes'];

const cardholderRequest = envelope(
  'cardholderToken',
  z.strictObject({ scope: z.string(), expiresIn: z.optional(expiresIn) }),
);

async function create(call: Call, jwks: Jwks): Promise<Response> {
  const { world } = call;
  const request = parse(tokenRequest, call.body).data.attributes;
  const { scopes, upgradableScopes } = scopesOf(request);
  requireHolderMay(call, scopes);
  const customer = writableCustomerOf(call);
  requireOwnResources(world, customer, request.resources ?? []);
  await requireFactors(world, jwks, customer, request, scopes);
  const token = issue(world, {
    customerId: customer.id,
    scopes,
    upgradableScopes,
    resources: request.resources ?? [],
    seconds: request.expiresIn ?? CUSTOMER_TOKEN_SECONDS,
  });
  return tokenAnswer('customerBearerToken', token.token, request.expiresIn);
}

function scopesOf(request: TokenRequest): { scopes: string[]; upgradableScopes: string[] } {
  const scopes = splitScopes(request.scope);
  if (scopes.length === 0) throw invalidValue('scope is required', '/data/attributes/scope');
  const upgradableScopes = splitScopes(request.upgradableScope ?? '');
  const mayUpgrade = upgradableScopes.length > 0;
  for (const scope of scopes) {
    if (isForCustomers(scope) || (mayUpgrade && scope === 'customer-token-write')) continue;
    throw invalidValue('scope names one that a customer token cannot have', '/data/attributes/scope');
  }
  const upgradesWell = upgradableScopes.every(isForCustomers);
  if (request.upgradableScope !== undefined && (!mayUpgrade || !upgradesWell)) {
    throw invalidValue('upgradableScope is not valid', '/data/attributes/upgradableScope');
  }
  if (mayUpgrade && !scopes.includes('customer-token-write')) {
    throw invalidValue('upgradableScope needs customer-token-write in scope', '/data/attributes/scope');
  }
  return { scopes, upgradableScopes };
}

/** A holder who upgrades by Unit's own passcode stays within what the token was made for. */
function requireHolderMay(call: Call, scopes: readonly string[]): void {
  if (call.caller.kind !== 'customer') return;
  const { token } = call.caller;
  const reachable = [...token.scopes, ...token.upgradableScopes];
  if (!scopes.every((scope) => reachable.includes(scope)))
    throw forbidden('the token cannot gain that scope');
}

function requireOwnResources(world: World, customer: Customer, wanted: readonly TokenResource[]): void {
  for (const [i, { type, ids }] of wanted.entries()) {
    const known: ReadonlyMap<string, { readonly customerId: string }> =
      type === 'card' ? world.cards : world.accounts;
    for (const [j, id] of ids.entries()) {
      // assumed: Unit looks whether the resource is the customer's
      if (known.get(id)?.customerId === customer.id) continue;
      throw invalidValue(`no such ${type} of this customer`, `/data/attributes/resources/${i}/ids/${j}`);
    }
  }
}

async function requireFactors(
  world: World,
  jwks: Jwks,
  customer: Customer,
  request: TokenRequest,
  scopes: readonly string[],
): Promise<void> {
  const { jwtToken, verificationToken, verificationCode } = request;
  const hasOtp = verificationToken !== undefined || verificationCode !== undefined;
  if (jwtToken !== undefined && hasOtp) {
    throw invalidValue('a JWT and a passcode exclude each other', '/data/attributes/jwtToken');
  }
  const needs2fa = scopes.some((scope) => world.switches.twoFactorScopes.includes(scope));
  if (jwtToken !== undefined) {
    if (needs2fa || world.switches.jwtCheck === 'strict') await verifyJwt(world, jwks, jwtToken, customer);
    else requireJwtShape(world, jwtToken);
    return;
  }
  if (!needs2fa) return;
  if (!hasOtp) throw invalidValue('a scope needs two factors', '/data/attributes/scope');
  passOtp(world, customer.id, verificationToken, verificationCode);
}

interface NewToken extends Omit<CustomerToken, 'token' | 'expiresAt'> {
  readonly seconds: number;
}

function issue(world: World, { seconds, ...rest }: NewToken): CustomerToken {
  for (const [text, old] of world.customerTokens) {
    if (old.expiresAt > world.now()) break;
    world.customerTokens.delete(text);
  }
  const token = {
    ...rest,
    token: `v2.public.${randomBytes(96).toString('base64url')}`,
    expiresAt: world.now() + seconds * 1_000,
  };
  world.customerTokens.set(token.token, token);
  world.received.note('customerTokens', token.token);
  return token;
}

const tokenAnswer = (type: string, token: string, seconds = CUSTOMER_TOKEN_SECONDS): Response =>
  answer(201, { data: { type, attributes: { token, expiresIn: seconds } } });

function createForCardholder(call: Call): Response {
  const { world } = call;
  const request = parse(cardholderRequest, call.body).data.attributes;
  const scopes = splitScopes(request.scope);
  if (scopes.length === 0 || !scopes.every(isCardScope)) {
    throw invalidValue('scope must name card scopes', '/data/attributes/scope');
  }
  const card = world.cards.get(call.param('cardId'));
  if (card === undefined) throw notFound('card');
  const { token } = issue(world, {
    customerId: card.customerId,
    scopes,
    upgradableScopes: [],
    resources: [{ type: 'card', ids: [card.id] }],
    seconds: request.expiresIn ?? CUSTOMER_TOKEN_SECONDS,
  });
  return tokenAnswer('cardholderBearerToken', token, request.expiresIn);
}

/** The routes that make tokens for customers and cardholders. */
export const customerTokenRoutes = (jwks: Jwks): readonly Route[] => [
  {
    method: 'POST',
    path: '/customers/:customerId/token',
    scope: 'customer-token-write',
    holder: 'any',
    body: 'jsonapi',
    run: (call) => create(call, jwks),
  },
  {
    method: 'POST',
    path: '/cards/:cardId/cardholder/token',
    scope: 'cards-write',
    holder: 'org',
    body: 'jsonapi',
    run: createForCardholder,
  },
];
