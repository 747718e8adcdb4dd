// One HTTP request by Node's own client on a kept connection. `fetch` would do, but loading it costs a cold container
// more than the whole DynamoDB client, and each call two to four times as much (docs/performance.md).
import type { IncomingMessage } from 'node:http';
import { Agent, request as overTls } from 'node:https';
import { once } from '../once.ts';

export interface WireRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer> | undefined;
  /** Ends the request and the reading of its answer. */
  readonly signal: AbortSignal;
}

export interface WireReply {
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** The body as it comes; it must be read, or broken off, for the connection to be free again. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** Sends a request once, follows no redirect, and rejects where there is no answer. */
export type Wire = (url: string, request: WireRequest) => Promise<WireReply>;

/** Vendors close idle connections when they like: the shorter we keep one, the rarer a request meets one that is gone. */
const kept = { keepAlive: true, timeout: 4000 } as const;
const agent = new Agent(kept);

/** When each host was called last. */
const lastUsedAt = new Map<string, number>();

/** A frozen container's timers stand still: what it kept is gone at the vendor's end by the time that it wakes. */
function dropStale({ freeSockets }: Pick<Agent, 'freeSockets'>, { host, hostname, port }: URL): void {
  const isStale = Date.now() - (lastUsedAt.get(host) ?? 0) > kept.timeout;
  lastUsedAt.set(host, Date.now());
  if (!isStale) return;
  // Node names a host's sockets by these, and what else makes two connections different.
  const name = `${hostname}:${port === '' ? 443 : port}:`;
  for (const [key, sockets] of Object.entries(freeSockets))
    if (key.startsWith(name)) for (const socket of sockets ?? []) socket.destroy();
}

/** Loopback alone is called without TLS, and a deployment never: there is no loading this module ahead. */
const plain = once(async () => {
  const http = await import('node:http');
  return { request: http.request, agent: new http.Agent(kept) };
});

const everyRequest = {
  accept: '*/*',
  'accept-encoding': 'identity',
  'user-agent': 'stytch-unit-bridge',
} as const;

export const sendOverWire: Wire = async (url, { method, headers, body, signal }) => {
  const over = url.startsWith('https:') ? { request: overTls, agent } : await plain();
  const options = { method, headers: { ...everyRequest, ...headers }, signal, agent: over.agent };
  dropStale(over.agent, new URL(url));
  return new Promise((resolve, reject) => {
    const sent = over
      .request(url, options, (answer: IncomingMessage) => {
        // Answered before all was read: nobody waits for the rest to go.
        answer.once('close', () => sent.writableFinished || sent.destroy());
        resolve({
          status: answer.statusCode ?? 0,
          retryAfter: answer.headers['retry-after'],
          chunks: answer,
        });
      })
      .on('error', reject)
      // Where the other side changes the protocol there is neither an answer nor an error.
      .on('close', () => reject(new Error('closed without an answer')))
      .end(body);
  });
};
