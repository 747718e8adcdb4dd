// The token policy that was bundled at build, with the hash that the audit trail names it by.
import { createHash } from 'node:crypto';
import tokenPolicies from '../../config/token-policy.json' with { type: 'json' };
import { readTokenPolicy } from '../contract/token-policy.ts';
import type { TokenPolicy } from '../core/factors/policy.ts';

/**
 * Loads one policy of the file.
 * @throws Error that names the policy and the place of every fault
 */
export function loadTokenPolicy(name: string): TokenPolicy {
  const { apply, userVerificationProved, scopes } = readTokenPolicy(tokenPolicies, name);
  return {
    name,
    version: createHash('sha256').update(JSON.stringify(tokenPolicies)).digest('hex').slice(0, 16),
    apply,
    isUserVerificationProved: userVerificationProved ?? false,
    scopes: Object.fromEntries(
      Object.entries(scopes).map(([scope, { sensitive, ...rest }]) => [
        scope,
        { ...rest, isSensitive: sensitive },
      ]),
    ),
  };
}
