// The demo beside the API over HTTP: what it shows of a whole journey, what it can do to the vendors, and whom it refuses.
import { request } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod/mini';
import { problemBody } from '../../functions/contract/problems.ts';
import { errorCodes } from '../../functions/core/errors.ts';
import type { TraceMessage } from '../../local/demo/contract.ts';
import { type Demo, startDemo } from '../../local/demo/start-demo.ts';
import { call, eventually } from '../../local/journey-client.ts';
import { type JourneyResult, walkJourney } from '../../local/walk-journey.ts';
import { stands } from '../support/stands.ts';
import { apply, individual, signedInUser } from '../support/world.ts';

const titles = (messages: readonly TraceMessage[]): readonly string[] =>
  messages.map(({ from, to, direction, title }) => `${from}>${to} ${direction} ${title}`);

describe('the demo', () => {
  let demo: Demo;
  let result: JourneyResult;
  let journey: readonly TraceMessage[];

  beforeAll(async () => {
    demo = await startDemo();
    result = await walkJourney(demo.world);
    journey = demo.trace.messages();
  }, 60_000);
  afterEach(() => demo.faults.heal());
  afterAll(() => demo.close());

  const get = (path: string) => call('GET', `${demo.pageUrl}${path}`);
  const post = (path: string, body: object) => call('POST', `${demo.pageUrl}${path}`, { body });
  /** Webhooks come by themselves: waits until nothing has passed for half a second. */
  async function quiet(): Promise<void> {
    for (let before = -1; before !== lastId(); ) {
      before = lastId();
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
  const lastId = (): number => demo.trace.messages().at(-1)?.id ?? 0;

  describe('shows what passes', () => {
    it('both ends of every call, in order, each with its time', () => {
      expect(journey.map(({ id }) => id)).toEqual([...journey].map(({ id }) => id).toSorted((a, b) => a - b));
      const requests = journey.filter(({ direction }) => direction === 'request');
      expect(requests.length).toBeGreaterThan(60);
      for (const sent of requests) {
        const answers = journey.filter(
          ({ callId, direction }) => callId === sent.callId && direction === 'answer',
        );
        expect([sent.title, answers.length]).toEqual([sent.title, 1]);
        const [answer] = answers;
        expect(answer).toMatchObject({
          from: sent.to,
          to: sent.from,
          title: sent.title,
          exchange: sent.exchange,
        });
        expect(answer?.id).toBeGreaterThan(sent.id);
        expect(answer?.durationMs).toBeGreaterThanOrEqual(0);
        expect(answer?.status).toBeDefined();
      }
    });

    it('which call of the browser caused which calls behind it, by which function', () => {
      const exchange = journey.findLast(
        ({ title, direction }) => title === 'POST /v1/token' && direction === 'request',
      );
      const caused = journey.filter((message) => message.exchange === exchange?.callId);
      expect(new Set(caused.map((message) => message.function))).toEqual(new Set(['token']));
      expect(titles(caused)).toEqual(
        expect.arrayContaining([
          'browser>api request POST /v1/token',
          'api>stytch request POST /v1/sessions/authenticate',
          'stytch>api answer POST /v1/sessions/authenticate',
          'api>dynamodb request Query',
          `api>unit request POST /customers/${result.customerId}/token`,
          'api>browser answer POST /v1/token',
        ]),
      );
      expect(titles(caused).at(0)).toBe('browser>api request POST /v1/token');
      expect(titles(caused).at(-1)).toBe('api>browser answer POST /v1/token');
    });

    it("keeps two calls apart that run at the same time, down to Unit's own fetch of the keys", async () => {
      const before = lastId();
      const users = await Promise.all([signedInUser(demo.world), signedInUser(demo.world)]);
      demo.world.unit.controls.ageJwks();
      await Promise.all(users.map(async (user) => apply(demo.world, user, individual(user.email))));
      const seen = demo.trace.messages(before);
      for (const user of users) {
        const own = seen.filter(({ body }) => JSON.stringify(body ?? null).includes(user.userId));
        expect(own.length).toBeGreaterThan(4);
        const fromApps = own.filter((message) => message.function === 'application');
        expect(new Set(fromApps.map(({ exchange }) => exchange)).size).toBe(1);
      }
    });

    it("Unit's webhooks as calls of Unit, with what they cause", () => {
      const hook = journey.find(
        ({ title, direction }) => title === 'POST /webhooks/unit' && direction === 'request',
      );
      expect(hook).toMatchObject({ from: 'unit', to: 'api', function: 'unit-webhook' });
      const caused = journey.filter(({ exchange }) => exchange === hook?.callId);
      expect(caused.some(({ to, title }) => to === 'unit' && title.startsWith('GET /applications/'))).toBe(
        true,
      );
    });

    it("Unit's fetch of Stytch's keys as caused by the exchange", () => {
      const fetched = journey.find(({ from, to }) => from === 'unit' && to === 'stytch');
      expect(fetched?.title).toContain('/v1/sessions/jwks/');
      const cause = journey.find(({ callId }) => callId === fetched?.exchange);
      expect(cause?.title).toBe('POST /v1/token');
    });

    it("what the browser asks of Unit itself, and nothing of operators' calls or of preflights", async () => {
      await quiet();
      const before = lastId();
      const url = `${demo.world.unit.url}/cards`;
      await fetch(url, {
        method: 'OPTIONS',
        headers: { 'access-control-request-method': 'GET', origin: demo.pageUrl },
      });
      await call('GET', `${demo.world.unit.url}/applications`, { bearer: demo.world.unit.operatorToken });
      expect(demo.trace.messages(before)).toEqual([]);
      await call('GET', url, { bearer: 'v2.public.invented', headers: { origin: demo.pageUrl } });
      expect(titles(demo.trace.messages(before))).toEqual([
        'browser>unit request GET /cards',
        'unit>browser answer GET /cards',
      ]);
    });
  });

  describe('INV5 hides', () => {
    function sensitiveValues(): ReadonlyMap<string, string> {
      const values = new Map<string, string>();
      for (const [kind, some] of Object.entries(demo.world.unit.controls.received()))
        for (const value of some) values.set(value, `unit ${kind}`);
      for (const value of demo.world.stytch.controls.received()) values.set(value, 'stytch value');
      for (const [name, value] of Object.entries(demo.world.secrets.seeded))
        values.set(value, `secret ${name}`);
      return values;
    }
    const isShown = (value: string): boolean => /@example\.com$|^\+1/.test(value);

    it('every secret, token, code, SSN, birth date and card number of the journey from the stream', () => {
      const values = [...sensitiveValues()].filter(([value]) => value.length > 5 && !isShown(value));
      expect(values.length).toBeGreaterThan(40);
      for (const kind of [
        'unit ssns',
        'unit birthDates',
        'unit pans',
        'unit customerTokens',
        'secret stytch',
      ])
        expect(values.map(([, name]) => name)).toContain(kind);
      const stream = JSON.stringify(demo.trace.messages());
      expect(values.filter(([value]) => stands(value, stream))).toEqual([]);
      expect(stream).toContain(result.userId);
    });
  });

  describe('streams', () => {
    async function events(
      headers: Record<string, string>,
      atLeast: number,
    ): Promise<readonly TraceMessage[]> {
      const stop = new AbortController();
      const response = await fetch(`${demo.pageUrl}/demo/events`, { headers, signal: stop.signal });
      expect(response.headers.get('content-type')).toBe('text/event-stream');
      let text = '';
      const seen = (): TraceMessage[] =>
        [...text.matchAll(/^id: (\d+)\ndata: (.*)\n\n/gm)].map(([, id, data = '']) => {
          const message = JSON.parse(data);
          expect(String(message.id)).toBe(id);
          return message;
        });
      for await (const chunk of response.body ?? []) {
        text += Buffer.from(chunk).toString();
        if (seen().length >= atLeast) break;
      }
      stop.abort();
      return seen();
    }

    it('what is kept, then what comes', async () => {
      await quiet();
      const kept = demo.trace.messages();
      expect(await events({}, kept.length)).toEqual(kept);
      const later = events({ 'last-event-id': String(lastId()) }, 2);
      await get('/v1/me');
      expect(titles(await later)).toEqual([
        'browser>api request GET /v1/me',
        'api>browser answer GET /v1/me',
      ]);
    });
  });

  describe('can', () => {
    it('read the mailbox of an address, newest first', async () => {
      const email = 'inbox.demo@example.com';
      const { status } = await post('/v1/signup', { method: 'email_otp', email });
      expect(status).toBe(202);
      const { body } = await get(`/demo/inbox?email=${encodeURIComponent(email)}`);
      expect(body).toEqual({
        deliveries: [
          { at: expect.any(String), kind: 'otp', to: email, code: expect.stringMatching(/^\d{6}$/) },
        ],
      });
      const { body: links } = await get(`/demo/inbox?email=${encodeURIComponent(result.email)}`);
      const link = { kind: 'magic_link', url: expect.stringContaining('/v1/magic_links/redirect?') };
      expect(links).toEqual({ deliveries: expect.arrayContaining([expect.objectContaining(link)]) });
    });

    it.each([
      ['approve', 'Approved'],
      ['deny', 'Denied'],
      ['documents', 'AwaitingDocuments'],
    ] as const)('decide an application: %s', async (outcome, status) => {
      const user = await signedInUser(demo.world);
      const { body } = await apply(demo.world, user, individual(user.email, { ssn: '000000004' }));
      const { applicationId } = z.object({ applicationId: z.string() }).parse(body);
      const decided = await post('/demo/outcome', { applicationId, outcome });
      expect(decided).toMatchObject({ status: 200, body: { status } });
      await eventually('the webhook', 10, async () => {
        const read = await call('GET', `${demo.pageUrl}/v1/applications/${applicationId}`, {
          bearer: user.sessionJwt,
        });
        return z.looseObject({ status: z.string() }).parse(read.body).status === status ? true : undefined;
      });
      expect((await post('/demo/outcome', { applicationId: 'none', outcome })).status).toBe(404);
    });

    it('make a card whose number the browser then asks Unit for', async () => {
      const { status, body } = await post('/demo/cards', { customerId: result.customerId });
      expect(status).toBe(201);
      const { cardId } = z.strictObject({ cardId: z.string() }).parse(body);
      expect(demo.world.unit.controls.cards(result.customerId).map(({ id }) => id)).toContain(cardId);
      expect((await post('/demo/cards', { customerId: '1' })).status).toBe(409);
    });

    it('make factors older, so that a step-up is needed', async () => {
      const user = await signedInUser(demo.world);
      const ask = () =>
        call('POST', `${demo.pageUrl}/v1/token`, { bearer: user.sessionJwt, body: { scopes: ['accounts'] } });
      expect((await ask()).status).toBe(409);
      expect(await post('/demo/age', { email: user.email, factor: 'second', seconds: 90_000 })).toMatchObject(
        {
          status: 200,
          body: { aged: 1 },
        },
      );
      expect(await ask()).toMatchObject({ status: 401, body: { code: 'insufficient_user_authentication' } });
      expect((await post('/demo/age', { email: 'nobody@example.com', seconds: 1 })).status).toBe(404);
    });

    it('break a vendor and heal it, and shows the cut', async () => {
      const signUp = () => post('/v1/signup', { method: 'email_otp', email: 'faults.demo@example.com' });
      const { body } = await post('/demo/faults', { vendor: 'stytch', kind: 'reset', times: 1 });
      expect(body).toMatchObject({ armed: [{ vendor: 'stytch', kind: 'reset', times: 1 }] });
      const before = lastId();
      expect((await signUp()).status).toBe(502);
      expect(demo.trace.messages(before)).toContainEqual(
        expect.objectContaining({ from: 'stytch', to: 'api', status: 'cut' }),
      );
      expect((await signUp()).status).toBe(202);
      await post('/demo/faults', { vendor: 'dynamodb', kind: 'refused' });
      const refusing = lastId();
      expect((await signUp()).status).toBe(503);
      expect(demo.trace.messages(refusing)).toContainEqual(
        expect.objectContaining({ from: 'dynamodb', to: 'api', status: 'cut', function: 'signup' }),
      );
      const healed = await call('DELETE', `${demo.pageUrl}/demo/faults`, { body: {} });
      expect(healed).toMatchObject({ status: 200, body: { armed: [] } });
      expect((await signUp()).status).toBe(202);
    });

    it.each([
      ['/demo/faults', { vendor: 'bank', kind: 'timeout' }],
      ['/demo/faults', { vendor: 'stytch-jwks', kind: 'refused' }],
      ['/demo/outcome', { outcome: 'approve' }],
      ['/demo/outcome', { outcome: 'approve', unitApplicationId: '800001' }],
      ['/demo/age', { email: 'a@example.com', seconds: -1 }],
      ['/demo/age', { userId: 'user-test-1', seconds: 1 }],
    ])('say what is wrong with %s %j', async (path, body) => {
      expect(await post(path, body)).toMatchObject({ status: 400, body: { error: expect.any(String) } });
    });
  });

  describe('is for this machine alone', () => {
    /** `fetch` sets the host by itself. */
    const raw = (
      method: string,
      path: string,
      headers: Record<string, string>,
      url = demo.world.apiUrl,
    ): Promise<number> =>
      new Promise((resolve, reject) => {
        const sent = request(`${url}${path}`, { method, headers }, (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        });
        sent.on('error', reject).end();
      });

    it('refuses another host, as after DNS rebinding, and changes by another origin', async () => {
      const host = new URL(demo.pageUrl).host;
      for (const path of ['/', '/demo/state', '/demo/events', '/docs'])
        expect(await raw('GET', path, { host: 'attacker.example' })).toBe(403);
      expect(await raw('DELETE', '/demo/faults', { host, origin: 'http://attacker.example' })).toBe(403);
      expect(await raw('DELETE', '/demo/faults', { host, origin: demo.pageUrl })).toBe(200);
      expect(await raw('GET', '/demo/state', { host })).toBe(200);
    });

    it('refuses other pages the table and the secrets, and lets whoever is no page in', async () => {
      const { tableUrl, secretsUrl } = demo.world;
      for (const url of [tableUrl, secretsUrl]) {
        const origin = 'http://attacker.example';
        expect(await raw('OPTIONS', '/', { origin, 'access-control-request-method': 'POST' }, url)).toBe(403);
        expect(await raw('POST', '/', { origin }, url)).toBe(403);
        expect(await raw('POST', '/', { host: 'attacker.example' }, url)).toBe(403);
        expect(await raw('POST', '/', {}, url)).toBe(400);
      }
    });

    it('lets the page load its own files and call its own origin and Unit, and nothing else', async () => {
      const { headers, status } = await get('/');
      expect(status).toBe(200);
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain(`connect-src 'self' ${demo.world.unit.url};`);
      expect(policy).not.toContain('unsafe');
      for (const [path, type] of [
        ['/callback', 'text/html'],
        ['/demo/app.js', 'text/javascript'],
        ['/demo/style.css', 'text/css'],
      ]) {
        const answer = await get(path ?? '');
        expect([answer.status, answer.headers.get('content-type')]).toEqual([200, `${type}; charset=utf-8`]);
      }
      expect((await get('/demo/none')).status).toBe(404);
    });
  });

  describe('documents every refusal at the address that it names', () => {
    it('an error that came over HTTP leads to its page', async () => {
      const { body } = await get('/v1/me');
      const { type, title } = problemBody.parse(body);
      expect(type).toBe(`${demo.pageUrl}/docs/problems/invalid-token`);
      const page = await call('GET', type);
      expect(page.status).toBe(200);
      expect(page.body).toContain(title);
    });

    it.each(errorCodes)('%s', async (code) => {
      const answer = await get(`/docs/problems/${code.replaceAll('_', '-')}`);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    });
  });
});
