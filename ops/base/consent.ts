// Whether a command may change anything, and who says so.
import type { SharedOptions } from './cli.ts';
import { awsCaller } from './place.ts';
import { misuse, refusal } from './stop.ts';

export interface Consent {
  readonly isApplying: boolean;
  /** Who does it, for the record; empty in a dry run. */
  operator(): string;
  /** Asks, unless --yes was given. @throws Stop when the answer is no */
  confirm(question: string): Promise<void>;
}

/** @throws Stop where nobody could be asked, or nobody would be on record */
export function requireConsent({ apply: isApplying, yes, stage, operator }: SharedOptions): void {
  if (isApplying && !yes && !process.stdin.isTTY) {
    throw misuse('--apply needs --yes where there is no terminal to ask on.');
  }
  if (isApplying && stage === undefined && operator === undefined) {
    throw misuse('--apply needs --operator where no --stage tells who AWS says you are.');
  }
}

/** Asks AWS who is calling where a stage is about to change. */
export async function createConsent(options: SharedOptions): Promise<Consent> {
  const { apply: isApplying, yes } = options;
  const operator = isApplying ? await operatorOf(options) : '';
  return {
    isApplying,
    operator: () => operator,
    async confirm(question) {
      if (yes) return;
      const { default: confirm } = await import('@inquirer/confirm');
      const isConfirmed = await confirm({ message: question, default: false }, { output: process.stderr });
      if (!isConfirmed) throw refusal('not_confirmed', 'Nothing was confirmed, and nothing was changed.');
    },
  };
}

async function operatorOf({ stage, operator: name }: SharedOptions): Promise<string> {
  if (stage === undefined) return name ?? '';
  const caller = await awsCaller();
  return name === undefined ? caller : `${caller} (${name})`;
}
