// Where a command works: a deployed stage, by its stack's outputs, or a table and vendors named one by one.
import * as z from 'zod/mini';
import { mixedVendors } from '../../functions/config.ts';
import { stackNameOf } from '../../lib/stages.ts';
import { awsClient, awsFailure } from './aws.ts';
import { type AwsPlace, awsPlaceOf, requirePinned } from './aws-place.ts';
import { misuse, refusal } from './stop.ts';

export interface Place {
  /** Null for a place that is named by its parts. */
  readonly stage: string | null;
  /** Null for a place that is named by its parts, and where AWS does not tell. */
  readonly aws: AwsPlace | null;
  readonly tableName: string;
  readonly stytchUrl: string;
  readonly stytchProjectId: string;
  readonly unitUrl: string;
}

export const placeOptions = {
  stage: z.optional(
    z.string().check(z.regex(/^[a-z][a-z0-9-]{0,31}$/, { error: 'takes the name of a stage' })),
  ),
  table: z.optional(z.string()),
  stytchUrl: z.optional(z.string()),
  stytchProject: z.optional(z.string()),
  unitUrl: z.optional(z.string()),
};
type PlaceOptions = z.infer<z.ZodMiniObject<typeof placeOptions>>;

/**
 * Finds the table and the vendors, and makes sure that they belong together.
 * @throws Stop
 */
export async function findPlace(options: PlaceOptions): Promise<Place> {
  const { stage, table, stytchUrl, stytchProject, unitUrl } = options;
  const parts = [table, stytchUrl, stytchProject, unitUrl];
  if (stage !== undefined) {
    if (parts.some((part) => part !== undefined)) {
      throw misuse(
        '--stage excludes --table, --stytch-url, --stytch-project and --unit-url (and BRIDGE_... in the environment).',
      );
    }
    return checked(await placeOfStage(stage));
  }
  if (
    table === undefined ||
    stytchUrl === undefined ||
    stytchProject === undefined ||
    unitUrl === undefined
  ) {
    throw misuse('Name the --stage, or all of --table, --stytch-url, --stytch-project and --unit-url.');
  }
  return checked({
    stage: null,
    aws: null,
    tableName: table,
    stytchUrl,
    stytchProjectId: stytchProject,
    unitUrl,
  });
}

/** The rule of the functions: the vendors' own hosts over https or loopback over http, and no mix. */
export const isOfOneEnvironment = (place: Place): boolean =>
  mixedVendors({
    VENDOR_ENVIRONMENT: environmentOf(place),
    STYTCH_PROJECT_ID: place.stytchProjectId,
    STYTCH_BASE_URL: place.stytchUrl,
    UNIT_BASE_URL: place.unitUrl,
  }).length === 0;

export const environmentOf = ({ stytchProjectId }: Pick<Place, 'stytchProjectId'>): 'live' | 'test' =>
  stytchProjectId.startsWith('project-live-') ? 'live' : 'test';

/** Both vendors are simulators on this machine. */
export const isSimulated = ({ stytchUrl }: Pick<Place, 'stytchUrl'>): boolean =>
  stytchUrl.startsWith('http://');

/** @throws Stop */
export function checked(place: Place): Place {
  if (isOfOneEnvironment(place)) return place;
  throw misuse(
    "The vendors are not Stytch's and Unit's own hosts of one environment, or simulators on loopback, " +
      'or the Stytch project is of another environment.',
  );
}

const outputNames = {
  tableName: 'IdMappingTableName',
  stytchUrl: 'StytchUrl',
  stytchProjectId: 'StytchProjectId',
  unitUrl: 'UnitUrl',
} as const;

const placeOfStage = async (stage: string): Promise<Place> => placeOf(stage, await describeStack(stage));

/** What the stack's outputs say of the place. @throws Stop when the stack is older than the commands */
export function placeOf(stage: string, { outputs, aws }: DeployedStack): Place {
  const of = (name: string): string => outputOf(stage, outputs, name);
  return {
    stage,
    aws,
    tableName: of(outputNames.tableName),
    stytchUrl: of(outputNames.stytchUrl),
    stytchProjectId: of(outputNames.stytchProjectId),
    unitUrl: of(outputNames.unitUrl),
  };
}

export function outputOf(stage: string, outputs: ReadonlyMap<string, string>, name: string): string {
  const value = outputs.get(name);
  if (value !== undefined) return value;
  throw refusal('stack_outdated', `Stage ${stage} has no output ${name}: deploy this version first.`);
}

export interface DeployedStack {
  /** By name. */
  readonly outputs: ReadonlyMap<string, string>;
  /** As CloudFormation says it, such as `UPDATE_COMPLETE`. */
  readonly status: string;
  readonly isProtected: boolean;
  /** Null where AWS tells no ARN of it. */
  readonly aws: AwsPlace | null;
}

/** The stage's stack as it is. @throws Stop where AWS has none, or where the stage belongs into another account or region */
export async function describeStack(stage: string): Promise<DeployedStack> {
  const { CloudFormationClient, DescribeStacksCommand } = await import('@aws-sdk/client-cloudformation');
  const client = new CloudFormationClient(awsClient);
  const StackName = stackNameOf(stage);
  const described = await client
    .send(new DescribeStacksCommand({ StackName }))
    .catch((error: unknown) => Promise.reject(awsFailure('describe_stacks', error)));
  const [stack] = described.Stacks ?? [];
  const outputs = new Map(
    (stack?.Outputs ?? []).flatMap(({ OutputKey, OutputValue }) =>
      OutputKey === undefined || OutputValue === undefined ? [] : [[OutputKey, OutputValue] as const],
    ),
  );
  const aws = awsPlaceOf(stack?.StackId);
  requirePinned(stage, aws);
  return {
    outputs,
    aws,
    status: stack?.StackStatus ?? 'unknown',
    isProtected: stack?.EnableTerminationProtection ?? false,
  };
}

/** Who AWS says is calling, and of which account. */
export async function awsCaller(): Promise<{ readonly arn: string; readonly account: string }> {
  const { GetCallerIdentityCommand, STSClient } = await import('@aws-sdk/client-sts');
  const client = new STSClient(awsClient);
  const identity = await client
    .send(new GetCallerIdentityCommand({}))
    .catch((error: unknown) => Promise.reject(awsFailure('get_caller_identity', error)));
  return { arn: identity.Arn ?? 'unknown', account: identity.Account ?? 'unknown' };
}
