import { getEventListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { type OutboundRequest, sendRepeatably } from '../../functions/adapters/outbound.ts';
import { codeOf, endingOnce, timed } from '../support/adapters-errors.ts';
import { silent } from '../support/adapters-log.ts';
import {
  answering,
  type Behaviour,
  hang,
  inTurn,
  type RawServer,
  redirectTo,
  reset,
  startRawServer,
  unusedUrl,
} from '../support/adapters-servers.ts';

const servers: RawServer[] = [];

async function serve(...behaviours: readonly Behaviour[]): Promise<RawServer> {
  const server = await startRawServer(inTurn(...behaviours));
  servers.push(server);
  return server;
}

afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

const request = (url: string, changes: Partial<OutboundRequest> = {}): OutboundRequest => ({
  provider: 'stytch',
  operation: 'sessions.authenticate',
  url,
  method: 'POST',
  headers: {},
  timeoutMs: 5000,
  signal: AbortSignal.timeout(10_000),
  log: silent,
  ...changes,
});

describe('a call that may be repeated', () => {
  it.each([408, 429, 500, 502, 503, 504])('D3 is repeated after a %i', async (status) => {
    const server = await serve(answering(status), answering(200, 'fine'));
    expect(await sendRepeatably(request(server.url), 2)).toMatchObject({ status: 200, text: 'fine' });
    expect(server.requests).toHaveLength(2);
  });

  it('D3 is repeated after a cut connection, and after a try that took too long', async () => {
    const cut = await serve(reset, answering(200));
    const slow = await serve(hang, answering(200));
    expect(await sendRepeatably(request(cut.url), 2)).toMatchObject({ status: 200 });
    expect(await sendRepeatably(request(slow.url, { timeoutMs: 1000 }), 2)).toMatchObject({ status: 200 });
  });

  it.each([200, 201, 204, 400, 401, 403, 404, 409, 422])('D3 is not repeated after a %i', async (status) => {
    const server = await serve(answering(status, ''), answering(200));
    expect(await sendRepeatably(request(server.url), 3)).toMatchObject({ status });
    expect(server.requests).toHaveLength(1);
  });

  it('D3 is not repeated when the vendor redirects us elsewhere', async () => {
    const server = await serve(redirectTo('http://127.0.0.1:1/'));
    expect(await codeOf(sendRepeatably(request(server.url), 3))).toBe('upstream_unavailable');
    expect(server.requests).toHaveLength(1);
  });

  it('D3 is not repeated when the answer is larger than we read', async () => {
    const server = await serve(answering(200, 'x'.repeat(1024 * 1024 + 1)));
    expect(await codeOf(sendRepeatably(request(server.url), 3))).toBe('upstream_unavailable');
    expect(server.requests).toHaveLength(1);
  });

  it('D3 ends after its tries and hands back the last answer, whatever it is', async () => {
    const server = await serve(answering(500), answering(502), answering(503, 'the last'), answering(200));
    expect(await sendRepeatably(request(server.url), 3)).toMatchObject({ status: 503, text: 'the last' });
    expect(server.requests).toHaveLength(3);
  });

  it('D3 ends with the last failure when no try gets an answer', async () => {
    expect(await codeOf(sendRepeatably(request(await unusedUrl()), 2))).toBe('upstream_unavailable');
  });

  it('D3 waits as long as the vendor asks, when that is short', async () => {
    const server = await serve(answering(429, {}, { 'retry-after': '1' }), answering(200));
    const { ms, outcome } = await timed(sendRepeatably(request(server.url), 2));
    expect(outcome).toMatchObject({ status: 'fulfilled', value: { status: 200 } });
    expect(ms).toBeGreaterThan(950);
    expect(ms).toBeLessThan(2000);
  });

  it('D3 passes the wait on instead when the vendor asks for longer', async () => {
    const server = await serve(answering(429, {}, { 'retry-after': '2' }), answering(200));
    const { ms, outcome } = await timed(sendRepeatably(request(server.url), 3));
    expect(outcome).toMatchObject({ status: 'fulfilled', value: { status: 429, retryAfterSeconds: 2 } });
    expect(ms).toBeLessThan(1500);
    expect(server.requests).toHaveLength(1);
  });

  it('D4 never goes past the deadline of the request it serves while it waits', async () => {
    const server = await serve(answering(503, {}, { 'retry-after': '1' }));
    const { ms, outcome } = await timed(
      sendRepeatably(request(server.url, { signal: AbortSignal.timeout(200) }), 5),
    );
    expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'upstream_timeout' } });
    expect(ms).toBeLessThan(900);
    await pause(100);
    expect(server.requests).toHaveLength(1);
  });

  it('D4 begins no other try when the deadline passes during one', async () => {
    const server = await serve(hang);
    const { ms, outcome } = await timed(
      sendRepeatably(request(server.url, { signal: endingOnce(() => server.requests.length > 0) }), 5),
    );
    expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'upstream_timeout' } });
    expect(ms).toBeLessThan(4000);
    expect(server.requests).toHaveLength(1);
  });

  it('spreads its tries, so that many callers do not come back at the same moment', async () => {
    const server = await serve(answering(503), answering(503), answering(503));
    const waits = await Promise.all(
      Array.from({ length: 12 }, async () => (await timed(sendRepeatably(request(server.url), 2))).ms),
    );
    expect(Math.max(...waits) - Math.min(...waits)).toBeGreaterThan(20);
    expect(Math.max(...waits)).toBeLessThan(1500);
  });

  it('leaves no timer and no listener behind, whether it ends by itself or by the deadline', async () => {
    const set = jest.spyOn(globalThis, 'setTimeout');
    const cleared = jest.spyOn(globalThis, 'clearTimeout');
    const server = await serve(answering(503));
    const ended = new AbortController();
    await sendRepeatably(request(server.url, { signal: ended.signal }), 3);

    const waiting = await serve(answering(503, {}, { 'retry-after': '1' }));
    const cancelled = new AbortController();
    const call = codeOf(sendRepeatably(request(waiting.url, { signal: cancelled.signal }), 3));
    await pause(100);
    cancelled.abort();
    await call;

    const made: unknown[] = set.mock.results.map(({ value }) => value);
    const stopped = new Set<unknown>(cleared.mock.calls.map(([timer]) => timer));
    expect(made.length).toBeGreaterThanOrEqual(3);
    expect(made.filter((timer) => !stopped.has(timer))).toEqual([]);
    expect(getEventListeners(ended.signal, 'abort')).toHaveLength(0);
    expect(getEventListeners(cancelled.signal, 'abort')).toHaveLength(0);
  });
});
