// The line between one function's process and one of the services it calls: it can break in every way of the matrix.
import { type Fault, type FaultKind, Faults } from '../../../simulators/faults.ts';
import { type Handle, type Listening, listen } from '../../../simulators/server.ts';

/** What breaks: one of the simulators' faults, or a port where nobody listens. */
export type Breakage = FaultKind | { readonly kind: 'refused' };

/** Which calls it hits. */
export type Target = Pick<Fault, 'method' | 'path'>;

export interface Link {
  readonly url: string;
  /** `POST /v1/sessions/authenticate`, or `POST GetItem`, as they arrive. */
  readonly calls: readonly string[];
  /** How many calls met the fault; of a refused connection nobody knows. */
  met(): number;
  /** A port where nobody listens stays so until healed, whatever `times` is. */
  break(breakage: Breakage, target: Target, times: number): Promise<void>;
  heal(): Promise<void>;
  close(): Promise<void>;
}

/** Set by the connection, or made anew by whoever hands the message on. */
const ownHeaders = ['host', 'connection', 'content-length', 'transfer-encoding', 'keep-alive'];

/** Hands requests on to another server, byte for byte. */
export function forwardTo(upstream: string): Handle {
  return async (request) => {
    const { pathname, search } = new URL(request.url);
    const headers = new Headers(request.headers);
    for (const name of [...ownHeaders, 'x-simulator-client-ip']) headers.delete(name);
    const body = await request.arrayBuffer();
    const response = await fetch(`${upstream}${pathname}${search}`, {
      method: request.method,
      headers,
      redirect: 'manual',
      ...(body.byteLength === 0 ? {} : { body }),
    });
    const kept = new Headers(response.headers);
    for (const name of ownHeaders) kept.delete(name);
    return new Response(await response.arrayBuffer(), { status: response.status, headers: kept });
  };
}

const FIRST_PORT = 10_000;
const PORTS = 10_000;
let nextPort = (process.pid * 97) % PORTS;

/** Below the ports that systems hand out: while a link refuses, nobody who asks for a free one is given its port. */
async function listenOnOwnPort(handle: Handle): Promise<Listening> {
  for (let tried = 0; tried < PORTS; tried += 1) {
    nextPort = (nextPort + 1) % PORTS;
    const [outcome] = await Promise.allSettled([listen(handle, FIRST_PORT + nextPort)]);
    if (outcome.status === 'fulfilled') return outcome.value;
    if (Object(outcome.reason).code !== 'EADDRINUSE') throw outcome.reason;
  }
  throw new Error(`no free port from ${FIRST_PORT} on`);
}

/** Serves `handle` on a port of its own; `jsonError` shapes a bare status as the service does. */
export async function startLink(handle: Handle, jsonError: (status: number) => Response): Promise<Link> {
  const faults = new Faults();
  const calls: string[] = [];
  const whole = faults.around(handle, jsonError);
  const told: Handle = (request) => {
    calls.push(
      `${request.method} ${request.headers.get('x-amz-target')?.replace(/^.*\./, '') ?? new URL(request.url).pathname}`,
    );
    return whole(request);
  };
  let armed = 0;
  let server: Listening | undefined = await listenOnOwnPort(told);
  const { url, port } = server;
  return {
    url,
    calls,
    met: () => armed - (faults.armed()[0]?.times ?? 0),
    async break(breakage, target, times) {
      if (breakage.kind === 'refused') {
        await server?.close();
        server = undefined;
      } else {
        faults.arm({ ...target, times, fault: breakage });
        armed = times;
      }
    },
    async heal() {
      faults.heal();
      server ??= await listen(told, port);
    },
    close: async () => server?.close(),
  };
}
