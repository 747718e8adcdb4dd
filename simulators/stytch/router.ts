// The API as one function: route, authenticate, run, and wrap the answer in Stytch's envelope.
import { timingSafeEqual } from 'node:crypto';
import type { Handle } from '../server.ts';
import { errorBody, Refusal } from './errors.ts';
import type { World } from './world.ts';

export interface Call {
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: unknown;
}

type Answer = Record<string, unknown>;

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** A segment in braces is a parameter, never empty. */
  readonly path: string;
  /** Public routes take no credentials. @default false */
  readonly isPublic?: boolean;
  readonly run: (world: World, call: Call) => Answer | Promise<Answer>;
}

/** Answers some calls before their route does, as the sandbox values ask. */
export type Shortcut = (
  world: World,
  path: string,
  call: Call,
) => Answer | undefined | Promise<Answer | undefined>;

/** Makes the API of a world out of its routes. */
export function createRouter(world: World, routes: readonly Route[], shortcut: Shortcut): Handle {
  return async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    const requestId = world.newId('request-id');
    let body: unknown;
    const finish = (response: Response, errorType?: string): Response => {
      world.witness.record({
        at: world.now(),
        requestId,
        method: request.method,
        path: pathname,
        status: response.status,
        errorType,
        body,
      });
      return response;
    };
    try {
      world.users.dropUnprovenAddresses(world.now());
      const { route, params } = matchRoute(routes, request.method, pathname);
      if (route.isPublic !== true) requireCredentials(world, request.headers.get('authorization'));
      body = await readBody(request);
      world.witness.received(body);
      const call: Call = { params, query: searchParams, body };
      const answer = (await shortcut(world, route.path, call)) ?? (await route.run(world, call));
      return finish(Response.json({ status_code: 200, request_id: requestId, ...answer }));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const headers = new Headers(error.retryAfter === undefined ? {} : { 'retry-after': error.retryAfter });
      return finish(
        Response.json(errorBody(error, requestId), { status: error.status, headers }),
        error.type,
      );
    }
  };
}

function matchRoute(
  routes: readonly Route[],
  method: string,
  path: string,
): { route: Route; params: Record<string, string> } {
  const fitting = routes.flatMap((route) => {
    const params = matchPath(route.path, path);
    return params === undefined ? [] : [{ route, params }];
  });
  const found = fitting.find(({ route }) => route.method === method);
  if (found === undefined) throw new Refusal(fitting.length === 0 ? 'route_not_found' : 'method_not_allowed');
  return found;
}

function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  const want = pattern.split('/');
  const have = path.split('/');
  if (want.length !== have.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of want.entries()) {
    const segment = have[index] ?? '';
    if (!part.startsWith('{')) {
      if (part !== segment) return undefined;
    } else if (segment === '') return undefined;
    else params[part.slice(1, -1)] = decoded(segment);
  }
  return params;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new Refusal('route_not_found');
  }
}

/** Basic authentication with the project id as the name and the secret as the password. */
function requireCredentials(world: World, header: string | null): void {
  const given = Buffer.from(/^Basic (.+)$/i.exec(header ?? '')?.[1] ?? '', 'base64');
  const isRight = world.secrets.some((secret) => {
    const expected = Buffer.from(`${world.projectId}:${secret}`);
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
  if (!isRight) throw new Refusal('unauthorized_credentials');
}

async function readBody(request: Request): Promise<unknown> {
  const text = await request.text();
  if (text === '' || request.method === 'GET') return {};
  if (!/^application\/json\b/i.test(request.headers.get('content-type') ?? '')) {
    throw new Refusal('bad_request', { message: 'The body must be application/json.' });
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal('bad_request', { message: 'The body is not JSON.' });
  }
}
