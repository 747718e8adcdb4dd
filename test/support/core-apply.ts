// An applicant who has stepped up and asks for an account: the scene of every onboarding test.
import type { ApplicationRequest } from '../../functions/contract/application.ts';
import { type ApplyOutcome, apply } from '../../functions/core/onboarding/apply.ts';
import type { ApplicationRecord } from '../../functions/core/onboarding/records.ts';
import type { Session } from '../../functions/core/session/session.ts';
import { createWorld, type SignIn, signIn, type World, type WorldOptions } from './core-fakes.ts';
import { rowKey } from './core-mappings.ts';
import { EMAIL, factor, HOUR, signal, USER } from './core-values.ts';

export const ada: ApplicationRequest = {
  type: 'individual',
  fullName: { first: 'Ada', last: 'Okafor' },
  email: EMAIL,
  phone: { countryCode: '1', number: '5555550142' },
  address: { street: '12 Juniper Way', city: 'Boise', state: 'ID', postalCode: '83702', country: 'US' },
  dateOfBirth: '1991-04-23',
  ssn: '078051120',
};

export const ROUTE = 'POST /v1/applications';

/** Our own id of the application that this key makes. */
export const idOf = (idempotencyKey: string): string => `ID(${USER}|${ROUTE}|${idempotencyKey})`;

export interface Applicant {
  readonly world: World;
  readonly presented: Session;
  /** Applies with a key, by the body of Ada unless told otherwise. */
  apply(idempotencyKey: string, request?: ApplicationRequest): Promise<ApplyOutcome>;
  /** The application of a key as the table has it. */
  stored(idempotencyKey: string): ApplicationRecord | undefined;
}

export function applicant(scene: Partial<SignIn> = {}, options: WorldOptions = {}): Applicant {
  const world = createWorld(options);
  const presented = signIn(world, { factors: [factor('email', 60), factor('totp', 30)], ...scene });
  return {
    world,
    presented,
    apply: (idempotencyKey, request = ada) =>
      apply(
        world.ports,
        presented,
        { idempotencyKey, route: ROUTE, sourceIp: '203.0.113.7', request },
        signal,
      ),
    stored: (idempotencyKey) => world.rows.applications.get(rowKey(USER, idOf(idempotencyKey))),
  };
}

/** Lets time pass, with the user's factors proved again so that only the application's own clocks matter. */
export function letPass({ world, presented }: Applicant, seconds: number): void {
  world.now += seconds;
  const live = world.stytch.live.get(presented.sessionId) ?? presented;
  const factors = live.factors.map((one) => ({ ...one, lastAuthenticatedAt: world.now }));
  Object.assign(presented, { factors, expiresAt: world.now + HOUR });
  world.stytch.live.set(presented.sessionId, { ...presented });
  world.stytch.issued.set(presented.sessionJwt, presented);
}
