// @ts-check
// Preloaded into every measured process: the vendors' and AWS's own host names lead to bench/vendors on loopback, over
// TLS as in production, and every connection and request is noted with its time.
import { subscribe } from 'node:diagnostics_channel';
import tls from 'node:tls';

const port = Number(process.env['BENCH_VENDORS_PORT']);
const isOutside = /(^|\.)(stytch\.com|unit\.sh|amazonaws\.com)$/;
const connect = tls.connect;

/** @type {{ what: string, host: string, from: number, to: number }[]} */
export const spans = [];
Object.defineProperty(globalThis, 'benchSpans', { value: spans });

/** @param {unknown} value */
const text = (value) => (typeof value === 'string' ? value : '');

Object.assign(tls, {
  /** @param {tls.ConnectionOptions} options @param {() => void} done */
  connect(options, done) {
    const host = text(options.servername ?? options.host);
    if (!isOutside.test(host)) throw new Error(`the bench calls nobody else: ${host}`);
    const span = { what: 'connect', host, from: performance.now(), to: 0 };
    spans.push(span);
    const socket = connect(
      { ...options, servername: host, host: '127.0.0.1', port, rejectUnauthorized: false },
      done,
    );
    socket.once('secureConnect', () => {
      span.to = performance.now();
    });
    return socket;
  },
});

/** @type {WeakMap<object, { what: string, host: string, from: number, to: number }>} */
const open = new WeakMap();

/** @param {object} request @param {string} host @param {string} what */
function begin(request, host, what) {
  const span = { what, host, from: performance.now(), to: 0 };
  open.set(request, span);
  spans.push(span);
}

/** @param {object} request */
function end(request) {
  const span = open.get(request);
  if (span !== undefined) span.to = performance.now();
}

subscribe('http.client.request.start', (message) => {
  const { request } = /** @type {{ request: import('node:http').ClientRequest }} */ (message);
  const target = text(request.getHeader('x-amz-target')).replace(/^.*\./, '');
  begin(request, text(request.host), target === '' ? `${request.method} ${request.path}` : target);
});
subscribe('http.client.response.finish', (message) => {
  end(/** @type {{ request: object }} */ (message).request);
});
subscribe('undici:request:create', (message) => {
  const { request } = /** @type {{ request: { origin: string, method: string, path: string } }} */ (message);
  begin(request, new URL(request.origin).host, `${request.method} ${request.path}`);
});
subscribe('undici:request:trailers', (message) => {
  end(/** @type {{ request: object }} */ (message).request);
});
