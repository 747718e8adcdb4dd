import { beforeEach, describe, expect, it } from '@jest/globals';
import { Bench } from './bench.ts';

const EMAIL = 'ada@customer.example';

const bench = new Bench();
beforeEach(() => bench.restart());

async function control(line: string, body?: unknown): Promise<{ status: number; body: unknown }> {
  const [method = 'GET', path] = line.split(' ');
  const response = await bench.simulator.control(
    new Request(`http://control.simulator${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    }),
  );
  return { status: response.status, body: await response.json() };
}

describe('the control API', () => {
  it('reads the inbox, the outbox and the users, of one or all', async () => {
    await bench.link(EMAIL);
    await bench.post('/v1/otps/sms/login_or_create', { phone_number: '+15555550100' });
    const { token } = bench.lastMail(EMAIL);
    expect((await control(`GET /inbox?email=${EMAIL}`)).body).toMatchObject({
      mails: [{ to: EMAIL, token }],
    });
    expect((await control('GET /inbox?email=bob@customer.example')).body).toEqual({ mails: [] });
    expect((await control('GET /outbox')).body).toMatchObject({
      codes: [{ to: '+15555550100', channel: 'sms' }],
    });
    expect((await control(`GET /outbox?to=${encodeURIComponent(EMAIL)}`)).body).toEqual({ codes: [] });
    expect((await control('GET /users')).body).toMatchObject({ users: [{}, {}] });
    expect((await control(`GET /users?email=${EMAIL}`)).body).toMatchObject({
      users: [{ status: 'active' }],
    });
  });

  it('arms, lists and heals faults', async () => {
    const fault = {
      method: 'GET',
      path: '/v1/debug/whoami',
      times: 3,
      fault: { kind: 'status', status: 500 },
    };
    expect((await control('POST /faults', fault)).status).toBe(200);
    expect((await bench.call('GET /v1/debug/whoami')).status).toBe(500);
    expect((await control('GET /faults')).body).toEqual({ faults: [{ ...fault, times: 2 }] });
    await control('DELETE /faults');
    expect((await bench.call('GET /v1/debug/whoami')).status).toBe(200);
    const foreign = { kind: 'json', status: 403, body: { message: 'Forbidden' } };
    await control('POST /faults', { method: '*', path: '/v1/debug/whoami', fault: foreign });
    expect(await bench.call('GET /v1/debug/whoami')).toMatchObject({
      status: 403,
      body: { message: 'Forbidden' },
    });
  });

  it('seeds, starts, ages, locks, revokes and impersonates', async () => {
    const seeded = await control('POST /users', { email: EMAIL, totp: true });
    expect(seeded).toMatchObject({ status: 200, body: { userId: expect.stringMatching(/^user-test-/) } });
    const userId = bench.controls.userByEmail(EMAIL)?.userId;
    const started = await control('POST /sessions', { userId });
    expect(started.body).toMatchObject({ sessionId: expect.any(String), sessionJwt: expect.any(String) });
    const sessions = await control(`GET /sessions?userId=${userId}`);
    expect(sessions.body).toMatchObject({ sessions: [{ user_id: userId }] });
    const sessionId = bench.controls.sessions(userId ?? '')[0]?.['session_id'];
    const calls: [string, unknown, unknown][] = [
      ['POST /session-jwt', { sessionId }, { sessionJwt: expect.any(String) }],
      ['POST /age-factor', { userId, seconds: 60 }, { aged: 1 }],
      ['POST /age-session', { sessionId, seconds: 60 }, { done: true }],
      ['POST /age-codes', { seconds: 60 }, { aged: 0 }],
      ['POST /age-totp', { userId, seconds: 60 }, { done: true }],
      ['POST /lock-user', { userId }, { done: true }],
      ['POST /age-lock', { userId, seconds: 60 }, { done: true }],
      ['POST /unlock-user', { userId }, { done: true }],
      ['POST /revoke-all-sessions', { userId }, { revoked: 1 }],
      ['POST /impersonate', { userId }, { sessionToken: expect.any(String) }],
      ['POST /impersonation-token', { userId }, { token: expect.any(String) }],
      ['POST /look-alikes', { userId, kind: 'alg_none' }, { jwt: expect.stringMatching(/\.$/) }],
      ['POST /rotate-keys', { overlapSeconds: 60 }, { kid: expect.stringMatching(/^jwk-test-/) }],
      ['POST /drop-old-keys', {}, { done: true }],
      ['POST /secrets', { secret: 'secret-test-of-a-rotation' }, { done: true }],
      ['POST /switches', { totpAlone: 'reject' }, { totpAlone: 'reject' }],
    ];
    for (const [line, body, answer] of calls) {
      expect({ line, ...(await control(line, body)) }).toMatchObject({ line, status: 200, body: answer });
    }
    expect((await control(`GET /totp-code?userId=${userId}`)).body).toEqual({
      code: expect.stringMatching(/^\d{6}$/),
    });
    expect((await control('GET /switches')).body).toMatchObject({ totpAlone: 'reject' });
    expect((await control('GET /look-alikes')).body).toMatchObject({
      kinds: expect.arrayContaining(['alg_none']),
    });
    expect((await control('GET /jwks-fetches')).body).toEqual({ count: 0 });
    await control('POST /reset');
    expect((await control('GET /users')).body).toEqual({ users: [] });
  });

  it('shows what passed: masked in the log, raw for leak tests', async () => {
    await bench.link(EMAIL);
    const log = await control('GET /requests');
    const values = await control('GET /received');
    expect(log.body).toMatchObject({
      requests: [{ path: '/v1/magic_links/email/login_or_create', body: { email: '***' } }],
    });
    expect(values.body).toMatchObject({
      values: expect.arrayContaining([EMAIL, bench.lastMail(EMAIL).token]),
    });
  });

  it.each([
    ['POST /age-factor', { userId: 'user-test-none', seconds: 60 }, /there is no user/],
    ['POST /age-factor', { userId: 'user-test-none' }, /seconds/],
    ['POST /age-factor', { userId: 'user-test-none', seconds: 60, minutes: 1 }, /minutes/],
    ['POST /switches', { totpAlone: 'perhaps' }, /totpAlone/],
    ['POST /switches', { unheardOf: true }, /unheardOf/],
    ['POST /faults', { method: 'GET', path: '/', fault: { kind: 'gremlin' } }, /fault/],
    ['POST /faults', { method: 'GET', path: '/', fault: { kind: 'html', status: 204 } }, /status/],
    ['POST /faults', { method: 'GET', path: '/', fault: { kind: 'json', status: 502 } }, /body/],
    ['POST /look-alikes', { kind: 'unheard_of' }, /kind/],
    ['POST /users', { email: 'nonsense' }, /email/],
    ['GET /inbox?address=x', undefined, /address/],
  ])('answers %s %j with 400 and says why', async (line, body, message) => {
    const answer = await control(line, body);
    expect(answer).toMatchObject({ status: 400, body: { error: expect.stringMatching(message) } });
  });

  it('knows its paths and methods, and takes JSON only as such', async () => {
    const form = await bench.simulator.control(
      new Request('http://control.simulator/lock-user', { method: 'POST', body: '{"userId":"x"}' }),
    );
    const broken = await bench.simulator.control(
      new Request('http://control.simulator/lock-user', {
        method: 'POST',
        body: '{',
        headers: { 'content-type': 'application/json' },
      }),
    );
    expect((await control('GET /unheard-of')).status).toBe(404);
    expect((await control('GET /reset')).status).toBe(405);
    expect([form.status, broken.status]).toEqual([400, 400]);
  });

  it('shows the state on a page without scripts, escaped, with every control named', async () => {
    const { userId } = await bench.controls.seedUser({
      email: EMAIL,
      totp: true,
      passkeyDomain: 'bank.example',
    });
    await bench.controls.startSession({ userId });
    await bench.link(EMAIL);
    await bench.call('GET /v1/<script>');
    bench.controls.faults.arm({ method: 'GET', path: '/v1/users/*', times: 1, fault: { kind: 'hang' } });
    const response = await bench.simulator.control(new Request('http://control.simulator/'));
    const html = await response.text();
    expect(response.headers.get('content-type')).toContain('text/html');
    for (const shown of [
      EMAIL,
      userId,
      'POST /age-factor',
      'GET /inbox',
      'foreignSession',
      'GET /v1/users/*',
    ]) {
      expect(html).toContain(shown);
    }
    expect(html).toContain(bench.lastMail(EMAIL).token);
    expect(html).not.toContain('<script');
  });
});
