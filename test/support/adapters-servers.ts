// Vendors that misbehave on the wire: that never answer, drip, redirect, send too much or cut the line.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

export interface RawServer {
  readonly url: string;
  /** What came in, oldest first. */
  readonly requests: { method: string; path: string; headers: IncomingMessage['headers']; body: string }[];
  close(): Promise<void>;
}

/** Answers one request; `call` counts from 1. */
export type Behaviour = (outgoing: ServerResponse, call: number, incoming: IncomingMessage) => void;

export async function startRawServer(behave: Behaviour): Promise<RawServer> {
  const requests: RawServer['requests'] = [];
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const { method = '', url = '', headers } = incoming;
      requests.push({ method, path: url, headers, body: Buffer.concat(chunks).toString('utf8') });
      behave(outgoing, requests.length, incoming);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** An address at which nobody listens. */
export async function unusedUrl(): Promise<string> {
  const server = await startRawServer(() => {});
  await server.close();
  return server.url;
}

export const hang: Behaviour = () => {};

/** Sends headers at once and the body a byte at a time, for ever. */
export const drip: Behaviour = (outgoing) => {
  outgoing.writeHead(200, { 'content-type': 'application/json' });
  const timer = setInterval(() => outgoing.write(' '), 20);
  outgoing.on('close', () => clearInterval(timer));
};

export const headersThenHang: Behaviour = (outgoing) => {
  outgoing.writeHead(200, { 'content-type': 'application/json' });
  outgoing.flushHeaders();
};

export const reset: Behaviour = (outgoing) => {
  outgoing.socket?.destroy();
};

export const redirectTo =
  (location: string, status = 302): Behaviour =>
  (outgoing) => {
    outgoing.writeHead(status, { location }).end();
  };

export const answering =
  (status: number, body: unknown = {}, headers: Readonly<Record<string, string>> = {}): Behaviour =>
  (outgoing) => {
    outgoing
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(typeof body === 'string' ? body : JSON.stringify(body));
  };

/** One behaviour a call; the last one for every call after. */
export const inTurn =
  (...behaviours: readonly Behaviour[]): Behaviour =>
  (outgoing, call, incoming) => {
    const behave = behaviours[Math.min(call, behaviours.length) - 1];
    behave?.(outgoing, call, incoming);
  };
