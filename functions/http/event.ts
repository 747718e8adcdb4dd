// API Gateway's payload 2.0 event, as much of it as we use, read safely.
import type { APIGatewayProxyEventV2 } from 'aws-lambda';

export interface IncomingRequest {
  readonly requestId: string;
  /** `POST /v1/token`, as the gateway matched it. */
  readonly routeKey: string;
  readonly rawBody: Uint8Array<ArrayBuffer>;
  readonly pathParameters: Readonly<Record<string, string | undefined>>;
  /** A header's value; names are lower-cased by the gateway, repeated ones joined by commas. */
  header(name: string): string | undefined;
  /** `name=value`, as the gateway took them apart. */
  readonly cookies: readonly string[];
  /** Who the gateway talks to. */
  readonly sourceIp: string;
}

/** Reads the event. */
export function readEvent(event: APIGatewayProxyEventV2): IncomingRequest {
  const headers = event.headers;
  const encoding = event.isBase64Encoded ? 'base64' : 'utf8';
  return {
    requestId: event.requestContext.requestId,
    routeKey: event.routeKey,
    rawBody: Buffer.from(event.body ?? '', encoding),
    pathParameters: event.pathParameters ?? {},
    header: (name) => (Object.hasOwn(headers, name) ? headers[name] : undefined),
    cookies: event.cookies ?? [],
    sourceIp: event.requestContext.http.sourceIp,
  };
}
