// Dynalite's own request listener as a handle, so that permissions and faults stand in front of it as for every simulator.
import type { Server } from 'node:http';
import { Readable } from 'node:stream';
import type { Handle } from '../server.ts';

/** Takes the listener away from its server: the caller decides what the port answers with. */
export function handleOf(server: Server): Handle {
  const [listener] = server.listeners('request');
  server.removeAllListeners('request');
  return async (request) => {
    const body = Buffer.from(await request.arrayBuffer());
    const incoming = Object.assign(Readable.from([body]), {
      method: request.method,
      url: new URL(request.url).pathname,
      headers: Object.fromEntries(request.headers),
    });
    return new Promise((resolve) => listener?.call(server, incoming, outgoing(resolve)));
  };
}

/** As much of a `ServerResponse` as dynalite uses. */
function outgoing(resolve: (response: Response) => void): object {
  const headers = new Headers();
  const response = {
    statusCode: 200,
    setHeader: (name: string, value: string | number) => headers.set(name, String(value)),
    end: (body: string | undefined) => {
      // A fault may still shorten the body.
      headers.delete('content-length');
      resolve(new Response(body ?? null, { status: response.statusCode, headers }));
    },
  };
  return response;
}
