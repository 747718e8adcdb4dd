// Limits as Stytch counts them: per field and endpoint, in periods that start at the top of the clock.
import { Refusal } from './errors.ts';
import type { Switches } from './switches.ts';
import { SECOND_MS } from './timestamps.ts';

export class RateLimits {
  #counts = new Map<string, { startedAt: number; count: number }>();

  /**
   * Counts one call and refuses the one over the limit.
   * @throws Refusal `too_many_requests`
   */
  take(
    rule: { readonly name: string; readonly field: string; readonly limit: number; readonly seconds: number },
    now: number,
    setting: Switches['rateLimit'],
  ): void {
    if (setting === 'off') return;
    const periodMs = rule.seconds * SECOND_MS;
    const startedAt = now - (now % periodMs);
    const key = `${rule.name} ${rule.field}`;
    const known = this.#counts.get(key);
    const count = known?.startedAt === startedAt ? known.count + 1 : 1;
    this.#counts.set(key, { startedAt, count });
    if (count <= rule.limit) return;
    const wait = Math.max(1, Math.ceil((startedAt + periodMs - now) / SECOND_MS));
    throw new Refusal('too_many_requests', setting === 'on' ? {} : { retryAfter: String(wait) });
  }

  /** Makes what was counted older, for one field of a rule or for all of them. */
  age(name: string, field: string | undefined, ms: number): void {
    for (const [key, counted] of this.#counts) {
      const isMeant = field === undefined ? key.startsWith(`${name} `) : key === `${name} ${field}`;
      if (isMeant) counted.startedAt -= ms;
    }
  }

  clear(): void {
    this.#counts.clear();
  }
}
