// The thin HTTP server around a simulator's `handle`: loopback only, and able to cut a connection when told to.
import { once } from 'node:events';
import { createServer, type IncomingMessage, Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A simulator is one function from request to response, so that tests call it in-process or over HTTP. */
export type Handle = (request: Request) => Promise<Response>;

/** Thrown by a handle to destroy the client's socket, as a vendor does that dies after its work was done. */
export class ConnectionCut extends Error {}

export interface Listening {
  readonly url: string;
  readonly port: number;
  /**
   * While true nobody listens at the port: what is connected is cut off, and new connections are refused.
   * @throws Error with code `EADDRINUSE` when another program has taken the port meanwhile
   */
  refuse(isRefusing: boolean): Promise<void>;
  close(): Promise<void>;
}

/**
 * Serves `handle` on 127.0.0.1. Port 0 takes a free one.
 * @throws Error with code `EADDRINUSE` when the port is taken
 */
export async function listen(handle: Handle, port: number): Promise<Listening> {
  return listenOnLoopback(
    createServer((incoming, outgoing) => void answerRequest(handle, incoming, outgoing)),
    port,
  );
}

/**
 * Opens any HTTP server on 127.0.0.1. Port 0 takes a free one.
 * @throws Error with code `EADDRINUSE` when the port is taken
 */
export async function listenOnLoopback(server: Server, port: number): Promise<Listening> {
  server.keepAliveTimeout = 60_000;
  await openOn(server, port);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  const { port: bound }: AddressInfo = address;
  return {
    port: bound,
    url: `http://127.0.0.1:${bound}`,
    refuse: refusal(server, bound),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Resolves once it listens, and rejects where it cannot. */
async function openOn(server: Server, port: number): Promise<void> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
}

const refusal =
  (server: Server, port: number): Listening['refuse'] =>
  async (isRefusing) => {
    if (isRefusing !== server.listening) return;
    if (!isRefusing) return openOn(server, port);
    await new Promise<void>((resolve) => {
      // The class's own: dynalite's `close` would empty the table.
      Server.prototype.close.call(server, () => resolve());
      server.closeAllConnections();
    });
  };

const answers = new WeakMap<Request, ServerResponse>();

/** Aborts when the client of a request that a server was given goes away before it has the answer. */
export function goneOf(request: Request): AbortSignal {
  const gone = new AbortController();
  const outgoing = answers.get(request);
  outgoing?.once('close', () => {
    if (!outgoing.writableFinished) gone.abort();
  });
  return gone.signal;
}

/** Answers one request; never rejects. */
export async function answerRequest(
  handle: Handle,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  try {
    const request = await toRequest(incoming);
    answers.set(request, outgoing);
    const response = await handle(request);
    const headers: Record<string, string | string[]> = Object.fromEntries(response.headers);
    const cookies = response.headers.getSetCookie();
    if (cookies.length > 0) headers['set-cookie'] = cookies;
    outgoing.writeHead(response.status, headers);
    for await (const chunk of response.body ?? []) {
      // A slow answer ends with its client, or it would keep the process alive.
      if (outgoing.destroyed) break;
      outgoing.write(chunk);
    }
    outgoing.end();
  } catch (error) {
    // A client that went away in the middle of its request gets no answer.
    if (error instanceof ConnectionCut || !incoming.complete) {
      incoming.socket.destroy();
      return;
    }
    console.error('simulator fault', error);
    if (!outgoing.headersSent) outgoing.writeHead(500, { 'content-type': 'text/plain' });
    outgoing.end('simulator fault');
  }
}

async function toRequest(incoming: IncomingMessage): Promise<Request> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  const body = Buffer.concat(chunks);
  const headers = new Headers();
  for (let i = 0; i + 1 < incoming.rawHeaders.length; i += 2) {
    headers.append(incoming.rawHeaders[i] ?? '', incoming.rawHeaders[i + 1] ?? '');
  }
  headers.set('x-simulator-client-ip', incoming.socket.remoteAddress ?? '127.0.0.1');
  const method = incoming.method ?? 'GET';
  const url = new URL(incoming.url ?? '/', `http://${incoming.headers.host ?? '127.0.0.1'}`);
  const hasBody = body.length > 0 && method !== 'GET' && method !== 'HEAD';
  return new Request(url, { method, headers, ...(hasBody ? { body } : {}) });
}
