// Idempotency keys: per operation, kept from the first success, never burnt by a failure.
import { createHash } from 'node:crypto';
import { IDEMPOTENCY_KEY_MS } from './assumptions.ts';
import { refusal, titleOf, UnitError } from './errors.ts';
import { canonicalJson } from './jsonapi.ts';
import type { World } from './world.ts';

const keyName = (operation: string, key: string): string => `${operation} ${key}`;

const fingerprintOf = (body: unknown): string =>
  createHash('sha256').update(canonicalJson(body)).digest('hex');

/**
 * The id of the resource that this key already made, if the body is the same.
 * @throws UnitError 409 for another body, or for a repeat where the switch says so
 */
export function recall(
  world: World,
  operation: string,
  key: string | undefined,
  body: unknown,
): string | undefined {
  if (key === undefined) return undefined;
  const use = world.keyUses.get(keyName(operation, key));
  if (use === undefined || use.firstSuccessAt + IDEMPOTENCY_KEY_MS <= world.now()) return undefined;
  if (use.fingerprint !== fingerprintOf(body)) {
    throw refusal(409, 'already_exists', 'the idempotency key was used with another body');
  }
  if (world.switches.idempotentRepeat === 'first') return use.resourceId;
  throw new UnitError({
    status: 409,
    title: titleOf(409),
    code: 'already_exists',
    details: 'the idempotency key was used before',
    existingIds: [use.resourceId],
  });
}

/** Binds a key to what it made. */
export function remember(
  world: World,
  operation: string,
  key: string | undefined,
  body: unknown,
  resourceId: string,
): void {
  if (key === undefined) return;
  world.keyUses.set(keyName(operation, key), {
    fingerprint: fingerprintOf(body),
    resourceId,
    firstSuccessAt: world.now(),
  });
}
