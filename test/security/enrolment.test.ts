// Second factors as the way in: enrolling one's own on somebody else, and what a stolen JWT is worth.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RouteName, routes } from '../../functions/contract/routes.ts';
import type { Exchange } from '../../local/journey-client.ts';
import type { World } from '../../local/world.ts';
import { attack, customer, exchange, expectNoToken, expectToken } from '../support/attacks.ts';
import { expectProblem } from '../support/problems.ts';
import {
  api,
  askStytch,
  enrolSms,
  factorIdOf,
  field,
  lastCode,
  listFactors,
  newcomer,
  newNumber,
  proveCodeAtStytch,
  proveNumberAtStytch,
  signInAgain,
  startSecurityWorld,
} from '../support/security.ts';
import { apply, individual, type SignedInUser, signedInUser } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startSecurityWorld({ sendsPerSource: 1000 });
});
afterAll(() => world.close());

type Asked = readonly [path: string, body?: object];
const enrolments = (): readonly Asked[] => [
  ['/v1/factors/totp'],
  ['/v1/factors/passkey'],
  ['/v1/factors/sms', { phoneNumber: newNumber() }],
];
const post = (jwt: string, [path, body]: Asked): Promise<Exchange> => api(world, 'POST', path, jwt, body);

/** Begins every kind of enrolment; each must be refused, and no message be sent. */
async function expectNoEnrolment(jwt: string, code: string): Promise<void> {
  const sent = world.stytch.controls.outbox().length;
  for (const one of enrolments()) expectProblem(await post(jwt, one), code, one[0]);
  expect(world.stytch.controls.outbox().length).toBe(sent);
}

/** A customer whose TOTP support has taken away, signed in by the inbox. */
async function resetCustomer(): Promise<SignedInUser> {
  const user = await customer(world);
  const totpId = await factorIdOf(world, user.sessionJwt, 'totp');
  await askStytch(world, 'DELETE', `/v1/users/totps/${totpId}`);
  return { ...user, ...(await signInAgain(world, user)) };
}

describe('enrolling one’s own factor', () => {
  it('the controls: a newcomer and a stepped-up user may', async () => {
    for (const one of enrolments()) {
      const { sessionJwt } = await newcomer(world);
      expect([200, 202]).toContain((await post(sessionJwt, one)).status);
    }
    const user = await signedInUser(world);
    expect((await post(user.sessionJwt, ['/v1/factors/passkey'])).status).toBe(200);
  });

  attack(
    'INV1 a JWT stolen before the step-up of its session enrols each kind of factor',
    { stoppedBy: 'enrolment-presented' },
    async () => {
      const user = await signedInUser(world);
      const { sessionJwt: stolen } = await signInAgain(world, user);
      const code = world.stytch.controls.totpCode(user.userId);
      const steppedUp = await api(world, 'POST', '/v1/step-up', stolen, { factor: 'totp', code });
      expect(steppedUp.status).toBe(200);
      for (const one of enrolments().slice(1)) {
        expectProblem(await post(stolen, one), 'insufficient_user_authentication', one[0]);
      }
      expect((await post(field(steppedUp, 'sessionJwt'), ['/v1/factors/passkey'])).status).toBe(200);
    },
  );

  attack(
    'A7.5.1 the inbox alone enrols beside a factor that is held, from a second session',
    { stoppedBy: 'held-factor' },
    async () => {
      const user = await newcomer(world);
      await enrolSms(world, user, newNumber());
      const { sessionJwt } = await signInAgain(world, user);
      await expectNoEnrolment(sessionJwt, 'insufficient_user_authentication');
    },
  );

  attack(
    'A7.5.1 the inbox alone enrols a device on a customer without a factor',
    { stoppedBy: 'nothing-yet' },
    async () => {
      const { sessionJwt } = await resetCustomer();
      await expectNoEnrolment(sessionJwt, 'factor_not_allowed');
    },
  );

  attack(
    'A7.5.1 the inbox alone enrols a number on a customer without a factor that Unit does not hold',
    { stoppedBy: 'unit-phone' },
    async () => {
      const user = await resetCustomer();
      const phoneNumber = newNumber();
      const refused = await post(user.sessionJwt, ['/v1/factors/sms', { phoneNumber }]);
      expectProblem(refused, 'factor_not_allowed');
      expect(world.stytch.controls.outbox(phoneNumber)).toEqual([]);
    },
  );

  attack('N10 a sign-in of eleven minutes ago enrols', { stoppedBy: 'enrolment-window' }, async () => {
    const user = await newcomer(world);
    const { sessionJwt } = await signInAgain(world, user, 660);
    await expectNoEnrolment(sessionJwt, 'insufficient_user_authentication');
  });

  attack(
    'N10 an enrolment is confirmed by a sign-in of twenty-one minutes ago',
    { stoppedBy: 'enrolment-window' },
    async () => {
      const user = await newcomer(world);
      const { sessionJwt: stale } = await signInAgain(world, user, 1260);
      expect((await post(user.sessionJwt, ['/v1/factors/totp'])).status).toBe(200);
      const code = world.stytch.controls.totpCode(user.userId);
      const refused = await post(stale, ['/v1/factors/totp/confirm', { code }]);
      expectProblem(refused, 'insufficient_user_authentication');
      expect((await post(user.sessionJwt, ['/v1/factors/totp/confirm', { code }])).status).toBe(200);
    },
  );

  attack(
    'A7.5.1 an enrolment begun before there was anything to steal is confirmed after the application',
    { stoppedBy: 'held-factor' },
    async () => {
      const { user, thief, challengeId, code } = await begunByAThief();
      const refused = await post(thief.sessionJwt, ['/v1/factors/sms/confirm', { challengeId, code }]);
      expectProblem(refused, 'insufficient_user_authentication');
      expectNoToken(await exchange(world, thief.sessionJwt));
      const kinds = (await listFactors(world, user.sessionJwt)).filter(({ counts }) => counts);
      expect(kinds).toMatchObject([{ kind: 'email' }, { kind: 'totp' }]);
    },
  );

  /** A thief with a session of the inbox begins to enrol a number; then the victim enrols a TOTP and applies. */
  async function begunByAThief() {
    const victim = await newcomer(world);
    const thief = await signInAgain(world, victim);
    const phoneNumber = newNumber();
    const begun = await post(thief.sessionJwt, ['/v1/factors/sms', { phoneNumber }]);
    await post(victim.sessionJwt, ['/v1/factors/totp']);
    const confirmed = await post(victim.sessionJwt, [
      '/v1/factors/totp/confirm',
      { code: world.stytch.controls.totpCode(victim.userId) },
    ]);
    const user = { ...victim, sessionJwt: field(confirmed, 'sessionJwt') };
    expect((await apply(world, user, individual(user.email))).status).toBe(201);
    expectToken(await exchange(world, user.sessionJwt));
    return { user, thief, challengeId: field(begun, 'challengeId'), code: lastCode(world, phoneNumber) };
  }

  attack(
    'A7.5.1 the same is confirmed at Stytch itself, as if our own answer had been lost',
    { stoppedBy: 'late-confirmation' },
    async () => {
      const { user, thief, code } = await begunByAThief();
      const shown = await askStytch(world, 'GET', `/v1/users/${user.userId}`);
      const [phone] = shown['phone_numbers'] as { phone_id: string }[];
      const jwt = await proveCodeAtStytch(world, thief.sessionJwt, phone?.phone_id ?? '', code);
      expectProblem(await exchange(world, jwt), 'insufficient_user_authentication');
      const sms = (await listFactors(world, jwt)).find(({ kind }) => kind === 'sms');
      expect(sms).toMatchObject({ counts: false });
    },
  );

  attack(
    'A7.5.1 a number attached and proved at Stytch itself, after the application',
    { stoppedBy: 'late-factor' },
    async () => {
      const victim = await customer(world);
      const thief = await signInAgain(world, victim);
      const jwt = await proveNumberAtStytch(world, { ...victim, ...thief }, newNumber());
      expectProblem(await exchange(world, jwt), 'insufficient_user_authentication');
      // Asking again does not make it an old friend.
      expectProblem(await exchange(world, jwt), 'insufficient_user_authentication');
    },
  );

  attack('N10 a step-up by a factor that does not count yet', { stoppedBy: 'counting-factor' }, async () => {
    const victim = await resetCustomer();
    const number = newNumber();
    const jwt = await proveNumberAtStytch(world, victim, number);
    const factorId = await factorIdOf(world, jwt, 'sms');
    const before = world.stytch.controls.outbox().length;
    const challenge = { factor: 'sms', factorId };
    expectProblem(await post(jwt, ['/v1/step-up/challenge', challenge]), 'enrollment_required');
    expect(world.stytch.controls.outbox().length).toBe(before);
  });
});

describe('removing a factor', () => {
  attack('A7.5.1 the last one that counts', { stoppedBy: 'last-factor' }, async () => {
    const user = await signedInUser(world);
    const totpId = await factorIdOf(world, user.sessionJwt, 'totp');
    expectProblem(await api(world, 'DELETE', `/v1/factors/${totpId}`, user.sessionJwt), 'conflict');
    // One that does not count yet is no other.
    await apply(world, user, individual(user.email));
    await proveNumberAtStytch(world, user, newNumber());
    expectProblem(await api(world, 'DELETE', `/v1/factors/${totpId}`, user.sessionJwt), 'conflict');
  });

  attack('A7.5.1 by the inbox alone, or by an old step-up', { stoppedBy: 'removal-proof' }, async () => {
    const user = await signedInUser(world);
    const { factorId } = await enrolSms(world, user, newNumber());
    const inbox = await signInAgain(world, user);
    const old = await world.stytch.controls.startSession({
      userId: user.userId,
      factors: [
        { type: 'magic_link', deliveryMethod: 'email' },
        { type: 'totp', deliveryMethod: 'authenticator_app', ageSeconds: 660 },
      ],
    });
    for (const { sessionJwt } of [inbox, old]) {
      const refused = await api(world, 'DELETE', `/v1/factors/${factorId}`, sessionJwt);
      expectProblem(refused, 'insufficient_user_authentication');
    }
    expect((await api(world, 'DELETE', `/v1/factors/${factorId}`, user.sessionJwt)).status).toBe(204);
  });
});

describe('a bearer JWT', () => {
  const bodies: Partial<Record<RouteName, object>> = {
    confirmTotp: { code: '000000' },
    enrolSms: { phoneNumber: '+14155550123' },
    confirmSms: { challengeId: 'AAAA', code: '000000' },
    confirmPasskey: { credential: { id: 'x', rawId: 'x', type: 'public-key', response: {} } },
    challenge: { factor: 'passkey' },
    stepUp: { factor: 'totp', code: '000000' },
    exchangeToken: { scopes: ['accounts'] },
  };

  it('A7.2.1 buys no JWT and no session token on any route, stepped up or not', async () => {
    const user = await customer(world);
    const later = await signInAgain(world, user);
    const jwt = /eyJ[\w-]+\.[\w-]+\.[\w-]+/;
    const expectNeither = (name: string, { body, headers }: Exchange, sessionToken: string): void => {
      const text = JSON.stringify([body, [...headers]]);
      expect({ name, holdsAJwt: jwt.test(text), holdsTheToken: text.includes(sessionToken) }).toEqual({
        name,
        holdsAJwt: false,
        holdsTheToken: false,
      });
    };
    // Revoking ends the sessions that the others ask with.
    const names = (Object.keys(routes) as RouteName[]).filter((name) => name !== 'revoke');
    const ask = async ({ sessionJwt, sessionToken }: typeof later): Promise<number> => {
      let exchanged = 0;
      for (const name of names) {
        const { method, path } = routes[name];
        const body = name === 'apply' ? individual(user.email) : bodies[name];
        const headers = { 'idempotency-key': `bearer-${name}-${user.userId}` };
        const target = path.replace(/\{\w+\}/, 'x');
        const sent = method === 'GET' || method === 'DELETE' ? undefined : (body ?? {});
        const answer = await api(world, method, target, sessionJwt, sent, headers);
        expectNeither(name, answer, sessionToken);
        if (name === 'exchangeToken') exchanged = answer.status;
      }
      return exchanged;
    };
    expect(await ask(later)).toBe(401);
    expect(await ask(user)).toBe(201);
    const { method, path } = routes.revoke;
    const revoked = await api(world, method, path, user.sessionJwt, { all: true });
    expect(revoked.status).toBe(204);
    expectNeither('revoke', revoked, user.sessionToken);
  });
});
