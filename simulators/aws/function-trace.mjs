// @ts-check
// Marks what a function sends out, so that a recorder in front of the simulators knows which call caused it: a container
// runs one call at a time. Tells of connections that were refused, of which no simulator knows.
// Loaded before the bundle, and only where somebody records.
import { subscribe } from 'node:diagnostics_channel';
import http from 'node:http';
import { syncBuiltinESMExports } from 'node:module';

const header = 'x-trace';
// While the function loads: what the parent gave as the last argument.
let mark = process.argv[4] ?? '';

process.on('message', (/** @type {{ mark?: string }} */ call) => {
  mark = call.mark ?? mark;
});

/** @typedef {{ mark: string, method: string, url: string, target: string }} Refused */

/**
 * @param {unknown} error
 * @param {Refused} call
 */
function tellRefused(error, call) {
  if (error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED')
    process.send?.({ kind: 'refused', ...call });
}

// By fetch: vendors.
/** @typedef {{ addHeader(name: string, value: string): void, origin: string, method: string, path: string }} Sent */
/** @type {WeakMap<Sent, string>} */
const marks = new WeakMap();
subscribe('undici:request:create', (message) => {
  const { request } = /** @type {{ request: Sent }} */ (message);
  if (mark === '') return;
  request.addHeader(header, mark);
  marks.set(request, mark);
});
subscribe('undici:request:error', (message) => {
  const { request, error } = /** @type {{ request: Sent, error: unknown }} */ (message);
  const { origin, method, path } = request;
  tellRefused(error, { mark: marks.get(request) ?? '', method, url: `${origin}${path}`, target: '' });
});

// By node:http: the AWS SDK.
const { request: send } = http;
http.request = (/** @type {any[]} */ ...args) => {
  /** @type {import('node:http').ClientRequest} */
  const request = Reflect.apply(send, http, args);
  if (mark === '') return request;
  request.setHeader(header, mark);
  const call = {
    mark,
    method: request.method,
    url: `http://${String(request.getHeader('host'))}${request.path}`,
    target: String(request.getHeader('x-amz-target') ?? ''),
  };
  request.on('error', (error) => tellRefused(error, call));
  return request;
};
syncBuiltinESMExports();
