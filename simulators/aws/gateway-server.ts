// The gateway's HTTP face: hands over the request line and headers as they came, and stops reading an oversized body.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { answerRequest, type Handle, type Listening, listenOnLoopback } from '../server.ts';
import { type Gateway, maxBodyBytes } from './gateway.ts';

/**
 * Serves the gateway on 127.0.0.1. Port 0 takes a free one. `beside` names what else answers on the port, by path: as a
 * web server would in front of an API of the same origin.
 * @throws Error with code `EADDRINUSE` when the port is taken
 */
export async function listenGateway(
  gateway: Pick<Gateway, 'answer'>,
  port: number,
  beside: (path: string) => Handle | undefined = () => undefined,
): Promise<Listening> {
  // Wider than the gateway's own limit, so that the gateway's answer is the one that the client sees.
  const server = createServer({ maxHeaderSize: 256 * 1024 }, (incoming, outgoing) => {
    const handle = beside(incoming.url?.split('?', 1)[0] ?? '/');
    if (handle !== undefined) return void answerRequest(handle, incoming, outgoing);
    serve(gateway, incoming, outgoing).catch((error: unknown) => {
      if (!incoming.destroyed) console.error('gateway fault', error);
      outgoing.destroy();
    });
  });
  return listenOnLoopback(server, port);
}

async function serve(
  gateway: Pick<Gateway, 'answer'>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const { body, bodyBytes } = await read(incoming);
  if (bodyBytes > maxBodyBytes) outgoing.setHeader('connection', 'close');
  const headers: [string, string][] = [];
  for (let i = 0; i + 1 < incoming.rawHeaders.length; i += 2)
    headers.push([incoming.rawHeaders[i] ?? '', incoming.rawHeaders[i + 1] ?? '']);
  const response = await gateway.answer({
    method: incoming.method ?? 'GET',
    target: incoming.url ?? '/',
    protocol: `HTTP/${incoming.httpVersion}`,
    headers,
    body,
    bodyBytes,
    sourceIp: incoming.socket.remoteAddress ?? '127.0.0.1',
  });
  await send(response, outgoing);
}

/** Too large by its own account: not read, and what still comes is thrown away so that the client hears the answer. */
async function read(incoming: IncomingMessage): Promise<{ body: Buffer; bodyBytes: number }> {
  const declared = Number(incoming.headers['content-length'] ?? 0);
  if (declared > maxBodyBytes) {
    incoming.resume();
    return { body: Buffer.alloc(0), bodyBytes: declared };
  }
  const chunks: Buffer[] = [];
  let bodyBytes = 0;
  for await (const chunk of incoming) {
    const bytes = Buffer.from(chunk);
    bodyBytes += bytes.length;
    if (bodyBytes <= maxBodyBytes) chunks.push(bytes);
    else chunks.length = 0;
  }
  return { body: Buffer.concat(chunks), bodyBytes };
}

async function send(response: Response, outgoing: ServerResponse): Promise<void> {
  const headers: Record<string, string | string[]> = Object.fromEntries(response.headers);
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) headers['set-cookie'] = cookies;
  const body = Buffer.from(await response.arrayBuffer());
  if (response.status !== 204 && response.status !== 304) headers['content-length'] = String(body.length);
  await new Promise<void>((resolve) => {
    outgoing.once('close', resolve);
    outgoing.writeHead(response.status, headers).end(body, resolve);
  });
}
