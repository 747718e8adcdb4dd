// Custom claims of a session: reserved names, size, and the merge into what the session holds.
import { Refusal } from './errors.ts';
import { SESSION_CLAIM } from './session-jwts.ts';
import type { Metadata } from './users.ts';
import type { World } from './world.ts';

const RESERVED: ReadonlySet<string> = new Set(['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti']);
const MAX_BYTES = 4_096;

/**
 * The claims of a session after a call: null deletes a key, objects merge level by level.
 * @throws Refusal when they are too large or, by the switch, use a reserved name
 */
export function mergedClaims(world: World, before: Metadata, given: Metadata): Metadata {
  const names = Object.keys(given);
  if (world.switches.reservedClaims === 'error') {
    if (names.includes(SESSION_CLAIM)) throw new Refusal('stytch_claims_in_custom_claims');
    if (names.some((name) => RESERVED.has(name))) throw new Refusal('reserved_claims_in_custom_claims');
  }
  const allowed = Object.fromEntries(
    Object.entries(given).filter(([name]) => !RESERVED.has(name) && name !== SESSION_CLAIM),
  );
  const merged = deepMerge(before, allowed);
  if (Buffer.byteLength(JSON.stringify(merged)) > MAX_BYTES) throw new Refusal('custom_claims_too_large');
  return merged;
}

function deepMerge(before: Metadata, given: Metadata): Metadata {
  const merged = new Map(Object.entries(before));
  for (const [name, value] of Object.entries(given)) {
    const known = merged.get(name);
    if (value === null) merged.delete(name);
    else merged.set(name, isObject(known) && isObject(value) ? deepMerge(known, value) : value);
  }
  return Object.fromEntries(merged);
}

function isObject(value: unknown): value is Metadata {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
