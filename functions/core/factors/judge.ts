// The verdict on a session's factors. Pure: factors, requirement and time in, verdict out (INV1).
import type { AuthenticationFactor } from '../session/session.ts';
import { type AssurancePreset, meetsPreset, type PresetOptions } from './presets.ts';

/** What an action or a set of scopes asks of the factors. */
export interface Requirement {
  readonly preset: AssurancePreset;
  /** How long ago the deciding factor may have been proved. */
  readonly maxFactorAgeSeconds: number;
}

export type Verdict =
  | { readonly isMet: true }
  | { readonly isMet: false; readonly reason: 'impersonated' | 'factors_missing' };

/** Nothing proved longer ago than this counts for anything (standards N10). */
export const COUNTED_FOR_SECONDS = 86_400;

/** A proof may lie this far ahead of our clock, no more. */
export const CLOCK_SKEW_SECONDS = 5;

/**
 * Judges factors by their own times, never by the JWT's age. `counts` decides by the user and our factor
 * records; the presented JWT alone is judged with a `counts` that lets everything through, since that verdict may
 * only refuse.
 */
export function judge(
  requirement: Requirement,
  factors: readonly AuthenticationFactor[],
  counts: (factor: AuthenticationFactor) => boolean,
  now: number,
  options: PresetOptions,
): Verdict {
  if (isImpersonated(factors)) return { isMet: false, reason: 'impersonated' };
  const counted = factors.filter(
    (factor) => isYoungerThan(factor, COUNTED_FOR_SECONDS, now) && counts(factor),
  );
  const fresh = counted.filter((factor) => isYoungerThan(factor, requirement.maxFactorAgeSeconds, now));
  return meetsPreset(requirement.preset, counted, fresh, options)
    ? { isMet: true }
    : { isMet: false, reason: 'factors_missing' };
}

/** Whether support acts for the user in this session (standards N9). */
export const isImpersonated = (factors: readonly AuthenticationFactor[]): boolean =>
  factors.some((factor) => factor.kind === 'impersonated');

function isYoungerThan(factor: AuthenticationFactor, seconds: number, now: number): boolean {
  if (factor.lastAuthenticatedAt === null) return false;
  const age = now - factor.lastAuthenticatedAt;
  return age >= -CLOCK_SKEW_SECONDS && age <= seconds;
}

/** Every factor counts: for the first verdict, on the presented JWT, which may only refuse. */
export const everyFactor = (): boolean => true;
