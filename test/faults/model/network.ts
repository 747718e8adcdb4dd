// Between the containers and the simulated Unit: the adapters' calls, and Unit's webhook deliveries back to us.
import { Readable } from 'node:stream';
import type { Wire } from '../../../functions/adapters/wire.ts';
import type { UnitSimulator } from '../../../simulators/unit/simulator.ts';
import { type Container, type Outcome, outside } from './container.ts';
import type { Fate } from './fates.ts';
import type { VirtualTime } from './virtual-time.ts';

/** A container's own name for Unit's host, so that a call tells who makes it. */
export const unitUrlOf = (containerName: string): string => `http://${containerName}.unit.test`;

/** Where Unit delivers to. */
export const WEBHOOK_URL = 'http://127.0.0.1:1/webhooks/unit';

/** One delivery as it came. */
export interface Delivery {
  readonly bytes: Uint8Array;
  readonly signature: string;
  readonly types: readonly string[];
}

export interface NetworkOptions {
  readonly time: VirtualTime;
  readonly unit: () => UnitSimulator;
  readonly containerOf: (name: string) => Container | undefined;
  /** A delivery has come: null when it gets lost on the way, and Unit believes it delivered. */
  readonly receive: (delivery: Delivery) => Container | null;
  readonly note: (line: string, fate: Fate) => void;
  /** Unit may have changed. */
  readonly onUnitCalled: () => void;
}

interface Buffered {
  readonly status: number;
  readonly headers: [string, string][];
  readonly text: string;
}

/** A POST of a request that gave up may still work for as long as Unit may take. */
const UNIT_WORKS_FOR_SECONDS = 120;
const UNIT_WAITS_MS = 5000;

/** Puts `fetch` under the adapters, which can be taken over. */
export const wireByFetch: Wire = async (url, { method, headers, body, signal }) => {
  const answer = await fetch(url, { method, headers, signal, ...(body === undefined ? {} : { body }) });
  return {
    status: answer.status,
    retryAfter: answer.headers.get('retry-after') ?? undefined,
    chunks: answer.body ?? Readable.from([]),
  };
};

/** Takes over `fetch` until the returned function is called. */
export function takeOverFetch(options: NetworkOptions): () => void {
  const real = globalThis.fetch;
  globalThis.fetch = async (target, init = {}) => {
    const url = new URL(target instanceof Request ? target.url : target);
    if (url.href === WEBHOOK_URL) return deliver(options, init);
    const [name = '', ...rest] = url.hostname.split('.');
    const container = options.containerOf(name);
    if (rest.join('.') !== 'unit.test' || container === undefined) throw new TypeError(`no host ${url.host}`);
    const { status, headers, text } = await callUnit(options, container, url, init);
    return new Response(text, { status, headers });
  };
  return () => {
    globalThis.fetch = real;
  };
}

function callUnit(
  options: NetworkOptions,
  container: Container,
  url: URL,
  { method = 'GET', headers, body, signal }: RequestInit,
): Promise<Buffered> {
  const { time, unit, note, onUnitCalled } = options;
  const perform = async (): Promise<Buffered> => {
    const response = await unit().handle(
      new Request(`http://unit.test${url.pathname}${url.search}`, {
        method,
        ...(headers === undefined ? {} : { headers }),
        ...(body === undefined ? {} : { body }),
      }),
    );
    if (method !== 'GET') onUnitCalled();
    return { status: response.status, headers: [...response.headers], text: await response.text() };
  };
  return outside(
    container,
    time,
    {
      what: `Unit ${method} ${decodeURIComponent(url.pathname + url.search)}`,
      perform,
      failure: () => new TypeError('fetch failed'),
      hasOwnDeadline: true,
      ofTwo: (first) => first,
      refuse: (status) => ({
        status,
        headers: [],
        text: JSON.stringify({ errors: [{ status: String(status), title: 'Refused' }] }),
      }),
      garble: () => ({ status: 200, headers: [], text: '{"data": {' }),
      latestSeconds: UNIT_WORKS_FOR_SECONDS,
    },
    note,
    signal ?? undefined,
  );
}

/** Unit's side of a delivery: it waits five seconds, and takes nothing but 200 for done. */
function deliver(options: NetworkOptions, init: RequestInit): Promise<Response> {
  const body = typeof init.body === 'string' ? init.body : '';
  const bytes = Buffer.from(body);
  const { data } = JSON.parse(body) as { data: readonly { type: string }[] };
  const container = options.receive({
    bytes,
    signature: new Headers(init.headers).get('x-unit-signature') ?? '',
    types: data.map(({ type }) => type),
  });
  if (container === null) return Promise.resolve(new Response(null, { status: 200 }));
  return new Promise((resolve, reject) => {
    const callOff = options.time.later(UNIT_WAITS_MS, () => reject(new TypeError('fetch failed')));
    container.onOutcome = (outcome: Outcome) => {
      callOff();
      if (outcome.kind === 'died') reject(new TypeError('fetch failed'));
      else resolve(new Response(null, { status: outcome.kind === 'answered' ? 200 : 503 }));
    };
  });
}
