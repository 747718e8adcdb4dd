// Refuses a stage with a setting that is missing, unknown, or of another kind: before anything reads its values.
import type * as z from 'zod/mini';
import { type Stage, stageSchema } from './stage-schema.ts';

export type ReadStage =
  | { readonly stage: Stage; readonly faults?: never }
  | { readonly faults: readonly string[] };

/** The stage, or a line for each setting at fault. */
export function readStage(value: unknown): ReadStage {
  const parsed = stageSchema.safeParse(value, { reportInput: true });
  return parsed.success ? { stage: parsed.data } : { faults: parsed.error.issues.flatMap(faultsOf) };
}

const kinds: Readonly<Record<string, string>> = {
  string: 'text in quotes',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a group of settings in braces',
  record: 'a group of settings in braces',
};

function faultsOf(issue: z.core.$ZodIssue): readonly string[] {
  const field = fieldOf(issue.path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) =>
        strangeFault(fieldOf([...issue.path, key]), key, issue.message.split(' ')),
      );
    case 'invalid_value': {
      const choice = `one of ${issue.values.map(String).join(', ')}`;
      return [`${field} must be ${issue.input === undefined ? `set, to ${choice}` : choice}`];
    }
    case 'invalid_type':
      return [
        `${field} must be ${issue.input === undefined ? 'set' : (kinds[issue.expected] ?? issue.expected)}`,
      ];
    default:
      return [`${field} must be otherwise: ${issue.code}`];
  }
}

/** As code would name it: `limits.failuresPerDay.max`, `allowedOrigins[0]`. */
const fieldOf = (path: readonly PropertyKey[]): string =>
  path.length === 0
    ? 'the stage'
    : path
        .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
        .join('')
        .slice(1);

function strangeFault(field: string, key: string, names: readonly string[]): string {
  const near = names
    .filter((name) => isNear(key, name))
    .toSorted((a, b) => strayLetters(key, a) - strayLetters(key, b))[0];
  return near === undefined
    ? `${field} must go: there is no such setting here, only ${names.join(', ')}`
    : `${field} must be ${near}, or go: there is no setting ${key}`;
}

/** Whether one may be a slip for the other: a part of it, or the same letters but for two at most. */
function isNear(key: string, name: string): boolean {
  const [one, other] = [lettersOf(key), lettersOf(name)];
  const isPart = one.length > 2 && (other.includes(one) || one.includes(other));
  return isPart || strayLetters(key, name) <= 2;
}

const lettersOf = (name: string): string => name.toLowerCase().replaceAll(/[^a-z]/g, '');

/** How many letters of either the other lacks, in whatever order they stand. */
function strayLetters(key: string, name: string): number {
  const left = [...lettersOf(name)];
  const letters = [...lettersOf(key)];
  const stray = letters.filter((letter) => {
    const index = left.indexOf(letter);
    if (index >= 0) left.splice(index, 1);
    return index < 0;
  });
  return Math.max(stray.length, left.length);
}
