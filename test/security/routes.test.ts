// Every route that takes a session JWT takes only a genuine one: the routes come from the contract, so that a new one is here too.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Route, routes } from '../../functions/contract/routes.ts';
import { call, type Exchange } from '../../local/journey-client.ts';
import { type AttackWorld, attack, expectRefusedAtDoor, startAttackWorld } from '../support/attacks.ts';
import { partsOf, signedByAttacker } from '../support/forgeries.ts';

let all: AttackWorld;
beforeAll(async () => {
  all = await startAttackWorld();
});
afterAll(() => all.world.close());

const send = ({ method, path, body }: Route, bearer?: string): Promise<Exchange> =>
  call(method, `${all.world.apiUrl}${path.replace(/\{\w+\}/g, 'some-id')}`, {
    ...(bearer === undefined ? {} : { bearer }),
    // No good body of any route: a token is judged before the body is.
    ...(body === 'json' ? { body: { unknown: true } } : {}),
  });

const listed: readonly Route[] = Object.values(routes);
const withSession = listed.filter(
  ({ authentication }) => authentication === 'session' || authentication === 'either',
);

describe('J4 on every route with a session', () => {
  it('there are routes to attack', () => {
    expect(withSession.length).toBeGreaterThan(10);
  });

  for (const route of withSession) {
    const name = `${route.method} ${route.path}`;
    attack(`${name} by a token of another key`, { stoppedBy: 'signature' }, async () => {
      const { header, claims } = partsOf(all.victim.sessionJwt);
      const jwt = signedByAttacker(header, claims);
      await expectRefusedAtDoor(all.world, () => send(route, jwt), 'err_jws_signature_verification_failed');
    });
    attack(`${name} by a token of a machine`, { stoppedBy: 'claims-shape' }, async () => {
      const { sessionId } = all.victim;
      const jwt = await all.world.stytch.controls.mintLookAlike({ kind: 'm2m_token', sessionId });
      await expectRefusedAtDoor(all.world, () => send(route, jwt), 'not_a_session');
    });
    attack(`${name} by an expired token`, { stoppedBy: 'time-window' }, async () => {
      const { sessionId } = all.victim;
      const jwt = await all.world.stytch.controls.mintLookAlike({ kind: 'expired', sessionId });
      await expectRefusedAtDoor(all.world, () => send(route, jwt), 'err_jwt_expired');
    });
  }

  for (const route of withSession.filter(({ authentication }) => authentication === 'session')) {
    attack(`${route.method} ${route.path} without a token`, { stoppedBy: 'token-place' }, () =>
      expectRefusedAtDoor(all.world, () => send(route), 'missing'),
    );
  }
});
