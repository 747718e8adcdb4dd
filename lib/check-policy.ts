// Checks every policy of the file before anything is built of it, and warns of what our own endpoints cannot satisfy.
import { policyNames, readTokenPolicy } from '../functions/contract/token-policy.ts';
import { everyFactor, judge, type Requirement } from '../functions/core/factors/judge.ts';
import type { PresetOptions } from '../functions/core/factors/presets.ts';
import type { FactorKind } from '../functions/core/session/session.ts';
import { Refusal } from './refusal.ts';

/** What users can prove through our endpoints; everything else comes only through Stytch's own SDKs. */
const provable: readonly FactorKind[] = ['email', 'sms', 'totp', 'passkey'];

function isReachable(requirement: Requirement, options: PresetOptions): boolean {
  const proved = provable.map((kind) => ({ kind, factorId: kind, lastAuthenticatedAt: 0 }));
  return judge(requirement, proved, everyFactor, 0, options).isMet;
}

/**
 * Reads every policy of the file.
 * @returns a warning for each place that no user can satisfy by our own endpoints
 * @throws Refusal that names every policy and place at fault
 */
export function checkPolicies(file: object): readonly string[] {
  const read = policyNames(file).map((name) => outcomeOf(name, () => readTokenPolicy(file, name)));
  const faults = read.flatMap((outcome) => ('fault' in outcome ? [outcome.fault] : []));
  if (!Object.hasOwn(file, 'default')) faults.unshift('token-policy.json has no policy named default');
  if (faults.length > 0) throw new Refusal(faults.join('\n'));
  return read.flatMap((outcome) => ('fault' in outcome ? [] : warningsOf(outcome.name, outcome.value)));
}

type Outcome<T> = { readonly name: string; readonly value: T } | { readonly fault: string };

function outcomeOf<T>(name: string, read: () => T): Outcome<T> {
  try {
    return { name, value: read() };
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) };
  }
}

function warningsOf(
  name: string,
  { apply, scopes, userVerificationProved }: ReturnType<typeof readTokenPolicy>,
): readonly string[] {
  const options = { isUserVerificationProved: userVerificationProved ?? false };
  const places: readonly (readonly [string, Requirement])[] = [
    ['apply', apply],
    ...Object.entries(scopes).map(([scope, policy]) => [`scopes.${scope}`, policy] as const),
  ];
  return places
    .filter(([, requirement]) => !isReachable(requirement, options))
    .map(
      ([place, { preset }]) =>
        `token-policy.json, policy ${name}: ${place}: ${preset} needs a password, or a passkey whose user verification is proved; users get neither through these endpoints, only through Stytch's own SDKs`,
    );
}
