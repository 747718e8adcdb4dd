// A6.6.3, A2.4.1: codes guessed in parallel and in rows, messages sent at others' cost, tokens and applications in bulk.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TOTP } from 'otpauth';
import type { Exchange } from '../../local/journey-client.ts';
import type { World } from '../../local/world.ts';
import { attack, customer, exchange, expectToken } from '../support/attacks.ts';
import {
  api,
  enrolSms,
  field,
  lastCode,
  newcomer,
  newNumber,
  signInAgain,
  startSecurityWorld,
} from '../support/security.ts';
import { apply, individual, signedInUser } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  // The row is lifted where the attack is on the day, and the sources where it is on the address or the number.
  world = await startSecurityWorld({ sendsPerSource: 1000 });
  world.stytch.controls.setSwitches({ rateLimit: 'off', lockAfterFailures: 100 });
});
afterAll(() => world.close());

const statuses = (answers: readonly Exchange[], wanted: number): number =>
  answers.filter(({ status }) => status === wanted).length;

/** So many got through, and all others were told to wait; a busy machine may refuse some more. */
function expectAtMost(answers: readonly Exchange[], most: number, through: number): void {
  const passed = answers.map(({ status }) => status).filter((status) => status < 429);
  expect(new Set(passed)).toEqual(new Set([through]));
  expect(passed.length).toBeLessThanOrEqual(most);
  expect(statuses(answers, 429)).toBeGreaterThan(answers.length / 2);
}

/** How many calls to a path of Stytch the work costs. */
async function callsOf(path: string, work: () => Promise<unknown>): Promise<number> {
  const before = world.stytch.controls.requests().length;
  await work();
  return world.stytch.controls
    .requests()
    .slice(before)
    .filter((one) => one.path === path).length;
}

const signUp = (email: string) => api(world, 'POST', '/v1/signup', undefined, { method: 'email_otp', email });
const guess = (challengeId: string, code: string) =>
  api(world, 'POST', '/v1/signup/authenticate', undefined, { method: 'email_otp', challengeId, code });
const wrongCodes = (right: string, count: number): readonly string[] =>
  Array.from({ length: count + 1 }, (_, i) => String(100_000 + i))
    .filter((code) => code !== right)
    .slice(0, count);

describe('a passcode by email', () => {
  attack(
    'O2 A6.6.3 fifty guesses at once at one challenge',
    { stoppedBy: 'tries-per-challenge' },
    async () => {
      const { email } = await newcomer(world);
      const challengeId = field(await signUp(email), 'challengeId');
      const right = lastCode(world, email);
      let answers: readonly Exchange[] = [];
      const asked = await callsOf('/v1/otps/authenticate', async () => {
        answers = await Promise.all(wrongCodes(right, 50).map((code) => guess(challengeId, code)));
      });
      expect(asked).toBeLessThanOrEqual(5);
      expectAtMost(answers, 5, 400);
      // Used up is used up, for the right code too.
      expect((await guess(challengeId, right)).status).toBe(429);
    },
  );

  attack('N6 a new code does not reset the row of failures', { stoppedBy: 'sign-in-row' }, async () => {
    const { email } = await newcomer(world);
    const asked = await callsOf('/v1/otps/authenticate', async () => {
      for (let round = 0; round < 3; round += 1) {
        const challengeId = field(await signUp(email), 'challengeId');
        await Promise.all(wrongCodes(lastCode(world, email), 5).map((code) => guess(challengeId, code)));
      }
    });
    expect(asked).toBeLessThanOrEqual(8);
  });

  attack(
    'A6.6.3 guesses all day, while the owner’s own sign-ins keep ending the row',
    { stoppedBy: 'sign-in-day' },
    async () => {
      const lenient = await startSecurityWorld({ sendsPerAddressAndSource: 100 });
      lenient.stytch.controls.setSwitches({ rateLimit: 'off', lockAfterFailures: 100 });
      const { email } = await newcomer(lenient);
      const answers: number[][] = [];
      for (let round = 0; round < 6; round += 1) {
        const path = '/v1/signup';
        const sent = await api(lenient, 'POST', path, undefined, { method: 'email_otp', email });
        const right = lastCode(lenient, email);
        const codes = [...wrongCodes(right, 4), right];
        const outcomes: number[] = [];
        for (const code of codes) {
          const body = { method: 'email_otp', challengeId: field(sent, 'challengeId'), code };
          outcomes.push((await api(lenient, 'POST', `${path}/authenticate`, undefined, body)).status);
        }
        answers.push(outcomes);
      }
      await lenient.close();
      const [ended, spent] = [
        [400, 400, 400, 400, 200],
        [400, 400, 400, 400, 429],
      ];
      expect(answers).toEqual([ended, ended, ended, ended, spent, [429, 429, 429, 429, 429]]);
    },
  );
});

describe('a second factor', () => {
  const prove = (jwt: string, code: string) =>
    api(world, 'POST', '/v1/step-up', jwt, { factor: 'totp', code });

  attack('A6.6.3 fifty TOTP guesses at once', { stoppedBy: 'step-up-row' }, async () => {
    const user = await signedInUser(world);
    const codes = wrongCodes(world.stytch.controls.totpCode(user.userId), 50);
    let answers: readonly Exchange[] = [];
    const asked = await callsOf('/v1/totps/authenticate', async () => {
      answers = await Promise.all(codes.map((code) => prove(user.sessionJwt, code)));
    });
    expect(asked).toBeLessThanOrEqual(8);
    expectAtMost(answers, 8, 400);
  });

  attack(
    'A6.6.3 TOTP guesses by someone who holds the inbox, with a sign-in before each row',
    { stoppedBy: 'step-up-day' },
    async () => {
      const user = await signedInUser(world);
      const codes = wrongCodes(world.stytch.controls.totpCode(user.userId), 7);
      const asked = await callsOf('/v1/totps/authenticate', async () => {
        for (let round = 0; round < 4; round += 1) {
          // A row is ended by a sign-in after it, to the second.
          await new Promise((resolve) => setTimeout(resolve, 1100));
          const { sessionJwt } = await signInAgain(world, user);
          for (const code of codes) await prove(sessionJwt, code);
        }
      });
      expect(asked).toBe(20);
    },
  );

  attack(
    'A6.6.3 recovery codes, SMS codes and TOTP codes share one row',
    { stoppedBy: 'step-up-row' },
    async () => {
      const user = await signedInUser(world);
      const number = newNumber();
      const { sessionJwt, factorId } = await enrolSms(world, user, number);
      const sent = await api(world, 'POST', '/v1/step-up/challenge', sessionJwt, { factor: 'sms', factorId });
      const challengeId = field(sent, 'challengeId');
      const answers: number[] = [];
      for (const code of wrongCodes(lastCode(world, number), 3)) {
        for (const body of [
          { factor: 'totp', code },
          { factor: 'sms', challengeId, code },
          { factor: 'recovery_code', recoveryCode: `aaaa-bbbb-${code.slice(0, 4)}` },
        ]) {
          answers.push((await api(world, 'POST', '/v1/step-up', sessionJwt, body)).status);
        }
      }
      expect(answers).toEqual([400, 400, 400, 400, 400, 400, 400, 400, 429]);
    },
  );

  attack(
    'A6.6.3 fifty guesses at the code of one enrolment',
    { stoppedBy: 'tries-per-challenge' },
    async () => {
      const { sessionJwt } = await newcomer(world);
      const number = newNumber();
      const begun = await api(world, 'POST', '/v1/factors/sms', sessionJwt, { phoneNumber: number });
      const challengeId = field(begun, 'challengeId');
      const confirm = (code: string) =>
        api(world, 'POST', '/v1/factors/sms/confirm', sessionJwt, { challengeId, code });
      const asked = await callsOf('/v1/otps/authenticate', () =>
        Promise.all(wrongCodes(lastCode(world, number), 50).map(confirm)),
      );
      expect(asked).toBeLessThanOrEqual(5);
    },
  );

  it('A6.5.1 a TOTP code that was accepted once is worth nothing, at any step-up', async () => {
    const { email } = await newcomer(world);
    const { sessionJwt } = await signInAgain(world, {
      userId: world.stytch.controls.userByEmail(email)?.userId ?? '',
    });
    const begun = await api(world, 'POST', '/v1/factors/totp', sessionJwt);
    const code = new TOTP({ secret: field(begun, 'secret') }).generate();
    const confirmed = await api(world, 'POST', '/v1/factors/totp/confirm', sessionJwt, { code });
    expect(confirmed.status).toBe(200);
    expect((await prove(field(confirmed, 'sessionJwt'), code)).status).toBe(400);
  });
});

describe('messages', () => {
  attack('O6 sign-up mails to one address from one place', { stoppedBy: 'address-and-source' }, async () => {
    const email = `pump.${randomUUID()}@example.com`;
    const answers = await Promise.all(Array.from({ length: 9 }, () => signUp(email)));
    expect([statuses(answers, 202), statuses(answers, 429)]).toEqual([5, 4]);
    // Capitals are the same inbox.
    expect((await signUp(email.toUpperCase())).status).toBe(429);
  });

  attack('O6 SMS pumping: many numbers by one user', { stoppedBy: 'sms-per-user' }, async () => {
    const { sessionJwt } = await newcomer(world);
    const before = world.stytch.controls.outbox().length;
    const answers: number[] = [];
    for (let i = 0; i < 8; i += 1) {
      const body = { phoneNumber: newNumber() };
      answers.push((await api(world, 'POST', '/v1/factors/sms', sessionJwt, body)).status);
    }
    expect(answers.slice(5)).toEqual([429, 429, 429]);
    expect(world.stytch.controls.outbox().length - before).toBeLessThanOrEqual(5);
  });

  attack('O6 SMS pumping: one number by many users', { stoppedBy: 'sms-per-number' }, async () => {
    const phoneNumber = newNumber();
    const answers: number[] = [];
    for (let i = 0; i < 7; i += 1) {
      const { sessionJwt } = await newcomer(world);
      answers.push((await api(world, 'POST', '/v1/factors/sms', sessionJwt, { phoneNumber })).status);
    }
    expect(answers.slice(5)).toEqual([429, 429]);
  });

  attack(
    'A2.4.1 O6 messages to many addresses from one place',
    { stoppedBy: 'sends-per-source' },
    async () => {
      const strict = await startSecurityWorld({ sendsPerSource: 4 });
      const send = () =>
        api(strict, 'POST', '/v1/signup', undefined, {
          method: 'email_otp',
          email: `${randomUUID()}@example.com`,
        });
      const answers = await Promise.all(Array.from({ length: 8 }, send));
      const user = await newcomer(strict);
      const phone = { phoneNumber: newNumber() };
      const sms = await api(strict, 'POST', '/v1/factors/sms', user.sessionJwt, phone);
      await strict.close();
      expect([statuses(answers, 202), statuses(answers, 429), sms.status]).toEqual([4, 4, 429]);
    },
  );
});

describe('tokens and applications', () => {
  attack(
    'O6 sensitive tokens in one session, fifty at once',
    { stoppedBy: 'sensitive-exchanges' },
    async () => {
      const user = await customer(world);
      const ask = () => exchange(world, user.sessionJwt, { scopes: ['cards-write'] });
      const answers = await Promise.all(Array.from({ length: 50 }, ask));
      expectAtMost(answers, 10, 201);
      // Mixed with a scope for reading it is as sensitive.
      const mixed = await exchange(world, user.sessionJwt, { scopes: ['accounts', 'payments-write'] });
      expect(mixed.status).toBe(429);
      expectToken(await exchange(world, user.sessionJwt));
    },
  );

  attack('O6 applications a day, corrections too', { stoppedBy: 'submissions' }, async () => {
    const user = await signedInUser(world);
    const before = world.unit.controls.requests().length;
    const answers: number[] = [];
    for (let i = 0; i < 12; i += 1) {
      const refusedByUnit = individual(user.email, { dateOfBirth: '2999-01-01' });
      answers.push((await apply(world, user, refusedByUnit)).status);
    }
    expect(answers.slice(10)).toEqual([429, 429]);
    const sent = world.unit.controls.requests().slice(before);
    expect(sent.filter(({ method, path }) => `${method} ${path}` === 'POST /applications')).toHaveLength(10);
  });
});
