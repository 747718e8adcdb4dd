// The vendors and AWS of a soak, in a process of their own: what they keep must not pass for a leak of ours.
import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createIdMappings } from '../../functions/adapters/table/id-mappings.ts';
import { createStore } from '../../functions/adapters/table/store.ts';
import { functionNames } from '../../functions/contract/routes.ts';
import { inParallel } from '../../functions/core/onboarding/in-parallel.ts';
import type { Endpoints } from '../../local/lambda-environment.ts';
import { freePorts } from '../../local/ports.ts';
import { randomSecretValues } from '../../local/secret-values.ts';
import { startStores } from '../../local/stores.ts';
import { stackName } from '../../local/synthesize.ts';
import { startVendors, type Vendors } from '../../local/vendors.ts';
import { readTemplate } from '../../simulators/aws/template.ts';
import { emailFactor, person, readDevTemplate, totpFactor } from '../support/world.ts';
import { answerAs } from './peer.ts';

export interface Sessions {
  readonly count: number;
  /** New sessions, whose factors have just been proved. */
  readonly areNew: boolean;
}

interface Seeded {
  readonly userId: string;
  readonly sessionId: string;
}

const factors = [emailFactor, totpFactor];
/** Longer than any soak. */
const SESSION_MINUTES = 600;

let vendors: Vendors | undefined;
const users: Seeded[] = [];
let next = 0;

const running = (): Vendors => {
  if (vendors === undefined) throw new Error('not started');
  return vendors;
};

/** Starts all of it, with users who each have a customer. */
async function start({ userCount }: { readonly userCount: number }): Promise<Endpoints> {
  const secrets = randomSecretValues();
  const keep = (): void => {};
  const pieces = readTemplate(readDevTemplate(), { stackName, functionNames, apiUrl: 'http://127.0.0.1' });
  const { stytch, unit } = (vendors = await startVendors(freePorts, secrets, keep));
  // Unit's own limit of 1,000 calls a minute is not what is measured here.
  Object.assign(unit.controls.switches, {
    preventDuplicateIndividualApplications: false,
    rateLimitPerMinute: 0,
  });
  const { table, secretsUrl } = await startStores(pieces, freePorts, secrets, keep);
  const client = new DynamoDBClient({
    endpoint: table.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'soak', secretAccessKey: 'soak' },
  });
  const mappings = createIdMappings(createStore(client, table.tableName));
  const seedOne = async (i: number): Promise<Seeded> => {
    const email = `user.${i}@example.com`;
    const { userId, totpId } = await stytch.controls.seedUser({ email, totp: true });
    const { customerId } = unit.controls.seedApplication({
      data: {
        type: 'individualApplication',
        attributes: {
          ...person,
          email,
          ssn: String(600_000_000 + i),
          occupation: 'ScientistOrTechnologist',
          annualIncome: 'Between50kAnd100k',
          sourceOfIncome: 'EmploymentOrPayrollIncome',
          ip: '203.0.113.7',
          jwtSubject: userId,
          tags: { bridgeApplicationId: randomUUID() },
        },
      },
    });
    if (customerId === undefined || totpId === undefined) throw new Error('Unit approved nobody');
    await mappings.putFactor(userId, {
      factorId: totpId,
      kind: 'totp',
      origin: 'seen',
      firstSeenAt: 1,
      confirmedAt: null,
    });
    await mappings.putCustomer(userId, { unitCustomerId: customerId, type: 'individual', status: 'Active' });
    await mappings.putClaim({ unitCustomerId: customerId, stytchUserId: userId });
    const { sessionId } = await stytch.controls.startSession({ userId, factors, minutes: SESSION_MINUTES });
    return { userId, sessionId };
  };
  const seeded = await inParallel(
    Array.from({ length: userCount }, (_, i) => i),
    6,
    seedOne,
  );
  for (const one of seeded) {
    if (one.status === 'rejected') throw one.reason;
    users.push(one.value);
  }
  client.destroy();
  return { stytchUrl: stytch.url, unitUrl: unit.url, tableUrl: table.url, secretsUrl };
}

/** Fresh JWTs, of one user after the other. */
async function jwts({ count, areNew }: Sessions): Promise<readonly string[]> {
  const { controls } = running().stytch;
  const made: string[] = [];
  for (let i = 0; i < count; i += 1) {
    const user = users[next % users.length];
    next += 1;
    if (user === undefined) throw new Error('no users');
    const jwt = areNew
      ? (await controls.startSession({ userId: user.userId, factors, minutes: 5 })).sessionJwt
      : await controls.sessionJwt(user.sessionId);
    made.push(jwt);
  }
  return made;
}

answerAs({ start, jwts });
