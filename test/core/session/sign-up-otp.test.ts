import { describe, expect, it } from '@jest/globals';
import { routes } from '../../../functions/contract/routes.ts';
import {
  ANSWER_FLOOR_MS,
  authenticate,
  type SignUpPorts,
  signUp,
} from '../../../functions/core/session/sign-up.ts';
import { failures } from '../../support/core-factors.ts';
import { createWorld, signIn, stytchDown, type World } from '../../support/core-fakes.ts';
import { RIGHT_CODE, WRONG_CODE } from '../../support/core-stytch.ts';
import { DAY, factor, HOUR, refusal, SESSION, STRANGER, signal, USER } from '../../support/core-values.ts';

const EMAIL = 'Ada.Okafor@Example.com';

interface Scene {
  readonly world: World;
  readonly ports: SignUpPorts;
  readonly paused: number[];
}

function scene(): Scene {
  const world = createWorld();
  const paused: number[] = [];
  return {
    world,
    paused,
    ports: {
      ...world.ports,
      session: { idleSeconds: HOUR, maxSeconds: 12 * HOUR },
      redirectUrls: [],
      pause: async (ms) => void paused.push(ms),
    },
  };
}

const ask = ({ ports }: Scene) => signUp(ports, { method: 'email_otp', email: EMAIL }, '203.0.113.7', signal);
const bring = ({ ports }: Scene, code = RIGHT_CODE, challengeId = 'sealed-1') =>
  authenticate(ports, { method: 'email_otp', challengeId, code }, signal);

async function sent(): Promise<Scene> {
  const one = scene();
  signIn(one.world, { factors: [factor('email', DAY)] });
  await ask(one);
  one.world.calls.length = 0;
  one.world.used.clear();
  one.world.logged.length = 0;
  return one;
}

describe('A code is sent to sign in with', () => {
  it.each(['sent', 'user_lock_limit_reached', 'inactive_email', 'user_not_found'])(
    'A6.3.8 with the same answer for everybody: %s',
    async (note) => {
      const one = scene();
      one.world.stytch.note = note;
      expect(await ask(one)).toEqual({ challengeId: 'sealed-1', retryAfterSeconds: 30 });
      expect(one.paused).toEqual([ANSWER_FLOOR_MS]);
      expect(one.world.linesOf('sign_up.sent')).toEqual([{ method: 'email_otp', note }]);
      expect(JSON.stringify(one.world.logged)).not.toMatch(/okafor/i);
    },
  );

  it('O6 after it was counted, as a link is, and without a redirect', async () => {
    const one = scene();
    await ask(one);
    expect(one.world.calls).toEqual([
      'limit.take',
      'limit.take',
      'limit.take',
      'stytch.sendEmailOtp',
      'challenge.seal',
    ]);
    expect(one.world.stytch.sentTo).toEqual([EMAIL]);
  });

  it.each(['sendsPerSource', 'sendsPerAddressAndSource', 'sendsPerAddress'] as const)(
    'O6 but not past %s',
    async (limit) => {
      const one = scene();
      one.world.limits.set(limit, 0);
      expect(await refusal(ask(one))).toMatchObject({ code: 'rate_limited', details: { reason: limit } });
      expect(one.world.stytch.sentTo).toEqual([]);
    },
  );
});

describe('The code becomes a session', () => {
  it('with the session token, its JWT, its end and its factors', async () => {
    const one = await sent();
    expect(await bring(one)).toEqual({
      userId: USER,
      sessionToken: 'session-token-1',
      sessionJwt: 'returned.jwt.1',
      sessionExpiresAt: '2027-01-15T09:00:00.000Z',
      factors: [{ kind: 'email', lastAuthenticatedAt: '2027-01-15T08:00:00.000Z' }],
    });
    expect(one.world.stytch.durations).toEqual([60]);
    expect(one.world.logged).toEqual([
      {
        code: 'sign_in.completed',
        fields: {
          method: 'email_otp',
          stytchUserId: USER,
          sessionId: SESSION,
          stytchRequestId: 'stytch-request-1',
        },
      },
    ]);
  });

  it('A6.6.3 its tries are counted by the code and by the user before Stytch is asked, and none stays', async () => {
    const one = await sent();
    one.world.used.set(`failuresInARow ${USER}`, 3).set(`failuresPerDay ${USER}`, 4);
    one.world.used.set(`failuresInARow email ${USER}`, 2).set(`failuresPerDay email ${USER}`, 5);
    await bring(one);
    expect(one.world.calls).toEqual([
      'challenge.open',
      'limit.take',
      'limit.take',
      'limit.take',
      'stytch.authenticateOtp',
      'limit.reset',
      'limit.reset',
      'limit.giveBack',
    ]);
    expect(failures({ world: one.world, presented: signIn(one.world, { factors: [] }) })).toEqual({
      row: 0,
      day: 4,
    });
    expect(one.world.used.get(`failuresInARow email ${USER}`)).toBe(0);
    expect(one.world.used.get(`failuresPerDay email ${USER}`)).toBe(5);
    expect(one.world.used.get('triesPerChallenge nonce-1')).toBe(1);
  });

  it('also while the store is down: the code is used up, and the success is not taken away', async () => {
    const one = await sent();
    one.world.fail('limit.reset');
    one.world.fail('limit.giveBack');
    expect(await bring(one)).toMatchObject({ userId: USER });
  });

  it('A6.6.3 strangers who fail at the inbox use up nothing of the user’s own step-ups', async () => {
    const one = await sent();
    for (let tries = 0; tries < 3; tries += 1) await refusal(bring(one, WRONG_CODE));
    const own = failures({ world: one.world, presented: signIn(one.world, { factors: [] }) });
    expect(own).toEqual({ row: 0, day: 0 });
  });

  it('a try that the row refuses does not use up the day', async () => {
    const one = await sent();
    one.world.limits.set('failuresInARow', 0);
    await refusal(bring(one));
    expect(one.world.used.has(`failuresPerDay email ${USER}`)).toBe(false);
  });

  it('a wrong code is counted, and one answer for all', async () => {
    const one = await sent();
    expect(await refusal(bring(one, WRONG_CODE))).toMatchObject({ code: 'invalid_grant' });
    expect([...one.world.used]).toEqual([
      ['triesPerChallenge nonce-1', 1],
      [`failuresInARow email ${USER}`, 1],
      [`failuresPerDay email ${USER}`, 1],
    ]);
    expect(one.world.linesOf('sign_in.refused')).toEqual([
      { method: 'email_otp', reason: 'otp_code_not_found' },
    ]);
    expect(JSON.stringify(one.world.logged)).not.toContain(WRONG_CODE);
  });

  it.each(['triesPerChallenge', 'failuresPerDay', 'failuresInARow'] as const)(
    'A6.6.3 %s stops before Stytch',
    async (limit) => {
      const one = await sent();
      one.world.limits.set(limit, 0);
      expect(await refusal(bring(one))).toMatchObject({ code: 'rate_limited', details: { reason: limit } });
      expect(one.world.callsOf('stytch')).toEqual([]);
      expect(routes.authenticate.problems).toContain('rate_limited');
    },
  );

  it.each([
    ['never sealed', async () => 'sealed-9', 0],
    [
      'sealed for a phone',
      ({ world }: Scene) =>
        world.ports.challenges.seal({ purpose: 'sms', methodId: 'phone-1', stytchUserId: USER }),
      0,
    ],
    [
      'sealed for a link',
      ({ world }: Scene) =>
        world.ports.challenges.seal({ purpose: 'email_magic_link', methodId: 'email-1', stytchUserId: USER }),
      0,
    ],
    ['sent more than ten minutes ago', async () => 'sealed-1', 601],
  ] as const)('a challenge that was %s is a wrong code', async (_title, make, age) => {
    const one = await sent();
    const challengeId = await make(one);
    one.world.now += age;
    expect(await refusal(bring(one, RIGHT_CODE, challengeId))).toMatchObject({ code: 'invalid_grant' });
    expect(one.world.callsOf('stytch')).toEqual([]);
    expect(one.world.callsOf('limit')).toEqual([]);
  });

  it.each([
    ['a locked user', { isLocked: true }, 'user_locked'],
    ['a user who is not active', { isActive: false }, 'invalid_token'],
    ['another user than the JWT names', { stytchUserId: STRANGER }, 'upstream_unavailable'],
  ])('%s gets none', async (_title, changes, code) => {
    const one = await sent();
    one.world.stytch.user = { ...one.world.stytch.user, ...changes };
    expect(await refusal(bring(one))).toMatchObject({ code });
    expect(one.world.linesOf('sign_in.completed')).toEqual([]);
  });

  it('INV6 without Stytch’s answer the tries stay counted, and the code is not sent again', async () => {
    const one = await sent();
    one.world.fail('stytch.authenticateOtp', stytchDown(), 'after');
    expect(await refusal(bring(one))).toMatchObject({ code: 'upstream_timeout' });
    expect(one.world.callsOf('stytch')).toEqual(['stytch.authenticateOtp']);
    expect(one.world.used.get(`failuresInARow email ${USER}`)).toBe(1);
    expect(one.world.used.get(`failuresPerDay email ${USER}`)).toBe(1);
  });
});
