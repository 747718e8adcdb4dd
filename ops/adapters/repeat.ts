// Reads of Stytch are repeated on passing failures; what changes something is not (the command itself may be).
import { setTimeout as pause } from 'node:timers/promises';
import { isPassing } from '../../functions/adapters/outbound.ts';
import { isUnanswered, ServiceError } from '../../functions/core/errors.ts';

const TRIES = 3;
const FIRST_WAIT_MS = 200;

/** Up to three times on timeouts, 408, 429 and 5xx. */
export async function readRepeatably<T>(read: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const [outcome] = await Promise.allSettled([read()]);
    if (outcome.status === 'fulfilled') return outcome.value;
    if (attempt === TRIES || !isWorthRepeating(outcome.reason)) throw outcome.reason;
    await pause(FIRST_WAIT_MS * 2 ** (attempt - 1) * (0.5 + Math.random() / 2));
  }
}

function isWorthRepeating(error: unknown): boolean {
  const status = error instanceof ServiceError ? error.details.upstream?.status : undefined;
  return isUnanswered(error) || isPassing(status ?? 0);
}
