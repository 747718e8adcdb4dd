// The factor presets: which factors, proved together, are strong enough (NIST SP 800-63B-4, Stytch's MFA rule).
import type { AuthenticationFactor, FactorKind } from '../session/session.ts';

export const presets = ['any-session', 'stytch-mfa', 'aal2', 'phishing-resistant'] as const;
export type AssurancePreset = (typeof presets)[number];

/** Weakest first; a request with several scopes takes the strongest. */
export const presetStrength = (preset: AssurancePreset): number => presets.indexOf(preset);

export type FactorClass = 'account' | 'phone' | 'device' | 'none';

const classes = {
  email: 'account',
  oauth: 'account',
  // A password can be reset through the inbox, so it is no more than the account.
  password: 'account',
  sms: 'phone',
  whatsapp: 'phone',
  totp: 'device',
  passkey: 'device',
  biometric: 'none',
  // A look-up secret replaces a lost TOTP, and proves nothing more.
  recovery_code: 'none',
  other: 'none',
  impersonated: 'none',
} as const satisfies Record<FactorKind, FactorClass>;

export const factorClass = (kind: FactorKind): FactorClass => classes[kind];

/** Something the user holds: a number or a device. */
export const isPossession = (kind: FactorKind): boolean =>
  factorClass(kind) === 'phone' || factorClass(kind) === 'device';

/** A setting that only Stytch's written word may turn on: its passkeys do not say whether the user was verified. */
export interface PresetOptions {
  readonly isUserVerificationProved: boolean;
}

type Kinds = readonly FactorKind[];

/** NIST's physical authenticators beside a password; WhatsApp is readable away from the phone. */
const physical: ReadonlySet<FactorKind> = new Set<FactorKind>(['sms', 'totp', 'passkey']);

/**
 * Whether factors meet a preset. `counted` are all that count today, `fresh` those of them inside the
 * requirement's age.
 */
export function meetsPreset(
  preset: AssurancePreset,
  counted: readonly AuthenticationFactor[],
  fresh: readonly AuthenticationFactor[],
  options: PresetOptions,
): boolean {
  const all: Kinds = counted.map((factor) => factor.kind);
  const recent: Kinds = fresh.map((factor) => factor.kind);
  switch (preset) {
    case 'any-session':
      return recent.some((kind) => factorClass(kind) !== 'none');
    case 'stytch-mfa':
      return hasTwoClasses(all) && recent.some(isPossession);
    case 'aal2':
      return meetsAal2(all, recent, (kind) => physical.has(kind), options);
    case 'phishing-resistant':
      return meetsAal2(all, recent, (kind) => kind === 'passkey', options);
  }
}

function hasTwoClasses(kinds: Kinds): boolean {
  const found = new Set(kinds.map(factorClass));
  found.delete('none');
  return found.size >= 2;
}

function meetsAal2(
  all: Kinds,
  recent: Kinds,
  isSecond: (kind: FactorKind) => boolean,
  options: PresetOptions,
): boolean {
  const withPassword = all.includes('password') && recent.some(isSecond);
  return withPassword || (options.isUserVerificationProved && recent.includes('passkey'));
}
