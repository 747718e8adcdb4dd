// The automatic lock: so many failed proofs in a row, and nobody signs this user in for a while.
import { Refusal } from './errors.ts';
import { MINUTE_MS } from './timestamps.ts';
import type { User } from './users.ts';
import type { World } from './world.ts';

/**
 * Refuses a proof for a locked user; a lock that has run out is lifted.
 * @throws Refusal `user_lock_limit_reached`
 */
export function requireUnlocked(world: World, user: User): void {
  if (user.lock === undefined) return;
  if (user.lock.expiresAt > world.now()) throw new Refusal('user_lock_limit_reached');
  unlock(user);
}

/** Counts a failed proof and answers with the refusal to throw. */
export function failedProof(world: World, user: User, refusal: Refusal): Refusal {
  user.failures += 1;
  if (user.failures >= world.switches.lockAfterFailures) lock(world, user);
  return refusal;
}

/** Locks a user for the project's lock time. */
export function lock(world: World, user: User): void {
  const now = world.now();
  user.lock = { createdAt: now, expiresAt: now + world.switches.lockMinutes * MINUTE_MS };
}

/** Lifts a lock and forgets the failures that led to it. */
export function unlock(user: User): void {
  user.lock = undefined;
  user.failures = 0;
}
