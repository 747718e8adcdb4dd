// The form of `config/token-policy.json`, and the check that names the place of a fault.
import * as z from 'zod/mini';
import { deniedScopes } from '../core/factors/policy.ts';
import { presets } from '../core/factors/presets.ts';
import { customerScopes } from './unit-scopes.ts';

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
  scopes: z.partialRecord(
    z.enum(customerScopes.filter((scope) => !deniedScopes.includes(scope))),
    scopePolicy,
  ),
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

/** The names of a file's policies. */
export const policyNames = (file: object): readonly string[] =>
  Object.keys(file).filter((name) => name !== '$schema');

/**
 * Reads one policy of the file.
 * @throws Error that names the policy and the place of every fault
 */
export function readTokenPolicy(file: object, name: string): NamedPolicy {
  const found: unknown =
    Object.hasOwn(file, name) && name !== '$schema' ? Reflect.get(file, name) : undefined;
  if (found === undefined) throw new Error(`token-policy.json has no policy named ${name}`);
  const parsed = namedPolicy.safeParse(found);
  if (parsed.success) return parsed.data;
  throw new Error(`token-policy.json, policy ${name}: ${parsed.error.issues.flatMap(faultsOf).join('; ')}`);
}

function faultsOf(issue: z.core.$ZodIssue): readonly string[] {
  const place = issue.path.join('.');
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) =>
        place === 'scopes'
          ? `scopes.${key}: ${deniedScopes.includes(key) ? 'no policy may grant this scope' : 'Unit has no such scope for customers'}`
          : `${place === '' ? '' : `${place}.`}${key}: unknown member`,
      );
    case 'invalid_value':
      return [`${place}: must be one of ${issue.values.map(String).join(', ')}`];
    case 'too_small':
      return [`${place}: must be at least ${issue.minimum}`];
    case 'too_big':
      return [`${place}: must be at most ${issue.maximum}`];
    case 'invalid_type':
      return [`${place}: must be there, of type ${issue.expected}`];
    default:
      return [`${place}: ${issue.code}`];
  }
}
