// Faults that a test or `npm start` arms on a simulator: by method and path, for a number of calls.
import * as z from 'zod/mini';
import { ConnectionCut, type Handle } from './server.ts';

/** Of an answer that has a body. */
const status = z.int().check(
  z.gte(200),
  z.lte(599),
  z.refine((value) => ![204, 205, 304].includes(value), 'answers of this status have no body'),
);
const ms = z.int().check(z.gte(0));

/** What goes wrong. `cut` and `hang_after` do the work first, so that "code used up" and "created but not told" are real. */
const faultKind = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('latency'), ms }),
  z.strictObject({ kind: z.literal('hang') }),
  z.strictObject({ kind: z.literal('hang_after') }),
  z.strictObject({ kind: z.literal('reset') }),
  z.strictObject({ kind: z.literal('cut') }),
  z.strictObject({ kind: z.literal('status'), status, retryAfter: z.exactOptional(z.string()) }),
  z.strictObject({ kind: z.literal('html'), status }),
  /** JSON that is not the vendor's own: an object from a proxy, or a bare string. */
  z.strictObject({ kind: z.literal('json'), status, body: z.unknown() }),
  z.strictObject({ kind: z.literal('malformed') }),
  z.strictObject({ kind: z.literal('truncated') }),
  /** Half of the answer, and then the connection is cut. */
  z.strictObject({ kind: z.literal('broken_off') }),
  z.strictObject({ kind: z.literal('drip'), ms }),
]);
export type FaultKind = Readonly<z.output<typeof faultKind>>;

/** A fault as it is armed over HTTP, at either vendor. */
export const faultSchema = z.strictObject({
  /** `POST`, or `*` for every method. */
  method: z.string(),
  /** Matched against the whole path; `*` stands for one segment. */
  path: z.string(),
  /** How many calls it hits; then it heals. */
  times: z._default(z.int().check(z.gte(1)), 1),
  fault: faultKind,
});
export type Fault = Readonly<z.output<typeof faultSchema>>;

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
