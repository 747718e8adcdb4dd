// Sessions with any factors of any age, and a customer who has one factor of each kind.
import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import type { World } from '../../local/world.ts';
import {
  type Customer,
  customerOf,
  exchange,
  expectRefused,
  type Refusal,
  vendorCallsFrom,
} from './attacks.ts';
import type { Json } from './forgeries.ts';
import { newNumber } from './security.ts';
import { emailFactor, totpFactor } from './world.ts';

/** A customer with every kind of factor, all enrolled before the application. */
export async function richCustomer(world: World): Promise<Customer> {
  const email = `rich.${randomUUID().slice(0, 8)}@example.com`;
  const { userId } = await world.stytch.controls.seedUser({
    email,
    phoneNumber: newNumber(),
    totp: true,
    passkeyDomain: 'localhost',
    password: 'correct horse battery staple',
  });
  const session = await world.stytch.controls.startSession({ userId, factors: [emailFactor, totpFactor] });
  return customerOf(world, { userId, email, ...session });
}

/** A customer with an inbox and a number, and no device. */
export async function numberCustomer(world: World): Promise<Customer> {
  const email = `number.${randomUUID().slice(0, 8)}@example.com`;
  const { userId } = await world.stytch.controls.seedUser({ email, phoneNumber: newNumber() });
  const session = await world.stytch.controls.startSession({ userId, factors: [emailFactor, sms] });
  return customerOf(world, { userId, email, ...session });
}

/** Refused, by the first verdict unless told otherwise; Unit is never asked. */
export async function expectTooWeak(
  world: World,
  jwt: string,
  refusal: Partial<Refusal> = {},
  scopes: readonly string[] = ['accounts'],
): Promise<void> {
  const calls = vendorCallsFrom(world);
  const answer = await exchange(world, jwt, { scopes });
  const expected = { code: 'insufficient_user_authentication', reason: 'presented_jwt', ...refusal };
  await expectRefused(world, answer, expected);
  expect(calls().unit).toEqual([]);
}

export interface Factor {
  readonly type: string;
  readonly deliveryMethod: string;
  readonly detail?: Record<string, unknown>;
  readonly ageSeconds?: number;
}

/** Without a detail it is the user's own factor of that kind. */
export const factor = (type: string, deliveryMethod: string, detail?: Record<string, unknown>): Factor => ({
  type,
  deliveryMethod,
  ...(detail === undefined ? {} : { detail }),
});

export const sms = factor('otp', 'sms');

/** The JWT of a new session of a user. */
export const jwtWith = async (
  { stytch }: World,
  { userId }: { readonly userId: string },
  factors: readonly Factor[],
  customClaims: Json = {},
): Promise<string> =>
  (await stytch.controls.startSession({ userId, factors: [...factors], customClaims })).sessionJwt;
