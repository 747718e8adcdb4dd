// Which AWS account and region a stage is in, and whether they are those that lib/stages.ts and the caller are of.
import { type Stage, stages } from '../../lib/stages.ts';
import type { Place } from './place.ts';
import { refusal } from './stop.ts';

export interface AwsPlace {
  readonly account: string;
  readonly region: string;
}

/** Of a stack, by its own ARN; null where AWS tells none. */
export function awsPlaceOf(stackId: string | undefined): AwsPlace | null {
  const [, region, account] =
    /^arn:[\w-]+:cloudformation:([\w-]+):(\d{12}):stack\//.exec(stackId ?? '') ?? [];
  return region === undefined || account === undefined ? null : { account, region };
}

/** @throws Stop `other_account` where the stage is pinned to another account or region */
export function requirePinned(
  stage: string,
  found: AwsPlace | null,
  known: readonly Stage[] = Object.values(stages),
): void {
  const { account, region } = known.find(({ name }) => name === stage) ?? {};
  const isOther = (wanted: string | undefined, seen: string | undefined): boolean =>
    wanted !== undefined && wanted !== seen;
  if (!isOther(account, found?.account) && !isOther(region, found?.region)) return;
  throw refusal(
    'other_account',
    `This stack is in ${awsNameOf(found)}, and lib/stages.ts has ${account ?? 'any account'} in ${region ?? 'any region'} for ${stage}. Check your AWS profile and region.`,
  );
}

/** @throws Stop `other_account` where whoever calls is of another account than the stack */
export function requireSameAccount({ stage, aws }: Place, callerAccount: string): void {
  if (stage === null || (aws !== null && aws.account === callerAccount)) return;
  throw refusal(
    'other_account',
    `The stack is in ${awsNameOf(aws)}, and you are of AWS account ${callerAccount}.`,
  );
}

/** For people. */
export const awsNameOf = (found: AwsPlace | null): string =>
  found === null ? 'an unknown AWS account' : `AWS account ${found.account}, ${found.region}`;
