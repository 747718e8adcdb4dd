// The token policy: which scope needs which factors, how fresh, for how long, and about what.
import { ServiceError } from '../errors.ts';
import type { Requirement } from './judge.ts';
import { type AssurancePreset, presetStrength } from './presets.ts';

export type ResourceType = 'card' | 'account';

export interface ScopePolicy extends Requirement {
  readonly maxTokenSeconds: number;
  /** A token with this scope must name at least one resource of this type. */
  readonly resourceType?: ResourceType | undefined;
  /** Counted by the velocity limit, and judged by a JWKS that is at most an hour stale. */
  readonly isSensitive: boolean;
}

export interface TokenPolicy {
  readonly name: string;
  /** Hash of the policy, for the audit trail. */
  readonly version: string;
  /** What applying for an account needs. */
  readonly apply: Requirement;
  readonly scopes: Readonly<Record<string, ScopePolicy>>;
  readonly isUserVerificationProved: boolean;
}

/** No policy file lifts these: scopes of the organisation alone, and those that could rewrite whose customer it is. */
export const deniedScopes: readonly string[] = [
  'applications',
  'applications-write',
  'customer-token',
  'customer-token-write',
  'webhooks',
  'webhooks-write',
  'authorization-requests',
  'authorization-requests-write',
  'batch-releases',
  'batch-releases-write',
  'received-payments',
  'received-payments-write',
  'chargebacks',
  'chargebacks-write',
  'rewards',
  'rewards-write',
  'customers-write',
  'customer-tags-write',
];

/** What a whole request must meet: the strictest of its scopes in every respect. */
export interface ExchangeRequirement extends Requirement {
  readonly maxTokenSeconds: number;
  readonly resourceTypes: readonly ResourceType[];
  readonly isSensitive: boolean;
}

/**
 * Joins the policies of the scopes asked for.
 * @throws ServiceError `invalid_scope` for a scope that is denied, not named, or asked for twice
 */
export function requirementFor(policy: TokenPolicy, scopes: readonly string[]): ExchangeRequirement {
  if (new Set(scopes).size !== scopes.length) {
    throw new ServiceError('invalid_scope', { detail: 'A scope is named twice.', reason: 'duplicate' });
  }
  if (scopes.length === 0) throw new ServiceError('invalid_scope', { reason: 'none' });
  const policies = scopes.map((scope) => scopePolicy(policy, scope));
  return {
    preset: strongest(policies.map((one) => one.preset)),
    maxFactorAgeSeconds: Math.min(...policies.map((one) => one.maxFactorAgeSeconds)),
    maxTokenSeconds: Math.min(...policies.map((one) => one.maxTokenSeconds)),
    resourceTypes: policies.flatMap((one) => (one.resourceType === undefined ? [] : [one.resourceType])),
    isSensitive: policies.some((one) => one.isSensitive),
  };
}

function scopePolicy(policy: TokenPolicy, scope: string): ScopePolicy {
  const named = Object.hasOwn(policy.scopes, scope) ? policy.scopes[scope] : undefined;
  if (named === undefined || deniedScopes.includes(scope)) {
    throw new ServiceError('invalid_scope', {
      detail: 'A scope is not offered here.',
      reason: named === undefined ? 'unnamed' : 'denied',
    });
  }
  return named;
}

const strongest = (all: readonly AssurancePreset[]): AssurancePreset =>
  all.reduce((best, one) => (presetStrength(one) > presetStrength(best) ? one : best), 'any-session');
