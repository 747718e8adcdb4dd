// Back-dating: the running system's clock never moves, so what should be older is made older here.
import { MAILED_LINKS } from './links.ts';
import type { Session } from './sessions.ts';
import { SECOND_MS } from './timestamps.ts';
import { sameAddress } from './users.ts';
import type { World } from './world.ts';

export interface FactorChoice {
  readonly type?: string | undefined;
  readonly deliveryMethod?: string | undefined;
}

/**
 * Makes factors of live sessions older.
 * @returns how many there were
 */
export function ageFactors(sessions: readonly Session[], choice: FactorChoice, seconds: number): number {
  const chosen = sessions
    .flatMap((session) => session.factors)
    .filter((factor) => choice.type === undefined || factor.type === choice.type)
    .filter(
      (factor) => choice.deliveryMethod === undefined || factor.deliveryMethod === choice.deliveryMethod,
    );
  for (const factor of chosen) {
    factor.lastAuthenticatedAt -= seconds * SECOND_MS;
    factor.updatedAt -= seconds * SECOND_MS;
  }
  return chosen.length;
}

/** Makes a session start, be used, and end earlier; its factors keep their times. */
export function ageSession(session: Session, seconds: number): void {
  session.startedAt -= seconds * SECOND_MS;
  session.lastAccessedAt -= seconds * SECOND_MS;
  session.expiresAt -= seconds * SECOND_MS;
}

/**
 * Makes passcodes, links, their sending and trial addresses older, of one address or of all.
 * @returns how many passcodes and links there were
 */
export function ageCodes(world: World, to: string | undefined, seconds: number): number {
  const ms = seconds * SECOND_MS;
  const sent = [...world.deliveries.passcodes(to), ...world.deliveries.links(to)];
  for (const item of sent) {
    item.sentAt -= ms;
    item.expiresAt -= ms;
  }
  world.rateLimits.age(MAILED_LINKS, to?.toLowerCase(), ms);
  for (const address of world.users.all().flatMap((user) => user.addresses)) {
    const isMeant = to === undefined || sameAddress(address.kind, address.value, to);
    if (isMeant && address.attachedUntil !== undefined) address.attachedUntil -= ms;
  }
  return sent.length;
}
