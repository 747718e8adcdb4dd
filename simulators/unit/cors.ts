// Browsers: apps call Unit from their own pages with a customer token, so every origin may read the answers.
import type { Handle } from '../server.ts';

const headers = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, POST, PATCH, PUT, DELETE',
  'access-control-allow-headers': 'authorization, content-type, x-accept-version',
  'access-control-max-age': '600',
};

/** Wraps a handle with answers to preflights; assumed, since nothing official describes them. */
export function allowBrowsers(handle: Handle): Handle {
  return async (request) => {
    if (request.method === 'OPTIONS' && request.headers.has('access-control-request-method')) {
      return new Response(null, { status: 204, headers });
    }
    const response = await handle(request);
    response.headers.set('access-control-allow-origin', '*');
    return response;
  };
}
