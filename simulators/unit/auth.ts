// Who calls, and whether that token may: org tokens, customer tokens, scopes and the limits of a customer token.
import { forbidden, refusal } from './errors.ts';
import type { CustomerToken } from './records.ts';
import type { Call, Caller, Route } from './route.ts';
import type { World } from './world.ts';

/** The address of the client, as the server in front of the handle saw it. */
export const clientIp = (request: Request): string =>
  (request.headers.get('x-simulator-client-ip') ?? '127.0.0.1').replace(/^::ffff:/, '');

/**
 * Finds the caller and checks the route's demands.
 * @throws UnitError 401 without a valid token, 403 where the token may not
 */
export function authenticate(world: World, request: Request, route: Route): Caller {
  if (route.holder === 'public') return { kind: 'nobody' };
  const caller = callerOf(world, request);
  if (caller.kind === 'nobody')
    throw refusal(401, 'unauthorized', 'the bearer token is missing or not valid');
  if (caller.kind === 'org') {
    const allowed = caller.token.sourceIp?.split(',').map((ip) => ip.trim());
    if (allowed !== undefined && !allowed.includes(clientIp(request))) {
      throw forbidden('calls from this address are not allowed');
    }
  }
  if (caller.kind === 'customer' && route.holder === 'org') {
    throw forbidden('a customer token cannot make this call');
  }
  if (route.scope !== undefined && !caller.token.scopes.includes(route.scope)) {
    throw forbidden(`the token lacks the scope ${route.scope}`);
  }
  return caller;
}

function callerOf(world: World, request: Request): Caller {
  const token = /^Bearer (\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1];
  if (token === undefined) return { kind: 'nobody' };
  const orgToken = world.orgTokens.get(token);
  if (orgToken !== undefined) {
    world.received.note('orgTokens', token);
    const isLive = orgToken.expiresAt === undefined || orgToken.expiresAt > world.now();
    return isLive ? { kind: 'org', token: orgToken } : { kind: 'nobody' };
  }
  const customerToken = world.customerTokens.get(token);
  if (customerToken === undefined || customerToken.expiresAt <= world.now()) return { kind: 'nobody' };
  return { kind: 'customer', token: customerToken };
}

/** Refuses a customer token that belongs to somebody else. */
export function requireOwnCustomer(call: Call, customerId: string): void {
  if (call.caller.kind === 'customer' && call.caller.token.customerId !== customerId) {
    throw forbidden('the token belongs to another customer');
  }
}

/** Whether a customer token reaches this account or card: its customer's, and named if the token was narrowed. */
export const reaches = (
  token: CustomerToken,
  type: 'account' | 'card',
  resource: { readonly id: string; readonly customerId: string },
): boolean =>
  token.customerId === resource.customerId &&
  (token.resources.length === 0 ||
    token.resources.some((entry) => entry.type === type && entry.ids.includes(resource.id)));

/** Refuses a customer token that does not reach the account or card. */
export function requireReach(
  call: Call,
  type: 'account' | 'card',
  resource: { readonly id: string; readonly customerId: string },
): void {
  if (call.caller.kind === 'customer' && !reaches(call.caller.token, type, resource)) {
    throw forbidden(`the token does not reach this ${type}`);
  }
}
