// Pages of other sites reach nothing on this machine: neither by a name that leads here, nor by a form.
import { describe, expect, it } from '@jest/globals';
import { onlyOwnOrigin } from '../../local/own-origin.ts';

const handle = onlyOwnOrigin(async () => new Response('in'));
const ask = async (method: string, host: string, origin?: string): Promise<number> => {
  const headers = { host, ...(origin === undefined ? {} : { origin }) };
  return (await handle(new Request('http://127.0.0.1:4402/inbox', { method, headers }))).status;
};

describe('what only this machine may use', () => {
  it.each([
    ['GET', 'localhost:4402', undefined],
    ['GET', '127.0.0.1:4402', 'http://other.example'],
    ['POST', '127.0.0.1:4402', undefined],
    ['POST', 'localhost:4402', 'http://localhost:4402'],
  ])('takes %s for %s from %s', async (method, host, origin) => {
    expect(await ask(method, host, origin)).toBe(200);
  });

  it.each([
    ['GET', 'rebound.example:4402', undefined],
    ['GET', '127.0.0.1.example', undefined],
    ['POST', 'localhost:4402', 'http://other.example'],
    ['POST', 'localhost:4402', 'http://localhost:8080'],
    ['DELETE', 'localhost:4402', 'null'],
  ])('refuses %s for %s from %s', async (method, host, origin) => {
    expect(await ask(method, host, origin)).toBe(403);
  });
});
