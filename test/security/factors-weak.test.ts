// Genuine tokens of genuine sessions whose factors are too few, of one kind, too old or of no time (INV1, F2, N10).
import { afterAll, beforeAll, describe } from '@jest/globals';
import type { CheckName } from '../support/attack-checks.ts';
import { type AttackWorld, attack, type Customer, startAttackWorld } from '../support/attacks.ts';
import { type Json, partsOf, SESSION_CLAIM } from '../support/forgeries.ts';
import { expectTooWeak, type Factor, factor, jwtWith, richCustomer, sms } from '../support/weak-sessions.ts';
import { emailFactor, totpFactor } from '../support/world.ts';

let all: AttackWorld;
let rich: Customer;
beforeAll(async () => {
  all = await startAttackWorld();
  rich = await richCustomer(all.world);
});
afterAll(() => all.world.close());

const emailCode = factor('otp', 'email');
const whatsapp = factor('otp', 'whatsapp');
const passkey = factor('webauthn', 'webauthn_registration');
const password = factor('password', 'knowledge');
const aged = (one: Factor, ageSeconds: number): Factor => ({ ...one, ageSeconds });

function each(
  stoppedBy: CheckName,
  sessions: Readonly<Record<string, readonly Factor[]>>,
  scopes?: readonly string[],
): void {
  for (const [title, factors] of Object.entries(sessions)) {
    attack(title, { stoppedBy }, async () =>
      expectTooWeak(all.world, await jwtWith(all.world, rich, factors), {}, scopes),
    );
  }
}

describe('INV1 factors that are too few or of one kind', () => {
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

describe('INV1 factors that are too old, or of no time', () => {
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
      await expectTooWeak(
        all.world,
        await all.world.stytch.controls.mintLookAlike({ kind: 'genuine', sessionId, sessionClaim }),
      );
    });
  }
});
