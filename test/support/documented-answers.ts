// Jest's setup of the tests over HTTP: every answer of our gateway that any of them gets is held against openapi.yaml.
import { afterEach, expect, jest } from '@jest/globals';
import { isGatewayMade, undocumented } from './documented.ts';

// Starting a world takes one or two seconds, and several times that beside other work.
jest.setTimeout(30_000);

const faults: string[] = [];
const send = globalThis.fetch;

globalThis.fetch = async (input, init) => {
  const response = await send(input, init);
  // Only the gateway sets this header: the vendors' answers are not ours.
  if (!response.headers.has('apigw-requestid')) return response;
  const method = (init?.method ?? (input instanceof Request ? input.method : 'GET')).toUpperCase();
  const text = await response.clone().text();
  const { status, headers } = response;
  // A test may take a route out of the template; CORS has its own tests.
  const isGatewayOwn = isGatewayMade(response) && (status === 404 || method === 'OPTIONS');
  if (!isGatewayOwn)
    faults.push(...undocumented(method, new URL(response.url).pathname, { status, headers, text }));
  return response;
};

afterEach(() => {
  expect(faults.splice(0)).toEqual([]);
});
