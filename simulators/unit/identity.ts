// What a token may do, and the making of further org tokens.
import { randomBytes } from 'node:crypto';
import * as z from 'zod/mini';
import { clientIp } from './auth.ts';
import { forbidden, invalidValue } from './errors.ts';
import { answer, envelope, org, parse } from './jsonapi.ts';
import type { OrgToken } from './records.ts';
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
  const token: OrgToken = {
    token: `v2.public.${randomBytes(64).toString('base64url')}`,
    scopes,
    expiresAt,
    ...(sourceIp === undefined ? {} : { sourceIp }),
  };
  call.world.orgTokens.set(token.token, token);
  call.world.received.note('orgTokens', token.token);
  return answer(201, {
    data: {
      type: 'apiToken',
      attributes: { createdAt: call.world.timestamp(), description, expiration, token: token.token },
    },
  });
}

/** The routes about tokens of the org. */
export const identityRoutes: readonly Route[] = [
  { method: 'GET', path: '/identity', holder: 'any', body: 'none', run: identity },
  {
    method: 'POST',
    path: '/users/:userId/api-tokens',
    scope: 'api-tokens-write',
    holder: 'org',
    body: 'jsonapi',
    run: createOrgToken,
  },
];
