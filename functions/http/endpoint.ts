// Binds a route of the contract to what answers it; the name says what is proved and parsed before.
import type * as z from 'zod/mini';
import type { SessionTransport } from '../contract/route.ts';
import type { AnswerStatus, Route } from '../contract/routes.ts';
import type { ServiceError } from '../core/errors.ts';
import type { SessionJwts } from '../core/ports.ts';
import type { Session } from '../core/session/session.ts';
import { authenticateBearer } from './authenticate.ts';
import type { IncomingRequest } from './event.ts';
import { parseBody, requireSize } from './parse-body.ts';
import { type ReceivedFile, readFile } from './read-file.ts';

/** What an endpoint gives back: one of its route's statuses, and a body for that status's schema. */
export interface Answer {
  readonly status: AnswerStatus;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly string[];
}

/** A refusal that changes cookies; any other is thrown. */
export interface Refused {
  readonly refused: ServiceError;
  readonly cookies: readonly string[];
}

/** What an endpoint may need to prove a caller. */
export interface Door {
  readonly jwts: () => Promise<SessionJwts>;
  readonly sessionTransport: () => SessionTransport;
}

/** An answer with a body. */
const answerOf =
  (status: 200 | 201 | 202) =>
  (body: unknown): Answer => ({ status, body });

export const ok = answerOf(200);
export const created = answerOf(201);
export const accepted = answerOf(202);
export const noContent: Answer = { status: 204 };

/** Seconds until it is worth asking what became of a request whose outcome was not known in time. */
const ASK_AGAIN_SECONDS = 30;

/** 201 with the place of what was made, or 202 while that is not certain. */
export const located = (isMade: boolean, location: string, body: unknown): Answer =>
  isMade
    ? { status: 201, body, headers: { location } }
    : { status: 202, body, headers: { location, 'retry-after': String(ASK_AGAIN_SECONDS) } };

export interface Endpoint {
  readonly route: Route;
  serve(incoming: IncomingRequest, door: Door, signal: AbortSignal): Promise<Answer | Refused>;
}

interface Incoming {
  readonly incoming: IncomingRequest;
  readonly signal: AbortSignal;
}

interface JsonRoute<Schema extends z.ZodMiniType> extends Route {
  readonly body: 'json';
  readonly request: Schema;
}

/** Anyone may call; the JSON body is parsed. */
export const open = <Schema extends z.ZodMiniType>(
  route: JsonRoute<Schema> & { readonly authentication: 'none' },
  run: (request: Incoming & { readonly body: z.output<Schema> }) => Promise<Answer>,
): Endpoint => ({
  route,
  serve: async (incoming, _door, signal) =>
    run({ body: parseBody(route, route.request, incoming), incoming, signal }),
});

/** A genuine session JWT is needed; a body, if there is one, is not looked at. */
export const signedIn = (
  route: Route & { readonly authentication: 'session'; readonly body: 'none' },
  run: (request: Incoming & { readonly session: Session }) => Promise<Answer>,
): Endpoint => ({
  route,
  async serve(incoming, { jwts }, signal) {
    const session = await authenticateBearer(await jwts(), incoming);
    return run({ session, incoming, signal });
  },
});

/** A genuine session JWT is needed, and only then is the JSON body parsed. */
export const signedInJson = <Schema extends z.ZodMiniType>(
  route: JsonRoute<Schema> & { readonly authentication: 'session' },
  run: (
    request: Incoming & { readonly session: Session; readonly body: z.output<Schema> },
  ) => Promise<Answer>,
): Endpoint => ({
  route,
  async serve(incoming, { jwts }, signal) {
    const session = await authenticateBearer(await jwts(), incoming);
    const body = parseBody(route, route.request, incoming);
    return run({ session, body, incoming, signal });
  },
});

/** A genuine session JWT is needed, and only then is the body looked at: a file that is what its type says. */
export const signedInRaw = (
  route: Route & { readonly authentication: 'session'; readonly body: 'raw' },
  run: (request: Incoming & { readonly session: Session; readonly file: ReceivedFile }) => Promise<Answer>,
): Endpoint => ({
  route,
  async serve(incoming, { jwts }, signal) {
    const session = await authenticateBearer(await jwts(), incoming);
    return run({ session, file: readFile(route, incoming), incoming, signal });
  },
});

/** The bytes go to the endpoint as they came; it checks the signature over them itself. */
export const signed = (
  route: Route & { readonly authentication: 'signature'; readonly body: 'raw' },
  run: (request: Incoming) => Promise<Answer>,
): Endpoint => ({
  route,
  async serve(incoming, _door, signal) {
    requireSize(route, incoming);
    return run({ incoming, signal });
  },
});
