// The pipeline of every route: find it, authenticate, parse, run within the deadline, answer, and log once.
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { problemTypes } from '../contract/problems.ts';
import type { Route } from '../contract/routes.ts';
import { ServiceError } from '../core/errors.ts';
import type { Log } from '../core/ports.ts';
import type { Door, Endpoint } from './endpoint.ts';
import { type IncomingRequest, readEvent } from './event.ts';
import type { FrontDoor } from './front-door.ts';
import { traceOf, withRequestId } from './log.ts';
import { requireOwnOrigin } from './origin.ts';
import { answer, type HttpAnswer, problem } from './respond.ts';

export interface Runtime extends Door {
  /** Asked before anything else. */
  readonly frontDoor: FrontDoor;
  readonly allowedOrigins: () => readonly string[];
  readonly problemTypeBaseUrl: () => string;
  readonly log: Log;
  /** Writes the metrics of the request. */
  readonly publish: () => void;
}

export type HttpHandler = (event: APIGatewayProxyEventV2, context: Context) => Promise<HttpAnswer>;

/** Time kept back from Lambda's own limit for the answer. */
const MARGIN_MS = 500;

/** The Lambda handler of a function's endpoints. Whatever goes wrong, it answers a documented problem. */
export function serve(runtime: Runtime, ...endpoints: readonly Endpoint[]): HttpHandler {
  return (event, context) =>
    withRequestId(event.requestContext.requestId, async () => {
      const startedAt = performance.now();
      const incoming = readEvent(event);
      const outcome = await respond(runtime, endpoints, incoming, context).catch((error: unknown) =>
        failure(runtime, error, incoming),
      );
      runtime.log.record('request.completed', {
        route: incoming.routeKey,
        status: outcome.statusCode ?? 0,
        durationMs: Math.round(performance.now() - startedAt),
      });
      runtime.publish();
      return outcome;
    });
}

async function respond(
  runtime: Runtime,
  endpoints: readonly Endpoint[],
  incoming: IncomingRequest,
  context: Context,
): Promise<HttpAnswer> {
  const found = endpoints.find(({ route }) => `${route.method} ${route.path}` === incoming.routeKey);
  const ms = Math.min(
    found?.route.deadlineMs ?? Number.POSITIVE_INFINITY,
    context.getRemainingTimeInMillis() - MARGIN_MS,
  );
  // It runs from here on: what the door takes is the request's time too.
  const signal = AbortSignal.timeout(Math.max(0, ms));
  const late = whenAborted(signal);
  await Promise.race([runtime.frontDoor(incoming), late]);
  // The answer is decided then: nothing is begun that it could not tell of.
  if (signal.aborted) await late;
  if (found === undefined) throw unrouted(endpoints, incoming.routeKey);
  const { route } = found;
  const isCookie = isForBrowsers(route) && runtime.sessionTransport() === 'cookie';
  if (isCookie && route.method !== 'GET') requireOwnOrigin(incoming, runtime.allowedOrigins());
  const given = await Promise.race([found.serve(incoming, runtime, signal), late]);
  if ('refused' in given) {
    return { ...failure(runtime, given.refused, incoming), cookies: [...given.cookies] };
  }
  const schema =
    (isCookie ? route.cookie?.answers?.[given.status] : undefined) ?? route.answers[given.status];
  if (schema === undefined) throw new Error('the route has no such answer');
  // Through the schema on the way out too, so that no undeclared field can leave.
  const body = schema === null ? undefined : schema.parse(given.body);
  const made = answer(given.status, body, incoming.requestId, given.headers);
  return given.cookies === undefined ? made : { ...made, cookies: [...given.cookies] };
}

/** The webhook is Unit's: its signature proves it, and no browser calls it. */
const isForBrowsers = ({ authentication }: Route): boolean => authentication !== 'signature';

/** A path of ours with another method, or no path of ours at all; the gateway answers both before us. */
function unrouted(endpoints: readonly Endpoint[], routeKey: string): ServiceError {
  const path = routeKey.split(' ')[1];
  const allow = endpoints.filter(({ route }) => route.path === path).map(({ route }) => route.method);
  return allow.length > 0
    ? new ServiceError('method_not_allowed', { allow })
    : new ServiceError('not_found', { reason: 'no_such_route' });
}

/** The call under way sees the deadline too, and knows better whose fault it is: it has this long to say so. */
const LAST_WORD_MS = 100;

const whenAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const end = (): void => reject(new ServiceError('upstream_timeout', { reason: 'request_deadline' }));
    signal.addEventListener('abort', () => setTimeout(end, LAST_WORD_MS));
  });

function failure(
  { log, problemTypeBaseUrl }: Runtime,
  error: unknown,
  incoming: IncomingRequest,
): HttpAnswer {
  const known = error instanceof ServiceError ? error : new ServiceError('server_error', { cause: error });
  const { upstream, reason, cause } = known.details;
  log.record('request.refused', {
    route: incoming.routeKey,
    errorCode: known.code,
    reason: reason ?? null,
    provider: upstream?.provider ?? null,
    operation: upstream?.operation ?? null,
    vendorStatus: upstream?.status ?? null,
    vendorCode: upstream?.vendorCode ?? null,
    vendorRequestId: upstream?.vendorRequestId ?? null,
    ...(problemTypes[known.code].status >= 500 ? traceOf(cause ?? known) : {}),
  });
  return problem(known, incoming.requestId, typeBase(problemTypeBaseUrl));
}

/** A deployment whose settings are broken still answers problems. */
function typeBase(read: () => string): string {
  try {
    return read();
  } catch {
    return 'urn:stytch-unit-bridge:problem:';
  }
}
