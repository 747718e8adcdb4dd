import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createSecret } from '../../../functions/adapters/secrets.ts';
import { createSessionReader } from '../../../functions/adapters/stytch/session-reader.ts';
import type { SessionReader } from '../../../functions/core/ports.ts';
import { codeOf, everythingIn, refusalOf, timed } from '../../support/adapters-errors.ts';
import { silent } from '../../support/adapters-log.ts';
import { ARN, fixedSecret, startSecrets } from '../../support/adapters-secrets.ts';
import { answering, drip, hang, startRawServer } from '../../support/adapters-servers.ts';
import { SECRET, type StytchBench, startStytch } from '../../support/adapters-stytch.ts';

const PATH = '/v1/sessions/authenticate';

let stytch: StytchBench;
let sessions: SessionReader;
let user: { userId: string; sessionId: string; sessionToken: string; sessionJwt: string };
const signal = AbortSignal.timeout(60_000);

beforeAll(async () => {
  stytch = await startStytch();
  sessions = createSessionReader(stytch.project);
});
afterAll(() => stytch.close());
beforeEach(async () => {
  stytch.controls.reset();
  const { userId } = await stytch.controls.seedUser({ email: 'Ada@customer.example', totp: true });
  user = { userId, ...(await stytch.controls.startSession({ userId })) };
});

const read = (sessionJwt = user.sessionJwt) => sessions.readSession(sessionJwt, signal);

const armed = (fault: Parameters<StytchBench['controls']['faults']['arm']>[0]['fault'], times = 1): void =>
  stytch.controls.faults.arm({ method: 'POST', path: PATH, times, fault });

/** How often Stytch was asked by a piece of work. */
async function asked(work: () => Promise<unknown>): Promise<number> {
  const before = stytch.calls(PATH);
  await work();
  return stytch.calls(PATH) - before;
}

describe("Stytch's word on a session", () => {
  it('J5 is a fresh JWT and the user as of now', async () => {
    expect(await read()).toEqual({
      sessionJwt: expect.stringMatching(/^ey/),
      sessionToken: user.sessionToken,
      requestId: expect.stringMatching(/^request-id-/),
      user: {
        stytchUserId: user.userId,
        isActive: true,
        isLocked: false,
        verifiedEmails: ['ada@customer.example'],
        factors: [
          { kind: 'email', factorId: expect.any(String), isVerified: true },
          { kind: 'totp', factorId: expect.any(String), isVerified: true },
        ],
      },
    });
  });

  it('J5 is asked with the JWT alone: no duration is sent, so that the end of the session does not move', async () => {
    const server = await startRawServer(answering(500));
    const reader = createSessionReader({ ...stytch.project, baseUrl: server.url });
    await codeOf(reader.readSession('a.b.c', signal));
    await server.close();
    expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({ session_jwt: 'a.b.c' });
    const end = () => stytch.controls.sessions(user.userId)[0]?.['expires_at'];
    const before = end();
    await read();
    expect(end()).toBe(before);
  });

  it('J5 comes by the same call for a JWT that has expired while its session lives', async () => {
    stytch.time.aheadMs = 400_000;
    const confirmed = await read();
    stytch.time.aheadMs = 0;
    expect(confirmed.user.stytchUserId).toBe(user.userId);
  });

  it('A7.4.1 refuses a session that was revoked, though its JWT still verifies', async () => {
    stytch.controls.revokeAllSessions(user.userId);
    expect(await codeOf(read())).toBe('invalid_token');
  });

  it('tells a lock by the user, for the rules to refuse', async () => {
    stytch.controls.lockUser(user.userId);
    expect((await read()).user.isLocked).toBe(true);
  });

  it('refuses a JWT that is not of this project', async () => {
    expect(await codeOf(read('eyJhbGciOiJSUzI1NiJ9.e30.AAAA'))).toBe('invalid_token');
  });

  it('D3 is asked for again, once, after an error that passes or a cut connection', async () => {
    armed({ kind: 'status', status: 503 });
    expect(await asked(() => read())).toBe(2);
    armed({ kind: 'cut' });
    expect(await asked(() => read())).toBe(2);
  });

  it('D3 is a fault of the vendor after two failures', async () => {
    armed({ kind: 'status', status: 500 }, 5);
    expect(await asked(async () => expect(await codeOf(read())).toBe('upstream_unavailable'))).toBe(2);
  });

  it("D3 passes Stytch's own Retry-After on", async () => {
    armed({ kind: 'status', status: 429, retryAfter: '7' });
    const refusal = await refusalOf(read());
    expect([refusal.code, refusal.details.retryAfterSeconds]).toEqual(['upstream_unavailable', 7]);
  });

  it.each([
    ['never answers', hang],
    ['drips a byte at a time', drip],
  ])('D1 ends on the deadline of the request when Stytch %s', async (_, behave) => {
    const server = await startRawServer(behave);
    const reader = createSessionReader({ ...stytch.project, baseUrl: server.url });
    const { ms, outcome } = await timed(reader.readSession(user.sessionJwt, AbortSignal.timeout(150)));
    await server.close();
    expect(outcome).toMatchObject({ reason: { code: 'upstream_timeout' } });
    expect(ms).toBeLessThan(1500);
  });

  it.each<[string, Parameters<typeof armed>[0]]>([
    ['cut JSON', { kind: 'malformed' }],
    ['half of it', { kind: 'truncated' }],
    ['HTML', { kind: 'html', status: 200 }],
    ['an empty object', { kind: 'json', status: 200, body: {} }],
    ['an empty JWT', { kind: 'json', status: 200, body: { request_id: 'r', session_jwt: '', user: {} } }],
    ['null', { kind: 'json', status: 200, body: null }],
    ['the JSON of a proxy', { kind: 'json', status: 403, body: { message: 'Forbidden' } }],
    ['a bare string', { kind: 'json', status: 400, body: 'no' }],
  ])('D7 is a fault of the vendor when it is %s', async (_, fault) => {
    armed(fault);
    expect(await codeOf(read())).toBe('upstream_unavailable');
  });

  it('INV7 is asked for with the new secret once the old one is refused', async () => {
    const bench = await startSecrets();
    bench.put('secret-test-the-one-before');
    const secret = createSecret(bench.client, ARN, () => Date.now() / 1000, silent);
    await secret.read();
    bench.put(SECRET);
    const reader = createSessionReader({ ...stytch.project, secret });
    const confirmed = await reader.readSession(user.sessionJwt, signal);
    await bench.close();
    expect(confirmed.user.stytchUserId).toBe(user.userId);
  });

  it('INV5 an error holds neither JWT, session token nor our secret, wherever one looks in it', async () => {
    armed({ kind: 'reset' }, 2);
    const cut = await refusalOf(read());
    armed({ kind: 'json', status: 200, body: { request_id: 'r', session_jwt: user.sessionJwt } });
    const unreadable = await refusalOf(read());
    const wrong = createSessionReader({ ...stytch.project, secret: fixedSecret('secret-that-is-wrong') });
    const refused = await refusalOf(wrong.readSession(user.sessionJwt, signal));
    const held = everythingIn([cut, unreadable, refused]);
    expect(held).not.toContain(user.sessionJwt);
    expect(held).not.toContain(user.sessionToken);
    expect(held).not.toMatch(/secret-that-is-wrong|secret-test/);
  });
});
