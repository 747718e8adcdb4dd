// A user with a customer and two fresh factors, who asks for a token: the scene of every exchange test.
import type { ExchangeTokenAnswer, ExchangeTokenRequest } from '../../functions/contract/token.ts';
import { exchangeToken } from '../../functions/core/exchange/exchange-token.ts';
import type { Session } from '../../functions/core/session/session.ts';
import { createWorld, type SignIn, signIn, type World } from './core-fakes.ts';
import { rowKey } from './core-mappings.ts';
import { customerRecord, factor, HOUR, signal, USER } from './core-values.ts';

export interface Banked {
  readonly world: World;
  readonly presented: Session;
  exchange(request: ExchangeTokenRequest): Promise<ExchangeTokenAnswer>;
}

const strong: SignIn = { factors: [factor('email', 60), factor('sms', 30)] };

export const reads: ExchangeTokenRequest = { scopes: ['accounts'] };
export const freezes: ExchangeTokenRequest = { scopes: ['cards-write'] };

export function giveCustomer(world: World, unitCustomerId = '700001'): void {
  world.rows.customers.set(rowKey(USER, unitCustomerId), customerRecord({ unitCustomerId }));
  world.rows.claims.set(unitCustomerId, { unitCustomerId, stytchUserId: USER });
}

/** Signed in with two factors unless told otherwise, and the owner of customer 700001. */
export function banked(scene: Partial<SignIn> = {}): Banked {
  const world = createWorld();
  const presented = signIn(world, { ...strong, session: { expiresAt: world.now + 12 * HOUR }, ...scene });
  giveCustomer(world);
  return { world, presented, exchange: (request) => exchangeToken(world.ports, presented, request, signal) };
}
