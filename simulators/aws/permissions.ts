// What each function's role allows, by the template's policies: a call that AWS would deny is denied here too.
import * as z from 'zod/mini';
import { accountId, type Resolver } from './intrinsics.ts';
import type { Resources } from './resources.ts';

export interface Statement {
  readonly isAllow: boolean;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

const oneOrMore = z.pipe(
  z.union([z.string(), z.array(z.string())]),
  z.transform((value) => (typeof value === 'string' ? [value] : value)),
);
const documentSchema = z.object({
  Statement: z.array(z.object({ Effect: z.enum(['Allow', 'Deny']), Action: oneOrMore, Resource: oneOrMore })),
});
const roleSchema = z.object({
  Policies: z._default(z.array(z.object({ PolicyDocument: documentSchema })), []),
});
const policySchema = z.object({ PolicyDocument: documentSchema, Roles: z.array(z.string()) });

/** The statements of every role, by the role's ARN. Conditions are taken as met. */
export function readStatements(resources: Resources, resolver: Resolver): ReadonlyMap<string, Statement[]> {
  const policies = resources.all('AWS::IAM::Policy', policySchema).map(([, piece]) => piece);
  return new Map(
    resources.all('AWS::IAM::Role', roleSchema).map(([id, role]) => {
      const attached = policies.filter(({ Roles }) => Roles.includes(resolver.physicalId(id)));
      const documents = [...role.Policies, ...attached].map(({ PolicyDocument }) => PolicyDocument);
      return [resolver.arn(id), documents.flatMap(({ Statement }) => Statement.map(toStatement))];
    }),
  );
}

const toStatement = ({
  Effect,
  Action,
  Resource,
}: z.infer<typeof documentSchema>['Statement'][number]): Statement => ({
  isAllow: Effect === 'Allow',
  actions: Action,
  resources: Resource,
});

/** The access key that marks a function's calls: a real one would lead to its role in the same way. */
export const accessKeyOf = (functionName: string): string => `local-${functionName}`;

/** The reason why a signed call is denied, in AWS's words; undefined when it is allowed. */
export type Authorize = (
  authorization: string | null | undefined,
  action: string,
  resource: string,
) => string | undefined;

export interface Holder {
  readonly name: string;
  readonly statements: readonly Statement[];
}

/** What a function asked AWS for, allowed or not. */
export interface AwsCall {
  readonly function: string;
  readonly action: string;
  readonly resource: string;
}

/** Calls signed with another key than a function's, such as a test's or an operator's, may do everything. */
export function createAuthorize(
  functions: readonly Holder[],
  onCall: (call: AwsCall) => void = () => {},
): Authorize {
  return (authorization, action, resource) => {
    const key = /Credential=([^/,\s]+)/.exec(authorization ?? '')?.[1];
    const holder = functions.find(({ name }) => accessKeyOf(name) === key);
    if (holder !== undefined) onCall({ function: holder.name, action, resource });
    if (holder === undefined || isAllowed(holder.statements, action, resource)) return undefined;
    return (
      `User: arn:aws:sts::${accountId}:assumed-role/${holder.name} is not authorized to perform: ${action} ` +
      `on resource: ${resource} because no identity-based policy allows the ${action} action`
    );
  };
}

function isAllowed(statements: readonly Statement[], action: string, resource: string): boolean {
  const applying = statements.filter(
    ({ actions, resources }) =>
      actions.some((pattern) => matches(pattern, action, 'i')) &&
      resources.some((pattern) => matches(pattern, resource, '')),
  );
  return applying.length > 0 && applying.every(({ isAllow }) => isAllow);
}

/** IAM's wildcards: `*` for any text, `?` for one character. */
function matches(pattern: string, text: string, flags: string): boolean {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, flags).test(text);
}
