// Stytch's factor entries and user objects in our words. An allow-list: what is not named here counts for nothing.
import * as z from 'zod/mini';
import type { AuthenticationFactor, FactorKind, User, UserFactor } from '../../core/session/session.ts';

/** (type, delivery method) of Stytch to our kinds; no prefix match, since `oauth_exchange_*` are no sign-ins. */
const kinds: Readonly<Record<string, FactorKind>> = {
  'magic_link email': 'email',
  'otp email': 'email',
  'email_otp email': 'email',
  'oauth oauth_google': 'oauth',
  'oauth oauth_microsoft': 'oauth',
  'oauth oauth_apple': 'oauth',
  'oauth oauth_github': 'oauth',
  'oauth oauth_facebook': 'oauth',
  'oauth oauth_amazon': 'oauth',
  'oauth oauth_gitlab': 'oauth',
  'oauth oauth_linkedin': 'oauth',
  'oauth oauth_slack': 'oauth',
  'password knowledge': 'password',
  'otp sms': 'sms',
  'otp whatsapp': 'whatsapp',
  'totp authenticator_app': 'totp',
  'webauthn webauthn_registration': 'passkey',
  'signature_challenge biometric': 'biometric',
  'recovery_codes recovery_code': 'recovery_code',
};

const idIn = (key: string) => z.optional(z.nullable(z.looseObject({ [key]: z.optional(z.string()) })));

/** One entry of `authentication_factors`, in a JWT's session claim as in an API answer. */
export const stytchFactor = z.looseObject({
  type: z.string(),
  delivery_method: z.optional(z.string()),
  last_authenticated_at: z.optional(z.nullable(z.string())),
  email_factor: idIn('email_id'),
  phone_number_factor: idIn('phone_id'),
  authenticator_app_factor: idIn('totp_id'),
  webauthn_factor: idIn('webauthn_registration_id'),
  biometric_factor: idIn('biometric_registration_id'),
});
type StytchFactor = z.infer<typeof stytchFactor>;

/** A factor as the rules judge it. */
export function toFactor(entry: StytchFactor): AuthenticationFactor {
  const { type, delivery_method: delivery = '' } = entry;
  const kind = type === 'impersonated' ? 'impersonated' : (kinds[`${type} ${delivery}`] ?? 'other');
  return {
    kind,
    factorId: factorId(kind, entry),
    lastAuthenticatedAt: toSeconds(entry.last_authenticated_at),
  };
}

function factorId(kind: FactorKind, entry: StytchFactor): string | null {
  switch (kind) {
    case 'email':
      return entry.email_factor?.['email_id'] ?? null;
    case 'sms':
    case 'whatsapp':
      return entry.phone_number_factor?.['phone_id'] ?? null;
    case 'totp':
      return entry.authenticator_app_factor?.['totp_id'] ?? null;
    case 'passkey':
      return entry.webauthn_factor?.['webauthn_registration_id'] ?? null;
    case 'biometric':
      return entry.biometric_factor?.['biometric_registration_id'] ?? null;
    case 'recovery_code':
    case 'oauth':
    case 'password':
    case 'other':
    case 'impersonated':
      return null;
  }
}

/** RFC 3339 with a time zone to seconds; anything else is null, which the rules read as never. */
export function toSeconds(text: string | null | undefined): number | null {
  if (typeof text !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text)) {
    return null;
  }
  const ms = Date.parse(text);
  return Number.isFinite(ms) ? ms / 1000 : null;
}

const list = <T extends z.ZodMiniType>(item: T) => z.optional(z.nullable(z.array(item)));

/** The user object inside an answer. */
export const stytchUser = z.looseObject({
  user_id: z.string().check(z.minLength(1)),
  status: z.string(),
  is_locked: z.optional(z.nullable(z.boolean())),
  emails: list(z.looseObject({ email_id: z.string(), email: z.string(), verified: z.boolean() })),
  phone_numbers: list(
    z.looseObject({ phone_id: z.string(), phone_number: z.string(), verified: z.boolean() }),
  ),
  totps: list(z.looseObject({ totp_id: z.string(), verified: z.boolean() })),
  webauthn_registrations: list(
    z.looseObject({ webauthn_registration_id: z.string(), verified: z.boolean() }),
  ),
  password: z.optional(z.nullable(z.looseObject({ password_id: z.optional(z.string()) }))),
  providers: list(z.looseObject({})),
});

/** The user as the rules see one. */
export function toUser(user: z.infer<typeof stytchUser>): User {
  const emails = user.emails ?? [];
  return {
    stytchUserId: user.user_id,
    isActive: user.status === 'active',
    isLocked: user.is_locked === true,
    verifiedEmails: emails.filter(({ verified }) => verified).map(({ email }) => email.toLowerCase()),
    factors: [
      ...emails.map((one) => userFactor('email', one.email_id, one.verified)),
      ...(user.phone_numbers ?? []).flatMap((one) => [
        { ...userFactor('sms', one.phone_id, one.verified), phoneNumber: one.phone_number },
        { ...userFactor('whatsapp', one.phone_id, one.verified), phoneNumber: one.phone_number },
      ]),
      ...(user.totps ?? []).map((one) => userFactor('totp', one.totp_id, one.verified)),
      ...(user.webauthn_registrations ?? []).map((one) =>
        userFactor('passkey', one.webauthn_registration_id, one.verified),
      ),
      ...(hasPassword(user.password) ? [userFactor('password', null, true)] : []),
      ...((user.providers ?? []).length > 0 ? [userFactor('oauth', null, true)] : []),
    ],
  };
}

const hasPassword = (password: { password_id?: string | undefined } | null | undefined): boolean =>
  password?.password_id !== undefined && password.password_id !== '';

const userFactor = (kind: FactorKind, factorId: string | null, isVerified: boolean): UserFactor => ({
  kind,
  factorId,
  isVerified,
});
