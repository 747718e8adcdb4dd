import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createSecret } from '../../../functions/adapters/secrets.ts';
import { createSessionKeeper } from '../../../functions/adapters/stytch/session-keeper.ts';
import type { SessionKeeper } from '../../../functions/core/ports.ts';
import { codeOf, everythingIn, refusalOf } from '../../support/adapters-errors.ts';
import { silent } from '../../support/adapters-log.ts';
import { ARN, startSecrets } from '../../support/adapters-secrets.ts';
import {
  SECRET,
  type SignedIn,
  type StytchBench,
  signedIn,
  startStytch,
  stytchError,
} from '../../support/adapters-stytch.ts';

let stytch: StytchBench;
let keeper: SessionKeeper;
let user: SignedIn;
const signal = AbortSignal.timeout(60_000);

beforeAll(async () => {
  stytch = await startStytch();
  keeper = createSessionKeeper(stytch.project);
});
afterAll(() => stytch.close());
beforeEach(async () => {
  stytch.controls.reset();
  user = await signedIn(stytch);
});

const sessions = () => stytch.controls.sessions(user.stytchUserId);
const end = (): number => Date.parse(String(sessions()[0]?.['expires_at']));

type Fault = Parameters<StytchBench['controls']['faults']['arm']>[0]['fault'];
const armed = (path: string, fault: Fault, times = 1): void =>
  stytch.controls.faults.arm({ method: '*', path, times, fault });

/** The next answers of Stytch to a call. */
const answers = (path: string, status: number, body: unknown, times = 1): void =>
  armed(path, { kind: 'json', status, body }, times);

describe('a session by its token', () => {
  it('is read with a fresh JWT, and its end does not move when no time is asked for', async () => {
    const before = end();
    expect(await keeper.readByToken(user.sessionToken, null, signal)).toMatchObject({
      sessionJwt: expect.stringMatching(/^ey/),
      sessionToken: user.sessionToken,
      user: { stytchUserId: user.stytchUserId },
    });
    expect(end()).toBe(before);
  });

  it('has its end moved to so many minutes from now', async () => {
    await keeper.readByToken(user.sessionToken, 5, signal);
    expect(Math.round((end() - Date.now()) / 60_000)).toBe(5);
    await keeper.readByToken(user.sessionToken, 90, signal);
    expect(Math.round((end() - Date.now()) / 60_000)).toBe(90);
  });

  it('is a wrong proof when it is over, unknown or no token at all: one answer', async () => {
    expect(await codeOf(keeper.readByToken('never-issued', null, signal))).toBe('invalid_grant');
    answers('/v1/sessions/authenticate', 400, stytchError(400, 'invalid_session_token'));
    expect(await codeOf(keeper.readByToken('!', null, signal))).toBe('invalid_grant');
    stytch.controls.revokeAllSessions(user.stytchUserId);
    expect(await codeOf(keeper.readByToken(user.sessionToken, null, signal))).toBe('invalid_grant');
  });

  it('is a fault of the vendor when the answer holds no session', async () => {
    answers('/v1/sessions/authenticate', 200, { status_code: 200, request_id: 'r', session_jwt: '' });
    expect(await codeOf(keeper.readByToken(user.sessionToken, null, signal))).toBe('upstream_unavailable');
  });

  it('is no wrong proof because a proxy says so: it would end a good session in the app', async () => {
    for (const status of [400, 404]) {
      answers('/v1/sessions/authenticate', status, { message: 'Not Found' });
      expect(await codeOf(keeper.readByToken(user.sessionToken, null, signal))).toBe('upstream_unavailable');
    }
  });
});

describe('the end of a session', () => {
  it('A7.4.1 comes by its token or by its id, and at Stytch at once', async () => {
    await keeper.revoke({ sessionToken: user.sessionToken }, signal);
    expect(sessions()).toEqual([]);
    const { sessionId } = await stytch.controls.startSession({ userId: user.stytchUserId });
    await keeper.revoke({ sessionId }, signal);
    expect(sessions()).toEqual([]);
  });

  it('is no error when it has come before, or when there never was such a session', async () => {
    await keeper.revoke({ sessionToken: user.sessionToken }, signal);
    await expect(keeper.revoke({ sessionToken: user.sessionToken }, signal)).resolves.toBeUndefined();
    await expect(keeper.revoke({ sessionId: 'session-test-none' }, signal)).resolves.toBeUndefined();
  });

  it.each([
    [401, 'unauthorized_credentials'],
    [400, 'wrong_stack_test'],
    [429, 'too_many_requests'],
    [500, 'internal_server_error'],
  ])('A7.4.1 is never claimed when Stytch did not do it: %i %s', async (status, type) => {
    answers('/v1/sessions/revoke', status, stytchError(status, type), 2);
    expect(await codeOf(keeper.revoke({ sessionId: user.sessionId }, signal))).toBe('upstream_unavailable');
    expect(sessions()).toHaveLength(1);
  });

  it.each<[string, Fault]>([
    ['the page of a proxy', { kind: 'html', status: 200 }],
    ['its 404', { kind: 'html', status: 404 }],
    ['half an answer', { kind: 'malformed' }],
  ])('A7.4.1 is never claimed on the word of another: %s', async (_, fault) => {
    armed('/v1/sessions/revoke', fault);
    expect(await codeOf(keeper.revoke({ sessionId: user.sessionId }, signal))).toBe('upstream_unavailable');
    expect(sessions()).toHaveLength(1);
  });
});

describe('the sessions of a user', () => {
  it('are listed by id', async () => {
    const other = await stytch.controls.startSession({ userId: user.stytchUserId });
    const listed = await keeper.listSessions(user.stytchUserId, signal);
    expect([...listed].toSorted()).toEqual([user.sessionId, other.sessionId].toSorted());
  });

  it('O10 are a fault of the vendor when the list cannot be read', async () => {
    answers('/v1/sessions', 200, { status_code: 200, request_id: 'r' });
    expect(await codeOf(keeper.listSessions(user.stytchUserId, signal))).toBe('upstream_unavailable');
  });
});

describe('each call about a session, which may be repeated', () => {
  const calls: readonly (readonly [string, string, () => Promise<unknown>])[] = [
    ['reading', '/v1/sessions/authenticate', () => keeper.readByToken(user.sessionToken, null, signal)],
    ['extending', '/v1/sessions/authenticate', () => keeper.readByToken(user.sessionToken, 30, signal)],
    ['ending', '/v1/sessions/revoke', () => keeper.revoke({ sessionToken: user.sessionToken }, signal)],
    ['listing', '/v1/sessions', () => keeper.listSessions(user.stytchUserId, signal)],
  ];
  const passing: readonly (readonly [string, Fault])[] = [
    ['a 503', { kind: 'status', status: 503 }],
    ['a reset', { kind: 'reset' }],
    ['a connection cut after the work', { kind: 'cut' }],
  ];
  const cases = calls.flatMap(([what, path, run]) =>
    passing.map(([how, fault]) => ({ what, how, path, run, fault })),
  );

  it.each(cases)('D3 $what succeeds at the second try after $how', async ({ path, run, fault }) => {
    armed(path, fault);
    const before = stytch.calls(path);
    await run();
    expect(stytch.calls(path) - before).toBe(2);
  });

  it.each(calls)('D3 %s fails after two tries, and hands a Retry-After on', async (_, path, run) => {
    armed(path, { kind: 'status', status: 500 }, 5);
    const before = stytch.calls(path);
    expect(await codeOf(run())).toBe('upstream_unavailable');
    expect(stytch.calls(path) - before).toBe(2);
    stytch.controls.faults.heal();
    armed(path, { kind: 'status', status: 429, retryAfter: '7' });
    expect((await refusalOf(run())).details.retryAfterSeconds).toBe(7);
  });

  it('D3 moves the end of a session once, however often it was sent', async () => {
    armed('/v1/sessions/authenticate', { kind: 'cut' });
    await keeper.readByToken(user.sessionToken, 30, signal);
    expect(Math.round((end() - Date.now()) / 60_000)).toBe(30);
    expect(sessions()).toHaveLength(1);
  });

  it('INV7 D3 ends a session, once, with a new secret when the old one is refused', async () => {
    const bench = await startSecrets();
    bench.put('secret-test-the-one-before');
    const secret = createSecret(bench.client, ARN, () => Date.now() / 1000, silent);
    await secret.read();
    bench.put(SECRET);
    await createSessionKeeper({ ...stytch.project, secret }).revoke({ sessionId: user.sessionId }, signal);
    await bench.close();
    expect(sessions()).toEqual([]);
  });

  it.each(calls)('INV5 %s leaves no session token in its errors', async (_, path, run) => {
    armed(path, { kind: 'reset' }, 2);
    const cut = await refusalOf(run());
    answers(path, 400, stytchError(400, 'wrong_stack_test'));
    const refused = await refusalOf(run());
    const held = everythingIn([cut, refused]);
    expect(held).not.toContain(user.sessionToken);
    expect(held).not.toMatch(/secret-test|Words of Stytch/);
  });
});
