// From request to answer: path, token, scope, media type, JSON, handler; refusals become `errors[]`.
import type { Handle } from '../server.ts';
import { authenticate } from './auth.ts';
import { errorResponse, invalidValue, MEDIA_TYPE, refusal, UnitError } from './errors.ts';
import type { Route } from './route.ts';
import type { World } from './world.ts';

/** Serves the routes of one world. */
export function createRouter(world: World, routes: readonly Route[]): Handle {
  return async (request) => {
    try {
      return await run(world, routes, request);
    } catch (error) {
      if (error instanceof UnitError) return errorResponse(error.entries);
      throw error;
    }
  };
}

async function run(world: World, routes: readonly Route[], request: Request): Promise<Response> {
  const url = new URL(request.url);
  const found = find(routes, request.method, url.pathname);
  if (found === undefined) throw refusal(404, 'not_found', 'no such path');
  const { route, params } = found;
  const caller = authenticate(world, request, route);
  const bytes = new Uint8Array(await request.arrayBuffer());
  const body = bodyOf(route, request, bytes);
  return route.run({
    world,
    request,
    url,
    caller,
    body,
    bytes,
    param: (name) => params.get(name) ?? '',
  });
}

function bodyOf(route: Route, request: Request, bytes: Uint8Array): unknown {
  if (route.body === 'raw' || route.body === 'none') return undefined;
  if (bytes.length === 0) {
    if (route.body === 'optional') return undefined;
    throw invalidValue('the body is missing');
  }
  if (mediaTypeOf(request) !== MEDIA_TYPE) {
    throw refusal(415, undefined, `the body must be ${MEDIA_TYPE}`);
  }
  try {
    const parsed: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return parsed;
  } catch {
    throw invalidValue('the body is not JSON');
  }
}

/** The media type without its parameters. */
export const mediaTypeOf = (request: Request): string =>
  (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';

function find(
  routes: readonly Route[],
  method: string,
  pathname: string,
): { route: Route; params: ReadonlyMap<string, string> } | undefined {
  const have = pathname.split('/');
  for (const route of routes) {
    const want = route.path.split('/');
    if (route.method !== method || want.length !== have.length) continue;
    if (!want.every((part, i) => (part.startsWith(':') ? have[i] !== '' : part === have[i]))) continue;
    const params = want.flatMap((part, i): [string, string][] =>
      part.startsWith(':') ? [[part.slice(1), decoded(have[i] ?? '')]] : [],
    );
    return { route, params: new Map(params) };
  }
  return undefined;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
