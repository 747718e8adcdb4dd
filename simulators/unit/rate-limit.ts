// Calls per minute and address; over the limit comes 429.
import type { Handle } from '../server.ts';
import { clientIp } from './auth.ts';
import { errorOfStatus } from './errors.ts';
import type { World } from './world.ts';

const MINUTE_MS = 60_000;

/** Wraps a handle with the limit of the world's switches. */
export function limitRate(world: World, handle: Handle): Handle {
  const windows = new Map<string, { minute: number; calls: number }>();
  return async (request) => {
    const { rateLimitPerMinute, retryAfter } = world.switches;
    if (rateLimitPerMinute === 0) return handle(request);
    const ip = clientIp(request);
    const minute = Math.floor(world.now() / MINUTE_MS);
    const window = windows.get(ip);
    const calls = window?.minute === minute ? window.calls + 1 : 1;
    windows.set(ip, { minute, calls });
    if (calls <= rateLimitPerMinute) return handle(request);
    const refused = errorOfStatus(429);
    if (retryAfter !== null) refused.headers.set('retry-after', retryAfter);
    return refused;
  };
}
