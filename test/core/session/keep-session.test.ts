import { describe, expect, it } from '@jest/globals';
import { routes } from '../../../functions/contract/routes.ts';
import { ServiceError } from '../../../functions/core/errors.ts';
import {
  type KeepPorts,
  refresh,
  revokeAll,
  revokeOne,
  revokeOthers,
} from '../../../functions/core/session/keep-session.ts';
import type { ConfirmedSession, Session } from '../../../functions/core/session/session.ts';
import { giveSession } from '../../support/core-factors.ts';
import {
  changeLive,
  createWorld,
  type SignIn,
  signIn,
  stytchDown,
  type World,
} from '../../support/core-fakes.ts';
import {
  factor,
  HOUR,
  MINUTE,
  NOW,
  refusal,
  SESSION,
  STRANGER,
  signal,
  USER,
} from '../../support/core-values.ts';
import * as fc from '../../support/properties.ts';

const TOKEN = 'session-token-1';
const life = { idleSeconds: HOUR, maxSeconds: 12 * HOUR };

interface Scene {
  readonly world: World;
  readonly presented: Session;
  readonly ports: KeepPorts;
}

function scene(session: Partial<Session> = {}, signedIn: Partial<SignIn> = {}, times = life): Scene {
  const world = createWorld();
  const presented = signIn(world, { factors: [factor('email', 60)], session, ...signedIn });
  return { world, presented, ports: { ...world.ports, session: times } };
}

const refreshIt = ({ ports }: Scene, token = TOKEN) => refresh(ports, token, signal);

const endOf = ({ world }: Scene) => world.stytch.live.get(SESSION)?.expiresAt;

describe('N4 A refresh hands out a fresh JWT and moves the session’s end', () => {
  it('to the idle time from now', async () => {
    const one = scene({ startedAt: NOW - HOUR, expiresAt: NOW + 10 * MINUTE });
    expect(await refreshIt(one)).toEqual({
      sessionJwt: 'returned.jwt.2',
      sessionExpiresAt: '2027-01-15T09:00:00.000Z',
      factors: [{ kind: 'email', lastAuthenticatedAt: '2027-01-15T07:59:00.000Z' }],
    });
    expect(one.world.stytch.durations).toEqual([null, 60]);
  });

  it('but not past its longest life', async () => {
    const one = scene({ startedAt: NOW - 12 * HOUR + 30 * MINUTE, expiresAt: NOW + MINUTE });
    await refreshIt(one);
    expect(one.world.stytch.durations).toEqual([null, 30]);
    expect(endOf(one)).toBe(NOW + 30 * MINUTE);
  });

  it('in whole minutes, which never reach past it', async () => {
    const one = scene({ startedAt: NOW - 12 * HOUR + 599, expiresAt: NOW + MINUTE });
    await refreshIt(one);
    expect(one.world.stytch.durations).toEqual([null, 9]);
  });

  it.each([
    ['five minutes left', 300, [null, 5]],
    ['less than five minutes left', 299, [null]],
    ['a second left', 1, [null]],
  ])('with %s of its life', async (_title, left, durations) => {
    const one = scene({ startedAt: NOW - 12 * HOUR + left, expiresAt: NOW + 0.5 });
    expect(await refreshIt(one)).toMatchObject({ factors: [{ kind: 'email' }] });
    expect(one.world.stytch.durations).toEqual(durations);
  });

  it.each([
    ['at the end', 0],
    ['past the end', -1],
  ])('and %s of its life the session is ended', async (_title, left) => {
    const one = scene({ startedAt: NOW - 12 * HOUR + left });
    expect(await refusal(refreshIt(one))).toMatchObject({
      code: 'invalid_grant',
      details: { reason: 'session_too_old' },
    });
    expect(one.world.stytch.durations).toEqual([null]);
    expect(one.world.stytch.revoked).toEqual([SESSION]);
  });

  it.each([
    ['as late', NOW + HOUR],
    ['later', NOW + 2 * HOUR],
  ])('never nearer: an end that is %s stays', async (_title, expiresAt) => {
    const one = scene({ startedAt: NOW - MINUTE, expiresAt });
    expect(await refreshIt(one)).toMatchObject({ sessionJwt: 'returned.jwt.1' });
    expect(one.world.stytch.durations).toEqual([null]);
    expect(endOf(one)).toBe(expiresAt);
  });

  it('N9 never for support that acts for the user, whose session is neither renewed nor extended', async () => {
    const one = scene(
      { startedAt: NOW - HOUR + 10 * MINUTE, expiresAt: NOW + 10 * MINUTE },
      { factors: [factor('email', 60), factor('impersonated', 50 * MINUTE)] },
    );
    expect(await refusal(refreshIt(one))).toMatchObject({
      code: 'invalid_token',
      details: { reason: 'impersonated' },
    });
    expect(one.world.stytch.durations).toEqual([null]);
    expect(one.world.stytch.revoked).toEqual([]);
    expect(endOf(one)).toBe(NOW + 10 * MINUTE);
  });

  it('whatever the times: never past the longest life or the idle time, and never a minute nearer', async () => {
    const seconds = (max: number) => fc.integer({ min: 1, max });
    await fc.assert(
      fc.asyncProperty(
        seconds(2 * HOUR),
        seconds(24 * HOUR),
        seconds(25 * HOUR),
        seconds(3 * HOUR),
        async (idleSeconds, maxSeconds, age, left) => {
          const before = NOW + left;
          const one = scene({ startedAt: NOW - age, expiresAt: before }, {}, { idleSeconds, maxSeconds });
          const [outcome] = await Promise.allSettled([refreshIt(one)]);
          const end = endOf(one);
          expect(outcome.status === 'fulfilled').toBe(age < maxSeconds);
          expect(end === undefined).toBe(age >= maxSeconds);
          const latest = Math.max(before, Math.min(NOW + idleSeconds, NOW - age + maxSeconds));
          expect(end ?? before).toBeLessThanOrEqual(latest);
          expect(end ?? before).toBeGreaterThan(before - MINUTE);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('A refresh is refused', () => {
  it('for a token of no live session', async () => {
    expect(await refusal(refreshIt(scene(), 'session-token-9'))).toMatchObject({ code: 'invalid_grant' });
    expect(routes.refresh.problems).toContain('invalid_grant');
  });

  const byUser = (changes: object) => (one: Scene) =>
    void Object.assign(one.world.stytch, { user: { ...one.world.stytch.user, ...changes } });
  const byAnswer = (answer: (confirmed: ConfirmedSession) => object) => (one: Scene) =>
    void Object.assign(one.world.stytch, { answer });

  it.each([
    ['to a user whom Stytch locked', 'user_locked', byUser({ isLocked: true })],
    ['to a user who is not active', 'invalid_token', byUser({ isActive: false })],
    [
      'with a JWT that does not verify',
      'upstream_unavailable',
      byAnswer((answer) => ({ ...answer, sessionJwt: 'forged' })),
    ],
    [
      'while Stytch gives no answer',
      'upstream_timeout',
      (one: Scene) => one.world.fail('stytch.readByToken', stytchDown()),
    ],
  ] as const)('%s: %s', async (_title, code, arrange) => {
    const one = scene({ expiresAt: NOW + MINUTE });
    arrange(one);
    expect(await refusal(refreshIt(one))).toMatchObject({ code });
    expect(routes.refresh.problems).toContain(code);
  });

  it.each([
    ['another user', { stytchUserId: STRANGER }],
    ['another session', { sessionId: 'session-test-2' }],
  ])('N11 when the end was moved for %s', async (_title, changes) => {
    const one = scene({ expiresAt: NOW + MINUTE });
    one.world.stytch.answer = (answer) => {
      const issued = one.world.stytch.issued.get(answer.sessionJwt);
      const isMoved = one.world.stytch.durations.at(-1) !== null;
      if (issued !== undefined && isMoved) {
        one.world.stytch.issued.set(answer.sessionJwt, { ...issued, ...changes });
      }
      return answer;
    };
    expect(await refusal(refreshIt(one))).toMatchObject({ details: { reason: 'session_changed' } });
  });
});

describe('A session is ended', () => {
  it('by its token', async () => {
    const one = scene();
    await revokeOne(one.ports, TOKEN, signal);
    expect(one.world.stytch.revoked).toEqual([SESSION]);
  });

  it('and one that is over already is no error', async () => {
    await expect(revokeOne(scene().ports, 'session-token-9', signal)).resolves.toBeUndefined();
  });

  it('the others of a user, but never the one presented', async () => {
    const one = scene();
    giveSession(one, 'session-test-2');
    giveSession(one, 'session-test-3');
    one.world.stytch.live.set('of-another', {
      ...one.presented,
      sessionId: 'of-another',
      stytchUserId: STRANGER,
    });
    expect(await revokeOthers(one.ports, one.presented, signal)).toBe(2);
    expect([...one.world.stytch.live.keys()]).toEqual([SESSION, 'of-another']);
  });
});

describe('Signing out everywhere', () => {
  const everywhere = (one: Scene) => revokeAll(one.ports, one.presented, signal);

  it('ends every session of the user, one’s own last', async () => {
    const one = scene();
    giveSession(one);
    await everywhere(one);
    expect(one.world.stytch.revoked).toEqual(['session-test-2', SESSION]);
    expect(one.world.linesOf('session.revoked_all')).toEqual([{ stytchUserId: USER, sessions: 2 }]);
  });

  it.each([
    [600, 'done'],
    [601, 'insufficient_user_authentication'],
  ])('takes a sign-in of the last ten minutes: %d s: %s', async (age, expected) => {
    const one = scene({}, { factors: [factor('email', age)] });
    const [outcome] = await Promise.allSettled([everywhere(one)]);
    const got =
      outcome.status === 'fulfilled' ? 'done' : (await refusal(Promise.reject(outcome.reason))).code;
    expect(got).toBe(expected);
    expect(one.world.stytch.revoked).toHaveLength(expected === 'done' ? 1 : 0);
  });

  it('an old sign-in costs no call, and is told what is missing', async () => {
    const one = scene({}, { factors: [factor('email', 601)] });
    expect(await refusal(everywhere(one))).toMatchObject({
      details: { challenge: { maxAgeSeconds: 600 }, reason: 'revoke_all' },
    });
    expect(one.world.calls).toEqual([]);
    expect(routes.revoke.problems).toContain('insufficient_user_authentication');
  });

  it('is not for an impersonated session', async () => {
    const one = scene({}, { factors: [factor('email'), factor('impersonated')] });
    expect(await refusal(everywhere(one))).toMatchObject({
      code: 'invalid_token',
      details: { reason: 'impersonated' },
    });
    expect(one.world.stytch.revoked).toEqual([]);
  });

  it('is not for a session that is over, or that Stytch shows as another’s', async () => {
    const over = scene();
    over.world.stytch.live.clear();
    expect(await refusal(everywhere(over))).toMatchObject({ code: 'invalid_token' });

    const changed = scene();
    changeLive(changed.world, changed.presented, { stytchUserId: STRANGER });
    expect(await refusal(everywhere(changed))).toMatchObject({ details: { reason: 'session_changed' } });
    expect([over, changed].flatMap(({ world }) => world.stytch.revoked)).toEqual([]);
  });

  it('INV6 that was cut short may be repeated, since one’s own session ends last', async () => {
    const one = scene();
    giveSession(one);
    one.world.fail('stytch.revoke', new ServiceError('upstream_timeout'));
    expect(await refusal(everywhere(one))).toMatchObject({ code: 'upstream_timeout' });
    expect(one.world.linesOf('session.revoked_all')).toEqual([]);
    await everywhere(one);
    expect(one.world.stytch.live.size).toBe(0);
  });
});
