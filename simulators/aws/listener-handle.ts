// A listener of Node's HTTP server as a handle, so that faults and onlookers stand in front of it as for every simulator.
import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import type { Handle } from '../server.ts';

/** As much of an `IncomingMessage` as the table uses. */
export interface Incoming extends Readable {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

/** As much of a `ServerResponse` as the table and dynalite use. */
export interface Outgoing {
  statusCode: number;
  setHeader(name: string, value: string | number): unknown;
  writeHead(status: number, headers: Readonly<Record<string, string>>): unknown;
  end(body?: string): unknown;
}

export type Listener = (incoming: Incoming, outgoing: Outgoing) => Promise<void>;

export const handleOf =
  (listener: Listener): Handle =>
  async (request) => {
    const body = Buffer.from(await request.arrayBuffer());
    const incoming = Object.assign(Readable.from([body]), {
      method: request.method,
      url: new URL(request.url).pathname,
      headers: Object.fromEntries(request.headers),
    });
    return new Promise((resolve, reject) => {
      listener(incoming, capture(resolve)).catch(reject);
    });
  };

function capture(resolve: (response: Response) => void): Outgoing {
  const headers = new Headers();
  const outgoing: Outgoing = {
    statusCode: 200,
    setHeader: (name, value) => headers.set(name, String(value)),
    writeHead: (status, more) => {
      outgoing.statusCode = status;
      for (const [name, value] of Object.entries(more)) headers.set(name, value);
    },
    end: (body) => {
      // A fault may still shorten the body.
      headers.delete('content-length');
      resolve(new Response(body ?? null, { status: outgoing.statusCode, headers }));
    },
  };
  return outgoing;
}
