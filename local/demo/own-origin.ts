// Keeps other web pages away: a name that leads to this machine (DNS rebinding), or a form that posts to it.
import type { Handle } from '../../simulators/server.ts';

const names = ['localhost', '127.0.0.1'];

/** Refuses requests for another host than this machine's own, and changes that come from another origin. */
export function onlyOwnOrigin(handle: Handle, port: string): Handle {
  return async (request) => {
    const own = names.map((name) => `${name}:${port}`);
    const origin = request.headers.get('origin');
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (!own.includes(request.headers.get('host') ?? '')) return refused('this is another host');
    if (!isRead && origin !== null && !own.some((host) => origin === `http://${host}`))
      return refused('this is another origin');
    return handle(request);
  };
}

const refused = (error: string): Response => Response.json({ error }, { status: 403 });
