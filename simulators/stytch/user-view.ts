// A user in the JSON that Stytch shows.
import { timestamp } from './timestamps.ts';
import type { Totp, User } from './users.ts';

/** The user object of every answer that carries one. */
export function userView(user: User, now: number): Record<string, unknown> {
  const lock = user.lock !== undefined && user.lock.expiresAt > now ? user.lock : undefined;
  return {
    user_id: user.userId,
    status: user.status,
    is_locked: lock !== undefined,
    lock_created_at: lock === undefined ? null : timestamp(lock.createdAt),
    lock_expires_at: lock === undefined ? null : timestamp(lock.expiresAt),
    created_at: timestamp(user.createdAt),
    ...(user.externalId === undefined ? {} : { external_id: user.externalId }),
    roles: user.roles,
    name: user.name,
    emails: emailViews(user),
    phone_numbers: phoneViews(user),
    totps: user.totps
      .filter((totp) => isLive(totp, now))
      .map((totp) => ({ totp_id: totp.totpId, verified: totp.verified })),
    webauthn_registrations: user.registrations.map((registration) => ({
      webauthn_registration_id: registration.registrationId,
      domain: registration.domain,
      user_agent: registration.userAgent,
      verified: true,
      authenticator_type: registration.authenticatorType,
      name: registration.name,
    })),
    providers: [],
    crypto_wallets: [],
    biometric_registrations: [],
    ...(user.password === undefined
      ? {}
      : { password: { password_id: user.password.passwordId, requires_reset: user.password.requiresReset } }),
    trusted_metadata: user.trustedMetadata,
    untrusted_metadata: user.untrustedMetadata,
  };
}

/** The email addresses of a user, verified or not. */
export function emailViews(user: User): Record<string, unknown>[] {
  return user.addresses
    .filter((address) => address.kind === 'email')
    .map((address) => ({ email_id: address.id, email: address.value, verified: address.verified }));
}

/** The phone numbers of a user, verified or not. */
export function phoneViews(user: User): Record<string, unknown>[] {
  return user.addresses
    .filter((address) => address.kind === 'phone')
    .map((address) => ({ phone_id: address.id, phone_number: address.value, verified: address.verified }));
}

/** Whether a TOTP is confirmed, or still may be. */
export function isLive(totp: Totp, now: number): boolean {
  return totp.verified || totp.confirmBy > now;
}
