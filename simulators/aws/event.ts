// The payload 2.0 event of an HTTP API:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
import { randomBytes } from 'node:crypto';
import { type GatewayRequest, joinedHeaders, rawQuery } from './gateway-request.ts';
import { accountId, region } from './intrinsics.ts';
import type { RouteMatch } from './routing.ts';

export interface GatewayEvent {
  readonly version: '2.0';
  readonly routeKey: string;
  readonly rawPath: string;
  readonly rawQueryString: string;
  readonly cookies?: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly queryStringParameters?: Readonly<Record<string, string>>;
  readonly requestContext: {
    readonly accountId: string;
    readonly apiId: string;
    readonly domainName: string;
    readonly domainPrefix: string;
    readonly http: {
      readonly method: string;
      readonly path: string;
      readonly protocol: string;
      readonly sourceIp: string;
      readonly userAgent: string;
    };
    readonly requestId: string;
    readonly routeKey: string;
    readonly stage: '$default';
    readonly time: string;
    readonly timeEpoch: number;
  };
  readonly pathParameters?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly isBase64Encoded: boolean;
}

/** Sixteen characters that end in `=`, as an HTTP API's request ids do. */
export const newRequestId = (): string => randomBytes(11).toString('base64').replaceAll(/[+/]/g, 'A');

export interface EventContext {
  readonly apiId: string;
  readonly requestId: string;
  readonly now: Date;
}

export function toEvent(
  request: GatewayRequest,
  path: string,
  match: RouteMatch,
  { apiId, requestId, now }: EventContext,
): GatewayEvent {
  const { cookie, ...sent } = joinedHeaders(request);
  const headers = withGatewayHeaders(sent, request, now);
  const query = parameters(rawQuery(request));
  const isText = isTextual(sent['content-type']);
  return {
    version: '2.0',
    routeKey: match.routeKey,
    rawPath: path,
    rawQueryString: rawQuery(request),
    ...(cookie === undefined ? {} : { cookies: cookies(cookie) }),
    headers,
    ...(query === undefined ? {} : { queryStringParameters: query }),
    requestContext: {
      accountId,
      apiId,
      domainName: `${apiId}.execute-api.${region}.amazonaws.com`,
      domainPrefix: apiId,
      http: {
        method: request.method,
        path,
        protocol: request.protocol,
        sourceIp: request.sourceIp,
        userAgent: sent['user-agent'] ?? '',
      },
      requestId,
      routeKey: match.routeKey,
      stage: '$default',
      time: logTime(now),
      timeEpoch: now.getTime(),
    },
    ...(match.parameters === undefined ? {} : { pathParameters: match.parameters }),
    ...(request.body.length === 0 ? {} : { body: request.body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: request.body.length > 0 && !isText,
  };
}

/** Connection headers end at the gateway; the forwarding and tracing ones begin there. */
function withGatewayHeaders(
  { connection: _connection, 'transfer-encoding': _encoding, ...sent }: Record<string, string>,
  request: GatewayRequest,
  now: Date,
): Record<string, string> {
  const before = sent['x-forwarded-for'];
  const seconds = Math.floor(now.getTime() / 1000).toString(16);
  return {
    ...sent,
    'content-length': String(request.body.length),
    'x-amzn-trace-id': sent['x-amzn-trace-id'] ?? `Root=1-${seconds}-${randomBytes(12).toString('hex')}`,
    'x-forwarded-for': before === undefined ? request.sourceIp : `${before}, ${request.sourceIp}`,
    'x-forwarded-port': '443',
    'x-forwarded-proto': 'https',
  };
}

const textTypes = ['application/json', 'application/xml', 'application/javascript'];

/** Everything else, `application/vnd.api+json` included, goes to the function as base64. */
function isTextual(contentType: string | undefined): boolean {
  const type = (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return type.startsWith('text/') || textTypes.includes(type);
}

const cookies = (header: string): string[] =>
  header
    .split(/[;,]/)
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '');

function parameters(query: string): Record<string, string> | undefined {
  if (query === '') return undefined;
  const joined = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    const before = joined.get(name);
    joined.set(name, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(joined);
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `12/Mar/2020:19:03:58 +0000` */
function logTime(now: Date): string {
  const day = String(now.getUTCDate()).padStart(2, '0');
  return `${day}/${months[now.getUTCMonth()]}/${now.getUTCFullYear()}:${now.toISOString().slice(11, 19)} +0000`;
}
