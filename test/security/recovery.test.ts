// Recovery: a code from the drawer and the inbox replace a lost TOTP, and open nothing else.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { World } from '../../local/world.ts';
import { attack, customer, exchange, expectNoToken } from '../support/attacks.ts';
import { expectProblem } from '../support/problems.ts';
import {
  api,
  factorIdOf,
  field,
  newcomer,
  newNumber,
  recoveryCodesOf,
  signInAgain,
  startSecurityWorld,
} from '../support/security.ts';

let world: World;
beforeAll(async () => {
  world = await startSecurityWorld({ sendsPerSource: 1000 });
});
afterAll(() => world.close());

const post = (jwt: string, path: string, body?: object) => api(world, 'POST', path, jwt, body);
const proof = (recoveryCode: string | undefined) => ({ factor: 'recovery_code', recoveryCode });

/** Somebody with a customer's inbox and one of the recovery codes, and what they are given for both. */
async function recovered() {
  const user = await customer(world);
  const inbox = await signInAgain(world, user);
  const [code] = await recoveryCodesOf(world, user.userId);
  const answer = await post(inbox.sessionJwt, '/v1/step-up', proof(code));
  expect(answer.status).toBe(200);
  return { user, inbox, code, sessionJwt: field(answer, 'sessionJwt') };
}

const confirmTotp = (jwt: string, userId: string) =>
  post(jwt, '/v1/factors/totp/confirm', { code: world.stytch.controls.totpCode(userId) });

describe('a recovery code', () => {
  attack(
    'A6.5.1 enrols a number or a passkey, before and after the old TOTP is gone',
    { stoppedBy: 'recovery-totp-only' },
    async () => {
      const { sessionJwt } = await recovered();
      const others = async () => [
        await post(sessionJwt, '/v1/factors/passkey'),
        await post(sessionJwt, '/v1/factors/sms', { phoneNumber: newNumber() }),
        await post(sessionJwt, '/v1/factors/sms', { phoneNumber: '+15555550142' }),
      ];
      for (const refused of await others()) expect([401, 403]).toContain(refused.status);
      expect((await post(sessionJwt, '/v1/factors/totp')).status).toBe(200);
      for (const refused of await others()) expectProblem(refused, 'factor_not_allowed');
    },
  );

  attack('N10 buys a token by the new TOTP at once', { stoppedBy: 'recovery-wait' }, async () => {
    const { user, sessionJwt } = await recovered();
    await post(sessionJwt, '/v1/factors/totp');
    const confirmed = await confirmTotp(sessionJwt, user.userId);
    expect(confirmed.status).toBe(200);
    expectProblem(await exchange(world, field(confirmed, 'sessionJwt')), 'enrollment_required');
  });

  it('N10 buys nothing else with both proofs: no removal, no application, no token', async () => {
    const { user, sessionJwt } = await recovered();
    expectNoToken(await exchange(world, sessionJwt));
    const totpId = await factorIdOf(world, sessionJwt, 'totp');
    expectProblem(
      await api(world, 'DELETE', `/v1/factors/${totpId}`, sessionJwt),
      'insufficient_user_authentication',
    );
    expectProblem(
      await post(sessionJwt, '/v1/step-up/challenge', { factor: 'passkey' }),
      'enrollment_required',
    );
    expect(user.userId).toBe(field(await api(world, 'GET', '/v1/me', sessionJwt), 'userId'));
  });

  attack(
    'A7.4.1 leaves the owner’s other sessions, and the thief’s, alive',
    { stoppedBy: 'recovery-ends-sessions' },
    async () => {
      const user = await customer(world);
      const [other, inbox] = [await signInAgain(world, user), await signInAgain(world, user)];
      const [code] = await recoveryCodesOf(world, user.userId);
      expect((await post(inbox.sessionJwt, '/v1/step-up', proof(code))).status).toBe(200);
      expectProblem(await api(world, 'GET', '/v1/me', other.sessionJwt), 'invalid_token');
      expectProblem(await api(world, 'GET', '/v1/me', user.sessionJwt), 'invalid_token');
    },
  );

  attack('N10 works with a sign-in of eleven minutes ago', { stoppedBy: 'recovery-sign-in' }, async () => {
    const user = await customer(world);
    const [code] = await recoveryCodesOf(world, user.userId);
    const { sessionJwt } = await signInAgain(world, user, 660);
    expectProblem(await post(sessionJwt, '/v1/step-up', proof(code)), 'insufficient_user_authentication');
  });

  it('A6.5.1 works twice, or for somebody else', async () => {
    const { code, sessionJwt } = await recovered();
    expectProblem(await post(sessionJwt, '/v1/step-up', proof(code)), 'invalid_grant');
    const other = await customer(world);
    const [theirs] = await recoveryCodesOf(world, other.userId);
    expectProblem(await post(sessionJwt, '/v1/step-up', proof(theirs)), 'invalid_grant');
  });

  attack(
    'A7.5.1 is tried by someone without a TOTP to replace',
    { stoppedBy: 'recovery-of-totp' },
    async () => {
      const { sessionJwt } = await newcomer(world);
      const before = world.stytch.controls.requests().length;
      expectProblem(await post(sessionJwt, '/v1/step-up', proof('aaaa-bbbb-cccc')), 'factor_not_allowed');
      const asked = world.stytch.controls
        .requests()
        .slice(before)
        .map(({ path }) => path);
      expect(asked).toEqual(['/v1/sessions/authenticate']);
    },
  );

  attack(
    'INV1 a JWT of the same session from before the recovery replaces the TOTP',
    { stoppedBy: 'recovery-presented' },
    async () => {
      const { inbox, sessionJwt } = await recovered();
      const refused = await post(inbox.sessionJwt, '/v1/factors/totp');
      expect([401, 403]).toContain(refused.status);
      expect(refused.body).not.toHaveProperty('secret');
      expect((await post(sessionJwt, '/v1/factors/totp')).status).toBe(200);
    },
  );
});
