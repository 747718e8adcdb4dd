import { describe, expect, it } from '@jest/globals';
import { beginStepUp } from '../../../functions/core/factors/step-up.ts';
import { holder, PHONE, phone, type Scene, SOURCE, smsCounters } from '../../support/core-factors.ts';
import { DAY, factorRecord, NOW, onUser, refusal, signal, USER } from '../../support/core-values.ts';

/** Holds a TOTP, a number and a passkey. */
const rich = (): Scene => holder({ onUser: [onUser('email'), onUser('totp'), phone(), onUser('passkey')] });

describe('A step-up begins', () => {
  const begin = (scene: Scene, factorId = 'phone-1') =>
    beginStepUp(scene.world.ports, scene.presented, { factor: 'sms', factorId }, SOURCE, signal);
  const beginPasskey = (scene: Scene) =>
    beginStepUp(scene.world.ports, scene.presented, { factor: 'passkey' }, SOURCE, signal);

  it('with the options for a passkey, and no code is sent or counted', async () => {
    const scene = rich();
    expect(await beginPasskey(scene)).toEqual({ options: { challenge: 'challenge-prove' } });
    expect(scene.world.callsOf('limit')).toEqual([]);
  });

  it('O6 with the send counted before it is made, by the network, the user and the user’s own number', async () => {
    const scene = rich();
    await begin(scene);
    expect([...scene.world.used.keys()]).toEqual([...smsCounters, `sendsPerNumber ${USER} phone-1`]);
    expect(scene.world.calls.slice(-6)).toEqual([
      'limit.take',
      'limit.take',
      'limit.take',
      'limit.take',
      'stytch.sendSms',
      'challenge.seal',
    ]);
  });

  it('O6 so that strangers who try to enrol its number do not use up the owner’s messages', async () => {
    const scene = rich();
    scene.world.limits.set('sendsPerNumber', 5);
    scene.world.used.set(`sendsPerNumber ${PHONE}`, 5);
    expect(await begin(scene)).toMatchObject({ challengeId: 'sealed-1' });
  });

  it.each(['sendsPerSource', 'sendsPerAddressAndSource', 'sendsPerAddress', 'sendsPerNumber'] as const)(
    'O6 %s stops the send',
    async (limit) => {
      const scene = rich();
      scene.world.limits.set(limit, 0);
      expect(await refusal(begin(scene))).toMatchObject({ code: 'rate_limited', details: { reason: limit } });
      expect(scene.world.stytch.sentTo).toEqual([]);
    },
  );

  it('O6 and nothing is sent while it cannot be counted', async () => {
    const scene = rich();
    scene.world.fail('limit.take');
    expect(await refusal(begin(scene))).toMatchObject({ code: 'temporarily_unavailable' });
    expect(scene.world.stytch.sentTo).toEqual([]);
  });

  it.each([
    ['a number of nobody', 'phone-9'],
    ['a factor of another kind', 'totp-1'],
  ])('not for %s', async (_title, factorId) => {
    const scene = rich();
    expect(await refusal(begin(scene, factorId))).toMatchObject({ code: 'not_found' });
    expect(scene.world.callsOf('limit')).toEqual([]);
  });

  it('not for a factor without a number', async () => {
    const scene = holder({ onUser: [onUser('email'), onUser('sms')] });
    expect(await refusal(begin(scene))).toMatchObject({ code: 'not_found' });
    expect(scene.world.callsOf('limit')).toEqual([]);
  });

  it.each([
    ['is not verified', { onUser: [onUser('email'), phone(PHONE, false)] }],
    [
      'still waits',
      {
        onUser: [onUser('email'), phone()],
        records: [factorRecord('sms', { origin: 'seen_late', firstSeenAt: NOW - DAY + 1 })],
      },
    ],
  ] as const)('not for a number that %s', async (_title, scene) => {
    const one = holder(scene);
    expect(await refusal(begin(one))).toMatchObject({
      code: 'enrollment_required',
      details: { reason: 'factor_does_not_count' },
    });
    expect(one.world.stytch.sentTo).toEqual([]);
  });

  it('not for a passkey where there is none', async () => {
    const scene = holder();
    expect(await refusal(beginPasskey(scene))).toMatchObject({ code: 'enrollment_required' });
    expect(scene.world.callsOf('stytch')).toEqual(['stytch.readSession']);
  });

  it('INV5 without the number in the log', async () => {
    const scene = rich();
    await begin(scene);
    expect(JSON.stringify(scene.world.logged)).not.toContain('5555550142');
  });
});
