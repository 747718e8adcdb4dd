// What arrives at the gateway, before the URL and header classes of Node tidy it up: the event must show it as AWS would.

export interface GatewayRequest {
  readonly method: string;
  /** The request line's target as sent: `/v1/a%20b?x=1`. */
  readonly target: string;
  readonly protocol: string;
  /** Names as sent, in order, duplicates included. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Empty where it is larger than the gateway takes: then nobody reads it. */
  readonly body: Buffer;
  readonly bodyBytes: number;
  readonly sourceIp: string;
}

/** From the fetch API's request, for calls in-process. Its headers have been joined already. */
export async function fromRequest(request: Request): Promise<GatewayRequest> {
  const url = new URL(request.url);
  const headers = [...request.headers].filter(([name]) => name !== 'x-simulator-client-ip');
  if (!request.headers.has('host')) headers.push(['host', url.host]);
  const body = Buffer.from(await request.arrayBuffer());
  return {
    method: request.method,
    target: url.pathname + url.search,
    protocol: 'HTTP/1.1',
    headers,
    body,
    bodyBytes: body.length,
    sourceIp: request.headers.get('x-simulator-client-ip') ?? '127.0.0.1',
  };
}

/** Lower-cased names, duplicates joined by commas in the order sent. */
export function joinedHeaders(request: GatewayRequest): Record<string, string> {
  const joined = new Map<string, string>();
  for (const [name, value] of request.headers) {
    const key = name.toLowerCase();
    const before = joined.get(key);
    joined.set(key, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(joined);
}

/** Bytes of the request line and of every header line, as the gateway counts them. */
export function headBytes(request: GatewayRequest): number {
  const lines = [
    `${request.method} ${request.target} ${request.protocol}`,
    ...request.headers.map(([name, value]) => `${name}: ${value}`),
  ];
  return lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 2, 0);
}

/** The decoded path: HTTP APIs match and pass it on so, `%2F` included. `undefined` when it is no valid encoding. */
export function decodedPath(request: GatewayRequest): string | undefined {
  const [path = '/'] = request.target.split('?', 1);
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

export function rawQuery(request: GatewayRequest): string {
  const mark = request.target.indexOf('?');
  return mark === -1 ? '' : request.target.slice(mark + 1);
}
