// Keeps other web pages away: a name that leads to this machine (DNS rebinding), or a form that posts to it.
import type { Handle } from '../simulators/server.ts';

const ownHost = /^(?:localhost|127\.0\.0\.1)(?::\d+)?$/;

/** Refuses requests for another host than this machine, and changes that come from another origin than the one asked. */
export function onlyOwnOrigin(handle: Handle): Handle {
  return async (request) => {
    const host = request.headers.get('host') ?? '';
    const origin = request.headers.get('origin');
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (!ownHost.test(host)) return refused('this is another host');
    if (!isRead && origin !== null && origin !== `http://${host}`) return refused('this is another origin');
    return handle(request);
  };
}

const refused = (error: string): Response => Response.json({ error }, { status: 403 });
