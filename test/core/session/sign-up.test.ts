import { describe, expect, it } from '@jest/globals';
import { routes } from '../../../functions/contract/routes.ts';
import { type ErrorCode, ServiceError } from '../../../functions/core/errors.ts';
import {
  ANSWER_FLOOR_MS,
  authenticate,
  type SignUpPorts,
  signUp,
} from '../../../functions/core/session/sign-up.ts';
import { createWorld, signIn, storeDown, stytchDown, type World } from '../../support/core-fakes.ts';
import { RIGHT_LINK } from '../../support/core-stytch.ts';
import { DAY, factor, HOUR, refusal, SESSION, STRANGER, signal, USER } from '../../support/core-values.ts';

const SOURCE = '203.0.113.7';
const asked = {
  method: 'email_magic_link' as const,
  email: 'Ada.Okafor@Example.com',
  codeChallenge: 'c'.repeat(43),
};

interface Scene {
  readonly world: World;
  readonly ports: SignUpPorts;
  /** What was sent to Stytch. */
  readonly sent: unknown[];
  /** What happened, in order: `paused` when the floor is over. */
  readonly order: string[];
}

function scene(session = { idleSeconds: HOUR, maxSeconds: 12 * HOUR }): Scene {
  const world = createWorld();
  const [sent, order]: [unknown[], string[]] = [[], []];
  const { provider, challenges, counters, jwts, clock, log } = world.ports;
  const ports: SignUpPorts = {
    challenges,
    counters,
    jwts,
    clock,
    log,
    session,
    redirectUrls: ['https://app.example.com/callback', 'myapp://callback'],
    async pause(ms) {
      await new Promise((resolve) => setImmediate(resolve));
      order.push(`paused ${ms}`);
    },
    provider: {
      ...provider,
      async sendMagicLink(request, requestSignal) {
        sent.push(request);
        order.push('asked');
        return provider.sendMagicLink(request, requestSignal);
      },
      authenticateMagicLink: (request, requestSignal) => {
        sent.push(request);
        return provider.authenticateMagicLink(request, requestSignal);
      },
    },
  };
  return { world, ports, sent, order };
}

const ask = ({ ports }: Scene, request: { email?: string; redirectUrl?: string } = {}) =>
  signUp(ports, { ...asked, ...request }, SOURCE, signal);

describe('A6.3.8 Everybody gets the same answer to a sign-up', () => {
  it.each(['sent', 'user_lock_limit_reached', 'inactive_email', 'duplicate_email', 'user_not_found'])(
    'whatever Stytch says of the user: %s',
    async (note) => {
      const one = scene();
      one.world.stytch.note = note;
      expect(await ask(one)).toEqual({ challengeId: 'sealed-1', retryAfterSeconds: 30 });
      expect(one.order).toEqual(['asked', `paused ${ANSWER_FLOOR_MS}`]);
      expect(one.world.linesOf('sign_up.sent')).toEqual([{ method: 'email_magic_link', note }]);
      expect(JSON.stringify(one.world.logged)).not.toMatch(/okafor/i);
    },
  );

  it('no sooner than after the floor of time', async () => {
    const one = scene();
    await ask(one);
    expect(ANSWER_FLOOR_MS).toBeGreaterThanOrEqual(500);
    expect(one.order.at(-1)).toBe(`paused ${ANSWER_FLOOR_MS}`);
  });

  it('INV6 an outage is told, but only after the floor of time', async () => {
    const one = scene();
    const outage = stytchDown();
    one.world.fail('stytch.sendMagicLink', outage);
    expect(await refusal(ask(one))).toBe(outage);
    expect(one.order.at(-1)).toBe(`paused ${ANSWER_FLOOR_MS}`);
    expect(one.world.linesOf('sign_up.sent')).toEqual([]);
    expect(routes.signUp.problems).toContain(outage.code);
  });
});

describe('O7 A link leads only to a registered URL', () => {
  it.each([
    ['the first, when none is named', {}, 'https://app.example.com/callback'],
    ['another of the list', { redirectUrl: 'myapp://callback' }, 'myapp://callback'],
  ])('%s', async (_title, request, redirectUrl) => {
    const one = scene();
    await ask(one, request);
    expect(one.sent).toEqual([{ email: asked.email, redirectUrl, codeChallenge: asked.codeChallenge }]);
  });

  it.each([
    'https://evil.example.com/callback',
    'https://app.example.com/callback/',
    'https://app.example.com/callback?next=x',
    'HTTPS://app.example.com/callback',
    '',
  ])('%j is refused before anything is counted or sent', async (redirectUrl) => {
    const one = scene();
    expect(await refusal(ask(one, { redirectUrl }))).toMatchObject({
      code: 'invalid_request',
      details: { errors: [{ pointer: '/redirectUrl' }] },
    });
    expect(one.world.calls).toEqual([]);
  });

  it('a stage without any URL sends no links', async () => {
    const one = scene();
    const ports = { ...one.ports, redirectUrls: [] };
    expect(await refusal(signUp(ports, asked, SOURCE, signal))).toMatchObject({ code: 'invalid_request' });
  });
});

describe('O6 Sends are limited before they are made', () => {
  const limits = ['sendsPerSource', 'sendsPerAddressAndSource', 'sendsPerAddress'] as const;

  it('by the source, by address and source, and by address', async () => {
    const one = scene();
    await ask(one);
    expect([...one.world.used.keys()]).toEqual([
      `sendsPerSource ${SOURCE}`,
      `sendsPerAddressAndSource ada.okafor@example.com ${SOURCE}`,
      'sendsPerAddress ada.okafor@example.com',
    ]);
    expect(one.world.calls).toEqual([
      'limit.take',
      'limit.take',
      'limit.take',
      'stytch.sendMagicLink',
      'challenge.seal',
    ]);
  });

  it.each(limits.map((limit, i) => [limit, i] as const))('%s stops the rest', async (limit, before) => {
    const one = scene();
    one.world.limits.set(limit, 0);
    expect(await refusal(ask(one))).toMatchObject({ code: 'rate_limited', details: { reason: limit } });
    expect(one.world.used.size).toBe(before);
    expect(one.sent).toEqual([]);
  });

  it('one address is one, however its letters are written', async () => {
    const one = scene();
    one.world.limits.set('sendsPerAddress', 1);
    await ask(one, { email: 'ada.okafor@example.com' });
    expect(await refusal(ask(one, { email: 'ADA.OKAFOR@EXAMPLE.COM' }))).toMatchObject({
      code: 'rate_limited',
    });
  });

  it('and none is made while they cannot be counted', async () => {
    const one = scene();
    one.world.fail('limit.take', storeDown());
    expect(await refusal(ask(one))).toMatchObject({ code: 'temporarily_unavailable' });
    expect(one.sent).toEqual([]);
  });
});

describe('The token of a link becomes a session', () => {
  const link = (one: Scene, token = RIGHT_LINK) =>
    authenticate(one.ports, { method: 'email_magic_link', token, codeVerifier: 'v'.repeat(43) }, signal);

  function registered(session?: Parameters<typeof scene>[0]): Scene {
    const one = scene(session);
    signIn(one.world, { factors: [factor('email', DAY)] });
    return one;
  }

  it('with the session token, its JWT, its end and its factors', async () => {
    expect(await link(registered())).toEqual({
      userId: USER,
      sessionToken: 'session-token-1',
      sessionJwt: 'returned.jwt.1',
      sessionExpiresAt: '2027-01-15T09:00:00.000Z',
      factors: [{ kind: 'email', lastAuthenticatedAt: '2027-01-15T08:00:00.000Z' }],
    });
  });

  it('resets the row of failures, since a link cannot be guessed', async () => {
    const one = registered();
    one.world.used.set(`failuresInARow ${USER}`, 7);
    await link(one);
    expect(one.world.used.get(`failuresInARow ${USER}`)).toBe(0);
  });

  it('also while the store is down: the token is used up, and the success is not taken away', async () => {
    const one = registered();
    one.world.fail('limit.reset');
    expect(await link(one)).toMatchObject({ userId: USER });
  });

  it('A16.3.1 and is audited without any token', async () => {
    const one = registered();
    await link(one);
    expect(one.world.logged).toEqual([
      {
        code: 'sign_in.completed',
        fields: {
          method: 'email_magic_link',
          stytchUserId: USER,
          sessionId: SESSION,
          stytchRequestId: 'stytch-request-1',
        },
      },
    ]);
  });

  it.each([
    ['the idle time, when it is shorter', { idleSeconds: HOUR, maxSeconds: 12 * HOUR }, 60],
    ['the whole time, when it is shorter', { idleSeconds: 2 * HOUR, maxSeconds: HOUR }, 60],
    ['whole minutes', { idleSeconds: 3599, maxSeconds: DAY }, 59],
  ])('N4 for %s', async (_title, session, durationMinutes) => {
    const one = registered(session);
    await link(one);
    expect(one.sent).toMatchObject([{ token: RIGHT_LINK, codeVerifier: 'v'.repeat(43), durationMinutes }]);
  });

  it('a wrong, used or expired token is one answer for all', async () => {
    const one = registered();
    expect(await refusal(link(one, 'used-token'))).toMatchObject({ code: 'invalid_grant' });
    expect(one.world.linesOf('sign_in.refused')).toEqual([
      { method: 'email_magic_link', reason: 'unable_to_auth_magic_link' },
    ]);
    expect(one.world.callsOf('limit')).toEqual([]);
  });

  const refusals: readonly (readonly [string, ErrorCode, (world: World) => void])[] = [
    [
      'a user whom Stytch locked',
      'user_locked',
      (world) => void Object.assign(world.stytch, { user: { ...world.stytch.user, isLocked: true } }),
    ],
    [
      'a user who is not active',
      'invalid_token',
      (world) => void Object.assign(world.stytch, { user: { ...world.stytch.user, isActive: false } }),
    ],
    [
      'a JWT of another user than the answer names',
      'upstream_unavailable',
      (world) => void Object.assign(world.stytch, { user: { ...world.stytch.user, stytchUserId: STRANGER } }),
    ],
    [
      'an answer without a session token',
      'upstream_unavailable',
      (world) =>
        void Object.assign(world.stytch, { answer: (answer: object) => ({ ...answer, sessionToken: '' }) }),
    ],
    [
      'a JWT that does not verify',
      'upstream_unavailable',
      (world) =>
        void Object.assign(world.stytch, {
          answer: (answer: object) => ({ ...answer, sessionJwt: 'forged' }),
        }),
    ],
    ['an outage', 'upstream_timeout', (world) => world.fail('stytch.authenticateMagicLink', stytchDown())],
    [
      'no secret yet',
      'not_configured',
      (world) => world.fail('stytch.authenticateMagicLink', new ServiceError('not_configured')),
    ],
  ];

  it.each(refusals)('%s gives no session: %s', async (_title, code, arrange) => {
    const one = registered();
    arrange(one.world);
    expect(await refusal(link(one))).toMatchObject({ code });
    expect(one.world.linesOf('sign_in.completed')).toEqual([]);
  });

  it.each(refusals)('%s is refused by a code that the route documents: %s', (_title, code) => {
    expect(routes.authenticate.problems).toContain(code);
  });
});
