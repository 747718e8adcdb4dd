// Genuine tokens of sessions, users and answers that are not what they were (J5, N11): Stytch is asked, and believed.
import { afterAll, afterEach, beforeAll, describe, expect } from '@jest/globals';
import type { LookAlikeKind } from '../../simulators/stytch/look-alikes.ts';
import {
  type AttackWorld,
  attack,
  type Customer,
  customer,
  exchange,
  expectRefused,
  expectToken,
  type Refusal,
  startAttackWorld,
  vendorCallsFrom,
} from '../support/attacks.ts';
import { type Json, PROJECT_ID } from '../support/forgeries.ts';
import { api, askStytch, putItem } from '../support/security.ts';
import { nextAnswerIs, withUser } from '../support/stytch-answers.ts';
import { emailFactor, totpFactor } from '../support/world.ts';

let all: AttackWorld;
beforeAll(async () => {
  all = await startAttackWorld();
});
afterAll(() => all.world.close());
afterEach(() => all.world.stytch.controls.faults.heal());

/** Refused on what Stytch says; Unit is never asked. */
async function refused(jwt: string, refusal: Refusal): Promise<void> {
  const calls = vendorCallsFrom(all.world);
  const answer = await exchange(all.world, jwt);
  await expectRefused(all.world, answer, refusal);
  expect(calls().unit).toEqual([]);
}

const invalid = (reason: string): Refusal => ({ code: 'invalid_token', reason });
const controls = () => all.world.stytch.controls;
/** Signed by Stytch's own key over a session, with these changes. */
const signedByStytch = (
  { sessionId }: { readonly sessionId: string },
  claims: Json,
  sessionClaim: Json = {},
): Promise<string> => controls().mintLookAlike({ kind: 'genuine', sessionId, claims, sessionClaim });

describe('J5 a session that Stytch knows to be over', () => {
  const ends: Readonly<Record<string, (user: Customer) => unknown>> = {
    'that was revoked at Stytch': ({ userId }) => controls().revokeAllSessions(userId),
    'that was signed out with its token': ({ sessionToken }) =>
      api(all.world, 'POST', '/v1/sessions/revoke', undefined, { sessionToken }),
    'that was signed out everywhere': ({ sessionJwt }) =>
      api(all.world, 'POST', '/v1/sessions/revoke', sessionJwt, { all: true }),
    'that is over at Stytch while its token is not': ({ sessionId }) =>
      controls().ageSession({ sessionId, seconds: 3700 }),
    'of a user who was deleted': ({ userId }) => askStytch(all.world, 'DELETE', `/v1/users/${userId}`),
  };
  for (const [title, end] of Object.entries(ends)) {
    attack(`a session ${title}`, { stoppedBy: 'stytch-is-asked' }, async () => {
      const user = await customer(all.world);
      await end(user);
      await refused(user.sessionJwt, invalid('session_not_found'));
    });
  }

  attack('a session that never was', { stoppedBy: 'stytch-is-asked' }, async () => {
    const id = `session-test-${'0'.repeat(8)}-0000-4000-8000-${'0'.repeat(12)}`;
    await refused(await signedByStytch(all.victim, {}, { id }), invalid('session_not_found'));
  });
  attack(
    'a token that bought another a moment ago, revoked since',
    { stoppedBy: 'stytch-is-asked' },
    async () => {
      const user = await customer(all.world);
      expectToken(await exchange(all.world, user.sessionJwt));
      controls().revokeAllSessions(user.userId);
      await refused(user.sessionJwt, invalid('session_not_found'));
    },
  );
  attack(
    'an expiry with a fraction, which no token of Stytch has',
    { stoppedBy: 'stytch-is-asked' },
    async () => {
      const exp = Math.floor(Date.now() / 1000) + 299.5;
      await refused(await signedByStytch(all.victim, { exp }), invalid('unable_to_parse_session_jwt'));
    },
  );
  attack('a token for us and for somebody else', { stoppedBy: 'stytch-is-asked' }, async () => {
    const jwt = await signedByStytch(all.victim, { aud: [PROJECT_ID, 'somebody-else'] });
    await refused(jwt, invalid('unable_to_parse_session_jwt'));
  });
});

describe('J5 a user who is unfit', () => {
  attack('a user whom Stytch has locked', { stoppedBy: 'locked-user' }, async () => {
    const user = await customer(all.world);
    controls().lockUser(user.userId);
    await refused(user.sessionJwt, { code: 'user_locked', reason: 'stytch_lock' });
  });
  for (const status of ['pending', 'deleted', 'Active', '']) {
    attack(`a user whose status is "${status}"`, { stoppedBy: 'inactive-user' }, async () => {
      await nextAnswerIs(all.world, all.victim.sessionJwt, withUser({ status }));
      await refused(all.victim.sessionJwt, invalid('user_not_active'));
    });
  }
  attack('a user with our own tombstone', { stoppedBy: 'own-lock' }, async () => {
    const user = await customer(all.world);
    await putItem(all.world, { pk: `USER#${user.userId}`, sk: 'USER', deleted: true });
    await refused(user.sessionJwt, invalid('user_deleted'));
  });
  attack('a user under our own lock', { stoppedBy: 'own-lock' }, async () => {
    const user = await customer(all.world);
    const lockedUntil = Date.now() / 1000 + 600;
    await putItem(all.world, { pk: `USER#${user.userId}`, sk: 'USER', lockedUntil });
    await refused(user.sessionJwt, { code: 'user_locked', reason: 'our_lock' });
  });
});

describe("J5 somebody else's user or session", () => {
  attack("the victim's id over the attacker's session", { stoppedBy: 'same-user' }, async () => {
    const jwt = await signedByStytch(all.attacker, { sub: all.victim.userId });
    await refused(jwt, invalid('session_changed'));
  });
  attack("the attacker's id over the victim's session", { stoppedBy: 'same-user' }, async () => {
    const jwt = await signedByStytch(all.victim, { sub: all.attacker.userId });
    await refused(jwt, invalid('session_changed'));
  });
  attack("the victim's session id in the attacker's token", { stoppedBy: 'same-user' }, async () => {
    const jwt = await signedByStytch(all.attacker, {}, { id: all.victim.sessionId });
    await refused(jwt, invalid('session_changed'));
  });

  attack('an answer about another session of the same user', { stoppedBy: 'returned-session' }, async () => {
    const factors = [emailFactor, totpFactor];
    const other = await controls().startSession({ userId: all.victim.userId, factors });
    await nextAnswerIs(all.world, other.sessionJwt, (answer) => answer);
    await refused(all.victim.sessionJwt, invalid('session_changed'));
  });
  attack(
    "the attacker's id in the token that is answered",
    { stoppedBy: 'returned-token-user' },
    async () => {
      const session_jwt = await signedByStytch(all.victim, { sub: all.attacker.userId });
      await nextAnswerIs(all.world, all.victim.sessionJwt, (answer) => ({ ...answer, session_jwt }));
      await refused(all.victim.sessionJwt, invalid('session_changed'));
    },
  );
  attack('the user object of the attacker in the answer', { stoppedBy: 'returned-user' }, async () => {
    await nextAnswerIs(all.world, all.victim.sessionJwt, withUser({ user_id: all.attacker.userId }));
    await refused(all.victim.sessionJwt, invalid('session_changed'));
  });
});

describe('J5 a token in the answer that is none of Stytch', () => {
  const kinds: Readonly<Record<string, readonly [LookAlikeKind, string]>> = {
    'signed by another key': ['forged_signature', 'err_jws_signature_verification_failed'],
    'changed after it was signed': ['tampered_payload', 'err_jws_signature_verification_failed'],
    'signed by another algorithm': ['rs384', 'err_jose_alg_not_allowed'],
    'not signed at all': ['alg_none', 'err_jose_alg_not_allowed'],
    expired: ['expired', 'err_jwt_expired'],
    'of another project': ['wrong_project', 'err_jwt_claim_validation_failed'],
    'of a machine': ['m2m_token', 'not_a_session'],
    'of a connected app': ['session_with_client_id', 'look_alike'],
    'that lives an hour': ['one_hour_life', 'life_too_long'],
  };
  for (const [title, [kind, reason]] of Object.entries(kinds)) {
    attack(`a token ${title}`, { stoppedBy: 'returned-token-verified' }, async () => {
      const { sessionId, sessionJwt } = all.victim;
      const session_jwt = await controls().mintLookAlike({ kind, sessionId });
      await nextAnswerIs(all.world, sessionJwt, (answer) => ({ ...answer, session_jwt }));
      await refused(sessionJwt, { code: 'upstream_unavailable', reason: `returned_jwt_${reason}` });
    });
  }
  attack('a text that is no token', { stoppedBy: 'returned-token-verified' }, async () => {
    const { sessionJwt } = all.victim;
    await nextAnswerIs(all.world, sessionJwt, (answer) => ({ ...answer, session_jwt: 'none' }));
    await refused(sessionJwt, { code: 'upstream_unavailable', reason: 'returned_jwt_err_jws_invalid' });
  });
});

// Last, since every token of this world is void after it.
describe('J5 a token of a key that is gone', () => {
  attack('a token signed by a key that Stytch has taken back', { stoppedBy: 'stytch-is-asked' }, async () => {
    const { sessionJwt } = await customer(all.world);
    await controls().rotateKeys({ overlapSeconds: 0 });
    controls().dropOldKeys();
    await refused(sessionJwt, invalid('unable_to_parse_session_jwt'));
  });
});
