// Genuine tokens whose factors are claimed and not proved, or are no longer what the token says (INV1, F3-F5, J5).
import { afterAll, afterEach, beforeAll, describe, expect } from '@jest/globals';
import type { CheckName } from '../support/attack-checks.ts';
import {
  type AttackWorld,
  attack,
  type Customer,
  exchange,
  expectRefused,
  type Refusal,
  startAttackWorld,
  vendorCallsFrom,
} from '../support/attacks.ts';
import { type Json, partsOf, SESSION_CLAIM } from '../support/forgeries.ts';
import { api, askStytch } from '../support/security.ts';
import { nextAnswerIs, withUser } from '../support/stytch-answers.ts';
import { expectTooWeak, factor, jwtWith, numberCustomer, richCustomer } from '../support/weak-sessions.ts';
import { apply, emailFactor, individual, totpFactor } from '../support/world.ts';

let all: AttackWorld;
let rich: Customer;
beforeAll(async () => {
  all = await startAttackWorld();
  rich = await richCustomer(all.world);
});
afterAll(() => all.world.close());
afterEach(() => all.world.stytch.controls.faults.heal());

const controls = () => all.world.stytch.controls;
const refused = (jwt: string, refusal: Partial<Refusal> = {}): Promise<void> =>
  expectTooWeak(all.world, jwt, refusal);

describe('INV1 factors that are claimed and not proved', () => {
  const factors = [
    { type: 'totp', delivery_method: 'authenticator_app', last_authenticated_at: new Date().toISOString() },
  ];
  const claims: Readonly<Record<string, readonly [CheckName, Json]>> = {
    'a custom claim that the user is stepped up': ['first-verdict', { stepped_up: true, mfa: true }],
    'custom claims in the words of OpenID': [
      'first-verdict',
      {
        amr: ['otp', 'mfa', 'hwk'],
        acr: 'urn:stytch-unit-bridge:acr:stytch-mfa',
        auth_time: Date.now() / 1000,
      },
    ],
    'a custom claim with a list of factors': ['factors-of-the-session', { authentication_factors: factors }],
    'custom claims with the policy in them': [
      'first-verdict',
      { scopes: ['accounts'], preset: 'any-session' },
    ],
  };
  for (const [title, [stoppedBy, customClaims]] of Object.entries(claims)) {
    attack(`${title}, by an inbox alone`, { stoppedBy }, async () =>
      refused(await jwtWith(all.world, rich, [emailFactor], customClaims)),
    );
  }

  attack('a token from before the step-up', { stoppedBy: 'first-verdict' }, async () => {
    const user = await richCustomer(all.world);
    const session = await controls().startSession({ userId: user.userId, factors: [emailFactor] });
    const proved = await askStytch(all.world, 'POST', '/v1/totps/authenticate', {
      user_id: user.userId,
      totp_code: controls().totpCode(user.userId),
      session_jwt: session.sessionJwt,
    });
    expect(await exchange(all.world, String(proved['session_jwt']))).toMatchObject({ status: 201 });
    await refused(session.sessionJwt);
  });

  attack('support that acts for the user', { stoppedBy: 'impersonation' }, async () => {
    const calls = vendorCallsFrom(all.world);
    const { sessionJwt } = await controls().impersonate(rich.userId);
    await refused(sessionJwt, { code: 'invalid_token', reason: 'impersonated' });
    expect(calls()).toMatchObject({ stytch: [], unit: [] });
  });
  attack(
    "support that acts for the user, beside the user's own factors",
    { stoppedBy: 'impersonation' },
    async () => {
      const support = factor('impersonated', 'impersonation', {
        impersonated_factor: { impersonator_id: 'x' },
      });
      const jwt = await jwtWith(all.world, rich, [emailFactor, totpFactor, support]);
      await refused(jwt, { code: 'invalid_token', reason: 'impersonated' });
    },
  );
});

describe('N9 a longer life', () => {
  const detail = { impersonated_factor: { impersonator_id: 'x' } };
  const supported = async (userId: string): Promise<string> => {
    const support = factor('impersonated', 'impersonation', detail);
    return (await controls().startSession({ userId, factors: [emailFactor, support] })).sessionToken;
  };
  const refresh = (sessionToken: string) =>
    api(all.world, 'POST', '/v1/sessions/refresh', undefined, { sessionToken });

  attack(
    'of the session in which support acts for the user, by its token',
    { stoppedBy: 'impersonation' },
    async () => {
      const own = await controls().startSession({ userId: rich.userId, factors: [emailFactor] });
      expect(await refresh(own.sessionToken)).toMatchObject({ status: 200 });
      const answer = await refresh(await supported(rich.userId));
      await expectRefused(all.world, answer, { code: 'invalid_token', reason: 'impersonated' });
    },
  );
});

describe('INV1 an application by factors that are too weak', () => {
  const applied = async (jwt: string, refusal: Refusal): Promise<void> => {
    const calls = vendorCallsFrom(all.world);
    const { userId, email } = all.attacker;
    const answer = await apply(
      all.world,
      { userId, email, sessionId: '', sessionToken: '', sessionJwt: jwt },
      individual(email),
    );
    await expectRefused(all.world, answer, refusal);
    expect(calls().unit).toEqual([]);
  };

  attack('an application by an inbox alone', { stoppedBy: 'first-verdict' }, async () => {
    const { userId } = all.attacker;
    const { sessionJwt } = await controls().startSession({ userId, factors: [emailFactor] });
    await applied(sessionJwt, { code: 'insufficient_user_authentication', reason: 'presented_jwt' });
  });
  attack('an application by a TOTP of two hours', { stoppedBy: 'proved-lately' }, async () => {
    const { userId } = all.attacker;
    const factors = [emailFactor, { ...totpFactor, ageSeconds: 7200 }];
    const { sessionJwt } = await controls().startSession({ userId, factors });
    await applied(sessionJwt, { code: 'insufficient_user_authentication', reason: 'presented_jwt' });
  });
  attack('an application by support that acts for the user', { stoppedBy: 'impersonation' }, async () => {
    const { sessionJwt } = await controls().impersonate(all.attacker.userId);
    await applied(sessionJwt, { code: 'invalid_token', reason: 'impersonated' });
  });
});

describe('INV1 factors that were good when the token was made', () => {
  const second = { reason: 'confirmed_session' };

  attack(
    'a TOTP that Stytch knows to be older than the token says',
    { stoppedBy: 'second-verdict' },
    async () => {
      const user = await richCustomer(all.world);
      controls().ageFactor({ userId: user.userId, type: 'totp', seconds: 13 * 3600 });
      await refused(user.sessionJwt, second);
    },
  );
  attack('a session from which Stytch took the TOTP', { stoppedBy: 'second-verdict' }, async () => {
    const { sessionId, sessionJwt } = rich;
    const claim = partsOf(sessionJwt).claims[SESSION_CLAIM] as { authentication_factors: Json[] };
    const sessionClaim = { authentication_factors: claim.authentication_factors.slice(0, 1) };
    const session_jwt = await controls().mintLookAlike({ kind: 'genuine', sessionId, sessionClaim });
    await nextAnswerIs(all.world, sessionJwt, (answer) => ({ ...answer, session_jwt }));
    await refused(sessionJwt, second);
  });
  attack('a TOTP that was taken off the user', { stoppedBy: 'factor-on-user' }, async () => {
    const user = await richCustomer(all.world);
    const totpId = controls()
      .users()
      .find(({ userId }) => userId === user.userId)?.totps[0]?.totpId;
    await askStytch(all.world, 'DELETE', `/v1/users/totps/${totpId}`);
    await refused(user.sessionJwt, second);
  });
  attack('the only second factor, taken off the user', { stoppedBy: 'factor-on-user' }, async () => {
    const { sessionJwt } = all.victim;
    await nextAnswerIs(all.world, sessionJwt, withUser({ totps: [] }));
    await refused(sessionJwt, { code: 'enrollment_required', ...second });
  });
  attack('the inbox, taken off the user', { stoppedBy: 'factor-on-user' }, async () => {
    await nextAnswerIs(all.world, rich.sessionJwt, withUser({ emails: [] }));
    await refused(rich.sessionJwt, second);
  });
  attack('a TOTP that is not verified', { stoppedBy: 'factor-verified' }, async () => {
    await nextAnswerIs(all.world, rich.sessionJwt, (answer) => {
      const { totps } = answer['user'] as { totps: Json[] };
      return withUser({ totps: totps.map((totp) => ({ ...totp, verified: false })) })(answer);
    });
    await refused(rich.sessionJwt, second);
  });
  attack('an inbox that is not verified', { stoppedBy: 'factor-verified' }, async () => {
    await nextAnswerIs(all.world, rich.sessionJwt, (answer) => {
      const { emails } = answer['user'] as { emails: Json[] };
      return withUser({ emails: emails.map((email) => ({ ...email, verified: false })) })(answer);
    });
    await refused(rich.sessionJwt, second);
  });
  attack("another user's TOTP", { stoppedBy: 'factor-counted' }, async () => {
    const totpId = controls()
      .users()
      .find(({ userId }) => userId === all.attacker.userId)?.totps[0]?.totpId;
    const stolen = factor('totp', 'authenticator_app', { authenticator_app_factor: { totp_id: totpId } });
    await refused(await jwtWith(all.world, rich, [emailFactor, stolen]), second);
  });
  attack('an enrolment that was begun and never confirmed', { stoppedBy: 'factor-counted' }, async () => {
    const user = await numberCustomer(all.world);
    expect(await api(all.world, 'POST', '/v1/factors/totp', user.sessionJwt)).toMatchObject({ status: 200 });
    const claimed = await controls().startSession({
      userId: user.userId,
      factors: [emailFactor, totpFactor],
    });
    await refused(claimed.sessionJwt, second);
  });
  attack('a TOTP that appeared after the application', { stoppedBy: 'late-factor-waits' }, async () => {
    const { userId } = await numberCustomer(all.world);
    // By whoever holds the inbox, with Stytch's own client and past us.
    const thief = await controls().startSession({ userId, factors: [emailFactor] });
    await askStytch(all.world, 'POST', '/v1/totps', { user_id: userId });
    const proved = await askStytch(all.world, 'POST', '/v1/totps/authenticate', {
      user_id: userId,
      totp_code: controls().totpCode(userId),
      session_jwt: thief.sessionJwt,
    });
    await refused(String(proved['session_jwt']), second);
  });
});
