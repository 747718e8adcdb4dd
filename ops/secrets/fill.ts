// Filling: every value is collected, then judged, and only when all of them are good is the first one written.
import { randomBytes } from 'node:crypto';
import type { SecretValue } from '../../functions/adapters/secrets.ts';
import { readCredential } from '../base/credentials.ts';
import { toStop } from '../base/failure.ts';
import { outputOf } from '../base/place.ts';
import type { StageDesk } from '../base/stage-desk.ts';
import { type Details, misuse, refusal, Stop } from '../base/stop.ts';
import { catalog, type SecretName, secretNames } from './catalog.ts';
import type { Descriptor } from './options.ts';
import { endRotationCommand } from './stored.ts';
import { judgeValue, type Verdict } from './verdict.ts';

export interface Given {
  readonly name: SecretName;
  readonly value: string;
}

export interface Change {
  readonly name: SecretName;
  readonly arn: string;
  readonly value: SecretValue;
  /** The state of the secret that this was planned over. */
  readonly over: string;
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
  requireValues(only.filter((name) => name !== generate && fd.every((one) => one.name !== name)));
  const values: Given[] = [];
  for (const name of only) {
    values.push({ name, value: name === generate ? newToken() : await valueOf(name, fd) });
  }
  return values;
}

/** Where nobody can be asked, all that is missing is said at once. */
function requireValues(names: readonly SecretName[]): void {
  const missing = names.filter((name) => process.env[catalog[name].variable] === undefined);
  if (process.stdin.isTTY || missing.length === 0) return;
  const words = missing.map((name) => `${name}: set ${catalog[name].variable} or use ${optionOf(name)}`);
  throw new Stop('usage', 'credential_missing', `Values are missing. ${words.join('; ')}.`);
}

const optionOf = (name: SecretName): string => `--fd ${name}=<n>`;

const newToken = (): string => randomBytes(WEBHOOK_TOKEN_BYTES).toString('base64url');

async function valueOf(name: SecretName, fds: readonly Descriptor[]): Promise<string> {
  const { title, variable } = catalog[name];
  const secret = await readCredential({
    title,
    variable,
    option: optionOf(name),
    fd: fds.find((one) => one.name === name)?.fd,
  });
  return (await secret.read()).value;
}

/**
 * What would be written, each value judged by its vendor. A webhook token that is there stays beside the new one, unless
 * it is to be dropped: Unit signs with it until it is told.
 * @throws Stop `rotation_open` for a third webhook token
 * @throws ServiceError when a vendor cannot be asked
 */
export const planFill = (
  desk: StageDesk,
  values: readonly Given[],
  isDroppingToken: boolean,
): Promise<readonly Change[]> => Promise.all(values.map((given) => planOne(desk, given, isDroppingToken)));

async function planOne(
  { stage, stack, vault, place }: StageDesk,
  { name, value }: Given,
  isDroppingToken: boolean,
): Promise<Change> {
  const arn = outputOf(stage, stack.outputs, catalog[name].output);
  const [{ held, state }, verdict] = await Promise.all([vault.read(arn), judgeValue(place, name, value)]);
  const change = { name, arn, value: { value }, over: state, verdict } as const;
  if (typeof held === 'string') return { ...change, step: 'fill' };
  if (held.value === value) return { ...change, step: 'unchanged' };
  // Unit may sign with either of the two: a third one would push one of them out.
  if (held.previous !== undefined) {
    throw refusal(
      'rotation_open',
      `The previous ${name} value still counts, and a new one would drop it. First: ${endRotationCommand(stage)}`,
    );
  }
  if (name !== 'webhook' || isDroppingToken) return { ...change, step: 'replace' };
  return { ...change, value: { value, previous: held.value }, step: 'replace_and_keep_previous' };
}

/**
 * Writes each over the state that it was planned over; nothing where one of them is in another.
 * @throws Stop that says what was written before it
 */
export async function writeAll({ output, vault }: StageDesk, changes: readonly Change[]): Promise<void> {
  for (const { arn, over } of changes) await vault.mustBe(arn, over);
  for (const [index, { name, arn, value, over }] of changes.entries()) {
    output.step(`${name} ...`);
    await vault.write(arn, value, over).catch((error: unknown) => {
      const names = changes.map((change) => change.name);
      return Promise.reject(halfway(error, names.slice(0, index), names.slice(index)));
    });
  }
}

function halfway(error: unknown, written: readonly SecretName[], left: readonly SecretName[]): Stop {
  const { kind, code, message, details } = toStop(error);
  const sentence = `${message} Written: ${written.join(', ') || 'none'}. Not written, as far as AWS has said: ${left.join(', ')}. The same command with the same values writes the rest.`;
  return new Stop(kind, code, sentence, { ...details, written, left });
}

/** All or nothing. @throws Stop that names every value at fault */
export function requireGood(plan: readonly Change[], isForced: boolean, details: readonly Details[]): void {
  const isForcible = ({ verdict: { judgement } }: Change): boolean =>
    judgement === 'too_wide' || judgement === 'unproved';
  const isGood = ({ name, verdict: { judgement } }: Change): boolean =>
    judgement === 'good' || (judgement === 'too_wide' && name !== 'unit-exchange');
  const faults = plan.filter((change) => !isGood(change) && !(isForced && isForcible(change)));
  if (faults.length === 0) return;
  const sentences = faults.map(({ name, verdict: { note } }) => `${name}: ${note}.`);
  const forcible = faults.filter(isForcible).map(({ name }) => name);
  const force = forcible.length === 0 ? '' : ` --force takes ${forcible.join(', ')} all the same.`;
  throw refusal('value_refused', `Nothing was written. ${sentences.join(' ')}${force}`, { secrets: details });
}
