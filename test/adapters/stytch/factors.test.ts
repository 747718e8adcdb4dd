import { describe, expect, it } from '@jest/globals';
import {
  stytchFactor,
  stytchUser,
  toFactor,
  toSeconds,
  toUser,
} from '../../../functions/adapters/stytch/factors.ts';
import type { FactorKind } from '../../../functions/core/session/session.ts';

const read = (entry: object) => toFactor(stytchFactor.parse(entry));

const oauthProviders = [
  'google',
  'microsoft',
  'apple',
  'github',
  'facebook',
  'amazon',
  'gitlab',
  'linkedin',
  'slack',
];

const counted: readonly (readonly [string, string, FactorKind])[] = [
  ['magic_link', 'email', 'email'],
  ['otp', 'email', 'email'],
  ['email_otp', 'email', 'email'],
  ['otp', 'sms', 'sms'],
  ['otp', 'whatsapp', 'whatsapp'],
  ['totp', 'authenticator_app', 'totp'],
  ['password', 'knowledge', 'password'],
  ['webauthn', 'webauthn_registration', 'passkey'],
  ['signature_challenge', 'biometric', 'biometric'],
  ['recovery_codes', 'recovery_code', 'recovery_code'],
  ...oauthProviders.map((name) => ['oauth', `oauth_${name}`, 'oauth'] as const),
];

const worthless: readonly (readonly [string, string])[] = [
  ['magic_link', 'embedded'],
  ['imported', 'imported_auth0'],
  ['trusted_auth_token', 'trusted_token_exchange'],
  ['sso', 'sso_saml'],
  ['sso', 'sso_oidc'],
  ['crypto', 'crypto_wallet'],
  ['oauth', 'oauth_access_token_exchange'],
  ['oauth_access_token_exchange', 'oauth_access_token_exchange'],
  ['oauth', 'oauth_'],
  ['oauth', 'oauth_google_2'],
  ['oauth', 'oauth_some_new_provider'],
  ...oauthProviders.map((name) => ['oauth', `oauth_exchange_${name}`] as const),
  // A known type by an unknown way, a known way of another type, other letters, and names of every object.
  ['totp', 'sms'],
  ['otp', 'authenticator_app'],
  ['password', 'email'],
  ['OTP', 'sms'],
  ['otp', ' sms'],
  ['telepathy', 'thought'],
  ['', ''],
  ['constructor', ''],
  ['__proto__', ''],
  ['toString', ''],
];

describe("an entry of Stytch's authentication factors", () => {
  it.each(counted)('N8 %s by %s is told as %s', (type, delivery_method, kind) => {
    expect(read({ type, delivery_method })).toMatchObject({ kind });
  });

  it.each(worthless)('N8 %s by %s counts for nothing', (type, delivery_method) => {
    expect(read({ type, delivery_method }).kind).toBe('other');
  });

  it.each(['impersonation', 'email', ''])('N9 impersonated is told as such, by whatever way (%s)', (way) => {
    expect(read({ type: 'impersonated', delivery_method: way }).kind).toBe('impersonated');
  });

  it('N8 counts for nothing without a way of delivery', () => {
    expect(read({ type: 'otp' }).kind).toBe('other');
  });

  it.each([
    ['magic_link', 'email', { email_factor: { email_id: 'id-1', email_address: 'ada@customer.example' } }],
    ['otp', 'sms', { phone_number_factor: { phone_id: 'id-1', phone_number: '+15555550100' } }],
    ['otp', 'whatsapp', { phone_number_factor: { phone_id: 'id-1', phone_number: '+15555550100' } }],
    ['totp', 'authenticator_app', { authenticator_app_factor: { totp_id: 'id-1' } }],
    ['webauthn', 'webauthn_registration', { webauthn_factor: { webauthn_registration_id: 'id-1' } }],
    ['signature_challenge', 'biometric', { biometric_factor: { biometric_registration_id: 'id-1' } }],
  ])('N11 %s by %s keeps the id of the factor, and no address or number', (type, way, details) => {
    const factor = read({ type, delivery_method: way, ...details });
    expect(factor.factorId).toBe('id-1');
    expect(JSON.stringify(factor)).not.toMatch(/customer\.example|5555550100/);
  });

  it.each([
    ['its details are missing', {}],
    ['its details are null', { authenticator_app_factor: null }],
    ['only the details of another kind are there', { email_factor: { email_id: 'id-1' } }],
  ])('N11 has no id when %s', (_, details) => {
    const factor = read({ type: 'totp', delivery_method: 'authenticator_app', ...details });
    expect(factor.factorId).toBeNull();
  });

  it('F2 carries the time of its own last proof', () => {
    expect(
      read({ type: 'otp', delivery_method: 'sms', last_authenticated_at: '2030-01-01T10:04:00.500Z' }),
    ).toMatchObject({ lastAuthenticatedAt: Date.parse('2030-01-01T10:04:00.500Z') / 1000 });
  });

  it.each([undefined, null, '', 'yesterday', '1893492240'])('N10 was never proved at %s', (time) => {
    const entry = { type: 'otp', delivery_method: 'sms', last_authenticated_at: time };
    expect(read(entry).lastAuthenticatedAt).toBeNull();
  });
});

describe('a time of Stytch', () => {
  it.each([
    ['2030-01-01T10:00:00Z', Date.UTC(2030, 0, 1, 10) / 1000],
    ['2030-01-01T10:00:00.123456Z', Date.UTC(2030, 0, 1, 10) / 1000 + 0.123],
    ['2030-01-01T10:00:00+02:00', Date.UTC(2030, 0, 1, 8) / 1000],
  ])('N10 %s is read', (text, expected) => {
    expect(toSeconds(text)).toBe(expected);
  });

  it.each([
    ['without a time zone', '2030-01-01T10:00:00'],
    ['as a date', '2030-01-01'],
    ['in words', 'Tue, 01 Jan 2030 10:00:00 GMT'],
    ['as a number', '1893492240'],
    ['in a thirteenth month', '2030-13-01T10:00:00Z'],
    ['at a twenty-fifth hour', '2030-01-01T25:00:00Z'],
    ['with text after it', '2030-01-01T10:00:00Z or so'],
    ['with a line after it', '2030-01-01T10:00:00Z\n'],
    ['empty', ''],
  ])('N10 is no time when it is %s', (_, text) => {
    expect(toSeconds(text)).toBeNull();
  });
});

describe('a user of Stytch', () => {
  const user = {
    user_id: 'user-test-1',
    status: 'active',
    is_locked: false,
    name: { first_name: 'Ada' },
    emails: [
      { email_id: 'email-1', email: 'Ada@Customer.example', verified: true },
      { email_id: 'email-2', email: 'new@customer.example', verified: false },
    ],
    phone_numbers: [{ phone_id: 'phone-1', phone_number: '+15555550100', verified: true }],
    totps: [{ totp_id: 'totp-1', verified: false }],
    webauthn_registrations: [
      { webauthn_registration_id: 'passkey-1', verified: true, domain: 'bank.example' },
    ],
    providers: [{ provider_type: 'Google' }],
    password: { password_id: 'password-1', requires_reset: false },
    trusted_metadata: { note: 'private' },
  };
  const mapped = (changes: object = {}) => toUser(stytchUser.parse({ ...user, ...changes }));

  it('is told by id, state, verified emails and factors, and by nothing else', () => {
    expect(mapped()).toEqual({
      stytchUserId: 'user-test-1',
      isActive: true,
      isLocked: false,
      verifiedEmails: ['ada@customer.example'],
      factors: [
        { kind: 'email', factorId: 'email-1', isVerified: true },
        { kind: 'email', factorId: 'email-2', isVerified: false },
        { kind: 'sms', factorId: 'phone-1', isVerified: true, phoneNumber: '+15555550100' },
        { kind: 'whatsapp', factorId: 'phone-1', isVerified: true, phoneNumber: '+15555550100' },
        { kind: 'totp', factorId: 'totp-1', isVerified: false },
        { kind: 'passkey', factorId: 'passkey-1', isVerified: true },
        { kind: 'password', factorId: null, isVerified: true },
        { kind: 'oauth', factorId: null, isVerified: true },
      ],
    });
  });

  it.each(['pending', '', 'deleted', 'Active'])('is not active in the state "%s"', (status) => {
    expect(mapped({ status }).isActive).toBe(false);
  });

  it('is locked only when Stytch says so', () => {
    expect(mapped({ is_locked: true }).isLocked).toBe(true);
    expect(mapped({ is_locked: null }).isLocked).toBe(false);
    expect(mapped({ is_locked: undefined }).isLocked).toBe(false);
  });

  it('has no factors when the lists are missing or null', () => {
    const none = { totps: null, emails: undefined, phone_numbers: null, webauthn_registrations: null };
    expect(mapped({ ...none, providers: null, password: null })).toMatchObject({
      factors: [],
      verifiedEmails: [],
    });
  });

  it.each([{ password_id: '' }, {}])('has no password when its id is empty or missing: %j', (password) => {
    expect(mapped({ password }).factors.some(({ kind }) => kind === 'password')).toBe(false);
  });

  it.each([
    ['no id', { user_id: '' }],
    ['no state', { status: undefined }],
    ['a factor without word whether it is verified', { totps: [{ totp_id: 'totp-1' }] }],
    ['a lock that is text', { is_locked: 'false' }],
  ])('is refused with %s', (_, changes) => {
    expect(stytchUser.safeParse({ ...user, ...changes }).success).toBe(false);
  });
});
