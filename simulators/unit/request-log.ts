// The outermost layer: notes what came in, raw for leak tests and masked for people, and what went out.
import type { Handle } from '../server.ts';
import { clientIp } from './auth.ts';
import { masked } from './received.ts';
import { mediaTypeOf } from './router.ts';
import type { World } from './world.ts';

/** Wraps a handle with the request log. */
export function logRequests(world: World, handle: Handle): Handle {
  return async (request) => {
    const url = new URL(request.url);
    const body = await jsonOf(request);
    world.received.noteBody(body);
    const log = (status: number): void =>
      world.logRequest({
        at: world.timestamp(),
        method: request.method,
        path: url.pathname.replace(/^(\/hosted-forms\/).+/, '$1***'),
        query: url.search,
        clientIp: clientIp(request),
        status,
        body: masked(body),
      });
    try {
      const response = await handle(request);
      log(response.status);
      return response;
    } catch (error) {
      // 0: the client got no answer.
      log(0);
      throw error;
    }
  };
}

async function jsonOf(request: Request): Promise<unknown> {
  if (!/json/.test(mediaTypeOf(request))) return undefined;
  try {
    const parsed: unknown = await request.clone().json();
    return parsed;
  } catch {
    return undefined;
  }
}
