import { describe, expect, it } from '@jest/globals';
import { routes } from '../../../functions/contract/routes.ts';
import { exchangeToken } from '../../../functions/core/exchange/exchange-token.ts';
import { enrolPasskey } from '../../../functions/core/factors/enrol-passkey.ts';
import { enrolSms } from '../../../functions/core/factors/enrol-sms.ts';
import { confirmTotp, enrolTotp } from '../../../functions/core/factors/enrol-totp.ts';
import { removeFactor } from '../../../functions/core/factors/manage-factors.ts';
import { hasRecovered } from '../../../functions/core/factors/recovery.ts';
import { stepUp } from '../../../functions/core/factors/step-up.ts';
import {
  giveCustomer,
  giveSession,
  holder,
  OTHER_PHONE,
  PHONE,
  phone,
  recordOf,
  refreshed,
  type Scene,
  SOURCE,
} from '../../support/core-factors.ts';
import { stytchDown } from '../../support/core-fakes.ts';
import { RIGHT_CODE, RIGHT_RECOVERY } from '../../support/core-stytch.ts';
import {
  DAY,
  factor,
  NOW,
  neverProved,
  onUser,
  refusal,
  SESSION,
  signal,
} from '../../support/core-values.ts';

/** A customer who has lost the TOTP, and has just typed a recovery code. */
async function recovered(scene: Scene = holder()): Promise<Scene> {
  giveCustomer(scene);
  giveSession(scene);
  const { sessionJwt } = await stepUp(
    scene.world.ports,
    scene.presented,
    { factor: 'recovery_code', recoveryCode: RIGHT_RECOVERY },
    signal,
  );
  return refreshed(scene, sessionJwt);
}

const enrol = ({ world, presented }: Scene) => enrolTotp(world.ports, presented, signal);
const confirm = ({ world, presented }: Scene) =>
  confirmTotp(world.ports, presented, { code: RIGHT_CODE }, signal);
const exchange = ({ world, presented }: Scene) =>
  exchangeToken(world.ports, presented, { scopes: ['accounts'] }, signal);

describe('A recovery replaces the TOTP', () => {
  it('which goes before the new one comes, and the new one waits a day', async () => {
    const scene = await recovered();
    await enrol(scene);
    expect(scene.world.stytch.deleted).toEqual(['totp-1']);
    expect(recordOf(scene, 'totp-3')).toMatchObject({
      origin: 'recovered',
      firstSeenAt: NOW,
      confirmedAt: null,
    });
    expect(scene.world.linesOf('factor.enrolment_begun')).toMatchObject([{ ground: 'recovery' }]);

    const { sessionJwt } = await confirm(scene);
    expect(recordOf(scene, 'totp-3')).toMatchObject({ origin: 'recovered', confirmedAt: NOW });
    expect(await refusal(exchange(refreshed(scene, sessionJwt)))).toMatchObject({
      code: 'enrollment_required',
    });

    scene.world.now += DAY;
    const live = scene.world.stytch.live.get(SESSION) ?? scene.presented;
    const factors = live.factors.map((one) => ({ ...one, lastAuthenticatedAt: scene.world.now }));
    const later = { ...live, factors, expiresAt: scene.world.now + 3600, sessionJwt };
    scene.world.stytch.live.set(SESSION, later);
    scene.world.stytch.issued.set(sessionJwt, later);
    expect(await exchange({ ...scene, presented: later })).toMatchObject({ customerId: '700001' });
  });

  it('and the sessions of others are over before it begins', async () => {
    const scene = await recovered();
    expect([...scene.world.stytch.live.keys()]).toEqual([SESSION]);
  });

  it('and nothing is deleted before no other session lives and a record says that a recovery is under way', async () => {
    const scene = await recovered();
    giveSession(scene, 'session-test-3');
    await enrol(scene);
    const steps = ['stytch.revoke', 'table.putFactor', 'stytch.deleteFactor', 'stytch.createTotp'];
    const since = scene.world.calls.slice(scene.world.calls.lastIndexOf('stytch.listSessions'));
    expect(since.filter((call) => steps.includes(call))).toEqual(steps);
    expect([...scene.world.stytch.live.keys()]).toEqual([SESSION]);
    expect(recordOf(scene, `recovery-${SESSION}`)).toEqual({
      factorId: `recovery-${SESSION}`,
      kind: 'recovery_code',
      origin: 'recovered',
      firstSeenAt: NOW,
      confirmedAt: null,
    });
  });

  it.each(['stytch.listSessions', 'stytch.revoke', 'table.putFactor'])(
    'and the old one stays when %s fails',
    async (operation) => {
      const scene = await recovered();
      giveSession(scene, 'session-test-3');
      scene.world.fail(operation);
      expect(await refusal(enrol(scene))).toMatchObject({ code: 'temporarily_unavailable' });
      expect(scene.world.stytch.deleted).toEqual([]);
    },
  );

  it('for ten minutes', async () => {
    const scene = await recovered();
    scene.world.now += 541;
    expect(await refusal(enrol(scene))).toMatchObject({ code: 'insufficient_user_authentication' });
    expect(scene.world.stytch.deleted).toEqual([]);
  });
});

describe('INV1 A recovery opens nothing else', () => {
  const others: readonly (readonly [string, (scene: Scene) => Promise<unknown>, keyof typeof routes])[] = [
    ['a customer token', exchange, 'exchangeToken'],
    ['a passkey', ({ world, presented }) => enrolPasskey(world.ports, presented, signal), 'enrolPasskey'],
    [
      'a number',
      ({ world, presented }) =>
        enrolSms(world.ports, presented, { phoneNumber: OTHER_PHONE }, SOURCE, signal),
      'enrolSms',
    ],
    [
      'a removal',
      ({ world, presented }) => removeFactor(world.ports, presented, 'phone-1', signal),
      'removeFactor',
    ],
  ];

  it.each(others)('no %s', async (_title, run, route) => {
    const scene = await recovered(holder({ onUser: [onUser('email'), onUser('totp'), phone()] }));
    const error = await refusal(run(scene));
    expect(error.code).toBe('insufficient_user_authentication');
    expect(routes[route].problems).toContain(error.code);
    expect(scene.world.stytch.deleted).toEqual([]);
    expect(scene.world.unit.tokenRequests).toEqual([]);
    expect(scene.world.stytch.sentTo).toEqual([]);
  });

  it.each(others)('no %s after the replacement either, on the first day', async (_title, run) => {
    const scene = await recovered();
    await enrol(scene);
    const { sessionJwt } = await confirm(scene);
    const code = (await refusal(run(refreshed(scene, sessionJwt)))).code;
    expect(['enrollment_required', 'factor_not_allowed', 'insufficient_user_authentication']).toContain(code);
    expect(scene.world.unit.tokenRequests).toEqual([]);
    expect(scene.world.stytch.sentTo).toEqual([]);
  });

  it('not even the number that Unit holds, by a new sign-in after a replacement that was left undone, for a day', async () => {
    const scene = await recovered();
    scene.world.fail('stytch.createTotp', stytchDown());
    await refusal(enrol(scene));
    expect(scene.world.stytch.deleted).toEqual(['totp-1']);
    const signInAgain = (): Scene => {
      const factors = [{ ...factor('email'), lastAuthenticatedAt: scene.world.now }];
      const later = {
        ...scene.presented,
        sessionId: 'session-test-4',
        sessionJwt: 'presented.jwt.4',
        factors,
      };
      const lasting = { ...later, expiresAt: scene.world.now + 3600 };
      scene.world.stytch.live.set(later.sessionId, lasting);
      scene.world.stytch.issued.set(later.sessionJwt, lasting);
      return { ...scene, presented: lasting };
    };
    const enrolNumber = ({ world, presented }: Scene) =>
      enrolSms(world.ports, presented, { phoneNumber: PHONE }, SOURCE, signal);
    scene.world.now = NOW + DAY - 1;
    expect(await refusal(enrolNumber(signInAgain()))).toMatchObject({
      code: 'factor_not_allowed',
      details: { reason: 'no_ground' },
    });
    scene.world.now = NOW + DAY;
    expect(await enrolNumber(signInAgain())).toMatchObject({ challengeId: 'sealed-1' });
  });

  it('and a JWT from before the recovery does not gain it', async () => {
    const before = holder();
    await recovered(before);
    expect(await refusal(enrol(before))).toMatchObject({ code: 'insufficient_user_authentication' });
    expect(before.world.stytch.deleted).toEqual([]);
  });
});

describe('A recovery is one while its code was proved a moment ago', () => {
  it.each([
    ['now', factor('recovery_code'), 0, true],
    ['ten minutes ago', factor('recovery_code', 600), 0, true],
    ['ten minutes and a second ago', factor('recovery_code', 601), 0, false],
    ['twenty minutes ago, with ten of grace', factor('recovery_code', 1200), 600, true],
    ['twenty minutes and a second ago, with ten of grace', factor('recovery_code', 1201), 600, false],
    ['never', neverProved('recovery_code'), 600, false],
    ['as another kind', factor('totp'), 0, false],
  ] as const)('%s', (_title, one, grace, expected) => {
    expect(hasRecovered([factor('email'), one], NOW, grace)).toBe(expected);
  });
});
