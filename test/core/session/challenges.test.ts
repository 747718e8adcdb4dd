import { describe, expect, it } from '@jest/globals';
import {
  type ChallengePurpose,
  CODE_MINUTES,
  openChallenge,
} from '../../../functions/core/session/challenges.ts';
import { createWorld, storeDown, type World } from '../../support/core-fakes.ts';
import { NOW, refusal, USER } from '../../support/core-values.ts';

const purposes = ['email_magic_link', 'email_otp', 'sms'] as const;

const seal = ({ ports }: World, purpose: ChallengePurpose = 'sms') =>
  ports.challenges.seal({ purpose, methodId: 'phone-1', stytchUserId: USER });
const open = ({ ports }: World, sealed: string, purpose: ChallengePurpose = 'sms') =>
  openChallenge(ports, sealed, purpose);

describe('A challenge that we sealed opens for its purpose', () => {
  it('and says what the proof is bound to', async () => {
    const world = createWorld();
    expect(await open(world, await seal(world))).toEqual({
      purpose: 'sms',
      methodId: 'phone-1',
      stytchUserId: USER,
      nonce: 'nonce-1',
      sentAt: NOW,
    });
  });

  it.each(purposes.flatMap((made) => purposes.map((used) => [made, used] as const)))(
    'one made for %s, used for %s',
    async (made, used) => {
      const world = createWorld();
      const [outcome] = await Promise.allSettled([open(world, await seal(world, made), used)]);
      expect(outcome.status).toBe(made === used ? 'fulfilled' : 'rejected');
    },
  );

  it.each([
    [0, 'fulfilled'],
    [CODE_MINUTES * 60, 'fulfilled'],
    [CODE_MINUTES * 60 + 1, 'rejected'],
  ])('%d seconds after it was sent: %s', async (age, expected) => {
    const world = createWorld();
    const sealed = await seal(world);
    world.now += age;
    const [outcome] = await Promise.allSettled([open(world, sealed)]);
    expect(outcome.status).toBe(expected);
  });
});

describe('A10.4 Whatever does not fit reads like a wrong code, and costs no try', () => {
  it.each([
    ['a text that we have not sealed', async () => 'sealed-9', 'sms', 0],
    ['another purpose', (world: World) => seal(world, 'email_otp'), 'sms', 0],
    ['a code that is too old', (world: World) => seal(world), 'sms', 601],
  ] as const)('%s', async (_title, make, purpose, age) => {
    const world = createWorld();
    const sealed = await make(world);
    world.now += age;
    const error = await refusal(open(world, sealed, purpose));
    expect(error.code).toBe('invalid_grant');
    expect(error.details).toEqual({ reason: 'challenge' });
    expect(world.callsOf('limit')).toEqual([]);
  });
});

describe('O6 The tries of a challenge are counted', () => {
  it('for this challenge alone, in a window that begins when its code was sent', async () => {
    const world = createWorld();
    const taken: unknown[] = [];
    const { take } = world.ports.counters;
    world.ports.counters.take = (...args) => {
      taken.push(args);
      return take(...args);
    };
    const [one, other] = [await seal(world), await seal(world)];
    world.now += 60;
    await open(world, one);
    await open(world, other);
    expect(taken).toEqual([
      ['triesPerChallenge', 'nonce-1', NOW],
      ['triesPerChallenge', 'nonce-2', NOW],
    ]);
  });

  it('and stop it', async () => {
    const world = createWorld();
    const [one, other] = [await seal(world), await seal(world)];
    world.limits.set('triesPerChallenge', 1);
    await open(world, one);
    expect(await refusal(open(world, one))).toMatchObject({ code: 'rate_limited' });
    await expect(open(world, other)).resolves.toMatchObject({ nonce: 'nonce-2' });
  });

  it('or none is opened', async () => {
    const world = createWorld();
    const sealed = await seal(world);
    world.fail('limit.take', storeDown());
    expect(await refusal(open(world, sealed))).toMatchObject({ code: 'temporarily_unavailable' });
  });
});
