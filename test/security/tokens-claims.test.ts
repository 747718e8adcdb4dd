// What a token says: whose, for whom, of which kind, from when to when (J1-J3). Stytch's own key signed every one of them.
import { afterAll, beforeAll, describe } from '@jest/globals';
import type { LookAlikeRequest } from '../../simulators/stytch/look-alikes.ts';
import type { CheckName } from '../support/attack-checks.ts';
import {
  type AttackWorld,
  attack,
  exchange,
  expectRefusedAtDoor,
  startAttackWorld,
} from '../support/attacks.ts';
import { type Json, PROJECT_ID, SESSION_CLAIM } from '../support/forgeries.ts';

let all: AttackWorld;
beforeAll(async () => {
  all = await startAttackWorld();
});
afterAll(() => all.world.close());

type Change = Partial<LookAlikeRequest> | (() => Partial<LookAlikeRequest>);

/** Each token copies the victim's stepped-up session but for the change, and must fall at our door. */
function each(stoppedBy: CheckName, reason: string, forgeries: Readonly<Record<string, Change>>): void {
  for (const [title, change] of Object.entries(forgeries)) {
    attack(title, { stoppedBy }, async () => {
      const jwt = await all.world.stytch.controls.mintLookAlike({
        kind: 'genuine',
        sessionId: all.victim.sessionId,
        ...(typeof change === 'function' ? change() : change),
      });
      await expectRefusedAtDoor(all.world, () => exchange(all.world, jwt), reason);
    });
  }
}

const claims = (changed: Json): Change => ({ claims: changed });
const session = (changed: Json): Change => ({ sessionClaim: changed });
const now = (): number => Math.floor(Date.now() / 1000);
/** A token that lives from one time to another, in seconds from now. */
const living = (times: { iat: number; nbf: number; exp: number }) => (): Partial<LookAlikeRequest> => ({
  claims: { iat: now() + times.iat, nbf: now() + times.nbf, exp: now() + times.exp },
});

const OTHER_PROJECT = 'project-test-0e0e0e0e-0e0e-4e0e-8e0e-0e0e0e0e0e0e';
const mismatch = 'err_jwt_claim_validation_failed';

describe('J1 a token of somewhere else', () => {
  each('project', mismatch, {
    'another project of ours': { kind: 'wrong_project' },
    'the live project of the same number': claims({
      iss: `stytch.com/${PROJECT_ID.replace('test', 'live')}`,
      aud: [PROJECT_ID.replace('test', 'live')],
    }),
    'neither issuer nor audience': claims({ iss: null, aud: null }),
  });
  each('issuer', mismatch, {
    'the issuer of another project': { kind: 'wrong_issuer' },
    'the issuer with https before it': { kind: 'issuer_with_scheme' },
    'no issuer': { kind: 'without_iss' },
    'the issuer with a slash behind': claims({ iss: `stytch.com/${PROJECT_ID}/` }),
    'the issuer in capitals': claims({ iss: `STYTCH.COM/${PROJECT_ID}` }),
    'the issuer with a blank behind': claims({ iss: `stytch.com/${PROJECT_ID} ` }),
    "the project's id alone": claims({ iss: PROJECT_ID }),
    'the host alone': claims({ iss: 'stytch.com' }),
    'the API host of Stytch': claims({ iss: `test.stytch.com/${PROJECT_ID}` }),
    'a host that only begins like it': claims({ iss: `stytch.com.attacker.example/${PROJECT_ID}` }),
    'a host that only ends like it': claims({ iss: `attacker-stytch.com/${PROJECT_ID}` }),
    'a path that climbs': claims({ iss: `stytch.com/${OTHER_PROJECT}/../${PROJECT_ID}` }),
    'a domain of its own, while the project has none': claims({ iss: 'https://login.bank.example' }),
    'a list with the right issuer in it': claims({ iss: [`stytch.com/${PROJECT_ID}`] }),
    'an empty issuer': claims({ iss: '' }),
    'an issuer with a letter that only looks the same': claims({ iss: `stytch.c\u043em/${PROJECT_ID}` }),
  });
  each('audience', mismatch, {
    'the audience of another project': { kind: 'wrong_audience' },
    'no audience': { kind: 'without_aud' },
    'an empty list of audiences': claims({ aud: [] }),
    'an empty text as audience': claims({ aud: '' }),
    'an audience that only begins like ours': claims({ aud: [`${PROJECT_ID}-2`] }),
    'several audiences without ours': claims({ aud: [OTHER_PROJECT, 'bank'] }),
    'an audience in capitals': claims({ aud: [PROJECT_ID.toUpperCase()] }),
    'ours inside a list inside the list': claims({ aud: [[PROJECT_ID]] }),
    'any audience': claims({ aud: ['*'] }),
    'an object as audience': claims({ aud: { 0: PROJECT_ID, length: 1 } }),
    'an ID token of a connected app': { kind: 'connected_app_id_token' },
  });
  each('claims-shape', 'not_a_session', {
    'our audience as text and no list': claims({ aud: PROJECT_ID }),
    'our audience beside a number': claims({ aud: [PROJECT_ID, 1] }),
  });
});

describe('J3 a token of the project that is no session', () => {
  each('claims-shape', 'not_a_session', {
    'a machine-to-machine token': { kind: 'm2m_token' },
    'an access token of a connected app': { kind: 'connected_app_access_token' },
    'a token without a session claim': { kind: 'without_session_claim' },
    'a session claim that is text': claims({ [SESSION_CLAIM]: 'session-test-1' }),
    'a session claim that is true': claims({ [SESSION_CLAIM]: true }),
    'a session claim that is a list': claims({ [SESSION_CLAIM]: [] }),
    'a session claim under the name of the B2B product': () => ({
      claims: { [SESSION_CLAIM]: null, 'https://stytch.com/organization': { organization_id: 'o' } },
    }),
    'a session without an id': session({ id: null }),
    'a session with an empty id': session({ id: '' }),
    'a session with a list as id': session({ id: ['session-test-1'] }),
    'a session without factors': session({ authentication_factors: null }),
    'factors that are text': session({ authentication_factors: 'totp' }),
    'factors that are an object': session({ authentication_factors: { 0: { type: 'totp' }, length: 1 } }),
    'a factor that is text': session({ authentication_factors: ['totp', 'email'] }),
    'a factor without a type': session({ authentication_factors: [{ delivery_method: 'sms' }] }),
    'factors that come through __proto__': () => ({
      sessionClaim: JSON.parse(
        '{"authentication_factors":null,"__proto__":{"authentication_factors":[{"type":"totp"}]}}',
      ),
    }),
    'a session without an end': session({ expires_at: null }),
    'a session without a beginning': session({ started_at: null }),
    'a session that ends at a number': session({ expires_at: 4_102_444_800 }),
  });
  each('session-tokens-only', 'look_alike', {
    'a session that names a client': { kind: 'session_with_client_id' },
    'a session that has a scope': { kind: 'session_with_scope' },
    'an empty client id': claims({ client_id: '' }),
    'an empty scope': claims({ scope: '' }),
    'a client id that is false': claims({ client_id: false }),
    'a scope that is an empty list': claims({ scope: [] }),
  });
  each('session-times', 'session_times', {
    'a session that ends at no date': session({ expires_at: 'tomorrow' }),
    'a session that ends at a date without a zone': session({ expires_at: '2099-01-01T00:00:00' }),
    'a session that ends in the thirteenth month': session({ expires_at: '2099-13-01T00:00:00Z' }),
    'a session that ends never': session({ expires_at: '9999-99-99T99:99:99Z' }),
    'a session that began at no date': session({ started_at: '0' }),
  });
  each('session-over', 'session_over', {
    'a session that was over a second ago': () => ({
      sessionClaim: { expires_at: new Date(Date.now() - 1000).toISOString() },
    }),
    'a session that was over long ago': session({ expires_at: '1970-01-01T00:00:00Z' }),
  });
});

describe('J2 a token without a user', () => {
  each('required-claims', mismatch, {
    'no sub': { kind: 'without_sub' },
    'no sub, but the name under __proto__': () => ({
      claims: JSON.parse(`{"sub":null,"__proto__":{"sub":"${all.victim.userId}"}}`),
    }),
    'no sub, but a user_id': () => ({ claims: { sub: null, user_id: all.victim.userId } }),
  });
  each('claims-shape', 'not_a_session', {
    'an empty sub': { kind: 'empty_sub' },
    'a number as sub': claims({ sub: 0 }),
    'a list with the victim as sub': () => ({ claims: { sub: [all.victim.userId] } }),
    'an object as sub': () => ({ claims: { sub: { toString: all.victim.userId } } }),
    'true as sub': claims({ sub: true }),
  });
});

describe('J2 a token at the wrong time', () => {
  each('time-window', 'err_jwt_expired', {
    'a token that ended long ago': { kind: 'expired' },
    'a token that ended ten seconds ago': living({ iat: -310, nbf: -310, exp: -10 }),
    'an expiry of zero': () => ({ claims: { iat: now() - 300, nbf: 0, exp: 0 } }),
    'an expiry below zero': () => ({ claims: { iat: now() - 300, nbf: 0, exp: -1e15 } }),
  });
  each('time-window', mismatch, {
    'a token that begins in an hour': { kind: 'not_yet_valid' },
    'a token that was issued and begins in half a minute': living({ iat: 0, nbf: 30, exp: 300 }),
  });
  each('required-claims', mismatch, {
    'no expiry': { kind: 'without_exp' },
    'no time of issue': { kind: 'without_iat' },
    'no beginning': { kind: 'without_nbf' },
    'no times at all': claims({ iat: null, nbf: null, exp: null }),
  });
  each('library-verifies', mismatch, {
    'an expiry that is text': () => ({ claims: { exp: String(now() + 300) } }),
    'an expiry that is a date': claims({ exp: '2099-01-01T00:00:00Z' }),
    'an expiry in a list': () => ({ claims: { exp: [now() + 300] } }),
    'an expiry that is true': claims({ exp: true }),
    'a beginning that is text': claims({ nbf: '0' }),
    'a time of issue that is text': () => ({ claims: { iat: String(now()) } }),
  });
  each('life-of-token', 'life_too_long', {
    'a life of an hour': { kind: 'one_hour_life' },
    'a life of five minutes and a second': living({ iat: 0, nbf: 0, exp: 301 }),
    'a life of five minutes and a fraction': () => ({
      claims: { iat: now(), nbf: now(), exp: now() + 300.5 },
    }),
    'an expiry without end': claims({ exp: Number.MAX_VALUE }),
    'an expiry in milliseconds': () => ({ claims: { exp: Date.now() } }),
    'a time of issue of zero': () => ({ claims: { iat: 0, nbf: 0, exp: now() + 250 } }),
    'a time of issue below zero': () => ({ claims: { iat: -1e15, nbf: 0, exp: now() + 250 } }),
  });
  each('issued-ahead', 'issued_ahead', {
    'a token that will be issued in a minute': living({ iat: 60, nbf: 0, exp: 360 }),
    'a token that will be issued after its own end': living({ iat: 400, nbf: 0, exp: 300 }),
    'a time of issue in milliseconds': () => ({ claims: { iat: Date.now(), nbf: now(), exp: now() + 300 } }),
  });
});
