// Filling: every value is collected, then judged, and only when all of them are good is the first one written.
import { randomBytes } from 'node:crypto';
import type { SecretValue } from '../../functions/adapters/secrets.ts';
import { readCredential } from '../base/credentials.ts';
import { outputOf } from '../base/place.ts';
import type { StageDesk } from '../base/stage-desk.ts';
import { type Details, misuse, refusal } from '../base/stop.ts';
import { catalog, type SecretName, secretNames } from './catalog.ts';
import type { Descriptor } from './options.ts';
import { judgeValue, type Verdict } from './verdict.ts';

export interface Given {
  readonly name: SecretName;
  readonly value: string;
}

export interface Change {
  readonly name: SecretName;
  readonly arn: string;
  readonly value: SecretValue;
  readonly verdict: Verdict;
  readonly step: 'fill' | 'replace' | 'replace_and_keep_previous' | 'unchanged';
}

const WEBHOOK_TOKEN_BYTES = 32;

interface CollectOptions {
  readonly only?: readonly SecretName[] | undefined;
  readonly fd: readonly Descriptor[];
  readonly generate?: string | undefined;
  readonly previous: boolean;
}

/** One after the other, since a person may be asked. @throws Stop where a value is missing */
export async function collect({
  only = secretNames,
  fd,
  generate,
  previous,
}: CollectOptions): Promise<readonly Given[]> {
  const outside = fd.find(({ name }) => !only.includes(name));
  if (outside !== undefined) throw misuse(`--fd names ${outside.name}, and --only does not.`);
  if ((generate !== undefined || previous) && !only.includes('webhook')) {
    throw misuse('--generate and --previous are about the webhook, and --only leaves it out.');
  }
  const values: Given[] = [];
  for (const name of only) {
    values.push({ name, value: name === generate ? newToken() : await valueOf(name, fd) });
  }
  return values;
}

const newToken = (): string => randomBytes(WEBHOOK_TOKEN_BYTES).toString('base64url');

async function valueOf(name: SecretName, fds: readonly Descriptor[]): Promise<string> {
  const { title, variable } = catalog[name];
  const option = `--fd ${name}=<n>`;
  const secret = await readCredential({
    title,
    variable,
    option,
    fd: fds.find((one) => one.name === name)?.fd,
  });
  return (await secret.read()).value;
}

/** What would be written, each value judged by its vendor. @throws ServiceError when one cannot be asked */
export const planFill = (
  desk: StageDesk,
  values: readonly Given[],
  isKeepingPrevious: boolean,
): Promise<readonly Change[]> => Promise.all(values.map((given) => planOne(desk, given, isKeepingPrevious)));

async function planOne(
  { stage, stack, vault, place }: StageDesk,
  { name, value }: Given,
  isKeepingPrevious: boolean,
): Promise<Change> {
  const arn = outputOf(stage, stack.outputs, catalog[name].output);
  const [stored, verdict] = await Promise.all([vault.read(arn), judgeValue(place, name, value)]);
  if (typeof stored === 'string') return { name, arn, value: { value }, verdict, step: 'fill' };
  const isSame = stored.value === value;
  if (name === 'webhook' && isKeepingPrevious && !isSame) {
    return {
      name,
      arn,
      value: { value, previous: stored.value },
      verdict,
      step: 'replace_and_keep_previous',
    };
  }
  // The same value without --previous also ends a rotation.
  const isUnchanged = isSame && (stored.previous === undefined || isKeepingPrevious);
  return { name, arn, value: { value }, verdict, step: isUnchanged ? 'unchanged' : 'replace' };
}

/** All or nothing. @throws Stop that names every value at fault */
export function requireGood(plan: readonly Change[], isForced: boolean, details: readonly Details[]): void {
  const isFault = ({ name, verdict: { judgement } }: Change): boolean =>
    judgement === 'too_wide' ? name === 'unit-exchange' && !isForced : judgement !== 'good';
  const faults = plan.filter(isFault);
  if (faults.length === 0) return;
  const sentences = faults.map(({ name, verdict: { note } }) => `${name}: ${note}.`);
  const force = faults.some(({ verdict }) => verdict.judgement === 'too_wide')
    ? ' --force takes the exchange token all the same.'
    : '';
  throw refusal('value_refused', `Nothing was written. ${sentences.join(' ')}${force}`, { secrets: details });
}
