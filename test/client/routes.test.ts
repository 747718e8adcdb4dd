// Every method of the client sends its route's own method and path, and the JWT exactly where the route asks for it.
import { describe, expect, it } from '@jest/globals';
import { type Client, createClient } from '../../client/index.ts';
import { type Route, routes } from '../../functions/contract/routes.ts';

type Call = (...args: readonly unknown[]) => Promise<unknown>;

const called = Object.entries<Route>(routes).filter(
  ([, { authentication }]) => authentication !== 'signature',
);

/** What the method of a route takes: its ids, its body. */
function argumentsOf(name: string, { path, body }: Route): readonly unknown[] {
  if (name === 'signUp') return [{ email: 'ada@example.com' }];
  if (name === 'refresh') return [];
  if (name === 'revoke') return [{ all: true }];
  const ids = [...path.matchAll(/\{\w+\}/g)].map((_, i) => `id/${i}`);
  const side = name.endsWith('Back') ? [{ side: 'back' }] : [];
  return [...ids, ...{ none: [], json: [{}], raw: [new Blob(['x'])] }[body], ...side];
}

describe('each method of the client', () => {
  it.each(called)('%s sends its route', async (name, route) => {
    const sent: { readonly line: string; readonly hasJwt: boolean }[] = [];
    const client: Client = createClient({
      baseUrl: 'http://api.example',
      tokenStore: new Map([['sessionToken', 'token']]),
      sessionJwt: () => 'jwt',
      fetch: async (input, init) => {
        const url = new URL(input instanceof Request ? input.url : input);
        const hasJwt = new Headers(init?.headers).get('authorization') === 'Bearer jwt';
        sent.push({ line: `${init?.method} ${url.pathname}`, hasJwt });
        return Response.json({});
      },
    });
    const method = Reflect.get(client, name === 'uploadDocumentBack' ? 'uploadDocument' : name) as Call;
    await method(...argumentsOf(name, route));
    let nth = 0;
    const path = route.path.replace(/\{\w+\}/g, () => encodeURIComponent(`id/${nth++}`));
    const hasJwt = route.authentication !== 'none';
    expect(sent).toEqual([{ line: `${route.method} ${path}`, hasJwt }]);
  });
});
