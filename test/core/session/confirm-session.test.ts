import { describe, expect, it } from '@jest/globals';
import { sessionAnswer, timestamp } from '../../../functions/core/session/answers.ts';
import {
  confirmSession,
  refuseUnfit,
  verifyReturned,
} from '../../../functions/core/session/confirm-session.ts';
import type { ConfirmedSession, Session } from '../../../functions/core/session/session.ts';
import { createWorld } from '../../support/core-fakes.ts';
import {
  factor,
  NOW,
  neverProved,
  onUser,
  refusal,
  STRANGER,
  session,
  user,
} from '../../support/core-values.ts';

const presented = session([factor('email')]);

const confirm = (returned: Partial<Session> = {}, confirmed: Partial<ConfirmedSession> = {}) => {
  const world = createWorld();
  world.stytch.issued.set('returned.jwt.1', { ...presented, sessionJwt: 'returned.jwt.1', ...returned });
  return confirmSession(world.ports.jwts, presented, {
    sessionJwt: 'returned.jwt.1',
    sessionToken: '',
    user: user([onUser('email')]),
    requestId: 'stytch-request-1',
    ...confirmed,
  });
};

describe('N11, J5 What Stytch returns is held against what was presented', () => {
  it('the same user’s same session is confirmed, with the JWT that Stytch returned', async () => {
    expect(await confirm()).toEqual({
      session: { ...presented, sessionJwt: 'returned.jwt.1' },
      user: user([onUser('email')]),
      stytchRequestId: 'stytch-request-1',
    });
  });

  it.each([
    ['another user in the JWT', { stytchUserId: STRANGER }, {}],
    ['another session in the JWT', { sessionId: 'session-test-2' }, {}],
    ['another user in the answer', {}, { user: user([], { stytchUserId: STRANGER }) }],
  ])('%s is refused', async (_title, returned, confirmed) => {
    expect(await refusal(confirm(returned, confirmed))).toMatchObject({
      code: 'invalid_token',
      details: { reason: 'session_changed' },
    });
  });

  it('a JWT that does not verify is Stytch’s fault, not the caller’s', async () => {
    expect(await refusal(confirm({}, { sessionJwt: 'forged.jwt.1' }))).toMatchObject({
      code: 'upstream_unavailable',
      details: {
        reason: 'returned_jwt_forged',
        upstream: { provider: 'stytch', operation: 'verify_returned_jwt' },
      },
    });
  });

  it('a mismatch is told before the state of the other user', async () => {
    const other = user([], { stytchUserId: STRANGER, isLocked: true });
    expect(await refusal(confirm({}, { user: other }))).toMatchObject({ code: 'invalid_token' });
  });

  it('verifying alone returns the session', async () => {
    const world = createWorld();
    world.stytch.issued.set('a.b.c', presented);
    expect(await verifyReturned(world.ports.jwts, 'a.b.c')).toBe(presented);
  });
});

describe('A user who is locked or not active gets nothing', () => {
  it.each([
    ['locked', { isLocked: true }, 'user_locked', 'stytch_lock'],
    ['not active', { isActive: false }, 'invalid_token', 'user_not_active'],
    ['locked and not active', { isLocked: true, isActive: false }, 'user_locked', 'stytch_lock'],
  ])('%s', async (_title, changes, code, reason) => {
    expect(await refusal(() => refuseUnfit(user([], changes)))).toMatchObject({ code, details: { reason } });
  });

  it('an active user is let through', () => {
    expect(() => refuseUnfit(user([]))).not.toThrow();
  });
});

describe('A session as it is handed out', () => {
  it('shows the JWT, its end, and each factor with its time, but no ids', () => {
    const shown = sessionAnswer(
      session([factor('sms', 60), neverProved('password'), factor('impersonated')]),
    );
    expect(shown).toEqual({
      sessionJwt: 'presented.jwt.1',
      sessionExpiresAt: '2027-01-15T09:00:00.000Z',
      factors: [
        { kind: 'sms', lastAuthenticatedAt: '2027-01-15T07:59:00.000Z' },
        { kind: 'password', lastAuthenticatedAt: null },
        { kind: 'other', lastAuthenticatedAt: '2027-01-15T08:00:00.000Z' },
      ],
    });
  });

  it('tells times in RFC 3339', () => {
    expect(timestamp(NOW + 0.5)).toBe('2027-01-15T08:00:00.500Z');
  });
});
