// Events as API Gateway makes them, routes of the contract, and what a handler answers.
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import type { LogFields, SessionJwts } from '../../functions/core/ports.ts';
import type { Session } from '../../functions/core/session/session.ts';
import { type IncomingRequest, readEvent } from '../../functions/http/event.ts';
import { openDoor } from '../../functions/http/front-door.ts';
import type { HttpAnswer } from '../../functions/http/respond.ts';
import type { Runtime } from '../../functions/http/serve.ts';

export const TYPE_BASE = 'https://docs.bank.example/problems/';

export interface EventChanges {
  readonly routeKey?: string;
  readonly headers?: Record<string, string>;
  readonly cookies?: string[];
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
  readonly sourceIp?: string;
  readonly requestId?: string;
  readonly pathParameters?: Record<string, string>;
}

export const eventOf = ({
  routeKey = 'POST /v1/token',
  headers = {},
  cookies,
  body,
  isBase64Encoded = false,
  sourceIp = '203.0.113.7',
  requestId = 'request-1',
  pathParameters,
}: EventChanges = {}): APIGatewayProxyEventV2 => {
  const [method = '', path = ''] = routeKey.split(' ');
  return {
    version: '2.0',
    routeKey,
    rawPath: path,
    rawQueryString: '',
    headers,
    isBase64Encoded,
    ...(cookies === undefined ? {} : { cookies }),
    ...(body === undefined ? {} : { body }),
    ...(pathParameters === undefined ? {} : { pathParameters }),
    requestContext: {
      accountId: '123456789012',
      apiId: 'api',
      domainName: 'api.bank.example',
      domainPrefix: 'api',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp, userAgent: 'test' },
      requestId,
      routeKey,
      stage: '$default',
      time: '01/Jan/2030:10:00:00 +0000',
      timeEpoch: 1893492000000,
    },
  };
};

export const requestOf = (changes: EventChanges = {}): IncomingRequest => readEvent(eventOf(changes));

/** A JSON body with its content type. */
export const jsonRequest = (body: unknown, headers: Record<string, string> = {}): IncomingRequest =>
  requestOf({
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

/** Lambda's context, of which we use the time left. */
export const contextOf = (remainingMs = 30_000): Context => ({
  callbackWaitsForEmptyEventLoop: false,
  functionName: 'token',
  functionVersion: '1',
  invokedFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:token',
  memoryLimitInMB: '512',
  awsRequestId: 'lambda-request-1',
  logGroupName: 'group',
  logStreamName: 'stream',
  getRemainingTimeInMillis: () => remainingMs,
  done: () => {},
  fail: () => {},
  succeed: () => {},
});

export const session: Session = {
  stytchUserId: 'user-test-1',
  sessionId: 'session-test-1',
  startedAt: 1,
  expiresAt: 9_999_999_999,
  factors: [],
  sessionJwt: 'genuine.session.jwt',
};

/** Takes `genuine.session.jwt` and nothing else. */
export const jwts: SessionJwts = {
  staleSeconds: () => 0,
  verify: async (jwt) =>
    jwt === session.sessionJwt ? { isGenuine: true, session } : { isGenuine: false, reason: 'forged' },
};

export const BEARER = `Bearer ${session.sessionJwt}`;

export interface LogLine {
  readonly code: string;
  readonly fields: LogFields;
}

export interface RuntimeBench extends Runtime {
  readonly lines: LogLine[];
}

export function runtimeOf(changes: Partial<Runtime> = {}): RuntimeBench {
  const lines: LogLine[] = [];
  return {
    jwts: async () => jwts,
    sessionTransport: () => 'body',
    allowedOrigins: () => ['https://app.bank.example'],
    frontDoor: openDoor,
    problemTypeBaseUrl: () => TYPE_BASE,
    log: { record: (code, fields) => lines.push({ code, fields }) },
    publish: () => lines.push({ code: 'published', fields: {} }),
    lines,
    ...changes,
  };
}

/** The JSON of an answer. */
export function bodyOf({ body }: HttpAnswer): Record<string, unknown> {
  const parsed: unknown = JSON.parse(body ?? 'null');
  if (typeof parsed !== 'object' || parsed === null) throw new Error(`no JSON object: ${body}`);
  return { ...parsed };
}
