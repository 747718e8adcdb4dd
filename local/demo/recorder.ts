// Looks at every call between the browser, the gateway and what stands behind it, and writes both ends into the trace.
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { type Route, routes } from '../../functions/contract/routes.ts';
import { goneOf } from '../../simulators/server.ts';
import { HOP_PATH } from '../../simulators/stytch/links.ts';
import { mask, maskHeaders, maskText } from '../mask.ts';
import type { Backend, Tap } from '../tap.ts';
import type { Party, TraceMessage } from './contract.ts';
import { describeBody } from './describe-body.ts';
import type { Trace } from './trace.ts';

/** In the header that marks what functions, and the simulators while they serve a call, send out. */
const MARK = 'x-trace';

interface Cause {
  readonly exchange: string | null;
  readonly function: string;
  /** Who sends what this causes. */
  readonly from: Party;
}

interface Call {
  readonly from: Party;
  readonly to: Party;
  readonly title: string;
  readonly headers: Headers;
  readonly body: unknown;
  /** Null: the call is the exchange itself. */
  readonly cause: Cause | null;
  readonly function: string;
  readonly gone?: AbortSignal;
}

export interface Recorder extends Tap {
  close(): void;
}

export function createRecorder(trace: Trace): Recorder {
  const causes = new AsyncLocalStorage<Cause>();

  // What a simulator sends by itself, such as Unit's fetch of the keys.
  const onFetch = (message: unknown): void => {
    const cause = causes.getStore();
    if (cause !== undefined && hasRequest(message)) message.request.addHeader(MARK, written(cause));
  };
  subscribe('undici:request:create', onFetch);

  async function record(call: Call, run: () => Promise<Response>): Promise<Response> {
    const { from, to, title, headers, body } = call;
    const callId = randomUUID();
    const exchange = call.cause === null ? callId : call.cause.exchange;
    const base = {
      callId,
      exchange,
      title: maskText(title),
      ...(call.function && { function: call.function }),
    };
    const startedAt = performance.now();
    const sent = { ...base, from, to, direction: 'request', at: Date.now() } as const;
    trace.add({ ...sent, headers: maskHeaders(headers), ...shown(body) });
    let isOver = false;
    const answered = (answer: Pick<TraceMessage, 'status' | 'headers' | 'body'>): void => {
      if (isOver) return;
      isOver = true;
      const durationMs = Math.round(performance.now() - startedAt);
      trace.add({ ...base, from: to, to: from, direction: 'answer', at: Date.now(), durationMs, ...answer });
    };
    call.gone?.addEventListener('abort', () => answered({ status: 'cut' }));
    try {
      const response = await causes.run({ exchange, function: call.function, from: to }, run);
      const copy = Buffer.from(await response.clone().arrayBuffer());
      const { status } = response;
      answered({
        status,
        headers: maskHeaders(response.headers),
        ...shown(describeBody(response.headers, copy)),
      });
      return response;
    } catch (error) {
      answered({ status: 'cut' });
      throw error;
    }
  }

  return {
    mark: (name) => written({ exchange: causes.getStore()?.exchange ?? null, function: name, from: 'api' }),
    aroundGateway: (answer) => (given) => {
      const request = { ...given, headers: given.headers.filter(([name]) => name.toLowerCase() !== MARK) };
      const [path = '/'] = request.target.split('?', 1);
      const route = routeOf(request.method, path);
      if (route === undefined) return answer(request);
      const headers = new Headers(request.headers.map(([name, value]): [string, string] => [name, value]));
      const call = {
        from: route === routes.unitWebhook ? 'unit' : 'browser',
        to: 'api',
        title: `${request.method} ${path}`,
        headers,
        body: describeBody(headers, request.body),
        cause: null,
        function: route.function,
      } as const;
      return record(call, () => answer(request));
    },
    around: (backend, handle) => async (request) => {
      const headers = new Headers(request.headers);
      const mark = headers.get(MARK);
      const cause = mark === null ? null : read(mark);
      headers.delete(MARK);
      const { url, method } = request;
      const bytes = Buffer.from(await request.arrayBuffer());
      const unmarked = new Request(url, { method, headers, body: bytes.length === 0 ? null : bytes });
      const from = cause?.from ?? unmarkedCaller(backend, unmarked);
      if (from === undefined) return handle(unmarked);
      const { pathname, searchParams } = new URL(url);
      const query = searchParams.size === 0 ? undefined : { query: Object.fromEntries(searchParams) };
      const call = {
        from,
        to: backend,
        title: headers.get('x-amz-target')?.replace(/^.*\./, '') ?? `${method} ${pathname}`,
        headers,
        body: describeBody(headers, bytes) ?? query,
        cause,
        function: cause?.function ?? '',
        gone: goneOf(request),
      };
      return record(call, () => handle(unmarked));
    },
    refused: (backend, { mark, method, url, target }) => {
      const cause = read(mark);
      const { exchange, from } = cause;
      const title = target.replace(/^.*\./, '') || `${method} ${new URL(url).pathname}`;
      const base = {
        callId: randomUUID(),
        exchange,
        title: maskText(title),
        at: Date.now(),
        function: cause.function,
      };
      trace.add({ ...base, from, to: backend, direction: 'request' });
      trace.add({ ...base, from: backend, to: from, direction: 'answer', durationMs: 0, status: 'cut' });
    },
    close: () => unsubscribe('undici:request:create', onFetch),
  };
}

const shown = (body: unknown): { body?: unknown } => (body === undefined ? {} : { body: mask(body) });

function routeOf(method: string, path: string): Route | undefined {
  const segments = path.split('/');
  return Object.values(routes).find((route: Route) => {
    const pattern = route.path.split('/');
    return (
      route.method === method &&
      pattern.length === segments.length &&
      pattern.every((part, i) => part.startsWith('{') || part === segments[i])
    );
  });
}

/** Whoever is not marked is the browser, or no part of any diagram: an operator's command, a preflight. */
function unmarkedCaller(backend: Backend, { method, url, headers }: Request): Party | undefined {
  if (method === 'OPTIONS') return undefined;
  const isBrowser =
    backend === 'stytch'
      ? new URL(url).pathname === HOP_PATH
      : backend === 'unit' && (headers.has('origin') || headers.has('sec-fetch-site'));
  return isBrowser ? 'browser' : undefined;
}

const written = ({ exchange, function: name, from }: Cause): string => `${exchange ?? ''};${name};${from}`;

function read(mark: string): Cause {
  const [exchange = '', name = '', from = ''] = mark.split(';');
  return { exchange: exchange || null, function: name, from: from === 'unit' ? 'unit' : 'api' };
}

interface Outgoing {
  readonly request: { addHeader(name: string, value: string): void };
}

const hasRequest = (message: unknown): message is Outgoing =>
  typeof message === 'object' && message !== null && 'request' in message;
