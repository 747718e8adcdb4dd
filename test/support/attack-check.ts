// What a check of the gate is to the attack suite: a name, a sentence, and the edit that takes it out.
import type { SourceEdit } from '../../scripts/source-edits.ts';

export interface AttackCheck {
  /** What the check does, in one sentence. */
  readonly what: string;
  /** Takes this check out of the build and no other; `find` stands once in its file. */
  readonly edits: readonly SourceEdit[];
}
