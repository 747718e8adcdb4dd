// A user who signs in and holds, enrols or loses factors: the scene of every factor test.
import type { Session } from '../../functions/core/session/session.ts';
import { createWorld, type SignIn, signIn, type World, type WorldOptions } from './core-fakes.ts';
import { rowKey } from './core-mappings.ts';
import { customerRecord, factor, factorRecord, onUser, USER } from './core-values.ts';

export interface Scene {
  readonly world: World;
  readonly presented: Session;
}

/** The network that a caller comes from. */
export const SOURCE = '203.0.113.7';

export const PHONE = '+15555550142';
export const OTHER_PHONE = '+15555550199';

/** The user's own enrolled number. */
export const phone = (phoneNumber = PHONE, isVerified = true, factorId = 'phone-1') => ({
  ...onUser('sms', isVerified, factorId),
  phoneNumber,
});

/** Signed in by email a minute ago, with a TOTP enrolled, unless told otherwise. */
export function holder(scene: Partial<SignIn> = {}, options: WorldOptions = {}): Scene {
  const world = createWorld(options);
  const presented = signIn(world, {
    factors: [factor('email', 60)],
    onUser: [onUser('email'), onUser('totp')],
    ...scene,
  });
  return { world, presented };
}

/** Signed in by email a minute ago, with nothing enrolled, unless told otherwise. */
export const newcomer = (scene: Partial<SignIn> = {}): Scene =>
  holder({ onUser: [onUser('email')], ...scene });

/** Makes the user the owner of a customer, whose phone number Unit knows. */
export function giveCustomer(
  { world }: Scene,
  unitCustomerId = '700001',
  phoneNumber: string | null = PHONE,
): void {
  world.rows.customers.set(rowKey(USER, unitCustomerId), customerRecord({ unitCustomerId }));
  world.rows.claims.set(unitCustomerId, { unitCustomerId, stytchUserId: USER });
  if (phoneNumber !== null) world.unit.phones.set(unitCustomerId, phoneNumber);
}

/** Another session of the same user, such as that of a thief. */
export function giveSession({ world, presented }: Scene, sessionId = 'session-test-2'): void {
  world.stytch.live.set(sessionId, { ...presented, sessionId });
}

/** The session as Stytch has it now, presented by the JWT that it gave out last. */
export function refreshed(scene: Scene, sessionJwt: string): Scene {
  const session = scene.world.stytch.issued.get(sessionJwt);
  if (session === undefined) throw new Error(`${sessionJwt} was never issued`);
  return { ...scene, presented: session };
}

/** Both limits of failed proofs as they stand. */
export const failures = ({ world }: Scene) => ({
  row: world.used.get(`failuresInARow ${USER}`) ?? 0,
  day: world.used.get(`failuresPerDay ${USER}`) ?? 0,
});

export const recordOf = ({ world }: Scene, factorId: string) =>
  world.rows.factors.get(rowKey(USER, factorId));

/** Counts every message that {@link USER} asks for, in this order. */
export const smsCounters = [
  `sendsPerSource ${SOURCE}`,
  `sendsPerAddressAndSource sms ${USER} ${SOURCE}`,
  `sendsPerAddress sms ${USER}`,
] as const;

/** The record of a passkey or number of another id than the usual one. */
export const recordFor = (kind: 'sms' | 'passkey' | 'totp', factorId: string) =>
  factorRecord(kind, { factorId });
