// Every sign-up, session and factor route over HTTP, and the ways in which each is abused.
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { call, type Exchange, pkce } from '../../local/journey-client.ts';
import type { World } from '../../local/world.ts';
import { SoftwareAuthenticator } from '../../simulators/stytch/software-authenticator.ts';
import { expectProblem } from '../support/problems.ts';
import { enrolSms, field, lastCode, newcomer, newNumber, recoveryCodesOf } from '../support/security.ts';
import {
  apply,
  emailFactor,
  individual,
  type SignedInUser,
  signedInUser,
  startTestWorld,
  withLimits,
} from '../support/world.ts';

const ORIGIN = 'http://localhost:4400';

let world: World;
beforeAll(async () => {
  // So many people sign up from one address in no deployment.
  world = await startTestWorld({ template: withLimits({ sendsPerSource: 1000 }) });
});
afterAll(() => world.close());
afterEach(() => world.stytch.controls.faults.heal());

const api = (method: string, path: string, bearer?: string, body?: unknown): Promise<Exchange> =>
  call(method, `${world.apiUrl}${path}`, {
    ...(bearer === undefined ? {} : { bearer }),
    ...(body === undefined ? {} : { body }),
  });

const kindsOf = (exchange: Exchange): readonly string[] =>
  (exchange.body as { factors: { kind: string }[] }).factors.map(({ kind }) => kind);

describe('sign-up by email passcode', () => {
  const signUp = (email: string) => api('POST', '/v1/signup', undefined, { method: 'email_otp', email });
  const authenticate = (challengeId: string, code: string) =>
    api('POST', '/v1/signup/authenticate', undefined, { method: 'email_otp', challengeId, code });

  it('signs a new address up and the same address in', async () => {
    const email = `otp.${randomUUID().slice(0, 8)}@example.com`;
    const first = await signUp(email);
    expect(first.status).toBe(202);
    const signedUp = await authenticate(field(first, 'challengeId'), lastCode(world, email));
    expect(signedUp).toMatchObject({ status: 200, body: { factors: [{ kind: 'email' }] } });
    const again = await signUp(email);
    const signedIn = await authenticate(field(again, 'challengeId'), lastCode(world, email));
    expect(field(signedIn, 'userId')).toBe(field(signedUp, 'userId'));
  });

  it('A6.3.8 answers known, unknown and locked addresses alike, by the same vendor call', async () => {
    const known = await newcomer(world);
    const locked = await newcomer(world);
    world.stytch.controls.lockUser(locked.userId);
    const shapes = [];
    for (const email of [known.email, locked.email, `none.${randomUUID().slice(0, 8)}@example.com`]) {
      const before = world.stytch.controls.requests().length;
      const { status, body } = await signUp(email);
      const calls = world.stytch.controls
        .requests()
        .slice(before)
        .map(({ method, path }) => `${method} ${path}`);
      const { challengeId, ...rest } = body as { challengeId: string };
      shapes.push({ status, rest, length: challengeId.length, calls });
    }
    expect(shapes[1]).toEqual(shapes[0]);
    expect(shapes[2]).toEqual(shapes[0]);
    expect(shapes[0]?.calls).toEqual(['POST /v1/otps/email/login_or_create']);
  });

  it('a wrong, a used, an expired, a foreign and an unknown code read alike', async () => {
    const email = `otp.${randomUUID().slice(0, 8)}@example.com`;
    const other = `otp.${randomUUID().slice(0, 8)}@example.com`;
    const [mine, theirs] = [await signUp(email), await signUp(other)];
    const code = lastCode(world, email);
    const wrong = code === '111111' ? '222222' : '111111';
    const challengeId = field(mine, 'challengeId');
    const refused = [
      await authenticate(challengeId, wrong),
      await authenticate(field(theirs, 'challengeId'), code),
      await authenticate('AAAA', code),
      await authenticate(`${challengeId.slice(0, -4)}AAAA`, code),
    ];
    await authenticate(challengeId, code);
    refused.push(await authenticate(challengeId, code));
    const late = await signUp(email);
    world.stytch.controls.ageCodes({ to: email, seconds: 601 });
    refused.push(await authenticate(field(late, 'challengeId'), lastCode(world, email)));
    for (const one of refused) expectProblem(one, 'invalid_grant');
  });

  it('A6.6.3 lets no more than five of fifty parallel tries of one code reach Stytch', async () => {
    const email = `otp.${randomUUID().slice(0, 8)}@example.com`;
    const sent = await signUp(email);
    const before = world.stytch.controls.requests().length;
    const tries = await Promise.all(
      Array.from({ length: 50 }, (_, i) => authenticate(field(sent, 'challengeId'), String(100_000 + i))),
    );
    const reached = world.stytch.controls
      .requests()
      .slice(before)
      .filter(({ path }) => path === '/v1/otps/authenticate');
    expect(reached.length).toBeLessThanOrEqual(5);
    const limited = tries.filter(({ status }) => status === 429);
    expect(limited.length).toBeGreaterThanOrEqual(45);
    expect(Number(limited[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
  }, 20_000);

  it('limits the sends to one address from one source', async () => {
    const email = `otp.${randomUUID().slice(0, 8)}@example.com`;
    const statuses: number[] = [];
    for (let i = 0; i < 6; i += 1) statuses.push((await signUp(email)).status);
    expect(statuses).toEqual([202, 202, 202, 202, 202, 429]);
  }, 20_000);
});

describe('sessions', () => {
  it('gives a fresh JWT for the session token, and moves the end to an hour from now', async () => {
    const user = await newcomer(world);
    world.stytch.controls.ageSession({ sessionId: user.sessionId, seconds: 1800 });
    const refreshed = await api('POST', '/v1/sessions/refresh', undefined, {
      sessionToken: user.sessionToken,
    });
    expect(refreshed.status).toBe(200);
    const left = (Date.parse(field(refreshed, 'sessionExpiresAt')) - Date.now()) / 1000;
    expect(left).toBeGreaterThan(3500);
    expect(left).toBeLessThanOrEqual(3600);
  });

  it('N4 ends a session that has reached its longest life', async () => {
    const user = await newcomer(world);
    const { sessionToken } = await world.stytch.controls.startSession({
      userId: user.userId,
      ageSeconds: 43_300,
      minutes: 800,
    });
    expectProblem(await api('POST', '/v1/sessions/refresh', undefined, { sessionToken }), 'invalid_grant');
  });

  it('refuses a session token that is of no live session', async () => {
    const refused = await api('POST', '/v1/sessions/refresh', undefined, { sessionToken: 'nonsense' });
    expectProblem(refused, 'invalid_grant');
  });

  it('A7.4.1 ends one session by its token, and the JWT no longer buys anything', async () => {
    const user = await newcomer(world);
    const ended = await api('POST', '/v1/sessions/revoke', undefined, { sessionToken: user.sessionToken });
    expect(ended.status).toBe(204);
    expectProblem(await api('GET', '/v1/factors', user.sessionJwt), 'invalid_token');
    const again = await api('POST', '/v1/sessions/revoke', undefined, { sessionToken: user.sessionToken });
    expect(again.status).toBe(204);
  });

  it('ends all sessions of a fresh sign-in, and asks an older one to step up', async () => {
    const user = await newcomer(world);
    await world.stytch.controls.startSession({ userId: user.userId });
    const old = await world.stytch.controls.startSession({
      userId: user.userId,
      factors: [{ ...emailFactor, ageSeconds: 700 }],
    });
    expectProblem(
      await api('POST', '/v1/sessions/revoke', old.sessionJwt, { all: true }),
      'insufficient_user_authentication',
    );
    expectProblem(await api('POST', '/v1/sessions/revoke', undefined, { all: true }), 'invalid_token');
    expect((await api('POST', '/v1/sessions/revoke', user.sessionJwt, { all: true })).status).toBe(204);
    expect(world.stytch.controls.sessions(user.userId)).toEqual([]);
  });
});

describe('SMS', () => {
  it('enrols a number, and a later session steps up with it', async () => {
    const user = await newcomer(world);
    const phoneNumber = newNumber();
    const { factorId } = await enrolSms(world, user, phoneNumber);
    const later = await world.stytch.controls.startSession({ userId: user.userId, factors: [emailFactor] });
    const challenge = await api('POST', '/v1/step-up/challenge', later.sessionJwt, {
      factor: 'sms',
      factorId,
    });
    expect(challenge.status).toBe(200);
    const proof = {
      factor: 'sms',
      challengeId: field(challenge, 'challengeId'),
      code: lastCode(world, phoneNumber),
    };
    const steppedUp = await api('POST', '/v1/step-up', later.sessionJwt, proof);
    expect(steppedUp.status).toBe(200);
    expect(kindsOf(steppedUp)).toEqual(['email', 'sms']);
    expectProblem(await api('POST', '/v1/step-up', later.sessionJwt, proof), 'invalid_grant');
  });

  it('masks the number wherever it is shown', async () => {
    const user = await newcomer(world);
    const phoneNumber = newNumber();
    const { sessionJwt } = await enrolSms(world, user, phoneNumber);
    const listed = await api('GET', '/v1/factors', sessionJwt);
    expect(JSON.stringify(listed.body)).not.toContain(phoneNumber.slice(0, 8));
    expect(JSON.stringify(listed.body)).toContain(`***${phoneNumber.slice(-2)}`);
  });

  it("sends no code to another user's factor or to one that nobody enrolled", async () => {
    const [mine, theirs] = [await newcomer(world), await newcomer(world)];
    const { sessionJwt } = await enrolSms(world, mine, newNumber());
    const { factorId } = await enrolSms(world, theirs, newNumber());
    const before = world.stytch.controls.outbox().length;
    for (const id of [factorId, 'phone-number-test-00000000-0000-4000-8000-000000000001']) {
      const refused = await api('POST', '/v1/step-up/challenge', sessionJwt, { factor: 'sms', factorId: id });
      expectProblem(refused, 'not_found');
    }
    expect(world.stytch.controls.outbox().length).toBe(before);
  });

  it("refuses another user's challenge, even with the right code", async () => {
    const [mine, theirs] = [await newcomer(world), await newcomer(world)];
    const enrolled = await enrolSms(world, mine, newNumber());
    const theirNumber = newNumber();
    const other = await enrolSms(world, theirs, theirNumber);
    const challenge = await api('POST', '/v1/step-up/challenge', other.sessionJwt, {
      factor: 'sms',
      factorId: other.factorId,
    });
    const proof = {
      factor: 'sms',
      challengeId: field(challenge, 'challengeId'),
      code: lastCode(world, theirNumber),
    };
    expectProblem(await api('POST', '/v1/step-up', enrolled.sessionJwt, proof), 'invalid_grant');
  });

  it('limits the messages to one number', async () => {
    const user = await newcomer(world);
    const phoneNumber = newNumber();
    const { sessionJwt, factorId } = await enrolSms(world, user, phoneNumber);
    const statuses: number[] = [];
    for (let i = 0; i < 5; i += 1) {
      statuses.push(
        (await api('POST', '/v1/step-up/challenge', sessionJwt, { factor: 'sms', factorId })).status,
      );
    }
    expect(statuses).toEqual([200, 200, 200, 200, 429]);
  });

  it('a customer without a factor enrols by the number that Unit holds, and by no other', async () => {
    const user = await signedInUser(world);
    expect(await apply(world, user, individual(user.email))).toMatchObject({ status: 201 });
    // Support has taken the lost TOTP away.
    const totp = world.stytch.controls.userByEmail(user.email);
    expect(totp?.userId).toBe(user.userId);
    await fetch(`${world.stytch.url}/v1/users/totps/${await totpIdOf(user)}`, {
      method: 'DELETE',
      headers: { authorization: `Basic ${basic()}` },
    });
    const later = await world.stytch.controls.startSession({ userId: user.userId, factors: [emailFactor] });
    expectProblem(await api('POST', '/v1/factors/totp', later.sessionJwt), 'factor_not_allowed');
    expectProblem(await api('POST', '/v1/factors/passkey', later.sessionJwt), 'factor_not_allowed');
    const hijack = await api('POST', '/v1/factors/sms', later.sessionJwt, { phoneNumber: newNumber() });
    expectProblem(hijack, 'factor_not_allowed');
    const own = await enrolSms(world, { ...user, ...later }, '+15555550142');
    const token = await api('POST', '/v1/token', own.sessionJwt, { scopes: ['accounts'] });
    expect(token.status).toBe(201);
    expect(JSON.stringify(await world.scanTable())).not.toContain('5555550142');
  });
});

const basic = (): string =>
  Buffer.from(`project-test-00000000-0000-4000-8000-000000000000:${world.secrets.seeded.stytch}`).toString(
    'base64',
  );

async function totpIdOf(user: SignedInUser): Promise<string> {
  const listed = await api('GET', '/v1/factors', user.sessionJwt);
  const factors = (listed.body as { factors: { kind: string; factorId: string }[] }).factors;
  return factors.find(({ kind }) => kind === 'totp')?.factorId ?? '';
}

describe('passkeys', () => {
  it('enrols one with a real credential, and a later session steps up with it', async () => {
    const user = await newcomer(world);
    const authenticator = new SoftwareAuthenticator();
    const begun = await api('POST', '/v1/factors/passkey', user.sessionJwt);
    expect(begun.status).toBe(200);
    const { options } = begun.body as { options: { rp: { id: string } } };
    expect(options.rp.id).toBe('localhost');
    const credential: unknown = JSON.parse(authenticator.create(JSON.stringify(options), ORIGIN));
    const confirmed = await api('POST', '/v1/factors/passkey/confirm', user.sessionJwt, { credential });
    expect(confirmed.status).toBe(200);
    expect(kindsOf(confirmed)).toEqual(['email', 'passkey']);

    const later = await world.stytch.controls.startSession({ userId: user.userId, factors: [emailFactor] });
    const challenge = await api('POST', '/v1/step-up/challenge', later.sessionJwt, { factor: 'passkey' });
    const request = (challenge.body as { options: unknown }).options;
    const assertion: unknown = JSON.parse(authenticator.get(JSON.stringify(request), ORIGIN));
    const proof = { factor: 'passkey', credential: assertion };
    const steppedUp = await api('POST', '/v1/step-up', later.sessionJwt, proof);
    expect(kindsOf(steppedUp)).toEqual(['email', 'passkey']);
    expectProblem(await api('POST', '/v1/step-up', later.sessionJwt, proof), 'invalid_grant');
  });

  it('refuses a credential that was made on another site', async () => {
    const user = await newcomer(world);
    const begun = await api('POST', '/v1/factors/passkey', user.sessionJwt);
    const options = JSON.stringify((begun.body as { options: unknown }).options);
    const credential: unknown = JSON.parse(
      new SoftwareAuthenticator().create(options, 'https://phishing.example'),
    );
    const refused = await api('POST', '/v1/factors/passkey/confirm', user.sessionJwt, { credential });
    expectProblem(refused, 'invalid_grant');
  });
});

describe('recovery and removal', () => {
  it('a recovery code replaces the TOTP and opens nothing else; the new one waits a day', async () => {
    const user = await signedInUser(world);
    expect(await apply(world, user, individual(user.email))).toMatchObject({ status: 201 });
    const other = await world.stytch.controls.startSession({ userId: user.userId });
    const later = await world.stytch.controls.startSession({ userId: user.userId, factors: [emailFactor] });
    const codes = await recoveryCodesOf(world, user.userId);
    const recovered = await api('POST', '/v1/step-up', later.sessionJwt, {
      factor: 'recovery_code',
      recoveryCode: codes[0],
    });
    expect(recovered.status).toBe(200);
    const sessionJwt = field(recovered, 'sessionJwt');
    const sessions = world.stytch.controls.sessions(user.userId).map((one) => one['session_id']);
    expect(sessions).toEqual([later.sessionId]);
    expect(sessions).not.toContain(other.sessionId);

    expectProblem(
      await api('POST', '/v1/token', sessionJwt, { scopes: ['accounts'] }),
      'insufficient_user_authentication',
    );
    expectProblem(await api('POST', '/v1/factors/passkey', sessionJwt), 'insufficient_user_authentication');
    const again = await api('POST', '/v1/step-up', sessionJwt, {
      factor: 'recovery_code',
      recoveryCode: codes[0],
    });
    expectProblem(again, 'invalid_grant');

    const begun = await api('POST', '/v1/factors/totp', sessionJwt);
    expect(begun.status).toBe(200);
    const confirmed = await api('POST', '/v1/factors/totp/confirm', sessionJwt, {
      code: world.stytch.controls.totpCode(user.userId),
    });
    expect(confirmed.status).toBe(200);
    const refused = await api('POST', '/v1/token', field(confirmed, 'sessionJwt'), { scopes: ['accounts'] });
    expectProblem(refused, 'enrollment_required');
  });

  it('N10 a recovery needs a sign-in of the last ten minutes', async () => {
    const user = await signedInUser(world);
    const stale = await world.stytch.controls.startSession({
      userId: user.userId,
      factors: [{ ...emailFactor, ageSeconds: 700 }],
    });
    const codes = await recoveryCodesOf(world, user.userId);
    const refused = await api('POST', '/v1/step-up', stale.sessionJwt, {
      factor: 'recovery_code',
      recoveryCode: codes[0],
    });
    expectProblem(refused, 'insufficient_user_authentication');
  });

  it("A7.5.1 removes a factor after a step-up, never the last, and never somebody else's", async () => {
    const user = await signedInUser(world);
    const totpId = await totpIdOf(user);
    expectProblem(await api('DELETE', `/v1/factors/${totpId}`, user.sessionJwt), 'conflict');
    const { sessionJwt, factorId } = await enrolSms(world, user, newNumber());
    const stranger = await newcomer(world);
    const theirs = await enrolSms(world, stranger, newNumber());
    expectProblem(await api('DELETE', `/v1/factors/${theirs.factorId}`, sessionJwt), 'not_found');
    const oneFactor = await world.stytch.controls.startSession({
      userId: user.userId,
      factors: [emailFactor],
    });
    expectProblem(
      await api('DELETE', `/v1/factors/${factorId}`, oneFactor.sessionJwt),
      'insufficient_user_authentication',
    );
    expect((await api('DELETE', `/v1/factors/${factorId}`, sessionJwt)).status).toBe(204);
  });
});

describe('enrolment hijack', () => {
  it('INV1 a JWT stolen before a step-up never gains its factors, by enrolling one either', async () => {
    const user = await newcomer(world);
    const phoneNumber = newNumber();
    const { factorId } = await enrolSms(world, user, phoneNumber);
    const session = await world.stytch.controls.startSession({ userId: user.userId, factors: [emailFactor] });
    const stolen = session.sessionJwt;
    const challenge = await api('POST', '/v1/step-up/challenge', stolen, { factor: 'sms', factorId });
    const steppedUp = await api('POST', '/v1/step-up', stolen, {
      factor: 'sms',
      challengeId: field(challenge, 'challengeId'),
      code: lastCode(world, phoneNumber),
    });
    expect(steppedUp.status).toBe(200);
    for (const [path, body] of [
      ['/v1/factors/totp', undefined],
      ['/v1/factors/passkey', undefined],
      ['/v1/factors/sms', { phoneNumber: newNumber() }],
    ] as const) {
      expectProblem(await api('POST', path, stolen, body), 'insufficient_user_authentication');
    }
    expect((await api('POST', '/v1/factors/totp', field(steppedUp, 'sessionJwt'))).status).toBe(200);
  });

  it('a factor that appears while an application is open waits a day before it counts', async () => {
    const user = await signedInUser(world);
    world.unit.controls.switches.startPending = true;
    const applied = await apply(world, user, individual(user.email));
    world.unit.controls.switches.startPending = false;
    expect(applied).toMatchObject({ body: { status: 'Pending' } });
    // Behind our back, at Stytch: a number attached by whoever holds the inbox.
    const phoneNumber = newNumber();
    const sent = await fetch(`${world.stytch.url}/v1/otps/sms/send`, {
      method: 'POST',
      headers: { authorization: `Basic ${basic()}`, 'content-type': 'application/json' },
      body: JSON.stringify({ user_id: user.userId, phone_number: phoneNumber }),
    });
    const { phone_id: methodId } = (await sent.json()) as { phone_id: string };
    const thief = await world.stytch.controls.startSession({ userId: user.userId, factors: [emailFactor] });
    const proved = await fetch(`${world.stytch.url}/v1/otps/authenticate`, {
      method: 'POST',
      headers: { authorization: `Basic ${basic()}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        method_id: methodId,
        code: lastCode(world, phoneNumber),
        session_jwt: thief.sessionJwt,
      }),
    });
    const { session_jwt: sessionJwt } = (await proved.json()) as { session_jwt: string };
    expectProblem(
      await api('POST', '/v1/token', sessionJwt, { scopes: ['accounts'] }),
      'insufficient_user_authentication',
    );
    const listed = await api('GET', '/v1/factors', sessionJwt);
    const factors = (listed.body as { factors: { kind: string; counts: boolean }[] }).factors;
    expect(factors.find(({ kind }) => kind === 'sms')?.counts).toBe(false);
  });
});

describe('lost answers', () => {
  it('D5 a proof whose answer is lost is not sent again, and buys no JWT but by the session token', async () => {
    const user = await signedInUser(world, [emailFactor]);
    world.stytch.controls.faults.arm({
      method: 'POST',
      path: '/v1/totps/authenticate',
      times: 1,
      fault: { kind: 'cut' },
    });
    const before = world.stytch.controls.requests().length;
    const lost = await api('POST', '/v1/step-up', user.sessionJwt, {
      factor: 'totp',
      code: world.stytch.controls.totpCode(user.userId),
    });
    expectProblem(lost, 'upstream_timeout');
    expect(lost.body).not.toHaveProperty('sessionJwt');
    const proofs = world.stytch.controls
      .requests()
      .slice(before)
      .filter(({ path }) => path === '/v1/totps/authenticate');
    expect(proofs).toHaveLength(1);
    const refreshed = await api('POST', '/v1/sessions/refresh', undefined, {
      sessionToken: user.sessionToken,
    });
    expect(kindsOf(refreshed)).toEqual(['email', 'totp']);
  });

  it('eight wrong codes in a row refuse the ninth, and a sign-in ends the row', async () => {
    const user = await signedInUser(world, [emailFactor]);
    const good = world.stytch.controls.totpCode(user.userId);
    const wrong = good === '123456' ? '654321' : '123456';
    const statuses: number[] = [];
    for (let i = 0; i < 9; i += 1) {
      statuses.push(
        (await api('POST', '/v1/step-up', user.sessionJwt, { factor: 'totp', code: wrong })).status,
      );
    }
    expect(statuses).toEqual([400, 400, 400, 400, 400, 400, 400, 400, 429]);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const { codeVerifier, codeChallenge } = pkce();
    await api('POST', '/v1/signup', undefined, {
      method: 'email_magic_link',
      email: user.email,
      codeChallenge,
    });
    const token = world.stytch.controls.inbox(user.email).at(-1)?.token;
    const signedIn = await api('POST', '/v1/signup/authenticate', undefined, {
      method: 'email_magic_link',
      token,
      codeVerifier,
    });
    const steppedUp = await api('POST', '/v1/step-up', field(signedIn, 'sessionJwt'), {
      factor: 'totp',
      code: world.stytch.controls.totpCode(user.userId),
    });
    expect(steppedUp.status).toBe(200);
  }, 20_000);
});

describe('what strangers cannot do', () => {
  it('use up the step-ups of a user by wrong passcodes at the inbox', async () => {
    const user = await signedInUser(world, [emailFactor]);
    for (let round = 0; round < 4; round += 1) {
      const sent = await api('POST', '/v1/signup', undefined, { method: 'email_otp', email: user.email });
      for (let i = 0; i < 5; i += 1) {
        await api('POST', '/v1/signup/authenticate', undefined, {
          method: 'email_otp',
          challengeId: field(sent, 'challengeId'),
          code: String(100_000 + i),
        });
      }
    }
    const steppedUp = await api('POST', '/v1/step-up', user.sessionJwt, {
      factor: 'totp',
      code: world.stytch.controls.totpCode(user.userId),
    });
    expect(steppedUp.status).toBe(200);
  }, 20_000);

  it("use up the messages of a number that is somebody else's factor", async () => {
    const victim = await newcomer(world);
    const phoneNumber = newNumber();
    const { sessionJwt, factorId } = await enrolSms(world, victim, phoneNumber);
    for (let i = 0; i < 6; i += 1) {
      const stranger = await newcomer(world);
      await api('POST', '/v1/factors/sms', stranger.sessionJwt, { phoneNumber });
    }
    const challenge = await api('POST', '/v1/step-up/challenge', sessionJwt, { factor: 'sms', factorId });
    expect(challenge.status).toBe(200);
  });

  it('have more than thirty messages an hour sent from one place', async () => {
    const strict = await startTestWorld({ template: withLimits() });
    const statuses: number[] = [];
    for (let i = 0; i < 32; i += 1) {
      const email = `pump.${randomUUID().slice(0, 8)}@example.com`;
      const { userId } = await strict.stytch.controls.seedUser({ email });
      const { sessionJwt } = await strict.stytch.controls.startSession({ userId, factors: [emailFactor] });
      const url = `${strict.apiUrl}/v1/factors/sms`;
      const { status } = await call('POST', url, { bearer: sessionJwt, body: { phoneNumber: newNumber() } });
      statuses.push(status);
    }
    await strict.close();
    expect(statuses.filter((status) => status === 202)).toHaveLength(30);
    expect(statuses.slice(30)).toEqual([429, 429]);
  }, 30_000);
});

describe('what a recovery does not open', () => {
  it('any other factor, also after the lost TOTP is gone', async () => {
    const user = await signedInUser(world);
    expect(await apply(world, user, individual(user.email))).toMatchObject({ status: 201 });
    const later = await world.stytch.controls.startSession({ userId: user.userId, factors: [emailFactor] });
    const [recoveryCode] = await recoveryCodesOf(world, user.userId);
    const recovered = await api('POST', '/v1/step-up', later.sessionJwt, {
      factor: 'recovery_code',
      recoveryCode,
    });
    const sessionJwt = field(recovered, 'sessionJwt');
    expect((await api('POST', '/v1/factors/totp', sessionJwt)).status).toBe(200);
    const sms = await api('POST', '/v1/factors/sms', sessionJwt, { phoneNumber: '+15555550142' });
    expectProblem(sms, 'factor_not_allowed');
    expectProblem(await api('POST', '/v1/factors/passkey', sessionJwt), 'factor_not_allowed');
    const fresh = await world.stytch.controls.startSession({ userId: user.userId, factors: [emailFactor] });
    const again = await api('POST', '/v1/factors/sms', fresh.sessionJwt, { phoneNumber: '+15555550142' });
    expectProblem(again, 'factor_not_allowed');
  });

  it('ends other sessions before the old TOTP goes, also when the first try failed', async () => {
    const user = await signedInUser(world);
    const other = await world.stytch.controls.startSession({ userId: user.userId });
    const later = await world.stytch.controls.startSession({ userId: user.userId, factors: [emailFactor] });
    world.stytch.controls.faults.arm({
      method: 'GET',
      path: '/v1/sessions',
      // A read is sent twice.
      times: 2,
      fault: { kind: 'status', status: 500 },
    });
    const [recoveryCode] = await recoveryCodesOf(world, user.userId);
    const failed = await api('POST', '/v1/step-up', later.sessionJwt, {
      factor: 'recovery_code',
      recoveryCode,
    });
    expect(failed.status).toBe(502);
    const refreshed = await api('POST', '/v1/sessions/refresh', undefined, {
      sessionToken: later.sessionToken,
    });
    expect((await api('POST', '/v1/factors/totp', field(refreshed, 'sessionJwt'))).status).toBe(200);
    const live = world.stytch.controls.sessions(user.userId).map((one) => one['session_id']);
    expect(live).not.toContain(other.sessionId);
  });

  it('two parallel removals leave one factor that counts', async () => {
    const user = await signedInUser(world);
    const totpId = await totpIdOf(user);
    const { sessionJwt, factorId } = await enrolSms(world, user, newNumber());
    const removed = await Promise.all(
      [totpId, factorId].map((id) => api('DELETE', `/v1/factors/${id}`, sessionJwt)),
    );
    expect(removed.map(({ status }) => status).sort((a, b) => a - b)).toEqual([204, 409]);
  });
});

describe('GET /v1/me', () => {
  it('tells a user what comes next, from nothing to a token', async () => {
    const user = await newcomer(world);
    const next = async (jwt: string) => field(await api('GET', '/v1/me', jwt), 'next');
    expect(await next(user.sessionJwt)).toBe('enroll_factor');
    const { sessionJwt } = await enrolSms(world, user, newNumber());
    expect(await next(sessionJwt)).toBe('apply');
    const later = await world.stytch.controls.startSession({ userId: user.userId, factors: [emailFactor] });
    expect(await next(later.sessionJwt)).toBe('step_up');
    await apply(world, { ...user, sessionJwt }, individual(user.email));
    expect(await next(sessionJwt)).toBe('exchange_token');
  });
});
