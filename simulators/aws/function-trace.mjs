// @ts-check
// Marks what a function sends out, so that a recorder in front of the simulators knows which call caused it: a container
// runs one call at a time. Loaded before the bundle, and only where somebody records.
import { subscribe } from 'node:diagnostics_channel';
import http from 'node:http';
import { syncBuiltinESMExports } from 'node:module';

const header = 'x-trace';
let mark = '';

process.on('message', (/** @type {{ mark?: string }} */ call) => {
  mark = call.mark ?? '';
});

// By fetch: vendors.
subscribe('undici:request:create', (message) => {
  const { request } = /** @type {{ request: { addHeader(name: string, value: string): void } }} */ (message);
  if (mark !== '') request.addHeader(header, mark);
});

// By node:http: the AWS SDK.
const { request: send } = http;
http.request = (/** @type {any[]} */ ...args) => {
  const request = Reflect.apply(send, http, args);
  if (mark !== '') request.setHeader(header, mark);
  return request;
};
syncBuiltinESMExports();
