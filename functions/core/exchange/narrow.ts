// How narrow and how short the token is: never wider or longer than policy, request and session allow.
import type { ExchangeTokenRequest } from '../../contract/token.ts';
import { ServiceError } from '../errors.ts';
import type { ExchangeRequirement } from '../factors/policy.ts';
import type { CustomerTokenRequest } from '../ports.ts';

/** Unit is not known to take less, and a shorter token would be of no use. */
export const SHORTEST_TOKEN_SECONDS = 60;

/**
 * The resources to narrow the token to.
 * @throws ServiceError `invalid_request` when a type is named twice or a needed type is missing
 */
export function narrowResources(
  requirement: ExchangeRequirement,
  asked: ExchangeTokenRequest['resources'],
): CustomerTokenRequest['resources'] {
  const resources = asked ?? [];
  const types = resources.map((resource) => resource.type);
  if (new Set(types).size !== types.length) throw badResources('Name each type of resource once.');
  const missing = requirement.resourceTypes.find((type) => !types.includes(type));
  if (missing !== undefined)
    throw badResources(`These scopes need at least one resource of type ${missing}.`);
  return resources;
}

const badResources = (reason: string): ServiceError =>
  new ServiceError('invalid_request', { errors: [{ pointer: '/resources', reason }] });

/**
 * Seconds that the token may live: the least of policy, request and what is left of the session.
 * @throws ServiceError `invalid_token` when less than a minute is left
 */
export function lifeOfToken(
  requirement: ExchangeRequirement,
  asked: number | undefined,
  sessionExpiresAt: number,
  now: number,
): number {
  const left = Math.floor(sessionExpiresAt - now);
  if (left < SHORTEST_TOKEN_SECONDS) throw new ServiceError('invalid_token', { reason: 'session_ending' });
  return Math.min(requirement.maxTokenSeconds, asked ?? requirement.maxTokenSeconds, left);
}
