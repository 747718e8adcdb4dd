// What a command works with on a deployed stage: its stack, its secrets, and the word of the operator.
import type { Secret } from '../../functions/adapters/secrets.ts';
import { createVault, type Vault } from '../adapters/vault.ts';
import type { SharedOptions } from './cli.ts';
import { type Consent, createConsent, requireConsent } from './consent.ts';
import { readCredential } from './credentials.ts';
import type { Output } from './output.ts';
import { type DeployedStack, describeStack, type Place, placeOf } from './place.ts';
import { misuse } from './stop.ts';

export interface StageDesk extends Consent {
  readonly stage: string;
  readonly stack: DeployedStack;
  /** Not checked: whether its vendors belong together is for the command to say. */
  readonly place: Place;
  readonly vault: Vault;
  readonly output: Output;
  /** The operator's own Unit org token. */
  unitToken(): Promise<Secret>;
}

/** @throws Stop when the stage or the operator is not known */
export async function createStageDesk(options: SharedOptions, output: Output): Promise<StageDesk> {
  const { stage, unitTokenFd } = options;
  requireConsent(options);
  if (stage === undefined) throw misuse('--stage is missing.');
  output.step(`reading the stack of ${stage} ...`);
  const stack = await describeStack(stage);
  const place = placeOf(stage, stack);
  const consent = await createConsent(options, place, output);
  return {
    ...consent,
    stage,
    stack,
    place,
    vault: createVault(),
    output,
    unitToken: () =>
      readCredential({
        title: 'Unit org token',
        variable: 'UNIT_TOKEN',
        option: '--unit-token-fd',
        fd: unitTokenFd,
      }),
  };
}
