import { describe, expect, it, jest } from '@jest/globals';
import { type Route, routes } from '../../functions/contract/routes.ts';
import type { Endpoint } from '../../functions/http/endpoint.ts';
import { serve } from '../../functions/http/serve.ts';
import { bodyOf, contextOf, eventOf, runtimeOf } from '../support/adapters-http.ts';

const OWN = 'https://app.bank.example';
const all: readonly Route[] = Object.values<Route>(routes);
const changing = all.filter(
  ({ method, authentication }) => method !== 'GET' && authentication !== 'signature',
);
const others = all.filter((route) => !changing.includes(route));

/** What becomes of a request to a route whose endpoint would answer. */
async function send(route: Route, headers: Record<string, string>, transport: 'body' | 'cookie' = 'cookie') {
  const run = jest.fn<Endpoint['serve']>(() => Promise.reject(new Error('it was let in')));
  const runtime = runtimeOf({ sessionTransport: () => transport, allowedOrigins: () => [OWN] });
  const event = eventOf({ routeKey: `${route.method} ${route.path}`, headers });
  const answered = await serve(runtime, { route, serve: run })(event, contextOf());
  return { status: answered.statusCode, code: bodyOf(answered)['code'], isLetIn: run.mock.calls.length > 0 };
}
const refused = { status: 403, code: 'origin_not_allowed', isLetIn: false };

describe('A3.5.1 The Origin of a request, where the stage keeps sessions in a cookie', () => {
  it('there are routes of each kind', () => {
    expect([changing.length > 15, others.length > 3]).toEqual([true, true]);
  });

  it.each(changing)(
    '$method $path is refused without it, and with another than the stage’s',
    async (route) => {
      for (const headers of [{}, { origin: 'null' }, { origin: 'https://evil.example' }])
        expect(await send(route, headers)).toEqual(refused);
    },
  );

  it.each(changing)('$method $path is let in from the stage’s own', async (route) => {
    expect(await send(route, { origin: OWN })).toMatchObject({ isLetIn: true });
  });

  it.each(changing)('$method $path documents the refusal', ({ problems }) => {
    expect(problems).toContain('origin_not_allowed');
  });

  it.each(others)('$method $path changes nothing, or is Unit’s: it is not asked for', async (route) => {
    expect(await send(route, {})).toMatchObject({ isLetIn: true });
    expect(route.problems).not.toContain('origin_not_allowed');
  });

  it.each(all)('$method $path does not ask for it where the body brings the session', async (route) => {
    expect(await send(route, { origin: 'https://evil.example' }, 'body')).toMatchObject({ isLetIn: true });
  });

  it.each([
    'http://app.bank.example',
    'https://app.bank.example:8443',
    'https://app.bank.example/',
    'https://app.bank.example.evil.example',
    'https://evil-app.bank.example',
    'https://bank.example',
    'HTTPS://APP.BANK.EXAMPLE',
    ' https://app.bank.example',
    'https://app.bank.example,https://app.bank.example',
    'https://app.bank.example, https://evil.example',
    'file://',
    '',
  ])('"%s" is not the stage’s own', async (origin) => {
    expect(await send(routes.refresh, { origin })).toEqual(refused);
  });

  it.each(['cross-site', 'none', '', 'Same-Origin', 'same-site, cross-site'])(
    'what the browser calls "%s" is refused whatever its Origin',
    async (site) => {
      expect(await send(routes.refresh, { origin: OWN, 'sec-fetch-site': site })).toEqual(refused);
    },
  );

  it.each(['same-origin', 'same-site'])('what the browser calls "%s" is let in', async (site) => {
    expect(await send(routes.refresh, { origin: OWN, 'sec-fetch-site': site })).toMatchObject({
      isLetIn: true,
    });
  });

  it('is logged by what was wrong, never by its text', async () => {
    const runtime = runtimeOf({ sessionTransport: () => 'cookie', allowedOrigins: () => [OWN] });
    const endpoint = { route: routes.refresh, serve: () => Promise.reject(new Error('let in')) };
    const headers = { origin: 'https://evil.example' };
    await serve(runtime, endpoint)(eventOf({ routeKey: 'POST /v1/sessions/refresh', headers }), contextOf());
    expect(runtime.lines[0]).toMatchObject({ code: 'request.refused', fields: { reason: 'foreign' } });
    expect(JSON.stringify(runtime.lines)).not.toContain('evil');
  });
});
