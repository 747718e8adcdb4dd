// API Gateway's payload 2.0 event, as much of it as we use, read safely.
import type { APIGatewayProxyEventV2 } from 'aws-lambda';

export interface IncomingRequest {
  readonly requestId: string;
  /** `POST /v1/token`, as the gateway matched it. */
  readonly routeKey: string;
  readonly rawBody: Uint8Array;
  readonly pathParameters: Readonly<Record<string, string | undefined>>;
  /** A header's value; names are lower-cased by the gateway, repeated ones joined by commas. */
  header(name: string): string | undefined;
  /** The caller's address. */
  readonly sourceIp: string;
  /** The same for counting: an IPv6 address cut to its /64, since one household owns all of that. */
  readonly sourceNetwork: string;
}

/** Reads the event; the caller's address comes from the gateway's own context, never from a header (ASVS A4.1.3). */
export function readEvent(event: APIGatewayProxyEventV2): IncomingRequest {
  const headers = event.headers;
  const encoding = event.isBase64Encoded ? 'base64' : 'utf8';
  return {
    requestId: event.requestContext.requestId,
    routeKey: event.routeKey,
    rawBody: Buffer.from(event.body ?? '', encoding),
    pathParameters: event.pathParameters ?? {},
    header: (name) => (Object.hasOwn(headers, name) ? headers[name] : undefined),
    sourceIp: event.requestContext.http.sourceIp,
    sourceNetwork: networkOf(event.requestContext.http.sourceIp),
  };
}

/** An IPv4 address as it is, an IPv6 address as its /64. */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.toLowerCase().split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...new Array<string>(zeros).fill('0'), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}
