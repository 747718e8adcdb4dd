// A server in front of another, on loopback, that bends the answers on their way: what a bad deploy would look like.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface Bent {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

export interface Proxy {
  /** Where to go, with the name of this machine. */
  readonly port: number;
  bend: (answer: Bent, request: { readonly method: string; readonly path: string }) => Bent;
  close(): Promise<void>;
}

/** `tls` makes it speak https. */
export async function startProxy(target: string, tls?: ServerOptions): Promise<Proxy> {
  const serve = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => void forward(incoming, Buffer.concat(chunks), outgoing));
  };
  const server = tls === undefined ? createServer(serve) : createTlsServer(tls, serve);

  async function forward(incoming: IncomingMessage, body: Buffer, outgoing: ServerResponse): Promise<void> {
    const { method = 'GET', url: path = '/' } = incoming;
    const names = ['host', 'connection', 'content-length', 'transfer-encoding', 'keep-alive', 'expect'];
    const headers = Object.entries(incoming.headers).flatMap(([name, value]): [string, string][] =>
      names.includes(name) || value === undefined ? [] : [[name, String(value)]],
    );
    const response = await fetch(`${target}${path}`, {
      method,
      headers,
      redirect: 'manual',
      ...(body.length === 0 ? {} : { body: new Uint8Array(body) }),
    });
    const { connection: _, 'content-length': __, ...kept } = Object.fromEntries(response.headers);
    const bent = proxy.bend(
      { status: response.status, headers: kept, body: await response.text() },
      { method, path },
    );
    outgoing.writeHead(bent.status, bent.headers).end(bent.status === 204 ? undefined : bent.body);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: Proxy = {
    port: (server.address() as AddressInfo).port,
    bend: (answer) => answer,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return proxy;
}
