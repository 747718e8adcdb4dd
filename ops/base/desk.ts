// What a command works with: the place, the table, the vendors and the operator, each made when first asked for.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createStore } from '../../functions/adapters/table/store.ts';
import { createOperatorTable, type OperatorTable } from '../adapters/operator-table.ts';
import type { StytchUsers } from '../adapters/stytch-users.ts';
import type { UnitDesk } from '../adapters/unit-customers.ts';
import type { SharedOptions } from './cli.ts';
import { readCredential } from './credentials.ts';
import type { Output } from './output.ts';
import { awsCaller, awsClient, findPlace, type Place } from './place.ts';
import { silentLog } from './silent-log.ts';
import { misuse, refusal } from './stop.ts';

export interface Desk {
  readonly place: Place;
  readonly output: Output;
  readonly table: OperatorTable;
  readonly isApplying: boolean;
  /** Seconds since the epoch. */
  clock(): number;
  stytch(): Promise<StytchUsers>;
  unit(): Promise<UnitDesk>;
  /** Who does it, for the record. */
  operator(): string;
  /** Asks, unless --yes was given. @throws Stop when the answer is no */
  confirm(question: string): Promise<void>;
}

/** @throws Stop when the place or the operator is not known */
export async function createDesk(options: SharedOptions, output: Output): Promise<Desk> {
  const { apply: isApplying, yes, stytchSecretFd, unitTokenFd } = options;
  if (isApplying && !yes && !process.stdin.isTTY) {
    throw misuse('--apply needs --yes where there is no terminal to ask on.');
  }
  if (isApplying && options.stage === undefined && options.operator === undefined) {
    throw misuse('--apply needs --operator where no --stage tells who AWS says you are.');
  }
  const place = await findPlace(options);
  const operator = isApplying ? await operatorOf(place, options.operator) : '';
  const client = new DynamoDBClient(awsClient);
  return {
    place,
    output,
    isApplying,
    table: createOperatorTable(client, createStore(client, place.tableName), place.tableName),
    clock: () => Math.floor(Date.now() / 1000),
    operator: () => operator,
    async stytch() {
      const [secret, { createStytchUsers }] = await Promise.all([
        readCredential({
          title: 'Stytch secret',
          variable: 'STYTCH_SECRET',
          option: '--stytch-secret-fd',
          fd: stytchSecretFd,
        }),
        import('../adapters/stytch-users.ts'),
      ]);
      return createStytchUsers({
        baseUrl: place.stytchUrl,
        projectId: place.stytchProjectId,
        secret,
        log: silentLog,
      });
    },
    async unit() {
      const [token, { createUnitDesk }] = await Promise.all([
        readCredential({
          title: 'Unit org token',
          variable: 'UNIT_TOKEN',
          option: '--unit-token-fd',
          fd: unitTokenFd,
        }),
        import('../adapters/unit-customers.ts'),
      ]);
      return createUnitDesk(place.unitUrl, token);
    },
    async confirm(question) {
      if (yes) return;
      const { default: confirm } = await import('@inquirer/confirm');
      const isConfirmed = await confirm({ message: question, default: false }, { output: process.stderr });
      if (!isConfirmed) throw refusal('not_confirmed', 'Nothing was confirmed, and nothing was changed.');
    },
  };
}

async function operatorOf({ stage }: Place, name: string | undefined): Promise<string> {
  if (stage === null) return name ?? '';
  const caller = await awsCaller();
  return name === undefined ? caller : `${caller} (${name})`;
}
