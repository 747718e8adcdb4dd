// AWS as every command calls it, and how it is told that AWS did not answer.
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { stages } from '../../lib/stages.ts';
import { Stop } from './stop.ts';

/** For calls from an operator's own network; retries are the SDK's. */
export const awsClient = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 3000, requestTimeout: 5000, throwOnRequestTimeout: true },
};

/** Before a table is asked whose one error says nothing of the reason. @throws Stop where region or credentials are not set */
export async function requireAws({ config }: DynamoDBClient): Promise<void> {
  await config
    .region()
    .then(() => config.credentials())
    .catch((error: unknown) => Promise.reject(awsFailure('credentials', error)));
}

/** Of an SDK error its name alone: the rest may hold requests. What the operator has not set up is wrong usage. */
export function awsFailure(operation: string, error: unknown): Stop {
  const name = nameOf(error);
  const unset = notSetUp[name];
  if (unset !== undefined)
    return new Stop('usage', unset.code, unset.sentence, { provider: 'aws', operation });
  const hint = hints[name] ?? 'Check your AWS credentials, profile and region.';
  return new Stop('failed', 'aws_failed', `AWS: ${operation} failed with ${name}. ${hint}`, {
    provider: 'aws',
    operation,
    vendorCode: name,
  });
}

interface NotSetUp {
  readonly code: string;
  readonly sentence: string;
}

const notSetUp: Readonly<Record<string, NotSetUp>> = {
  CredentialsProviderError: {
    code: 'credential_missing',
    sentence: 'No AWS credentials were found: set AWS_PROFILE, or sign in.',
  },
  RegionMissing: {
    code: 'region_missing',
    sentence: 'No AWS region is set: set AWS_REGION, or a profile that has one.',
  },
};

const hints: Readonly<Record<string, string>> = {
  // What CloudFormation calls a stack that is not there.
  ValidationError: `Is the stage deployed in this account and region? This checkout has ${Object.keys(stages).join(', ')}.`,
  ENOTFOUND: 'AWS was not reached: check the network, and that AWS_REGION is a region.',
  ECONNREFUSED: 'AWS was not reached: check the network.',
  TimeoutError: 'AWS was not reached: check the network.',
};

/** The SDK says by a plain Error that nobody answers, or that it knows no region. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  if (error.message.startsWith('Region is missing')) return 'RegionMissing';
  return 'code' in error && typeof error.code === 'string' && /^E[A-Z]+$/.test(error.code)
    ? error.code
    : error.name;
}
