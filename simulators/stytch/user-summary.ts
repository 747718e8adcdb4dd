// A user as a test wants to see it.
import { isLive } from './user-view.ts';
import type { User } from './users.ts';

export interface UserSummary {
  readonly userId: string;
  readonly status: 'active' | 'pending';
  readonly isLocked: boolean;
  readonly externalId: string | undefined;
  readonly emails: readonly AddressSummary[];
  readonly phones: readonly AddressSummary[];
  readonly totps: readonly { readonly totpId: string; readonly verified: boolean; readonly secret: string }[];
  readonly webauthnRegistrationIds: readonly string[];
  readonly hasPassword: boolean;
}

export interface AddressSummary {
  readonly id: string;
  readonly value: string;
  readonly verified: boolean;
}

/** The summary of a user, TOTP secret included. */
export function summary(user: User, now: number): UserSummary {
  const addresses = (kind: 'email' | 'phone'): AddressSummary[] =>
    user.addresses
      .filter((address) => address.kind === kind)
      .map(({ id, value, verified }) => ({ id, value, verified }));
  return {
    userId: user.userId,
    status: user.status,
    isLocked: user.lock !== undefined && user.lock.expiresAt > now,
    externalId: user.externalId,
    emails: addresses('email'),
    phones: addresses('phone'),
    totps: user.totps
      .filter((totp) => isLive(totp, now))
      .map(({ totpId, verified, secret }) => ({ totpId, verified, secret })),
    webauthnRegistrationIds: user.registrations.map(({ registrationId }) => registrationId),
    hasPassword: user.password !== undefined,
  };
}
