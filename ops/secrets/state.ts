// How each secret of a stage stands: filled or not, since when, and whether its value works today.
import { ServiceError } from '../../functions/core/errors.ts';
import { outputOf, type Place } from '../base/place.ts';
import type { StageDesk } from '../base/stage-desk.ts';
import { catalog, type SecretName } from './catalog.ts';
import { type Judgement, judgeValue } from './verdict.ts';

export interface SecretState {
  readonly name: SecretName;
  /** `unknown` where the vendor could not be asked. */
  readonly judgement: Judgement | 'empty' | 'unknown';
  readonly note: string;
  readonly changedAt: Date | null;
  /** A rotation is open. */
  readonly hasPrevious: boolean;
}

/** What the value is for is asked only where the vendors belong together: a secret never goes to a stranger. */
export async function stateOf(
  { stage, stack, vault, place }: StageDesk,
  name: SecretName,
): Promise<SecretState> {
  const arn = outputOf(stage, stack.outputs, catalog[name].output);
  const [{ changedAt, isFilled }, { held: stored }] = await Promise.all([
    vault.describe(arn),
    vault.read(arn),
  ]);
  const state = { name, changedAt: isFilled ? changedAt : null, hasPrevious: false };
  if (stored === 'empty') return { ...state, judgement: 'empty', note: 'nobody has filled it' };
  if (stored === 'malformed') return { ...state, judgement: 'malformed', note: 'not {"value": ...}' };
  const verdict = await judgeStored(place, name, stored.value);
  return { ...state, ...verdict, hasPrevious: stored.previous !== undefined };
}

export const judgeStored = (place: Place, name: SecretName, value: string) =>
  judgeValue(place, name, value).catch((error: unknown) => {
    if (!(error instanceof ServiceError)) throw error;
    return { judgement: 'unknown', note: `could not be asked: ${error.code}` } as const;
  });

/** Whether users are served with it; null where nobody has said. */
export function isWorking({ judgement }: Pick<SecretState, 'judgement'>): boolean | null {
  if (judgement === 'unproved' || judgement === 'unknown') return null;
  return judgement === 'good' || judgement === 'too_wide';
}

/** As the doctor has it: what Unit does not tell is to be looked at by hand, a vendor that is down is asked again. */
export const isFault = (state: Pick<SecretState, 'judgement'>): boolean =>
  state.judgement !== 'unproved' && isWorking(state) !== true;
