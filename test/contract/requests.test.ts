import { describe, expect, it } from '@jest/globals';
import {
  challengeRequest,
  confirmPasskeyRequest,
  confirmSmsRequest,
  confirmTotpRequest,
  enrolSmsRequest,
  stepUpRequest,
} from '../../functions/contract/factors.ts';
import { refreshRequest, revokeRequest } from '../../functions/contract/sessions.ts';
import { authenticateRequest, signUpRequest } from '../../functions/contract/signup.ts';
import { exchangeTokenRequest } from '../../functions/contract/token.ts';
import { examples } from '../support/core-examples.ts';

const [signUp, authenticate, exchange] = [
  examples.signUp.requests[0],
  examples.authenticate.requests[0],
  examples.exchangeToken.requests[0],
];

describe('A2.2.1 What a sign-up may ask', () => {
  it.each([
    ['without a redirect', { redirectUrl: undefined }, true],
    ['by another method', { method: 'sms_otp' }, false],
    ['without a code challenge', { codeChallenge: undefined }, false],
    ['with a plain code challenge', { codeChallenge: 'short' }, false],
    ['with a code challenge of 44 letters', { codeChallenge: 'c'.repeat(44) }, false],
    ['with padding in the code challenge', { codeChallenge: `${'c'.repeat(42)}=` }, false],
    ['with two addresses', { email: 'ada@example.com,eve@example.com' }, false],
    ['with a line break in the address', { email: 'ada@example.com\nbcc: eve@example.com' }, false],
    ['with a redirect of 2,049 letters', { redirectUrl: `https://${'a'.repeat(2041)}` }, false],
  ])('%s', (_title, changes, expected) => {
    expect(signUpRequest.safeParse({ ...signUp, ...changes }).success).toBe(expected);
  });
});

describe('A2.2.1 What a sign-in may bring', () => {
  it.each([
    ['no token', { token: '' }, false],
    ['a token of 513 letters', { token: 't'.repeat(513) }, false],
    ['a verifier of 42 letters', { codeVerifier: 'v'.repeat(42) }, false],
    ['a verifier of 128 letters', { codeVerifier: 'v'.repeat(128) }, true],
    ['a verifier of 129 letters', { codeVerifier: 'v'.repeat(129) }, false],
    ['no verifier', { codeVerifier: undefined }, false],
  ])('%s', (_title, changes, expected) => {
    expect(authenticateRequest.safeParse({ ...authenticate, ...changes }).success).toBe(expected);
  });
});

describe('N6 A code is six digits', () => {
  it.each([
    ['123456', true],
    ['000000', true],
    ['12345', false],
    ['1234567', false],
    ['12345a', false],
    ['１２３４５６', false],
    [' 123456', false],
    ['123456\n', false],
    [123_456, false],
  ])('%j: %s', (code, expected) => {
    expect(confirmTotpRequest.safeParse({ code }).success).toBe(expected);
    expect(stepUpRequest.safeParse({ factor: 'totp', code }).success).toBe(expected);
    const bySms = { factor: 'sms', challengeId: 'sealed', code };
    expect(stepUpRequest.safeParse(bySms).success).toBe(expected);
    expect(confirmSmsRequest.safeParse({ challengeId: 'sealed', code }).success).toBe(expected);
    const byEmail = { method: 'email_otp', challengeId: 'sealed', code };
    expect(authenticateRequest.safeParse(byEmail).success).toBe(expected);
  });

  it('and is never one of an unknown kind', () => {
    expect(stepUpRequest.safeParse({ factor: 'email', code: '123456' }).success).toBe(false);
  });
});

describe('A2.2.1 What an exchange may ask', () => {
  const card = (ids: readonly unknown[], type = 'card') => ({ resources: [{ type, ids }] });
  it.each([
    ['scopes alone', { customerId: undefined, resources: undefined, expiresIn: undefined }, true],
    ['no scopes', { scopes: [] }, false],
    ['scopes as text', { scopes: 'accounts cards' }, false],
    ['an empty scope', { scopes: [''] }, false],
    ['a scope of 65 letters', { scopes: ['s'.repeat(65)] }, false],
    ['33 scopes', { scopes: Array.from({ length: 33 }, (_, i) => `s${i}`) }, false],
    ['a customer id of words', { customerId: 'mine' }, false],
    ['a customer id with a leading zero', { customerId: '0700001' }, false],
    ['a customer id as a path', { customerId: '1/../2' }, false],
    ['a customer id as a number', { customerId: 700_001 }, false],
    ['no resources', { resources: [] }, false],
    ['a resource without ids', card([]), false],
    ['a resource of another type', card(['1'], 'customer'), false],
    ['51 ids', card(Array.from({ length: 51 }, (_, i) => String(i + 1))), false],
    ['50 ids', card(Array.from({ length: 50 }, (_, i) => String(i + 1))), true],
    ['59 seconds', { expiresIn: 59 }, false],
    ['60 seconds', { expiresIn: 60 }, true],
    ['a day', { expiresIn: 86_400 }, true],
    ['a day and a second', { expiresIn: 86_401 }, false],
    ['half seconds', { expiresIn: 300.5 }, false],
    ['a scope that may be upgraded later', { upgradableScope: 'cards-write' }, false],
    ['a JWT of the caller’s own', { jwtToken: 'a.b.c' }, false],
  ])('%s', (_title, changes, expected) => {
    expect(exchangeTokenRequest.safeParse({ ...exchange, ...changes }).success).toBe(expected);
  });
});

describe('A2.2.1 A phone number is E.164', () => {
  it.each([
    ['+15555550142', true],
    ['+1555555', true],
    ['+155555', false],
    ['+123456789012345', true],
    ['+1234567890123456', false],
    ['+05555550142', false],
    ['15555550142', false],
    ['+1 555 555 0142', false],
    ['+15555550142\n', false],
    ['+1555555014２', false],
    ['', false],
  ])('%j: %s', (phoneNumber, expected) => {
    expect(enrolSmsRequest.safeParse({ phoneNumber }).success).toBe(expected);
  });
});

describe('A2.2.1 A recovery code is three times four letters or digits', () => {
  it.each([
    ['ckss-2skx-ebow', true],
    ['ckss-2skx', false],
    ['ckss-2skx-ebow-aaaa', false],
    ['CKSS-2SKX-EBOW', false],
    ['ckss2skxebow', false],
    ['ckss-2skx-ebow\n', false],
    ['', false],
  ])('%j: %s', (recoveryCode, expected) => {
    expect(stepUpRequest.safeParse({ factor: 'recovery_code', recoveryCode }).success).toBe(expected);
  });
});

describe('A2.2.1 A challenge and a factor are named by short ids', () => {
  it.each([
    ['sealed_-9', true],
    ['', false],
    ['a.b', false],
    ['../x', false],
    ['a b', false],
  ])('%j: %s', (id, expected) => {
    expect(confirmSmsRequest.safeParse({ challengeId: id, code: '123456' }).success).toBe(expected);
    expect(challengeRequest.safeParse({ factor: 'sms', factorId: id }).success).toBe(expected);
  });

  it.each([
    [1024, 128, true],
    [1025, 129, false],
  ])('of at most %d and %d letters', (challenge, factorId, expected) => {
    const challengeId = 'c'.repeat(challenge);
    expect(confirmSmsRequest.safeParse({ challengeId, code: '123456' }).success).toBe(expected);
    expect(challengeRequest.safeParse({ factor: 'sms', factorId: 'f'.repeat(factorId) }).success).toBe(
      expected,
    );
  });

  it.each([
    { factor: 'totp' },
    { factor: 'email' },
    { factor: 'recovery_code' },
    { factor: 'sms' },
    { factor: 'sms', phoneNumber: '+15555550142' },
    { factor: 'passkey', factorId: 'passkey-1' },
  ])('O3 no challenge for %j', (request) => {
    expect(challengeRequest.safeParse(request).success).toBe(false);
  });
});

describe('A2.2.1 A credential is one that a browser made', () => {
  const good = { id: 'a', rawId: 'a', type: 'public-key', response: {} };
  it.each([
    ['as it is', {}, true],
    ['without an id', { id: undefined }, false],
    ['with an empty id', { id: '' }, false],
    ['with an id of 1,025 letters', { id: 'a'.repeat(1025) }, false],
    ['with a line break in its id', { rawId: 'a\nb' }, false],
    ['of another type', { type: 'password' }, false],
    ['without a response', { response: undefined }, false],
    ['with a response in text', { response: 'e30' }, false],
    ['as text', undefined, false],
  ])('%s', (_title, changes, expected) => {
    const credential = changes === undefined ? '{}' : { ...good, ...changes };
    expect(confirmPasskeyRequest.safeParse({ credential }).success).toBe(expected);
    expect(stepUpRequest.safeParse({ factor: 'passkey', credential }).success).toBe(expected);
  });
});

describe('A2.2.1 A session is named by its token, or all of them by a word', () => {
  it.each([
    [{ sessionToken: 'token' }, true],
    [{ sessionToken: 't'.repeat(512) }, true],
    [{ sessionToken: 't'.repeat(513) }, false],
    [{ sessionToken: '' }, false],
    [{ all: true }, true],
    [{ all: false }, false],
    [{ all: 'true' }, false],
    [{ all: true, sessionToken: 'token' }, false],
    [{}, false],
  ])('%j: %s', (request, expected) => {
    expect(revokeRequest.safeParse(request).success).toBe(expected);
    expect(refreshRequest.safeParse(request).success).toBe(expected && 'sessionToken' in request);
  });
});

describe('A2.2.1 A sign-up by a code', () => {
  it.each([
    ['is its address alone', {}, true],
    ['has no redirect', { redirectUrl: 'https://app.example.com/callback' }, false],
    ['has no code challenge', { codeChallenge: 'c'.repeat(43) }, false],
  ])('%s', (_title, changes, expected) => {
    const request = { method: 'email_otp', email: 'ada@example.com', ...changes };
    expect(signUpRequest.safeParse(request).success).toBe(expected);
  });
});
