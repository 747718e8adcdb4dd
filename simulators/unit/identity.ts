// What a token may do, and the making of further org tokens.
import { randomBytes } from 'node:crypto';
import * as z from 'zod/mini';
import { clientIp } from './auth.ts';
import { forbidden, invalidValue, notFound } from './errors.ts';
import { answer, envelope, org, parse, present, type Resource } from './jsonapi.ts';
import type { MadeToken, OrgToken } from './records.ts';
import type { Call, Route } from './route.ts';
import { isForOrgs, splitScopes } from './scopes.ts';

const apiTokenRequest = envelope(
  'apiToken',
  z.strictObject({
    scope: z.string(),
    description: z.string(),
    expiration: z.string(),
    sourceIp: z.optional(z.string()),
  }),
);

function identity(call: Call): Response {
  if (call.caller.kind === 'nobody') throw forbidden('no token');
  const { kind, token } = call.caller;
  // assumed: the form of this answer
  return answer(200, {
    data: {
      type: 'identity',
      attributes: {
        kind,
        scopes: token.scopes,
        ...('customerId' in token ? { customerId: token.customerId } : {}),
        ip: clientIp(call.request),
      },
      relationships: { org },
    },
  });
}

function createOrgToken(call: Call): Response {
  const { scope, description, expiration, sourceIp } = parse(apiTokenRequest, call.body).data.attributes;
  const scopes = splitScopes(scope);
  const expiresAt = Date.parse(expiration);
  if (scopes.length === 0 || !scopes.every(isForOrgs)) {
    throw invalidValue('scope is not one of an org token', '/data/attributes/scope');
  }
  if (Number.isNaN(expiresAt) || expiresAt <= call.world.now()) {
    throw invalidValue('expiration must be in the future', '/data/attributes/expiration');
  }
  const token: OrgToken & { readonly made: MadeToken } = {
    token: `v2.public.${randomBytes(64).toString('base64url')}`,
    scopes,
    expiresAt,
    ...(sourceIp === undefined ? {} : { sourceIp }),
    made: {
      id: call.world.nextId('apiToken'),
      userId: call.param('userId'),
      createdAt: call.world.timestamp(),
      description,
      expiration,
    },
  };
  call.world.orgTokens.set(token.token, token);
  call.world.received.note('orgTokens', token.token);
  const { attributes, ...rest } = tokenResource(token.made, token);
  return answer(201, { data: { ...rest, attributes: { ...attributes, token: token.token } } });
}

const tokenResource = (
  { id, userId: _userId, ...attributes }: MadeToken,
  { sourceIp }: OrgToken,
): Resource => ({
  type: 'apiToken',
  id,
  attributes: present({ ...attributes, sourceIp }),
});

const madeFor = ({ world, param }: Call): { token: OrgToken; made: MadeToken }[] =>
  [...world.orgTokens.values()].flatMap((token) =>
    token.made?.userId === param('userId') ? [{ token, made: token.made }] : [],
  );

function revokeOrgToken(call: Call): Response {
  const found = madeFor(call).find(({ made }) => made.id === call.param('tokenId'));
  if (found === undefined) throw notFound('token');
  call.world.orgTokens.delete(found.token.token);
  // assumed: nothing is told of a revoked token
  return new Response(null, { status: 204 });
}

const tokens = { path: '/users/:userId/api-tokens', scope: 'api-tokens-write', holder: 'org' } as const;

/** The routes about tokens of the org. */
export const identityRoutes: readonly Route[] = [
  { method: 'GET', path: '/identity', holder: 'any', body: 'none', run: identity },
  { ...tokens, method: 'POST', body: 'jsonapi', run: createOrgToken },
  {
    ...tokens,
    method: 'GET',
    body: 'none',
    run: (call) => answer(200, { data: madeFor(call).map(({ token, made }) => tokenResource(made, token)) }),
  },
  {
    ...tokens,
    method: 'DELETE',
    path: `${tokens.path}/:tokenId`,
    body: 'none',
    run: revokeOrgToken,
  },
];
