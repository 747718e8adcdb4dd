import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { type OutboundRequest, send } from '../../functions/adapters/outbound.ts';
import { codeOf, everythingIn, refusalOf, timed } from '../support/adapters-errors.ts';
import { recording, silent } from '../support/adapters-log.ts';
import {
  answering,
  type Behaviour,
  drip,
  hang,
  headersThenHang,
  type RawServer,
  redirectTo,
  reset,
  startRawServer,
  unusedUrl,
} from '../support/adapters-servers.ts';

const servers: RawServer[] = [];

async function serve(behave: Behaviour): Promise<RawServer> {
  const server = await startRawServer(behave);
  servers.push(server);
  return server;
}

afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

const request = (url: string, changes: Partial<OutboundRequest> = {}): OutboundRequest => ({
  provider: 'unit',
  operation: 'read_application',
  url,
  method: 'GET',
  headers: {},
  timeoutMs: 5000,
  signal: AbortSignal.timeout(10_000),
  log: silent,
  ...changes,
});

describe('one call to a vendor', () => {
  it('leaves no timer behind that keeps the container awake', async () => {
    const quick = await serve(answering(200));
    const slow = await serve(hang);
    const set = jest.spyOn(globalThis, 'setTimeout');
    const cleared = jest.spyOn(globalThis, 'clearTimeout');
    await send(request(quick.url, { timeoutMs: 20_000 }));
    await codeOf(send(request(slow.url, { timeoutMs: 57 })));
    const deadlines = set.mock.results.filter((_, i) => [20_000, 57].includes(set.mock.calls[i]?.[1] ?? 0));
    const ended = cleared.mock.calls.map(([timer]) => timer);
    jest.restoreAllMocks();
    expect(deadlines).toHaveLength(2);
    for (const { value } of deadlines) expect(ended).toContain(value);
  });

  it.each([
    ['never answers', hang],
    ['drips a byte at a time', drip],
    ['sends its headers and then hangs', headersThenHang],
  ])('D1 ends on its deadline when the vendor %s', async (_, behave) => {
    const { url } = await serve(behave);
    const { ms, outcome } = await timed(send(request(url, { timeoutMs: 150 })));
    expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'upstream_timeout' } });
    expect(ms).toBeGreaterThan(100);
    expect(ms).toBeLessThan(1500);
  });

  it.each([
    ['never answers', hang],
    ['drips a byte at a time', drip],
  ])('D1 ends on the deadline of the request it serves when the vendor %s', async (_, behave) => {
    const { url } = await serve(behave);
    const { ms, outcome } = await timed(send(request(url, { signal: AbortSignal.timeout(150) })));
    expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'upstream_timeout' } });
    expect(ms).toBeLessThan(1500);
  });

  it('D1 sends nothing once the deadline of the request has passed', async () => {
    const server = await serve(answering(200));
    expect(await codeOf(send(request(server.url, { signal: AbortSignal.abort() })))).toBe('upstream_timeout');
    expect(server.requests).toHaveLength(0);
  });

  it.each([301, 302, 303, 307, 308])('O10 never follows a redirect (%i)', async (status) => {
    const elsewhere = await serve(answering(200));
    const { url } = await serve(redirectTo(elsewhere.url, status));
    const refusal = await refusalOf(
      send(request(url, { method: 'POST', headers: { authorization: 'Bearer secret' }, body: '{}' })),
    );
    expect(refusal.code).toBe('upstream_unavailable');
    expect(elsewhere.requests).toHaveLength(0);
  });

  it('O10 reads an answer of one megabyte, and refuses one byte more', async () => {
    const whole = await serve(answering(200, 'x'.repeat(1024 * 1024)));
    const larger = await serve(answering(200, 'x'.repeat(1024 * 1024 + 1)));
    expect((await send(request(whole.url))).text).toHaveLength(1024 * 1024);
    expect(await codeOf(send(request(larger.url)))).toBe('upstream_unavailable');
  });

  it('O10 stops reading an answer that has no end', async () => {
    const { url } = await serve((outgoing) => {
      outgoing.writeHead(200);
      const more = (): void => {
        while (outgoing.write(Buffer.alloc(64 * 1024)));
      };
      outgoing.on('drain', more);
      more();
    });
    const { ms, outcome } = await timed(send(request(url)));
    expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'upstream_unavailable' } });
    expect(ms).toBeLessThan(3000);
  });

  it('says that the vendor cannot be reached when nobody listens or the line is cut', async () => {
    const { url } = await serve(reset);
    expect(await codeOf(send(request(await unusedUrl())))).toBe('upstream_unavailable');
    expect(await codeOf(send(request(url)))).toBe('upstream_unavailable');
  });

  it('hands back every answer of the vendor, good or bad, with its status and text', async () => {
    const good = await serve(answering(200, '{"a":1}'));
    const bad = await serve(answering(503, 'busy'));
    expect(await send(request(good.url))).toEqual({
      status: 200,
      text: '{"a":1}',
      retryAfterSeconds: undefined,
    });
    expect(await send(request(bad.url))).toMatchObject({ status: 503, text: 'busy' });
  });

  it.each([
    ['7', 7],
    ['0', 0],
    ['soon', undefined],
    ['-5', undefined],
    ['12345678901234567890', undefined],
  ])('D3 reads Retry-After %s', async (header, seconds) => {
    const { url } = await serve(answering(429, {}, { 'retry-after': header }));
    const { retryAfterSeconds } = await send(request(url));
    expect(Math.abs((retryAfterSeconds ?? -100) - (seconds ?? -100))).toBeLessThanOrEqual(1);
  });

  it.each([
    [90, 90],
    [-90, 0],
  ])('D3 reads Retry-After as a date %i seconds from now', async (ahead, seconds) => {
    const date = new Date(Date.now() + ahead * 1000).toUTCString();
    const { url } = await serve(answering(429, {}, { 'retry-after': date }));
    const before = Date.now();
    const { retryAfterSeconds = -100 } = await send(request(url));
    const elapsed = (Date.now() - before) / 1000;
    expect(retryAfterSeconds).toBeGreaterThanOrEqual(seconds - 1 - Math.ceil(elapsed));
    expect(retryAfterSeconds).toBeLessThanOrEqual(seconds);
  });

  it('INV5 keeps of a failed call its provider and operation, and nothing of what was sent', async () => {
    const url = `${await unusedUrl()}/customers?secret=in-the-query`;
    const refusal = await refusalOf(
      send(
        request(url, {
          method: 'POST',
          headers: { authorization: 'Bearer org-token-0001' },
          body: '{"ssn":"078051120"}',
        }),
      ),
    );
    expect(refusal.details.upstream).toEqual({ provider: 'unit', operation: 'read_application' });
    expect(everythingIn(refusal)).not.toMatch(/org-token-0001|078051120|in-the-query/);
  });
});

describe('the word on a call that is over', () => {
  it('S7 has the vendor, the call, the status and the time, and nothing of what was sent or answered', async () => {
    const server = await startRawServer(answering(503, 'secret words'));
    const { log, lines } = recording();
    await send(request(`${server.url}/customers/1`, { log, headers: { authorization: 'Bearer secret' } }));
    await server.close();
    expect(lines).toEqual([
      {
        code: 'vendor.called',
        fields: {
          provider: 'unit',
          operation: 'read_application',
          vendorStatus: 503,
          isTimedOut: false,
          durationMs: expect.any(Number),
        },
      },
    ]);
  });

  it('S7 tells a call that had no answer from one that was too late', async () => {
    const server = await startRawServer(hang);
    const { log, lines } = recording();
    await codeOf(send(request(server.url, { log, timeoutMs: 50 })));
    await server.close();
    await codeOf(send(request(server.url, { log })));
    expect(lines.map(({ fields }) => [fields['vendorStatus'], fields['isTimedOut']])).toEqual([
      [null, true],
      [null, false],
    ]);
  });
});
