// What AWS says of the account and the table beside the stack. Null: it would not, which is no finding against them.
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { awsClient } from '../base/aws.ts';

/** How many functions the whole account may run at once. */
export const concurrencyLimit = (): Promise<number | null> =>
  new LambdaClient(awsClient).send(new GetAccountSettingsCommand({})).then(
    ({ AccountLimit }) => AccountLimit?.ConcurrentExecutions ?? null,
    () => null,
  );

export const isTableProtected = (TableName: string): Promise<boolean | null> =>
  new DynamoDBClient(awsClient).send(new DescribeTableCommand({ TableName })).then(
    ({ Table }) => Table?.DeletionProtectionEnabled ?? false,
    () => null,
  );
