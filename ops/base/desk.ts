// What a command works with: the place, the table, the vendors and the operator, each made when first asked for.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createStore } from '../../functions/adapters/table/store.ts';
import { createOperatorTable, type OperatorTable } from '../adapters/operator-table.ts';
import type { StytchUsers } from '../adapters/stytch-users.ts';
import type { UnitDesk } from '../adapters/unit-customers.ts';
import { awsClient, requireAws } from './aws.ts';
import type { SharedOptions } from './cli.ts';
import { type Consent, createConsent, requireConsent } from './consent.ts';
import { readCredential } from './credentials.ts';
import type { Output } from './output.ts';
import { findPlace, type Place } from './place.ts';
import { silentLog } from './silent-log.ts';

export interface Desk extends Consent {
  readonly place: Place;
  readonly output: Output;
  readonly table: OperatorTable;
  /** Seconds since the epoch. */
  clock(): number;
  stytch(): Promise<StytchUsers>;
  unit(): Promise<UnitDesk>;
}

/** @throws Stop when the place or the operator is not known */
export async function createDesk(options: SharedOptions, output: Output): Promise<Desk> {
  const { stytchSecretFd, unitTokenFd } = options;
  requireConsent(options);
  const place = await findPlace(options);
  const consent = await createConsent(options, place, output);
  const client = new DynamoDBClient(awsClient);
  await requireAws(client);
  return {
    ...consent,
    place,
    output,
    table: createOperatorTable(client, createStore(client, place.tableName), place.tableName),
    clock: () => Math.floor(Date.now() / 1000),
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
  };
}
