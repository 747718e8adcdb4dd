// O1: somebody else's ids in every path that takes one. They read like ids that never were, byte for byte.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RouteName, routes } from '../../functions/contract/routes.ts';
import type { Exchange } from '../../local/journey-client.ts';
import type { World } from '../../local/world.ts';
import type { CheckName } from '../support/attack-checks.ts';
import { attack, customer } from '../support/attacks.ts';
import { type Applicant, applicant, changesAtUnit, randomFile, ssns } from '../support/documents.ts';
import { expectProblem } from '../support/problems.ts';
import {
  api,
  enrolSms,
  factorIdOf,
  newNumber,
  oddIds,
  sendRaw,
  startSecurityWorld,
  withoutRequestId,
} from '../support/security.ts';
import type { SignedInUser } from '../support/world.ts';

interface Party {
  readonly user: SignedInUser;
  readonly smsId: string;
  /** Another user, of whose application Unit wants an ID document. */
  readonly open: Applicant;
}

let world: World;
let victim: Party;
let thief: Party;

async function party(): Promise<Party> {
  const user = await customer(world);
  const { sessionJwt, factorId } = await enrolSms(world, user, newNumber());
  const open = await applicant(world, ssns.wantsIdDocument);
  return { user: { ...user, sessionJwt }, smsId: factorId, open };
}

beforeAll(async () => {
  world = await startSecurityWorld({ sendsPerSource: 1000 });
  // The sandbox's SSNs are few, and here two people have the same.
  world.unit.controls.switches.preventDuplicateIndividualApplications = false;
  [victim, thief] = [await party(), await party()];
});
afterAll(() => world.close());

/** What stands in a path, by parameter. */
type Ids = Readonly<Record<string, string>>;

interface IdRoute {
  readonly caller: () => SignedInUser;
  readonly mine: () => Ids;
  readonly victims: () => Ids;
  readonly nobodys: Ids;
  /** Which check finds out that an id is not the caller's own, by parameter. */
  readonly stoppedBy: Readonly<Record<string, CheckName>>;
}

const noApplication = { applicationId: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ' };

const ofApplication = {
  caller: () => thief.open.user,
  mine: () => ({ applicationId: thief.open.applicationId }),
  victims: () => ({ applicationId: victim.open.applicationId }),
  nobodys: noApplication,
} as const;

const ofDocument: IdRoute = {
  ...ofApplication,
  mine: () => ({ applicationId: thief.open.applicationId, documentId: thief.open.documentId }),
  victims: () => ({ applicationId: victim.open.applicationId, documentId: victim.open.documentId }),
  nobodys: { ...noApplication, documentId: '999999' },
  stoppedBy: { applicationId: 'own-open-application', documentId: 'own-document' },
};

/** Every route whose path takes an id. */
const idRoutes: Partial<Record<RouteName, IdRoute>> = {
  removeFactor: {
    caller: () => thief.user,
    mine: () => ({ factorId: thief.smsId }),
    victims: () => ({ factorId: victim.smsId }),
    nobodys: { factorId: 'phone-number-test-00000000-0000-4000-8000-000000000001' },
    stoppedBy: { factorId: 'own-factor' },
  },
  readApplication: { ...ofApplication, stoppedBy: { applicationId: 'own-application' } },
  uploadDocument: ofDocument,
  uploadDocumentBack: ofDocument,
  cancelApplication: { ...ofApplication, stoppedBy: { applicationId: 'own-open-application' } },
};

const routesWithAnId = (Object.keys(routes) as RouteName[]).filter((name) => routes[name].path.includes('{'));
const parametersOf = (name: RouteName): readonly string[] =>
  [...routes[name].path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter ?? '');

/** The thief's request; `isEncoded`: the ids are written in the path as they are. */
function ask(name: RouteName, { caller }: IdRoute, ids: Ids, isEncoded = false): Promise<Exchange> {
  const { method, path, body } = routes[name];
  const target = path.replaceAll(/\{(\w+)\}/g, (_, parameter: string) =>
    isEncoded ? (ids[parameter] ?? '') : encodeURIComponent(ids[parameter] ?? ''),
  );
  const bearer = ['authorization', `Bearer ${caller().sessionJwt}`] as const;
  const type = ['content-type', body === 'raw' ? 'image/png' : 'application/json'] as const;
  return sendRaw(world, method, target, [bearer, type], body === 'raw' ? randomFile('image/png') : '');
}

it('O1 every route that takes an id in its path is attacked here, by each of its ids', () => {
  expect(Object.keys(idRoutes).sort()).toEqual([...routesWithAnId].sort());
  for (const name of routesWithAnId) {
    expect(Object.keys(idRoutes[name]?.stoppedBy ?? {})).toEqual(parametersOf(name));
  }
});

describe.each(routesWithAnId.map((name) => [`${routes[name].method} ${routes[name].path}`, name] as const))(
  '%s',
  (title, name) => {
    const route = idRoutes[name] as IdRoute;
    for (const [parameter, stoppedBy] of Object.entries(route.stoppedBy)) {
      attack(`O1 ${title}: the ${parameter} of another user`, { stoppedBy }, async () => {
        const before = changesAtUnit(world);
        const { mine, victims, nobodys } = route;
        const nobodysAnswer = await ask(name, route, nobodys);
        expectProblem(nobodysAnswer, 'not_found');
        for (const ids of [victims(), { ...mine(), [parameter]: victims()[parameter] ?? '' }]) {
          const theirs = await ask(name, route, ids);
          expectProblem(theirs, 'not_found');
          expect(withoutRequestId(theirs)).toEqual(withoutRequestId(nobodysAnswer));
        }
        expect(changesAtUnit(world)).toBe(before);
      });

      attack(
        `O1 ${title}: a ${parameter} that climbs, matches all or breaks out`,
        { stoppedBy },
        async () => {
          const before = changesAtUnit(world);
          const mine = route.mine()[parameter] ?? '';
          const theirs = route.victims()[parameter] ?? '';
          for (const id of [...oddIds(mine), `${mine},${theirs}`]) {
            const refused = await ask(name, route, { ...route.mine(), [parameter]: id });
            expect({ id, isRefused: [400, 404].includes(refused.status) }).toEqual({ id, isRefused: true });
            expect(JSON.stringify(refused.body)).not.toMatch(/customerId|documents/);
          }
          // As they are, in a path that some server between might tidy up.
          for (const id of [`..%2f..%2f${theirs}`, `${mine}%2f..%2f${theirs}`, '%2e%2e', '%', '%ff', '%00']) {
            const refused = await ask(name, route, { ...route.mine(), [parameter]: id }, true);
            expect({ id, isRefused: [400, 404].includes(refused.status) }).toEqual({ id, isRefused: true });
          }
          expect(changesAtUnit(world)).toBe(before);
        },
      );
    }
  },
);

it('O1 the victim still has what the thief asked for', async () => {
  expect(await factorIdOf(world, victim.user.sessionJwt, 'sms')).toBe(victim.smsId);
  const { user, applicationId, documentId } = victim.open;
  const own = await api(world, 'GET', `/v1/applications/${applicationId}`, user.sessionJwt);
  const documents = [{ documentId, status: 'Required', missing: ['front', 'back'] }];
  expect(own).toMatchObject({ status: 200, body: { status: 'AwaitingDocuments', documents } });
});
