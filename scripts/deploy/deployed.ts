// The deployed stack as it stands: its functions' settings, its items, its resources.
import { CloudFormationClient, DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import {
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { SettingName } from '../../functions/contract/settings.ts';
import { stackName } from './cdk.ts';
import { region, rootKeys } from './emulator.ts';

export type StackItem = Readonly<Record<string, unknown>>;

export interface Invoked {
  readonly isGood: boolean;
  readonly answer: string;
}

export interface Deployed {
  /** Replaces settings of each function that has them; `logicalIdPrefix` names one alone. */
  override(settings: Readonly<Partial<Record<SettingName, string>>>, logicalIdPrefix?: string): Promise<void>;
  /** Logical id -> hash of the code, for each function. */
  codeOf(): Promise<ReadonlyMap<string, string>>;
  /** `Type logicalId = physical id` of each resource whose loss would lose data. */
  statefulResources(): Promise<readonly string[]>;
  invoke(logicalIdPrefix: string): Promise<Invoked>;
  /** Every item, in order of its key. */
  items(tableName: string): Promise<readonly StackItem[]>;
  close(): void;
}

const statefulTypes: readonly (string | undefined)[] = [
  'AWS::DynamoDB::Table',
  'AWS::SecretsManager::Secret',
  'AWS::ApiGatewayV2::Api',
];

/** The stack behind the emulator's `endpoint`. */
export function createDeployed(endpoint: string): Deployed {
  const client = {
    endpoint,
    region,
    credentials: {
      accessKeyId: rootKeys.AWS_ACCESS_KEY_ID,
      secretAccessKey: rootKeys.AWS_SECRET_ACCESS_KEY,
    },
  };
  const stacks = new CloudFormationClient(client);
  const table = new DynamoDBClient(client);
  const lambda = new LambdaClient(client);

  const resources = async () => {
    const command = new DescribeStackResourcesCommand({ StackName: stackName });
    return (await stacks.send(command)).StackResources ?? [];
  };
  const functions = async () =>
    (await resources()).flatMap(({ ResourceType, LogicalResourceId, PhysicalResourceId }) =>
      ResourceType === 'AWS::Lambda::Function' && LogicalResourceId && PhysicalResourceId
        ? [{ id: LogicalResourceId, name: PhysicalResourceId }]
        : [],
    );
  const configurationOf = (name: string) =>
    lambda.send(new GetFunctionConfigurationCommand({ FunctionName: name }));

  return {
    async override(settings, prefix = '') {
      for (const { name } of (await functions()).filter(({ id }) => id.startsWith(prefix))) {
        const { Environment } = await configurationOf(name);
        const before = Environment?.Variables ?? {};
        // Only what a function reads is replaced: a setting that it lacks in the template it lacks here.
        const own = Object.entries(settings).filter(([setting]) => before[setting] !== undefined);
        const Variables = { ...before, ...Object.fromEntries(own) };
        await lambda.send(
          new UpdateFunctionConfigurationCommand({ FunctionName: name, Environment: { Variables } }),
        );
      }
    },

    async codeOf() {
      const entries = await Promise.all(
        (await functions()).map(async ({ id, name }): Promise<[string, string]> => {
          const { CodeSha256 = '' } = await configurationOf(name);
          return [id, CodeSha256];
        }),
      );
      return new Map(entries.sort(([a], [b]) => a.localeCompare(b)));
    },

    async statefulResources() {
      const found = (await resources()).filter(({ ResourceType }) => statefulTypes.includes(ResourceType));
      return found
        .map((it) => `${it.ResourceType} ${it.LogicalResourceId} = ${it.PhysicalResourceId}`)
        .sort();
    },

    async invoke(prefix) {
      const target = (await functions()).find(({ id }) => id.startsWith(prefix));
      if (target === undefined) throw new Error(`the stack has no function ${prefix}`);
      const { FunctionError, StatusCode, Payload } = await lambda.send(
        new InvokeCommand({ FunctionName: target.name, Payload: JSON.stringify({ id: 'by-hand' }) }),
      );
      return {
        isGood: StatusCode === 200 && FunctionError === undefined,
        answer: Payload === undefined ? '' : new TextDecoder().decode(Payload),
      };
    },

    async items(TableName) {
      const { Items = [] } = await table.send(new ScanCommand({ TableName, ConsistentRead: true }));
      return Items.map((item) => unmarshall(item)).sort((a, b) => keyOf(a).localeCompare(keyOf(b)));
    },

    close: () => {
      for (const one of [stacks, table, lambda]) one.destroy();
    },
  };
}

const keyOf = ({ pk, sk }: StackItem): string => `${String(pk)} ${String(sk)}`;
