// The step-up challenge: made from the requirement alone, so that it says nothing about the user (standards U4).
import { type ErrorDetails, ServiceError, type StepUpChallenge } from '../errors.ts';
import type { FactorRecord } from '../onboarding/records.ts';
import type { FactorKind, User } from '../session/session.ts';
import { couldCount } from './counting.ts';
import { everyFactor, judge, type Requirement, type Verdict } from './judge.ts';
import { type AssurancePreset, isPossession, type PresetOptions } from './presets.ts';

/** The factors by which a step-up can meet each preset through this service, best first. */
const acceptable = {
  'any-session': ['email', 'passkey', 'totp', 'sms'],
  'stytch-mfa': ['passkey', 'totp', 'sms'],
  aal2: ['passkey', 'totp', 'sms'],
  'phishing-resistant': ['passkey'],
} as const satisfies Record<AssurancePreset, readonly FactorKind[]>;

/** One absolute URI per preset names it as an authentication context class (RFC 9470 section 3). */
const acrValue = (preset: AssurancePreset): string => `urn:stytch-unit-bridge:acr:${preset}`;

export const challengeFor = (requirement: Requirement): StepUpChallenge => ({
  // `phr` is the name that OpenID gives to phishing resistance.
  acrValues:
    requirement.preset === 'phishing-resistant'
      ? [acrValue(requirement.preset), 'phr']
      : [acrValue(requirement.preset)],
  maxAgeSeconds: requirement.maxFactorAgeSeconds,
  acceptableFactors: acceptable[requirement.preset],
});

/** The 401 that asks for a step-up. */
export const stepUpRequired = (requirement: Requirement, reason: ErrorDetails['reason']): ServiceError =>
  new ServiceError('insufficient_user_authentication', {
    challenge: challengeFor(requirement),
    ...(reason === undefined ? {} : { reason }),
  });

/** Why an unmet verdict refuses: support acting for a user gets nothing here, everybody else may step up. */
export const unmet = (
  verdict: Extract<Verdict, { isMet: false }>,
  requirement: Requirement,
  reason: string,
): ServiceError =>
  verdict.reason === 'impersonated'
    ? new ServiceError('invalid_token', { reason: verdict.reason })
    : stepUpRequired(requirement, reason);

/** Whether the factors enrolled could meet a requirement, were each of them proved now. */
export function couldMeet(
  requirement: Requirement,
  user: User,
  records: readonly FactorRecord[],
  now: number,
  options: PresetOptions,
): boolean {
  const provable = user.factors
    .filter((factor) => couldCount(factor, records, now))
    .map(({ kind, factorId }) => ({ kind, factorId, lastAuthenticatedAt: now }));
  return judge(requirement, provable, everyFactor, now, options).isMet;
}

/** Whether the user holds a second factor that counts. */
export const holdsFactor = (user: User, records: readonly FactorRecord[], now: number): boolean =>
  user.factors.some((factor) => isPossession(factor.kind) && couldCount(factor, records, now));
