import { describe, expect, it } from '@jest/globals';
import { routes } from '../../../functions/contract/routes.ts';
import { type ErrorCode, ServiceError } from '../../../functions/core/errors.ts';
import { listFactors, removeFactor } from '../../../functions/core/factors/manage-factors.ts';
import { giveCustomer, holder, phone, recordOf, type Scene } from '../../support/core-factors.ts';
import { changeLive, type SignIn, stytchDown } from '../../support/core-fakes.ts';
import {
  DAY,
  factor,
  factorRecord,
  HOUR,
  NOW,
  onUser,
  policy,
  refusal,
  signal,
  USER,
} from '../../support/core-values.ts';

const list = ({ world, presented }: Scene) => listFactors(world.ports, presented, signal);
const remove = ({ world, presented }: Scene, factorId = 'phone-1') =>
  removeFactor(world.ports, presented, factorId, signal);

const late = (kind: 'sms' | 'totp') => factorRecord(kind, { origin: 'seen_late', firstSeenAt: NOW - HOUR });

describe('The factors of a user', () => {
  it('are each there with whether they count, and since when; numbers are masked', async () => {
    const scene = holder({
      onUser: [onUser('email'), onUser('totp'), phone(), onUser('passkey', false)],
      records: [factorRecord('totp'), late('sms')],
    });
    const { factors } = await list(scene);
    expect(factors).toEqual([
      { factorId: 'email-1', kind: 'email', label: null, isVerified: true, counts: true, countsFrom: null },
      {
        factorId: 'totp-1',
        kind: 'totp',
        label: null,
        isVerified: true,
        counts: true,
        countsFrom: '2026-12-16T08:00:00.000Z',
      },
      {
        factorId: 'phone-1',
        kind: 'sms',
        label: '***42',
        isVerified: true,
        counts: false,
        countsFrom: '2027-01-16T07:00:00.000Z',
      },
      {
        factorId: 'passkey-1',
        kind: 'passkey',
        label: null,
        isVerified: false,
        counts: false,
        countsFrom: null,
      },
    ]);
  });

  it('INV5 never show a number', async () => {
    const answer = JSON.stringify(await list(holder({ onUser: [onUser('email'), phone()] })));
    expect(answer).not.toMatch(/555555|0142/);
  });

  it('stand once for a number, and only with an id to name them by', async () => {
    const scene = holder({
      onUser: [onUser('password'), phone(), onUser('whatsapp'), onUser('impersonated', true, 'x-1')],
    });
    expect((await list(scene)).factors.map(({ kind }) => kind)).toEqual(['sms', 'other']);
  });

  it('come with what the policy asks for, and nothing else of it', async () => {
    const { requirements } = await list(holder());
    expect(requirements).toHaveLength(Object.keys(policy.scopes).length + 1);
    expect(requirements).toEqual(
      expect.arrayContaining([
        { for: 'apply', preset: 'stytch-mfa', maxFactorAgeSeconds: HOUR },
        { for: 'cards-sensitive', preset: 'stytch-mfa', maxFactorAgeSeconds: 300 },
      ]),
    );
    expect(routes.listFactors.answers[200].parse({ factors: [], requirements })).toMatchObject({
      requirements,
    });
  });

  it('are met by being listed: one that shows up on a customer is recorded as late', async () => {
    const scene = holder({ records: [] });
    giveCustomer(scene);
    expect((await list(scene)).factors).toMatchObject([
      { kind: 'email' },
      { kind: 'totp', counts: false, countsFrom: '2027-01-16T08:00:00.000Z' },
    ]);
    expect(recordOf(scene, 'totp-1')).toMatchObject({ origin: 'seen_late' });
  });

  it.each([
    ['whom we deleted', { isDeleted: true, lockedUntil: null }, 'invalid_token'],
    ['whom we locked', { isDeleted: false, lockedUntil: NOW + 1 }, 'user_locked'],
  ])('are not shown to a user %s', async (_title, row, code) => {
    const scene = holder();
    scene.world.rows.users.set(USER, row);
    expect(await refusal(list(scene))).toMatchObject({ code });
  });
});

/** Holds a TOTP and a number, and stepped up a minute ago. */
const rich = (scene: Partial<SignIn> = {}): Scene =>
  holder({
    factors: [factor('email', HOUR), factor('totp', 60)],
    onUser: [onUser('email'), onUser('totp'), phone()],
    ...scene,
  });

describe('A factor is removed', () => {
  it('by a step-up of the last ten minutes', async () => {
    const scene = rich();
    await remove(scene);
    expect(scene.world.stytch.deleted).toEqual(['phone-1']);
    expect(scene.world.linesOf('factor.removed')).toEqual([
      { stytchUserId: USER, factorId: 'phone-1', kind: 'sms' },
    ]);
  });

  it('also the one that was proved, while another stays', async () => {
    const scene = rich();
    await remove(scene, 'totp-1');
    expect(scene.world.stytch.deleted).toEqual(['totp-1']);
  });

  it('also one that does not count, such as one that a thief has added', async () => {
    const scene = rich({ records: [factorRecord('totp'), late('sms')] });
    await remove(scene);
    expect(scene.world.stytch.deleted).toEqual(['phone-1']);
  });

  it('also one that was never verified', async () => {
    const scene = rich({ onUser: [onUser('email'), onUser('totp'), phone('+15555550142', false)] });
    await remove(scene);
    expect(scene.world.stytch.deleted).toEqual(['phone-1']);
  });
});

describe('One removal at a time', () => {
  it('of two at once, one is refused, and a factor that counts stays', async () => {
    const scene = rich();
    const outcomes = await Promise.allSettled([remove(scene, 'phone-1'), remove(scene, 'totp-1')]);
    expect(outcomes).toMatchObject([
      { status: 'fulfilled' },
      { status: 'rejected', reason: { code: 'conflict', details: { reason: 'lease' } } },
    ]);
    expect(routes.removeFactor.problems).toContain('conflict');
    expect(scene.world.stytch.deleted).toEqual(['phone-1']);
  });

  it('and the next one by what the first has left', async () => {
    const scene = rich();
    await remove(scene, 'phone-1');
    expect(await refusal(remove(scene, 'totp-1'))).toMatchObject({ details: { reason: 'last_factor' } });
  });

  it('also after one that was refused: the lease is given back', async () => {
    const scene = rich();
    await refusal(remove(scene, 'totp-9'));
    await remove(scene);
    expect(scene.world.stytch.deleted).toEqual(['phone-1']);
  });

  it.each([
    [15, 'conflict'],
    [16, 'removed'],
  ])('a lease that a crash left behind %d seconds ago: %s', async (age, expected) => {
    const scene = rich();
    await scene.world.ports.mappings.takeUserLease(USER, NOW - age, NOW - age + 15);
    const [outcome] = await Promise.allSettled([remove(scene)]);
    const got =
      outcome.status === 'fulfilled' ? 'removed' : (await refusal(Promise.reject(outcome.reason))).code;
    expect(got).toBe(expected);
  });
});

describe('A factor is not removed', () => {
  /** The refusal, held against the route, and what was done all the same. */
  const refused = async (scene: Scene, factorId: string) => {
    const { code, details } = await refusal(remove(scene, factorId));
    const problems: readonly ErrorCode[] = routes.removeFactor.problems;
    return {
      code,
      details,
      isDocumented: problems.includes(code),
      deleted: scene.world.stytch.deleted,
      logged: scene.world.linesOf('factor.removed'),
    };
  };
  const nothing = { isDocumented: true, deleted: [], logged: [] };
  const last = { ...nothing, code: 'conflict', details: { reason: 'last_factor' } };

  it('when it is the last', async () => {
    expect(await refused(rich({ onUser: [onUser('email'), onUser('totp')] }), 'totp-1')).toMatchObject(last);
  });

  it.each([
    ['still waits', { records: [factorRecord('totp'), late('sms')] }],
    ['is not verified', { onUser: [onUser('email'), onUser('totp'), phone('+15555550142', false)] }],
  ])('when the only other one %s', async (_title, scene) => {
    expect(await refused(rich(scene), 'totp-1')).toMatchObject(last);
  });

  it('when the only other one is the same number, by WhatsApp', async () => {
    const scene = rich({
      factors: [factor('email', HOUR), factor('sms', 60)],
      onUser: [onUser('email'), phone(), onUser('whatsapp')],
    });
    expect(await refused(scene, 'phone-1')).toMatchObject(last);
  });

  it.each([
    ['of another user, or of nobody', 'totp-9'],
    ['that is an inbox', 'email-1'],
  ])('when it is one %s', async (_title, factorId) => {
    expect(await refused(rich(), factorId)).toMatchObject({ ...nothing, code: 'not_found' });
  });

  const challenge = {
    ...nothing,
    code: 'insufficient_user_authentication',
    details: { challenge: { maxAgeSeconds: 600 } },
  };

  it.each([
    ['the step-up is old', [factor('email', 60), factor('totp', 601)]],
    ['there was no step-up', [factor('email', 60)]],
  ])('when %s', async (_title, factors) => {
    expect(await refused(rich({ factors }), 'phone-1')).toMatchObject(challenge);
  });

  it('INV1 by a JWT from before the step-up, though the session has stepped up since', async () => {
    const scene = rich({ factors: [factor('email', 60)] });
    changeLive(scene.world, scene.presented, { factors: [factor('email', 60), factor('totp')] });
    expect(await refused(scene, 'phone-1')).toMatchObject(challenge);
  });

  it('INV1 by a session whose step-up is old at Stytch', async () => {
    const scene = rich();
    changeLive(scene.world, scene.presented, { factors: [factor('email', 60), factor('totp', 601)] });
    expect(await refused(scene, 'phone-1')).toMatchObject(challenge);
  });

  it('by a factor that still waits', async () => {
    const waiting = factorRecord('totp', { origin: 'seen_late', firstSeenAt: NOW - DAY + 1 });
    expect(await refused(rich({ records: [waiting, factorRecord('sms')] }), 'phone-1')).toMatchObject(
      challenge,
    );
  });

  it('U6 by somebody who has nothing that counts: they are asked to enrol', async () => {
    expect(await refused(rich({ records: [late('totp'), late('sms')] }), 'phone-1')).toMatchObject({
      ...nothing,
      code: 'enrollment_required',
    });
  });

  it.each([
    [
      'an impersonated session',
      { code: 'invalid_token' },
      [factor('email'), factor('totp'), factor('impersonated')],
    ],
  ])('by %s', async (_title, expected, factors) => {
    expect(await refused(rich({ factors }), 'phone-1')).toMatchObject({ ...nothing, ...expected });
  });

  it('INV6 when Stytch says no or nothing', async () => {
    const scene = rich();
    scene.world.fail('stytch.deleteFactor', stytchDown());
    expect(await refused(scene, 'phone-1')).toMatchObject({ ...nothing, code: 'upstream_timeout' });
    scene.world.fail('stytch.readSession', new ServiceError('user_locked'));
    expect(await refused(scene, 'phone-1')).toMatchObject({ ...nothing, code: 'user_locked' });
  });
});
