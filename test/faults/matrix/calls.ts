// What a call of the matrix is, and what may come of its failure.
import type { FunctionName, RouteName } from '../../../functions/contract/routes.ts';
import type { Ask } from './asks.ts';
import { type BreakageName, isSlow, isUnreadable } from './breakages.ts';
import type { Target } from './link.ts';
import type { Service } from './place.ts';

export const phases = ['before start', 'in flight', 'until healed'] as const;
export type Phase = (typeof phases)[number];

/** What our log must say of a failure. */
export type Blamed = 'stytch' | 'unit' | 'aws';

export interface CallRow {
  readonly name: string;
  readonly service: Service;
  readonly blamed: Blamed;
  readonly target: Target;
  readonly function: FunctionName;
  readonly route: RouteName;
  /** Past the deadline of one try. */
  readonly lateMs: number;
  /** Whether it is sent a second time when it fails in a way that passes. */
  readonly isRepeated: boolean;
  /** Whether it changes nothing, so that a reset after the work is the same as one before. */
  readonly isRead: boolean;
  /** Whether an outcome that nobody knows is a good answer (202), which a repeat finishes. */
  readonly isSubmission: boolean;
  readonly ask: Ask;
  /** The status of a success. */
  readonly success: number;
}

/** Why a cell says nothing, or undefined for one that is played. */
export function whyNot({ isRead, service }: CallRow, breakage: BreakageName): string | undefined {
  const isAws = service === 'table' || service === 'secrets';
  if (isRead && breakage === 'reset after the work')
    return 'a read leaves nothing behind: the same as a reset before';
  if (!isAws && breakage === 'throttled, as AWS does it (400)') return 'AWS alone throttles by a 400';
  return undefined;
}

/** Whether one failure is met by a second try. */
const isMended = (row: CallRow, breakage: BreakageName, phase: Phase): boolean =>
  phase === 'in flight' &&
  row.isRepeated &&
  !isUnreadable(breakage) &&
  breakage !== 'refused connection' &&
  // Longer than we may wait for.
  breakage !== 'status 429, Retry-After: 7' &&
  // The deadline of the whole call to AWS ends it, and leaves no time for another.
  !(row.blamed === 'aws' && breakage === 'slow drip');

/** What we may answer, as `status code`. */
export function allowed(row: CallRow, breakage: BreakageName, phase: Phase): readonly string[] {
  if (isMended(row, breakage, phase)) return [String(row.success)];
  if (row.blamed === 'aws') return ['503 temporarily_unavailable'];
  // Stytch counts by address, so that this would tell who is known: the answer is the same for all.
  if (row.route === 'signUp' && breakage.startsWith('status 429')) return ['202'];
  // Whether Unit has it is not known, but where it says that it took nothing.
  if (row.isSubmission) return breakage.startsWith('status 429') ? ['502 upstream_unavailable'] : ['202'];
  return [isSlow(breakage) ? '504 upstream_timeout' : '502 upstream_unavailable'];
}
