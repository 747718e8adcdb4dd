import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { SessionKeeper } from '../../../functions/core/ports.ts';
import { codeOf } from '../../support/adapters-errors.ts';
import {
  type SignedIn,
  type StytchBench,
  sdkAdapters,
  signedIn,
  silenceSdkWarnings,
  startStytch,
  stytchError,
} from '../../support/adapters-stytch.ts';

let stytch: StytchBench;
let keeper: SessionKeeper;
let user: SignedIn;
const signal = AbortSignal.timeout(60_000);

beforeAll(async () => {
  silenceSdkWarnings();
  stytch = await startStytch();
  ({ keeper } = sdkAdapters(stytch.project));
});
afterAll(() => stytch.close());
beforeEach(async () => {
  stytch.controls.reset();
  user = await signedIn(stytch);
});

const sessions = () => stytch.controls.sessions(user.stytchUserId);
const end = (): number => Date.parse(String(sessions()[0]?.['expires_at']));

/** The next answer of Stytch to a call. */
const answers = (path: string, status: number, body: unknown): void =>
  stytch.controls.faults.arm({ method: '*', path, times: 1, fault: { kind: 'json', status, body } });

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
    answers('/v1/sessions/authenticate', 500, stytchError(500, 'internal_server_error'));
    expect(await codeOf(keeper.readByToken(user.sessionToken, null, signal))).toBe('upstream_unavailable');
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
    answers('/v1/sessions/revoke', status, stytchError(status, type));
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
