import { describe, expect, it } from '@jest/globals';
import { confirmPasskey, enrolPasskey } from '../../../functions/core/factors/enrol-passkey.ts';
import { listFactors } from '../../../functions/core/factors/manage-factors.ts';
import {
  failures,
  giveCustomer,
  holder,
  newcomer,
  recordOf,
  type Scene,
} from '../../support/core-factors.ts';
import { changeLive, stytchDown } from '../../support/core-fakes.ts';
import { rowKey } from '../../support/core-mappings.ts';
import { credential } from '../../support/core-stytch.ts';
import {
  applicationRecord,
  factor,
  factorRecord,
  HOUR,
  NOW,
  onUser,
  refusal,
  signal,
  USER,
} from '../../support/core-values.ts';

const enrol = ({ world, presented }: Scene) => enrolPasskey(world.ports, presented, signal);
const confirm = ({ world, presented }: Scene, id = 'passkey-2') =>
  confirmPasskey(world.ports, presented, { credential: credential(id) }, signal);
const confirmed = { origin: 'enrolled', firstSeenAt: NOW, confirmedAt: NOW };

describe('A passkey enrolment begins', () => {
  it('with Stytch’s options, and nothing is recorded yet', async () => {
    const scene = newcomer();
    expect(await enrol(scene)).toEqual({ options: { challenge: 'challenge-register' } });
    expect(scene.world.rows.factors.size).toBe(0);
    expect(scene.world.callsOf('limit')).toEqual([]);
  });
});

describe('Who may enrol a passkey, when it begins and when it ends', () => {
  const ways: readonly (readonly [string, (scene: Scene) => Promise<unknown>, number])[] = [
    ['begin', enrol, 0],
    ['confirm', (scene) => confirm(scene), 600],
  ];
  const asked = ['stytch.startPasskeyEnrolment', 'stytch.registerPasskey'];

  it.each(ways)('%s: not by an old sign-in', async (_way, run, grace) => {
    const scene = newcomer({ factors: [factor('email', 601 + grace)] });
    expect(await refusal(run(scene))).toMatchObject({
      code: 'insufficient_user_authentication',
      details: { challenge: { maxAgeSeconds: 600 } },
    });
    expect(scene.world.calls.filter((call) => asked.includes(call))).toEqual([]);
  });

  it.each(ways)('%s: not by a JWT from before the step-up', async (_way, run) => {
    const scene = holder();
    changeLive(scene.world, scene.presented, { factors: [factor('email', 60), factor('totp')] });
    expect(await refusal(run(scene))).toMatchObject({ code: 'insufficient_user_authentication' });
    expect(scene.world.calls.filter((call) => asked.includes(call))).toEqual([]);
  });

  it.each(ways)('%s: not by an applicant who holds nothing', async (_way, run) => {
    const scene = newcomer();
    scene.world.rows.applications.set(rowKey(USER, 'A'), applicationRecord({ applicationId: 'A' }));
    expect(await refusal(run(scene))).toMatchObject({ code: 'factor_not_allowed' });
  });

  it.each(ways)('%s: not by the phone of Unit, which only enrols a number', async (_way, run) => {
    const scene = newcomer();
    giveCustomer(scene);
    expect(await refusal(run(scene))).toMatchObject({
      code: 'factor_not_allowed',
      details: { reason: 'unit_phone' },
    });
    expect(scene.world.callsOf('unit')).toEqual([]);
  });

  it.each(ways)('%s: not by a recovery', async (_way, run) => {
    const scene = holder({
      factors: [factor('email'), factor('recovery_code')],
      onUser: [onUser('email'), onUser('totp')],
    });
    giveCustomer(scene);
    expect(await refusal(run(scene))).toMatchObject({ code: 'insufficient_user_authentication' });
    expect(scene.world.calls.filter((call) => asked.includes(call))).toEqual([]);
  });

  it.each(ways)('%s: by a factor that is held, of the last ten minutes', async (_way, run) => {
    const scene = holder({ factors: [factor('email', HOUR), factor('totp', 600)] });
    giveCustomer(scene);
    await expect(run(scene)).resolves.toBeDefined();
  });
});

describe('The credential becomes a factor and steps the session up', () => {
  it('with the JWT that carries both factors', async () => {
    const scene = newcomer();
    expect(await confirm(scene)).toMatchObject({ factors: [{ kind: 'email' }, { kind: 'passkey' }] });
    expect(recordOf(scene, 'passkey-2')).toEqual({ factorId: 'passkey-2', kind: 'passkey', ...confirmed });
    expect(scene.world.linesOf('factor.enrolled')).toEqual([
      { stytchUserId: USER, factorId: 'passkey-2', kind: 'passkey' },
    ]);
  });

  it('once: a second passkey leaves the first as it was', async () => {
    const first = factorRecord('passkey', { confirmedAt: NOW - HOUR });
    const scene = holder({
      factors: [factor('email'), factor('passkey', 60)],
      onUser: [onUser('email'), onUser('passkey')],
      records: [first],
    });
    giveCustomer(scene);
    await confirm(scene);
    expect(recordOf(scene, 'passkey-1')).toEqual(first);
    expect(recordOf(scene, 'passkey-2')).toMatchObject(confirmed);
  });

  it('and a passkey that Stytch gives no id is not recorded', async () => {
    const scene = newcomer();
    const { provider } = scene.world.ports;
    const register = provider.registerPasskey.bind(provider);
    provider.registerPasskey = async (...asked) => {
      const outcome = await register(...asked);
      return outcome.isProved ? { ...outcome, factorId: null } : outcome;
    };
    expect(await confirm(scene)).toMatchObject({ factors: [{ kind: 'email' }, { kind: 'passkey' }] });
    expect(scene.world.rows.factors.size).toBe(0);
    expect(scene.world.linesOf('factor.enrolled')).toEqual([]);
  });

  it('INV1 and no other passkey that was added meanwhile', async () => {
    const scene = newcomer();
    scene.world.stytch.answer = (answer) => ({
      ...answer,
      user: { ...answer.user, factors: [...answer.user.factors, onUser('passkey', true, 'passkey-9')] },
    });
    const { sessions } = scene.world.ports;
    const read = sessions.readSession.bind(sessions);
    sessions.readSession = async (...asked) => {
      const answer = await read(...asked);
      return { ...answer, user: scene.world.stytch.user };
    };
    await confirm(scene);
    expect([...scene.world.rows.factors.keys()]).toEqual([rowKey(USER, 'passkey-2')]);
  });

  it.each(['registering', 'forgiving'] as const)(
    'and counts at once, also where another request of the user met it first, while %s',
    async (when) => {
      const scene = holder({ factors: [factor('email', HOUR), factor('totp', 60)] });
      giveCustomer(scene);
      const { provider, counters } = scene.world.ports;
      const list = () => listFactors(scene.world.ports, scene.presented, signal);
      const register = provider.registerPasskey.bind(provider);
      provider.registerPasskey = async (...asked) => {
        const outcome = await register(...asked);
        if (when === 'registering') await list();
        return outcome;
      };
      const giveBack = counters.giveBack.bind(counters);
      counters.giveBack = async (...asked) => {
        await giveBack(...asked);
        if (when === 'forgiving') await list();
      };
      await confirm(scene);
      expect(scene.world.callsOf('table.readUser').length).toBeGreaterThan(1);
      const { factors } = await list();
      expect(factors.find(({ factorId }) => factorId === 'passkey-2')).toMatchObject({ counts: true });
      expect(recordOf(scene, 'passkey-2')).toMatchObject(confirmed);
    },
  );

  it('INV1 but one that we saw late before this call waits on, whatever Stytch says of it', async () => {
    const late = factorRecord('passkey', { origin: 'seen_late', firstSeenAt: NOW - HOUR, confirmedAt: null });
    const scene = holder({
      factors: [factor('email', HOUR), factor('totp', 60)],
      onUser: [onUser('email'), onUser('totp'), onUser('passkey')],
      records: [factorRecord('totp'), late],
    });
    giveCustomer(scene);
    await confirm(scene, 'passkey-1');
    expect(recordOf(scene, 'passkey-1')).toEqual(late);
    expect(scene.world.linesOf('factor.enrolled')).toEqual([]);
  });

  it('a credential that Stytch refuses does not, and is counted before Stytch is asked', async () => {
    const scene = newcomer();
    expect(await refusal(confirm(scene, 'passkey-wrong'))).toMatchObject({ code: 'invalid_grant' });
    expect(failures(scene)).toEqual({ row: 1, day: 1 });
    expect(scene.world.rows.factors.size).toBe(0);
    const { calls } = scene.world;
    expect(calls.lastIndexOf('limit.take')).toBeLessThan(calls.indexOf('stytch.registerPasskey'));
  });

  it('INV6 a registration whose answer was lost is not sent again and gives no JWT, and its passkey is met later', async () => {
    const scene = newcomer();
    scene.world.fail('stytch.registerPasskey', stytchDown(), 'after');
    expect(await refusal(confirm(scene))).toMatchObject({
      code: 'upstream_timeout',
      details: { reason: 'proof_taken' },
    });
    expect(scene.world.callsOf('stytch.registerPasskey')).toHaveLength(1);
    expect(scene.world.rows.factors.size).toBe(0);
    await enrol(scene).catch(() => undefined);
    expect(recordOf(scene, 'passkey-2')).toMatchObject({ origin: 'seen', confirmedAt: null });
  });

  it('one whose record could not be written is met later, by the rules for those that we first see', async () => {
    const scene = newcomer();
    scene.world.fail('table.beginFactor');
    expect(await refusal(confirm(scene))).toMatchObject({ code: 'temporarily_unavailable' });
    // Stytch took the credential: the user failed at nothing.
    expect(failures(scene)).toEqual({ row: 0, day: 0 });
    await enrol(scene).catch(() => undefined);
    expect(recordOf(scene, 'passkey-2')).toMatchObject({ origin: 'seen', confirmedAt: null });
  });
});
