import { describe, expect, it } from '@jest/globals';
import shipped from '../../config/token-policy.json' with { type: 'json' };
import { presets } from '../../functions/core/factors/presets.ts';
import { checkPolicies } from '../../lib/check-policy.ts';

const good = { preset: 'stytch-mfa', maxFactorAgeSeconds: 600, maxTokenSeconds: 600, sensitive: false };
const policy = (changes: object = {}, scope: object = {}) => ({
  apply: { preset: 'stytch-mfa', maxFactorAgeSeconds: 600 },
  scopes: { accounts: { ...good, ...scope } },
  ...changes,
});

describe('the check of the token policy at build and synth', () => {
  it('passes the file that ships, without a warning', () => {
    expect(checkPolicies(shipped)).toEqual([]);
  });

  it('names the policy and place of every fault in every policy, at once', () => {
    const check = () =>
      checkPolicies({
        default: policy({}, { preset: 'aal3' }),
        strict: policy({ apply: { preset: 'stytch-mfa', maxFactorAgeSeconds: 90_000 } }),
        loose: policy({ scopes: { 'customers-write': good } }),
      });
    expect(check).toThrow(/policy default: scopes\.accounts\.preset: must be one of/);
    expect(check).toThrow(/policy strict: apply\.maxFactorAgeSeconds: must be at most 86400/);
    expect(check).toThrow(/policy loose: scopes\.customers-write: no policy may grant this scope/);
  });

  it('refuses a file without the policy that stages take by default', () => {
    expect(() => checkPolicies({ strict: policy() })).toThrow('no policy named default');
  });

  it('A6.3.4 warns of a preset that no user reaches by our own endpoints, and says why', () => {
    const warned = presets.filter((preset) => checkPolicies({ default: policy({}, { preset }) }).length > 0);
    expect(warned).toEqual(['aal2', 'phishing-resistant']);
    expect(checkPolicies({ default: policy({}, { preset: 'aal2' }) })).toEqual([
      expect.stringMatching(/^token-policy\.json, policy default: scopes\.accounts: aal2 needs a password/),
    ]);
  });

  it('N8 warns no more where passkeys are known to verify the user', () => {
    const proved = { userVerificationProved: true };
    expect(checkPolicies({ default: policy(proved, { preset: 'phishing-resistant' }) })).toEqual([]);
    expect(
      checkPolicies({ default: policy({ ...proved, apply: { preset: 'aal2', maxFactorAgeSeconds: 60 } }) }),
    ).toEqual([]);
  });
});
