// A6.3.8, U4: who has an account, who is locked, who holds which factor: no answer tells a stranger.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Exchange, pkce } from '../../local/journey-client.ts';
import type { World } from '../../local/world.ts';
import { attack, customer, exchange, vendorCallsFrom } from '../support/attacks.ts';
import { expectProblem } from '../support/problems.ts';
import {
  api,
  askStytch,
  enrolSms,
  field,
  lastCode,
  newcomer,
  newNumber,
  signInAgain,
  startSecurityWorld,
} from '../support/security.ts';
import type { SignedInUser } from '../support/world.ts';

let world: World;
let known: SignedInUser;
let locked: SignedInUser;
let deleted: SignedInUser;
beforeAll(async () => {
  world = await startSecurityWorld({ sendsPerSource: 1000, sendsPerAddressAndSource: 100 });
  [known, locked, deleted] = [await customer(world), await newcomer(world), await newcomer(world)];
  world.stytch.controls.lockUser(locked.userId);
  await askStytch(world, 'DELETE', `/v1/users/${deleted.userId}`);
});
afterAll(() => world.close());

const everybody = (): readonly (readonly [string, string])[] => [
  ['unknown', `none.${randomUUID()}@example.com`],
  ['known', known.email],
  ['in capitals', known.email.toUpperCase()],
  ['locked', locked.email],
  ['deleted', deleted.email],
];

/** Everything that a stranger sees, without what differs for every request. */
const seen = ({ status, headers, body }: Exchange) => {
  const own = [...headers].filter(([name]) => !/request-?id|^date$/.test(name));
  const text = JSON.stringify(body)
    .replace(/urn:request-id:[^"]+/, '')
    .replace(/"challengeId":"([\w-]+)"/, (_all, id: string) => `"challengeId":${id.length}`);
  return { status, headers: own, text };
};

const signUps = {
  email_otp: (email: string) => ({ method: 'email_otp', email }),
  email_magic_link: (email: string) => ({
    method: 'email_magic_link',
    email,
    codeChallenge: pkce().codeChallenge,
  }),
} as const;
const signUp = (body: object) => api(world, 'POST', '/v1/signup', undefined, body);

describe('sign-up', () => {
  for (const [method, bodyOf] of Object.entries(signUps)) {
    it(`A6.3.8 answers every address alike, by the same vendor call (${method})`, async () => {
      const answers = [];
      for (const [who, email] of everybody()) {
        const calls = vendorCallsFrom(world);
        answers.push({ who, ...seen(await signUp(bodyOf(email))), calls: calls().stytch });
      }
      const [first] = answers;
      expect(first?.status).toBe(202);
      for (const { who, ...answer } of answers) expect({ who, ...answer }).toEqual({ ...first, who });
    });
  }

  attack(
    'A6.3.8 an address that Stytch refuses reads like one that it takes',
    { stoppedBy: 'same-answer' },
    async () => {
      const taken = seen(await signUp(signUps.email_otp(known.email)));
      for (const error_type of [
        'inactive_email',
        'duplicate_email',
        'user_lock_limit_reached',
        'too_many_requests',
      ]) {
        const body = {
          status_code: 400,
          request_id: 'request-1',
          error_type,
          error_message: 'x',
          error_url: 'x',
        };
        world.stytch.controls.faults.arm({
          method: 'POST',
          path: '/v1/otps/email/login_or_create',
          times: 1,
          fault: { kind: 'json', status: 400, body },
        });
        const refused = await signUp(signUps.email_otp(`refused.${randomUUID()}@example.com`));
        expect({ error_type, ...seen(refused) }).toEqual({ error_type, ...taken });
      }
      expect(taken.status).toBe(202);
    },
  );

  attack(
    'A6.3.8 no address is answered before the floor of time',
    { stoppedBy: 'answer-floor' },
    async () => {
      for (const [who, email] of everybody()) {
        const startedAt = performance.now();
        await signUp(signUps.email_otp(email));
        const took = performance.now() - startedAt;
        expect({ who, isBelowTheFloor: took < 600 }).toEqual({ who, isBelowTheFloor: false });
      }
    },
  );
});

describe('signing in', () => {
  /** One wrong code for an address that has just asked for one. */
  async function wrongCode(email: string) {
    const sent = await signUp(signUps.email_otp(email));
    const code = lastCode(world, email) === '111111' ? '222222' : '111111';
    const body = { method: 'email_otp', challengeId: field(sent, 'challengeId'), code };
    return api(world, 'POST', '/v1/signup/authenticate', undefined, body);
  }

  attack('A6.3.8 a wrong code reads alike for every address', { stoppedBy: 'hidden-lock' }, async () => {
    const answers = [];
    for (const [who, email] of everybody()) answers.push({ who, ...seen(await wrongCode(email)) });
    for (const { who, ...answer } of answers) {
      expect({ who, ...answer }).toEqual({ ...answers[0], who });
      expect(answer.status).toBe(400);
    }
  });

  attack(
    'A6.3.8 the right code of a locked user reads like a wrong one',
    { stoppedBy: 'hidden-lock' },
    async () => {
      const sent = await signUp(signUps.email_otp(locked.email));
      const right = {
        method: 'email_otp',
        challengeId: field(sent, 'challengeId'),
        code: lastCode(world, locked.email),
      };
      const answer = await api(world, 'POST', '/v1/signup/authenticate', undefined, right);
      expectProblem(answer, 'invalid_grant');
      expect(seen(answer)).toEqual(seen(await wrongCode(known.email)));
    },
  );

  it('A6.3.8 links that are unknown, or of a user who is gone, read alike', async () => {
    const answers = [];
    for (const token of ['x', randomUUID(), 'A'.repeat(44)]) {
      const body = { method: 'email_magic_link', token, codeVerifier: pkce().codeVerifier };
      answers.push(seen(await api(world, 'POST', '/v1/signup/authenticate', undefined, body)));
    }
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
  });
});

describe('step-up', () => {
  it('U4 the challenge is the same, byte for byte, whoever the user is and whatever they hold', async () => {
    const [holdsSms, rich] = [await newcomer(world), await customer(world)];
    await enrolSms(world, holdsSms, newNumber());
    await enrolSms(world, rich, newNumber());
    for (const scopes of [['accounts'], ['cards-write'], ['customers', 'accounts']]) {
      const challenges = [];
      for (const user of [known, holdsSms, rich]) {
        const { sessionJwt } = await signInAgain(world, user);
        const refused = await exchange(world, sessionJwt, { scopes });
        expectProblem(refused, 'insufficient_user_authentication');
        expect(refused.headers.get('www-authenticate')).toContain('max_age="');
        challenges.push(seen(refused));
      }
      expect(challenges[1]).toEqual(challenges[0]);
      expect(challenges[2]).toEqual(challenges[0]);
    }
  });

  it('U2 nobody without a genuine JWT is told what a scope needs', async () => {
    for (const jwt of [undefined, 'a.b.c', `${known.sessionJwt.slice(0, -6)}AAAAAA`]) {
      const refused = await exchange(world, jwt, { scopes: ['cards-sensitive'] });
      expectProblem(refused, 'invalid_token');
      expect(JSON.stringify([refused.body, [...refused.headers]])).not.toMatch(/acr|max_?age="|stytch-mfa/i);
    }
  });
});
