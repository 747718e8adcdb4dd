// What every attack needs: a world with a victim and an attacker, a way to ask for a token, and what a refusal is.
import { expect, it, jest } from '@jest/globals';
import * as z from 'zod/mini';
import { call, type Exchange, eventually } from '../../local/journey-client.ts';
import type { World } from '../../local/world.ts';
import type { CheckName } from './attack-checks.ts';
import { apply, individual, type SignedInUser, signedInUser, startTestWorld } from './world.ts';

// A world takes two seconds to start, on a busy machine many more.
jest.setTimeout(30_000);

/** One attack; its title ends with the check that stops it, so that `jest -t` finds all attacks on one check. */
export function attack(
  title: string,
  { stoppedBy }: { readonly stoppedBy: CheckName },
  run: () => Promise<void>,
): void {
  it(`${title} [${stoppedBy}]`, async () => {
    expect.hasAssertions();
    await run();
  });
}

export interface Customer extends SignedInUser {
  readonly customerId: string;
}

export interface AttackWorld {
  readonly world: World;
  /** Has an active customer and a stepped-up session. */
  readonly victim: Customer;
  /** Has a stepped-up session of their own and no customer. */
  readonly attacker: SignedInUser;
}

/** One world for a test file, on the bundles that are attacked: `ATTACKED_BUNDLES`, else those of this build. */
export async function startAttackWorld(): Promise<AttackWorld> {
  const bundles = process.env['ATTACKED_BUNDLES'];
  const world = await startTestWorld(bundles === undefined ? {} : { bundles });
  try {
    return { world, victim: await customer(world), attacker: await signedInUser(world) };
  } catch (error) {
    await world.close();
    throw error;
  }
}

const applied = z.looseObject({ customerId: z.string() });

/** The user with an approved application, of whose approval every event has arrived. */
export async function customerOf(world: World, user: SignedInUser): Promise<Customer> {
  const answer = await apply(world, user, individual(user.email));
  await world.unit.controls.flushWebhooks();
  return { ...user, customerId: applied.parse(answer.body).customerId };
}

/** A new customer with an email and a TOTP. */
export const customer = async (world: World): Promise<Customer> =>
  customerOf(world, await signedInUser(world));

/** Asks for a token; without a JWT no Authorization header is sent but the one in `headers`. */
export const exchange = (
  world: World,
  jwt: string | undefined,
  body: unknown = { scopes: ['accounts'] },
  headers: Readonly<Record<string, string>> = {},
): Promise<Exchange> =>
  call('POST', `${world.apiUrl}/v1/token`, {
    ...(jwt === undefined ? {} : { bearer: jwt }),
    body,
    headers: { ...headers },
  });

export interface VendorCalls {
  /** `POST /v1/sessions/authenticate`; the public keys are no call about a user, and are counted apart. */
  readonly stytch: readonly string[];
  readonly unit: readonly string[];
  readonly jwks: number;
}

/** Starts counting; the function gives what the vendors were asked since. */
export function vendorCallsFrom({ stytch, unit }: World): () => VendorCalls {
  const seen = {
    stytch: stytch.controls.requests().length,
    unit: unit.controls.requests().length,
    jwks: stytch.controls.jwksFetches(),
  };
  const since = (all: readonly { method: string; path: string }[], from: number) =>
    all.slice(from).map(({ method, path }) => `${method} ${path}`);
  return () => ({
    stytch: since(stytch.controls.requests(), seen.stytch).filter((line) => !/jwks/.test(line)),
    unit: since(unit.controls.requests(), seen.unit),
    jwks: stytch.controls.jwksFetches() - seen.jwks,
  });
}

const token = /"customerToken"|v2\.public\.|eyJ[\w-]+\.[\w-]+\./;

/** A refusal, and nothing in it that opens anything. */
export function expectNoToken({ status, headers, body }: Exchange): void {
  expect(status).toBeGreaterThanOrEqual(400);
  expect(JSON.stringify([body, [...headers]])).not.toMatch(token);
}

/** A good answer with a token: what every file checks first, so that it is not green because nothing works. */
export function expectToken({ status, body }: Exchange): void {
  expect({ status, body }).toMatchObject({
    status: 201,
    body: { customerToken: expect.stringMatching(/./) },
  });
}

export interface Refusal {
  readonly code: string;
  /** What our log says, null where it gives no reason: it tells which of several layers refused. */
  readonly reason: string | null;
}

const refusedLine = z.looseObject({
  code: z.literal('request.refused'),
  requestId: z.string(),
  errorCode: z.string(),
  reason: z.nullable(z.string()),
});

/** What our own log says of a refused request. */
export const loggedRefusal = ({ logs }: World, { headers }: Exchange): Promise<Refusal> =>
  eventually('the log line of the refusal', 5, () => {
    for (const { line } of logs().toReversed()) {
      if (!line.includes('request.refused')) continue;
      const found = refusedLine.safeParse(JSON.parse(line));
      if (found.success && found.data.requestId === headers.get('x-request-id')) {
        return { code: found.data.errorCode, reason: found.data.reason };
      }
    }
    return undefined;
  });

/** No token, and exactly the layer that must refuse. */
export async function expectRefused(world: World, answer: Exchange, refusal: Refusal): Promise<void> {
  expectNoToken(answer);
  expect(await loggedRefusal(world, answer)).toEqual(refusal);
}

/** Refused at our own door, by this layer and no other: no vendor was asked about anybody (standards J4). */
export async function expectRefusedAtDoor(
  world: World,
  send: () => Promise<Exchange>,
  reason: string,
): Promise<void> {
  const calls = vendorCallsFrom(world);
  const answer = await send();
  await expectRefused(world, answer, { code: 'invalid_token', reason });
  expect(calls()).toMatchObject({ stytch: [], unit: [] });
}
