// The form of `config/token-policy.json`, and the check that names the place of a fault.
import * as z from 'zod/mini';
import { deniedScopes } from '../core/factors/policy.ts';
import { presets } from '../core/factors/presets.ts';

const seconds = (max: number) => z.int().check(z.minimum(60), z.maximum(max));

const requirement = {
  preset: z.enum(presets),
  maxFactorAgeSeconds: seconds(86_400),
};

const scopePolicy = z.strictObject({
  ...requirement,
  maxTokenSeconds: seconds(86_400),
  resourceType: z.optional(z.enum(['card', 'account'])),
  /** Counted by the velocity limit. */
  sensitive: z.boolean(),
});

const namedPolicy = z.strictObject({
  apply: z.strictObject(requirement),
  /** Only with Stytch's written word that its passkeys verify the user. */
  userVerificationProved: z.optional(z.boolean()),
  scopes: z.record(z.string().check(z.regex(/^[a-z][a-z-]{1,63}$/)), scopePolicy),
});
export type NamedPolicy = z.infer<typeof namedPolicy>;

/** The whole file as JSON Schema: named policies beside the reference to this schema. */
export const policyFileSchema = () => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Token policy: which scope needs which factors, how fresh, for how long',
  type: 'object',
  properties: { $schema: { type: 'string' } },
  additionalProperties: { $ref: '#/$defs/policy' },
  required: ['default'],
  $defs: { policy: z.toJSONSchema(namedPolicy) },
});

/**
 * Reads one policy of the file.
 * @throws Error that names the policy and the place of every fault
 */
export function readTokenPolicy(file: object, name: string): NamedPolicy {
  const found: unknown =
    Object.hasOwn(file, name) && name !== '$schema' ? Reflect.get(file, name) : undefined;
  if (found === undefined) throw new Error(`token-policy.json has no policy named ${name}`);
  const parsed = namedPolicy.safeParse(found);
  const faults = parsed.success
    ? Object.keys(parsed.data.scopes)
        .filter((scope) => deniedScopes.includes(scope))
        .map((scope) => `scopes.${scope}: no policy may grant this scope`)
    : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.code}`);
  if (!parsed.success || faults.length > 0) {
    throw new Error(`token-policy.json, policy ${name}: ${faults.join('; ')}`);
  }
  return parsed.data;
}
