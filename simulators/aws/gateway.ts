// API Gateway's HTTP API in front of the functions: HTTP to payload 2.0 events and back, with its limits and its own errors.
import type { Handle } from '../server.ts';
import { addCors, preflight } from './cors.ts';
import { newRequestId, toEvent } from './event.ts';
import { gatewayError, internalServerError, toResponse } from './function-answer.ts';
import type { Invocation } from './function-host.ts';
import { decodedPath, fromRequest, type GatewayRequest, headBytes } from './gateway-request.ts';
import { matchRoute, type RouteMatch } from './routing.ts';
import type { ApiPiece } from './template.ts';
import { createThrottle } from './throttle.ts';

/** Runs one function once; the gateway needs no more of it. */
export type Invoke = (functionName: string, event: unknown) => Promise<Invocation>;

export interface GatewayOptions {
  /** Whether the stage's throttle holds; most tests ask faster than any client of a small stage. @default false */
  readonly isThrottled?: boolean;
  /** @default the system clock */
  readonly now?: () => Date;
}

export interface Gateway {
  readonly handle: Handle;
  /** The same, from a request that has not been through the fetch API. */
  answer(request: GatewayRequest): Promise<Response>;
  /** Some AWS front doors rename this header; whether an HTTP API does is disputed, so both must work. */
  renameAuthenticateHeader(isRenamed: boolean): void;
}

export const maxBodyBytes = 10 * 1024 * 1024;
const maxHeadBytes = 10_240;
/** Lambda's own limit on a synchronous call, both ways. */
const maxEventBytes = 6 * 1024 * 1024;

export function createGateway(api: ApiPiece, invoke: Invoke, options: GatewayOptions = {}): Gateway {
  const now = options.now ?? (() => new Date());
  const mayPass =
    options.isThrottled === true && api.throttle !== undefined
      ? createThrottle(api.throttle, () => now().getTime())
      : () => true;
  let isRenamed = false;

  async function integrate(request: GatewayRequest, requestId: string): Promise<Response> {
    if (headBytes(request) > maxHeadBytes) return gatewayError(431, 'Request Header Fields Too Large');
    if (request.bodyBytes > maxBodyBytes) return tooLarge();
    const path = decodedPath(request);
    if (path === undefined) return gatewayError(400, 'Bad Request');
    const match = matchRoute(api.routes, request.method, path);
    if (match === undefined) return gatewayError(404, 'Not Found');
    // Without a Retry-After: AWS sends none.
    if (!mayPass()) return gatewayError(429, 'Too Many Requests');
    const event = toEvent(request, path, match, { apiId: api.apiId, requestId, now: now() });
    if (Buffer.byteLength(JSON.stringify(event)) > maxEventBytes) return tooLarge();
    return run(match, event, invoke);
  }

  async function answer(request: GatewayRequest): Promise<Response> {
    const requestId = newRequestId();
    const response =
      preflight(request, api.cors) ?? addCors(await integrate(request, requestId), request, api.cors);
    if (isRenamed) rename(response.headers, 'www-authenticate', 'x-amzn-remapped-www-authenticate');
    response.headers.set('apigw-requestid', requestId);
    return response;
  }

  return {
    answer,
    handle: async (request) => answer(await fromRequest(request)),
    renameAuthenticateHeader: (renamed) => {
      isRenamed = renamed;
    },
  };
}

const tooLarge = (): Response => gatewayError(413, 'Request Entity Too Large');

async function run({ route }: RouteMatch, event: unknown, invoke: Invoke): Promise<Response> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), route.timeoutMs);
  });
  try {
    const outcome = await Promise.race([invoke(route.function, event), late]);
    if (outcome === 'late') return gatewayError(503, 'Service Unavailable');
    if (outcome.kind === 'error' || Buffer.byteLength(outcome.payload) > maxEventBytes)
      return internalServerError();
    return toResponse(outcome.payload);
  } finally {
    clearTimeout(timer);
  }
}

function rename(headers: Headers, from: string, to: string): void {
  const value = headers.get(from);
  if (value === null) return;
  headers.delete(from);
  headers.set(to, value);
}
