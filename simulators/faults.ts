// Faults that a test or `npm start` arms on a simulator: by method and path, for a number of calls.
import { ConnectionCut, type Handle } from './server.ts';

/** What goes wrong. `cut` and `hang_after` do the work first, so that "code used up" and "created but not told" are real. */
export type FaultKind =
  | { readonly kind: 'latency'; readonly ms: number }
  | { readonly kind: 'hang' }
  | { readonly kind: 'hang_after' }
  | { readonly kind: 'reset' }
  | { readonly kind: 'cut' }
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: string }
  | { readonly kind: 'html'; readonly status: number }
  /** JSON that is not the vendor's own: an object from a proxy, or a bare string. */
  | { readonly kind: 'json'; readonly status: number; readonly body: unknown }
  | { readonly kind: 'malformed' }
  | { readonly kind: 'truncated' }
  /** Half of the answer, and then the connection is cut. */
  | { readonly kind: 'broken_off' }
  | { readonly kind: 'drip'; readonly ms: number };

export interface Fault {
  /** `POST`, or `*` for every method. */
  readonly method: string;
  /** Matched against the whole path; `*` stands for one segment. */
  readonly path: string;
  /** How many calls it hits; then it heals. */
  readonly times: number;
  readonly fault: FaultKind;
}

export class Faults {
  #armed: { fault: Fault; left: number }[] = [];

  arm(fault: Fault): void {
    this.#armed.push({ fault, left: fault.times });
  }

  heal(): void {
    this.#armed = [];
  }

  /** What is still armed, with the calls left. */
  armed(): Fault[] {
    return this.#armed.filter(({ left }) => left > 0).map(({ fault, left }) => ({ ...fault, times: left }));
  }

  /** Wraps a handle; `jsonError` shapes a bare status as the vendor does. `pathOf` for calls that no path tells apart. */
  around(
    handle: Handle,
    jsonError: (status: number) => Response,
    pathOf: (request: Request) => string = ({ url }) => new URL(url).pathname,
  ): Handle {
    return async (request) => {
      const fault = this.#take(request.method, pathOf(request));
      return fault === undefined ? handle(request) : strike(fault, request, handle, jsonError);
    };
  }

  #take(method: string, path: string): FaultKind | undefined {
    const hit = this.#armed.find(
      (armed) =>
        armed.left > 0 &&
        (armed.fault.method === '*' || armed.fault.method === method) &&
        matches(armed.fault.path, path),
    );
    if (hit === undefined) return undefined;
    hit.left -= 1;
    return hit.fault.fault;
  }
}

function matches(pattern: string, path: string): boolean {
  const want = pattern.split('/');
  const have = path.split('/');
  return want.length === have.length && want.every((part, i) => part === '*' || part === have[i]);
}

const never = (): Promise<Response> => new Promise(() => {});

async function strike(
  fault: FaultKind,
  request: Request,
  handle: Handle,
  jsonError: (status: number) => Response,
): Promise<Response> {
  switch (fault.kind) {
    case 'latency':
      await new Promise((resolve) => setTimeout(resolve, fault.ms));
      return handle(request);
    case 'hang':
      return never();
    case 'hang_after':
      await handle(request);
      return never();
    case 'reset':
      throw new ConnectionCut();
    case 'cut':
      await handle(request);
      throw new ConnectionCut();
    case 'status': {
      const response = jsonError(fault.status);
      if (fault.retryAfter !== undefined) response.headers.set('retry-after', fault.retryAfter);
      return response;
    }
    case 'html':
      return new Response('<html><body><h1>Bad Gateway</h1></body></html>', {
        status: fault.status,
        headers: { 'content-type': 'text/html' },
      });
    case 'json':
      return Response.json(fault.body, { status: fault.status });
    case 'malformed':
      return new Response('{"data": {', { status: 200, headers: { 'content-type': 'application/json' } });
    case 'truncated': {
      const whole = await handle(request);
      const text = await whole.text();
      return new Response(text.slice(0, Math.floor(text.length / 2)), whole);
    }
    case 'broken_off': {
      const whole = await handle(request);
      return new Response(brokenOff(new Uint8Array(await whole.arrayBuffer())), whole);
    }
    case 'drip': {
      const whole = await handle(request);
      return new Response(drip(await whole.text(), fault.ms), whole);
    }
  }
}

function drip(text: string, ms: number): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  let sent = 0;
  return new ReadableStream({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, ms));
      controller.enqueue(bytes.slice(sent, sent + 1));
      sent += 1;
      if (sent >= bytes.length) controller.close();
    },
  });
}

function brokenOff(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let isHalfSent = false;
  return new ReadableStream({
    pull(controller) {
      if (isHalfSent) return controller.error(new ConnectionCut());
      isHalfSent = true;
      controller.enqueue(bytes.slice(0, Math.ceil(bytes.length / 2)));
    },
  });
}
