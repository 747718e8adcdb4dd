// Genuine tokens of genuine sessions whose factors are too weak, too old, or not the user's (INV1, F1-F5).
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect } from '@jest/globals';
import type { CheckName } from '../support/attack-checks.ts';
import {
  type AttackWorld,
  attack,
  type Customer,
  customerOf,
  exchange,
  expectRefused,
  type Refusal,
  startAttackWorld,
  vendorCallsFrom,
} from '../support/attacks.ts';
import { type Json, partsOf, SESSION_CLAIM } from '../support/forgeries.ts';
import { api, askStytch, newNumber } from '../support/security.ts';
import { nextAnswerIs, withUser } from '../support/stytch-answers.ts';
import { emailFactor, totpFactor } from '../support/world.ts';

let all: AttackWorld;
/** A customer with every kind of factor, all enrolled before the application. */
let rich: Customer;
beforeAll(async () => {
  all = await startAttackWorld();
  rich = await newCustomer();
});
afterAll(() => all.world.close());
afterEach(() => all.world.stytch.controls.faults.heal());

const controls = () => all.world.stytch.controls;

async function newCustomer(): Promise<Customer> {
  const email = `rich.${randomUUID().slice(0, 8)}@example.com`;
  const { userId } = await controls().seedUser({
    email,
    phoneNumber: newNumber(),
    totp: true,
    passkeyDomain: 'localhost',
    password: 'correct horse battery staple',
  });
  const session = await controls().startSession({ userId, factors: [emailFactor, totpFactor] });
  return customerOf(all.world, { userId, email, ...session });
}

/** Refused, by the first verdict unless told otherwise; Unit is never asked. */
async function refused(
  jwt: string,
  refusal: Partial<Refusal> = {},
  scopes: readonly string[] = ['accounts'],
): Promise<void> {
  const calls = vendorCallsFrom(all.world);
  const answer = await exchange(all.world, jwt, { scopes });
  const expected = { code: 'insufficient_user_authentication', reason: 'presented_jwt', ...refusal };
  await expectRefused(all.world, answer, expected);
  expect(calls().unit).toEqual([]);
}

interface Factor {
  readonly type: string;
  readonly deliveryMethod: string;
  readonly detail?: Record<string, unknown>;
  readonly ageSeconds?: number;
}

const factor = (type: string, deliveryMethod: string, detail?: Record<string, unknown>): Factor => ({
  type,
  deliveryMethod,
  ...(detail === undefined ? {} : { detail }),
});
const emailCode = factor('otp', 'email');
const sms = factor('otp', 'sms');
const whatsapp = factor('otp', 'whatsapp');
const passkey = factor('webauthn', 'webauthn_registration');
const password = factor('password', 'knowledge');
const aged = (one: Factor, ageSeconds: number): Factor => ({ ...one, ageSeconds });

const jwtWith = async (factors: readonly Factor[], customClaims: Json = {}): Promise<string> => {
  const { userId } = rich;
  return (await controls().startSession({ userId, factors: [...factors], customClaims })).sessionJwt;
};

function each(
  stoppedBy: CheckName,
  sessions: Readonly<Record<string, readonly Factor[]>>,
  scopes?: readonly string[],
): void {
  for (const [title, factors] of Object.entries(sessions)) {
    attack(title, { stoppedBy }, async () => refused(await jwtWith(factors), {}, scopes));
  }
}

describe('factors that are too few or of one kind', () => {
  each('first-verdict', {
    'an inbox alone': [emailFactor],
    'no factor at all': [],
    'a password alone': [password],
  });
  each('two-classes', {
    'a TOTP alone': [totpFactor],
    'a passkey alone': [passkey],
    'a number alone': [sms],
    'a TOTP and a passkey, which one device holds': [totpFactor, passkey],
  });
  each('email-code-is-email', { 'one inbox twice, by link and by code': [emailFactor, emailCode] });
  each('whatsapp-is-phone', { 'one number twice, by SMS and by WhatsApp': [sms, whatsapp] });
  each('password-is-account', { 'a password and the inbox that resets it': [password, emailFactor] });
  each('oauth-is-account', {
    'a Google account and its inbox': [
      emailFactor,
      factor('oauth', 'oauth_google', { google_oauth_factor: { id: 'oauth-user-test-1' } }),
    ],
    'an Apple account and its inbox': [
      emailFactor,
      factor('oauth', 'oauth_apple', { apple_oauth_factor: { id: 'oauth-user-test-2' } }),
    ],
  });
  each('recovery-code-is-none', {
    'a recovery code in place of the TOTP': [
      emailFactor,
      factor('recovery_codes', 'recovery_code', { recovery_code_factor: { totp_recovery_code_id: 'x' } }),
    ],
  });
  each('biometric-is-none', {
    'a mobile biometric, which Stytch issues without a second look': [
      emailFactor,
      factor('signature_challenge', 'biometric', { biometric_factor: { biometric_registration_id: 'x' } }),
    ],
  });
  each('other-is-none', {
    'an embedded link, which any server of the app may make': [
      emailFactor,
      factor('magic_link', 'embedded', { embeddable_magic_link_factor: { embedded_id: 'x' } }),
    ],
  });
  each('known-factors-only', {
    'a session imported from another provider': [emailFactor, factor('imported', 'imported_auth0', {})],
    'a token of a trusted issuer': [emailFactor, factor('trusted_auth_token', 'trusted_token_exchange', {})],
    'a single sign-on': [emailFactor, factor('sso', 'sso_oidc', {})],
    'a crypto wallet': [emailFactor, factor('crypto', 'crypto_wallet', {})],
    'an exchanged OAuth sign-in': [emailFactor, factor('oauth', 'oauth_exchange_google', {})],
    'an exchanged access token': [emailFactor, factor('oauth', 'oauth_access_token_exchange', {})],
    'a session made by the app itself': [emailFactor, factor('attested_session', 'attested', {})],
    'a TOTP by text message': [emailFactor, factor('totp', 'sms', {})],
    'a TOTP in capitals': [emailFactor, factor('TOTP', 'AUTHENTICATOR_APP', {})],
    'a factor called __proto__': [emailFactor, factor('__proto__', '', {})],
    'a factor of a name of tomorrow': [emailFactor, factor('webauthn2', 'webauthn_registration', {})],
  });
});

describe('factors that are too old, or of no time', () => {
  each('proved-lately', {
    'a TOTP of thirteen hours in a fresh token': [emailFactor, aged(totpFactor, 13 * 3600)],
    'everything thirteen hours old': [aged(emailFactor, 13 * 3600), aged(sms, 13 * 3600)],
  });
  each('proved-lately', { 'a TOTP of eleven minutes, for a payment': [emailFactor, aged(totpFactor, 660)] }, [
    'payments-write',
  ]);
  each(
    'fresh-possession',
    { 'an inbox of now and a number of eleven minutes, for a payment': [emailFactor, aged(sms, 660)] },
    ['payments-write'],
  );
  each('proved-today', {
    'an inbox of yesterday and a TOTP of now': [aged(emailFactor, 90_000), totpFactor],
  });
  each('not-from-the-future', {
    'a TOTP of in an hour': [emailFactor, aged(totpFactor, -3600)],
    'an inbox and a number of tomorrow': [aged(emailFactor, -86_400), aged(sms, -86_400)],
  });

  for (const time of [null, '', 'now', '2099-01-01', '2026-01-01T00:00:00', '1767225600']) {
    attack(`a TOTP whose time is ${JSON.stringify(time)}`, { stoppedBy: 'proved-at-all' }, async () => {
      const claim = partsOf(all.victim.sessionJwt).claims[SESSION_CLAIM] as {
        authentication_factors: Json[];
      };
      const authentication_factors = claim.authentication_factors.map((one) =>
        one['type'] === 'totp' ? { ...one, last_authenticated_at: time } : one,
      );
      const { sessionId } = all.victim;
      const sessionClaim = { authentication_factors };
      await refused(await controls().mintLookAlike({ kind: 'genuine', sessionId, sessionClaim }));
    });
  }
});

describe('factors that are claimed and not proved', () => {
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
      refused(await jwtWith([emailFactor], customClaims)),
    );
  }

  attack('a token from before the step-up', { stoppedBy: 'first-verdict' }, async () => {
    const user = await newCustomer();
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
      const jwt = await jwtWith([emailFactor, totpFactor, support]);
      await refused(jwt, { code: 'invalid_token', reason: 'impersonated' });
    },
  );
});

describe('factors that were good when the token was made', () => {
  const second = { reason: 'confirmed_session' };

  attack(
    'a TOTP that Stytch knows to be older than the token says',
    { stoppedBy: 'second-verdict' },
    async () => {
      const user = await newCustomer();
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
    const user = await newCustomer();
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
    await refused(await jwtWith([emailFactor, stolen]), second);
  });
  attack('an enrolment that was begun and never confirmed', { stoppedBy: 'factor-counted' }, async () => {
    const email = `begun.${randomUUID().slice(0, 8)}@example.com`;
    const { userId } = await controls().seedUser({ email, phoneNumber: newNumber() });
    const session = await controls().startSession({ userId, factors: [emailFactor, sms] });
    const user = await customerOf(all.world, { userId, email, ...session });
    expect(await api(all.world, 'POST', '/v1/factors/totp', user.sessionJwt)).toMatchObject({ status: 200 });
    const claimed = await controls().startSession({ userId, factors: [emailFactor, totpFactor] });
    await refused(claimed.sessionJwt, second);
  });
  attack('a TOTP that appeared after the application', { stoppedBy: 'late-factor-waits' }, async () => {
    const email = `late.${randomUUID().slice(0, 8)}@example.com`;
    const { userId } = await controls().seedUser({ email, phoneNumber: newNumber() });
    const session = await controls().startSession({ userId, factors: [emailFactor, sms] });
    await customerOf(all.world, { userId, email, ...session });
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
