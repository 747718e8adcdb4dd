// Whether a command may change anything, and who says so.

import { awsNameOf, requireSameAccount } from './aws-place.ts';
import type { SharedOptions } from './cli.ts';
import type { Output } from './output.ts';
import { awsCaller, environmentOf, isSimulated, type Place } from './place.ts';
import { misuse, refusal } from './stop.ts';

export interface Consent {
  readonly isApplying: boolean;
  /** Who does it, for the record; empty in a dry run. */
  operator(): string;
  /** Says where it is about to happen, and asks, unless --yes was given. @throws Stop when the answer is no */
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

/** Asks AWS who is calling where a stage is about to change. @throws Stop where that is somebody of another account */
export async function createConsent(options: SharedOptions, place: Place, output: Output): Promise<Consent> {
  const { apply: isApplying, yes } = options;
  const operator = isApplying ? await operatorOf(options, place) : '';
  return {
    isApplying,
    operator: () => operator,
    async confirm(question) {
      const where = whereOf(place);
      if (yes) return output.step(where);
      const { default: confirm } = await import('@inquirer/confirm');
      const isConfirmed = await confirm(
        { message: `${where} ${question}`, default: false },
        { output: process.stderr },
      );
      if (!isConfirmed) throw refusal('not_confirmed', 'Nothing was confirmed, and nothing was changed.');
    },
  };
}

async function operatorOf({ stage, operator: name }: SharedOptions, place: Place): Promise<string> {
  if (stage === undefined) return name ?? '';
  const { arn, account } = await awsCaller();
  requireSameAccount(place, account);
  return name === undefined ? arn : `${arn} (${name})`;
}

/** For the person who confirms. */
export function whereOf(place: Place): string {
  const vendors = isSimulated(place) ? 'simulated' : environmentOf(place).toUpperCase();
  const at =
    place.stage === null ? `table ${place.tableName}` : `stage ${place.stage} in ${awsNameOf(place.aws)}`;
  return `This is ${at}, ${vendors} vendors.`;
}
